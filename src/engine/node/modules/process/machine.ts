/**
 * What `process` says of the machine beneath a program. A simulated one has constant memory, and a user with no rights
 * to be another; what makes no sense here says so when it is called.
 */
import { invalidType } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError, wordyError } from '../../system-error.ts';
import { absent } from '../absent.ts';

const MEMORY = 2 * 1024 ** 3;
const USER = 1000;
const NO_RIGHTS = 'the user of a simulated machine cannot become another';

export function machineMembers(node: NodeProcess) {
  return {
    getuid: () => USER,
    geteuid: () => USER,
    getgid: () => USER,
    getegid: () => USER,
    getgroups: () => [USER],
    umask: () => 0o022,
    memoryUsage: Object.assign(
      () => ({
        rss: 50_000_000,
        heapTotal: 20_000_000,
        heapUsed: 10_000_000,
        external: 1_000_000,
        arrayBuffers: 10_000,
      }),
      { rss: () => 50_000_000 },
    ),
    constrainedMemory: () => MEMORY,
    availableMemory: () => MEMORY / 2,
    // what a program computes takes no time of its world
    cpuUsage: () => ({ user: 0, system: 0 }),
    threadCpuUsage: () => ({ user: 0, system: 0 }),
    resourceUsage: () => ({
      userCPUTime: 0,
      systemCPUTime: 0,
      maxRSS: 50_000,
      sharedMemorySize: 0,
      unsharedDataSize: 0,
      unsharedStackSize: 0,
      minorPageFault: 0,
      majorPageFault: 0,
      swappedOut: 0,
      fsRead: 0,
      fsWrite: 0,
      ipcSent: 0,
      ipcReceived: 0,
      signalsCount: 0,
      voluntaryContextSwitches: 0,
      involuntaryContextSwitches: 0,
    }),
    features: {
      inspector: false,
      debug: false,
      uv: true,
      ipv6: true,
      tls_alpn: false,
      tls_sni: false,
      tls_ocsp: false,
      tls: false,
      openssl_is_boringssl: false,
      cached_builtins: true,
      require_module: true,
      dtls: false,
      quic: false,
      typescript: 'strip' as const,
    },
    config: { variables: {}, target_defaults: {} },
    allowedNodeEnvironmentFlags: new Set<string>(),
    debugPort: 9229,
    sourceMapsEnabled: false,
    ref(handle: { ref?(): void } | undefined): void {
      handle?.ref?.();
    },
    unref(handle: { unref?(): void } | undefined): void {
      handle?.unref?.();
    },
    kill(pid: number, signal: string | number = 'SIGTERM'): true {
      const target = node.drive.processes.find((one) => one.pid === pid && one.host === node.host);
      if (!target?.isRunning)
        throw Object.assign(wordyError('ESRCH', 'kill'), { message: 'kill ESRCH', errno: -3 });
      if (signal !== 0)
        target.soon(() => target.kill(signal === 'SIGKILL' || signal === 'SIGINT' ? signal : 'SIGTERM'));
      return true;
    },
    ...absent('process', ['chdir'], 'a program stays in the folder of its project'),
    ...absent('process', ['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups'], NO_RIGHTS),
    ...absent('process', ['dlopen', 'execve', 'binding'], 'nothing native runs here'),
    ...absent('process', ['getActiveResourcesInfo'], 'what keeps a program alive is counted, not named'),
  };
}

/** One function that takes every error that goes past the program, instead of the event. */
export function captureOfErrors() {
  let capture: ((error: unknown) => void) | undefined;
  return {
    /** True when it was taken. */
    take(error: unknown): boolean {
      capture?.(error);
      return capture !== undefined;
    },
    members: {
      setUncaughtExceptionCaptureCallback(callback: unknown): void {
        if (callback === null) {
          capture = undefined;
          return;
        }
        if (typeof callback !== 'function') throw invalidType('fn', ['Function', 'null'], callback);
        if (capture)
          throw codedError(
            Error,
            'ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET',
            '`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active',
          );
        capture = callback as (error: unknown) => void;
      },
      hasUncaughtExceptionCaptureCallback: (): boolean => capture !== undefined,
    },
  };
}

/**
 * `node:process`: the program about itself.
 *
 * Time is the world's. What concerns the machine beneath (memory, users, signals to others) is not here.
 */
import { SECOND } from '../../../base/units.ts';
import { checkArray, checkFunction, checkInteger, invalidType, outOfRange } from '../../arguments.ts';
import { describeUncaught } from '../../code/stacks.ts';
import type { NodeProcess, OutputStream } from '../../node-process.ts';
import { NODE_VERSION } from '../../node-version.ts';
import type { Rejection } from '../../realm.ts';
import { fileDeeds } from '../fs/deeds.ts';
import { packages } from '../packages.ts';
import { util } from '../util/util.ts';
import { captureOfErrors, machineMembers } from './machine.ts';
import { warningOf, warningPrinter } from './warning.ts';

export function processModule(node: NodeProcess) {
  const { stream, events } = node.load(packages);
  class Out extends stream.Writable {
    readonly fd: number;
    readonly isTTY = false;
    readonly #to: OutputStream;
    constructor(to: OutputStream) {
      super({ decodeStrings: false });
      this.#to = to;
      this.fd = to === 'stdout' ? 1 : 2;
    }
    override _write(chunk: string | Uint8Array, _encoding: string, done: () => void): void {
      node.print(
        this.#to,
        typeof chunk === 'string' ? chunk : node.load(packages).buffer.Buffer.from(chunk).toString(),
      );
      done();
    }
    // a program's output stays open until its end
    override _destroy(_error: unknown, done: (error?: Error | null) => void): void {
      done();
    }
  }

  const self = new events.EventEmitter();
  const switches = self as unknown as { noDeprecation?: boolean; throwDeprecation?: boolean };
  const nanoseconds = (): number => node.drive.kernel.now - node.startedAt;

  function hrtime(before?: readonly [number, number]): [number, number] {
    if (before !== undefined) {
      checkArray(before, 'time');
      if (before.length !== 2) throw outOfRange('time', '2', (before as unknown[]).length);
    }
    const now = nanoseconds();
    const time: [number, number] = [Math.floor(now / SECOND), now % SECOND];
    if (!before) return time;
    const seconds = time[0] - before[0];
    const rest = time[1] - before[1];
    return rest < 0 ? [seconds - 1, rest + SECOND] : [seconds, rest];
  }

  function emitWarning(warning: unknown, type?: unknown, code?: unknown): void {
    const made = warningOf(warning, type, code);
    if (made.name === 'DeprecationWarning' && switches.noDeprecation) return;
    node.nextTick(() => {
      if (made.name === 'DeprecationWarning' && switches.throwDeprecation) throw made;
      self.emit('warning', made);
    });
  }

  const captured = captureOfErrors();
  const members = {
    title: 'node',
    version: NODE_VERSION,
    versions: { node: NODE_VERSION.slice(1) },
    release: { name: 'node' },
    arch: 'x64' as const,
    platform: 'linux' as const,
    pid: node.pid,
    ppid: 1,
    execPath: node.argv[0] ?? '/usr/local/bin/node',
    execArgv: [] as string[],
    argv: [...node.argv],
    argv0: 'node',
    env: envOf(node.env),
    stdout: new Out('stdout'),
    stderr: new Out('stderr'),
    get stdin() {
      return node.load(stdin);
    },
    cwd: () => node.cwd,
    exit(code?: number | string | null): never {
      if (code !== undefined && code !== null) members.exitCode = code;
      node.exit(node.exitCode ?? 0);
    },
    get exitCode(): number | string | null | undefined {
      return node.exitCode;
    },
    set exitCode(code: number | string | null | undefined) {
      const number = typeof code === 'string' && code.trim() !== '' ? Number(code) : code;
      if (number !== null && number !== undefined) {
        if (typeof number !== 'number' || (typeof code === 'string' && !Number.isInteger(number)))
          throw invalidType('code', 'number', code);
        checkInteger(number, 'code');
      }
      node.exitCode = number ?? undefined;
    },
    abort(): never {
      node.print('stderr', 'Aborted\n');
      node.exit(134);
    },
    nextTick(callback: (...args: unknown[]) => void, ...args: unknown[]): void {
      checkFunction(callback, 'callback');
      node.nextTick(() => callback(...args));
    },
    uptime: () => nanoseconds() / SECOND,
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(nanoseconds()) }),
    emitWarning,
    /** Names and values of a `.env` file, but for those that are set already. */
    loadEnvFile(path: string | URL = '.env'): void {
      const text = node.load(fileDeeds).deeds.readFile(path, 'utf8') as string;
      for (const [name, value] of Object.entries(node.load(util).parseEnv(text)))
        if (members.env[name] === undefined) members.env[name] = value;
    },
    ...machineMembers(node),
    ...captured.members,
  };
  Object.defineProperties(self, Object.getOwnPropertyDescriptors(members));
  Object.defineProperty(self, Symbol.toStringTag, { value: 'process', configurable: true });

  const emit = (name: string, ...args: unknown[]): boolean => self.emit(name, ...args);
  node.hooks = {
    uncaught: (error, origin) => {
      emit('uncaughtExceptionMonitor', error, origin);
      if (captured.take(error)) return true;
      return self.listenerCount('uncaughtException') > 0 && emit('uncaughtException', error, origin);
    },
    rejected: ({ reason, promise }: Rejection) => emit('unhandledRejection', reason, promise),
    beforeExit: (code) => emit('beforeExit', code),
    exit: (code) => emit('exit', code),
    signal: (name) => emit(name, name),
    warn: emitWarning,
    describe: (error, origin) => describeUncaught(node, error, origin, node.load(util).inspect(error)),
  };
  self.on('warning', warningPrinter(node));

  // what was defined on it one by one
  return self as typeof self & typeof members;
}

/** Nobody types anything: the input of a program is at its end from the beginning. */
function stdin(node: NodeProcess) {
  const { Readable } = node.load(packages).stream;
  const ended = new Readable({
    highWaterMark: 65_536,
    read() {
      this.push(null);
    },
  });
  return Object.assign(ended, { fd: 0 as const });
}

/** Values of the environment are texts, whatever is assigned. */
function envOf(initial: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return new Proxy<Record<string, string | undefined>>(
    { ...initial },
    {
      set: (target, name, value) => Reflect.set(target, name, String(value)),
    },
  );
}

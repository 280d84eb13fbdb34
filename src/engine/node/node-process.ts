/**
 * A Node program as its operating system sees it: what it waits for, what it holds, what it prints, how it ends.
 *
 * Callbacks come as events of their own ({@link NodeProcess.enter}), as from libuv's loop: after each, ticks and
 * microtasks run dry (drive.ts). The program ends when nothing that it holds keeps it alive, when it says so, or when an
 * error goes past it. What JavaScript sees of all this, `process`, lies in modules/process.ts.
 */
import type { SystemResolver } from '../app/system-resolver.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { Handle } from '../sim/kernel.ts';
import type { Drive } from './drive.ts';
import { Libraries } from './libraries.ts';
import type { ProgramFiles } from './program-files.ts';
import type { Realm, Rejection } from './realm.ts';
import { asError } from './system-error.ts';

export type OutputStream = 'stdout' | 'stderr';

/** Bounds on what a program may do. Counts, but for `outputChars`. */
export interface ProcessLimits {
  /** Characters that it may print. */
  readonly outputChars: number;
  readonly timers: number;
  /** Ticks between two events. */
  readonly ticks: number;
}

export const DEFAULT_PROCESS_LIMITS: ProcessLimits = {
  outputChars: 1_000_000,
  timers: 100_000,
  ticks: 1_000_000,
};

export interface ProcessOptions {
  /** What people call it: `server.js`. */
  readonly name: string;
  readonly host: Host;
  readonly resolver: SystemResolver;
  readonly files: ProgramFiles;
  /** As in `process.argv`: the path of Node, the path of the program, its arguments. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly limits?: Partial<ProcessLimits>;
  /** Called with everything that it prints. */
  readonly onOutput?: (stream: OutputStream, text: string) => void;
  readonly onExit?: (code: number) => void;
}

/** Something that the operating system takes back when a program ends: a socket, a timer. */
export interface Resource {
  kill(): void;
}

/** A module of Node, made for one program. */
export type ModuleFactory<T> = (node: NodeProcess) => T;

/** What JavaScript's side of the process does when something happens to it. Set by modules/process.ts. */
export interface ProcessHooks {
  /** True when a listener took the error. */
  uncaught(error: unknown, origin: 'uncaughtException' | 'unhandledRejection'): boolean;
  /** True when a listener took the rejection. */
  rejected(rejection: Rejection): boolean;
  beforeExit(code: number): void;
  exit(code: number): void;
  signal(name: string): boolean;
  /** `process.emitWarning`. */
  warn(warning: string | Error, name?: string, code?: string): void;
  /** How an error is printed, with the places in the program's own files. */
  describe(error: unknown, origin: 'uncaughtException' | 'unhandledRejection'): string;
}

/** Thrown by `process.exit()`, which never returns. */
export class ProcessExit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

export class NodeProcess {
  readonly name: string;
  readonly pid: number;
  readonly drive: Drive;
  readonly realm: Realm;
  readonly host: Host;
  readonly resolver: SystemResolver;
  readonly files: ProgramFiles;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly limits: ProcessLimits;
  readonly startedAt: Nanoseconds;
  /** The event of its start, which brings about all that it does by itself. */
  readonly began: number;
  hooks: ProcessHooks | undefined;
  /** What `process.exitCode` was set to. */
  exitCode: number | undefined;
  /** How it ended; undefined while it runs. */
  ended: number | undefined;
  /** False while the program's first file still awaits something at its top level. */
  isLoaded = false;
  /** Where its files await at their top level, as Node says it. Set by the loader. */
  unsettledAt: () => string = () => '';
  readonly #onOutput: (stream: OutputStream, text: string) => void;
  readonly #onExit: (code: number) => void;
  readonly #modules = new Map<ModuleFactory<unknown>, unknown>();
  readonly #resources = new Set<Resource>();
  #ticks: { readonly run: () => void; readonly cause: number }[] = [];
  #refs = 0;
  #printed = 0;
  #timers = 0;
  #saidBeforeExit = false;
  #isExiting = false;

  constructor(drive: Drive, options: ProcessOptions) {
    this.drive = drive;
    this.realm = drive.realm;
    this.name = options.name;
    this.host = options.host;
    this.resolver = options.resolver;
    this.files = options.files;
    this.argv = options.argv;
    this.env = options.env ?? {};
    this.cwd = options.cwd ?? '/app';
    this.limits = { ...DEFAULT_PROCESS_LIMITS, ...options.limits };
    this.pid = drive.newPid();
    this.startedAt = drive.kernel.now;
    this.#onOutput = options.onOutput ?? (() => {});
    this.#onExit = options.onExit ?? (() => {});
    drive.processes.push(this);
    this.began = this.host.record('program.start', {
      program: this.name,
      pid: this.pid,
      argv: this.argv.slice(1).join(' '),
    });
  }

  // ── its modules

  /** A module of this program, made at its first use. */
  load<T>(factory: ModuleFactory<T>): T {
    if (!this.#modules.has(factory)) this.#modules.set(factory, factory(this));
    return this.#modules.get(factory) as T;
  }

  /** The packages under the modules; `given` and `globals` count at the first call (modules/libraries.ts). */
  libraries(given: ReadonlyMap<string, unknown>, globals: unknown): Libraries {
    return new Libraries(this.realm.shelf, this.realm.evaluate, given, globals);
  }

  // ── its turns

  get isRunning(): boolean {
    return this.ended === undefined;
  }

  /** Calls into the program from an event of the kernel; in the middle of a turn, by an event of its own at the same time. */
  enter(body: () => void): void {
    if (!this.isRunning) return;
    if (this.drive.current) this.soon(body);
    else this.drive.enter(this, body);
  }

  /** Calls into the program by an event of its own, at this time. */
  soon(body: () => void): Handle {
    return this.after(0, body);
  }

  /** Calls into the program `delay` nanoseconds from now. */
  after(delay: Nanoseconds, body: () => void): Handle {
    const { kernel } = this.drive;
    return kernel.call(kernel.now + delay, () => this.enter(body));
  }

  cancel(handle: Handle): boolean {
    return this.drive.kernel.cancel(handle);
  }

  /** `process.nextTick`: after what is running, before promises. */
  nextTick(run: () => void): void {
    if (!this.isRunning) return;
    this.#ticks.push({ run, cause: this.drive.world.trace.cause });
    // outside a turn (a callback of the engine's own): a turn for it
    if (!this.drive.current) this.soon(() => {});
  }

  get hasTicks(): boolean {
    return this.#ticks.length > 0;
  }

  /** Runs all ticks, and those that they add. For the drive. */
  drainTicks(): void {
    const { trace } = this.drive.world;
    const before = trace.cause;
    for (let ran = 0; this.#ticks.length > 0; ran++) {
      if (ran >= this.limits.ticks) {
        this.stop(`never lets go: ${ran} ticks of process.nextTick in a row`);
        break;
      }
      const batch = this.#ticks;
      this.#ticks = [];
      for (const tick of batch) {
        if (!this.isRunning) break;
        trace.cause = tick.cause;
        this.call(tick.run);
        ran += 1;
      }
    }
    trace.cause = before;
  }

  /** Runs a piece of the program, and takes what it throws. */
  call(body: () => void): void {
    if (!this.isRunning) return;
    try {
      body();
    } catch (error) {
      this.fail(error);
    }
  }

  /** An error that went past the program. */
  fail(error: unknown, origin: 'uncaughtException' | 'unhandledRejection' = 'uncaughtException'): void {
    if (error instanceof ProcessExit || !this.isRunning) return;
    try {
      if (this.hooks?.uncaught(error, origin)) return;
      this.exitCode = 1;
      this.#tellExit(1);
    } catch (other) {
      if (other instanceof ProcessExit) return;
      error = other;
    }
    try {
      this.print('stderr', `${this.hooks?.describe(error, origin) ?? String(error)}\n`);
    } catch (over) {
      // No room for it: stopped, and there is nobody above who could be told.
      if (!(over instanceof ProcessExit)) throw over;
    }
    this.#exitNow(this.exitCode || 1);
  }

  /** A promise was rejected and nobody had asked. */
  rejected(rejection: Rejection): void {
    if (!this.isRunning || rejection.reason instanceof ProcessExit) return;
    this.call(() => {
      if (!this.hooks?.rejected(rejection)) this.fail(asError(rejection.reason), 'unhandledRejection');
    });
  }

  // ── what keeps it alive

  ref(): void {
    this.#refs += 1;
  }

  unref(): void {
    this.#refs -= 1;
  }

  /** Something that is taken back when the program ends. Returns what lets go of it. */
  own(resource: Resource): () => void {
    this.#resources.add(resource);
    return () => this.#resources.delete(resource);
  }

  /** Throws when there are too many timers. Returns what counts one less. */
  countTimer(): () => void {
    if (this.#timers >= this.limits.timers) this.abort(`set more than ${this.limits.timers} timers at once`);
    this.#timers += 1;
    return () => {
      this.#timers -= 1;
    };
  }

  // ── what it says

  print(stream: OutputStream, text: string): void {
    if (!this.isRunning || text === '') return;
    const room = this.limits.outputChars - this.#printed;
    const said = text.length > room ? text.slice(0, Math.max(room, 0)) : text;
    this.#printed += said.length;
    if (said !== '') {
      this.host.record('program.output', { program: this.name, pid: this.pid, stream, text: said });
      this.#onOutput(stream, said);
    }
    if (text.length > room) this.abort(`printed more than ${this.limits.outputChars} characters`);
  }

  /** A warning of Node's own. */
  warn(warning: string | Error, name?: string, code?: string): void {
    this.hooks?.warn(warning, name, code);
  }

  // ── its end

  /** `process.exit`: tells the program's listeners, takes everything back, and throws, because it never returns. */
  exit(code: number): never {
    if (this.isRunning) {
      try {
        this.#tellExit(code);
      } finally {
        this.#exitNow(this.exitCode ?? code);
      }
    }
    throw new ProcessExit(code);
  }

  /** `kill(2)` from outside. A program that has no listener for the signal ends by it. */
  kill(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): void {
    const numbers = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 } as const;
    this.enter(() => {
      if (name === 'SIGKILL' || !this.hooks?.signal(name)) this.#exitNow(128 + numbers[name]);
    });
  }

  /** Stopped for what it does to everybody else; `why` is what stands behind its name in a sentence. */
  stop(why: string): void {
    if (!this.isRunning) return;
    this.host.record('program.stopped', { program: this.name, pid: this.pid, why });
    this.#onOutput('stderr', `\nroundtrip: ${this.name} ${why}, so it was stopped.\n`);
    this.#exitNow(137);
  }

  /** {@link stop} for a call of the program's own, which does not return. */
  abort(why: string): never {
    this.stop(why);
    throw new ProcessExit(137);
  }

  /** Ends the program when nothing keeps it alive. For the drive, after each turn. */
  lookForEnd(): void {
    if (this.#refs > 0) this.#saidBeforeExit = false;
    if (!this.isRunning || this.#refs > 0 || this.hasTicks) return;
    if (!this.isLoaded) {
      // what stands at the top level awaits something that will never come
      this.print('stderr', `Warning: Detected unsettled top-level await${this.unsettledAt()}\n`);
      this.#leave(13);
      return;
    }
    if (!this.#saidBeforeExit) {
      this.#saidBeforeExit = true;
      this.soon(() => this.hooks?.beforeExit(this.exitCode ?? 0));
      return;
    }
    this.#leave(0);
  }

  #leave(code: number): void {
    this.soon(() => {
      if (this.#refs > 0) return;
      this.#tellExit(this.exitCode ?? code);
      this.#exitNow(this.exitCode ?? code);
    });
  }

  /** Once: a listener that calls `process.exit` is not told again. */
  #tellExit(code: number): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.hooks?.exit(code);
  }

  #exitNow(code: number): void {
    if (!this.isRunning) return;
    this.ended = code;
    this.#ticks = [];
    for (const resource of [...this.#resources]) resource.kill();
    this.#resources.clear();
    this.host.record('program.exit', { program: this.name, pid: this.pid, code });
    this.#onExit(code);
  }
}

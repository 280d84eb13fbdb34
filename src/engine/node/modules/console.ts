/**
 * `console` of a program: what it says goes to its two streams. Times are the world's.
 */
import type { Console as NodeConsole } from 'node:console';
import { formatWithOptions, type InspectOptions, inspect } from 'node-inspect-extracted';
import { MILLISECOND } from '../../base/units.ts';
import { checkArray, checkInteger, checkObject, invalidValue } from '../arguments.ts';
import { callable } from '../callable.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { printTable, tableOf } from './console-table.ts';
import { processModule } from './process/process.ts';

/** What a console writes to. */
interface Sink {
  write(text: string): unknown;
  once?(name: 'error', listener: () => void): unknown;
  removeListener?(name: 'error', listener: () => void): unknown;
}

interface ConsoleOptions {
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  readonly ignoreErrors?: boolean;
  /** For both streams, or by stream. */
  readonly inspectOptions?: InspectOptions | ReadonlyMap<Sink, InspectOptions>;
  readonly groupIndentation?: number;
  readonly colorMode?: boolean | 'auto';
}

const MAX_INDENTATION = 1000;

export function consoleModule(node: NodeProcess) {
  const own = node.load(processModule);

  class Console {
    declare readonly _stdout: Sink;
    declare readonly _stderr: Sink;
    // the one that programs find has these; Node's types give them to each
    declare readonly Console: NodeConsole['Console'];
    declare readonly profile: NodeConsole['profile'];
    declare readonly profileEnd: NodeConsole['profileEnd'];
    declare readonly timeStamp: NodeConsole['timeStamp'];
    readonly #shown: (on: Sink) => InspectOptions;
    readonly #step: number;
    readonly #ignoresErrors: boolean;
    #indent = '';
    readonly #counts = new Map<string, number>();
    readonly #timers = new Map<string, number>();

    constructor(first?: Sink | ConsoleOptions, second?: Sink, ignoreErrors = true) {
      const isSink = typeof (first as Sink | undefined)?.write === 'function' || first === undefined;
      const options: ConsoleOptions = isSink
        ? { stdout: first as Sink, ...(second && { stderr: second }), ignoreErrors }
        : (first as ConsoleOptions);
      const { stdout, stderr = stdout, groupIndentation = 2, colorMode = 'auto' } = options;
      for (const [sink, name] of [
        [stdout, 'stdout'],
        [stderr, 'stderr'],
      ] as const)
        if (typeof sink?.write !== 'function')
          throw codedError(
            TypeError,
            'ERR_CONSOLE_WRITABLE_STREAM',
            `Console expects a writable stream instance for ${name}`,
          );
      if (typeof colorMode !== 'boolean' && colorMode !== 'auto')
        throw invalidValue('colorMode', colorMode, "must be one of: 'auto', true, false");
      checkInteger(groupIndentation, 'groupIndentation', 0, MAX_INDENTATION);
      this.#shown = inspectionOf(options);
      this.#step = groupIndentation;
      this.#ignoresErrors = options.ignoreErrors ?? true;
      for (const [name, value] of [
        ['_stdout', stdout],
        ['_stderr', stderr],
      ] as const)
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: false });
      // a console's functions work when they are taken away from it
      for (const name of METHODS) {
        const method = (this as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
        const bound = method.bind(this);
        Object.defineProperty(bound, 'name', { value: name });
        Object.defineProperty(this, name, {
          value: bound,
          writable: true,
          configurable: true,
          enumerable: true,
        });
      }
    }

    #write(sink: Sink, text: string): void {
      const indented = this.#indent === '' ? text : this.#indent + text.replaceAll('\n', `\n${this.#indent}`);
      if (!this.#ignoresErrors) {
        sink.write(`${indented}\n`);
        return;
      }
      const ignore = (): void => {};
      try {
        sink.once?.('error', ignore);
        sink.write(`${indented}\n`);
      } finally {
        sink.removeListener?.('error', ignore);
      }
    }

    #say(sink: Sink, args: unknown[]): void {
      this.#write(sink, formatWithOptions(this.#shown(sink), ...(args as [unknown])));
    }

    log(...args: unknown[]): void {
      this.#say(this._stdout, args);
    }
    info(...args: unknown[]): void {
      this.log(...args);
    }
    debug(...args: unknown[]): void {
      this.log(...args);
    }
    warn(...args: unknown[]): void {
      this.#say(this._stderr, args);
    }
    error(...args: unknown[]): void {
      this.warn(...args);
    }
    dirxml(...args: unknown[]): void {
      this.log(...args);
    }

    dir(value: unknown, options?: InspectOptions): void {
      this.#write(
        this._stdout,
        inspect(value, { customInspect: false, ...this.#shown(this._stdout), ...options }),
      );
    }

    trace(...args: unknown[]): void {
      const said = {
        name: 'Trace',
        message: formatWithOptions(this.#shown(this._stderr), ...(args as [unknown])),
      };
      const Tracing = Error as { captureStackTrace?(target: object, above?: unknown): void };
      Tracing.captureStackTrace?.(said, this.trace);
      const { stack = `${said.name}: ${said.message}` } = said as { stack?: string };
      this.error(stack);
    }

    assert(isTrue: unknown, ...args: unknown[]): void {
      if (isTrue) return;
      if (typeof args[0] === 'string') this.warn(`Assertion failed: ${args[0]}`, ...args.slice(1));
      else this.warn('Assertion failed', ...args);
    }

    /** There is no screen to clear. */
    clear(): void {}

    count(label: unknown = 'default'): void {
      const name = `${label as string}`;
      const count = (this.#counts.get(name) ?? 0) + 1;
      this.#counts.set(name, count);
      this.log(`${name}: ${count}`);
    }

    countReset(label: unknown = 'default'): void {
      const name = `${label as string}`;
      if (!this.#counts.delete(name)) node.warn(`Count for '${name}' does not exist`);
    }

    group(...args: unknown[]): void {
      if (args.length > 0) this.log(...args);
      this.#indent += ' '.repeat(this.#step);
    }
    groupCollapsed(...args: unknown[]): void {
      this.group(...args);
    }
    groupEnd(): void {
      this.#indent = this.#indent.slice(0, Math.max(0, this.#indent.length - this.#step));
    }

    time(label: unknown = 'default'): void {
      const name = `${label as string}`;
      if (this.#timers.has(name)) {
        node.warn(`Label '${name}' already exists for console.time()`);
        return;
      }
      this.#timers.set(name, node.drive.kernel.now);
    }
    timeLog(label: unknown = 'default', ...args: unknown[]): void {
      this.#tellTime('timeLog', `${label as string}`, args);
    }
    timeEnd(label: unknown = 'default'): void {
      const name = `${label as string}`;
      this.#tellTime('timeEnd', name, []);
      this.#timers.delete(name);
    }

    #tellTime(method: string, name: string, args: unknown[]): void {
      const began = this.#timers.get(name);
      if (began === undefined) {
        node.warn(`No such label '${name}' for console.${method}()`);
        return;
      }
      const took = formatTook((node.drive.kernel.now - began) / MILLISECOND);
      if (args.length > 0) this.log('%s: %s', name, took, ...args);
      else this.log('%s: %s', name, took);
    }

    table(data: unknown, properties?: unknown): void {
      if (typeof data !== 'object' || data === null) {
        this.log(data);
        return;
      }
      if (properties !== undefined) checkArray(properties, 'properties');
      this.log(printTable(tableOf(data, properties as readonly string[] | undefined)));
    }
  }

  const Callable = callable(Console);
  const main = new Console({ stdout: own.stdout as Sink, stderr: own.stderr as Sink });
  Object.defineProperty(main, Symbol.toStringTag, { value: 'console', configurable: true });
  // for a profiler, which is not here
  const unheard = { profile() {}, profileEnd() {}, timeStamp() {} };
  return Object.assign(main, { Console: Callable, ...unheard });
}

const METHODS = [
  'log',
  'info',
  'debug',
  'warn',
  'error',
  'dir',
  'time',
  'timeEnd',
  'timeLog',
  'trace',
  'assert',
  'clear',
  'count',
  'countReset',
  'group',
  'groupEnd',
  'table',
  'dirxml',
  'groupCollapsed',
];

/** How values are shown on a stream. Throws when two options say something about colours. */
function inspectionOf({ inspectOptions, colorMode }: ConsoleOptions): (on: Sink) => InspectOptions {
  const usual: InspectOptions = colorMode === true ? { colors: true } : {};
  if (inspectOptions === undefined) return () => usual;
  checkObject(inspectOptions, 'options.inspectOptions');
  const byStream =
    inspectOptions instanceof Map ? (inspectOptions as ReadonlyMap<Sink, InspectOptions>) : undefined;
  const all = byStream ? [...byStream.values()] : [inspectOptions as InspectOptions];
  if (colorMode !== undefined && all.some(({ colors }) => colors !== undefined))
    throw codedError(
      TypeError,
      'ERR_INCOMPATIBLE_OPTION_PAIR',
      'Option "options.inspectOptions.color" cannot be used in combination with option "colorMode"',
    );
  return (on) => ({ ...usual, ...(byStream ? byStream.get(on) : (inspectOptions as InspectOptions)) });
}

/** `1.234ms`, `1.234s`, `1:02.345 (m:ss.mmm)`, `1:02:03.456 (h:mm:ss.mmm)`. */
function formatTook(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(3)}s`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = ((ms % 60_000) / 1000).toFixed(3).padStart(6, '0');
  if (hours === 0) return `${minutes}:${seconds} (m:ss.mmm)`;
  return `${hours}:${String(minutes).padStart(2, '0')}:${seconds} (h:mm:ss.mmm)`;
}

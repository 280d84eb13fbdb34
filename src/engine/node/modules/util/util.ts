/**
 * `node:util`: showing values, functions in other forms, what values are.
 *
 * Showing is node-inspect-extracted's, which is Node's own.
 */
import type {
  DebugLogger,
  DebugLoggerFunction,
  DeprecateOptions,
  InspectOptions,
  ParseArgsConfig,
} from 'node:util';
import {
  format,
  formatWithOptions,
  inspect as inspectOfLibrary,
  stripVTControlCharacters,
} from 'node-inspect-extracted';
import {
  checkAbortSignal,
  checkFunction,
  checkNumber,
  checkString,
  invalidType,
  outOfRange,
} from '../../arguments.ts';
import { isAlike } from '../../deep-equal.ts';
import type { NodeProcess } from '../../node-process.ts';
import { errnoMap } from '../../system-error.ts';
import { absent } from '../absent.ts';
import { parseArguments } from './parse-args.ts';
import { promisification } from './promisify.ts';
import { styledText } from './style-text.ts';
import { utilTypes } from './types.ts';

type NodeUtil = typeof import('node:util');

interface Inspect extends Pick<NodeUtil['inspect'], 'custom' | 'colors' | 'styles'> {
  (value: unknown, showHidden?: boolean, depth?: number | null, color?: boolean): string;
  (value: unknown, options?: InspectOptions): string;
  defaultOptions: InspectOptions;
  replDefaults: InspectOptions;
}

type Anything = (...args: unknown[]) => unknown;

/** The library’s own types have another symbol for `custom`, and say too little of its tables. */
const inspect = inspectOfLibrary as unknown as Inspect;

export function util(node: NodeProcess) {
  const { promisify, callbackify } = node.load(promisification);
  /** Codes of deprecations that were told: each is told once. */
  const told = new Set<string>();

  function deprecate<F extends object>(
    original: F,
    message: string,
    code?: string,
    options?: DeprecateOptions,
  ): F {
    checkFunction(original, 'fn');
    if (code !== undefined) checkString(code, 'code');
    const { modifyPrototype = true } = options ?? {};
    const run: Anything = original;
    let isTold = false;
    function deprecated(this: unknown, ...args: unknown[]): unknown {
      if (!isTold) {
        isTold = true;
        if (code === undefined || !told.has(code)) node.warn(message, 'DeprecationWarning', code);
        if (code !== undefined) told.add(code);
      }
      return new.target ? Reflect.construct(run, args, new.target) : Reflect.apply(run, this, args);
    }
    if (modifyPrototype) {
      Object.setPrototypeOf(deprecated, run);
      if (run.prototype) deprecated.prototype = run.prototype;
    }
    Object.defineProperty(deprecated, 'length', { value: run.length, configurable: true });
    // it takes what the original takes, and gives what it gives
    return deprecated as unknown as F;
  }

  /** Sections that `NODE_DEBUG` names are printed. */
  function debuglog(section: string, ready?: (log: DebugLoggerFunction) => void): DebugLogger {
    const wanted = (node.env['NODE_DEBUG'] ?? '').split(',').map((name) => name.trim());
    const pattern = wanted
      .filter(Boolean)
      .map((name) => name.replace(/[|\\{}()[\]^$+?.]/g, '\\$&').replace(/\*/g, '.*'));
    const called = section.toUpperCase();
    const enabled = pattern.length > 0 && new RegExp(`^(?:${pattern.join('|')})$`, 'i').test(called);
    let isReady = false;
    const log = (...args: unknown[]): void => {
      if (!isReady) {
        isReady = true;
        ready?.(log);
      }
      if (enabled)
        node.print('stderr', `${called} ${node.pid}: ${formatWithOptions({}, ...(args as [unknown]))}\n`);
    };
    return Object.defineProperty(log as DebugLogger, 'enabled', { value: enabled, enumerable: true });
  }

  function aborted(signal: AbortSignal, resource: object): Promise<void> {
    return new Promise((resolve) => {
      if (signal === undefined) throw invalidType('signal', 'AbortSignal', signal);
      checkAbortSignal(signal as unknown, 'signal');
      if (typeof resource !== 'object' && typeof resource !== 'function')
        throw invalidType('resource', ['Object', 'Function'], resource);
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  const isArray = (value: unknown): value is unknown[] => Array.isArray(value);

  // the type of the result follows from that of the options
  function parseArgs<C extends ParseArgsConfig>(
    config?: C,
  ): ReturnType<typeof import('node:util').parseArgs<C>>;
  function parseArgs(config?: unknown): unknown {
    return parseArguments(config, node.argv.slice(2));
  }

  return {
    callbackify,
    debug: debuglog,
    debuglog,
    deprecate,
    format,
    styleText: styledText,
    formatWithOptions,
    getSystemErrorMap: errnoMap,
    getSystemErrorName,
    getSystemErrorMessage,
    inherits,
    inspect,
    isArray: deprecate(
      isArray,
      'The `util.isArray` API is deprecated. Please use `Array.isArray()` instead.',
      'DEP0044',
    ),
    isDeepStrictEqual: (a: unknown, b: unknown): boolean => isAlike(a, b, 'strict'),
    promisify,
    stripVTControlCharacters(text: unknown): string {
      checkString(text, 'str');
      return stripVTControlCharacters(text);
    },
    toUSVString: (text: unknown): string => `${text as string}`.toWellFormed(),
    aborted,
    types: utilTypes,
    parseEnv,
    parseArgs,
    TextDecoder,
    TextEncoder,
    ...absent('util', ['MIMEType', 'MIMEParams'], 'nothing here reads media types apart'),
    ...absent('util', ['getCallSites'], 'the stack holds the functions of the simulation, too'),
    ...absent(
      'util',
      ['transferableAbortController', 'transferableAbortSignal'],
      'there are no worker threads',
    ),
    ...absent(
      'util',
      [
        'diff',
        'debounce',
        'throttle',
        'markPromiseAsHandled',
        'convertProcessSignalToExitCode',
        'setTraceSigInt',
      ],
      'it is newer than the programs of the course',
    ),
  };
}

/** Old inheritance: `constructor.super_`, and the prototype's prototype. */
function inherits(heir: unknown, superConstructor: unknown): void {
  if (heir === undefined || heir === null) throw invalidType('ctor', 'Function', heir);
  if (superConstructor === undefined || superConstructor === null)
    throw invalidType('superCtor', 'Function', superConstructor);
  const { prototype } = superConstructor as { prototype?: object };
  if (prototype === undefined) throw invalidType('superCtor.prototype', 'Object', prototype);
  Object.defineProperty(heir, 'super_', {
    value: superConstructor,
    writable: true,
    configurable: true,
  });
  Object.setPrototypeOf((heir as { prototype: object }).prototype, prototype);
}

function systemError(errno: number): [code: string, words: string] | undefined {
  checkNumber(errno, 'err');
  if (errno >= 0 || !Number.isInteger(errno)) throw outOfRange('err', 'a negative integer', errno);
  return errnoMap().get(errno);
}

function getSystemErrorName(errno: number): string {
  return systemError(errno)?.[0] ?? `Unknown system error ${errno}`;
}

function getSystemErrorMessage(errno: number): string {
  return systemError(errno)?.[1] ?? `Unknown system error ${errno}`;
}

/** The text of a `.env` file as an object: names, `=`, values that may be quoted; `#` begins a comment. */
function parseEnv(content: string): Record<string, string> {
  checkString(content, 'content');
  const line =
    /^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*("(?:[^"])*"|'(?:[^'])*'|`(?:[^`])*`|[^#\n]*)?[^\S\n]*(?:#.*)?$/gm;
  const found: Record<string, string> = Object.create(null);
  for (const [, name, raw = ''] of content.replace(/\r\n?/g, '\n').matchAll(line)) {
    const value = raw.trim();
    const quote = /^(["'`])([\s\S]*)\1$/.exec(value);
    const text = quote ? quote[2]! : value;
    found[name!] = quote?.[1] === '"' ? text.replace(/\\n/g, '\n') : text;
  }
  return found;
}

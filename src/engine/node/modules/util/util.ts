/**
 * `node:util`: showing values, functions in other forms, what values are.
 *
 * Showing is node-inspect-extracted's, which is Node's own.
 */
import { format, formatWithOptions, inspect, stripVTControlCharacters } from 'node-inspect-extracted';
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

type Anything = (...args: unknown[]) => unknown;

export function util(node: NodeProcess) {
  const { promisify, callbackify } = node.load(promisification);
  /** Codes of deprecations that were told: each is told once. */
  const told = new Set<string>();

  function deprecate(original: Anything, message: string, code?: string): Anything {
    checkFunction(original, 'fn');
    if (code !== undefined) checkString(code, 'code');
    let isTold = false;
    function deprecated(this: unknown, ...args: unknown[]): unknown {
      if (!isTold) {
        isTold = true;
        if (code === undefined || !told.has(code)) node.warn(message, 'DeprecationWarning', code);
        if (code !== undefined) told.add(code);
      }
      return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
    }
    Object.setPrototypeOf(deprecated, original);
    if (original.prototype) deprecated.prototype = original.prototype;
    Object.defineProperty(deprecated, 'length', { value: original.length, configurable: true });
    return deprecated;
  }

  /** Sections that `NODE_DEBUG` names are printed. */
  function debuglog(section: string, ready?: (log: Anything) => void): Anything & { enabled: boolean } {
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
        ready?.(log as Anything);
      }
      if (enabled)
        node.print('stderr', `${called} ${node.pid}: ${formatWithOptions({}, ...(args as [unknown]))}\n`);
    };
    return Object.defineProperty(log, 'enabled', { value: enabled, enumerable: true }) as Anything & {
      enabled: boolean;
    };
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
    getSystemErrorMessage: (errno: number) => systemError(errno)?.[1],
    inherits,
    inspect,
    isArray: deprecate(
      isArray as Anything,
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
    parseArgs: (config?: unknown) => parseArguments(config, node.argv.slice(2)),
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

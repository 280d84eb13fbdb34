/**
 * How `node:net` reads its arguments: `connect` and `listen` take options, or a port with a host behind it, or a path.
 */
import { checkNumber, invalidValue, outOfRange } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';

type Callback = (...args: unknown[]) => void;
export type Options = Record<string, unknown>;

/** `setTimeout` of sockets goes no further. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** Arguments of `connect` and `listen`, read once. */
export interface NetArguments {
  readonly options: Options;
  readonly callback: Callback | undefined;
}

export function readArguments(args: readonly unknown[]): NetArguments {
  const [first, second] = args;
  const last = args.at(-1);
  const callback = typeof last === 'function' ? (last as Callback) : undefined;
  if (args.length === 0) return { options: {}, callback };
  if (typeof first === 'object' && first !== null) return { options: first as Options, callback };
  if (isPath(first)) return { options: { path: first }, callback };
  const host = args.length > 1 && typeof second === 'string' ? { host: second } : {};
  return { options: { port: first, ...host }, callback };
}

/** A text that is no number names a Unix socket. */
export function isPath(value: unknown): value is string {
  return typeof value === 'string' && countOf(value) === undefined;
}

/** A number from 0 on that the value stands for. */
export function countOf(value: unknown): number | undefined {
  const number = Number(value);
  return number >= 0 ? number : undefined;
}

/** Milliseconds after which nothing has happened for too long. */
export function timeoutMs(node: NodeProcess, value: unknown, name: string): number {
  checkNumber(value, name);
  if (value < 0 || !Number.isFinite(value)) throw outOfRange(name, 'a non-negative finite number', value);
  if (value <= MAX_TIMEOUT_MS) return value;
  const warning = `${value} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_TIMEOUT_MS}.`;
  node.warn(warning, 'TimeoutOverflowWarning');
  return MAX_TIMEOUT_MS;
}

/** Whole seconds, as setsockopt(2) takes them; anything that is no number is zero. */
export function wholeSeconds(ms: unknown): number {
  return ~~((ms as number) / 1000);
}

export function noUnixSockets(path: unknown): Error {
  return codedError(
    Error,
    'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    `Unix sockets are unavailable on the simulated machine, which has no file system for them: ${String(path)}`,
  );
}

export function noDescriptors(fd: unknown): Error {
  return codedError(
    Error,
    'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    `File descriptors are unavailable on the simulated machine: sockets have none (fd ${String(fd)})`,
  );
}

/** For what `net` refuses to be: a stream of objects. */
export function refuseObjectMode(options: Options): void {
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode'])
    if (options[name]) throw invalidValue(`options.${name}`, options[name], 'is not supported');
}

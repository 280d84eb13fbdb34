/**
 * What Node's functions say of an argument that will not do: `The "name" argument must be of type string. Received …`.
 *
 * The `check…` functions throw; the others make the error. Messages, codes and classes are Node's, for they are what a
 * reader looks for when a program fails.
 */
import { inspect } from 'node-inspect-extracted';
import { codedError } from './system-error.ts';

type Coded<E> = E & { code: string };

/** Words for what is no class: they stand behind `of type`. */
const TYPES = new Set(['string', 'function', 'number', 'object', 'boolean', 'bigint', 'symbol']);

/** `expected`: types (`string`), classes (`Buffer`, `Function` is a type), or words (`a dictionary`). */
export function invalidType(
  name: string,
  expected: string | readonly string[],
  actual: unknown,
): Coded<TypeError> {
  const types: string[] = [];
  const classes: string[] = [];
  const words: string[] = [];
  for (const one of typeof expected === 'string' ? [expected] : expected) {
    if (TYPES.has(one) || one === 'Function' || one === 'Object') types.push(one.toLowerCase());
    else (/^[A-Z][a-zA-Z0-9]*$/.test(one) ? classes : words).push(one);
  }
  const object = types.indexOf('object');
  if (classes.length > 0 && object >= 0) {
    types.splice(object, 1);
    classes.push('Object');
  }
  const parts: string[] = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${listed(types, 'or')}`);
  if (classes.length > 0) parts.push(`an instance of ${listed(classes, 'or')}`);
  if (words.length > 1) parts.push(`one of ${listed(words, 'or')}`);
  else if (words.length === 1) parts.push(`${/[A-Z]/.test(words[0]!) ? 'an ' : ''}${words[0]}`);
  const message = `The ${called(name)} must be ${parts.join(' or ')}. Received ${received(actual)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

export function invalidValue(name: string, value: unknown, reason = 'is invalid'): Coded<TypeError> {
  const shown = inspect(value);
  const kind = name.includes('.') ? 'property' : 'argument';
  const message = `The ${kind} '${name}' ${reason}. Received ${shown.length > 128 ? `${shown.slice(0, 128)}...` : shown}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
}

export function outOfRange(name: string, range: string, value: unknown): Coded<RangeError> {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${grouped(value)}`;
  return codedError(RangeError, 'ERR_OUT_OF_RANGE', message);
}

/** Arguments that were left out; several names in one entry are alternatives. */
export function missingArguments(...names: readonly (string | readonly string[])[]): Coded<TypeError> {
  const quoted = names.map((one) =>
    typeof one === 'string' ? `"${one}"` : one.map((name) => `"${name}"`).join(' or '),
  );
  const message = `The ${listed(quoted, 'and')} argument${names.length > 1 ? 's' : ''} must be specified`;
  return codedError(TypeError, 'ERR_MISSING_ARGS', message);
}

export function checkString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidType(name, 'string', value);
}

// biome-ignore lint/suspicious/noExplicitAny: the functions of programs take what they take
export function checkFunction(value: unknown, name: string): asserts value is (...args: any[]) => any {
  if (typeof value !== 'function') throw invalidType(name, 'Function', value);
}

export function checkBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'boolean', value);
}

export function checkNumber(
  value: unknown,
  name: string,
  least?: number,
  most?: number,
): asserts value is number {
  if (typeof value !== 'number') throw invalidType(name, 'number', value);
  const isBounded = least !== undefined || most !== undefined;
  if (!(value < (least ?? -Infinity)) && !(value > (most ?? Infinity)) && !(isBounded && Number.isNaN(value)))
    return;
  const bounds = [
    ...(least === undefined ? [] : [`>= ${least}`]),
    ...(most === undefined ? [] : [`<= ${most}`]),
  ];
  throw outOfRange(name, bounds.join(' && '), value);
}

export function checkInteger(
  value: unknown,
  name: string,
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number') throw invalidType(name, 'number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
}

export function checkInt32(
  value: unknown,
  name: string,
  least = -2_147_483_648,
  most = 2_147_483_647,
): asserts value is number {
  checkInteger(value, name, least, most);
}

export function checkUint32(value: unknown, name: string, isPositive = false): asserts value is number {
  checkInteger(value, name, isPositive ? 1 : 0, 4_294_967_295);
}

export function checkOneOf<T>(value: unknown, name: string, allowed: readonly T[]): asserts value is T {
  if (allowed.includes(value as T)) return;
  const shown = allowed.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(', ');
  throw invalidValue(name, value, `must be one of: ${shown}`);
}

export function checkObject(value: unknown, name: string): asserts value is object {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw invalidType(name, 'Object', value);
}

export function checkArray(value: unknown, name: string): asserts value is unknown[] {
  if (!Array.isArray(value)) throw invalidType(name, 'Array', value);
}

/** A port in a number or a text, from 0 on; the number. */
export function checkPort(port: unknown, name = 'Port', allowZero = true): number {
  const number = typeof port === 'string' && port.trim() !== '' ? Number(port) : port;
  const isPort =
    typeof number === 'number' &&
    Number.isInteger(number) &&
    number >= (allowZero ? 0 : 1) &&
    number < 65_536;
  if (isPort) return number;
  const message = `${name} should be ${allowZero ? '>=' : '>'} 0 and < 65536. Received ${received(port)}.`;
  throw codedError(RangeError, 'ERR_SOCKET_BAD_PORT', message);
}

/** Undefined will do. */
export function checkAbortSignal(signal: unknown, name: string): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal))
    throw invalidType(name, 'AbortSignal', signal);
}

/** What Node says it got instead of what it wanted. */
export function received(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'bigint':
      return `type bigint (${value}n)`;
    case 'number':
      return `type number (${Object.is(value, -0) ? '-0' : value})`;
    case 'boolean':
    case 'symbol':
      return `type ${typeof value} (${String(value)})`;
    case 'function':
      return `function ${value.name}`;
    case 'string': {
      const text = value.length > 28 ? `${value.slice(0, 25)}...` : value;
      return `type string (${text.includes("'") ? JSON.stringify(text) : `'${text}'`})`;
    }
    default: {
      if (value === null) return 'null';
      const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
      return typeof name === 'string' && name !== ''
        ? `an instance of ${name}`
        : inspect(value, { depth: -1 });
    }
  }
}

/** `a`, `a or b`, `a, b, or c`. */
export function listed(words: readonly string[], joint: 'and' | 'or'): string {
  if (words.length < 3) return words.join(` ${joint} `);
  return `${words.slice(0, -1).join(', ')}, ${joint} ${words.at(-1)}`;
}

function called(name: string): string {
  if (name.endsWith(' argument')) return name;
  return `"${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

/** A number as Node shows it when it is out of range: long ones in groups of three digits. */
function grouped(value: unknown): string {
  const isLong =
    (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 0x1_0000_0000) ||
    (typeof value === 'bigint' && (value > 0x1_0000_0000n || value < -0x1_0000_0000n));
  if (!isLong) return inspect(value);
  const digits = String(value).replace(/\B(?=(?:\d{3})+$)/g, '_');
  return typeof value === 'bigint' ? `${digits}n` : digits;
}

/**
 * What Node's buffers say of arguments that will not do, where the package buffer has words of its own.
 */
import { checkNumber, invalidType, outOfRange } from '../../arguments.ts';
import { codedError } from '../../system-error.ts';

type Method = (this: Uint8Array, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const SOURCES = ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'];
const MAX_LENGTH = Number.MAX_SAFE_INTEGER;

/** Lets the functions of the class and of its instances look at their arguments first. */
export function checkBuffers(Buffer: unknown): void {
  const made = Buffer as Methods & { readonly prototype: Methods };
  before(made, 'from', (value) => {
    if (typeof value !== 'string' && typeof value !== 'object')
      throw invalidType('first argument', SOURCES, value);
    if (value === null) throw invalidType('first argument', SOURCES, value);
  });
  const { from } = made;
  made['from'] = named('from', function (...args) {
    try {
      return from!.apply(this, args);
    } catch (error) {
      if (error instanceof TypeError && !('code' in error))
        throw invalidType('first argument', SOURCES, args[0]);
      throw error;
    }
  });
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'])
    before(made, name, (size) => checkNumber(size, 'size', 0, MAX_LENGTH));
  before(made, 'concat', (list) => {
    if (!Array.isArray(list)) throw invalidType('list', 'Array', list);
  });
  before(made, 'byteLength', (value) => {
    if (typeof value !== 'string' && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer))
      throw invalidType('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  });
  before(made.prototype, 'toString', (encoding) => {
    if (encoding !== undefined && !(made['isEncoding'] as (name: unknown) => boolean)(encoding))
      throw codedError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${String(encoding)}`);
  });
  for (const name of Object.getOwnPropertyNames(made.prototype)) checkNumbers(made.prototype, name);
}

/** `readUInt16BE` and the like: the value, then the place. */
function checkNumbers(prototype: Methods, name: string): void {
  const [, verb, kind, bits] =
    /^(read|write)(Big)?(?:U?[Ii]nt|Float|Double)(\d*)(?:[BL]E)?$/.exec(name) ?? [];
  if (verb === undefined || (!bits && !/Float|Double/.test(name))) return;
  const size = name.includes('Double') ? 8 : name.includes('Float') ? 4 : Number(bits) / 8;
  const isSigned = !/U[Ii]nt/.test(name);
  const isWhole = bits !== '';
  before(prototype, name, function (first, second) {
    if (verb === 'write' && isWhole) checkValue(first, size, isSigned, kind !== undefined);
    checkPlace(verb === 'write' ? second : first, this.length, size);
  });
}

function checkValue(value: unknown, size: number, isSigned: boolean, isBig: boolean): void {
  const bits = size * 8 - (isSigned ? 1 : 0);
  if (isBig) {
    if (typeof value !== 'bigint') return;
    const most = (1n << BigInt(bits)) - 1n;
    if (value > most || value < (isSigned ? -most - 1n : 0n))
      throw outOfRange(
        'value',
        isSigned ? `>= -(2n ** ${bits}n) and < 2n ** ${bits}n` : `>= 0n and < 2n ** ${bits}n`,
        value,
      );
    return;
  }
  const number = Number(value);
  const most = (bits === 32 ? 0x1_0000_0000 : bits === 31 ? 0x8000_0000 : 1 << bits) - 1;
  const least = isSigned ? -most - 1 : 0;
  if (number > most || number < least) throw outOfRange('value', `>= ${least} and <= ${most}`, value);
}

function checkPlace(place: unknown, length: number, size: number): void {
  if (place === undefined) place = 0;
  if (typeof place !== 'number') throw invalidType('offset', 'number', place);
  if (!Number.isInteger(place)) throw outOfRange('offset', 'an integer', place);
  if (length - size < 0)
    throw codedError(
      RangeError,
      'ERR_BUFFER_OUT_OF_BOUNDS',
      'Attempt to access memory outside buffer bounds',
    );
  if (place < 0 || place > length - size) throw outOfRange('offset', `>= 0 and <= ${length - size}`, place);
}

function before(target: Methods, name: string, look: (this: Uint8Array, ...args: unknown[]) => void): void {
  const method = target[name];
  if (typeof method !== 'function') return;
  const checked = named(name, function (...args) {
    look.apply(this, args);
    return method.apply(this, args);
  });
  Object.defineProperty(checked, 'length', { value: method.length });
  Object.defineProperty(target, name, { value: checked, writable: true, configurable: true });
}

function named(name: string, method: Method): Method {
  return Object.defineProperty(method, 'name', { value: name });
}

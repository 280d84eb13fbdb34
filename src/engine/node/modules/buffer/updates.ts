/**
 * What the package buffer lacks of today's `node:buffer`.
 */
import { inspect } from 'node-inspect-extracted';
import { checkInteger, invalidType } from '../../arguments.ts';
import { utilTypes } from '../util/types.ts';
import { addBase64Url } from './base64url.ts';
import { checkBuffers } from './checks.ts';

type BufferModule = typeof import('node:buffer');

/** Bytes of a buffer that are shown. */
const SHOWN_BYTES = 50;
/** What V8 allows. */
const MAX_LENGTH = Number.MAX_SAFE_INTEGER;
const MAX_STRING_LENGTH = 0x1fff_ffe8;

export function updateBuffer(module: BufferModule): void {
  const { Buffer } = module;
  const prototype = Buffer.prototype as unknown as Record<string | symbol, unknown>;
  const put = (name: string | symbol, value: unknown): void => {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  };
  put(inspect.custom, shownBuffer);
  // the names that came later
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const short = name.replace('UInt', 'Uint');
    if (/^(?:read|write)(?:Big)?UInt/.test(name) && !(short in prototype)) put(short, prototype[name]);
  }
  for (const encoding of ['ascii', 'base64', 'base64url', 'latin1', 'hex', 'ucs2', 'utf8'] as const) {
    put(`${encoding}Slice`, function (this: Buffer, start?: number, end?: number) {
      return this.toString(encoding, start, end);
    });
    put(`${encoding}Write`, function (this: Buffer, text: string, at = 0, length = this.length - at) {
      return this.write(text, at, length, encoding);
    });
  }
  checkBuffers(Buffer);
  addBase64Url(Buffer);
  Object.assign(Buffer, {
    poolSize: 65_536,
    copyBytesFrom(view: unknown, offset = 0, length?: number): Buffer {
      if (!utilTypes.isTypedArray(view)) throw invalidType('view', ['TypedArray'], view);
      checkInteger(offset, 'offset', 0);
      if (length !== undefined) checkInteger(length, 'length', 0);
      const taken = view.subarray(offset, length === undefined ? undefined : offset + length);
      return Buffer.from(new Uint8Array(taken.buffer, taken.byteOffset, taken.byteLength).slice());
    },
  });
  Object.assign(module, {
    kMaxLength: MAX_LENGTH,
    kStringMaxLength: MAX_STRING_LENGTH,
    constants: { MAX_LENGTH, MAX_STRING_LENGTH },
    isUtf8: (input: unknown): boolean => isText(input, true),
    isAscii: (input: unknown): boolean => [...bytesOf(input)].every((byte) => byte < 0x80),
    transcode(source: Uint8Array, from: BufferEncoding, to: BufferEncoding): Buffer {
      if (!(source instanceof Uint8Array)) throw invalidType('source', ['Buffer', 'Uint8Array'], source);
      return Buffer.from(Buffer.from(source).toString(from), to);
    },
  });
}

/** `<Buffer 68 65>`, as Node shows one today. */
function shownBuffer(this: Uint8Array, _depth: number, options: object): string {
  const bytes = [...this.subarray(0, SHOWN_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
  const rest = this.length - bytes.length;
  const more = rest > 0 ? ` ... ${rest} more byte${rest > 1 ? 's' : ''}` : '';
  const own = Object.entries(this).slice(this.length);
  const extra = own.map(([name, value]) => `, ${name}: ${inspect(value, { ...options, compact: Infinity })}`);
  return `<Buffer ${bytes.join(' ')}${more}${extra.join('')}>`;
}

function isText(input: unknown, fatal: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal }).decode(bytesOf(input));
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_INVALID_ARG_TYPE') throw error;
    return false;
  }
}

function bytesOf(input: unknown): Uint8Array {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (utilTypes.isAnyArrayBuffer(input)) return new Uint8Array(input);
  throw invalidType('input', ['ArrayBuffer', 'Buffer', 'TypedArray'], input);
}

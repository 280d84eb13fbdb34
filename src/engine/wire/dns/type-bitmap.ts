/**
 * The list of record types in NSEC and NSEC3: windows of 256 types, each a bitmap of at most 32 bytes (RFC 4034 §4.1.2).
 *
 * As a value it is the numbers in ascending order. Read strictly: windows ascend, none is empty, no bitmap ends in a
 * zero byte, so that each list has one encoding. Types that never are data are kept, although §4.1.2 ignores them: what
 * was read is written again.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import type { About, Cursor } from '../bits.ts';
import type { Codec } from '../codec.ts';
import { typeName } from './code.ts';

/** As long as a list can be: 256 windows of 32 bytes, each with its number and length. */
export const MAX_TYPES_LENGTH = 256 * 34;

/** The bytes of a list of types, in any order. */
export function encodeTypes(types: readonly number[]): Bytes {
  const bytes = new Uint8Array(MAX_TYPES_LENGTH);
  return bytes.slice(0, writeTypes(types, bytes, 0));
}

/** Writes a list of types, in any order, into a buffer with room for the longest; returns where it ends. */
export function writeTypes(types: readonly number[], out: Bytes, at: number): number {
  const sorted = ascends(types) ? types : [...new Set(types)].sort((a, b) => a - b);
  let end = at;
  let lengthAt = at; // where the length of the current window stands
  let window = -1;
  for (let i = 0; i < sorted.length; i++) {
    const type = sorted[i]!;
    if (type >> 8 !== window) {
      window = type >> 8;
      out[end] = window;
      lengthAt = end + 1;
      end += 2;
    }
    const place = lengthAt + 1 + ((type & 255) >> 3);
    while (end <= place) out[end++] = 0;
    out[place]! |= 0x80 >> (type & 7);
    out[lengthAt] = place - lengthAt;
  }
  return end;
}

function ascends(types: readonly number[]): boolean {
  for (let i = 1; i < types.length; i++) if (types[i]! <= types[i - 1]!) return false;
  return true;
}

/** The types of `bytes[at, end)`, ascending. Throws {@link Malformed}. */
export function decodeTypes(bytes: Bytes, at = 0, end = bytes.length): number[] {
  const types: number[] = [];
  let before = -1;
  let from = at;
  while (from < end) {
    const window = bytes[from]!;
    const length = from + 1 < end ? bytes[from + 1]! : -1;
    const fault = windowFault(window, length, before, end - from - 2);
    if (fault) throw new Malformed(fault, from);
    from += 2;
    if (bytes[from + length - 1] === 0) throw new Malformed('a type bitmap ends in a zero byte', from);
    pushTypes(types, window, bytes, from, length);
    before = window;
    from += length;
  }
  return types;
}

/** The list as a codec: it takes the rest of its range. */
export function typeBitmap(spec: string): Codec<number[], readonly number[]> {
  const info: About = {
    label: 'Window',
    spec,
    about: 'Up to 256 types whose numbers begin with the same byte, one bit each.',
  };
  const parts = {
    window: { label: 'Window number', spec, about: 'The upper byte of the numbers of these types.' },
    length: { label: 'Bitmap length', spec, about: 'How many bytes the bitmap has, 1 to 32.' },
    bitmap: { label: 'Types', spec, about: 'One bit a type; those that are set exist at this name.' },
  };
  const readWindow = (cursor: Cursor, before: number, types: number[]): number => {
    const start = cursor.bit;
    if (cursor.bytesLeft < 2) throw new Malformed('truncated: half a window of types', start >> 3);
    const window = cursor.bytes[start >> 3]!;
    const length = cursor.bytes[(start >> 3) + 1]!;
    const fault = windowFault(window, length, before, cursor.bytesLeft - 2);
    if (fault) throw new Malformed(fault, start >> 3);
    cursor.take(8);
    cursor.leaf(start, parts.window, window, `${window}`);
    cursor.take(8);
    cursor.leaf(start + 8, parts.length, length, `${length} bytes`);
    const bitmap = cursor.takeBytes(length);
    if (bitmap[length - 1] === 0) {
      cursor.bit = start + 16; // stays unread, so that a dissection shows it
      throw new Malformed('a type bitmap ends in a zero byte', start >> 3);
    }
    const own: number[] = [];
    pushTypes(own, window, bitmap, 0, length);
    cursor.leaf(start + 16, parts.bitmap, undefined, own.map(typeName).join(' '));
    types.push(...own);
    return window;
  };
  return {
    bits: undefined,
    read(cursor) {
      const types: number[] = [];
      let before = -1;
      while (cursor.bit < cursor.endBit) {
        before = cursor.group(info, () => readWindow(cursor, before, types), String);
      }
      return types;
    },
    write: (sink, types) => sink.putBytes(encodeTypes(types)),
  };
}

/** `left` is how many bytes there are behind the length. */
function windowFault(window: number, length: number, before: number, left: number): string | undefined {
  if (length < 0 || length > left) return 'truncated: a window of types runs past the end';
  if (window <= before) return `window ${window} of types after window ${before}`;
  return length < 1 || length > 32 ? `a type bitmap of ${length} bytes, not 1 to 32` : undefined;
}

function pushTypes(types: number[], window: number, bytes: Bytes, at: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]!;
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) types.push(window * 256 + i * 8 + bit);
  }
}

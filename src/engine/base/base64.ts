/**
 * Base64 (RFC 4648 §4) and base32hex (RFC 4648 §7), read strictly: no foreign characters, no stray bits at the end.
 *
 * Not here: base64url (§5), base32 (§6).
 */
import type { Bytes } from './bytes.ts';
import { Malformed } from './errors.ts';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32HEX = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** With `=` at the end where the length asks for it. */
export function toBase64(bytes: Bytes): string {
  const text = spell(bytes, 6, BASE64);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** Reads base64 with its padding; white space is passed over. Throws {@link Malformed}. */
export function fromBase64(text: string): Bytes {
  const whole = text.replace(/\s+/g, '');
  const digits = whole.replace(/={1,2}$/, '');
  if (whole.length % 4 !== 0)
    throw new Malformed(`not base64: ${whole.length} characters, no multiple of four`);
  return read(digits, 6, BASE64, 'base64');
}

/** Upper case, no padding, as NSEC3 records are written (RFC 5155 §3.3). */
export function toBase32Hex(bytes: Bytes): string {
  return spell(bytes, 5, BASE32HEX);
}

/** Reads base32hex without padding, in either case. Throws {@link Malformed}. */
export function fromBase32Hex(text: string): Bytes {
  return read(text.toUpperCase(), 5, BASE32HEX, 'base32hex');
}

function spell(bytes: Bytes, width: number, alphabet: string): string {
  let text = '';
  let held = 0;
  let count = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    count += 8;
    while (count >= width) {
      count -= width;
      text += alphabet[(held >> count) & ((1 << width) - 1)];
    }
  }
  return count > 0 ? text + alphabet[(held << (width - count)) & ((1 << width) - 1)] : text;
}

function read(text: string, width: number, alphabet: string, what: string): Bytes {
  const bytes = new Uint8Array(Math.floor((text.length * width) / 8));
  let held = 0;
  let count = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new Malformed(`not ${what}: “${character}” has no meaning there`);
    held = ((held << width) | value) & 0xffff;
    count += width;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = held >> count;
  }
  // What is left must be less than a digit, and zero: else the same bytes would have several texts (RFC 4648 §3.5)
  if (count >= width || (held & ((1 << count) - 1)) !== 0)
    throw new Malformed(`not ${what}: its end is cut off`);
  return bytes;
}

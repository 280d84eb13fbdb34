/**
 * Reading, writing and printing runs of bytes. Network byte order (big-endian) throughout, RFC 791 appendix B.
 */
import { Malformed } from './errors.ts';

export type Bytes = Uint8Array;

export function readU16(bytes: Bytes, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Bytes, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function readU48(bytes: Bytes, at: number): number {
  return readU16(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 2);
}

export function writeU16(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Bytes, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function writeU48(bytes: Bytes, at: number, value: number): void {
  writeU16(bytes, at, value / 0x1_0000_0000);
  writeU32(bytes, at + 2, value);
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal, two digits a byte, joined by `separator`. */
export function toHex(bytes: Bytes, separator = ''): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (i > 0 ? separator : '') + HEX[bytes[i]!]!;
  return text;
}

/** Reads hexadecimal digits; white space, colons and hyphens between bytes are passed over. Throws {@link Malformed}. */
export function fromHex(text: string): Bytes {
  const digits = text.replace(/[\s:-]/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits))
    throw new Malformed(`not hexadecimal: ${text.slice(0, 40)}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function concatBytes(parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One byte a character, code units above 255 refused. The engine's own, because TextEncoder is not part of the language. */
export function fromLatin1(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 255) throw new Malformed(`character U+${unit.toString(16)} does not fit one byte`, i);
    bytes[i] = unit;
  }
  return bytes;
}

/** Each byte as the character of the same number, in slices because of the argument limit of `fromCharCode`. */
export function toLatin1(bytes: Bytes, start = 0, end = bytes.length): string {
  let text = '';
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode.apply(
      null,
      bytes.subarray(at, Math.min(at + 4096, end)) as unknown as number[],
    );
  }
  return text;
}

/** UTF-8 (RFC 3629); a lone surrogate becomes U+FFFD. */
export function fromUtf8(text: string): Bytes {
  const out: number[] = [];
  for (const character of text) {
    let point = character.codePointAt(0)!;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) out.push(point);
    else if (point < 0x800) out.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x1_0000)
      out.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else
      out.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 63),
        0x80 | ((point >> 6) & 63),
        0x80 | (point & 63),
      );
  }
  return Uint8Array.from(out);
}

/** UTF-8 (RFC 3629); what is not well formed becomes U+FFFD, one for each byte that starts nothing valid. */
export function toUtf8(bytes: Bytes): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    let point = length === 1 ? first : first & (0x7f >> length);
    let good = length > 0 && i + length <= bytes.length;
    for (let k = 1; good && k < length; k++) {
      if ((bytes[i + k]! & 0xc0) !== 0x80) good = false;
      else point = (point << 6) | (bytes[i + k]! & 63);
    }
    if (good && length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) good = false;
    if (good && length === 4 && (point < 0x1_0000 || point > 0x10_ffff)) good = false;
    text += good ? String.fromCodePoint(point) : '\ufffd';
    i += good ? length : 1;
  }
  return text;
}

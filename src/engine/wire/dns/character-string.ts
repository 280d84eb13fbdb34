/**
 * Character strings in presentation form: `\DDD` for a byte, a backslash before a character that means something
 * (RFC 1035 §5.1). Characters beyond ASCII are read as UTF-8 and written as bytes.
 */
import { type Bytes, fromUtf8 } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';

/** The inside of a quoted string. */
export function escapeString(bytes: Bytes): string {
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else text += (byte === 0x22 || byte === 0x5c ? '\\' : '') + String.fromCharCode(byte);
  }
  return text;
}

/** With quotes around it. */
export function quoteString(bytes: Bytes): string {
  return `"${escapeString(bytes)}"`;
}

/** The bytes of a string without its quotes. Throws {@link Malformed}. */
export function unescapeString(text: string): Bytes {
  const bytes: number[] = [];
  for (const part of text.match(/\\\d{3}|\\.|[^\\]+|\\$/gsu) ?? []) {
    if (/^\\\d/.test(part)) {
      if (part.length !== 4 || Number(part.slice(1)) > 255)
        throw new Malformed(`not a byte: ${part} (write three digits, \\000 to \\255)`);
      bytes.push(Number(part.slice(1)));
    } else if (part === '\\') {
      throw new Malformed('a backslash with nothing behind it');
    } else {
      for (const byte of fromUtf8(part.startsWith('\\') ? part.slice(1) : part)) bytes.push(byte);
    }
  }
  return Uint8Array.from(bytes);
}

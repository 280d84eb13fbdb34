/**
 * HTTP/1.1 message syntax: start lines, field lines and chunk lines, read from bytes and written as text.
 *
 * RFC 9112 §2–§5 and §7.1, RFC 9110 §5. Strict where leniency lets two readers disagree: one SP between the parts of a
 * start line, CRLF only (§2.2 lets a recipient take a bare LF or repair a bare CR; here both are malformed), no control
 * characters in values. A reader of responses is lenient in four places, where RFC 9112 asks for it or servers need it:
 * see {@link Leniency}.
 * Not here: which lines follow which (proto/http1), body length, limits.
 */
import type { Bytes } from '../base/bytes.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import { asciiText } from './ascii.ts';
import type { Fields } from './http-fields.ts';
import { fieldNames } from './http-names.ts';

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** `1.1`: the two digits of HTTP-version. */
  readonly version: string;
}

export interface StatusLine {
  readonly version: string;
  readonly status: number;
  /** May be empty. */
  readonly reason: string;
}

export interface ChunkLine {
  /** Bytes of chunk data; Infinity when the number is beyond 2^53 − 1 (§7.1: no overflow, no loss of precision). */
  readonly size: number;
  /** Bytes of the line that are not the size: the extensions. */
  readonly extensionLength: number;
}

/**
 * `strict` for requests. `response`: folded lines become one space (§5.2), space before the colon is dropped (§5.1),
 * a status line may lack the space before its empty reason, a chunk size may have spaces behind it.
 */
export type Leniency = 'strict' | 'response';

const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

const TOKEN = 1;
const VALUE = 2;
const VISIBLE = 4;
/** What each byte may be part of: token (RFC 9110 §5.6.2), field value (§5.5: VCHAR, obs-text, SP, HTAB), visible ASCII. */
const CLASSES: Bytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const visible = byte > 0x20 && byte < 0x7f;
  const token = visible && !'"(),/:;<=>?@[\\]{}'.includes(String.fromCharCode(byte));
  return (
    (token ? TOKEN : 0) |
    (visible || byte === SP || byte === HTAB || byte >= 0x80 ? VALUE : 0) |
    (visible ? VISIBLE : 0)
  );
});

/** Reads `method SP request-target SP HTTP-version` from `[at, end)`, the line without its CRLF (§3). Throws {@link Malformed}. */
export function parseRequestLine(bytes: Bytes, at: number, end: number): RequestLine {
  const methodEnd = run(bytes, at, end, TOKEN);
  if (methodEnd === at || bytes[methodEnd] !== SP || methodEnd >= end)
    throw new Malformed('no method at the start of the request line', methodEnd);
  const targetEnd = run(bytes, methodEnd + 1, end, VISIBLE);
  if (targetEnd === methodEnd + 1 || targetEnd >= end || bytes[targetEnd] !== SP) {
    throw new Malformed('no request target between two single spaces', targetEnd);
  }
  return {
    method: METHOD_NAMES.find(bytes, at, methodEnd),
    target: asciiText(bytes, methodEnd + 1, targetEnd),
    version: parseVersion(bytes, targetEnd + 1, end),
  };
}

/** Reads `HTTP-version SP status-code SP [reason-phrase]` from `[at, end)` (§4). Throws {@link Malformed}. */
export function parseStatusLine(bytes: Bytes, at: number, end: number): StatusLine {
  if (end - at < 12 || bytes[at + 8] !== SP) throw new Malformed('no status line', at);
  const version = parseVersion(bytes, at, at + 8);
  let status = 0;
  for (let i = at + 9; i < at + 12; i++) {
    const digit = bytes[i]! - 0x30;
    if (!(digit >= 0 && digit <= 9)) throw new Malformed('status code is not three digits', i);
    status = status * 10 + digit;
  }
  if (status < 100) throw new Malformed(`status code ${status}`, at + 9);
  // Servers exist that leave out the space before an empty reason; a client has no use for the difference.
  if (end === at + 12) return { version, status, reason: '' };
  if (bytes[at + 12] !== SP) throw new Malformed('no space after the status code', at + 12);
  const bad = run(bytes, at + 13, end, VALUE);
  if (bad < end) throw new Malformed('control character in the reason phrase', bad);
  return { version, status, reason: asciiText(bytes, at + 13, end) };
}

/**
 * Reads one field line without its CRLF and appends it to `into` (§5). With `keep` the value stays a range of `bytes`,
 * which must never change again, until somebody reads it. Throws {@link Malformed}.
 */
export function parseFieldLine(
  bytes: Bytes,
  at: number,
  end: number,
  into: Fields,
  leniency: Leniency = 'strict',
  keep = false,
): void {
  const nameEnd = run(bytes, at, end, TOKEN);
  let colon = nameEnd;
  if (leniency === 'response' && nameEnd > at) colon = skipSpace(bytes, nameEnd, end);
  if (nameEnd === at || colon >= end || bytes[colon] !== COLON) {
    parseFold(bytes, at, nameEnd, end, into, leniency);
    return;
  }
  const from = skipSpace(bytes, colon + 1, end);
  let to = end;
  const bad = run(bytes, from, to, VALUE);
  if (bad < to) throw badValue(bytes, bad);
  while (to > from && isSpace(bytes[to - 1]!)) to--;
  const name = FIELD_NAMES.find(bytes, at, nameEnd);
  if (keep) into.appendUnread(name, bytes, from, to);
  else into.append(name, asciiText(bytes, from, to));
}

/** A line without name and colon: obsolete folding (refused in requests, §5.2), or malformed. */
function parseFold(
  bytes: Bytes,
  at: number,
  nameEnd: number,
  end: number,
  into: Fields,
  leniency: Leniency,
): void {
  const spaceAfterName = nameEnd < end && isSpace(bytes[nameEnd]!);
  if (nameEnd > at)
    throw new Malformed(
      spaceAfterName ? 'space between field name and colon' : 'no colon after the field name',
      nameEnd,
    );
  if (!spaceAfterName) throw new Malformed('no field name', at);
  if (into.size === 0) throw new Malformed('space before the first field', at);
  if (leniency === 'strict') throw new Malformed('obsolete line folding', at);
  const bad = run(bytes, at, end, VALUE);
  if (bad < end) throw badValue(bytes, bad);
  const from = skipSpace(bytes, at, end);
  let to = end;
  while (to > from && isSpace(bytes[to - 1]!)) to--;
  into.extendLast(asciiText(bytes, from, to));
}

function badValue(bytes: Bytes, at: number): Malformed {
  return new Malformed(
    bytes[at] === 0x0d ? 'bare CR in a field value' : 'control character in a field value',
    at,
  );
}

/**
 * Reads `chunk-size [chunk-ext]` from `[at, end)`, without the CRLF (§7.1, §7.1.1). Extensions are checked for their
 * syntax and then ignored, as a recipient that knows none must. Throws {@link Malformed}.
 */
export function parseChunkLine(
  bytes: Bytes,
  at: number,
  end: number,
  leniency: Leniency = 'strict',
): ChunkLine {
  let size = 0;
  let i = at;
  for (; i < end; i++) {
    const digit = HEX_DIGITS[bytes[i]!]!;
    if (digit > 15) break;
    size = size * 16 + digit;
  }
  if (i === at) throw new Malformed('chunk size is not hexadecimal', at);
  if (size > Number.MAX_SAFE_INTEGER) size = Number.POSITIVE_INFINITY;
  const sizeEnd = i;
  while (i < end) i = skipExtension(bytes, i, end, leniency);
  return { size, extensionLength: end - sizeEnd };
}

/** Passes over `BWS ";" BWS token [BWS "=" BWS (token / quoted-string)]`. */
function skipExtension(bytes: Bytes, at: number, end: number, leniency: Leniency): number {
  let i = skipSpace(bytes, at, end);
  if (i === end && leniency === 'response') return end;
  if (i >= end || bytes[i] !== 0x3b)
    throw new Malformed('chunk size followed by something else than an extension', i);
  i = skipSpace(bytes, i + 1, end);
  const nameEnd = run(bytes, i, end, TOKEN);
  if (nameEnd === i) throw new Malformed('chunk extension without a name', i);
  const equals = skipSpace(bytes, nameEnd, end);
  if (equals >= end || bytes[equals] !== 0x3d) return nameEnd;
  i = skipSpace(bytes, equals + 1, end);
  if (i < end && bytes[i] === 0x22) return skipQuoted(bytes, i + 1, end);
  const valueEnd = run(bytes, i, end, TOKEN);
  if (valueEnd === i) throw new Malformed('chunk extension without the value it announces', i);
  return valueEnd;
}

/** From behind the opening quote to behind the closing one (RFC 9110 §5.6.4). */
function skipQuoted(bytes: Bytes, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] === 0x22) return i + 1;
    if (bytes[i] === 0x5c) i++;
    if (i >= end || !(CLASSES[bytes[i]!]! & VALUE)) break;
  }
  throw new Malformed('quoted string does not end', at);
}

/** `HTTP/` DIGIT `.` DIGIT, case-sensitive (§2.3). */
export function parseVersion(bytes: Bytes, at: number, end: number): string {
  const right =
    end - at === 8 &&
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === 0x2f &&
    isDigit(bytes[at + 5]!) &&
    bytes[at + 6] === 0x2e &&
    isDigit(bytes[at + 7]!);
  if (!right) throw new Malformed('no HTTP version', at);
  if (bytes[at + 5] === 0x31) {
    if (bytes[at + 7] === 0x31) return '1.1';
    if (bytes[at + 7] === 0x30) return '1.0';
  }
  return asciiText(bytes, at + 5, end);
}

/** The head of a request as text, one character a byte. Throws {@link Misuse} for what may not stand in one. */
export function writeRequestHead(line: RequestLine, fields: Fields): string {
  if (!isToken(line.method)) throw new Misuse(`method ${line.method}`);
  if (!/^[\x21-\x7e]+$/.test(line.target)) throw new Misuse(`request target ${line.target}`);
  return `${line.method} ${line.target} HTTP/${line.version}\r\n${writeFields(fields)}\r\n`;
}

/** The head of a response as text. The space before the reason is there even when the reason is empty (§4). */
export function writeResponseHead(line: StatusLine, fields: Fields): string {
  if (!(Number.isInteger(line.status) && line.status >= 100 && line.status <= 999))
    throw new Misuse(`status ${line.status}`);
  if (!isFieldValue(line.reason)) throw new Misuse('reason phrase with control characters');
  return `HTTP/${line.version} ${line.status} ${line.reason}\r\n${writeFields(fields)}\r\n`;
}

/** Field lines with their CRLFs. Throws {@link Misuse}: what gets past here could split a message (§11.1). */
export function writeFields(fields: Fields): string {
  let text = '';
  for (const { name, value } of fields) {
    if (!isToken(name)) throw new Misuse(`field name ${name}`);
    if (!isFieldValue(value) || value !== value.replace(/^[ \t]+|[ \t]+$/g, ''))
      throw new Misuse(`value of ${name}`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** No control characters but HTAB, nothing beyond one byte a character (RFC 9110 §5.5). */
export function isFieldValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** The index of the first byte in `[at, end)` that is not of the class, or `end`. */
function run(bytes: Bytes, at: number, end: number, wanted: number): number {
  let i = at;
  while (i < end && (CLASSES[bytes[i]!]! & wanted) !== 0) i++;
  return i;
}

function skipSpace(bytes: Bytes, at: number, end: number): number {
  let i = at;
  while (i < end && isSpace(bytes[i]!)) i++;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

const HEX_DIGITS: Bytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return at < 0 ? 255 : at;
});

/** Spares the making of strings that nearly every message repeats: finds the text of bytes among known names. */
class KnownNames {
  readonly #byLength: string[][] = [];

  constructor(names: readonly string[]) {
    for (const name of names) (this.#byLength[name.length] ??= []).push(name);
  }

  find(bytes: Bytes, at: number, end: number): string {
    const candidates = this.#byLength[end - at];
    if (candidates) {
      next: for (const name of candidates) {
        for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== bytes[at + i]) continue next;
        return name;
      }
    }
    return asciiText(bytes, at, end);
  }
}

const METHOD_NAMES = new KnownNames([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);
const FIELD_NAMES = new KnownNames(fieldNames().flatMap((name) => [name, name.toLowerCase()]));

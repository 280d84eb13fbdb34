/**
 * The bytes of HTTP/1.1 messages as a tree: every space, colon and line end is a leaf of its own.
 *
 * RFC 9112 §2–§7. For reassembled streams: one message after the other, bodies in their framing, chunks included.
 * Lenient where the machines are strict, since a tree should show what is there: a bare LF ends a line, unknown codings
 * are read as content. Not here: what one TCP segment holds of a head (http1-head.ts), decoding of content.
 */
import type { Bytes } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { asciiText } from './ascii.ts';
import type { About, Cursor, Node } from './bits.ts';
import { dissectWith, showBytes } from './codec.ts';
import { Fields } from './http-fields.ts';
import { describeField, describeMethod, describeStatus } from './http-names.ts';
import { parseChunkLine, parseFieldLine, parseStatusLine } from './http1.ts';

export interface DissectHttp1Options {
  /** For responses: the method of the request that the first message answers (HEAD has no content to follow). */
  readonly method?: string;
}

/** Messages that one tree shows at most, lines that one section may have: beyond them a leaf says what is left. */
const MAX_MESSAGES = 1000;
const MAX_LINES = 10_000;

/** The tree of `[at, end)`, whose leaves partition it exactly. Never throws on bad bytes. */
export function dissectHttp1(
  bytes: Bytes,
  at = 0,
  end = bytes.length,
  options: DissectHttp1Options = {},
): Node {
  const root = dissectWith(HTTP, bytes, at, end, (cursor) => {
    for (let n = 0; n < MAX_MESSAGES && cursor.bytesLeft > 0; n++) {
      const method = n === 0 ? options.method : undefined;
      const response = startsResponse(bytes, cursor.bit >> 3, end);
      cursor.group(
        response ? RESPONSE : REQUEST,
        () => readMessage(cursor, response, method),
        (text) => text,
      );
    }
  });
  dropEmpty(root);
  root.layer = 'http1';
  root.text = root.children.map((child) => child.text).join('; ');
  return root;
}

/** A group that was begun where the bytes ran out has nothing in it. At most as deep as the groups above nest. */
function dropEmpty(node: Node): void {
  for (const child of node.children) dropEmpty(child);
  const kept = node.children.filter((child) => child.bitLength > 0);
  node.children.splice(0, node.children.length, ...kept);
}

function startsResponse(bytes: Bytes, at: number, end: number): boolean {
  const head = asciiText(bytes, at, Math.min(end, at + 5));
  return head !== '' && 'HTTP/'.startsWith(head);
}

/** Reads one message and returns it in short: `GET /`, `200 OK`. */
function readMessage(cursor: Cursor, response: boolean, method: string | undefined): string {
  const first = nextLine(cursor);
  const text = response ? readStatusLine(cursor, first) : readRequestLine(cursor, first);
  lineEnd(cursor, first);
  const fields = new Fields();
  readFieldLines(cursor, fields);
  const status = response ? Number(text.slice(0, 3)) : 0;
  const none = response && (method === 'HEAD' || status < 200 || status === 204 || status === 304);
  if (!none) readBody(cursor, fields, response);
  return text;
}

function readRequestLine(cursor: Cursor, line: Line): string {
  const parts: string[] = [];
  for (const about of [METHOD, TARGET]) {
    const end = indexOf(cursor, 0x20, line.to);
    if (end < 0) throw new Malformed('a request line has three parts', cursor.bit >> 3);
    const part = asciiText(cursor.bytes, cursor.bit >> 3, end);
    const known = about === METHOD ? describeMethod(part) : undefined;
    leafTo(cursor, end, known ? { ...about, about: known.about, spec: known.spec } : about, part);
    leafTo(cursor, end + 1, REQUEST_SPACE, '');
    parts.push(part);
  }
  leafTo(cursor, line.to, VERSION, asciiText(cursor.bytes, cursor.bit >> 3, line.to));
  return parts.join(' ');
}

function readStatusLine(cursor: Cursor, line: Line): string {
  const at = cursor.bit >> 3;
  const { version, status, reason } = parseStatusLine(cursor.bytes, at, line.to);
  leafTo(cursor, at + 8, VERSION, `HTTP/${version}`);
  leafTo(cursor, at + 9, STATUS_SPACE, '');
  const { about, spec } = describeStatus(status);
  leafTo(cursor, at + 12, { ...STATUS, about, spec }, String(status));
  if (line.to > at + 12) leafTo(cursor, at + 13, STATUS_SPACE, '');
  leafTo(cursor, line.to, REASON, reason);
  return reason === '' ? String(status) : `${status} ${reason}`;
}

/** Field lines and the empty line behind them. */
function readFieldLines(cursor: Cursor, fields: Fields): void {
  for (let n = 0; n < MAX_LINES; n++) {
    const line = nextLine(cursor);
    if (line.to === cursor.bit >> 3) {
      leafTo(cursor, line.next, EMPTY_LINE, '');
      return;
    }
    readFieldLine(cursor, line, fields);
  }
  throw new Malformed('too many fields to show', cursor.bit >> 3);
}

function readFieldLine(cursor: Cursor, line: Line, fields: Fields): void {
  const { bytes } = cursor;
  const at = cursor.bit >> 3;
  parseFieldLine(bytes, at, line.to, fields, 'response');
  const { name, value } = fields.lines.at(-1)!;
  const known = describeField(name);
  const about: About = {
    label: known?.name ?? name,
    spec: known?.spec ?? 'RFC 9110 §5.1',
    about: known?.about ?? 'A field that this engine does not know.',
  };
  const readParts = (): string => {
    // A folded line has no name: what it holds belongs to the line before.
    if (!isSpace(bytes[at]!)) {
      leafTo(cursor, at + name.length, { ...NAME, about: about.about, spec: about.spec }, name);
      leafTo(cursor, skipSpace(bytes, cursor.bit >> 3, line.to), SPACE, '');
      leafTo(cursor, (cursor.bit >> 3) + 1, COLON, '');
    }
    leafTo(cursor, skipSpace(bytes, cursor.bit >> 3, line.to), SPACE, '');
    let to = line.to;
    while (to > cursor.bit >> 3 && isSpace(bytes[to - 1]!)) to--;
    leafTo(
      cursor,
      to,
      { ...VALUE, label: `${about.label} value`, spec: about.spec },
      asciiText(bytes, cursor.bit >> 3, to),
    );
    leafTo(cursor, line.to, SPACE, '');
    lineEnd(cursor, line);
    return value;
  };
  cursor.group(about, readParts, (text) => text);
}

/** As much of the body as there is (RFC 9112 §6.3, without the refusals). */
function readBody(cursor: Cursor, fields: Fields, response: boolean): void {
  const coding = fields.get('Transfer-Encoding');
  const length = fields.get('Content-Length');
  if (coding !== undefined && /(?:^|[, \t])chunked$/i.test(coding)) readChunks(cursor);
  else if (coding === undefined && length !== undefined)
    readContent(cursor, contentLength(length), cursor.bit >> 3);
  else if (response) readContent(cursor, cursor.bytesLeft, cursor.bit >> 3);
}

function contentLength(value: string): number {
  const found = /^[0-9]+/.exec(value);
  if (!found) throw new Malformed('Content-Length is no number');
  return Number(found[0]);
}

/** `length` bytes of content, or those of them that are there. */
function readContent(cursor: Cursor, length: number, at: number): void {
  const end = Math.min(at + length, cursor.endBit >> 3);
  const missing = at + length - end;
  if (end === at) return;
  const more = missing > 0 ? `, ${missing} more to come` : '';
  leafTo(cursor, end, CONTENT, `${end - at} bytes${more}: ${showBytes(cursor.bytes.subarray(at, end))}`);
}

function readChunks(cursor: Cursor): void {
  for (let n = 0; n < MAX_LINES && cursor.bytesLeft > 0; n++) {
    const last = cursor.group(
      CHUNK,
      () => readChunk(cursor),
      (size) => (size === 0 ? 'the last chunk' : `${size} bytes`),
    );
    if (last === 0) return;
  }
}

/** One chunk; with the last one the trailer section. Returns its size. */
function readChunk(cursor: Cursor): number {
  const { bytes } = cursor;
  const at = cursor.bit >> 3;
  const line = nextLine(cursor);
  const { size, extensionLength } = parseChunkLine(bytes, at, line.to, 'response');
  leafTo(cursor, line.to - extensionLength, CHUNK_SIZE, `${size} bytes`);
  leafTo(cursor, line.to, EXTENSIONS, asciiText(bytes, cursor.bit >> 3, line.to));
  lineEnd(cursor, line);
  if (size === 0) {
    cursor.group(TRAILERS, () => readFieldLines(cursor, new Fields()));
    return 0;
  }
  readContent(cursor, size, cursor.bit >> 3);
  if (cursor.bytesLeft > 0) {
    const end = nextLine(cursor);
    if (end.to !== cursor.bit >> 3) throw new Malformed('chunk data longer than its size', cursor.bit >> 3);
    lineEnd(cursor, end);
  }
  return size;
}

/** A line from the cursor on: `to` is behind its text, `next` behind its end. */
interface Line {
  readonly to: number;
  readonly next: number;
}

function nextLine(cursor: Cursor): Line {
  const at = cursor.bit >> 3;
  const lf = indexOf(cursor, 0x0a, cursor.endBit >> 3);
  if (lf < 0) throw new Malformed('the line does not end here', at);
  return { to: lf > at && cursor.bytes[lf - 1] === 0x0d ? lf - 1 : lf, next: lf + 1 };
}

/** The first place of `byte` between the cursor and `end`, −1 for none. */
function indexOf(cursor: Cursor, byte: number, end: number): number {
  const found = cursor.bytes.subarray(cursor.bit >> 3, end).indexOf(byte);
  return found < 0 ? -1 : found + (cursor.bit >> 3);
}

function lineEnd(cursor: Cursor, line: Line): void {
  const bare = line.next - line.to === 1;
  leafTo(cursor, line.next, LINE_END, bare ? 'LF alone' : '');
}

/** A leaf from the cursor to `end`; none when there is nothing between. */
function leafTo(cursor: Cursor, end: number, about: About, text: string): void {
  const from = cursor.bit;
  if (end <= from >> 3) return;
  cursor.takeBytes(end - (from >> 3));
  cursor.leaf(from, about, text === '' ? undefined : text, text);
}

function skipSpace(bytes: Bytes, at: number, end: number): number {
  let i = at;
  while (i < end && isSpace(bytes[i]!)) i++;
  return i;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

function about(label: string, spec: string, text: string): About {
  return { label, spec, about: text };
}

const HTTP = about('HTTP/1.1', 'RFC 9112', 'Messages of lines of text, with content behind their heads.');
const REQUEST = about('Request', 'RFC 9112 §3', 'What the client wants.');
const RESPONSE = about('Response', 'RFC 9112 §4', 'What the server answers.');
const METHOD = about(
  'Method',
  'RFC 9110 §9.1',
  'What to do with the target; a method that this engine does not know.',
);
const TARGET = about(
  'Request target',
  'RFC 9112 §3.2',
  'What the request is about, on the host that Host names.',
);
const VERSION = about('Version', 'RFC 9112 §2.3', 'The highest version of HTTP/1 that the sender speaks.');
const STATUS = about('Status code', 'RFC 9110 §15', 'How it went, for programs.');
const REASON = about('Reason phrase', 'RFC 9112 §4', 'How it went, for people; programs ignore it.');
const NAME = about('Name', 'RFC 9110 §5.1', 'Upper or lower case makes no difference.');
const COLON = about('Colon', 'RFC 9112 §5', 'Ends the name; no space may stand before it.');
const VALUE = about('Value', 'RFC 9110 §5.5', 'What the field says, without the spaces around it.');
const SPACE = about('Space', 'RFC 9112 §5.1', 'Separates; means nothing.');
const REQUEST_SPACE = { ...SPACE, spec: 'RFC 9112 §3' };
const STATUS_SPACE = { ...SPACE, spec: 'RFC 9112 §4' };
const LINE_END = about('Line end', 'RFC 9112 §2.2', 'CR and LF, bytes 13 and 10.');
const EMPTY_LINE = about('Empty line', 'RFC 9112 §2.1', 'Ends the fields; content may follow.');
const CONTENT = about('Content', 'RFC 9112 §6', 'The content, as far as it is here.');
const CHUNK = about('Chunk', 'RFC 9112 §7.1', 'A piece of content behind its own length.');
const CHUNK_SIZE = about(
  'Chunk size',
  'RFC 9112 §7.1',
  'Bytes of data in this chunk, in hexadecimal; 0 is the last.',
);
const EXTENSIONS = about(
  'Chunk extensions',
  'RFC 9112 §7.1.1',
  'Notes on this chunk, ignored by those who do not know them.',
);
const TRAILERS = about(
  'Trailer section',
  'RFC 9112 §7.1.2',
  'Fields that were known only after the content.',
);

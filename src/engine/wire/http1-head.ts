/**
 * The head of an HTTP/1 message as far as one TCP segment holds it: its values, and its tree for the bytes panel.
 *
 * RFC 9112 §2–§5. Lines are found here and read by http1.ts. Not here: bodies across segments and chunks
 * (http1-dissect.ts reads reassembled streams), and everything that needs the request to understand the response.
 */
import type { Bytes } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { asciiText } from './ascii.ts';
import type { About, Cursor, Node } from './bits.ts';
import { dissectWith, showBytes } from './codec.ts';
import { Fields } from './http-fields.ts';
import { describeField, describeMethod, describeStatus } from './http-names.ts';
import {
  parseFieldLine,
  parseRequestLine,
  parseStatusLine,
  type RequestLine,
  type StatusLine,
} from './http1.ts';

/** A head, or the part of it that was there. */
export interface HttpHead {
  /** Set in a request. */
  readonly request: RequestLine | undefined;
  /** Set in a response. */
  readonly response: StatusLine | undefined;
  readonly fields: Fields;
  /** True when the empty line that ends the head was there. */
  readonly complete: boolean;
  /** Byte offset of the first byte behind what was read of the head. */
  readonly bodyAt: number;
}

/** Lines of a head that are read at most; what is behind them stays unread. */
const MAX_LINES = 256;

/** True when `[at, end)` begins like a message: `HTTP/1.` or a method in capitals, a space and a target. */
export function startsLikeHttp(bytes: Bytes, at: number, end: number): boolean {
  const start = asciiText(bytes, at, Math.min(end, at + 24));
  return /^(?:HTTP\/1\.|[A-Z][A-Z-]{1,20} [\x21-\x7e])/.test(start);
}

/** Reads what `[at, end)` holds of a head. Throws {@link Malformed} when its start line or a field line is none. */
export function readHttpHead(bytes: Bytes, at: number, end: number): HttpHead {
  const fields = new Fields();
  const first = lineEnd(bytes, at, end);
  const isResponse = bytes[at] === 0x48 && bytes[at + 4] === 0x2f;
  if (first < 0) throw new Malformed('the start line does not end in this segment', end);
  const response = isResponse ? parseStatusLine(bytes, at, first) : undefined;
  const request = isResponse ? undefined : parseRequestLine(bytes, at, first);
  let from = first + 2;
  for (let n = 0; n < MAX_LINES; n++) {
    const to = lineEnd(bytes, from, end);
    if (to < 0) break;
    if (to === from) return { request, response, fields, complete: true, bodyAt: from + 2 };
    parseFieldLine(bytes, from, to, fields, isResponse ? 'response' : 'strict');
    from = to + 2;
  }
  return { request, response, fields, complete: false, bodyAt: from };
}

/** Offset of the CRLF that ends the line starting at `from`, −1 when there is none. */
function lineEnd(bytes: Bytes, from: number, end: number): number {
  for (let i = from; i + 1 < end; i++) if (bytes[i] === 0x0d && bytes[i + 1] === 0x0a) return i;
  return -1;
}

const MESSAGE: About = {
  label: 'Hypertext Transfer Protocol',
  spec: 'RFC 9112 §2.1',
  about: 'A request for a resource, or the response to one.',
};
const METHOD: About = { label: 'Method', spec: 'RFC 9110 §9', about: 'What to do with the resource.' };
const TARGET: About = {
  label: 'Request target',
  spec: 'RFC 9112 §3.2',
  about: 'Which resource the request is for.',
};
const VERSION: About = {
  label: 'Version',
  spec: 'RFC 9112 §2.3',
  about: 'Which version of HTTP the sender speaks.',
};
const STATUS: About = {
  label: 'Status code',
  spec: 'RFC 9110 §15',
  about: 'How the request went, as a number for programs.',
};
const REASON: About = {
  label: 'Reason phrase',
  spec: 'RFC 9112 §4',
  about: 'How the request went, in words for people; programs ignore it.',
};
const START: About = {
  label: 'Start line',
  spec: 'RFC 9112 §2.1',
  about: 'What is asked for, or how it went.',
};
const EMPTY: About = {
  label: 'Empty line',
  spec: 'RFC 9112 §2.1',
  about: 'Ends the head; the body follows.',
};
const REST: About = {
  label: 'Head, cut here',
  spec: 'RFC 9112 §2.1',
  about: 'The head goes on in the next segment.',
};
const BODY: About = {
  label: 'Body',
  spec: 'RFC 9112 §6',
  about: 'The bytes of the content, as far as this segment holds them.',
};

/** The tree of a segment’s payload that starts like a message. Covers `[at, end)` exactly, never throws. */
export function dissectHttp(bytes: Bytes, at: number, end: number): Node {
  const root = dissectWith(MESSAGE, bytes, at, end, (cursor) => readTree(cursor, end));
  root.text = root.children[0]?.text ?? '';
  return root;
}

/** Each leaf takes the separator behind it along: a space, or the CRLF of its line. */
function readTree(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  const at = cursor.bit >> 3;
  const first = lineEnd(bytes, at, end);
  if (first < 0) {
    rest(cursor, end, REST);
    return;
  }
  cursor.group(
    START,
    () => readStartLine(cursor, at, first),
    (text) => text,
  );
  const fields = new Fields();
  for (let n = 0; n < MAX_LINES; n++) {
    const from = cursor.bit >> 3;
    const to = lineEnd(bytes, from, end);
    if (to < 0) break;
    if (to === from) {
      leaf(cursor, 2, EMPTY, '');
      rest(cursor, end, BODY);
      return;
    }
    parseFieldLine(bytes, from, to, fields, 'response');
    const line = fields.lines.at(-1)!;
    const known = describeField(line.name);
    const about: About = {
      label: line.name,
      spec: known?.spec ?? 'RFC 9110 §5.1',
      about: known?.about ?? 'A field that this engine does not know.',
    };
    leaf(cursor, to + 2 - from, about, line.value);
  }
  rest(cursor, end, REST);
}

function readStartLine(cursor: Cursor, at: number, to: number): string {
  const { bytes } = cursor;
  if (bytes[at] === 0x48 && bytes[at + 4] === 0x2f) {
    const line = parseStatusLine(bytes, at, to);
    leaf(cursor, 9, VERSION, line.version);
    const { about, spec } = describeStatus(line.status);
    leaf(cursor, line.reason === '' ? to + 2 - at - 9 : 4, { ...STATUS, about, spec }, String(line.status));
    if (line.reason !== '') leaf(cursor, to + 2 - at - 13, REASON, line.reason);
    return `${line.status} ${line.reason}`.trimEnd();
  }
  const line = parseRequestLine(bytes, at, to);
  const { about, spec } = describeMethod(line.method) ?? METHOD;
  leaf(cursor, line.method.length + 1, { ...METHOD, about, spec }, line.method);
  leaf(cursor, line.target.length + 1, TARGET, line.target);
  leaf(cursor, line.version.length + 7, VERSION, line.version);
  return `${line.method} ${line.target}`;
}

function leaf(cursor: Cursor, length: number, about: About, text: string): void {
  const from = cursor.bit;
  cursor.takeBytes(length);
  cursor.leaf(from, about, text, text);
}

function rest(cursor: Cursor, end: number, about: About): void {
  const from = cursor.bit;
  const left = end - (from >> 3);
  if (left === 0) return;
  const value = cursor.takeBytes(left);
  cursor.leaf(from, about, undefined, `${left} bytes: ${showBytes(value)}`);
}

/**
 * What the states of the parser share: the bytes at hand, the message so far, the spans that wait for their end.
 *
 * A state looks at the byte at `at` and consumes it by moving `at`, or goes to another state and leaves it there. The
 * result depends on the bytes alone, but for pieces of content. Which states there are lies in parser-line.ts,
 * parser-fields.ts and parser-body.ts; what a program sees of it, in parser.ts.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { asciiText } from '../../../wire/ascii.ts';

/** What Node's parser is told to overlook. Bits, as its own. */
export const LENIENT = {
  headers: 1,
  chunkedLength: 2,
  keepAlive: 4,
  transferEncoding: 8,
  version: 16,
  dataAfterClose: 32,
  optionalLfAfterCr: 64,
  optionalCrlfAfterChunk: 128,
  optionalCrBeforeLf: 256,
  spacesAfterChunkSize: 512,
  headerValueRelaxed: 1024,
  all: 1023,
} as const;

/** What the fields of a message said so far. Bits. */
export const FLAG = {
  keepAlive: 1,
  close: 2,
  connectionUpgrade: 4,
  chunked: 8,
  upgrade: 16,
  contentLength: 32,
  skipBody: 64,
  trailing: 128,
  transferEncoding: 256,
} as const;

/** What is known of the field whose value comes. */
export type FieldKind =
  | 'general'
  | 'connection'
  | 'content-length'
  | 'transfer-encoding'
  | 'upgrade'
  | 'keep-alive'
  | 'close'
  | 'connection-upgrade'
  | 'chunked';

/** What is gathered while it comes, and counted. */
type Span = 'url' | 'status' | 'field' | 'value' | 'extension' | 'body';

export interface Head {
  readonly major: number;
  readonly minor: number;
  /** Name, value, name, value … */
  readonly rawHeaders: string[];
  /** Of a request. */
  readonly method: string;
  readonly url: string;
  /** Of a response. */
  readonly status: number;
  readonly reason: string;
  readonly upgrade: boolean;
  readonly keepAlive: boolean;
}

/** 0: as the head says; 1: without a body; 2: without a body, and what follows is another protocol. */
export type HeadAnswer = 0 | 1 | 2;

export interface ParserEvents {
  messageBegin(): void;
  headersComplete(head: Head): HeadAnswer;
  body(piece: Bytes): void;
  messageComplete(rawTrailers: string[]): void;
}

/** Content of chunk extensions that one chunk may have. Bytes. */
const MAX_EXTENSIONS = 16_384;

export class Machine {
  readonly type: 'request' | 'response';
  readonly lenient: number;
  readonly events: ParserEvents;
  readonly #maxHeaderSize: number;
  /** Fields of a request's head or trailers; 0 for no limit. */
  readonly #maxFields: number;

  bytes: Bytes = new Uint8Array(0);
  at = 0;
  end = 0;
  state = 'start';
  /** Set by an error or a pause: parsing goes no further. */
  stopped = false;
  fault: { readonly code: string; readonly reason: string; readonly at: number } | undefined;

  /** How an end of the connection is taken at this point. */
  finish: 'safe' | 'complete' | 'unsafe' = 'safe';
  flags = 0;
  kind: FieldKind = 'general';
  method = '';
  status = 0;
  major = 0;
  minor = 0;
  upgrade = false;
  /** Of the message's content or of this chunk. */
  length = 0n;
  /** Matched so far of a word of the grammar. */
  word = '';

  #span: Span | undefined;
  #spanFrom = 0;
  #headerBytes = 0;
  #extensionBytes = 0;
  #url = '';
  #reason = '';
  #raw: string[] = [];

  constructor(
    type: 'request' | 'response',
    maxHeaderSize: number,
    lenient: number,
    maxFields: number,
    events: ParserEvents,
  ) {
    this.type = type;
    this.#maxHeaderSize = maxHeaderSize;
    this.#maxFields = type === 'request' ? maxFields : 0;
    this.lenient = lenient;
    this.events = events;
  }

  get byte(): number {
    return this.bytes[this.at]!;
  }

  allows(flag: number): boolean {
    return (this.lenient & flag) !== 0;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Stops with Node's code and words. `at`: where bytesParsed counts to. */
  fail(code: string, reason: string, at = this.at): void {
    this.stopped = true;
    this.fault ??= { code, reason, at };
  }

  /** Consumes this byte and goes on. */
  take(state: string): void {
    this.at += 1;
    this.state = state;
  }

  get isRefused(): boolean {
    return this.fault !== undefined;
  }

  /** How far it came. */
  get stoppedAt(): number {
    return this.fault?.at ?? this.at;
  }

  // ── spans

  open(span: Span): void {
    this.#span = span;
    this.#spanFrom = this.at;
  }

  /** Ends a span before `at`; `after` is where an error of it counts to. */
  close(after = this.at): boolean {
    const span = this.#span!;
    this.#span = undefined;
    return this.#give(span, this.#spanFrom, this.at, after);
  }

  /** At the end of the bytes: gives what an open span has by now. */
  cut(): void {
    if (this.#span === undefined) return;
    const from = this.#spanFrom;
    this.#spanFrom = 0;
    this.#give(this.#span, from, this.end, this.end);
  }

  #give(span: Span, from: number, to: number, after: number): boolean {
    if (span === 'body') {
      if (to > from) this.events.body(this.bytes.slice(from, to));
      return !this.stopped;
    }
    if (span === 'extension') {
      this.#extensionBytes += to - from;
      if (this.#extensionBytes > MAX_EXTENSIONS)
        this.fail('HPE_CHUNK_EXTENSIONS_OVERFLOW', 'Chunk extensions overflow', after);
      return !this.stopped;
    }
    this.#headerBytes += to - from;
    const isOneMore = span === 'field' && this.#raw.length % 2 === 0;
    const hasTooMany = isOneMore && this.#maxFields > 0 && this.#raw.length >= this.#maxFields * 2;
    if (this.#headerBytes >= this.#maxHeaderSize || hasTooMany) {
      this.fail('HPE_HEADER_OVERFLOW', 'Header overflow', after);
      return false;
    }
    const text = asciiText(this.bytes, from, to);
    if (span === 'url') this.#url += text;
    else if (span === 'status') this.#reason += text;
    else this.#gather(span, text);
    return true;
  }

  #gather(span: 'field' | 'value', text: string): void {
    const raw = this.#raw;
    const isName = raw.length % 2 === 1;
    if (span === 'field') {
      if (isName) raw[raw.length - 1] += text;
      else raw.push(text);
    } else if (isName) raw.push(text);
    else raw[raw.length - 1] += text;
  }

  // ── the message's stations

  messageBegin(): void {
    this.finish = 'unsafe';
    this.#raw = [];
    this.#url = '';
    this.#reason = '';
    this.#extensionBytes = 0;
    this.method = '';
    this.events.messageBegin();
  }

  chunkHeader(): void {
    this.#headerBytes = 0;
    this.#extensionBytes = 0;
  }

  chunkComplete(): void {
    this.#headerBytes = 0;
  }

  /** False when the parser must not go on. */
  headersComplete(): boolean {
    this.upgrade =
      this.has(FLAG.upgrade) && this.has(FLAG.connectionUpgrade)
        ? this.type === 'request' || this.status === 101
        : this.method === 'CONNECT';
    this.#headerBytes = 0;
    const answer = this.events.headersComplete({
      major: this.major,
      minor: this.minor,
      rawHeaders: this.#takeFields(),
      method: this.method,
      url: this.#url,
      status: this.status,
      reason: this.#reason,
      upgrade: this.upgrade,
      keepAlive: this.shouldKeepAlive(),
    });
    if (answer > 0) this.flags |= FLAG.skipBody;
    if (answer === 2) this.upgrade = true;
    return !this.stopped;
  }

  messageComplete(): void {
    this.events.messageComplete(this.#takeFields());
  }

  #takeFields(): string[] {
    const raw = this.#raw;
    this.#raw = [];
    for (let i = 1; i < raw.length; i += 2) raw[i] = raw[i]!.replace(/[ \t]+$/, '');
    return raw;
  }

  /** A response that ends with its head, whatever its fields say (RFC 9112 §6.3, rule 1). */
  hasNoContent(): boolean {
    if (this.type === 'request') return false;
    return (this.status >= 100 && this.status < 200) || this.status === 204 || this.status === 304;
  }

  /** The end of the connection is the end of this response. */
  needsEnd(): boolean {
    if (this.type === 'request' || this.hasNoContent() || this.has(FLAG.skipBody)) return false;
    if (this.has(FLAG.transferEncoding) && !this.has(FLAG.chunked)) return true;
    return (this.flags & (FLAG.chunked | FLAG.contentLength)) === 0;
  }

  shouldKeepAlive(): boolean {
    if (this.major > 0 && this.minor > 0) {
      if (this.has(FLAG.close)) return false;
    } else if (!this.has(FLAG.keepAlive)) return false;
    return !this.needsEnd();
  }
}

/** One step of the parser. */
export type State = (m: Machine, byte: number) => void;
export type States = Readonly<Record<string, State>>;

// ── classes of bytes

export const TOKEN = 1;
export const URL_CHAR = 2;
export const USERINFO = 4;
export const VALUE = 8;
export const QUOTED = 16;

const CLASSES: Bytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const text = String.fromCharCode(byte);
  const isVisible = byte > 0x20 && byte < 0x7f;
  let classes = 0;
  if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(text)) classes |= TOKEN;
  if (isVisible && byte !== 0x23 && byte !== 0x3f) classes |= URL_CHAR;
  if (/[0-9A-Za-z\-_.!~*'()%;:&=+$,]/.test(text)) classes |= USERINFO;
  if (byte === 0x09 || (byte >= 0x20 && byte !== 0x7f)) classes |= VALUE;
  if (byte === 0x09 || byte === 0x20 || isVisible || byte >= 0x80) classes |= QUOTED;
  return classes;
});

export function isOf(byte: number, classes: number): boolean {
  return (CLASSES[byte]! & classes) !== 0;
}

/** Moves over bytes of a class. */
export function skip(m: Machine, classes: number): void {
  while (m.at < m.end && (CLASSES[m.bytes[m.at]!]! & classes) !== 0) m.at += 1;
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isAlpha(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

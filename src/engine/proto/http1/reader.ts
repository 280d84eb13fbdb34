/**
 * Takes bytes as they come and gives one message piece by piece: start line, fields, pieces of content, trailers.
 *
 * RFC 9112 §2.2 (parsing), §6, §7.1 (chunked). Works in time linear in the bytes, however they are cut: a line is
 * searched once, consumed bytes are never moved more than twice. Holds at most one incomplete line and what its user has
 * not polled. The result depends on the bytes alone, never on how they were cut into calls (but for pieces of content).
 * Not here: what the head means (framing.ts), whose turn it is (states.ts).
 */
import type { Bytes } from '../../base/bytes.ts';
import { assert, Malformed, Misbehaved } from '../../base/errors.ts';
import { Fields } from '../../wire/http-fields.ts';
import { type Leniency, parseChunkLine, parseFieldLine } from '../../wire/http1.ts';
import { type BodyFrame, Fault } from './event.ts';

/** What a peer may ask us to hold. Lengths in bytes. */
export interface Http1Limits {
  /** A start line without its CRLF. RFC 9112 §3 wants 8,000 at least. */
  readonly startLine: number;
  /** A header or trailer section: all its lines with their CRLFs. */
  readonly fieldSection: number;
  readonly fieldCount: number;
  /** A chunk's size and extensions, without CRLF. */
  readonly chunkLine: number;
  /** The extensions of all chunks of one message together (§7.1.1). */
  readonly chunkExtensions: number;
  /** The content of one message. */
  readonly content: number;
}

export const DEFAULT_LIMITS: Http1Limits = {
  startLine: 8192,
  fieldSection: 32_768,
  fieldCount: 100,
  chunkLine: 1024,
  chunkExtensions: 16_384,
  content: Number.POSITIVE_INFINITY,
};

/** Empty lines that a recipient passes over before a start line (§2.2: at least one). */
const EMPTY_LINES = 4;

type Phase =
  | 'start'
  | 'fields'
  | 'counted'
  | 'chunk-line'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailers'
  | 'until-close'
  | 'end';

export class MessageReader<Start> {
  readonly #limits: Http1Limits;
  readonly #leniency: Leniency;
  readonly #parseStart: (bytes: Bytes, at: number, end: number) => Start;
  /** 400 for a server; 502, what a gateway says, for a client. */
  readonly #badStatus: number;
  readonly #capacity: number;
  #bytes: Bytes = new Uint8Array(0);
  /** `#bytes` is what was handed to push(), never written to; views of it may be given away. Else it is our own. */
  #adopted = true;
  /** Unread input is `#bytes[#from, #to)`; no LF lies in `[#from, #searched)`. */
  #from = 0;
  #to = 0;
  #searched = 0;
  #over = false;

  #phase: Phase = 'start';
  #emptyLines = 0;
  #start: Start | undefined;
  #fields = new Fields();
  #sectionLength = 0;
  /** Bytes of content still to come in this body or chunk. */
  #left = 0;
  #extensions = 0;
  #content = 0;

  constructor(
    limits: Http1Limits,
    leniency: Leniency,
    parseStart: (bytes: Bytes, at: number, end: number) => Start,
  ) {
    this.#limits = limits;
    this.#leniency = leniency;
    this.#parseStart = parseStart;
    this.#badStatus = leniency === 'strict' ? 400 : 502;
    this.#capacity = Math.max(limits.startLine + 2, limits.fieldSection, limits.chunkLine + 2, 16_384) + 2;
  }

  /** Bytes that push() would take now. */
  get room(): number {
    return this.#over ? 0 : this.#capacity - this.buffered;
  }

  /** The peer's end was reached, though not everything before it need have been read. */
  get over(): boolean {
    return this.#over;
  }

  get buffered(): number {
    return this.#to - this.#from;
  }

  /** True when the peer's end was reached and everything before it was read. */
  get exhausted(): boolean {
    return this.#over && this.#from === this.#to;
  }

  /** True from the first byte of a head (but for empty lines) until its last. */
  get insideHead(): boolean {
    return this.#phase === 'fields' || (this.#phase === 'start' && this.#from < this.#to);
  }

  /** Content of this message so far. */
  get contentLength(): number {
    return this.#content;
  }

  /** Takes the bytes over: nobody may change them from now on. */
  push(bytes: Bytes): void {
    assert(!this.#over, 'bytes after the end');
    assert(bytes.length <= this.room, `${bytes.length} bytes where ${this.room} have room`);
    if (this.#from === this.#to) {
      // The usual case, a whole message in one piece, is read where it lies.
      this.#bytes = bytes;
      this.#adopted = true;
      this.#from = this.#searched = 0;
      this.#to = bytes.length;
      return;
    }
    if (this.#adopted || this.#to + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** The peer will send nothing more. */
  end(): void {
    this.#over = true;
  }

  /** Forgets the input: the peer's words have no meaning any more. */
  discard(): void {
    this.#from = this.#to = this.#searched = 0;
  }

  /** Takes what follows the message, for a tunnel. */
  takeRest(): Bytes {
    const rest = this.#bytes.slice(this.#from, this.#to);
    this.discard();
    return rest;
  }

  /** Passes over empty lines between messages; true when something else follows. */
  skipEmptyLines(): boolean {
    while (
      this.#to - this.#from >= 2 &&
      this.#bytes[this.#from] === 0x0d &&
      this.#bytes[this.#from + 1] === 0x0a
    )
      this.#from += 2;
    this.#searched = Math.max(this.#searched, this.#from);
    return this.#from < this.#to && !(this.#to - this.#from === 1 && this.#bytes[this.#from] === 0x0d);
  }

  /** The head, once it is complete. Throws {@link Fault}. */
  readHead(): { readonly start: Start; readonly fields: Fields } | undefined {
    while (this.#phase === 'start') {
      const end = this.#nextLine(
        this.#limits.startLine + 2,
        'start line',
        this.#badStatus === 400 ? 414 : 502,
      );
      if (end < 0) return this.#waitInHead();
      const at = this.#consumeLine(end);
      if (end > at) this.#beginHead(at, end);
      else if (++this.#emptyLines > EMPTY_LINES) throw this.#malformed('empty lines instead of a message');
    }
    if (!this.#readFields()) return this.#waitInHead();
    return { start: this.#start!, fields: this.#fields };
  }

  #beginHead(at: number, end: number): void {
    this.#start = this.#guard(() => this.#parseStart(this.#bytes, at, end));
    this.#phase = 'fields';
    this.#fields = new Fields();
    this.#sectionLength = 0;
  }

  #waitInHead(): undefined {
    if (this.#over) throw new Fault(new Misbehaved('the connection ended inside a head'), this.#badStatus);
    return undefined;
  }

  /** The head was understood: what follows is this body. Throws {@link Fault} 413. */
  beginBody(frame: BodyFrame): void {
    if (frame.length > this.#limits.content) throw this.#tooLarge();
    this.#left = Math.max(frame.length, 0);
    this.#content = 0;
    this.#extensions = 0;
    this.#phase = BODY_PHASES[frame.framing];
    this.#fields = new Fields();
  }

  /** The next head is expected; after a body, or after an informational response. */
  beginMessage(): void {
    this.#phase = 'start';
    this.#emptyLines = 0;
    this.#start = undefined;
  }

  /** A piece of content, `'end'` when the body is complete, undefined when more bytes are needed. Throws {@link Fault}. */
  readBody(): Bytes | 'end' | undefined {
    // Each turn consumes bytes or returns: framing between two chunks takes at most three turns.
    for (;;) {
      switch (this.#phase) {
        case 'end':
          return 'end';
        case 'counted':
          return this.#takeContent('end') ?? this.#waitInBody();
        case 'chunk-data':
          return this.#takeContent('chunk-end') ?? this.#waitInBody();
        case 'until-close':
          this.#left = this.buffered;
          if (this.#left === 0 && !this.#over) return undefined;
          return this.#left === 0 ? 'end' : this.#takeContent('until-close');
        case 'chunk-line':
          if (!this.#readChunkLine()) return this.#waitInBody();
          break;
        case 'chunk-end':
          if (!this.#readChunkEnd()) return this.#waitInBody();
          break;
        case 'trailers':
          if (!this.#readFields()) return this.#waitInBody();
          this.#phase = 'end';
          break;
        default:
          assert(false, `readBody() in phase ${this.#phase}`);
      }
    }
  }

  get trailers(): Fields {
    return this.#fields;
  }

  #waitInBody(): undefined {
    if (this.#over) throw new Fault(new Misbehaved('the connection ended inside a body'), this.#badStatus);
    return undefined;
  }

  /** As much of the `#left` bytes as is there; goes on to `next` when none are left. */
  #takeContent(next: Phase): Bytes | undefined {
    const count = Math.min(this.#left, this.buffered);
    if (count === 0) return undefined;
    const end = this.#from + count;
    const piece = this.#adopted ? this.#bytes.subarray(this.#from, end) : this.#bytes.slice(this.#from, end);
    this.#from = end;
    this.#searched = Math.max(this.#searched, this.#from);
    this.#left -= count;
    this.#content += count;
    if (this.#content > this.#limits.content) throw this.#tooLarge();
    if (this.#left === 0) this.#phase = next;
    return piece;
  }

  #readChunkLine(): boolean {
    const end = this.#nextLine(this.#limits.chunkLine + 2, 'chunk line', this.#badStatus);
    if (end < 0) return false;
    const at = this.#consumeLine(end);
    const { size, extensionLength } = this.#guard(() => parseChunkLine(this.#bytes, at, end, this.#leniency));
    this.#extensions += extensionLength;
    if (this.#extensions > this.#limits.chunkExtensions) throw this.#malformed('too many chunk extensions');
    if (size === Number.POSITIVE_INFINITY || this.#content + size > this.#limits.content)
      throw this.#tooLarge();
    this.#left = size;
    this.#phase = size > 0 ? 'chunk-data' : 'trailers';
    this.#sectionLength = 0;
    return true;
  }

  /** The CRLF behind the data of a chunk: anything else means that the size was a lie. */
  #readChunkEnd(): boolean {
    if (this.buffered > 0 && this.#bytes[this.#from] !== 0x0d)
      throw this.#malformed('chunk data longer than its size');
    if (this.buffered < 2) return false;
    if (this.#bytes[this.#from + 1] !== 0x0a) throw this.#malformed('chunk data longer than its size');
    this.#from += 2;
    this.#searched = Math.max(this.#searched, this.#from);
    this.#phase = 'chunk-line';
    return true;
  }

  /** Field lines up to the empty line; false when more bytes are needed. */
  #readFields(): boolean {
    const { fieldSection, fieldCount } = this.#limits;
    const status = this.#badStatus === 400 ? 431 : 502;
    for (;;) {
      const end = this.#nextLine(fieldSection - this.#sectionLength, 'field section', status);
      if (end < 0) return false;
      const at = this.#consumeLine(end);
      this.#sectionLength += this.#from - at;
      if (end === at) return true;
      try {
        parseFieldLine(this.#bytes, at, end, this.#fields, this.#leniency, this.#adopted);
      } catch (error) {
        throw this.#asFault(error);
      }
      if (this.#fields.size > fieldCount)
        throw new Fault(new Misbehaved(`more than ${fieldCount} fields`), status);
    }
  }

  /** The index of the CR that ends the line at `#from`, −1 when it has not come. `limit` counts the CRLF. */
  #nextLine(limit: number, what: string, status: number): number {
    const bytes = this.#bytes;
    const to = Math.min(this.#to, this.#from + limit);
    let i = this.#searched;
    while (i < to && bytes[i] !== 0x0a) i++;
    this.#searched = i;
    if (i === to) {
      if (this.buffered >= limit) throw new Fault(new Misbehaved(`${what} longer than the limit`), status);
      return -1;
    }
    if (i === this.#from || bytes[i - 1] !== 0x0d) throw this.#malformed('bare LF');
    return i - 1;
  }

  /** Moves behind the line that ends with CRLF at `end`; returns where it began. */
  #consumeLine(end: number): number {
    const at = this.#from;
    this.#from = this.#searched = end + 2;
    return at;
  }

  #guard<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.#asFault(error);
    }
  }

  #asFault(error: unknown): unknown {
    return error instanceof Malformed ? new Fault(error, this.#badStatus) : error;
  }

  #malformed(message: string): Fault {
    return new Fault(new Malformed(message), this.#badStatus);
  }

  #tooLarge(): Fault {
    const limit = Math.min(this.#limits.content, Number.MAX_SAFE_INTEGER);
    return new Fault(
      new Misbehaved(`content longer than ${limit} bytes`),
      this.#badStatus === 400 ? 413 : 502,
    );
  }

  /** Moves the input to the front of our own buffer, which doubles until half of it is free: each byte moves O(1) times. */
  #makeRoom(count: number): void {
    const held = this.buffered;
    let size = this.#adopted ? 1024 : this.#bytes.length;
    while (held + count > size / 2) size *= 2;
    if (this.#adopted || size > this.#bytes.length) {
      const own = new Uint8Array(size);
      own.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = own;
      this.#adopted = false;
    } else {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    }
    this.#searched -= this.#from;
    this.#from = 0;
    this.#to = held;
  }
}

const BODY_PHASES: Readonly<Record<BodyFrame['framing'], Phase>> = {
  none: 'end',
  length: 'counted',
  chunked: 'chunk-line',
  close: 'until-close',
  tunnel: 'end',
};

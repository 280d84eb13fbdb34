/**
 * Puts one message after the other into a bounded queue of bytes: heads, content in its framing, trailers.
 *
 * RFC 9112 §6, §7.1. Content is accepted as far as there is room (back-pressure); heads and ends always are, since the
 * connection lets a new message begin only while the queue is below its limit. Not here: which framing (connection).
 */
import type { Bytes } from '../../base/bytes.ts';
import { assert, Misuse } from '../../base/errors.ts';
import type { Fields } from '../../wire/http-fields.ts';
import { writeFields } from '../../wire/http1.ts';
import type { BodyFrame } from './event.ts';

/** Room for a chunk's size line, the CRLF behind its data, and the last chunk. */
const CHUNK_OVERHEAD = 24;

export class MessageWriter {
  readonly #limit: number;
  #bytes: Bytes = new Uint8Array(1024);
  #from = 0;
  #to = 0;
  #frame: BodyFrame = { framing: 'none', length: 0 };
  /** The content is counted but not sent: the response to HEAD. */
  #silent = false;
  #content = 0;

  /** `limit` is the number of bytes beyond which no content is accepted. */
  constructor(limit: number) {
    assert(limit >= 256, `an out-queue of ${limit} bytes`);
    this.#limit = limit;
  }

  /** What is to be sent now, oldest first. A view, good until the next call that changes the queue. */
  get outgoing(): Bytes {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  get pending(): number {
    return this.#to - this.#from;
  }

  get full(): boolean {
    return this.pending >= this.#limit;
  }

  /** The first `count` bytes of {@link outgoing} are on their way. */
  sent(count: number): void {
    assert(count >= 0 && count <= this.pending, `${count} bytes sent of ${this.pending}`);
    this.#from += count;
    if (this.#from === this.#to) this.#from = this.#to = 0;
  }

  /** Bytes of content that {@link data} would accept now. */
  get room(): number {
    if (this.#silent) return Number.MAX_SAFE_INTEGER;
    const free = this.#limit - this.pending - (this.#frame.framing === 'chunked' ? CHUNK_OVERHEAD : 0);
    const wanted = this.#frame.framing === 'length' ? this.#frame.length - this.#content : free;
    return this.#frame.framing === 'none' ? 0 : Math.max(0, Math.min(free, wanted));
  }

  head(text: string, frame: BodyFrame, silent: boolean): void {
    this.#text(text);
    this.#frame = frame;
    this.#silent = silent;
    this.#content = 0;
  }

  /** Accepts a prefix of `bytes` and returns its length. Throws {@link Misuse} for more than was announced. */
  data(bytes: Bytes): number {
    const { framing, length } = this.#frame;
    if (framing === 'none' && !this.#silent && bytes.length > 0)
      throw new Misuse('content for a message that has none');
    if (framing === 'length' && !this.#silent && this.#content + bytes.length > length) {
      throw new Misuse(`content beyond the Content-Length ${length}`);
    }
    const count = Math.min(bytes.length, this.room);
    this.#content += count;
    if (count === 0 || this.#silent) return count;
    if (framing === 'chunked') this.#text(`${count.toString(16)}\r\n`);
    this.#put(count === bytes.length ? bytes : bytes.subarray(0, count));
    if (framing === 'chunked') this.#text('\r\n');
    return count;
  }

  /** Ends the message. Throws {@link Misuse} when content is missing, or for trailers that no framing can carry. */
  end(trailers: Fields): void {
    const { framing, length } = this.#frame;
    if (trailers.size > 0 && framing !== 'chunked') throw new Misuse('trailers without the chunked coding');
    if (framing === 'length' && !this.#silent && this.#content < length) {
      throw new Misuse(`${length - this.#content} bytes of content are missing`);
    }
    if (framing === 'chunked' && !this.#silent) this.#text(`0\r\n${writeFields(trailers)}\r\n`);
    this.#frame = { framing: 'none', length: 0 };
    this.#silent = false;
  }

  #text(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#to + i] = text.charCodeAt(i);
    this.#to += text.length;
  }

  #put(bytes: Bytes): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** Like the reader's buffer: moved only when half of it is free, so each byte moves a bounded number of times. */
  #reserve(count: number): void {
    if (this.#to + count <= this.#bytes.length) return;
    const held = this.pending;
    let size = this.#bytes.length;
    while (held + count > size / 2) size *= 2;
    if (size === this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    } else {
      const grown = new Uint8Array(size);
      grown.set(this.outgoing);
      this.#bytes = grown;
    }
    this.#from = 0;
    this.#to = held;
  }
}

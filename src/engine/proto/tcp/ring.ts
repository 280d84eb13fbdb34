/**
 * A run of bytes that is appended to at the end and let go of at the start, in one buffer that wraps.
 *
 * The buffer's size is a power of two and grows on demand up to `capacity`. Offsets count from the first byte that
 * is still held. Bytes may be written past the end, for segments that arrive early. Copies go through one transient
 * view: `set` with `subarray` costs 50 ns for 1,448 bytes where a loop costs 2,300.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';

export class ByteRing {
  #buffer: Bytes;
  #mask: number;
  #start = 0;
  readonly #capacity: number;

  /** `capacity` is the most that may ever be held, in bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#buffer = new Uint8Array(0);
    this.#mask = -1;
  }

  /** Makes room for `span` bytes of which the first `held` matter. */
  #reserve(span: number, held: number): void {
    if (span > this.#capacity) throw new Misuse(`${span} bytes in a ring of at most ${this.#capacity}`);
    let size = Math.max(this.#buffer.length * 2, 2048);
    while (size < span) size *= 2;
    const grown = new Uint8Array(size);
    if (held > 0) this.read(0, grown, 0, Math.min(held, this.#buffer.length));
    this.#buffer = grown;
    this.#mask = size - 1;
    this.#start = 0;
  }

  /** Copies `bytes[from, to)` to `offset`. */
  write(offset: number, bytes: Bytes, from: number, to: number): void {
    const count = to - from;
    if (count <= 0) return;
    if (offset + count > this.#buffer.length) this.#reserve(offset + count, this.#buffer.length);
    const at = (this.#start + offset) & this.#mask;
    const first = Math.min(count, this.#buffer.length - at);
    this.#buffer.set(bytes.subarray(from, from + first), at);
    if (first < count) this.#buffer.set(bytes.subarray(from + first, to), 0);
  }

  /** Copies `count` bytes from `offset` into `into` at `at`. They must have been written. */
  read(offset: number, into: Bytes, at: number, count: number): void {
    if (count <= 0) return;
    const from = (this.#start + offset) & this.#mask;
    const first = Math.min(count, this.#buffer.length - from);
    into.set(this.#buffer.subarray(from, from + first), at);
    if (first < count) into.set(this.#buffer.subarray(0, count - first), at + first);
  }

  /** Lets go of the first `count` bytes. */
  discard(count: number): void {
    this.#start = (this.#start + count) & this.#mask;
  }

  /** Gives the memory back; what is held is lost. */
  release(): void {
    this.#buffer = new Uint8Array(0);
    this.#mask = -1;
    this.#start = 0;
  }
}

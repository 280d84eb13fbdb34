/**
 * The byte-stream contract: what a protocol above TCP may ask of whatever carries it.
 *
 * A stream is an ordered, reliable run of bytes in each direction, with back-pressure, half-close and abort. A TCP
 * socket, an in-memory pair, a TLS session and a tunnel all look like this. One contract test holds for all of them
 * (test/contract/stream.ts). Not here: addresses, connecting, time-outs; those belong to whoever makes the stream.
 *
 * The life of one direction: bytes, then at most one end. The life of the whole: until both directions have ended, or
 * until `error` is set, whichever comes first. Bytes that arrived before an error may still be read.
 */
import type { Bytes } from '../base/bytes.ts';

export interface ByteStream {
  /** Bytes that read() would give now. */
  readonly readable: number;
  /** Takes at most `max` bytes (all there are by default); an empty array when there is nothing now. The caller owns the result. */
  read(max?: number): Bytes;
  /** True once the peer's end has been reached and everything before it was read. Stays false when the stream broke first. */
  readonly ended: boolean;
  /** How many bytes write() would accept now (back-pressure). 0 after end(), abort() or an error. */
  readonly writable: number;
  /** Accepts a prefix of `bytes` by copying it, returns its length: 0 when full or broken. Throws Misuse after end() or abort(). */
  write(bytes: Bytes): number;
  /** Half-close: no more writes; what was accepted is still delivered. A second call does nothing. */
  end(): void;
  /** Drops everything; the peer gets the error `ECONNRESET`, this side `ECONNABORTED`. A second call does nothing. */
  abort(): void;
  /** Why the stream broke (`ECONNRESET`, `ETIMEDOUT`, `ECONNREFUSED`, …), when it did. Never changes once set. */
  readonly error: string | undefined;
  /** Negotiated application protocol, if any was negotiated (`http/1.1`, `h2`). */
  readonly protocol: string | undefined;
  /** Who is at the other end, for people: `192.0.2.80:80`. */
  readonly peer: string;
  /**
   * One listener; called after something changed (more to read, room to write, ended, broken). It may be called when
   * nothing changed. Never called inside read, write, end or abort, so a listener may call all of them.
   */
  onChange: (() => void) | undefined;
}

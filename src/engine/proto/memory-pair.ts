/**
 * Two connected byte streams in memory: the smallest implementation of the contract, for tests and in-process peers.
 *
 * What one end writes lies on the way until the next step; what the other end reads frees room for the writer at the
 * next step. So both ends see each other one step late, as over a wire, and no listener runs inside a caller's stack.
 * Not here: time and loss; a step takes no time at all.
 */
import type { Bytes } from '../base/bytes.ts';
import { assert, Misuse } from '../base/errors.ts';
import type { ByteStream } from './stream.ts';

export interface MemoryPairOptions {
  /** Bytes that each direction holds, on the way and unread together. Default 65,536. */
  readonly capacity?: number;
  readonly protocol?: string;
  /** What the first end is called by the second, and the second by the first. */
  readonly names?: readonly [first: string, second: string];
  /** Called with the step to run when something is pending; the pair then steps by itself. Must not run it at once. */
  readonly schedule?: (step: () => void) => void;
}

export interface MemoryPair {
  readonly first: ByteStream;
  readonly second: ByteStream;
  /** Delivers everything pending and then calls the listeners of the ends that changed. False when nothing was pending. */
  step(): boolean;
}

export function memoryPair(options: MemoryPairOptions = {}): MemoryPair {
  const { capacity = 65_536, protocol, names = ['first', 'second'], schedule } = options;
  assert(Number.isInteger(capacity) && capacity > 0, `capacity ${capacity}`);
  let armed = false;
  let stepping = false;
  const touch = (): void => {
    if (armed || !schedule) return;
    armed = true;
    schedule(step);
  };
  const there = new Direction(capacity, touch);
  const back = new Direction(capacity, touch);
  const first = new MemoryStream(there, back, names[1], protocol);
  const second = new MemoryStream(back, there, names[0], protocol);

  function step(): boolean {
    if (stepping) throw new Misuse('step() inside a listener');
    stepping = true;
    armed = false;
    // Both directions move before anybody is told, so that a listener's own writes wait for the next step.
    const moved = [there.deliver(), back.deliver()] as const;
    try {
      if (moved[0] || moved[1]) {
        first.onChange?.();
        second.onChange?.();
      }
    } finally {
      stepping = false;
    }
    return moved[0] || moved[1];
  }
  return { first, second, step };
}

/** One direction: a ring with four marks that only grow, released ≤ taken ≤ delivered ≤ written ≤ released + capacity. */
class Direction {
  readonly #ring: Bytes;
  readonly #touch: () => void;
  #written = 0;
  #delivered = 0;
  #taken = 0;
  #released = 0;
  /** The writer has ended, and the reader knows. */
  closing = false;
  closed = false;
  /** One of the two sides aborted, and the other knows. */
  breaking = false;
  broken = false;

  constructor(capacity: number, touch: () => void) {
    this.#ring = new Uint8Array(capacity);
    this.#touch = touch;
  }

  get room(): number {
    return this.#ring.length - (this.#written - this.#released);
  }

  get readable(): number {
    return this.#delivered - this.#taken;
  }

  put(bytes: Bytes): number {
    const count = Math.min(bytes.length, this.room);
    const at = this.#written % this.#ring.length;
    const straight = Math.min(count, this.#ring.length - at);
    this.#ring.set(bytes.subarray(0, straight), at);
    this.#ring.set(bytes.subarray(straight, count), 0);
    this.#written += count;
    if (count > 0) this.#touch();
    return count;
  }

  take(max: number): Bytes {
    const count = Math.min(max, this.readable);
    const at = this.#taken % this.#ring.length;
    const straight = Math.min(count, this.#ring.length - at);
    const out = new Uint8Array(count);
    out.set(this.#ring.subarray(at, at + straight));
    out.set(this.#ring.subarray(0, count - straight), straight);
    this.#taken += count;
    if (count > 0) this.#touch();
    return out;
  }

  close(): void {
    this.closing = true;
    this.#touch();
  }

  break(): void {
    this.breaking = true;
    this.#touch();
  }

  /** True when the reader or the writer has something new to see. */
  deliver(): boolean {
    if (this.broken) return false;
    if (this.breaking) {
      this.broken = true;
      return true;
    }
    const changed =
      this.#delivered < this.#written || this.#released < this.#taken || this.closing !== this.closed;
    this.#delivered = this.#written;
    this.#released = this.#taken;
    this.closed = this.closing;
    return changed;
  }
}

class MemoryStream implements ByteStream {
  readonly protocol: string | undefined;
  readonly peer: string;
  onChange: (() => void) | undefined;
  readonly #out: Direction;
  readonly #in: Direction;
  #aborted = false;
  #brokeAs: string | undefined;

  constructor(out: Direction, from: Direction, peer: string, protocol: string | undefined) {
    this.#out = out;
    this.#in = from;
    this.peer = peer;
    this.protocol = protocol;
  }

  get error(): string | undefined {
    // A stream whose two directions had both ended is over: what the peer does later does not break it.
    if (this.#brokeAs === undefined && this.#in.broken && !this.#over) this.#brokeAs = 'ECONNRESET';
    return this.#brokeAs;
  }

  get #over(): boolean {
    return this.#out.closed && this.#in.closed;
  }

  get readable(): number {
    return this.#aborted ? 0 : this.#in.readable;
  }

  read(max = this.readable): Bytes {
    return this.#in.take(Math.min(max, this.readable));
  }

  get ended(): boolean {
    return this.error === undefined && this.#in.closed && this.#in.readable === 0;
  }

  get writable(): number {
    return this.#out.closing || this.error !== undefined ? 0 : this.#out.room;
  }

  write(bytes: Bytes): number {
    if (this.#out.closing || this.#aborted) throw new Misuse('write() after end() or abort()');
    return this.error === undefined ? this.#out.put(bytes) : 0;
  }

  end(): void {
    if (!this.#out.closing && this.error === undefined) this.#out.close();
  }

  abort(): void {
    if (this.#aborted || this.error !== undefined) return;
    this.#aborted = true;
    this.#brokeAs = 'ECONNABORTED';
    this.#out.break();
    this.#in.break();
  }
}

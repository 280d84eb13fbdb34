/**
 * When the segments in flight were sent, so that acknowledgments give round-trip samples: a queue of pairs in typed
 * arrays. It is emptied when anything is sent again, because then an acknowledgment no longer tells which copy it
 * answers (Karn's rule, RFC 6298 §3).
 */
import { seqLe } from '../../base/seq.ts';
import type { Nanoseconds } from '../../base/units.ts';

/** Beyond this many segments in flight the later ones are not timed. */
const LIMIT = 65_536;

export class SendTimes {
  #ends = new Uint32Array(64);
  #times = new Float64Array(64);
  #head = 0;
  #count = 0;

  /** A segment that ends before sequence number `end` leaves at `now`. */
  push(end: number, now: Nanoseconds): void {
    if (this.#count === this.#ends.length && !this.#grow()) return;
    const at = (this.#head + this.#count) & (this.#ends.length - 1);
    this.#ends[at] = end;
    this.#times[at] = now;
    this.#count += 1;
  }

  /** Lets go of the segments that `acknowledgment` covers; when the first of them was sent, −1 for none. */
  take(acknowledgment: number): Nanoseconds {
    const mask = this.#ends.length - 1;
    let first = -1;
    while (this.#count > 0 && seqLe(this.#ends[this.#head]!, acknowledgment)) {
      if (first < 0) first = this.#times[this.#head]!;
      this.#head = (this.#head + 1) & mask;
      this.#count -= 1;
    }
    return first;
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): boolean {
    const size = this.#ends.length;
    if (size >= LIMIT) return false;
    const ends = new Uint32Array(size * 2);
    const times = new Float64Array(size * 2);
    for (let i = 0; i < this.#count; i++) {
      ends[i] = this.#ends[(this.#head + i) & (size - 1)]!;
      times[i] = this.#times[(this.#head + i) & (size - 1)]!;
    }
    this.#ends = ends;
    this.#times = times;
    this.#head = 0;
    return true;
  }
}

/**
 * For how long a failure is remembered: longer each time that it comes back (RFC 9520 §3.2).
 *
 * RFC 9520 §3.2 wants at least 1 s and at most 5 min. A failure counts as the same again until it has been over for as
 * long as the longest memory lasts. The number of remembered failures is bounded, as §3.2 asks.
 */
import { type Nanoseconds, SECOND } from '../../../base/units.ts';

const CAPACITY = 1_000;

export class FailureBook {
  readonly #first: number;
  readonly #most: number;
  readonly #failures = new Map<string, { ttl: number; until: Nanoseconds }>();

  /** Seconds: the first memory, and the longest. */
  constructor(times: { readonly first: number; readonly most: number }) {
    this.#most = Math.min(300, Math.max(1, times.most));
    this.#first = Math.min(this.#most, Math.max(1, times.first));
  }

  /** Notes a failure; gives the seconds for which it is to be remembered. */
  failed(key: string, now: Nanoseconds): number {
    const last = this.#failures.get(key);
    const again = last !== undefined && now < last.until + this.#most * SECOND;
    const ttl = again ? Math.min(this.#most, last.ttl * 2) : this.#first;
    this.#failures.delete(key);
    this.#failures.set(key, { ttl, until: now + ttl * SECOND });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= CAPACITY) break;
      this.#failures.delete(oldest);
    }
    return ttl;
  }

  /** True while a failure noted under `key` is to be remembered. */
  isFresh(key: string, now: Nanoseconds): boolean {
    return now < (this.#failures.get(key)?.until ?? 0);
  }

  /** It worked: the next failure is a first one. */
  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}

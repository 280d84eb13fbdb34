/**
 * How many ICMP errors one receiver is sent (RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f)), sans-IO: a bucket of tokens for each
 * of them, as Linux has it. Six errors at once, then one for each interval that passes.
 *
 * Measured on Linux 6.18: `net.ipv4.icmp_ratelimit` is 1 s there, `net.ipv6.icmp.ratelimit` 0.1 s. Never limited are the
 * messages that path MTU discovery lives on. Left out: the limit for all receivers together (`icmp_msgs_per_sec`).
 */
import type { Ip } from '../../base/ip.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../base/units.ts';

/** Linux's XRLIM_BURST_FACTOR. */
const BURST = 6;
/** Receivers that are remembered; where there are more, who was new first starts with a full bucket again. */
const MAX_RECEIVERS = 1024;

/** Time for one more error. 0: as many as there are. */
export interface IcmpIntervals {
  readonly v4: Nanoseconds;
  readonly v6: Nanoseconds;
}

export const LINUX_INTERVALS: IcmpIntervals = { v4: SECOND, v6: 100 * MILLISECOND };
export const UNLIMITED: IcmpIntervals = { v4: 0, v6: 0 };

export class IcmpLimit {
  readonly #intervals: IcmpIntervals;
  /** What is in each bucket, in units of time, and since when. */
  readonly #buckets = new Map<Ip, { saved: Nanoseconds; since: Nanoseconds }>();

  constructor(intervals: IcmpIntervals = LINUX_INTERVALS) {
    this.#intervals = intervals;
  }

  /** Whether one more error may go to `receiver` now; if so, it counts as sent. */
  allows(receiver: Ip, now: Nanoseconds): boolean {
    const interval = typeof receiver === 'number' ? this.#intervals.v4 : this.#intervals.v6;
    if (interval === 0) return true;
    const bucket = this.#buckets.get(receiver) ?? this.#fresh(receiver, BURST * interval, now);
    bucket.saved = Math.min(BURST * interval, bucket.saved + now - bucket.since);
    bucket.since = now;
    if (bucket.saved < interval) return false;
    bucket.saved -= interval;
    return true;
  }

  /** Forgets everybody, as when the machine restarts. */
  clear(): void {
    this.#buckets.clear();
  }

  #fresh(receiver: Ip, saved: Nanoseconds, now: Nanoseconds): { saved: Nanoseconds; since: Nanoseconds } {
    if (this.#buckets.size >= MAX_RECEIVERS) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest!);
    }
    const bucket = { saved, since: now };
    this.#buckets.set(receiver, bucket);
    return bucket;
  }
}

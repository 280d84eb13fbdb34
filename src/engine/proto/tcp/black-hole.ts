/**
 * Black-hole detection: when nothing large gets through and no router says why, try smaller segments (RFC 4821 §7.7;
 * off by default, as Linux's `net.ipv4.tcp_mtu_probing` is).
 *
 * As Linux does with the value 1: three seconds after the first retransmission the segment size falls to 1,024 bytes,
 * and with each further time-out to half, at least 48. Left out: looking for a larger size afterwards (RFC 4821 §7.3).
 */
import { type Nanoseconds, SECOND } from '../../base/units.ts';

/** Linux's `tcp_base_mss` and `tcp_mtu_probe_floor`, bytes of payload. */
export const BASE_MSS = 1024;
const FLOOR_MSS = 48;
/** What Linux's `tcp_retries1` of 3 comes to: (2 · 2³ − 1) × 200 ms. */
const SUSPICION: Nanoseconds = 3 * SECOND;

export class BlackHoleDetector {
  #firstResent: Nanoseconds = -1;
  #size = 2 * BASE_MSS;

  /** The retransmission timer fired. Returns the size to try from now on, when there is reason to. */
  onTimeout(mss: number, now: Nanoseconds): number | undefined {
    if (this.#firstResent < 0) {
      this.#firstResent = now;
      return undefined;
    }
    if (now - this.#firstResent < SUSPICION) return undefined;
    this.#size = Math.max(FLOOR_MSS, Math.min(BASE_MSS, this.#size >> 1));
    return this.#size < mss ? this.#size : undefined;
  }

  /** Something new was acknowledged: what is sent gets through. */
  onProgress(): void {
    this.#firstResent = -1;
  }
}

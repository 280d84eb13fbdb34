/**
 * How many challenge ACKs may still be sent (RFC 5961 §7): segments that may be forged must not make us talk at
 * the forger's pace, nor two confused peers talk for ever.
 */
import type { Nanoseconds } from '../../base/units.ts';

export class ChallengeBudget {
  readonly #limit: number;
  readonly #span: Nanoseconds;
  #spent = 0;
  #from: Nanoseconds = -1;

  /** `limit` answers in each `span`. */
  constructor(limit: number, span: Nanoseconds) {
    this.#limit = limit;
    this.#span = span;
  }

  /** True when one more may be answered now; it counts as answered then. */
  spend(now: Nanoseconds): boolean {
    if (this.#from < 0 || now - this.#from >= this.#span) {
      this.#from = now;
      this.#spent = 0;
    }
    if (this.#spent >= this.#limit) return false;
    this.#spent += 1;
    return true;
  }
}

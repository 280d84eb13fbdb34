/**
 * The retransmission time-out (RFC 6298), with Linux's floor as the other choice.
 *
 * Not here: which samples may be taken (Karn's rule; the sender decides) and backing off (the sender doubles `rto`,
 * and the next sample sets it anew).
 */
import { MILLISECOND, type Nanoseconds } from '../../base/units.ts';

export class RoundTripTimes {
  readonly #initial: Nanoseconds;
  readonly #min: Nanoseconds;
  readonly #max: Nanoseconds;
  readonly #floorsVariance: boolean;
  /** Smoothed round-trip time; −1 before the first sample. */
  srtt: Nanoseconds = -1;
  /** Mean deviation (RFC 6298's RTTVAR). */
  rttvar: Nanoseconds = 0;
  /** Smallest sample; −1 before the first. */
  min: Nanoseconds = -1;
  latest: Nanoseconds = -1;
  rto: Nanoseconds;
  /** Linux only: four deviations, the largest in this round trip and the one in use. */
  #roundPeak = 0;
  #margin = 0;

  constructor(initial: Nanoseconds, min: Nanoseconds, max: Nanoseconds, floor: 'rto' | 'variance') {
    this.#initial = initial;
    this.#min = min;
    this.#max = max;
    this.#floorsVariance = floor === 'variance';
    this.rto = initial;
  }

  /** Takes one sample. `newRound` says that a round trip has passed since the last call that said so. */
  sample(rtt: Nanoseconds, newRound: boolean): void {
    this.latest = rtt;
    if (this.min < 0 || rtt < this.min) this.min = rtt;
    if (this.srtt < 0) {
      this.srtt = rtt;
      this.rttvar = rtt / 2;
      this.#margin = Math.max(4 * this.rttvar, this.#min);
      this.#roundPeak = this.#margin;
    } else {
      const error = Math.abs(this.srtt - rtt);
      // Linux: a sample far below the mean says little about delays to come, so it widens the deviation slowly.
      const gain = this.#floorsVariance && rtt < this.srtt && error > this.rttvar ? 1 / 32 : 1 / 4;
      this.rttvar += gain * (error - this.rttvar);
      this.srtt += (rtt - this.srtt) / 8;
      this.#track(newRound);
    }
    const wanted = this.#floorsVariance
      ? this.srtt + this.#margin
      : Math.max(this.srtt + Math.max(MILLISECOND, 4 * this.rttvar), this.#min); // the clock's granularity is 1 ms
    this.rto = Math.min(Math.round(wanted), this.#max);
  }

  /** The margin follows the peak of each round at once upwards, and by a quarter of the way downwards. */
  #track(newRound: boolean): void {
    this.#roundPeak = Math.max(this.#roundPeak, 4 * this.rttvar);
    this.#margin = Math.max(this.#margin, this.#roundPeak);
    if (!newRound) return;
    if (this.#roundPeak < this.#margin) this.#margin -= (this.#margin - this.#roundPeak) / 4;
    this.#roundPeak = this.#min;
  }

  /** Doubles the time-out (RFC 6298 §5.5). */
  backOff(): void {
    this.rto = Math.min(this.rto * 2, this.#max);
  }

  /** Sets the time-out until the next sample. */
  set(rto: Nanoseconds): void {
    this.rto = Math.min(rto, this.#max);
  }

  restart(): void {
    this.rto = this.#initial;
  }
}

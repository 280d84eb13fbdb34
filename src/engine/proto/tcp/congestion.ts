/**
 * How much may be under way: the interface of congestion control, and two versions of Reno.
 *
 * The sender finds out what was acknowledged and lost, and asks for `cwnd`; an algorithm only turns such news into a
 * window. Loss recovery is the sender's: while it repairs a loss it calls neither `onAck` nor `onLoss` again. All
 * sizes are bytes. Not here: pacing (a rate would join `cwnd`), ECN.
 */
import type { Nanoseconds } from '../../base/units.ts';

export interface CongestionControl {
  readonly name: string;
  /** Congestion window: what may be in flight, without the allowance that duplicate ACKs give during recovery. */
  readonly cwnd: number;
  /** Slow-start threshold; Infinity until the first loss. */
  readonly ssthresh: number;
  /** Once, before anything else. `mss` is the largest payload of a segment. */
  start(mss: number, initialWindow: number): void;
  /** The path carries less than was thought. The window stays: no congestion has been seen (RFC 1191 §6.5). */
  resize(mss: number): void;
  /**
   * New data was acknowledged outside recovery. `rtt` is −1 when this ACK gave no sample; `flight` is what was in
   * flight before it; `limited` says that the window, not the program, held the sender back.
   */
  onAck(acked: number, rtt: Nanoseconds, flight: number, limited: boolean, now: Nanoseconds): void;
  /** A loss was inferred from duplicate ACKs; recovery begins. */
  onLoss(flight: number, now: Nanoseconds): void;
  /** Everything that was in flight at the loss is acknowledged. `flight` is what is in flight now. */
  onRecoveryExit(flight: number, now: Nanoseconds): void;
  /** The retransmission timer fired; `repeated` when it had already fired for the same segment. */
  onTimeout(flight: number, repeated: boolean, now: Nanoseconds): void;
  /** Something is about to be sent after nothing was for `idle`, longer than `rto`. */
  onIdle(idle: Nanoseconds, rto: Nanoseconds): void;
}

/** Reno as RFC 5681 writes it: growth is counted in ACKs, so a receiver that delays them slows the growth. */
export class NewReno implements CongestionControl {
  readonly name = 'newreno';
  cwnd = 0;
  ssthresh = Infinity;
  #mss = 0;
  #initialWindow = 0;

  start(mss: number, initialWindow: number): void {
    this.#mss = mss;
    this.#initialWindow = initialWindow;
    this.cwnd = initialWindow;
  }

  resize(mss: number): void {
    this.#mss = mss;
  }

  onAck(acked: number, _rtt: Nanoseconds, _flight: number, limited: boolean): void {
    if (!limited) return;
    if (this.cwnd < this.ssthresh)
      this.cwnd += Math.min(acked, this.#mss); // equation (2)
    else this.cwnd += Math.max(1, Math.floor((this.#mss * this.#mss) / this.cwnd)); // equation (3)
  }

  onLoss(flight: number): void {
    this.ssthresh = Math.max(Math.floor(flight / 2), 2 * this.#mss); // equation (4)
    this.cwnd = this.ssthresh;
  }

  onRecoveryExit(flight: number): void {
    // RFC 6582 §3.2, step 3, first choice: no burst when little is left in flight.
    this.cwnd = Math.min(this.ssthresh, Math.max(flight, this.#mss) + this.#mss);
  }

  onTimeout(flight: number, repeated: boolean): void {
    if (!repeated) this.ssthresh = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.cwnd = this.#mss;
  }

  onIdle(): void {
    this.cwnd = Math.min(this.cwnd, this.#initialWindow); // RFC 5681 §4.1
  }
}

/**
 * Reno as Linux has it: growth is counted in acknowledged bytes (RFC 3465 with no limit L), so delayed ACKs do not
 * slow it; half of the window, not of what is in flight, is the threshold after a loss.
 */
export class LinuxReno implements CongestionControl {
  readonly name = 'reno-linux';
  cwnd = 0;
  ssthresh = Infinity;
  #mss = 0;
  #initialWindow = 0;
  /** Bytes acknowledged in congestion avoidance towards the next segment of window. */
  #credit = 0;

  start(mss: number, initialWindow: number): void {
    this.#mss = mss;
    this.#initialWindow = initialWindow;
    this.cwnd = initialWindow;
  }

  resize(mss: number): void {
    this.#mss = mss;
  }

  onAck(acked: number, _rtt: Nanoseconds, _flight: number, limited: boolean): void {
    if (!limited) return;
    let rest = acked;
    if (this.cwnd < this.ssthresh) {
      const step = Math.min(rest, this.ssthresh - this.cwnd);
      this.cwnd += step;
      rest -= step;
    }
    this.#credit += rest;
    if (this.#credit >= this.cwnd && rest > 0) {
      this.#credit -= this.cwnd;
      this.cwnd += this.#mss;
    }
  }

  onLoss(): void {
    this.#halve();
    this.cwnd = this.ssthresh;
  }

  onRecoveryExit(): void {
    this.cwnd = Math.min(this.cwnd, this.ssthresh);
  }

  onTimeout(_flight: number, repeated: boolean): void {
    if (!repeated) this.#halve();
    this.#credit = 0;
    this.cwnd = this.#mss;
  }

  /** Halves for every time-out that went by, but not below the initial window. */
  onIdle(idle: Nanoseconds, rto: Nanoseconds): void {
    const restart = Math.min(this.cwnd, this.#initialWindow);
    if (this.ssthresh !== Infinity) this.ssthresh = Math.max(this.ssthresh, Math.floor((this.cwnd * 3) / 4));
    for (let left = idle - rto; left > 0 && this.cwnd > restart; left -= rto)
      this.cwnd = Math.floor(this.cwnd / 2);
    this.cwnd = Math.max(this.cwnd, restart);
    this.#credit = 0;
  }

  #halve(): void {
    this.#credit = 0;
    this.ssthresh = Math.max(Math.floor(this.cwnd / this.#mss / 2) * this.#mss, 2 * this.#mss);
  }
}

export const CONGESTION_CONTROLS: Readonly<Record<'newreno' | 'reno-linux', () => CongestionControl>> = {
  newreno: () => new NewReno(),
  'reno-linux': () => new LinuxReno(),
};

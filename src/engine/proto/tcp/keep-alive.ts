/**
 * Asking a silent peer whether it is still there (RFC 9293 §3.8.4). Segments that arrive only note their time; the
 * deadline looks at it when it is reached.
 */
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { KeepAlive } from './options.ts';

export class KeepAliveTimer {
  #options: KeepAlive | undefined;
  #heardAt: Nanoseconds = 0;
  /** Probes since the peer was last heard. */
  tries = 0;

  constructor(options: KeepAlive | undefined) {
    this.#options = options;
  }

  /** From now on; undefined switches it off. Gives when to look first. */
  set(options: KeepAlive | undefined, now: Nanoseconds): Nanoseconds {
    this.#options = options;
    this.tries = 0;
    return options ? this.next(now) : NEVER;
  }

  get enabled(): boolean {
    return this.#options !== undefined;
  }

  /** The peer was heard. */
  heard(now: Nanoseconds): void {
    this.#heardAt = now;
    this.tries = 0;
  }

  /** When to look again: a probe's interval after a probe, else a full silence after the peer was last heard. */
  next(now: Nanoseconds): Nanoseconds {
    const { idle, interval } = this.#options!;
    const due = this.#heardAt + idle;
    return this.tries > 0 || due <= now ? now + interval : due;
  }

  /** What a deadline that was reached means; `quiet` when nothing of ours is in flight that asks by itself. */
  fire(now: Nanoseconds, quiet: boolean): 'wait' | 'probe' | 'give up' {
    const { idle, probes } = this.#options!;
    if ((this.tries === 0 && this.#heardAt + idle > now) || !quiet) return 'wait';
    if (this.tries >= probes) return 'give up';
    this.tries += 1;
    return 'probe';
  }
}

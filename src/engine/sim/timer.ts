/**
 * A deadline that is moved often and reached rarely.
 *
 * Moving it later only stores the number; the queue entry that is already there looks at it when it fires. Protocol
 * timers move with every packet, so this keeps one entry a timer in the queue instead of one a packet.
 */
import { type Nanoseconds, NEVER } from '../base/units.ts';
import { NONE } from '../trace/log.ts';
import type { Handle, Kernel, Target } from './kernel.ts';

export class Timer implements Target {
  readonly #kernel: Kernel;
  readonly #fire: () => void;
  #deadline: Nanoseconds = NEVER;
  /** Time of the queue entry that will look at the deadline. */
  #queuedFor: Nanoseconds = NEVER;
  #handle: Handle = -1;
  /** The event that set the deadline last: the cause of what happens when it is reached. */
  #cause = NONE;

  constructor(kernel: Kernel, fire: () => void) {
    this.#kernel = kernel;
    this.#fire = fire;
  }

  get deadline(): Nanoseconds {
    return this.#deadline;
  }

  /** Sets the deadline; {@link NEVER} clears it. A past deadline means now. */
  set(at: Nanoseconds): void {
    if (at === this.#deadline) return;
    this.#deadline = at;
    this.#cause = this.#kernel.trace.cause;
    if (at >= this.#queuedFor) return;
    if (this.#queuedFor !== NEVER) this.#kernel.cancel(this.#handle);
    this.#queue(at);
  }

  clear(): void {
    this.#deadline = NEVER;
  }

  onEvent(): void {
    this.#queuedFor = NEVER;
    const { now } = this.#kernel;
    if (this.#deadline > now) {
      if (this.#deadline !== NEVER) this.#queue(this.#deadline);
      return;
    }
    this.#deadline = NEVER;
    this.#kernel.trace.cause = this.#cause;
    this.#fire();
  }

  #queue(at: Nanoseconds): void {
    const when = Math.max(at, this.#kernel.now);
    this.#queuedFor = when;
    this.#handle = this.#kernel.schedule(when, this);
  }
}

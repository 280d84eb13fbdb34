/**
 * Drives a world at the speed of real time, or a multiple of it, and lets the outside act in between.
 *
 * What the outside does waits in a bounded queue for the world's next turn; then each act gets a moment of its own,
 * after all that happens until then. So a recording says all there is to say: run to each time,
 * let the input in, and the same events follow in the same order (`replay` in net/outside).
 *
 * Timers of Node tick in milliseconds, links in less: what is due soon is waited for by looking again and again.
 */
import type { Outside, OutsideAct } from '#engine/net/outside/outside.ts';
import type { World } from '#engine/sim/world.ts';
import { Samples } from './samples.ts';

/** Events that run before Node is let look at its sockets. */
const SLICE = 5_000;
/** Acts that may wait for their turn. */
const MOST_WAITING = 4_096;
/** What is due within this is waited for without a timer, in ms. */
const SOON_MS = 1.5;
/** A world may be this far behind the clock, and still tries to catch up. */
const MOST_BEHIND_MS = 1_000;
const LONGEST_MS = 60_000;

export class Pacer {
  readonly speed: number;
  /** Called when acts may have been taken or things have happened, never while the world runs. */
  onTurn: (() => void) | undefined;
  /** Acts that found the queue full. */
  dropped = 0;
  /** Real time that the world has not lived through. */
  lostMs = 0;
  /** How late events ran, in milliseconds of real time. */
  readonly late = new Samples();
  readonly #world: World;
  readonly #outside: Outside;
  readonly #waiting: OutsideAct[] = [];
  #start = 0;
  #last = -1;
  #isRunning = false;
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(world: World, outside: Outside, speed: number) {
    this.#world = world;
    this.#outside = outside;
    this.speed = speed;
  }

  start(): void {
    this.#start = performance.now();
    this.#isOpen = true;
    this.#turn();
  }

  /** The world stands still from here on, with all done that was due: a recording of it ends between two moments. */
  stop(): void {
    this.#isOpen = false;
    const { kernel } = this.#world;
    this.#isRunning = true;
    kernel.run({ until: kernel.now });
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  /** True when nothing waits to enter the world. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Lets the outside act at the world’s next turn, which is now unless it runs. False when too much waits already and the act is dropped;
   * `isNeeded` acts, without which something would never end, are always taken.
   */
  act(act: OutsideAct, isNeeded = false): boolean {
    if (this.#waiting.length >= MOST_WAITING && !isNeeded) {
      this.dropped += 1;
      return false;
    }
    this.#waiting.push(act);
    if (!this.#isRunning) this.#turn();
    return true;
  }

  /** Where the world should be now, in virtual time. */
  get clock(): number {
    return Math.floor((performance.now() - this.#start) * 1e6 * this.speed);
  }

  #turn(): void {
    if (!this.#isOpen) return;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const { kernel } = this.#world;
    this.#isRunning = true;
    const target = Math.max(this.clock, kernel.now);
    if (kernel.next <= target) this.late.add((target - kernel.next) / 1e6 / this.speed);
    kernel.run({ until: target, maxEvents: SLICE });
    for (const act of this.#waiting.splice(0)) this.#enter(act);
    // what was let in has happened when this returns, unless it takes too long
    kernel.run({ until: kernel.now, maxEvents: SLICE });
    this.#slip();
    this.#isRunning = false;
    this.onTurn?.();
    this.#sleep();
  }

  /** A world that is hopelessly behind, because it is too much for this computer or was suspended, has lost that time. */
  #slip(): void {
    const behindMs = (this.clock - this.#world.now) / 1e6 / this.speed;
    if (behindMs < MOST_BEHIND_MS || this.#world.kernel.next > this.clock) return;
    this.#start += behindMs;
    this.lostMs += behindMs;
  }

  #enter(act: OutsideAct): void {
    const { kernel } = this.#world;
    const time = Math.max(kernel.now, this.#last + 1);
    kernel.run({ until: time });
    this.#last = time;
    this.#outside.act(time, act);
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    if (!this.#isOpen) return;
    const waitMs = (this.#world.kernel.next - this.clock) / 1e6 / this.speed;
    if (this.#waiting.length > 0 || waitMs < SOON_MS) {
      this.#immediate = setImmediate(() => this.#turn());
    } else {
      this.#timer = setTimeout(() => this.#turn(), Math.min(waitMs - 1, LONGEST_MS));
    }
  }
}

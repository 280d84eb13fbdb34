/**
 * `node:timers` in virtual time.
 *
 * As in Node: less than 1 ms, more than 2³¹ − 1 ms or no number counts as 1 ms; a callback's turn ends before the next
 * begins; an immediate runs after everything that has happened by now. Two timers of the same moment run in the order in
 * which they were set.
 */
import { MILLISECOND } from '../../base/units.ts';
import type { Handle } from '../../sim/kernel.ts';
import { checkFunction } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { timerPromises } from './timers-promises.ts';
import { promisifiesAs } from './util/promisify.ts';

// biome-ignore lint/suspicious/noExplicitAny: callbacks take what is given with them
type Callback = (...args: any[]) => void;

/** What is left of the callback of a timer that was cleared: Node's types do not know of it. */
const NO_CALLBACK = undefined as never;

const MAX_DELAY_MS = 2_147_483_647;

export type Timers = ReturnType<typeof timers>;

export function timers(node: NodeProcess) {
  let ids = 0;
  const alive = new Map<number, Timeout>();
  const hasWarned = new Set<string>();

  /** Whole milliseconds; what is out of range is 1, with a warning the first time for each kind but the overflow. */
  function delayOf(delayMs: unknown): number {
    const asked = Number(delayMs);
    if (asked >= 1 && asked <= MAX_DELAY_MS) return Math.trunc(asked);
    const warn = (name: string, what: string): void =>
      node.warn(`${what}.\nTimeout duration was set to 1.`, name);
    if (asked > MAX_DELAY_MS)
      warn('TimeoutOverflowWarning', `${asked} does not fit into a 32-bit signed integer`);
    else if (asked < 0 && !hasWarned.has('negative')) {
      hasWarned.add('negative');
      warn('TimeoutNegativeWarning', `${asked} is a negative number`);
    } else if (Number.isNaN(asked) && delayMs !== undefined && !hasWarned.has('nan')) {
      hasWarned.add('nan');
      warn('TimeoutNaNWarning', `${asked} is not a number`);
    }
    return 1;
  }

  class Timeout {
    readonly #id = ++ids;
    /** Milliseconds; −1 when it was cleared. This and the next four by Node's names: programs print and read them. */
    _idleTimeout: number;
    _onTimeout: Callback;
    _timerArgs: unknown[] | undefined;
    /** Milliseconds of an interval; what a program makes of it counts when the callback ends. */
    _repeat: number | null;
    _destroyed = false;
    #handle: Handle | undefined;
    #isRef = true;
    #isCleared = false;
    #release: (() => void) | undefined;

    constructor(callback: Callback, delayMs: unknown, args: unknown[], repeats: boolean) {
      this._idleTimeout = delayOf(delayMs);
      this._onTimeout = callback;
      this._timerArgs = args.length > 0 ? args : undefined;
      this._repeat = repeats ? this._idleTimeout : null;
      this.#start();
    }

    #start(): void {
      this._destroyed = false;
      if (!this.#release) {
        const uncount = node.countTimer();
        const disown = node.own({ kill: () => this.close() });
        this.#release = () => {
          uncount();
          disown();
        };
        if (this.#isRef) node.ref();
        alive.set(this.#id, this);
      }
      this.#handle = node.after(this._idleTimeout * MILLISECOND, () => this.#fire());
    }

    #fire(): void {
      this.#handle = undefined;
      try {
        this._onTimeout(...(this._timerArgs ?? []));
      } finally {
        // as Node does, an interval counts from the end of its callback; clearing or refreshing it in there has its way
        if (this.#handle === undefined && this.#release) {
          if (this._repeat) {
            this._idleTimeout = Math.max(Math.trunc(this._repeat) || 1, 1);
            this.#start();
          } else this.#rest();
        }
      }
    }

    close(): this {
      this.#isCleared = true;
      this._idleTimeout = -1;
      this._onTimeout = NO_CALLBACK;
      this._timerArgs = undefined;
      return this.#rest();
    }

    #rest(): this {
      if (this.#handle !== undefined) node.cancel(this.#handle);
      this.#handle = undefined;
      this._destroyed = true;
      if (!this.#release) return this;
      this.#release();
      this.#release = undefined;
      alive.delete(this.#id);
      if (this.#isRef) node.unref();
      return this;
    }

    ref(): this {
      if (!this.#isRef && this.#release) node.ref();
      this.#isRef = true;
      return this;
    }

    unref(): this {
      if (this.#isRef && this.#release) node.unref();
      this.#isRef = false;
      return this;
    }

    hasRef(): boolean {
      return this.#isRef;
    }

    refresh(): this {
      // one that came already comes once more
      if (this.#isCleared) return this;
      if (this.#handle !== undefined) node.cancel(this.#handle);
      this.#start();
      return this;
    }

    [Symbol.toPrimitive](): number {
      return this.#id;
    }

    [Symbol.dispose](): void {
      this.close();
    }
  }

  class Immediate {
    /** These three by Node's names: programs print and read them. */
    _onImmediate: Callback;
    _argv: unknown[] | undefined;
    _destroyed = false;
    readonly #handle: Handle;
    #isRef = true;

    constructor(callback: Callback, args: unknown[]) {
      this._onImmediate = callback;
      this._argv = args.length > 0 ? args : undefined;
      node.ref();
      this.#handle = node.soon(() => this.#run());
    }

    #run(): void {
      this.#finish();
      try {
        this._onImmediate(...(this._argv ?? []));
      } finally {
        this._onImmediate = NO_CALLBACK;
        this._argv = undefined;
      }
    }

    #finish(): void {
      if (this._destroyed) return;
      this._destroyed = true;
      if (this.#isRef) node.unref();
    }

    clear(): void {
      if (this._destroyed) return;
      node.cancel(this.#handle);
      this.#finish();
      this._onImmediate = NO_CALLBACK;
    }

    ref(): this {
      if (!this.#isRef && !this._destroyed) node.ref();
      this.#isRef = true;
      return this;
    }

    unref(): this {
      if (this.#isRef && !this._destroyed) node.unref();
      this.#isRef = false;
      return this;
    }

    hasRef(): boolean {
      return this.#isRef && !this._destroyed;
    }

    [Symbol.dispose](): void {
      this.clear();
    }
  }

  const setTimeout = (callback: Callback, delay?: number, ...args: unknown[]): Timeout => {
    checkFunction(callback, 'callback');
    return new Timeout(callback, delay, args, false);
  };
  const setInterval = (callback: Callback, delay?: number, ...args: unknown[]): Timeout => {
    checkFunction(callback, 'callback');
    return new Timeout(callback, delay, args, true);
  };
  const setImmediate = (callback: Callback, ...args: unknown[]): Immediate => {
    checkFunction(callback, 'callback');
    return new Immediate(callback, args);
  };
  const clearTimeout = (timer?: unknown): void => {
    if (timer instanceof Timeout) timer.close();
    else if (typeof timer === 'number' || typeof timer === 'string') alive.get(Number(timer))?.close();
  };
  const clearImmediate = (immediate?: unknown): void => {
    if (immediate instanceof Immediate) immediate.clear();
  };

  const promises = timerPromises({ setTimeout, setInterval, setImmediate, clearTimeout, clearImmediate });
  promisifiesAs(setTimeout, promises.setTimeout);
  promisifiesAs(setImmediate, promises.setImmediate);

  return {
    Timeout,
    Immediate,
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval: clearTimeout,
    clearImmediate,
    promises,
  };
}

export { received } from '../arguments.ts';

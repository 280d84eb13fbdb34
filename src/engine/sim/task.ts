/**
 * Programs as generators: straight-line code that waits, in virtual time.
 *
 * A task yields {@link Wait}s. A wake-up and a cancellation are always events of their own: a task is never resumed
 * inside another's stack (a generator cannot be re-entered), and what it does next has the waker's event as cause.
 * Cancelling runs the task's `finally` blocks; they must not yield.
 */
import { Misuse } from '../base/errors.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Kernel, Target } from './kernel.ts';

/** Resumes one waiting task, at most once. */
export interface Waker {
  wake(value?: unknown): void;
  fail(error: Error): void;
}

/** Arranges for the waker to be called some time; returns what undoes that. */
export type Wait = (waker: Waker) => () => void;

export type Task<T = void> = Generator<Wait, T, unknown>;

/** A program gave up: recorded as its end, not thrown. `code` as programs print it (`ECONNREFUSED`). */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code: string;
  constructor(code: string, message = code) {
    super(message);
    this.code = code;
  }
}

export type TaskState = 'running' | 'done' | 'failed' | 'cancelled';

const RESUME = 0;
const CANCEL = 1;

/** One running generator. Made by {@link spawn}. */
export class Running<T = unknown> implements Target, Waker {
  readonly name: string;
  state: TaskState = 'running';
  result: T | undefined;
  error: Error | undefined;
  readonly #kernel: Kernel;
  readonly #generator: Task<T>;
  #undo: (() => void) | undefined;
  #value: unknown;
  #failure: Error | undefined;
  #waking = false;
  #waiters: Waker[] = [];

  constructor(kernel: Kernel, name: string, generator: Task<T>) {
    this.#kernel = kernel;
    this.name = name;
    this.#generator = generator;
    this.wake(undefined);
  }

  wake(value?: unknown): void {
    if (this.#waking || this.state !== 'running') return;
    this.#waking = true;
    this.#value = value;
    this.#kernel.schedule(this.#kernel.now, this, RESUME);
  }

  fail(error: Error): void {
    if (this.#waking || this.state !== 'running') return;
    this.#failure = error;
    this.wake(undefined);
  }

  /** Ends the task at the next event; its `finally` blocks run then. */
  cancel(): void {
    if (this.state === 'running') this.#kernel.schedule(this.#kernel.now, this, CANCEL);
  }

  /** Waits until the task has ended, and gives its result; throws its error, or a ProgramError when it was cancelled. */
  *join(): Task<T> {
    if (this.state === 'running') {
      yield (waker) => {
        this.#waiters.push(waker);
        return () => {
          this.#waiters = this.#waiters.filter((one) => one !== waker);
        };
      };
    }
    if (this.state === 'done') return this.result as T;
    throw this.error ?? new ProgramError('ECANCELED', `${this.name} was cancelled`);
  }

  onEvent(op: number): void {
    if (this.state !== 'running') return;
    if (op === CANCEL) {
      this.#undo?.();
      this.#undo = undefined;
      this.#cancelNow();
      return;
    }
    this.#waking = false;
    this.#undo = undefined;
    const failure = this.#failure;
    this.#failure = undefined;
    let step: IteratorResult<Wait, T>;
    try {
      step = failure ? this.#generator.throw(failure) : this.#generator.next(this.#value);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.error = error;
      this.#end('failed');
      return;
    }
    this.#value = undefined;
    if (step.done) {
      this.result = step.value;
      this.#end('done');
    } else {
      this.#undo = step.value(this);
    }
  }

  /** Runs the `finally` blocks. What a program gives up on in there is its last word, not our bug. */
  #cancelNow(): void {
    try {
      const ended = this.#generator.return(undefined as T);
      if (!ended.done) throw new Misuse(`${this.name} yields in a finally block`);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.error = error;
    }
    this.#end('cancelled');
  }

  #end(state: TaskState): void {
    this.state = state;
    for (const waiter of this.#waiters.splice(0)) waiter.wake();
  }
}

/** Starts a task; its first step is an event at the present time. */
export function spawn<T>(kernel: Kernel, name: string, generator: Task<T>): Running<T> {
  return new Running(kernel, name, generator);
}

/** Waits for `duration` nanoseconds of virtual time. */
export function* sleep(kernel: Kernel, duration: Nanoseconds): Task {
  yield (waker) => {
    const handle = kernel.schedule(kernel.now + duration, { onEvent: () => waker.wake() });
    return () => kernel.cancel(handle);
  };
}

/** A bounded queue between a producer and the tasks that take from it. */
export class Mailbox<T> {
  readonly capacity: number;
  #items: T[] = [];
  #takers: Waker[] = [];

  constructor(capacity = 1024) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  /** False when the box is full and the item was not taken. */
  put(item: T): boolean {
    if (this.#items.length >= this.capacity) return false;
    this.#items.push(item);
    this.#takers.shift()?.wake();
    return true;
  }

  /** The next item, as soon as there is one. */
  *take(): Task<T> {
    while (this.#items.length === 0) {
      yield (waker) => {
        this.#takers.push(waker);
        return () => {
          const isWoken = !this.#takers.includes(waker);
          this.#takers = this.#takers.filter((one) => one !== waker);
          // cancelled between its wake-up and its next step: the item is for the next one who waits
          if (isWoken && this.#items.length > 0) this.#takers.shift()?.wake();
        };
      };
    }
    return this.#items.shift()!;
  }
}

/**
 * `node:timers/promises`: waiting in virtual time.
 */
import type { TimerOptions } from 'node:timers';
import { checkAbortSignal, checkBoolean, checkNumber, checkObject } from '../arguments.ts';
import { abortError, codedError } from '../system-error.ts';

interface Timer {
  unref(): unknown;
}

/** The timers with callbacks, which these are made of. */
interface CallbackTimers {
  setTimeout(callback: () => void, delay?: number): Timer;
  setInterval(callback: () => void, delay?: number): Timer;
  setImmediate(callback: () => void): Timer;
  clearTimeout(timer: unknown): void;
  clearImmediate(immediate: unknown): void;
}

export function timerPromises(timers: CallbackTimers) {
  /** Waits until `start` calls back, or until the signal is aborted. */
  function wait<T>(
    value: T,
    options: TimerOptions,
    start: (done: () => void) => Timer,
    clear: (timer: Timer) => void,
  ): Promise<T> {
    const { signal, ref = true } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw abortError(signal);
      const onAbort = (): void => {
        clear(timer);
        signal!.removeEventListener('abort', onAbort);
        reject(abortError(signal));
      };
      const timer = start(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      if (!ref) timer.unref();
      signal?.addEventListener('abort', onAbort);
    });
  }

  async function setTimeout<T = void>(delay?: number, value?: T, options: TimerOptions = {}): Promise<T> {
    if (delay !== undefined) checkNumber(delay, 'delay');
    const checked = checkOptions(options);
    return wait(value as T, checked, (done) => timers.setTimeout(done, delay), timers.clearTimeout);
  }

  async function setImmediate<T = void>(value?: T, options: TimerOptions = {}): Promise<T> {
    const checked = checkOptions(options);
    return wait(value as T, checked, timers.setImmediate, timers.clearImmediate);
  }

  async function* setInterval<T = void>(
    delay?: number,
    value?: T,
    options: TimerOptions = {},
  ): AsyncGenerator<T, undefined, unknown> {
    if (delay !== undefined) checkNumber(delay, 'delay');
    const { signal, ref = true } = checkOptions(options);
    if (signal?.aborted) throw abortError(signal);
    let due = 0;
    let wake = (): void => {};
    const interval = timers.setInterval(() => {
      due += 1;
      wake();
    }, delay);
    if (!ref) interval.unref();
    const onAbort = (): void => {
      timers.clearTimeout(interval);
      wake();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal?.aborted) {
        if (due === 0)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        for (; due > 0; due--) yield value as T;
      }
      throw abortError(signal);
    } finally {
      timers.clearTimeout(interval);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  class Scheduler {
    constructor() {
      throw codedError(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
    }
    yield(): Promise<void> {
      return setImmediate();
    }
    wait(delay: number, options?: TimerOptions): Promise<void> {
      return setTimeout(delay, undefined, options);
    }
  }
  const scheduler = Object.create(Scheduler.prototype) as Scheduler;

  return { setTimeout, setImmediate, setInterval, scheduler };
}

function checkOptions(options: unknown): TimerOptions {
  checkObject(options, 'options');
  const { signal, ref } = options as Record<string, unknown>;
  if (signal !== undefined) checkAbortSignal(signal, 'options.signal');
  if (ref !== undefined) checkBoolean(ref, 'options.ref');
  return options;
}

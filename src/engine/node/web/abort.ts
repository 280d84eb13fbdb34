/**
 * `AbortController` and `AbortSignal` (DOM §3), with Node's reasons.
 *
 * `AbortSignal.timeout` counts in the world's time, and keeps no program alive.
 */
import { checkNumber, checkUint32 } from '../arguments.ts';
import { timers } from '../modules/timers.ts';
import type { NodeProcess } from '../node-process.ts';
import { domExceptions } from './dom-exception.ts';
import { eventTargets } from './event-target.ts';
import {
  described,
  enumerableStatics,
  finishInterface,
  INSPECT,
  type Inspect,
  illegalConstructor,
  invalidArgument,
} from './idl.ts';

export type Abort = ReturnType<typeof abort>;
export type AbortSignal = InstanceType<Abort['AbortSignal']>;

/** Who may make signals. */
const MAKING = Symbol('making a signal');

export function abort(node: NodeProcess) {
  const { EventTarget, trusted, handlerAttribute, setMaxListenersOf } = node.load(eventTargets);
  const { DOMException } = node.load(domExceptions);
  const { setTimeout } = node.load(timers);
  const abortError = (): unknown => new DOMException('This operation was aborted', 'AbortError');

  /** Set by the class, which alone may. */
  let doAbort: (signal: AbortSignal, reason: unknown) => void;

  class AbortSignal extends EventTarget {
    declare onabort: ((event: unknown) => unknown) | null;
    #aborted = false;
    #reason: unknown;
    /** Signals made of this one by `any`, in order. */
    readonly #dependents: AbortSignal[] = [];
    #sources: AbortSignal[] | undefined;

    constructor(making?: symbol) {
      if (making !== MAKING) throw illegalConstructor();
      super();
      // many may wait for one signal
      setMaxListenersOf(this, 0);
    }

    static abort(reason: unknown = abortError()): AbortSignal {
      const signal = new AbortSignal(MAKING);
      signal.#aborted = true;
      signal.#reason = reason;
      return signal;
    }

    static timeout(delay: unknown): AbortSignal {
      checkNumber(delay, 'delay');
      checkUint32(delay, 'delay');
      const signal = new AbortSignal(MAKING);
      setTimeout(
        () => doAbort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
        delay,
      ).unref();
      return signal;
    }

    static any(signals: unknown): AbortSignal {
      const list = sequence(signals);
      const result = new AbortSignal(MAKING);
      const aborted = list.find((one) => one.aborted);
      if (aborted) {
        result.#aborted = true;
        result.#reason = aborted.reason;
        return result;
      }
      // of a signal that is made of others, those others count
      const sources = new Set(list.flatMap((one) => one.#sources ?? [one]));
      result.#sources = [...sources];
      for (const source of sources) source.#dependents.push(result);
      return result;
    }

    get aborted(): boolean {
      return this.#aborted;
    }
    get reason(): unknown {
      return this.#reason;
    }
    throwIfAborted(): void {
      if (this.#aborted) throw this.#reason;
    }

    static {
      doAbort = (signal, reason) => {
        if (signal.#aborted) return;
        const all = [signal, ...signal.#dependents.filter((one) => !one.#aborted)];
        for (const one of all) {
          one.#aborted = true;
          one.#reason = reason;
        }
        for (const one of all) one.dispatchEvent(trusted('abort'));
      };
    }

    override [INSPECT](depth: number, options: object, inspect: Inspect): string {
      return described('AbortSignal', { aborted: this.#aborted }, depth, options, inspect);
    }
  }
  finishInterface(AbortSignal, ['aborted', 'reason', 'throwIfAborted']);
  enumerableStatics(AbortSignal, ['abort', 'timeout', 'any']);
  handlerAttribute(AbortSignal, 'abort');

  function sequence(signals: unknown): AbortSignal[] {
    if (
      signals === null ||
      typeof signals !== 'object' ||
      typeof (signals as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function'
    )
      throw invalidArgument('signals cannot be converted to sequence.');
    return [...(signals as Iterable<unknown>)].map((one, i) => {
      if (one instanceof AbortSignal) return one;
      throw invalidArgument(`signals[${i}] is not of type AbortSignal.`);
    });
  }

  class AbortController {
    readonly #signal = new AbortSignal(MAKING);
    get signal(): AbortSignal {
      return this.#signal;
    }
    abort(reason: unknown = abortError()): void {
      doAbort(this.#signal, reason);
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string | this {
      if (depth < 0) return this;
      return described('AbortController', { signal: this.#signal }, depth, options, inspect);
    }
  }
  finishInterface(AbortController, ['signal', 'abort']);

  return { AbortController, AbortSignal };
}

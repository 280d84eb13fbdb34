/**
 * `node:events`: the class of emitters (emitter.ts), and waiting for events with promises and loops.
 */
import type { OnceOptions, OnOptions } from 'node:events';
import {
  checkAbortSignal,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkObject,
  invalidType,
} from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { abortError } from '../system-error.ts';
import { eventTargets } from '../web/event-target.ts';
import { unavailable } from './absent.ts';
import {
  CAPTURE,
  type Emitter,
  type EmitterClass,
  ERROR_MONITOR,
  emitterClass,
  emitterDefaults,
  type Listener,
  notListenable,
  REJECTION,
} from './emitter.ts';

type Name = string | symbol;

/** A target of events, as of the web. */
interface Target {
  addEventListener(name: Name, listener: Listener, options?: object): void;
  removeEventListener(name: Name, listener: Listener, options?: object): void;
}

interface SignalLike extends Target {
  readonly aborted: boolean;
  readonly reason: unknown;
}

interface IteratorOptions {
  readonly signal?: SignalLike;
  readonly highWaterMark?: number;
  readonly highWatermark?: number;
  readonly lowWaterMark?: number;
  readonly lowWatermark?: number;
  readonly close?: readonly Name[];
}

const ASYNC_ITERATOR: object = Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})()))
  .constructor.prototype;

/** The class, with everything else of the module as its members; one of them is the class itself. */
type Functions = ReturnType<typeof eventFunctions>;
type Settings = ReturnType<typeof eventSettings>;
interface Events extends EmitterClass, Functions, Settings {
  readonly EventEmitter: Events;
}

export function eventsModule(node: NodeProcess): Events {
  const { EventEmitter } = node.load(emitterClass);
  // in Node's order, for programs that look
  const withFunctions = define(EventEmitter, eventFunctions(node));
  const withItself = define(withFunctions, { EventEmitter: EventEmitter as Events });
  return define(withItself, eventSettings(node));
}

function define<T extends object, M extends object>(target: T, members: M): T & M {
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(members)) as T & M;
}

function eventFunctions(node: NodeProcess) {
  const defaults = node.load(emitterDefaults);
  function once(emitter: unknown, name: Name, options: OnceOptions = {}): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      checkObject(options, 'options');
      const signal = options.signal as SignalLike | undefined;
      checkAbortSignal(signal as unknown, 'options.signal');
      if (signal?.aborted) throw abortError(signal);
      const stopAbort = (): void => {
        if (signal) unlisten(signal, 'abort', onAbort);
      };
      const onError = (error: unknown): void => {
        unlisten(emitter, name, onEvent);
        stopAbort();
        reject(error);
      };
      const onEvent = (...args: unknown[]): void => {
        if (isEmitter(emitter)) emitter.removeListener('error', onError);
        stopAbort();
        resolve(args);
      };
      const onAbort = (): void => {
        unlisten(emitter, name, onEvent);
        unlisten(emitter, 'error', onError);
        reject(abortError(signal));
      };
      listen(emitter, name, onEvent, true);
      // targets of events make nothing of an event called error
      if (name !== 'error' && isEmitter(emitter)) listen(emitter, 'error', onError, true);
      if (signal) listen(signal, 'abort', onAbort, true);
    });
  }

  function on(emitter: unknown, name: Name, options: OnOptions = {}): EventIterator {
    checkObject(options, 'options');
    const { signal, close = [], ...marks } = options as IteratorOptions;
    checkAbortSignal(signal as unknown, 'options.signal');
    if (signal?.aborted) throw abortError(signal);
    const high = marks.highWaterMark ?? marks.highWatermark ?? Number.MAX_SAFE_INTEGER;
    checkInteger(high, 'options.highWaterMark', 1);
    const low = marks.lowWaterMark ?? marks.lowWatermark ?? 1;
    checkInteger(low, 'options.lowWaterMark', 1);
    return iterate(emitter, name, { high, low, close, signal });
  }

  function getMaxListeners(target: unknown): number {
    const own = target as { getMaxListeners?: unknown; _maxListeners?: number } | undefined;
    if (typeof own?.getMaxListeners === 'function') return own._maxListeners ?? defaults.maxListeners;
    if (isTarget(node, target)) return node.load(eventTargets).maxListenersOf(target);
    throw notListenable(target);
  }

  function getEventListeners(target: unknown, name: Name): Listener[] {
    const own = target as { listeners?: unknown };
    if (typeof own.listeners === 'function')
      return (target as { listeners(name: Name): Listener[] }).listeners(name);
    // one may be an object with `handleEvent`, of which Node's types do not know
    if (isTarget(node, target)) return node.load(eventTargets).listenersAt(target, name) as Listener[];
    throw notListenable(target);
  }

  function listenerCount(target: unknown, name: Name): number {
    const own = target as { listenerCount?: unknown };
    if (typeof own.listenerCount === 'function')
      return (target as { listenerCount(name: Name): number }).listenerCount(name);
    if (isTarget(node, target)) return node.load(eventTargets).listenersAt(target, name).length;
    throw notListenable(target);
  }

  /** Calls a listener when a signal is aborted, even by now, and gives what takes it away again. */
  function addAbortListener(signal: SignalLike | undefined, listener: Listener): Disposable {
    if (signal === undefined) throw invalidType('signal', 'AbortSignal', signal);
    checkAbortSignal(signal, 'signal');
    if (typeof listener !== 'function') throw invalidType('listener', 'function', listener);
    if (signal.aborted) queueMicrotask(() => listener());
    else signal.addEventListener('abort', listener, { once: true });
    return {
      [Symbol.dispose]() {
        signal.removeEventListener('abort', listener);
      },
    };
  }

  return { addAbortListener, once, on, getEventListeners, getMaxListeners, listenerCount };
}

function eventSettings(node: NodeProcess) {
  const { EventEmitter, init } = node.load(emitterClass);
  const defaults = node.load(emitterDefaults);
  const { prototype } = EventEmitter;

  function setMaxListeners(count: number = defaults.maxListeners, ...targets: unknown[]): void {
    checkNumber(count, 'setMaxListeners', 0);
    if (targets.length === 0) defaults.maxListeners = count;
    for (const target of targets) {
      if (isTarget(node, target)) node.load(eventTargets).setMaxListenersOf(target, count);
      else if (typeof (target as { setMaxListeners?: unknown }).setMaxListeners === 'function')
        (target as { setMaxListeners(count: number): void }).setMaxListeners(count);
      else throw invalidType('eventTargets', ['EventEmitter', 'EventTarget'], target);
    }
  }

  return {
    usingDomains: false,
    captureRejectionSymbol: REJECTION as typeof REJECTION,
    get captureRejections(): boolean {
      return prototype[CAPTURE];
    },
    set captureRejections(value: boolean) {
      checkBoolean(value, 'EventEmitter.captureRejections');
      prototype[CAPTURE] = value;
    },
    get EventEmitterAsyncResource(): never {
      throw unavailable('events.EventEmitterAsyncResource', 'asynchronous contexts are not followed');
    },
    errorMonitor: ERROR_MONITOR as typeof ERROR_MONITOR,
    get defaultMaxListeners(): number {
      return defaults.maxListeners;
    },
    set defaultMaxListeners(count: number) {
      checkNumber(count, 'defaultMaxListeners', 0);
      defaults.maxListeners = count;
    },
    setMaxListeners,
    init,
  };
}

type EventIterator = NodeJS.AsyncIterator<unknown[]>;
/** What iterators have of their prototype. */
type Inherited = Pick<EventIterator, typeof Symbol.asyncDispose>;

interface Marks {
  readonly high: number;
  readonly low: number;
  readonly close: readonly Name[];
  readonly signal: SignalLike | undefined;
}

interface Waiting {
  resolve(result: IteratorResult<unknown[], undefined>): void;
  reject(reason: unknown): void;
}

/** Events that nobody has taken yet, or those who wait for the next: never both. */
function iterate(emitter: unknown, name: Name, marks: Marks): EventIterator {
  const events: unknown[][] = [];
  const waiting: Waiting[] = [];
  const heard: [emitter: unknown, name: Name, listener: Listener][] = [];
  let isPaused = false;
  let isFinished = false;
  let failure: { readonly error: unknown } | undefined;

  const hear = (what: unknown, called: Name, listener: Listener): void => {
    listen(what, called, listener, false);
    heard.push([what, called, listener]);
  };
  const onEvent = (...args: unknown[]): void => {
    const first = waiting.shift();
    if (first) {
      first.resolve({ done: false, value: args });
      return;
    }
    events.push(args);
    if (isPaused || events.length <= marks.high) return;
    isPaused = true;
    (emitter as { pause(): void }).pause();
  };
  const onError = (error: unknown): void => {
    const first = waiting.shift();
    if (first) first.reject(error);
    else failure = { error };
    onClose();
  };
  const onAbort = (): void => onError(abortError(marks.signal));
  function onClose(): Promise<IteratorResult<unknown[], undefined>> {
    for (const entry of heard.splice(0).reverse()) unlisten(...entry);
    isFinished = true;
    isPaused = false;
    for (const one of waiting.splice(0)) one.resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  hear(emitter, name, onEvent);
  if (name !== 'error' && isEmitter(emitter)) hear(emitter, 'error', onError);
  for (const one of marks.close) hear(emitter, one, onClose as Listener);
  if (marks.signal) hear(marks.signal, 'abort', onAbort);

  const iterator = {
    next(): Promise<IteratorResult<unknown[], undefined>> {
      const value = events.shift();
      if (value) {
        if (isPaused && events.length < marks.low) {
          (emitter as { resume(): void }).resume();
          isPaused = false;
        }
        return Promise.resolve({ done: false, value });
      }
      if (failure) {
        const { error } = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (isFinished) return onClose();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
    return: () => onClose(),
    throw(error: unknown): Promise<never> {
      if (!(error instanceof Error)) throw invalidType('EventEmitter.AsyncIterator', 'Error', error);
      onError(error);
      // Node gives nothing, though its types say a promise
      return undefined as never;
    },
    [Symbol.asyncIterator](this: EventIterator): EventIterator {
      return this;
    },
    [Symbol.for('nodejs.watermarkData')]: {
      get size() {
        return events.length;
      },
      get low() {
        return marks.low;
      },
      get high() {
        return marks.high;
      },
      get isPaused() {
        return isPaused;
      },
    },
  };
  return Object.setPrototypeOf(iterator, ASYNC_ITERATOR) as typeof iterator & Inherited;
}

function isTarget(node: NodeProcess, value: unknown): value is object {
  return value instanceof node.load(eventTargets).EventTarget;
}

function isEmitter(value: unknown): value is Emitter {
  return typeof (value as { on?: unknown }).on === 'function';
}

function listen(what: unknown, name: Name, listener: Listener, isOnce: boolean): void {
  if (isEmitter(what)) {
    if (isOnce) what.once(name, listener);
    else what.on(name, listener);
  } else if (typeof (what as Partial<Target>).addEventListener === 'function')
    (what as Target).addEventListener(name, listener, isOnce ? { once: true } : undefined);
  else throw invalidType('emitter', 'EventEmitter', what);
}

function unlisten(what: unknown, name: Name, listener: Listener): void {
  if (typeof (what as Partial<Emitter>).removeListener === 'function')
    (what as Emitter).removeListener(name, listener);
  else if (typeof (what as Partial<Target>).removeEventListener === 'function')
    (what as Target).removeEventListener(name, listener);
  else throw invalidType('emitter', 'EventEmitter', what);
}

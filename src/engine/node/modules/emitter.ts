/**
 * `EventEmitter`: who listens for what, and telling them.
 *
 * Our own and not the package `events`, which is Node 10's: captured rejections, `errorMonitor`, the warning about many
 * listeners and the words of the errors are of today. The packages of streams get this one, so that every stream is an
 * instance of what `node:events` gives. Its fields are Node's (`_events` and the like), because programs print them and
 * the packages read them. Listeners are in an array that is copied when it changes while it is being told.
 */
import type { captureRejectionSymbol, EventEmitterOptions, errorMonitor } from 'node:events';
import { inspect } from 'node-inspect-extracted';
import { checkBoolean, checkFunction, checkNumber, invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';

type Name = string | symbol;
// biome-ignore lint/suspicious/noExplicitAny: listeners take what is emitted
export type Listener = ((...args: any[]) => unknown) & { listener?: Listener };

/** Several listeners of one event. */
interface ListenerList extends Array<Listener> {
  warned?: boolean;
  [EMITTING]: number;
}

interface Fields {
  _events: Record<Name, Listener | ListenerList | undefined> | undefined;
  _eventsCount: number;
  _maxListeners: number | undefined;
  [SHAPE_MODE]: boolean;
  readonly [EXPECTED]?: readonly string[];
  [CAPTURE]: boolean;
  [REJECTION]?: (error: unknown, name: Name, ...args: unknown[]) => void;
}

/** What they give back of themselves is of type `E`. */
interface Methods<E> {
  setMaxListeners(count: number): E;
  getMaxListeners(): number;
  emit(name: Name, ...args: unknown[]): boolean;
  addListener(name: Name, listener: Listener): E;
  prependListener(name: Name, listener: Listener): E;
  once(name: Name, listener: Listener): E;
  prependOnceListener(name: Name, listener: Listener): E;
  removeListener(name: Name, listener: Listener): E;
  removeAllListeners(name?: Name): E;
  listeners(name: Name): Listener[];
  rawListeners(name: Name): Listener[];
  listenerCount(name: Name, listener?: Listener | null): number;
  eventNames(): Name[];
}

/** Other names of methods. */
const ALIASES = { addListener: 'on', removeListener: 'off' } as const;
type Aliases<E> = { [M in keyof typeof ALIASES as (typeof ALIASES)[M]]: Methods<E>[M] };

export interface Emitter extends Fields, Methods<Emitter>, Aliases<Emitter> {}

/** May be called without `new`, on an object that then is one. */
export interface EmitterClass {
  new (options?: EventEmitterOptions): Emitter;
  readonly prototype: Emitter;
}

export const CAPTURE: unique symbol = Symbol('kCapture') as never;
const SHAPE_MODE: unique symbol = Symbol('shapeMode') as never;
/** Names that a class expects to be listened for: they are told first, in this order, whenever they were added. */
export const EXPECTED: unique symbol = Symbol('expected events') as never;
const EMITTING: unique symbol = Symbol('events.emitting') as never;
// these two by Node's types: of symbols only the name of the constant is known to the compiler
export const REJECTION: typeof captureRejectionSymbol = Symbol.for('nodejs.rejection') as never;
export const ERROR_MONITOR: typeof errorMonitor = Symbol('events.errorMonitor') as never;

/** How many listeners of one event are no reason for a warning; one setting for each program. */
export function emitterDefaults(_node: NodeProcess) {
  return { maxListeners: 10 };
}

/** The class, which may be called without `new`, as old inheritance does, and what it does then. */
export function emitterClass(node: NodeProcess) {
  const defaults = node.load(emitterDefaults);

  function EventEmitter(this: Emitter, options?: unknown): void {
    init.call(this, options);
  }

  function init(this: Emitter, options?: unknown): void {
    const inherited = (Object.getPrototypeOf(this) as Emitter)._events;
    const isNew = this._events === undefined || this._events === inherited;
    const expected = this[EXPECTED];
    if (isNew) {
      this._events = expected ? withoutListeners(expected) : Object.create(null);
      this._eventsCount = 0;
    }
    this[SHAPE_MODE] = !isNew || expected !== undefined;
    this._maxListeners ||= undefined;
    const capture = (options as { captureRejections?: unknown } | undefined)?.captureRejections;
    if (capture) checkBoolean(capture, 'options.captureRejections');
    this[CAPTURE] = capture ? Boolean(capture) : prototype[CAPTURE];
  }

  function emit(this: Emitter, name: Name, ...args: unknown[]): boolean {
    const events = this._events;
    if (name === 'error') {
      if (events?.[ERROR_MONITOR] !== undefined) this.emit(ERROR_MONITOR, ...args);
      if (events?.['error'] === undefined) throw unhandled(args);
    }
    const handler = events?.[name];
    if (handler === undefined) return false;
    if (typeof handler === 'function') {
      tell(this, handler, name, args);
      return true;
    }
    handler[EMITTING] += 1;
    try {
      for (let i = 0; i < handler.length; i++) tell(this, handler[i]!, name, args);
    } finally {
      handler[EMITTING] -= 1;
    }
    return true;
  }

  function tell(emitter: Emitter, listener: Listener, name: Name, args: unknown[]): void {
    const result = Reflect.apply(listener, emitter, args);
    if (result === undefined || result === null || !emitter[CAPTURE]) return;
    try {
      const { then } = result as PromiseLike<unknown>;
      if (typeof then === 'function')
        then.call(result, undefined, (reason: unknown) =>
          node.nextTick(() => emitRejection(emitter, reason, name, args)),
        );
    } catch (error) {
      emitter.emit('error', error);
    }
  }

  function add(emitter: Emitter, name: Name, listener: Listener, isFirst: boolean): Emitter {
    checkFunction(listener, 'listener');
    if (emitter._events === undefined) {
      emitter._events = Object.create(null);
      emitter._eventsCount = 0;
    } else if (emitter._events['newListener'] !== undefined) {
      // before it is added, so that a listener of this very event does not hear of itself
      emitter.emit('newListener', name, listener.listener ?? listener);
    }
    const events = emitter._events!;
    const known = events[name];
    if (known === undefined) {
      events[name] = listener;
      emitter._eventsCount += 1;
      return emitter;
    }
    const list =
      typeof known === 'function'
        ? Object.assign([known], { [EMITTING]: 0 })
        : changeable(events, name, known);
    events[name] = list;
    if (isFirst) list.unshift(listener);
    else list.push(listener);
    warnOfMany(emitter, name, list);
    return emitter;
  }

  function warnOfMany(emitter: Emitter, name: Name, list: ListenerList): void {
    const most = emitter._maxListeners ?? defaults.maxListeners;
    if (most <= 0 || list.length <= most || list.warned) return;
    list.warned = true;
    const warning = new Error(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(name)} listeners added to ${inspect(emitter, { depth: -1 })}. MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit`,
    );
    const about = { name: 'MaxListenersExceededWarning', emitter, type: name, count: list.length };
    node.warn(Object.assign(warning, about));
  }

  function wrapOnce(emitter: Emitter, name: Name, listener: Listener): Listener {
    checkFunction(listener, 'listener');
    let isDone = false;
    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      if (isDone) return undefined;
      isDone = true;
      emitter.removeListener(name, wrapper);
      return Reflect.apply(listener, emitter, args);
    } as Listener;
    Object.defineProperty(wrapper, 'name', { value: 'wrapper' });
    wrapper.listener = listener;
    return wrapper;
  }

  function remove(this: Emitter, name: Name, listener: Listener): Emitter {
    checkFunction(listener, 'listener');
    const events = this._events;
    const known = events?.[name];
    if (!events || known === undefined) return this;
    if (typeof known === 'function') {
      if (known !== listener && known.listener !== listener) return this;
      forget(this, name);
      if (events['removeListener'] !== undefined)
        this.emit('removeListener', name, known.listener || listener);
      return this;
    }
    const place = known.findLastIndex((one) => one === listener || one.listener === listener);
    if (place < 0) return this;
    const list = changeable(events, name, known);
    list.splice(place, 1);
    if (list.length === 1) events[name] = list[0];
    if (events['removeListener'] !== undefined) this.emit('removeListener', name, listener);
    return this;
  }

  function forget(emitter: Emitter, name: Name): void {
    emitter._eventsCount -= 1;
    if (emitter[SHAPE_MODE]) emitter._events![name] = undefined;
    else if (emitter._eventsCount === 0) emitter._events = Object.create(null);
    else delete emitter._events![name];
  }

  function removeAll(this: Emitter, ...names: Name[]): Emitter {
    const events = this._events;
    if (!events) return this;
    if (events['removeListener'] !== undefined) return removeEach(this, events, names);
    const [name] = names;
    if (names.length === 0) {
      this._events = Object.create(null);
      this._eventsCount = 0;
    } else if (events[name!] !== undefined) {
      this._eventsCount -= 1;
      if (this._eventsCount === 0) this._events = Object.create(null);
      else delete events[name!];
    }
    this[SHAPE_MODE] = false;
    return this;
  }

  /** One after the other, because somebody listens for it: the last one first. */
  function removeEach(emitter: Emitter, events: NonNullable<Emitter['_events']>, names: Name[]): Emitter {
    if (names.length === 0) {
      for (const name of Reflect.ownKeys(events))
        if (name !== 'removeListener') emitter.removeAllListeners(name);
      emitter.removeAllListeners('removeListener');
      emitter._events = Object.create(null);
      emitter._eventsCount = 0;
      emitter[SHAPE_MODE] = false;
      return emitter;
    }
    for (const listener of listenersOf(emitter, names[0]!).reverse())
      emitter.removeListener(names[0]!, listener);
    return emitter;
  }

  const methods: Methods<Emitter> = {
    setMaxListeners(this: Emitter, count: number): Emitter {
      checkNumber(count, 'setMaxListeners', 0);
      this._maxListeners = count;
      return this;
    },
    getMaxListeners(this: Emitter): number {
      return this._maxListeners ?? defaults.maxListeners;
    },
    emit,
    addListener(this: Emitter, name: Name, listener: Listener): Emitter {
      return add(this, name, listener, false);
    },
    prependListener(this: Emitter, name: Name, listener: Listener): Emitter {
      return add(this, name, listener, true);
    },
    once(this: Emitter, name: Name, listener: Listener): Emitter {
      return this.on(name, wrapOnce(this, name, listener));
    },
    prependOnceListener(this: Emitter, name: Name, listener: Listener): Emitter {
      return this.prependListener(name, wrapOnce(this, name, listener));
    },
    removeListener: remove,
    removeAllListeners: removeAll,
    listeners(this: Emitter, name: Name): Listener[] {
      return listenersOf(this, name).map((one) => one.listener ?? one);
    },
    rawListeners(this: Emitter, name: Name): Listener[] {
      return listenersOf(this, name);
    },
    listenerCount(this: Emitter, name: Name, listener?: Listener | null): number {
      const all = listenersOf(this, name);
      if (listener === undefined || listener === null) return all.length;
      return all.filter((one) => one === listener || one.listener === listener).length;
    },
    eventNames(this: Emitter): Name[] {
      const events = this._events ?? {};
      return Reflect.ownKeys(events).filter((name) => events[name] !== undefined);
    },
  };

  const prototype = EventEmitter.prototype as Emitter;
  Object.defineProperty(prototype, CAPTURE, { value: false, writable: true, enumerable: false });
  Object.assign(prototype, { _events: undefined, _eventsCount: 0, _maxListeners: undefined });
  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(method, 'name', { value: name });
    (prototype as unknown as Record<string, unknown>)[name] = method;
    const alias = (ALIASES as Readonly<Record<string, string>>)[name];
    if (alias) (prototype as unknown as Record<string, unknown>)[alias] = method;
  }

  // a function becomes a class by what is in its prototype, which the compiler does not follow
  return { EventEmitter: EventEmitter as unknown as EmitterClass, init };
}

/** A list that may be changed: a copy while its listeners are being told. */
function changeable(events: NonNullable<Emitter['_events']>, name: Name, list: ListenerList): ListenerList {
  if (list[EMITTING] === 0) return list;
  const copy: ListenerList = Object.assign([...list], { [EMITTING]: 0 });
  if (list.warned) copy.warned = true;
  events[name] = copy;
  return copy;
}

/** An ordinary object, as streams have it. */
function withoutListeners(names: readonly string[]): NonNullable<Emitter['_events']> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

function listenersOf(emitter: Emitter, name: Name): Listener[] {
  const known = emitter._events?.[name];
  if (known === undefined) return [];
  return typeof known === 'function' ? [known] : [...known];
}

function emitRejection(emitter: Emitter, reason: unknown, name: Name, args: unknown[]): void {
  if (typeof emitter[REJECTION] === 'function') {
    emitter[REJECTION](reason, name, ...args);
    return;
  }
  // a listener of errors that is rejected, too, must not bring us here again
  const before = emitter[CAPTURE];
  try {
    emitter[CAPTURE] = false;
    emitter.emit('error', reason);
  } finally {
    emitter[CAPTURE] = before;
  }
}

function unhandled(args: unknown[]): unknown {
  const [error] = args;
  if (error instanceof Error) return error;
  let shown: unknown = error;
  try {
    shown = inspect(error);
  } catch {
    // an object that cannot be shown is put into the text as it is
  }
  const words = shown === undefined ? 'Unhandled error.' : `Unhandled error. (${String(shown)})`;
  return Object.assign(codedError(Error, 'ERR_UNHANDLED_ERROR', words), { context: error });
}

/** `events.getEventListeners` and others take emitters and targets of events. */
export function notListenable(value: unknown): Error {
  return invalidType('emitter', ['EventEmitter', 'EventTarget'], value);
}

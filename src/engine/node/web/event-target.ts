/**
 * `Event`, `CustomEvent` and `EventTarget` (DOM §2), as Node has them: no tree, so an event is only ever at its target.
 *
 * What a listener throws, or what its promise is rejected with, goes past the program in a tick of its own.
 */
import { inspect } from 'node-inspect-extracted';
import { MILLISECOND } from '../../base/units.ts';
import { invalidType, missingArguments } from '../arguments.ts';
import { emitterDefaults } from '../modules/emitter.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { described, enumerableStatics, finishInterface, INSPECT, type Inspect } from './idl.ts';

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

type Listener = ((event: unknown) => unknown) | { handleEvent?(event: unknown): unknown };

interface ListenerOptions {
  readonly once?: boolean;
  readonly capture?: boolean;
  readonly passive?: boolean;
  readonly signal?: SignalLike;
}

interface SignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
}

interface Registered {
  readonly listener: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

export type EventTargets = ReturnType<typeof eventTargets>;
export type Event = InstanceType<EventTargets['Event']>;
export type EventTarget = InstanceType<EventTargets['EventTarget']>;

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 } as const;

/** How {@link EventTargets} reaches what only it may change about an event. */
interface Inside {
  target: EventTarget | null;
  dispatching: boolean;
  stopped: boolean;
  passive: boolean;
  trusted: boolean;
}

export function eventTargets(node: NodeProcess) {
  const insides = new WeakMap<object, Inside>();
  const inside = (event: object): Inside => insides.get(event) as Inside;
  class Event {
    #type: string;
    #bubbles: boolean;
    #cancelable: boolean;
    readonly #composed: boolean;
    #prevented = false;
    #propagationStopped = false;
    readonly #timeStamp = (node.drive.kernel.now - node.startedAt) / MILLISECOND;

    constructor(type: unknown, options: EventInit | null | undefined = undefined) {
      if (arguments.length === 0) throw missingArguments('type');
      if (options !== null && options !== undefined && typeof options !== 'object')
        throw invalidType('options', 'object', options);
      this.#type = `${type as string}`;
      this.#bubbles = !!options?.bubbles;
      this.#cancelable = !!options?.cancelable;
      this.#composed = !!options?.composed;
      insides.set(this, {
        target: null,
        dispatching: false,
        stopped: false,
        passive: false,
        trusted: false,
      });
    }

    initEvent(type: unknown, bubbles = false, cancelable = false): void {
      if (arguments.length === 0) throw missingArguments('type');
      if (inside(this).dispatching) return;
      this.#type = `${type as string}`;
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
    }

    get isTrusted(): boolean {
      return inside(this).trusted;
    }
    get type(): string {
      return this.#type;
    }
    get target(): EventTarget | null {
      return inside(this).target;
    }
    get currentTarget(): EventTarget | null {
      return inside(this).dispatching ? inside(this).target : null;
    }
    get srcElement(): EventTarget | null {
      return inside(this).target;
    }
    composedPath(): [EventTarget?] {
      const { dispatching, target } = inside(this);
      return dispatching && target ? [target] : [];
    }
    get eventPhase(): 0 | 2 {
      return inside(this).dispatching ? PHASES.AT_TARGET : PHASES.NONE;
    }
    get bubbles(): boolean {
      return this.#bubbles;
    }
    get cancelable(): boolean {
      return this.#cancelable;
    }
    get composed(): boolean {
      return this.#composed;
    }
    get defaultPrevented(): boolean {
      return this.#cancelable && this.#prevented;
    }
    get returnValue(): boolean {
      return !this.#cancelable || !this.#prevented;
    }
    set returnValue(value: boolean) {
      if (!value) this.preventDefault();
    }
    preventDefault(): void {
      if (!inside(this).passive) this.#prevented = true;
    }
    get timeStamp(): number {
      return this.#timeStamp;
    }
    stopImmediatePropagation(): void {
      this.stopPropagation();
      inside(this).stopped = true;
    }
    stopPropagation(): void {
      this.#propagationStopped = true;
    }
    get cancelBubble(): boolean {
      return this.#propagationStopped;
    }
    set cancelBubble(value: boolean) {
      if (value) this.#propagationStopped = true;
    }

    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      if (depth < 0) return this.constructor.name;
      const { type, defaultPrevented, cancelable, timeStamp } = this;
      const shown = { type, defaultPrevented, cancelable, timeStamp };
      return described(this.constructor.name, shown, depth, options, inspect);
    }
  }
  for (const [name, value] of Object.entries(PHASES)) {
    Object.defineProperty(Event, name, { value, enumerable: true });
    Object.defineProperty(Event.prototype, name, { value });
  }
  finishInterface(Event, [
    ...['initEvent', 'stopImmediatePropagation', 'preventDefault', 'target', 'currentTarget', 'srcElement'],
    ...['type', 'cancelable', 'defaultPrevented', 'timeStamp', 'composedPath', 'returnValue', 'bubbles'],
    ...['composed', 'eventPhase', 'cancelBubble', 'stopPropagation', 'isTrusted'],
  ]);
  enumerableStatics(Event, Object.keys(PHASES));

  class CustomEvent<T = unknown> extends Event {
    readonly #detail: T;
    constructor(type: unknown, options?: EventInit & { readonly detail?: T }) {
      if (arguments.length === 0) throw missingArguments('type');
      super(type, options);
      // null for none, of which Node's types do not tell
      this.#detail = options?.detail ?? (null as T);
    }
    get detail(): T {
      return this.#detail;
    }
  }
  finishInterface(CustomEvent, ['detail']);

  let listenersAt: (target: object, type: string | symbol) => unknown[];
  let maxListenersOf: (target: object) => number;
  let setMaxListenersOf: (target: object, count: number) => void;

  class EventTarget {
    readonly #listeners = new Map<string, Registered[]>();
    /** More than these of one event are reason for a warning; 0 for none. */
    #maxListeners = node.load(emitterDefaults).maxListeners;
    #isWarned = false;

    addEventListener(type: unknown, listener: unknown, options?: boolean | ListenerOptions): void {
      if (arguments.length < 2) throw missingArguments('type', 'listener');
      const wanted: ListenerOptions = typeof options === 'boolean' ? { capture: options } : (options ?? {});
      if (wanted.signal !== undefined && typeof wanted.signal?.aborted !== 'boolean')
        throw invalidType('options.signal', 'AbortSignal', wanted.signal);
      if (listener === null || listener === undefined) {
        node.warn(
          `addEventListener called with ${listener} which has no effect.`,
          'AddEventListenerArgumentTypeWarning',
        );
        return;
      }
      if (typeof listener !== 'function' && typeof listener !== 'object')
        throw invalidType('listener', 'EventListener', listener);
      if (wanted.signal?.aborted) return;
      const name = `${type as string}`;
      const capture = !!wanted.capture;
      const list = this.#listeners.get(name) ?? [];
      if (list.some((one) => one.listener === listener && one.capture === capture)) return;
      const entry: Registered = {
        listener: listener as Listener,
        capture,
        once: !!wanted.once,
        passive: !!wanted.passive,
        removed: false,
      };
      this.#listeners.set(name, [...list, entry]);
      this.#warnOfMany(name, list.length + 1);
      this.listenersChanged(name, list.length + 1);
      wanted.signal?.addEventListener('abort', () => this.#remove(name, entry), { once: true });
    }

    removeEventListener(type: unknown, listener: unknown, options?: boolean | ListenerOptions): void {
      if (arguments.length < 2) throw missingArguments('type', 'listener');
      const capture = typeof options === 'boolean' ? options : !!options?.capture;
      const name = `${type as string}`;
      const entry = this.#listeners
        .get(name)
        ?.find((one) => one.listener === listener && one.capture === capture);
      if (entry) this.#remove(name, entry);
    }

    #remove(name: string, entry: Registered): void {
      const list = this.#listeners.get(name);
      if (!list?.includes(entry)) return;
      entry.removed = true;
      const left = list.filter((one) => one !== entry);
      this.#listeners.set(name, left);
      this.listenersChanged(name, left.length);
    }

    dispatchEvent(event: unknown): boolean {
      if (arguments.length === 0) throw missingArguments('event');
      if (!(event instanceof Event)) throw invalidType('event', 'Event', event);
      if (inside(event).dispatching)
        throw codedError(
          Error,
          'ERR_EVENT_RECURSION',
          `The event "${event.type}" is already being dispatched`,
        );
      this.#call(event);
      return !event.defaultPrevented;
    }

    #warnOfMany(type: string, count: number): void {
      const most = this.#maxListeners;
      if (most <= 0 || count <= most || this.#isWarned) return;
      this.#isWarned = true;
      const warning = new Error(
        `Possible EventTarget memory leak detected. ${count} ${type} listeners added to ${inspect(this, { depth: -1 })}. MaxListeners is ${most}. Use events.setMaxListeners() to increase limit`,
      );
      node.warn(Object.assign(warning, { name: 'MaxListenersExceededWarning', target: this, type, count }));
    }

    /** What `node:events` asks of a target, and sets. */
    static {
      listenersAt = (target, type) =>
        ((target as EventTarget).#listeners.get(String(type)) ?? []).map(({ listener }) => listener);
      maxListenersOf = (target) => (target as EventTarget).#maxListeners;
      setMaxListenersOf = (target, count) => {
        (target as EventTarget).#maxListeners = count;
        (target as EventTarget).#isWarned = false;
      };
    }

    #call(event: Event): void {
      const state = inside(event);
      state.target = this;
      state.dispatching = true;
      for (const entry of this.#listeners.get(event.type) ?? []) {
        // an event that was stopped stays so, also when it is dispatched again
        if (state.stopped) break;
        if (entry.removed) continue;
        if (entry.once) this.#remove(event.type, entry);
        state.passive = entry.passive;
        const { listener } = entry;
        try {
          const result = typeof listener === 'function' ? listener.call(this, event) : heard(listener, event);
          if (result !== null && typeof result === 'object')
            (result as Partial<Promise<unknown>>).then?.(undefined, throwLater);
        } catch (error) {
          throwLater(error);
        }
        state.passive = false;
      }
      state.dispatching = false;
    }

    /** For those who wait only while somebody listens. */
    protected listenersChanged(_type: string, _count: number): void {}

    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      if (depth < 0) return this.constructor.name;
      return described(this.constructor.name, {}, depth, options, inspect);
    }
  }
  finishInterface(EventTarget, ['addEventListener', 'removeEventListener', 'dispatchEvent']);
  // it is ours: programs list three members
  Object.defineProperty(EventTarget.prototype, 'listenersChanged', { enumerable: false });

  function heard(listener: { handleEvent?(event: unknown): unknown }, event: unknown): unknown {
    const { handleEvent } = listener;
    return typeof handleEvent === 'function' ? handleEvent.call(listener, event) : undefined;
  }

  function throwLater(error: unknown): void {
    node.nextTick(() => {
      throw error;
    });
  }

  /** An event that Node itself sends. */
  function trusted(type: string, options?: EventInit): Event {
    const event = new Event(type, options);
    inside(event).trusted = true;
    return event;
  }

  /** Gives a class the attribute `on…`, which is a listener that can be replaced. */
  function handlerAttribute(Class: { readonly prototype: EventTarget }, type: string): void {
    const handlers = new WeakMap<
      object,
      { handler: unknown; readonly listen: (event: unknown) => unknown }
    >();
    Object.defineProperty(Class.prototype, `on${type}`, {
      get(this: EventTarget) {
        return handlers.get(this)?.handler ?? null;
      },
      set(this: EventTarget, value: unknown) {
        const known = handlers.get(this);
        const usable = typeof value === 'function' || (typeof value === 'object' && value !== null);
        if (!usable) {
          if (known) this.removeEventListener(type, known.listen);
          handlers.delete(this);
          return;
        }
        if (known) {
          known.handler = value;
          return;
        }
        const entry = {
          handler: value,
          listen: (event: unknown): unknown =>
            typeof entry.handler === 'function' ? entry.handler.call(this, event) : undefined,
        };
        handlers.set(this, entry);
        this.addEventListener(type, entry.listen);
      },
      enumerable: true,
      configurable: true,
    });
  }

  return {
    Event,
    CustomEvent,
    EventTarget,
    trusted,
    handlerAttribute,
    listenersAt,
    maxListenersOf,
    setMaxListenersOf,
  };
}

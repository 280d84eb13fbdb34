// The inside of the sandbox's worker: what a page's worker can do is taken away from it before any program of a reader's
// runs, and what is left is a realm for programs (engine/node/realm.ts).
//
// The wall is the frame's policy and its origin, which is nobody's. This is the second wall, and the one that makes runs
// repeatable: no clock, no chance, no other asynchrony is left than that of the simulated world. It need not hold against
// a program that rewires the built-ins of its own realm: what such a realm says is checked outside (sandbox-messages.ts).
import type { Realm, Rejection } from '#engine/node/realm.ts';

/** What stays: the language, and those parts of the platform that compute and do nothing else. */
const KEPT: ReadonlySet<string | symbol> = new Set([
  ...['globalThis', 'Infinity', 'NaN', 'undefined', 'eval', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
  ...['Object', 'Function', 'Boolean', 'Symbol', 'Number', 'BigInt', 'Math', 'Date', 'String', 'RegExp'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SuppressedError'],
  ...['SyntaxError', 'TypeError', 'URIError', 'Array', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray'],
  ...['Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'],
  ...['Float16Array', 'Float32Array', 'Float64Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'ArrayBuffer'],
  ...['DataView', 'JSON', 'Promise', 'Reflect', 'Proxy', 'Iterator', 'Intl'],
  ...['DisposableStack', 'AsyncDisposableStack', Symbol.toStringTag],
  ...['URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'structuredClone', 'atob', 'btoa'],
  ...['queueMicrotask', 'Event', 'EventTarget', 'CustomEvent', 'AbortController', 'AbortSignal'],
  'DOMException',
]);

export interface ClosedRealm extends Realm {
  /** Sends something out of the worker. */
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** Takes what comes into the worker. */
  listen(take: (message: unknown) => void): void;
  /** Milliseconds of real time, for slices. */
  now(): number;
  /** Says what time it is for programs, in milliseconds since 1970. */
  setClock(clock: () => number): void;
}

/** What is used of a worker's global object. */
interface Scope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(kind: 'message', take: (event: MessageEvent) => void): void;
  addEventListener(kind: 'unhandledrejection', take: (event: PromiseRejectionEvent) => void): void;
}

/** Closes this worker. Once, before anything is evaluated in it. */
export function closeRealm(shelf: Map<string, string>): ClosedRealm {
  const scope = globalThis as unknown as Scope;
  const post = scope.postMessage.bind(scope);
  const listen: Scope['addEventListener'] = scope.addEventListener.bind(scope);
  const now = performance.now.bind(performance);
  const turn = turnsOf();
  const rejections: Rejection[] = [];
  listen('unhandledrejection', (event) => {
    event.preventDefault();
    rejections.push({ reason: event.reason, promise: event.promise });
  });
  let clock = (): number => 0;
  // biome-ignore lint/security/noGlobalEval: this is where readers' programs are evaluated
  const indirectly = eval;
  shadowTime(() => clock());
  shadowChance();
  takeAway();
  return {
    shelf,
    evaluate: (source) => indirectly(source),
    turn,
    takeRejections: () => rejections.splice(0),
    post: (message, transfer = []) => post(message, [...transfer]),
    listen: (take) => listen('message', (event) => take(event.data)),
    now,
    setClock: (other) => {
      clock = other;
    },
  };
}

/** Two messages to oneself: the news of rejected promises comes as a task of its own before the second. */
function turnsOf(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const hop = port2.postMessage.bind(port2);
  const Kept = Promise;
  let left = 0;
  let done: () => void = () => {};
  port1.onmessage = () => {
    left -= 1;
    if (left > 0) hop(0);
    else done();
  };
  return () =>
    new Kept((resolve) => {
      done = resolve;
      left = 2;
      hop(0);
    });
}

/** From the global object and everything that it inherits from, down to what plain objects have. */
function takeAway(): void {
  // they stand on the global object's prototype, of which nothing stays
  for (const name of ['structuredClone', 'atob', 'btoa', 'queueMicrotask'] as const)
    define(globalThis, name, globalThis[name].bind(globalThis));
  for (
    let holder: object = globalThis;
    holder !== Object.prototype && holder !== EventTarget.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const key of Reflect.ownKeys(holder)) {
      if (holder === globalThis && KEPT.has(key)) continue;
      if (Reflect.deleteProperty(holder, key)) continue;
      Reflect.defineProperty(holder, key, { value: undefined, writable: false });
    }
  }
  Reflect.deleteProperty(AbortSignal, 'timeout');
  for (const name of ['dispatchEvent', 'addEventListener', 'removeEventListener'])
    Reflect.defineProperty(globalThis, name, { value: undefined });
}

// ── time and chance

/** `Date` in the time of the world, also for who finds it by way of the global object. */
function shadowTime(now: () => number): void {
  const Real = Date;
  // biome-ignore lint/suspicious/noShadowRestrictedNames: it takes that one's place, name and all
  const Shadow = function Date(this: unknown, ...given: unknown[]): unknown {
    if (!new.target) return new Real(now()).toString();
    return Reflect.construct(Real, given.length === 0 ? [now()] : given, new.target);
  };
  for (const name of ['UTC', 'parse'] as const) define(Shadow, name, Real[name]);
  define(Shadow, 'now', { now: () => now() }.now);
  Object.defineProperty(Shadow, 'length', { value: 7 });
  Object.defineProperty(Shadow, 'prototype', { value: Real.prototype, writable: false });
  define(Real.prototype, 'constructor', Shadow);
  define(globalThis, 'Date', Shadow);

  const format = Intl.DateTimeFormat.prototype;
  const getter = Object.getOwnPropertyDescriptor(format, 'format')!.get!;
  Object.defineProperty(format, 'format', {
    configurable: true,
    get(this: Intl.DateTimeFormat) {
      const real = getter.call(this) as (date: Date | number) => string;
      return (date: Date | number = now()) => real(date);
    },
  });
  const { formatToParts } = format;
  define(format, 'formatToParts', function (this: Intl.DateTimeFormat, date: Date | number = now()) {
    return formatToParts.call(this, date);
  });
}

/** The same numbers in each run: programs that need others get those of their world (engine/node/globals.ts). */
function shadowChance(): void {
  let state = 0x9e3779b9;
  define(Math, 'random', () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  });
}

function define(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });
}

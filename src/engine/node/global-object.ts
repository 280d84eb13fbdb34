/**
 * `globalThis` of a program: the language, and Node's globals as this program has them.
 *
 * What a program adds to it is found there again, `globalThis.x`, and not as a bare `x`: the names that a text finds
 * without requiring them are the parameters of its function. `x = 1` without a declaration makes a global of the realm,
 * which all programs share.
 */
import type { Globals } from './globals.ts';

/** What every JavaScript has. */
const LANGUAGE =
  `Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape Object Function Boolean Symbol Number BigInt Math Date String RegExp Error
  AggregateError EvalError RangeError ReferenceError SuppressedError SyntaxError TypeError URIError Array Int8Array
  Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array
  Float32Array Float64Array Map Set WeakMap WeakSet ArrayBuffer DataView JSON Promise Reflect Proxy Iterator Intl
  DisposableStack AsyncDisposableStack URL URLSearchParams TextEncoder TextDecoder`.split(/\s+/);

/**
 * What the place beneath may have and a program does not: other clocks and other ways out. For the program they are
 * undefined, wherever it runs.
 */
const WITHHELD =
  `Atomics BroadcastChannel CacheStorage CloseEvent CompressionStream DecompressionStream ErrorEvent EventSource
  FinalizationRegistry MessageChannel MessageEvent MessagePort Navigator PerformanceResourceTiming
  SharedArrayBuffer SharedWorker Storage Temporal URLPattern WeakRef WebAssembly WebSocket Worker
  WorkerGlobalScope XMLHttpRequest addEventListener caches close dispatchEvent document frames history
  importScripts indexedDB localStorage location navigator onmessage open opener origin parent postMessage
  removeEventListener self sessionStorage top window`.split(/\s+/);

export interface ProgramGlobals {
  /** Parameters of every function that a text becomes, always in the same order. */
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** `real` is the realm's own global object. */
export function programGlobals(given: Globals, real: object): ProgramGlobals {
  const own: Record<string, unknown> = {};
  const put = (name: string, value: unknown, enumerable: boolean): void => {
    Object.defineProperty(own, name, { value, enumerable, writable: true, configurable: true });
  };
  for (const name of LANGUAGE) if (name in real) put(name, Reflect.get(real, name), false);
  for (const [name, value] of Object.entries(given)) put(name, value, !/^[A-Z]/.test(name));
  put('globalThis', own, false);
  put('global', own, true);
  Object.defineProperty(own, Symbol.toStringTag, { value: 'global', configurable: true });
  const withheld = WITHHELD.filter((name) => !Object.hasOwn(given, name));
  const names = [...Object.keys(given), 'globalThis', 'global', ...withheld];
  return {
    names,
    values: [...Object.values(given), own, own, ...withheld.map(() => undefined)],
  };
}

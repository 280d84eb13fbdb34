/**
 * Whether two values are alike all the way down: `assert.deepStrictEqual`, `assert.deepEqual`,
 * `assert.partialDeepStrictEqual` and `util.isDeepStrictEqual`.
 *
 * `strict`: the same types, prototypes and own properties, numbers by Object.is. `loose`: primitives by `==`, prototypes
 * do not count. `partial`: what the second has, the first has too, whatever the prototypes. Circles are alike when they close at the same place.
 */
import { utilTypes } from './modules/util/types.ts';

export type Likeness = 'strict' | 'loose' | 'partial';

/** Pairs that are being compared. */
type Circles = Map<object, object>;

export function isAlike(a: unknown, b: unknown, mode: Likeness): boolean {
  return compare(a, b, mode, new Map());
}

function compare(a: unknown, b: unknown, mode: Likeness, circles: Circles): boolean {
  if (a === b) return a !== 0 || mode === 'loose' || Object.is(a, b);
  const isObjectA = typeof a === 'object' && a !== null;
  const isObjectB = typeof b === 'object' && b !== null;
  if (!isObjectA || !isObjectB) {
    if (mode !== 'loose') return Object.is(a, b);
    if (isObjectA || isObjectB) return false;
    // biome-ignore lint/suspicious/noDoubleEquals: what the loose forms are
    return a == b || (Number.isNaN(a) && Number.isNaN(b));
  }
  if (mode === 'strict' && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const before = circles.get(a);
  if (before !== undefined) return before === b;
  circles.set(a, b);
  try {
    return alikeInside(a, b, mode, circles);
  } finally {
    circles.delete(a);
  }
}

function alikeInside(a: object, b: object, mode: Likeness, circles: Circles): boolean {
  const tag = (value: object): string => Object.prototype.toString.call(value);
  if (tag(a) !== tag(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return alikeLists(a, b as unknown[], mode, circles);
  if (utilTypes.isDate(a)) {
    if (!utilTypes.isDate(b) || !Object.is(a.getTime(), b.getTime())) return false;
  } else if (utilTypes.isRegExp(a)) {
    if (!utilTypes.isRegExp(b) || String(a) !== String(b) || a.lastIndex !== b.lastIndex) return false;
  } else if (utilTypes.isNativeError(a)) {
    if (!utilTypes.isNativeError(b) || !alikeErrors(a, b, mode, circles)) return false;
  } else if (ArrayBuffer.isView(a) || utilTypes.isAnyArrayBuffer(a)) {
    if (!alikeBytes(a, b, mode)) return false;
  } else if (utilTypes.isSet(a)) {
    if (!utilTypes.isSet(b) || !alikeSets(a, b, mode, circles)) return false;
  } else if (utilTypes.isMap(a)) {
    if (!utilTypes.isMap(b) || !alikeMaps(a, b, mode, circles)) return false;
  } else if (utilTypes.isBoxedPrimitive(a)) {
    if (!utilTypes.isBoxedPrimitive(b) || !Object.is(a.valueOf(), b.valueOf())) return false;
  } else if (utilTypes.isPromise(a) || utilTypes.isWeakMap(a) || utilTypes.isWeakSet(a)) return false;
  return alikeProperties(a, b, mode, circles, keysOf);
}

/** Own enumerable keys; with symbols but for the loose forms. */
function keysOf(value: object, mode: Likeness): PropertyKey[] {
  // of a list of bytes the elements have been compared
  const names: PropertyKey[] = ArrayBuffer.isView(value)
    ? Object.keys(value).filter((name) => !/^\d+$/.test(name))
    : Object.keys(value);
  if (mode === 'loose') return names;
  const symbols = Object.getOwnPropertySymbols(value);
  return [...names, ...symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))];
}

function alikeProperties(
  a: object,
  b: object,
  mode: Likeness,
  circles: Circles,
  keys: (value: object, mode: Likeness) => PropertyKey[],
): boolean {
  const wanted = keys(b, mode);
  if (mode !== 'partial' && keys(a, mode).length !== wanted.length) return false;
  return wanted.every(
    (key) =>
      Object.prototype.propertyIsEnumerable.call(a, key) &&
      compare(Reflect.get(a, key), Reflect.get(b, key), mode, circles),
  );
}

function alikeLists(a: readonly unknown[], b: readonly unknown[], mode: Likeness, circles: Circles): boolean {
  const others = (value: object): PropertyKey[] =>
    keysOf(value, mode).filter((key) => typeof key === 'symbol' || !/^\d+$/.test(String(key)));
  if (mode === 'partial') {
    if (a.length < b.length) return false;
    // in the same order, with others between them; what is not there is not wanted
    let at = 0;
    for (let i = 0; i < b.length; i++) {
      if (!(i in b)) continue;
      while (at < a.length && !(at in a && compare(a[at], b[i], mode, circles))) at += 1;
      if (at++ >= a.length) return false;
    }
  } else {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (i in a !== i in b) return false;
      if (!compare(a[i], b[i], mode, circles)) return false;
    }
  }
  return alikeProperties(a as object, b as object, mode, circles, others);
}

function alikeErrors(a: Error, b: Error, mode: Likeness, circles: Circles): boolean {
  if (a.name !== b.name || a.message !== b.message) return false;
  for (const hidden of ['cause', 'errors'] as const) {
    const [isInA, isInB] = [Object.hasOwn(a, hidden), Object.hasOwn(b, hidden)];
    if (isInA !== isInB && !(mode === 'partial' && isInA)) return false;
    if (isInA && isInB && !compare(Reflect.get(a, hidden), Reflect.get(b, hidden), mode, circles))
      return false;
  }
  return true;
}

function alikeBytes(a: ArrayBufferView | ArrayBufferLike, b: object, mode: Likeness): boolean {
  const bytes = (value: unknown): Uint8Array | undefined => {
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return utilTypes.isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
  };
  // numbers of floating point are compared as numbers, by `==` in the loose form
  const isFloating = utilTypes.isFloat32Array(a) || utilTypes.isFloat64Array(a);
  if (isFloating && mode === 'loose')
    return (
      a.length === (b as Float64Array).length && a.every((number, i) => number === (b as Float64Array)[i])
    );
  const [left, right] = [bytes(a)!, bytes(b)];
  if (!right || (mode === 'partial' ? left.length < right.length : left.length !== right.length))
    return false;
  return right.every((byte, i) => left[i] === byte);
}

function alikeSets(a: Set<unknown>, b: Set<unknown>, mode: Likeness, circles: Circles): boolean {
  if (mode === 'partial' ? a.size < b.size : a.size !== b.size) return false;
  const rest = new Set(a);
  const searched: unknown[] = [];
  for (const value of b) if (!rest.delete(value)) searched.push(value);
  return searched.every((wanted) => {
    if (mode !== 'loose' && (typeof wanted !== 'object' || wanted === null)) return false;
    for (const value of rest) if (compare(value, wanted, mode, circles)) return rest.delete(value);
    return false;
  });
}

function alikeMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  mode: Likeness,
  circles: Circles,
): boolean {
  if (mode === 'partial' ? a.size < b.size : a.size !== b.size) return false;
  const rest = new Map(a);
  for (const [key, value] of b) {
    const hasSame = rest.has(key) && compare(rest.get(key), value, mode, circles);
    const found = hasSame
      ? key
      : [...rest.keys()].find(
          (other) =>
            (mode === 'loose' || (typeof other === 'object' && other !== null)) &&
            compare(other, key, mode, circles) &&
            compare(rest.get(other), value, mode, circles),
        );
    if (!hasSame && (found === undefined || !rest.has(found))) return false;
    rest.delete(found);
  }
  return true;
}

/**
 * `node:util/types`: what a value is, whatever its prototype says.
 *
 * By brand: a getter or method of the class is called, which throws for what only looks like it. What JavaScript cannot
 * tell from within is said as if there were none: proxies, and objects of native code.
 */
import type { KeyObject, webcrypto } from 'node:crypto';

type NodeTypes = typeof import('node:util/types');
/** What Node’s guard of that name tells the compiler. */
type Told<N extends keyof NodeTypes> = NodeTypes[N] extends (value: unknown) => value is infer T ? T : never;

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** True when the getter or method works for the value. */
function branded<T>(
  prototype: object,
  name: PropertyKey,
  ...args: unknown[]
): (value: unknown) => value is T {
  const described = Object.getOwnPropertyDescriptor(prototype, name);
  const probe = described?.get ?? (described?.value as ((...args: unknown[]) => unknown) | undefined);
  return (value): value is T => {
    if (!isObject(value) || !probe) return false;
    try {
      Reflect.apply(probe, value, args);
      return true;
    } catch {
      return false;
    }
  };
}

const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;
const nameOfArray = (value: unknown): string | undefined => Reflect.apply(typedArrayName, value, []);
const isArrayOf =
  <T>(name: string) =>
  (value: unknown): value is T =>
    nameOfArray(value) === name;

const isMap = branded<Map<unknown, unknown>>(Map.prototype, 'size');
const isSet = branded<Set<unknown>>(Set.prototype, 'size');
const isArrayBuffer = branded<ArrayBuffer>(ArrayBuffer.prototype, 'byteLength');
const isSharedArrayBuffer =
  typeof SharedArrayBuffer === 'undefined'
    ? (_value: unknown): _value is SharedArrayBuffer => false
    : branded<SharedArrayBuffer>(SharedArrayBuffer.prototype, 'byteLength');
const isDate = (value: unknown): value is Told<'isDate'> => tagOf(value) === 'Date' && !hasOwnTag(value);
const isRegExp = (value: unknown): value is RegExp =>
  isObject(value) && tagOf(value) === 'RegExp' && isRegExpBranded(value);
const isRegExpBranded = branded<RegExp>(RegExp.prototype, 'exec', '');
const isPromise = (value: unknown): value is Promise<unknown> => {
  if (!isObject(value) || !(value instanceof Promise || tagOf(value) === 'Promise')) return false;
  return !Object.hasOwn(value, Symbol.toStringTag);
};
function boxing<T>(prototype: object): (value: unknown) => value is T {
  const has = branded<T>(prototype, 'valueOf');
  return (value): value is T => typeof value === 'object' && has(value);
}
const boxed = {
  isNumberObject: boxing<Told<'isNumberObject'>>(Number.prototype),
  isStringObject: boxing<Told<'isStringObject'>>(String.prototype),
  isBooleanObject: boxing<Told<'isBooleanObject'>>(Boolean.prototype),
  isBigIntObject: boxing<Told<'isBigIntObject'>>(BigInt.prototype),
  isSymbolObject: boxing<Told<'isSymbolObject'>>(Symbol.prototype),
};

export const utilTypes = {
  isExternal: (_value: unknown): boolean => false,
  isDate,
  isArgumentsObject: (value: unknown): value is IArguments =>
    tagOf(value) === 'Arguments' && !hasOwnTag(value),
  ...boxed,
  isBoxedPrimitive: (value: unknown): value is Told<'isBoxedPrimitive'> =>
    Object.values(boxed).some((is) => is(value)),
  isNativeError: (value: unknown): value is Error => tagOf(value) === 'Error' && !hasOwnTag(value),
  isRegExp,
  isAsyncFunction: (value: unknown): boolean =>
    typeof value === 'function' && ['AsyncFunction', 'AsyncGeneratorFunction'].includes(tagOf(value)),
  isGeneratorFunction: (value: unknown): value is GeneratorFunction =>
    typeof value === 'function' && ['GeneratorFunction', 'AsyncGeneratorFunction'].includes(tagOf(value)),
  isGeneratorObject: (value: unknown): value is Generator => isObject(value) && tagOf(value) === 'Generator',
  isPromise,
  // what Node's two guards tell rests on what the compiler knew of the value before, which no function body shows
  isMap: isMap as NodeTypes['isMap'],
  isSet: isSet as NodeTypes['isSet'],
  isMapIterator: (value: unknown): boolean => isObject(value) && tagOf(value) === 'Map Iterator',
  isSetIterator: (value: unknown): boolean => isObject(value) && tagOf(value) === 'Set Iterator',
  isWeakMap: branded<WeakMap<object, unknown>>(WeakMap.prototype, 'has', {}),
  isWeakSet: branded<WeakSet<object>>(WeakSet.prototype, 'has', {}),
  isArrayBuffer,
  isArrayBufferView: (value: unknown): value is NodeJS.ArrayBufferView => ArrayBuffer.isView(value),
  isDataView: branded<DataView>(DataView.prototype, 'byteLength'),
  isSharedArrayBuffer,
  isProxy: (_value: unknown): boolean => false,
  isModuleNamespaceObject: (value: unknown): boolean =>
    isObject(value) && Object.getPrototypeOf(value) === null && tagOf(value) === 'Module',
  isAnyArrayBuffer: (value: unknown): value is ArrayBufferLike =>
    isArrayBuffer(value) || isSharedArrayBuffer(value),
  isCryptoKey: (value: unknown): value is webcrypto.CryptoKey =>
    isObject(value) && tagOf(value) === 'CryptoKey',
  isKeyObject: (value: unknown): value is KeyObject => isObject(value) && tagOf(value) === 'KeyObject',
  isTypedArray: (value: unknown): value is NodeJS.TypedArray => nameOfArray(value) !== undefined,
  isUint8Array: isArrayOf<Uint8Array>('Uint8Array'),
  isUint8ClampedArray: isArrayOf<Uint8ClampedArray>('Uint8ClampedArray'),
  isUint16Array: isArrayOf<Uint16Array>('Uint16Array'),
  isUint32Array: isArrayOf<Uint32Array>('Uint32Array'),
  isInt8Array: isArrayOf<Int8Array>('Int8Array'),
  isInt16Array: isArrayOf<Int16Array>('Int16Array'),
  isInt32Array: isArrayOf<Int32Array>('Int32Array'),
  isFloat16Array: isArrayOf<Float16Array>('Float16Array'),
  isFloat32Array: isArrayOf<Float32Array>('Float32Array'),
  isFloat64Array: isArrayOf<Float64Array>('Float64Array'),
  isBigInt64Array: isArrayOf<BigInt64Array>('BigInt64Array'),
  isBigUint64Array: isArrayOf<BigUint64Array>('BigUint64Array'),
};

function hasOwnTag(value: unknown): boolean {
  return isObject(value) && Symbol.toStringTag in value;
}

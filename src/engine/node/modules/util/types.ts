/**
 * `node:util/types`: what a value is, whatever its prototype says.
 *
 * By brand: a getter or method of the class is called, which throws for what only looks like it. What JavaScript cannot
 * tell from within is said as if there were none: proxies, and objects of native code.
 */

/** As much of a date as is looked at: programs have dates of their own world. */
interface DateLike {
  getTime(): number;
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** True when the getter or method works for the value. */
function branded(prototype: object, name: PropertyKey, ...args: unknown[]): (value: unknown) => boolean {
  const described = Object.getOwnPropertyDescriptor(prototype, name);
  const probe = described?.get ?? (described?.value as ((...args: unknown[]) => unknown) | undefined);
  return (value) => {
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
  (name: string) =>
  (value: unknown): boolean =>
    nameOfArray(value) === name;

const isMap = branded(Map.prototype, 'size');
const isSet = branded(Set.prototype, 'size');
const isArrayBuffer = branded(ArrayBuffer.prototype, 'byteLength');
const isSharedArrayBuffer =
  typeof SharedArrayBuffer === 'undefined' ? () => false : branded(SharedArrayBuffer.prototype, 'byteLength');
const isDate = (value: unknown): value is DateLike => tagOf(value) === 'Date' && !hasOwnTag(value);
const isRegExp = (value: unknown): value is RegExp =>
  isObject(value) && tagOf(value) === 'RegExp' && isRegExpBranded(value);
const isRegExpBranded = branded(RegExp.prototype, 'exec', '');
const isPromise = (value: unknown): value is Promise<unknown> => {
  if (!isObject(value) || !(value instanceof Promise || tagOf(value) === 'Promise')) return false;
  return !Object.hasOwn(value, Symbol.toStringTag);
};
const boxed = {
  isNumberObject: (value: unknown) =>
    typeof value === 'object' && branded(Number.prototype, 'valueOf')(value),
  isStringObject: (value: unknown) =>
    typeof value === 'object' && branded(String.prototype, 'valueOf')(value),
  isBooleanObject: (value: unknown) =>
    typeof value === 'object' && branded(Boolean.prototype, 'valueOf')(value),
  isBigIntObject: (value: unknown) =>
    typeof value === 'object' && branded(BigInt.prototype, 'valueOf')(value),
  isSymbolObject: (value: unknown) =>
    typeof value === 'object' && branded(Symbol.prototype, 'valueOf')(value),
};
const isFunctionOf = (tags: readonly string[]) => (value: unknown) =>
  typeof value === 'function' && tags.includes(tagOf(value));

export const utilTypes = {
  isExternal: (_value: unknown): boolean => false,
  isDate,
  isArgumentsObject: (value: unknown): boolean => tagOf(value) === 'Arguments' && !hasOwnTag(value),
  ...boxed,
  isBoxedPrimitive: (value: unknown): boolean => Object.values(boxed).some((is) => is(value)),
  isNativeError: (value: unknown): value is Error => tagOf(value) === 'Error' && !hasOwnTag(value),
  isRegExp,
  isAsyncFunction: isFunctionOf(['AsyncFunction', 'AsyncGeneratorFunction']),
  isGeneratorFunction: isFunctionOf(['GeneratorFunction', 'AsyncGeneratorFunction']),
  isGeneratorObject: (value: unknown): boolean => isObject(value) && tagOf(value) === 'Generator',
  isPromise,
  isMap: isMap as (value: unknown) => value is Map<unknown, unknown>,
  isSet: isSet as (value: unknown) => value is Set<unknown>,
  isMapIterator: (value: unknown): boolean => isObject(value) && tagOf(value) === 'Map Iterator',
  isSetIterator: (value: unknown): boolean => isObject(value) && tagOf(value) === 'Set Iterator',
  isWeakMap: branded(WeakMap.prototype, 'has', {}) as (value: unknown) => value is WeakMap<object, unknown>,
  isWeakSet: branded(WeakSet.prototype, 'has', {}) as (value: unknown) => value is WeakSet<object>,
  isArrayBuffer: isArrayBuffer as (value: unknown) => value is ArrayBuffer,
  isArrayBufferView: (value: unknown): value is ArrayBufferView => ArrayBuffer.isView(value),
  isDataView: branded(DataView.prototype, 'byteLength') as (value: unknown) => value is DataView,
  isSharedArrayBuffer: isSharedArrayBuffer as (value: unknown) => value is SharedArrayBuffer,
  isProxy: (_value: unknown): boolean => false,
  isModuleNamespaceObject: (value: unknown): boolean =>
    isObject(value) && Object.getPrototypeOf(value) === null && tagOf(value) === 'Module',
  isAnyArrayBuffer: (value: unknown): value is ArrayBufferLike =>
    isArrayBuffer(value) || isSharedArrayBuffer(value),
  isCryptoKey: (value: unknown): boolean => isObject(value) && tagOf(value) === 'CryptoKey',
  isKeyObject: (value: unknown): boolean => isObject(value) && tagOf(value) === 'KeyObject',
  isTypedArray: (value: unknown): value is NodeJS.TypedArray => nameOfArray(value) !== undefined,
  isUint8Array: isArrayOf('Uint8Array') as (value: unknown) => value is Uint8Array,
  isUint8ClampedArray: isArrayOf('Uint8ClampedArray') as (value: unknown) => value is Uint8ClampedArray,
  isUint16Array: isArrayOf('Uint16Array') as (value: unknown) => value is Uint16Array,
  isUint32Array: isArrayOf('Uint32Array') as (value: unknown) => value is Uint32Array,
  isInt8Array: isArrayOf('Int8Array') as (value: unknown) => value is Int8Array,
  isInt16Array: isArrayOf('Int16Array') as (value: unknown) => value is Int16Array,
  isInt32Array: isArrayOf('Int32Array') as (value: unknown) => value is Int32Array,
  isFloat16Array: isArrayOf('Float16Array'),
  isFloat32Array: isArrayOf('Float32Array') as (value: unknown) => value is Float32Array,
  isFloat64Array: isArrayOf('Float64Array') as (value: unknown) => value is Float64Array,
  isBigInt64Array: isArrayOf('BigInt64Array') as (value: unknown) => value is BigInt64Array,
  isBigUint64Array: isArrayOf('BigUint64Array') as (value: unknown) => value is BigUint64Array,
};

function hasOwnTag(value: unknown): boolean {
  return isObject(value) && Symbol.toStringTag in value;
}

/**
 * Classes of Node that programs may also call without `new`, as Node's own old constructors let them.
 */

type Class = abstract new (...args: never[]) => unknown;

/** The same class, which makes an instance when it is called as a function. */
export function callable<C extends Class>(declared: C): C {
  const both: C = new Proxy(declared, {
    apply: (target, _self, args) => Reflect.construct(target as unknown as new () => object, args),
  });
  Object.defineProperty(declared.prototype, 'constructor', {
    value: both,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return both;
}

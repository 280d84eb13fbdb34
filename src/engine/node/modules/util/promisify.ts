/**
 * `util.promisify` and `util.callbackify`: from functions with a callback at their end to promises, and back.
 */
import type { CustomPromisify } from 'node:util';
import { checkFunction, received } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';

type Anything = (...args: unknown[]) => unknown;
type NodeUtil = typeof import('node:util');
// biome-ignore lint/suspicious/noExplicitAny: errors are what a function makes of them
type Fault = any;
// biome-ignore lint/complexity/noBannedTypes: every function, as Node’s types have it
type Callable = Function;
/** Arguments that end in a callback; those without it; what the callback is told. */
type Before<C> = [...unknown[], C];
type Rest<A> = A extends [...infer I, unknown] ? I : never;
type Value<A> = A extends [...unknown[], (error: Fault, value: infer V) => void] ? V : never;

/** What a function says to be in promises, instead of being wrapped; the symbol that Node’s types know. */
export const PROMISIFIED: NodeUtil['promisify']['custom'] = Symbol.for(
  'nodejs.util.promisify.custom',
) as never;

/** Names of the values of a callback that has several: the promise is fulfilled with an object of them. */
const VALUE_NAMES = new WeakMap<object, readonly string[]>();

export function promisifiesTo(original: object, names: readonly string[]): void {
  VALUE_NAMES.set(original, names);
}

/** Says what a function is in promises. */
export function promisifiesAs(original: object, promised: unknown): void {
  Object.defineProperty(original, PROMISIFIED, { value: promised, configurable: true });
}

export function promisification(node: NodeProcess) {
  function promisify<P extends Callable>(original: CustomPromisify<P>): P;
  function promisify<A extends Before<(error?: Fault) => void>>(
    original: (...args: A) => void,
  ): (...args: Rest<A>) => Promise<void>;
  function promisify<A extends Before<(error: Fault, value: Fault) => void>>(
    original: (...args: A) => void,
  ): (...args: Rest<A>) => Promise<Value<A>>;
  function promisify(original: Callable): Callable;
  function promisify(original: unknown): unknown {
    checkFunction(original, 'original');
    const own = (original as { [PROMISIFIED]?: unknown })[PROMISIFIED];
    if (own) {
      checkFunction(own, 'util.promisify.custom');
      return own as Anything;
    }
    const names = VALUE_NAMES.get(original);
    function promised(this: unknown, ...args: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const done = (error: unknown, ...values: unknown[]): void => {
          if (error) reject(error);
          else if (names === undefined || values.length <= 1) resolve(values[0]);
          else resolve(Object.fromEntries(names.map((name, i) => [name, values[i]])));
        };
        const returned: unknown = Reflect.apply(original as Anything, this, [...args, done]);
        if (isPromise(returned))
          node.warn(
            'Calling promisify on a function that returns a Promise is likely a mistake.',
            'DeprecationWarning',
            'DEP0174',
          );
      });
    }
    Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
    promisifiesAs(promised, promised);
    return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
  }
  promisify.custom = PROMISIFIED;

  function callbackify(original: unknown): Anything {
    checkFunction(original, 'original');
    function callbackified(this: unknown, ...args: unknown[]): void {
      const callback = args.pop();
      if (typeof callback !== 'function')
        throw codedError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The last argument must be of type function. Received ${received(callback)}`,
        );
      const tell = (...values: unknown[]): void =>
        node.nextTick(() => {
          Reflect.apply(callback, this, values);
        });
      (Reflect.apply(original as Anything, this, args) as Promise<unknown>).then(
        (value) => tell(null, value),
        (reason: unknown) => tell(reason || falsyRejection(reason)),
      );
    }
    const own = Object.getOwnPropertyDescriptors(original) as Record<string, PropertyDescriptor>;
    if (typeof own['length']?.value === 'number') own['length'].value += 1;
    if (typeof own['name']?.value === 'string') own['name'].value += 'Callbackified';
    return Object.defineProperties(callbackified, own);
  }

  return { promisify, callbackify };
}

function falsyRejection(reason: unknown): Error {
  const error = codedError(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value');
  return Object.assign(error, { reason });
}

function isPromise(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Promise]';
}

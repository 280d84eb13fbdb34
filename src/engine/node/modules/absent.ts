/**
 * Functions of Node that are not here: they say why when they are called, and not before, so that a module can be
 * looked at and taken apart.
 */
import { codedError } from '../system-error.ts';

/** A function, which may stand for a class. */
export interface Absent {
  (...args: unknown[]): never;
  new (...args: unknown[]): never;
}

/** `module.name` for each of the names, with one reason. */
export function absent<N extends string>(
  module: string,
  names: readonly N[],
  why: string,
): Record<N, Absent> {
  const made = names.map((name) => {
    // a function and no arrow: some are called with `new`
    function missing(): never {
      throw unavailable(`${module}.${name}`, why);
    }
    Object.defineProperty(missing, 'name', { value: name });
    return [name, missing] as const;
  });
  return Object.fromEntries(made) as Record<N, Absent>;
}

/** The error of something that is not here. */
export function unavailable(what: string, why: string): Error {
  return codedError(
    TypeError,
    'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    `The feature ${what} is unavailable on the current platform, which is being used to run Node.js: ${why}`,
  );
}

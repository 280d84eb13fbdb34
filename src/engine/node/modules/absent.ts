/**
 * Functions of Node that are not here: they say why when they are called, and not before, so that a module can be
 * looked at and taken apart.
 */
import { codedError } from '../system-error.ts';

export type Absent = (...args: unknown[]) => never;

/** `module.name` for each of the names, with one reason. */
export function absent<N extends string>(
  module: string,
  names: readonly N[],
  why: string,
): Record<N, Absent> {
  const made = names.map((name): [N, Absent] => {
    const missing: Absent = () => {
      throw unavailable(`${module}.${name}`, why);
    };
    Object.defineProperty(missing, 'name', { value: name });
    return [name, missing];
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

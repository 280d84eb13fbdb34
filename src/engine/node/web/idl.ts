/**
 * What the Web IDL asks of every interface: members that can be listed, a name for `toString`, arguments that are there.
 *
 * Node says what is wrong with the arguments of its own interfaces in its own words, with codes; those of fetch speak
 * without codes (fetch-idl.ts).
 */
import { codedError } from '../system-error.ts';

/** How Node's `util.inspect` asks an object to describe itself. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

type Options = { readonly depth?: number | null };

/** The third argument of `[util.inspect.custom]`. */
export type Inspect = (value: unknown, options?: object) => string;

type AnyClass = { readonly name: string; readonly prototype: object };

/** Makes members of a class enumerable and gives it its name in `Object.prototype.toString`. */
export function finishInterface(Class: AnyClass, members: readonly string[]): void {
  for (const name of members) {
    const found = Object.getOwnPropertyDescriptor(Class.prototype, name);
    if (found) Object.defineProperty(Class.prototype, name, { ...found, enumerable: true });
  }
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: Class.name, configurable: true });
}

/** Makes static members enumerable. */
export function enumerableStatics(Class: object, members: readonly string[]): void {
  for (const name of members) {
    const found = Object.getOwnPropertyDescriptor(Class, name);
    if (found) Object.defineProperty(Class, name, { ...found, enumerable: true });
  }
}

/** `Blob { size: 1, type: '' }`: a name and what is to be seen, as deep as was asked for. */
export function described(
  name: string,
  shown: object,
  depth: number,
  options: Options,
  inspect: Inspect,
): string {
  if (depth < 0) return `[${name}]`;
  const inner = { ...options, depth: typeof options.depth === 'number' ? options.depth - 1 : options.depth };
  return `${name} ${inspect(shown, inner)}`;
}

/** The same for what Node has from undici, which gives no heed to how deep it stands. */
export function asUndici(name: string, shown: object, options: Options, inspect: Inspect): string {
  return `${name} ${inspect(shown, { ...options, depth: options.depth ?? 2 })}`;
}

/** Node's error for calling `new` on what only Node itself makes. */
export function illegalConstructor(): TypeError & { code: string } {
  return codedError(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
}

/** Node's error for a method that is called on something else. */
export function invalidThis(name: string): TypeError & { code: string } {
  return codedError(TypeError, 'ERR_INVALID_THIS', `Value of "this" must be of type ${name}`);
}

export function invalidArgument(message: string): TypeError & { code: string } {
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

/**
 * `Intl` whose defaults are no machine's: en-US and UTC; and the same for the methods of texts and numbers that ask for a
 * language, which all programs of a realm share.
 */
import type { NodeProcess } from '../node-process.ts';
import { nodeSpaces } from './clock.ts';

/** The engine's own, taken before anybody takes it away. */
const Native = globalThis.Intl;

type Formatter = new (locales?: unknown, options?: unknown) => object;

/** Constructors that take locales and options. */
const WITH_LOCALES = [
  ...['Collator', 'DisplayNames', 'DurationFormat', 'ListFormat', 'NumberFormat', 'PluralRules'],
  ...['RelativeTimeFormat', 'Segmenter'],
];

export function locale(node: NodeProcess) {
  settleLocale(node.realm.evaluate('({ String, Number, BigInt })') as Builtins);
  const intl = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(Native)) as Record<
    string,
    unknown
  >;
  const natives = Native as unknown as Readonly<Record<string, Formatter | undefined>>;
  for (const name of WITH_LOCALES) {
    const Class = natives[name];
    if (Class)
      put(
        intl,
        name,
        defaulting(Class, (options) => options),
      );
  }
  const DateTime = natives.DateTimeFormat as Formatter;
  const zoned = (options: unknown): unknown => ({ timeZone: 'UTC', ...(options as object | undefined) });
  put(intl, 'DateTimeFormat', withNodeSpaces(defaulting(DateTime, zoned)));
  return { Intl: intl as unknown as typeof Native };
}

/** `Class` with en-US for locales that are not said. Works with and without `new` where the class does. */
function defaulting(Class: Formatter, options: (options: unknown) => unknown): Formatter {
  return new Proxy(Class, {
    construct: (target, [locales = 'en-US', given], newTarget) =>
      Reflect.construct(target, [locales, options(given)], newTarget as Formatter),
    apply: (target, self, [locales = 'en-US', given]: unknown[]) =>
      Reflect.apply(target as unknown as (...args: unknown[]) => unknown, self, [locales, options(given)]),
  });
}

/** Its texts have Node's space before AM and PM. */
function withNodeSpaces(Class: Formatter): Formatter {
  return new Proxy(Class, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget as Formatter) as {
        format(date: unknown): string;
      };
      const format = made.format.bind(made);
      Object.defineProperty(made, 'format', {
        value: (date: unknown) => nodeSpaces(format(date)),
        configurable: true,
      });
      return made;
    },
  });
}

function put(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, writable: true, configurable: true });
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Builtins = Readonly<Record<'String' | 'Number' | 'BigInt', { readonly prototype: object }>>;

/** Methods that take locales, and at which place. */
const ASKING: readonly (readonly [type: keyof Builtins, method: string, place: number])[] = [
  ['String', 'localeCompare', 1],
  ['String', 'toLocaleLowerCase', 0],
  ['String', 'toLocaleUpperCase', 0],
  ['Number', 'toLocaleString', 0],
  ['BigInt', 'toLocaleString', 0],
];

/** Realms whose methods have been settled already. */
const settled = new WeakSet<object>();

function settleLocale(builtins: Builtins): void {
  for (const [type, name, place] of ASKING) {
    const { prototype } = builtins[type];
    const native = Reflect.get(prototype, name) as Method;
    if (settled.has(native)) continue;
    const method = {
      [name](this: unknown, ...args: unknown[]): unknown {
        args[place] ??= 'en-US';
        return native.apply(this, args);
      },
    }[name] as Method;
    Object.defineProperty(method, 'length', { value: native.length, configurable: true });
    settled.add(method);
    put(prototype, name, method);
  }
}

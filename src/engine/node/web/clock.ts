/**
 * `Date` in the world's time and in UTC, and `Math` whose chance is the world's.
 *
 * A date is a real one of the engine beneath, so that everything knows it for one; what depends on the machine's time
 * zone or language is answered for UTC and en-US. Legacy texts without a zone are read as UTC.
 */
import type { NodeProcess } from '../node-process.ts';
import { wallClockMs } from '../wall-clock.ts';

/** The engine's own, taken before anybody takes it away. */
const Native = globalThis.Date;
type NativeDate = InstanceType<typeof Native>;

/** A date and a time in ISO 8601 without a zone: local time, says ECMA-262 §21.4.1.32. */
const ISO_LOCAL = /^(?:[+-]\d{6}|\d{4})(?:-\d\d){0,2}T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?$/;
const ISO_DAY = /^(?:[+-]\d{6}|\d{4})(?:-\d\d){0,2}$/;
const HAS_ZONE = /Z\s*$|\b(?:GMT|UTC?|[ECMP][SD]T)\b|\d\s*[+-]\d{1,2}(?::?\d\d)?\s*(?:\([^)]*\))?\s*$/i;

const PARTS = ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'] as const;

export function clock(node: NodeProcess) {
  const now = (): number => Math.floor(wallClockMs(node));

  function parse(text: unknown): number {
    const said = `${text as string}`;
    const trimmed = said.trim();
    if (ISO_LOCAL.test(trimmed)) return Native.parse(`${trimmed}Z`);
    if (ISO_DAY.test(trimmed) || HAS_ZONE.test(trimmed)) return Native.parse(said);
    return Native.parse(`${said} UTC`);
  }

  function timeValue(args: readonly unknown[]): number {
    if (args.length === 0) return now();
    if (args.length > 1) return Native.UTC(...(args as [number, number]));
    const [only] = args;
    if (only instanceof Native) return only.getTime();
    const primitive = toPrimitive(only);
    return typeof primitive === 'string' ? parse(primitive) : Number(primitive);
  }

  // biome-ignore lint/suspicious/noShadowRestrictedNames: it is what programs call so
  function Date(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new (Date as unknown as typeof Native)().toString();
    return Reflect.construct(Native, [timeValue(args)], new.target);
  }
  const prototype = Object.create(Native.prototype) as NativeDate & Record<string, unknown>;
  define(prototype, localMethods(Native.prototype as unknown as Record<string, Method>));
  Object.defineProperty(prototype, 'constructor', hidden(Date));
  Object.defineProperty(Date, 'prototype', { value: prototype, writable: false });
  Object.defineProperty(Date, 'length', { value: 7, configurable: true });
  define(Date, { now, parse, UTC: Native.UTC });
  // what the engine itself makes a date of is one for the program too
  Object.defineProperty(Date, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof Native && prototypeAllows(value),
  });
  const prototypeAllows = (value: object): boolean => value !== Native.prototype;

  const math = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(Math)) as typeof Math;
  const chance = node.host.world.random(`program:${node.host.name}/${node.name}/Math.random`);
  Object.defineProperty(
    math,
    'random',
    hidden(() => chance.float()),
  );

  return { Date: Date as unknown as typeof Native, Math: math };
}

type Method = (this: NativeDate, ...args: unknown[]) => unknown;

/** The methods that ask for the machine's zone or language, answered for UTC and en-US. */
function localMethods(native: Record<string, Method>): Record<string, Method> {
  const methods: Record<string, Method> = {};
  for (const part of PARTS) {
    for (const verb of ['get', 'set']) {
      const utc = native[`${verb}UTC${part}`] as Method;
      methods[`${verb}${part}`] = named(`${verb}${part}`, utc.length, function (...args) {
        return utc.apply(this, args);
      });
    }
  }
  const utcDay = native.getUTCDay as Method;
  const year = native.getUTCFullYear as Method;
  const setYear = native.setUTCFullYear as Method;
  const day = (date: NativeDate): string => {
    const [name, number, month] = date.toUTCString().replace(',', '').split(' ');
    const whole = year.call(date) as number;
    const digits = `${whole < 0 ? '-' : ''}${String(Math.abs(whole)).padStart(whole < 0 ? 6 : 4, '0')}`;
    return `${name} ${month} ${number} ${digits}`;
  };
  const time = (date: NativeDate): string =>
    `${date.toUTCString().split(' ').at(-2)} GMT+0000 (Coordinated Universal Time)`;
  const valid = (text: (date: NativeDate) => string): Method =>
    function () {
      return Number.isNaN(this.getTime()) ? 'Invalid Date' : text(this);
    };
  const local = (name: string): Method =>
    function (locales: unknown = 'en-US', options: unknown = {}) {
      const zoned = { timeZone: 'UTC', ...(options as object) };
      const text = (native[name] as Method).call(this, locales, zoned) as string;
      return nodeSpaces(text);
    };
  return Object.assign(methods, {
    getDay: named('getDay', 0, function () {
      return utcDay.call(this);
    }),
    getYear: named('getYear', 0, function () {
      return (year.call(this) as number) - 1900;
    }),
    setYear: named('setYear', 1, function (value) {
      const number = Math.trunc(Number(value));
      return setYear.call(this, number >= 0 && number <= 99 ? 1900 + number : number);
    }),
    getTimezoneOffset: named('getTimezoneOffset', 0, function () {
      return Number.isNaN(this.getTime()) ? Number.NaN : 0;
    }),
    toString: named(
      'toString',
      0,
      valid((date) => `${day(date)} ${time(date)}`),
    ),
    toDateString: named('toDateString', 0, valid(day)),
    toTimeString: named('toTimeString', 0, valid(time)),
    toLocaleString: named('toLocaleString', 0, local('toLocaleString')),
    toLocaleDateString: named('toLocaleDateString', 0, local('toLocaleDateString')),
    toLocaleTimeString: named('toLocaleTimeString', 0, local('toLocaleTimeString')),
  });
}

/** Between the time and AM or PM Node has a space, where some versions of ICU have a narrow one. */
export function nodeSpaces(text: string): string {
  return text.replace(/\u202f(?=[AP]M\b)/g, ' ');
}

function toPrimitive(value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  const exotic = (value as { [Symbol.toPrimitive]?: (hint: string) => unknown })[Symbol.toPrimitive];
  if (typeof exotic === 'function') return exotic.call(value, 'default');
  const plain = value.valueOf();
  return typeof plain === 'object' && plain !== null ? String(value) : plain;
}

function named(name: string, length: number, method: Method): Method {
  Object.defineProperty(method, 'name', { value: name, configurable: true });
  Object.defineProperty(method, 'length', { value: length, configurable: true });
  return method;
}

function define(target: object, methods: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(target, name, hidden(value));
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, enumerable: false, writable: true, configurable: true };
}

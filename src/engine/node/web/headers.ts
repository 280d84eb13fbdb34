/**
 * `Headers` (Fetch §5.1) and the list of header fields beneath it (§2.2.2), which keeps order and spelling for the wire.
 *
 * As in Node, no name is forbidden to programs: a guard only makes the headers of a received response immutable.
 */
import type { NodeProcess } from '../node-process.ts';
import { byteString, requireArguments } from './fetch-idl.ts';
import { finishInterface, INSPECT, type Inspect } from './idl.ts';

interface Field {
  /** As it was first spelled. */
  readonly name: string;
  value: string;
}

export class HeaderList {
  readonly #fields = new Map<string, Field>();
  /** Values of Set-Cookie, which are never joined. */
  readonly cookies: string[] = [];

  static from(other: HeaderList): HeaderList {
    const list = new HeaderList();
    for (const [lower, field] of other.#fields) list.#fields.set(lower, { ...field });
    list.cookies.push(...other.cookies);
    return list;
  }

  get isEmpty(): boolean {
    return this.#fields.size === 0;
  }
  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }
  get(name: string): string | null {
    return this.#fields.get(name.toLowerCase())?.value ?? null;
  }
  append(name: string, value: string): void {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') this.cookies.push(value);
    const known = this.#fields.get(lower);
    if (known) known.value = `${known.value}${lower === 'cookie' ? '; ' : ', '}${value}`;
    else this.#fields.set(lower, { name, value });
  }
  set(name: string, value: string): void {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') this.cookies.splice(0, Number.POSITIVE_INFINITY, value);
    this.#fields.set(lower, { name, value });
  }
  delete(name: string): void {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') this.cookies.length = 0;
    this.#fields.delete(lower);
  }
  clear(): void {
    this.#fields.clear();
    this.cookies.length = 0;
  }

  /** As they go over the wire: each cookie a line of its own. */
  *lines(): Generator<[name: string, value: string]> {
    for (const [lower, { name, value }] of this.#fields) {
      if (lower !== 'set-cookie') yield [name, value];
      else for (const cookie of this.cookies) yield [name, cookie];
    }
  }

  /** Sorted by name, in lower case, each cookie for itself (Fetch: sort and combine). */
  sorted(): [name: string, value: string][] {
    const names = [...this.#fields.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return names.flatMap((name) =>
      name === 'set-cookie'
        ? this.cookies.map((cookie): [string, string] => [name, cookie])
        : [[name, this.#fields.get(name)!.value] as [string, string]],
    );
  }

  /** By name as first spelled: what is shown of them. */
  shown(): Record<string, string> {
    return Object.fromEntries([...this.#fields.values()].map(({ name, value }) => [name, value]));
  }
}

export type Guard = 'none' | 'request' | 'response' | 'immutable';
export type HeadersInterface = ReturnType<typeof headersInterface>;
export type Headers = InstanceType<HeadersInterface['Headers']>;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Nothing that could end a line (Fetch §2.2.2: header value, after normalizing). */
const BAD_VALUE = /[\0\r\n]/;

export function headersInterface(_node: NodeProcess) {
  const insides = new WeakMap<object, { list: HeaderList; guard: Guard }>();

  class Headers {
    declare readonly [Symbol.iterator]: () => Generator<[string, string], undefined>;

    constructor(init: unknown = undefined) {
      insides.set(this, { list: new HeaderList(), guard: 'none' });
      if (init !== undefined) fill(this, init);
    }

    append(name: unknown, value: unknown): void {
      requireArguments(arguments.length, 2, 'Headers.append');
      const field = byteString(name, 'Headers.append', 'name');
      append(this, field, byteString(value, 'Headers.append', 'value'));
    }
    delete(name: unknown): void {
      requireArguments(arguments.length, 1, 'Headers.delete');
      changeable(this).delete(checkedName(byteString(name, 'Headers.delete', 'name'), 'Headers.delete'));
    }
    get(name: unknown): string | null {
      requireArguments(arguments.length, 1, 'Headers.get');
      return listOf(this).get(checkedName(byteString(name, 'Headers.get', 'name'), 'Headers.get'));
    }
    has(name: unknown): boolean {
      requireArguments(arguments.length, 1, 'Headers.has');
      return listOf(this).has(checkedName(byteString(name, 'Headers.has', 'name'), 'Headers.has'));
    }
    set(name: unknown, value: unknown): void {
      requireArguments(arguments.length, 2, 'Headers.set');
      const field = checkedName(byteString(name, 'Headers.set', 'name'), 'Headers.set');
      const text = checkedValue(byteString(value, 'Headers.set', 'value'), 'Headers.set');
      changeable(this).set(field, text);
    }
    getSetCookie(): string[] {
      return [...listOf(this).cookies];
    }

    *keys(): Generator<string, undefined> {
      for (const [name] of this.entries()) yield name;
    }
    *values(): Generator<string, undefined> {
      for (const [, value] of this.entries()) yield value;
    }
    // the list may change meanwhile: each step looks at it anew (Web IDL §3.7.10.2)
    *entries(): Generator<[string, string], undefined> {
      for (let i = 0; ; i++) {
        const found = listOf(this).sorted()[i];
        if (!found) return;
        yield found;
      }
    }
    forEach(callback: unknown, self?: unknown): void {
      requireArguments(arguments.length, 1, 'Headers.forEach');
      if (typeof callback !== 'function')
        throw new TypeError(
          "Failed to execute 'forEach' on 'Headers': parameter 1 is not of type 'Function'.",
        );
      for (const [name, value] of this.entries()) callback.call(self, value, name, this);
    }

    [INSPECT](depth: number, options: { depth?: number | null }, inspect: Inspect): string {
      const inner = { ...options, depth: options.depth ?? depth };
      return `Headers ${inspect(listOf(this).shown(), inner)}`;
    }
  }
  Object.defineProperty(Headers.prototype, Symbol.iterator, {
    value: Headers.prototype.entries,
    writable: true,
    configurable: true,
  });
  finishInterface(Headers, [
    ...['append', 'delete', 'get', 'has', 'set', 'getSetCookie', 'keys', 'values', 'entries', 'forEach'],
  ]);

  function insideOf(headers: object): { list: HeaderList; guard: Guard } {
    const found = insides.get(headers);
    if (!found) throw new TypeError('Illegal invocation');
    return found;
  }
  const listOf = (headers: object): HeaderList => insideOf(headers).list;

  function changeable(headers: object): HeaderList {
    const { list, guard } = insideOf(headers);
    if (guard === 'immutable') throw new TypeError('immutable');
    return list;
  }

  function append(headers: object, name: string, value: string): void {
    checkedName(name, 'Headers.append');
    const text = checkedValue(value, 'Headers.append');
    changeable(headers).append(name, text);
  }

  /** Adds what the constructor, or a request's or response's `headers`, was given. */
  function fill(headers: object, init: unknown): void {
    if (init instanceof Headers) {
      for (const [name, value] of listOf(init).lines()) append(headers, name, value);
      return;
    }
    for (const [name, value] of pairsOf(init)) append(headers, name, value);
  }

  /** Headers that show a list of a request or response. */
  function showing(list: HeaderList, guard: Guard): Headers {
    const headers = new Headers();
    insides.set(headers, { list, guard });
    return headers;
  }

  return { Headers, listOf, fill, showing };
}

function checkedName(name: string, where: string): string {
  if (!TOKEN.test(name)) throw new TypeError(`${where}: "${name}" is an invalid header name.`);
  return name;
}

function checkedValue(value: string, where: string): string {
  const text = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (BAD_VALUE.test(text)) throw new TypeError(`${where}: "${text}" is an invalid header value.`);
  return text;
}

/** Pairs from a sequence of pairs or a record (Fetch §5.1: HeadersInit). */
function pairsOf(init: unknown): [string, string][] {
  const where = 'Headers constructor';
  if (init === null || (typeof init !== 'object' && typeof init !== 'function'))
    throw new TypeError(
      `${where}: Argument 1 could not be converted to one of: sequence<sequence<ByteString>>, record<ByteString, ByteString>.`,
    );
  if (typeof (init as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function')
    return [...(init as Iterable<unknown>)].map((pair, i) => {
      const isIterable =
        pair !== null &&
        typeof pair === 'object' &&
        typeof (pair as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
      if (!isIterable) throw new TypeError(`${where}: init[${i}] (${String(pair)}) is not iterable.`);
      const two = [...(pair as Iterable<unknown>)];
      if (two.length !== 2)
        throw new TypeError(`${where}: expected name/value pair to be length 2, found ${two.length}.`);
      return [byteString(two[0], where, `init[${i}][0]`), byteString(two[1], where, `init[${i}][1]`)] as [
        string,
        string,
      ];
    });
  return Reflect.ownKeys(init)
    .filter((key) => Object.getOwnPropertyDescriptor(init, key)?.enumerable)
    .map((key) => [
      byteString(key, where, 'key'),
      byteString((init as Record<PropertyKey, unknown>)[key], where, `init["${String(key)}"]`),
    ]);
}

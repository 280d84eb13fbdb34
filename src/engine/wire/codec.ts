/**
 * The vocabulary in which formats are declared: one declaration gives decode, encode, dissect, accessors and the type.
 *
 * A codec reads from a {@link Cursor} and writes to a {@link Sink}, both counting bits. Dissecting is decoding with
 * a recorder: every leaf that reads bits leaves a {@link Node}, so the leaves partition the buffer by construction.
 * Interpreted codecs cost some hundred nanoseconds a header; the hot path uses the accessors `struct.get.x(bytes, at)`.
 *
 * Not here: what a protocol does with a value. No code is generated at run time (the page's CSP forbids it).
 */
import { type Bytes, toHex, toLatin1, writeU16, writeU32, writeU48 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { type About, Cursor, type Node, type Scope, Sink } from './bits.ts';

/** One part of a format. `In` is what encode takes: derived fields may be left out there. */
export interface Codec<T, In = T> {
  /** Width in bits when it never varies. */
  readonly bits: number | undefined;
  read(cursor: Cursor, scope: Scope): T;
  write(sink: Sink, value: In, scope: Scope): void;
}

export type Decoded<C> = C extends Codec<infer T, never> ? T : C extends Codec<infer T, infer _> ? T : never;

/** How a number is shown, when not as itself. */
export type Show = (value: number, scope: Scope) => string;

/** A number field of fixed width: the only codecs that get accessors. */
export interface NumberCodec<T extends number = number> extends Codec<T> {
  readonly bits: number;
  readonly info: About;
}

function numberField<T extends number = number>(
  bits: number,
  label: string,
  spec: string,
  about: string,
  show?: Show,
): NumberCodec<T> {
  const info: About = { label, spec, about };
  return {
    bits,
    info,
    read(cursor, scope) {
      const from = cursor.bit;
      const value = cursor.take(bits) as T;
      if (cursor.nodes) cursor.leaf(from, info, value, show ? show(value, scope) : String(value));
      return value;
    },
    write(sink, value) {
      sink.put(bits, value);
    },
  };
}

type NumberMaker = (label: string, spec: string, about: string, show?: Show) => NumberCodec;

export const u8: NumberMaker = (label, spec, about, show) => numberField(8, label, spec, about, show);
export const u16: NumberMaker = (label, spec, about, show) => numberField(16, label, spec, about, show);
export const u24: NumberMaker = (label, spec, about, show) => numberField(24, label, spec, about, show);
export const u32: NumberMaker = (label, spec, about, show) => numberField(32, label, spec, about, show);

/** An unsigned number of 1 to 48 bits. The type parameter brands it (`bits<Ip4>(32, …)`). */
export function bits<T extends number = number>(
  width: number,
  label: string,
  spec: string,
  about: string,
  show?: Show,
): NumberCodec<T> {
  return numberField<T>(width, label, spec, about, show);
}

/** One bit, read as 0 or 1. */
export function flag(label: string, spec: string, about: string): NumberCodec {
  return numberField(1, label, spec, about, (value) => (value ? 'set' : 'not set'));
}

/** One bit of a {@link flags} field: short name (as in `SYN, ACK`), label and what it means when set. */
export type FlagBit = readonly [name: string, label: string, about: string];

/**
 * A group of single bits that is one number in code and one node with a child per bit in a dissection. `bitsFromTop`
 * names them from the most significant; its length is the width.
 */
export function flags(
  label: string,
  spec: string,
  about: string,
  bitsFromTop: readonly FlagBit[],
): NumberCodec {
  const width = bitsFromTop.length;
  const info: About = { label, spec, about };
  const bitInfos = bitsFromTop.map(([, bitLabel, bitAbout]) => ({ label: bitLabel, spec, about: bitAbout }));
  const show = (value: number): string => {
    const set = bitsFromTop.filter((_, i) => (value >> (width - 1 - i)) & 1).map(([name]) => name);
    return set.length > 0 ? set.join(', ') : 'none';
  };
  const readBits = (cursor: Cursor): number => {
    let value = 0;
    for (let i = 0; i < width; i++) {
      const from = cursor.bit;
      const bit = cursor.take(1);
      cursor.leaf(from, bitInfos[i]!, bit, bit ? 'set' : 'not set');
      value = value * 2 + bit;
    }
    return value;
  };
  return {
    bits: width,
    info,
    read: (cursor) => (cursor.nodes ? cursor.group(info, () => readBits(cursor), show) : cursor.take(width)),
    write: (sink, value) => sink.put(width, value),
  };
}

/** How a value of a table is shown: `6 (TCP)`; unknown code points in hexadecimal. */
export function named(names: Readonly<Record<number, string>>): Show {
  return (value) => (Object.hasOwn(names, value) ? `${names[value]} (${value})` : `0x${value.toString(16)}`);
}

export function hex(digits: number): Show {
  return (value) => `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Opaque bytes: all that are left in the enclosing range, or as many as `length` says. */
export function bytes(
  label: string,
  spec: string,
  about: string,
  length?: (scope: Scope) => number,
  show: (value: Bytes) => string = showBytes,
): Codec<Bytes> {
  const info: About = { label, spec, about };
  return {
    bits: undefined,
    read(cursor, scope) {
      const from = cursor.bit;
      const value = cursor.takeBytes(length ? length(scope) : cursor.bytesLeft);
      if (cursor.nodes && value.length > 0) cursor.leaf(from, info, undefined, show(value));
      return value;
    },
    write(sink, value) {
      sink.putBytes(value);
    },
  };
}

/** Up to 32 printable characters in quotes, else hexadecimal, cut at 24 bytes. */
export function showBytes(value: Bytes): string {
  const head = value.subarray(0, 32);
  if (head.every((byte) => byte >= 0x20 && byte < 0x7f))
    return `“${toLatin1(head)}${value.length > 32 ? '…' : ''}”`;
  return toHex(value.subarray(0, 24), ' ') + (value.length > 24 ? ' …' : '');
}

/** Nothing at all: the body of a variant that has none. */
export const nothing: Codec<undefined> = { bits: 0, read: () => undefined, write: () => undefined };

/** Where a derived field gets its value from when the struct around it has been written. */
export interface Derivation {
  readonly scope: Scope;
  readonly sink: Sink;
  /** Bit offsets of the whole struct. */
  readonly start: number;
  readonly end: number;
}

export interface Derived extends NumberCodec {
  readonly derive: (from: Derivation) => number;
}

/**
 * A number that follows from the rest: a length, a count, a checksum. Decoding keeps it; encoding writes zero first
 * and patches the value in when the struct is complete, whatever the caller passed.
 */
export function derived(field: NumberCodec, derive: (from: Derivation) => number): Derived {
  return {
    ...field,
    derive,
    write(sink) {
      sink.put(field.bits, 0);
    },
  };
}

/** Length of the whole struct in units of `unitBits` (8 for bytes, 32 for words). */
export function lengthOf(unitBits = 8): (from: Derivation) => number {
  return ({ start, end }) => (end - start) / unitBits;
}

/** How many items the sibling list `name` has. */
export function countOf(name: string): (from: Derivation) => number {
  return ({ scope }) => ((scope.values[name] as readonly unknown[] | undefined) ?? []).length;
}

// biome-ignore lint/suspicious/noExplicitAny: codecs of different values in one list; `unknown` would refuse them all
export type AnyCodec = Codec<any, any>;

type Fields = Readonly<Record<string, AnyCodec>>;
type DerivedKeys<F extends Fields> = { [K in keyof F]: F[K] extends Derived ? K : never }[keyof F];
type ValueOf<F extends Fields> = { [K in keyof F]: F[K] extends Codec<infer T, infer _> ? T : never };
type InputOf<F extends Fields> = {
  [K in Exclude<keyof F, DerivedKeys<F>>]: F[K] extends Codec<infer _, infer In> ? In : never;
} & { [K in DerivedKeys<F>]?: number };
type NumberKeys<F extends Fields> = { [K in keyof F]: F[K] extends NumberCodec<number> ? K : never }[keyof F];

/** A declared header. `at` and `end` are byte offsets. */
export interface Struct<F extends Fields> extends Codec<ValueOf<F>, InputOf<F>> {
  readonly info: About;
  readonly fields: F;
  /** Throws {@link Malformed}. Bytes after the struct are left alone. */
  decode(bytes: Bytes, at?: number, end?: number): ValueOf<F>;
  encode(value: InputOf<F>): Bytes;
  /** Never throws on bad bytes: what could not be read becomes a leaf with a `problem`. Covers `[at, end)` exactly. */
  dissect(bytes: Bytes, at?: number, end?: number): Node;
  /** Reads one number at a fixed offset, `at` being the byte offset of the struct. No bounds check. */
  readonly get: {
    readonly [K in NumberKeys<F>]: (
      bytes: Bytes,
      at: number,
    ) => F[K] extends NumberCodec<infer T> ? T : never;
  };
  readonly set: { readonly [K in NumberKeys<F>]: (bytes: Bytes, at: number, value: number) => void };
  /** Byte offset from the start of the struct for each field before the first of varying width. */
  readonly offset: { readonly [K in keyof F]: number };
}

/** A sequence of named fields in the order of the wire. `show` writes its values as one line for the tree. */
export function struct<F extends Fields>(
  label: string,
  spec: string,
  about: string,
  fields: F,
  show?: (value: ValueOf<F>) => string,
): Struct<F> {
  const names = Object.keys(fields);
  const list = names.map((name) => fields[name]!);
  const info: About = { label, spec, about };
  const get: Record<string, unknown> = {};
  const set: Record<string, unknown> = {};
  const offset: Record<string, number> = {};
  let fixedBits: number | undefined = 0;
  for (let i = 0; i < names.length; i++) {
    const field = list[i]!;
    if (fixedBits !== undefined) {
      offset[names[i]!] = fixedBits >>> 3;
      if ('info' in field && field.bits !== undefined && !('fields' in field)) {
        get[names[i]!] = getter(fixedBits, field.bits);
        set[names[i]!] = setter(fixedBits, field.bits);
      }
    }
    fixedBits = fixedBits === undefined || field.bits === undefined ? undefined : fixedBits + field.bits;
  }
  const hasDerived = list.some((field) => 'derive' in field);

  const readFields = (cursor: Cursor, parent: Scope | undefined): ValueOf<F> => {
    const values: Record<string, unknown> = {};
    const scope: Scope = { values, start: cursor.bit, parent };
    for (let i = 0; i < list.length; i++) values[names[i]!] = list[i]!.read(cursor, scope);
    return values as ValueOf<F>;
  };
  const writeFields = (sink: Sink, value: Record<string, unknown>, parent: Scope | undefined): void => {
    const scope: Scope = { values: value, start: sink.bit, parent };
    const places: number[] = [];
    for (let i = 0; i < list.length; i++) {
      places.push(sink.bit);
      (list[i] as Codec<unknown>).write(sink, value[names[i]!], scope);
    }
    if (!hasDerived) return;
    const from: Derivation = { scope, sink, start: scope.start, end: sink.bit };
    for (let i = 0; i < list.length; i++) {
      const field = list[i]!;
      if ('derive' in field) sink.patch(places[i]!, field.bits!, (field as unknown as Derived).derive(from));
    }
  };

  return {
    bits: fixedBits,
    info,
    fields,
    read(cursor, scope) {
      return cursor.nodes
        ? cursor.group(info, () => readFields(cursor, scope), show)
        : readFields(cursor, scope);
    },
    write(sink, value, scope) {
      writeFields(sink, value as Record<string, unknown>, scope);
    },
    decode(buffer, at = 0, end = buffer.length) {
      return readFields(new Cursor(buffer, at, end), undefined);
    },
    encode(value) {
      const sink = new Sink();
      writeFields(sink, value as Record<string, unknown>, undefined);
      return sink.finish();
    },
    dissect(buffer, at = 0, end = buffer.length) {
      let value: ValueOf<F> | undefined;
      const root = dissectWith(info, buffer, at, end, (cursor) => {
        value = readFields(cursor, undefined);
      });
      if (show && value !== undefined) root.text = show(value);
      return root;
    },
    get: get as Struct<F>['get'],
    set: set as Struct<F>['set'],
    offset: offset as Struct<F>['offset'],
  };
}

/** Runs a reader as a dissection of `[at, end)`: covers the range, whatever the reader does. */
export function dissectWith(
  info: About,
  buffer: Bytes,
  at: number,
  end: number,
  read: (cursor: Cursor) => unknown,
): Node {
  const root: Node = {
    ...info,
    bitStart: 0,
    bitLength: (end - at) * 8,
    value: undefined,
    text: '',
    children: [],
  };
  const cursor = new Cursor(buffer, at, end, root.children);
  let problem: string | undefined;
  try {
    read(cursor);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    problem = error.message;
  }
  cover(root, problem);
  return root;
}

/** Adds a leaf for what no field read, so that leaves partition the buffer even when it is malformed or too long. */
function cover(root: Node, problem: string | undefined): void {
  const last = root.children.at(-1);
  const from = last ? last.bitStart + last.bitLength : 0;
  const end = root.bitStart + root.bitLength;
  if (problem) root.problem = problem;
  if (from >= end) return;
  root.children.push({
    label: problem ? 'Unreadable' : 'Trailing bytes',
    spec: root.spec,
    about: problem
      ? 'Bytes that do not follow the format from here on.'
      : 'Bytes after the end of the message.',
    bitStart: from,
    bitLength: end - from,
    value: undefined,
    text: `${(end - from) / 8} bytes`,
    ...(problem ? { problem } : {}),
    children: [],
  });
}

function getter(bit: number, width: number): (bytes: Bytes, at: number) => number {
  const o = bit >>> 3;
  const aligned = (bit & 7) === 0;
  if (aligned && width === 8) return (b, at) => b[at + o]!;
  if (aligned && width === 16) return (b, at) => (b[at + o]! << 8) | b[at + o + 1]!;
  if (aligned && width === 32) {
    return (b, at) =>
      ((b[at + o]! << 24) | (b[at + o + 1]! << 16) | (b[at + o + 2]! << 8) | b[at + o + 3]!) >>> 0;
  }
  if (aligned && width === 48) {
    return (b, at) =>
      ((b[at + o]! << 8) | b[at + o + 1]!) * 0x1_0000_0000 +
      (((b[at + o + 2]! << 24) | (b[at + o + 3]! << 16) | (b[at + o + 4]! << 8) | b[at + o + 5]!) >>> 0);
  }
  if ((bit & 7) + width <= 8) {
    const shift = 8 - (bit & 7) - width;
    const mask = (1 << width) - 1;
    return (b, at) => (b[at + o]! >> shift) & mask;
  }
  if ((bit & 7) + width <= 16) {
    const shift = 16 - (bit & 7) - width;
    const mask = (1 << width) - 1;
    return (b, at) => (((b[at + o]! << 8) | b[at + o + 1]!) >> shift) & mask;
  }
  return (b, at) => {
    const cursor = new Cursor(b, at, b.length);
    cursor.bit += bit;
    return cursor.take(width);
  };
}

function setter(bit: number, width: number): (bytes: Bytes, at: number, value: number) => void {
  const o = bit >>> 3;
  const aligned = (bit & 7) === 0;
  if (aligned && width === 8) return (b, at, value) => void (b[at + o] = value);
  if (aligned && width === 16) return (b, at, value) => writeU16(b, at + o, value);
  if (aligned && width === 32) return (b, at, value) => writeU32(b, at + o, value);
  if (aligned && width === 48) return (b, at, value) => writeU48(b, at + o, value);
  return (b, at, value) => {
    const sink = new Sink(0);
    sink.bytes = b;
    sink.bit = at * 8 + bit;
    sink.put(width, value);
  };
}

/** As many items as fit the enclosing range. An item that reads nothing ends the list (it would never end). */
export function many<T, In>(item: Codec<T, In>): Codec<T[], readonly In[]> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const items: T[] = [];
      while (cursor.bit < cursor.endBit) {
        const before = cursor.bit;
        items.push(item.read(cursor, scope));
        if (cursor.bit === before) break;
      }
      return items;
    },
    write(sink, value, scope) {
      for (const one of value) item.write(sink, one, scope);
    },
  };
}

/** As many items as the sibling `count` says. */
export function counted<T, In>(count: string, item: Codec<T, In>): Codec<T[], readonly In[]> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const items: T[] = [];
      const n = scope.values[count] as number;
      for (let i = 0; i < n; i++) items.push(item.read(cursor, scope));
      return items;
    },
    write(sink, value, scope) {
      for (const one of value) item.write(sink, one, scope);
    },
  };
}

/** `body` confined to the next `length(scope)` bytes; bytes it leaves over are Malformed. */
export function until<T, In>(length: (scope: Scope) => number, body: Codec<T, In>): Codec<T, In> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const size = length(scope);
      if (size < 0) throw new Malformed(`a length of ${size} bytes`, cursor.bit >> 3);
      const end = cursor.bit + size * 8;
      if (end > cursor.endBit)
        throw new Malformed(`truncated: ${size} bytes wanted, ${cursor.bytesLeft} left`, cursor.bit >> 3);
      const outer = cursor.endBit;
      cursor.endBit = end;
      try {
        const value = body.read(cursor, scope);
        if (cursor.bit !== end)
          throw new Malformed(`${(end - cursor.bit) >> 3} bytes left over`, cursor.bit >> 3);
        return value;
      } finally {
        cursor.endBit = outer;
      }
    },
    write: body.write,
  };
}

/**
 * `body` behind its own length. `plus` is what the number counts besides the body, in bytes: a TCP option's length
 * counts its kind and itself, so 2.
 */
export function prefixed<T, In>(length: NumberCodec, body: Codec<T, In>, plus = 0): Codec<T, In> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const size = length.read(cursor, scope) - plus;
      return until(() => size, body).read(cursor, scope);
    },
    write(sink, value, scope) {
      const at = sink.bit;
      sink.put(length.bits, 0);
      const from = sink.bit;
      body.write(sink, value, scope);
      sink.patch(at, length.bits, (sink.bit - from) / 8 + plus);
    },
  };
}

type CaseValue<C> = C extends Codec<infer T, infer _> ? T : never;
type CaseInput<C> = C extends Codec<infer _, infer In> ? In : never;

/** The codec that the sibling number `by` selects; `rest` for code points nobody declared. */
export function choose<C extends Readonly<Record<number, AnyCodec>>, R extends AnyCodec>(
  by: string,
  cases: C,
  rest: R,
): Codec<CaseValue<C[keyof C]> | CaseValue<R>, CaseInput<C[keyof C]> | CaseInput<R>> {
  const pick = (scope: Scope): AnyCodec => {
    const key = scope.values[by] as number;
    return Object.hasOwn(cases, key) ? cases[key]! : rest;
  };
  return {
    bits: undefined,
    read: (cursor, scope) => pick(scope).read(cursor, scope),
    write: (sink, value, scope) => pick(scope).write(sink, value, scope),
  };
}

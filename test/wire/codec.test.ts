import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import { Cursor, Sink } from '../../src/engine/wire/bits.ts';
import {
  bits,
  bytes,
  type Codec,
  choose,
  counted,
  countOf,
  derived,
  flag,
  flags,
  hex,
  lengthOf,
  many,
  named,
  nothing,
  prefixed,
  showBytes,
  struct,
  u8,
  u16,
  u24,
  u32,
  until,
} from '../../src/engine/wire/codec.ts';
import { expectAccessorsAgree } from './laws.ts';
import { leaves, partitionFault } from './partition.ts';

const SPEC = 'RFC 1 §1';
const byte = u8('Byte', SPEC, 'A byte.');
const NO_SCOPE = { values: {}, start: 0, parent: undefined };

describe('reading and writing bits', () => {
  it('takes runs of bits across bytes', () => {
    const cursor = new Cursor(fromHex('a5c3ff00123456'), 0, 7);
    expect([cursor.take(4), cursor.take(1), cursor.take(7), cursor.take(12), cursor.take(8)]).toEqual([
      0xa, 0, 0x5c, 0x3ff, 0,
    ]);
    expect(cursor.take(24)).toBe(0x123456);
    expect(cursor.bytesLeft).toBe(0);
  });

  it('refuses to read past the end, and says where', () => {
    const cursor = new Cursor(fromHex('0102'), 0, 1);
    cursor.take(4);
    expect(() => cursor.take(5)).toThrow(expect.objectContaining({ name: 'Malformed', at: 0 }));
    // Nothing was consumed by the failed read.
    expect(cursor.take(4)).toBe(1);
    expect(() => cursor.takeBytes(1)).toThrow(Malformed);
  });

  it('writes any sequence of widths so that it reads back', () => {
    const part = fc
      .integer({ min: 1, max: 48 })
      .chain((width) => fc.tuple(fc.constant(width), fc.nat(2 ** width - 1)));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 40 }), (parts) => {
        const sink = new Sink(1);
        for (const [width, value] of parts) sink.put(width, value);
        const out = sink.finish();
        const cursor = new Cursor(out, 0, out.length);
        return parts.every(([width, value]) => cursor.take(width) === value);
      }),
    );
  });

  it.each([
    [8, 256],
    [8, -1],
    [1, 2],
    [48, 2 ** 48],
    [16, Number.NaN],
    [32, Infinity],
  ])('refuses to write into %i bits the number %d', (width, value) => {
    expect(() => new Sink().put(width, value)).toThrow(Misuse);
  });

  it('patches without moving', () => {
    const sink = new Sink(1);
    sink.put(16, 0xffff);
    sink.patch(4, 8, 0);
    sink.put(8, 1);
    expect(toHex(sink.finish())).toBe('f00f01');
  });
});

describe('a struct of any layout', () => {
  const layout = fc.array(fc.integer({ min: 1, max: 48 }), { minLength: 1, maxLength: 12 });

  function build(widths: readonly number[]) {
    const fields = Object.fromEntries(
      widths.map((width, i) => [`f${i}`, bits(width, `F${i}`, SPEC, 'A field.')]),
    );
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (total % 8 !== 0) fields['pad'] = bits(8 - (total % 8), 'Pad', SPEC, 'Fills the last byte.');
    return struct('Any', SPEC, 'Any layout.', fields);
  }

  it('encodes and decodes to the same values, its accessors agree, its leaves partition', () => {
    fc.assert(
      fc.property(layout, fc.uint8Array({ minLength: 80, maxLength: 80 }), (widths, random) => {
        const format = build(widths);
        const size = format.bits! / 8;
        const input = random.slice(0, size);
        const value = format.decode(input);
        expect(format.encode(value)).toEqual(input);
        expectAccessorsAgree(format, input);
        expect(partitionFault(format.dissect(input), size * 8)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('knows where each field begins', () => {
    const format = struct('S', SPEC, '.', {
      a: bits(4, 'A', SPEC, '.'),
      b: bits(12, 'B', SPEC, '.'),
      c: u24('C', SPEC, '.'),
      d: u32('D', SPEC, '.'),
    });
    expect(format.offset).toEqual({ a: 0, b: 0, c: 2, d: 5 });
    expect(format.bits).toBe(72);
  });

  it('gives accessors up to the first field of varying width only', () => {
    const format = struct('S', SPEC, '.', { a: byte, rest: bytes('Rest', SPEC, '.', () => 1), z: byte });
    expect(Object.keys(format.get)).toEqual(['a']);
    expect(format.offset).toEqual({ a: 0, rest: 1 });
    expect(format.bits).toBeUndefined();
  });
});

describe('dissecting', () => {
  const pair = struct('Pair', SPEC, 'Two bytes.', { a: byte, b: byte }, (value) => `${value.a}+${value.b}`);

  it('covers bytes behind the struct', () => {
    const tree = pair.dissect(fromHex('01020304'));
    expect(tree.children.map((child) => child.label)).toEqual(['Byte', 'Byte', 'Trailing bytes']);
    expect(tree.text).toBe('1+2');
    expect(tree.problem).toBeUndefined();
    expect(partitionFault(tree, 32)).toBeUndefined();
  });

  it('says what is missing and stays whole', () => {
    const wide = struct('Wide', SPEC, '.', { a: byte, b: u32('B', SPEC, '.') });
    const tree = wide.dissect(fromHex('010203'));
    expect(tree.problem).toBe('truncated: 32 bits wanted, 16 left');
    expect(tree.children.map((child) => [child.label, child.bitStart, child.bitLength])).toEqual([
      ['Byte', 0, 8],
      ['Unreadable', 8, 16],
    ]);
    expect(wide.dissect(new Uint8Array(0)).problem).toMatch(/truncated/);
  });

  it('counts bits from the start of the range, not of the buffer', () => {
    const tree = pair.dissect(fromHex('ffff0102ff'), 2, 4);
    expect(leaves(tree).map((leaf) => [leaf.bitStart, leaf.value])).toEqual([
      [0, 1],
      [8, 2],
    ]);
  });

  it('gathers nested structs under their own node', () => {
    const outer = struct('Outer', SPEC, '.', { pair, tail: byte });
    const tree = outer.dissect(fromHex('010203'));
    expect(tree.children[0]).toMatchObject({ label: 'Pair', text: '1+2', bitStart: 0, bitLength: 16 });
    expect(leaves(tree).map((leaf) => leaf.value)).toEqual([1, 2, 3]);
  });

  it('lets our own bugs through', () => {
    const broken: Codec<number> = {
      bits: undefined,
      read: () => {
        throw new TypeError('a bug');
      },
      write: () => undefined,
    };
    expect(() => struct('S', SPEC, '.', { broken }).dissect(fromHex('00'))).toThrow(TypeError);
  });

  it('ends a format that nests without end', () => {
    const knot: { codec?: Codec<unknown> } = {};
    const lazy: Codec<unknown> = {
      bits: undefined,
      read: (cursor, scope) => knot.codec!.read(cursor, scope),
      write: () => undefined,
    };
    const loop = struct('Loop', SPEC, '.', { a: byte, inner: lazy });
    knot.codec = loop;
    const tree = loop.dissect(new Uint8Array(100));
    expect(tree.problem).toBe('nested too deeply');
    expect(partitionFault(tree, 800)).toBeUndefined();
  });
});

describe('numbers as people read them', () => {
  it('names code points, and prints unknown ones in hexadecimal', () => {
    const show = named({ 6: 'TCP' });
    expect([show(6, NO_SCOPE), show(250, NO_SCOPE)]).toEqual(['TCP (6)', '0xfa']);
    // Not a lookup through the prototype chain.
    expect(named({})('constructor' as never, NO_SCOPE)).toBe('0xconstructor');
    expect(hex(4)(0x1f, NO_SCOPE)).toBe('0x001f');
  });

  it('shows text as text and the rest in hexadecimal, both cut', () => {
    expect(showBytes(fromHex('474554'))).toBe('“GET”');
    expect(showBytes(new Uint8Array(33).fill(65))).toBe(`“${'A'.repeat(32)}…”`);
    expect(showBytes(fromHex('0001'))).toBe('00 01');
    expect(showBytes(new Uint8Array(25))).toBe(`${Array(24).fill('00').join(' ')} …`);
  });

  it('reads flags as one number and shows each bit', () => {
    const format = struct('S', SPEC, '.', {
      marks: flags('Marks', SPEC, '.', [
        ['X', 'Ex', '.'],
        ['Y', 'Why', '.'],
        ['Z', 'Zed', '.'],
      ]),
      one: flag('One', SPEC, '.'),
      rest: bits(4, 'Rest', SPEC, '.'),
    });
    expect(format.decode(fromHex('b0'))).toEqual({ marks: 5, one: 1, rest: 0 });
    const tree = format.dissect(fromHex('b0'));
    expect(tree.children[0]).toMatchObject({ text: 'X, Z', bitLength: 3 });
    expect(tree.children[0]!.children.map((leaf) => leaf.text)).toEqual(['set', 'not set', 'set']);
    expect(format.dissect(fromHex('00')).children[0]!.text).toBe('none');
    expect(toHex(format.encode({ marks: 5, one: 1, rest: 0 }))).toBe('b0');
  });
});

describe('fields that follow from others', () => {
  const list = struct('List', SPEC, '.', {
    length: derived(u16('Length', SPEC, '.'), lengthOf()),
    count: derived(u8('Count', SPEC, '.'), countOf('items')),
    items: counted('count', u16('Item', SPEC, '.')),
  });

  it('are computed whatever the caller passes', () => {
    expect(toHex(list.encode({ items: [1, 2] }))).toBe('00070200010002');
    expect(toHex(list.encode({ length: 99, count: 99, items: [] }))).toBe('000300');
  });

  it('are kept when decoding, and bound what is read', () => {
    expect(list.decode(fromHex('ffff0100aa'))).toEqual({ length: 0xffff, count: 1, items: [0xaa] });
    expect(() => list.decode(fromHex('0007020001'))).toThrow(Malformed);
  });
});

describe('repetition and confinement', () => {
  it('fills the range with items', () => {
    const format = struct('S', SPEC, '.', { items: many(u16('Item', SPEC, '.')) });
    expect(format.decode(fromHex('00010002')).items).toEqual([1, 2]);
    expect(format.decode(new Uint8Array(0)).items).toEqual([]);
    expect(() => format.decode(fromHex('000100'))).toThrow(Malformed);
  });

  it('does not go round for ever on items that read nothing', () => {
    expect(struct('S', SPEC, '.', { items: many(nothing) }).decode(fromHex('0102')).items).toEqual([
      undefined,
    ]);
  });

  it('confines a body to its length, and misses nothing in it', () => {
    const body = prefixed(u8('Length', SPEC, '.'), u16('Value', SPEC, '.'), 1);
    const format = struct('S', SPEC, '.', { body, after: byte });
    expect(format.decode(fromHex('03001107'))).toEqual({ body: 0x11, after: 7 });
    expect(toHex(format.encode({ body: 0x11, after: 7 }))).toBe('03001107');
    expect(() => format.decode(fromHex('0400110007'))).toThrow('1 bytes left over');
    expect(() => format.decode(fromHex('02001107'))).toThrow('truncated');
    expect(() => format.decode(fromHex('00001107'))).toThrow('a length of -1 bytes');
    expect(() => format.decode(fromHex('ff001107'))).toThrow('truncated: 254 bytes wanted, 3 left');
    for (const bad of ['0400110007', '02001107', '00001107', 'ff001107', '03']) {
      expect(partitionFault(format.dissect(fromHex(bad)), bad.length * 4)).toBeUndefined();
    }
  });

  it('gives the range back after a confined body, also after a broken one', () => {
    const format = struct('S', SPEC, '.', {
      head: until(() => 1, many(byte)),
      rest: bytes('Rest', SPEC, '.'),
    });
    expect(format.decode(fromHex('010203')).rest).toEqual(fromHex('0203'));
  });

  it('chooses by a sibling, and keeps what it does not know', () => {
    const format = struct('S', SPEC, '.', {
      kind: byte,
      body: choose('kind', { 1: u16('One', SPEC, '.'), 2: nothing }, bytes('Other', SPEC, '.')),
    });
    expect(format.decode(fromHex('010005'))).toEqual({ kind: 1, body: 5 });
    expect(format.decode(fromHex('02'))).toEqual({ kind: 2, body: undefined });
    const unknown = fromHex('63abcd');
    expect(format.encode(format.decode(unknown))).toEqual(unknown);
  });

  it('lets a nested field see the struct around it', () => {
    const inner = struct('Inner', SPEC, '.', {
      rest: bytes('Rest', SPEC, '.', (scope) => scope.parent!.values['size'] as number),
    });
    const format = struct('S', SPEC, '.', { size: byte, inner, after: byte });
    expect(format.decode(fromHex('02aabb07'))).toEqual({
      size: 2,
      inner: { rest: fromHex('aabb') },
      after: 7,
    });
  });
});

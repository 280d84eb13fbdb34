/** TCP headers: real captures, every option, and damage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import type { Node } from '../../src/engine/wire/bits.ts';
import {
  ACK,
  dissectSegment,
  padOptions,
  SYN,
  type TcpHeader,
  type TcpOption,
  tcpChecksum,
  tcpChecksumOk,
  tcpHeader,
  tcpHeaderLength,
} from '../../src/engine/wire/tcp.ts';

/** Linux 6.18, captured on a TUN device between 10.77.0.1 and 10.77.0.2: the first and the third segment. */
const LINUX_SYN_OPTIONS = '020405b40402080a08f12458000000000103030a';
const LINUX_ACK_OPTIONS = '0101080a08f1248a4650cd98';

function header(options: readonly TcpOption[], flags = ACK): Omit<TcpHeader, 'dataOffset'> {
  return {
    sourcePort: 53446,
    destinationPort: 5001,
    sequence: 0xfffffffe,
    acknowledgment: 7,
    reserved: 0,
    flags,
    window: 64240,
    checksum: 0xbeef,
    urgentPointer: 0,
    options: [...options],
  };
}

function leaves(node: Node): Node[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leaves);
}

/** The leaves cover `[0, bits)` without a gap or an overlap. */
function expectPartition(root: Node, bits: number): void {
  let at = 0;
  for (const leaf of leaves(root)) {
    expect(leaf.bitStart).toBe(at);
    at += leaf.bitLength;
  }
  expect(at).toBe(bits);
}

describe('TCP header', () => {
  it('writes the options of a Linux SYN byte for byte', () => {
    const bytes = tcpHeader.encode(
      header(
        [
          { kind: 2, value: 1460 },
          { kind: 4, value: undefined },
          { kind: 8, value: { value: 150021208, echo: 0 } },
          { kind: 1, body: undefined },
          { kind: 3, value: 10 },
        ],
        SYN,
      ),
    );
    expect(toHex(bytes.subarray(20))).toBe(LINUX_SYN_OPTIONS);
    expect(toHex(bytes.subarray(0, 20))).toBe('d0c61389fffffffe00000007a002faf0beef0000');
    expect(tcpHeader.get.dataOffset(bytes, 0)).toBe(10);
    expect(tcpHeader.get.flags(bytes, 0)).toBe(SYN);
    expect(tcpHeader.get.sequence(bytes, 0)).toBe(0xfffffffe);
  });

  it('reads the options of a Linux ACK', () => {
    const bytes = fromHex(`d0c61389000000010000000780100001beef0000${LINUX_ACK_OPTIONS}`);
    expect(tcpHeader.decode(bytes).options).toEqual([
      { kind: 1, body: undefined },
      { kind: 1, body: undefined },
      { kind: 8, value: { value: 150021258, echo: 1179700632 } },
    ]);
  });

  it('shows flags, options and payload as a tree', () => {
    const bytes = fromHex(`d0c61389000000010000000780180001beef0000${LINUX_ACK_OPTIONS}474554`);
    const tree = dissectSegment(bytes);
    expect(tree.label).toBe('TCP segment');
    const [head, payload] = tree.children as [Node, Node];
    expect(head.children.find((node) => node.label === 'Control bits')?.text).toBe('ACK, PSH');
    expect(head.children.at(-1)?.children.map((node) => node.label)).toEqual([
      'No operation',
      'No operation',
      'Timestamps',
    ]);
    expect(head.children.at(-1)?.children[2]?.text).toBe('TSval 150021258, TSecr 1179700632');
    expect(payload.text).toBe('“GET”');
    expectPartition(tree, bytes.length * 8);
    expectPartition(dissectSegment(bytes, 0, bytes.length, false), 32 * 8);
  });

  it('covers the padding after the end of the list', () => {
    const bytes = fromHex('00500051000000010000000770120001000000000303070000000000');
    const { options } = tcpHeader.decode(bytes);
    expect(options).toEqual([
      { kind: 3, value: 7 },
      { kind: 0, padding: fromHex('00000000') },
    ]);
    expect(toHex(tcpHeader.encode(tcpHeader.decode(bytes)))).toBe(toHex(bytes));
    expectPartition(tcpHeader.dissect(bytes), bytes.length * 8);
  });

  it.each([
    [
      'an option that is longer than the header',
      '005000510000000100000007601200010000000002080000',
      'truncated',
    ],
    ['an option of length 0', '005000510000000100000007601200010000000002000000', 'a length of -2'],
    ['an MSS of three bytes', '00500051000000010000000770120001000000000205000000000000', 'left over'],
    ['a data offset below five words', '0050005100000001000000074012000100000000', 'data offset of 4'],
    ['a data offset behind the end', '0050005100000001000000078012000100000000', 'truncated'],
    ['a cut header', '00500051000000', 'truncated'],
  ])('refuses %s and still shows it', (_, hex, message) => {
    const bytes = fromHex(hex);
    expect(() => tcpHeader.decode(bytes)).toThrow(Malformed);
    expect(() => tcpHeader.decode(bytes)).toThrow(message);
    const tree = tcpHeader.dissect(bytes);
    expect(tree.problem).toContain(message);
    expectPartition(tree, bytes.length * 8);
  });

  it('wants options in whole words, and pads them on demand', () => {
    const options: TcpOption[] = [
      { kind: 3, value: 7 },
      { kind: 77, value: fromHex('0102') },
    ];
    expect(() => tcpHeader.encode(header(options))).toThrow(Misuse);
    const bytes = tcpHeader.encode(header(padOptions(options)));
    expect(toHex(bytes.subarray(20))).toBe('010303074d040102');
  });

  it('agrees with captured checksums', () => {
    // The SYN and the SYN-ACK of the same capture, whole; tshark finds their checksums right.
    const syn = fromHex(`d0c61389238feae100000000a002faf018660000${LINUX_SYN_OPTIONS}`);
    const synAck = fromHex(
      '1389d0c6d7ff56c8238feae2a012fe88d20b0000020405b40402080a4650cd9808f124580103030a',
    );
    expect(tcpChecksum(syn, 0, 40, 0x0a4d0001, 0x0a4d0002)).toBe(0x1866);
    expect(tcpChecksumOk(syn, 0, 40, 0x0a4d0001, 0x0a4d0002)).toBe(true);
    expect(tcpChecksum(synAck, 0, 40, 0x0a4d0002, 0x0a4d0001)).toBe(0xd20b);
    syn[3]! ^= 1;
    expect(tcpChecksumOk(syn, 0, 40, 0x0a4d0001, 0x0a4d0002)).toBe(false);
    expect(toHex(tcpHeader.encode(tcpHeader.decode(synAck)))).toBe(toHex(synAck));
  });

  const arbitraryOption: fc.Arbitrary<TcpOption> = fc.oneof(
    fc.record({ kind: fc.constant(2), value: fc.integer({ min: 0, max: 65535 }) }),
    fc.record({ kind: fc.constant(3), value: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant(8), value: fc.record({ value: fc.nat(), echo: fc.nat() }) }),
    fc.record({
      kind: fc.constant(5),
      value: fc.array(fc.record({ left: fc.nat(), right: fc.nat() }), { maxLength: 2 }),
    }),
    fc.record({ kind: fc.integer({ min: 9, max: 255 }), value: fc.uint8Array({ maxLength: 4 }) }),
  );

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.array(arbitraryOption, { maxLength: 2 }), fc.nat(), (options, sequence) => {
        const value = { ...header(padOptions(options)), sequence };
        const bytes = tcpHeader.encode(value);
        const { dataOffset, ...rest } = tcpHeader.decode(bytes);
        expect(dataOffset * 4).toBe(bytes.length);
        expect(rest).toEqual(value);
      }),
    );
  });

  it('throws nothing but Malformed on damaged bytes, and dissects them whole', () => {
    const good = fromHex(`d0c61389000000010000000780180001beef0000${LINUX_ACK_OPTIONS}474554`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 0, max: good.length }),
        (damage, length) => {
          const bytes = good.slice(0, length);
          for (const [at, value] of damage) if (at < length) bytes[at] = value;
          try {
            tcpHeader.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(Malformed);
          }
          expect(tcpHeaderLength(bytes, 0, length)).toBeLessThanOrEqual(length);
          expectPartition(dissectSegment(bytes), length * 8);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The fast reader and writer against the declaration in wire/tcp.ts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Segment, writeHeader, writeStamps, writeSynOptions } from '../../../src/engine/proto/tcp/segment.ts';
import { padOptions, type TcpOption, tcpHeader } from '../../../src/engine/wire/tcp.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.record({ kind: fc.constant(2), value: fc.integer({ min: 0, max: 65535 }) }),
  fc.record({ kind: fc.constant(3), value: fc.integer({ min: 0, max: 255 }) }),
  fc.constant({ kind: 4, value: undefined }),
  fc.record({ kind: fc.constant(8), value: fc.record({ value: u32, echo: u32 }) }),
  fc.record({ kind: fc.integer({ min: 9, max: 255 }), value: fc.uint8Array({ maxLength: 6 }) }),
);

it('reads what the declaration writes', () => {
  fc.assert(
    fc.property(
      u32,
      u32,
      u16,
      fc.nat(255),
      fc.uniqueArray(option, { maxLength: 3, selector: (one) => one.kind }),
      (sequence, acknowledgment, window, flags, options) => {
        const bytes = tcpHeader.encode({
          sourcePort: 1,
          destinationPort: 2,
          sequence,
          acknowledgment,
          reserved: 0,
          flags,
          window,
          checksum: 0,
          urgentPointer: 9,
          options: padOptions(options),
        });
        const segment = new Segment();
        const buffer = new Uint8Array(bytes.length + 8);
        buffer.set(bytes, 3);
        expect(segment.read(buffer, 3, bytes.length + 5)).toBe(true);
        expect(segment).toMatchObject({
          sequence,
          acknowledgment,
          window,
          flags,
          urgent: 9,
          dataAt: 3 + bytes.length,
          dataLength: 5,
        });
        expect(segment.length).toBe(5 + ((flags >> 1) & 1) + (flags & 1));
        const find = (kind: number) =>
          options.find((one) => one.kind === kind) as { value?: unknown } | undefined;
        expect(segment.mss).toBe(find(2)?.value ?? -1);
        expect(segment.windowScale).toBe(find(3) ? Math.min(find(3)!.value as number, 14) : -1);
        expect(segment.sackPermitted).toBe(find(4) !== undefined);
        expect(segment.hasStamps).toBe(find(8) !== undefined);
        if (segment.hasStamps) expect({ value: segment.stamp, echo: segment.echo }).toEqual(find(8)!.value);
      },
    ),
  );
});

it('writes what the declaration reads', () => {
  fc.assert(
    fc.property(
      u32,
      u32,
      u16,
      fc.boolean(),
      fc.integer({ min: -1, max: 14 }),
      u16,
      (value, echo, mss, stamps, scale, window) => {
        const out = new Uint8Array(70).fill(0xee);
        const length = 20 + writeSynOptions(out, 25, mss, stamps, value, echo, scale);
        writeHeader(out, 5, 1000, 80, value, echo, length, 0x12, window);
        const header = tcpHeader.decode(out, 5, 5 + length);
        expect(header).toMatchObject({
          sourcePort: 1000,
          destinationPort: 80,
          sequence: value,
          acknowledgment: echo,
          flags: 0x12,
          window,
        });
        expect([header.dataOffset * 4, header.checksum, header.urgentPointer]).toEqual([length, 0, 0]);
        expect(header.options.filter((one) => one.kind !== 1)).toEqual([
          { kind: 2, value: mss },
          ...(stamps ? [{ kind: 8, value: { value, echo } }] : []),
          ...(scale >= 0 ? [{ kind: 3, value: scale }] : []),
        ]);
        expect(out[5 + length]).toBe(0xee);
        expect(writeStamps(out, 0, value, echo)).toBe(12);
      },
    ),
  );
});

it('a read leaves nothing of the segment before', () => {
  const segment = new Segment();
  const out = new Uint8Array(60);
  const length = 20 + writeSynOptions(out, 20, 1460, true, 1, 2, 7);
  writeHeader(out, 0, 1, 2, 3, 4, length, 2, 5);
  expect(segment.read(out, 0, length)).toBe(true);
  expect([segment.mss, segment.windowScale, segment.hasStamps]).toEqual([1460, 7, true]);
  writeHeader(out, 0, 1, 2, 3, 4, 20, 16, 5);
  expect(segment.read(out, 0, 20)).toBe(true);
  expect([segment.mss, segment.windowScale, segment.hasStamps, segment.dataLength]).toEqual([
    -1,
    -1,
    false,
    0,
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes, readU16, writeU16 } from '../../../src/engine/base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../../../src/engine/base/checksum.ts';
import { type Family, parseIp } from '../../../src/engine/base/ip.ts';
import type { Ip6 } from '../../../src/engine/base/ip6.ts';
import { clampMss } from '../../../src/engine/net/ip/mss-clamp.ts';
import { datagram, packet } from '../inject.ts';

const ENDS = {
  4: { from: '192.0.2.1', to: '198.51.100.2' },
  6: { from: '2001:db8::1', to: '2001:db8:1::2' },
} as const;

/** A segment with these option bytes (padded) behind its header, its checksum right. */
function segment(family: Family, options: readonly number[], flags = 2, dataOffset?: number): Bytes {
  const padded = [...options, ...Array((4 - (options.length % 4)) % 4).fill(0)];
  const bytes = new Uint8Array(20 + padded.length);
  writeU16(bytes, 0, 40_000);
  writeU16(bytes, 2, 80);
  bytes[12] = (dataOffset ?? bytes.length / 4) << 4;
  bytes[13] = flags;
  bytes.set(padded, 20);
  writeU16(bytes, 16, sumOf(family, bytes));
  return bytes;
}

function sumOf(family: Family, bytes: Bytes): number {
  const { from, to } = ENDS[family];
  const start = pseudoHeader(parseIp(from), parseIp(to) as Ip6, 6, bytes.length);
  return checksumFinish(checksumAdd(start, bytes, 0, bytes.length));
}

function wrapped(family: Family, bytes: Bytes, fields = {}): Bytes {
  return family === 4 ? datagram(ENDS[4], bytes, { protocol: 6, ...fields }) : packet(ENDS[6], bytes, 6);
}

const mss = (value: number): number[] => [2, 4, value >> 8, value & 255];
const NOP = 1;

describe.each([4, 6] as const)('IPv%i', (family) => {
  const headers = family === 4 ? 20 : 40;

  it('lowers what a SYN announces, wherever it stands, and corrects the checksum', () => {
    const nops = fc.array(fc.constant(NOP), { maxLength: 7 });
    const other = fc.constantFrom([], [3, 3, 7], [4, 2], [8, 10, 1, 2, 3, 4, 5, 6, 7, 8], [254, 5, 1, 2, 3]);
    fc.assert(
      fc.property(
        nops,
        other,
        fc.integer({ min: 1, max: 0xffff }),
        fc.integer({ min: 1, max: 0xffff }),
        fc.constantFrom(2, 0x12),
        (before, between, value, most, flags) => {
          const options = [...before, ...between, ...mss(value), ...between];
          const bytes = wrapped(family, segment(family, options, flags));
          const original = bytes.slice();
          expect(clampMss(bytes, 0, family, most)).toBe(value > most);
          const at = headers + 20 + before.length + between.length + 2;
          expect(readU16(bytes, at)).toBe(Math.min(value, most));
          expect(sumOf(family, bytes.subarray(headers))).toBe(0);
          // nothing else changed
          writeU16(bytes, at, value);
          writeU16(bytes, headers + 16, readU16(original, headers + 16));
          expect(bytes).toEqual(original);
        },
      ),
    );
  });

  it.each([
    ['no SYN', segment(family, mss(1460), 0x10)],
    ['no such option', segment(family, [NOP, 3, 3, 7])],
    ['options that end before', segment(family, [0, ...mss(1460)])],
    ['an option of no length', segment(family, [3, 0, ...mss(1460)])],
    ['an option of one byte that says so', segment(family, [3, 1, ...mss(1460)])],
    ['an option that is cut', segment(family, [NOP, NOP, NOP, 2])],
    ['an option of another length', segment(family, [2, 3, 0, NOP])],
  ])('leaves alone: %s', (_, bytes) => {
    const whole = wrapped(family, bytes);
    const original = whole.slice();
    expect(clampMss(whole, 0, family, 500)).toBe(false);
    expect(whole).toEqual(original);
  });

  it('touches nothing behind the datagram, whatever its header says', () => {
    const lying = wrapped(family, segment(family, [], 2, 15));
    const buffer = concatBytes([lying, Uint8Array.from([...mss(1460), ...Array(60).fill(0)])]);
    const original = buffer.slice();
    expect(clampMss(buffer, 0, family, 500)).toBe(false);
    expect(buffer).toEqual(original);
  });

  it('and no datagram that is too short for a segment', () => {
    const buffer = concatBytes([wrapped(family, new Uint8Array(12).fill(2)), new Uint8Array(60).fill(2)]);
    const original = buffer.slice();
    expect(clampMss(buffer, 0, family, 500)).toBe(false);
    expect(buffer).toEqual(original);
  });
});

it('leaves later fragments and other protocols alone', () => {
  const syn = segment(4, mss(1460));
  for (const fields of [{ fragmentOffset: 3 }, { protocol: 17 }])
    expect(clampMss(wrapped(4, syn, fields), 0, 4, 500)).toBe(false);
});

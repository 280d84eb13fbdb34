import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { endpointsOf } from '../../src/engine/wire/endpoints.ts';
import { decodeFrame } from '../../src/engine/wire/frame.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

const all = Object.entries({ ...FRAMES, ...FRAMES6 }).map(([name, hex]) => [name, fromHex(hex)] as const);

describe('who talks to whom', () => {
  it.each(all)('%s says the same as when it is decoded', (_, bytes) => {
    const frame = decodeFrame(bytes);
    const ip = frame.ipv4 ?? frame.ipv6;
    const ports = frame.tcp ?? frame.udp;
    const ends = endpointsOf(bytes);
    expect(ends && [ends.source, ends.destination]).toEqual(ip && [ip.source, ip.destination]);
    expect([ends?.sourcePort ?? 0, ends?.destinationPort ?? 0]).toEqual([
      ports?.sourcePort ?? 0,
      ports?.destinationPort ?? 0,
    ]);
    const inner = frame.layers.find(({ name }) => /^(tcp|udp|icmp6?|fragment)$/.test(name));
    if (inner) expect(ends?.transportAt).toBe(inner.at);
    const slab = new Uint8Array(bytes.length + 20).fill(0xa5);
    slab.set(bytes, 9);
    const moved = endpointsOf(slab, 9, 9 + bytes.length);
    expect(moved).toEqual(ends && { ...ends, transportAt: ends.transportAt + 9, end: ends.end + 9 });
  });

  it('knows the pieces of one datagram', () => {
    const of = (frame: string) => {
      const { fragmentOf, isFirst } = endpointsOf(fromHex(frame))!;
      return [fragmentOf, isFirst];
    };
    expect(of(FRAMES6.echoFragment1)).toEqual([0x841edda3, true]);
    expect(of(FRAMES6.echoFragment3)).toEqual([0x841edda3, false]);
    expect(of(FRAMES6.fragment4First)).toEqual([0x87c6, true]);
    expect(of(FRAMES6.fragment4Last)).toEqual([0x87c6, false]);
    expect(of(FRAMES6.everyHeader)).toEqual([undefined, true]);
    expect(of(FRAMES6.echoRequest6)).toEqual([undefined, true]);
  });

  it('tells what it can of frames that were cut', () => {
    const get = fromHex(FRAMES6.get6);
    expect(endpointsOf(get, 0, 70)).toMatchObject({
      source: decodeFrame(get).ipv6!.source,
      destinationPort: 80,
      end: 70,
    });
    expect(endpointsOf(get, 0, 55)).toMatchObject({ sourcePort: 0, transportAt: 54, end: 55 });
    expect(endpointsOf(get, 0, 53)).toBeUndefined();
    const get4 = fromHex(FRAMES.get);
    expect(endpointsOf(get4, 0, 40)).toMatchObject({ source: parseIp4('192.168.1.23'), destinationPort: 80 });
    expect(endpointsOf(get4, 0, 33)).toBeUndefined();
    expect(endpointsOf(get4, 0, 9)).toBeUndefined();
  });

  it('never throws, and stays within the frame', () => {
    for (const [, bytes] of all) {
      for (let length = 0; length < Math.min(bytes.length, 120); length++) endpointsOf(bytes, 0, length);
      for (let bit = 0; bit < 8 * Math.min(bytes.length, 100); bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 0x80 >> (bit & 7);
        const ends = endpointsOf(damaged);
        if (ends) expect(ends.end).toBeLessThanOrEqual(bytes.length);
      }
    }
  });
});

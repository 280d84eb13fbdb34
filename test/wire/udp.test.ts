import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader4 } from '../../src/engine/base/checksum.ts';
import { UDP_HEADER, udp, udpChecksum, udpChecksumOk, writeUdp } from '../../src/engine/wire/udp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find } from './partition.ts';

const LAPTOP = parseIp4('192.168.1.23');
const SERVER = parseIp4('192.0.2.80');
const query = fromHex(FRAMES.dnsQuery).subarray(34);

describe('UDP', () => {
  it('reads what Linux sent', () => {
    const header = query.subarray(0, UDP_HEADER);
    expect(udp.decode(header)).toEqual({
      sourcePort: 49731,
      destinationPort: 53,
      length: 42,
      checksum: 0xdef8,
    });
    expectCanonical(udp, header);
    expectAccessorsAgree(udp, header);
    expect(udp.dissect(header).text).toBe('49731 → 53');
    expect(find(udp.dissect(header), 'Length').text).toBe('42 bytes');
  });

  it('computes the checksum that Linux computed, and finds a flipped bit', () => {
    expect(udpChecksum(query, 0, query.length, LAPTOP, SERVER)).toBe(0xdef8);
    expect(udpChecksumOk(query, 0, query.length, LAPTOP, SERVER)).toBe(true);
    for (let bit = 0; bit < query.length * 8; bit++) {
      const flipped = query.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(udpChecksumOk(flipped, 0, query.length, LAPTOP, SERVER), `bit ${bit}`).toBe(false);
    }
    expect(udpChecksumOk(query, 0, query.length, LAPTOP, parseIp4('192.0.2.81'))).toBe(false);
  });

  it('writes in place the header that Linux wrote', () => {
    const bytes = new Uint8Array(query.length + 2);
    bytes.set(query.subarray(8), 9);
    writeUdp(bytes, 1, 49731, 53, query.length - 8, LAPTOP, SERVER);
    expect(bytes.subarray(1, 1 + query.length)).toEqual(query);
  });

  it('takes zero for no checksum and never sends it for one', () => {
    const none = query.slice();
    udp.set.checksum(none, 0, 0);
    none[10]! ^= 1;
    expect(udpChecksumOk(none, 0, none.length, LAPTOP, SERVER)).toBe(true);
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffff), (source, port) => {
        // Choose the second payload word so that the sum is all ones, whose complement is zero.
        const bytes = new Uint8Array(10);
        writeUdp(bytes, 0, port, 9, 2, source, SERVER);
        const plain = udp.get.checksum(bytes, 0);
        bytes[8] = plain >> 8;
        bytes[9] = plain & 255;
        writeUdp(bytes, 0, port, 9, 2, source, SERVER);
        expect(udp.get.checksum(bytes, 0)).toBe(0xffff);
        expect(udpChecksumOk(bytes, 0, 10, source, SERVER)).toBe(true);
        expect(checksumFinish(checksumAdd(pseudoHeader4(source, SERVER, 17, 10), bytes, 0, 10))).toBe(0);
      }),
    );
  });

  it('round-trips any header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        expectCanonical(udp, bytes);
        expectAccessorsAgree(udp, bytes);
      }),
    );
  });
});

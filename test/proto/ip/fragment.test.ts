/** Cutting datagrams: the example of RFC 791, options by their copied flag, the headers that every IPv6 piece repeats. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/engine/base/bytes.ts';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { ipv4, ipv4ChecksumOk, ipv4HeaderLength } from '../../../src/engine/wire/ipv4.ts';
import { ipv6 } from '../../../src/engine/wire/ipv6.ts';
import { fragmentHeader, perFragmentHeaders, upperLayer } from '../../../src/engine/wire/ipv6-extension.ts';
import { cut4, cut6, cutOnPath, datagram4, packet6, payloadOf } from './datagrams.ts';

/** `480+more@0`: total length, the flag, where the piece belongs. */
function shape4(piece: Uint8Array): string {
  const more = ipv4.get.flags(piece, 0) & 1 ? '+more' : '';
  return `${piece.length}${more}@${ipv4.get.fragmentOffset(piece, 0) * 8}`;
}

function shape6(piece: Uint8Array): string {
  const { fragment } = upperLayer(piece, 0, piece.length);
  return fragment
    ? `${piece.length}${fragment.more ? '+more' : ''}@${fragment.offset}`
    : `${piece.length} whole`;
}

describe('IPv4', () => {
  it('cuts 452 bytes of data for an MTU of 280, as in RFC 791 Appendix A, example 2', () => {
    const datagram = datagram4(payloadOf(452), 111);
    const pieces = cut4(datagram, 280);
    expect(pieces.map(shape4)).toEqual(['276+more@0', '216@256']);
    for (const piece of pieces) {
      expect(ipv4.get.identification(piece, 0)).toBe(111);
      expect(ipv4.get.totalLength(piece, 0)).toBe(piece.length);
      expect(ipv4ChecksumOk(piece, 0)).toBe(true);
    }
    expect(toHex(concatBytes(pieces.map((piece) => piece.subarray(20))))).toBe(toHex(datagram.subarray(20)));
  });

  it('leaves a datagram that fits as it is, to the byte', () => {
    const datagram = datagram4(payloadOf(1480));
    expect(cut4(datagram, 1500)).toEqual([datagram]);
    expect(cut4(datagram, 1499).map(shape4)).toEqual(['1492+more@0', '28@1472']);
  });

  it('reads a datagram where it lies among other bytes', () => {
    const datagram = datagram4(payloadOf(300));
    const slab = concatBytes([payloadOf(14, 9), datagram, payloadOf(40, 3)]);
    expect(cut4(slab, 100, 14)).toEqual(cut4(datagram, 100));
  });

  it('keeps Don’t Fragment and the reserved bit: whether cutting was allowed is not its business', () => {
    const datagram = datagram4(payloadOf(100));
    ipv4.set.flags(datagram, 0, 6);
    expect(cut4(datagram, 100).map((piece) => ipv4.get.flags(piece, 0))).toEqual([7, 6]);
  });

  it('cuts a fragment further: offsets count from the whole, and only the very last piece is the last', () => {
    const pieces = cutOnPath(datagram4(payloadOf(1000)), [540, 300]);
    expect(pieces.map(shape4)).toEqual(['300+more@0', '260+more@280', '300+more@520', '220@800']);
  });

  it('copies options with the copied flag into every piece, the others into the first one', () => {
    // record route (7, not copied), no operation, loose source route (131, copied), end
    const options = fromHex('07 07 04 00000000 01 83 07 04 c0000201 00'.replaceAll(' ', ''));
    expect(options.length).toBe(16);
    const pieces = cut4(datagram4(payloadOf(200), 1, options), 100);
    expect(pieces.map(shape4)).toEqual(['100+more@0', '100+more@64', '92@136']);
    expect(toHex(pieces[0]!.subarray(20, 36))).toBe(toHex(options));
    for (const piece of pieces.slice(1)) {
      expect(ipv4HeaderLength(piece, 0)).toBe(28);
      expect(toHex(piece.subarray(20, 28))).toBe('830704c000020100');
      expect(ipv4ChecksumOk(piece, 0)).toBe(true);
    }
  });

  it.each([
    ['a length of zero', '83 00 00 00'],
    ['a length of one', '94 01 00 00'],
    ['a length beyond the header', '83 28 00 00'],
    ['a type without a length', '01 01 01 83'],
  ])('ends the list of options at %s', (_, hex) => {
    const pieces = cut4(datagram4(payloadOf(100), 1, fromHex(hex)), 68);
    expect(pieces.slice(1).map((piece) => ipv4HeaderLength(piece, 0))).toEqual(pieces.slice(1).map(() => 20));
  });

  it('cuts the largest datagram for the smallest MTU into 8,185 pieces of eight bytes', () => {
    const options = new Uint8Array(40).fill(1);
    options.set([0x83, 39, 4]);
    const pieces = cut4(datagram4(payloadOf(65_475), 1, options), 68);
    expect(pieces.length).toBe(8185);
    expect(shape4(pieces.at(-1)!)).toBe('63@65472');
  });

  it('refuses a link that is none', () => {
    expect(() => cut4(datagram4(payloadOf(100)), 67)).toThrow(Misuse);
  });
});

describe('IPv6', () => {
  it('puts a fragment header into every piece; lengths are multiples of eight but for the last', () => {
    const packet = packet6(payloadOf(3000));
    const pieces = cut6(packet, 1280);
    expect(pieces.map(shape6)).toEqual(['1280+more@0', '1280+more@1232', '584@2464']);
    for (const piece of pieces) {
      expect(ipv6.get.nextHeader(piece, 0)).toBe(44);
      expect(ipv6.get.payloadLength(piece, 0)).toBe(piece.length - 40);
      expect(ipv6.get.hopLimit(piece, 0)).toBe(61);
      expect(fragmentHeader.decode(piece, 40)).toMatchObject({
        nextHeader: 17,
        reserved: 0,
        identification: 0xabcd_ef01,
      });
    }
    expect(toHex(concatBytes(pieces.map((piece) => piece.subarray(48))))).toBe(toHex(packet.subarray(40)));
  });

  it('leaves a packet that fits as it is', () => {
    const packet = packet6(payloadOf(1240));
    expect(cut6(packet, 1280)).toEqual([packet]);
    expect(cut6(packet6(payloadOf(1241)), 1280).map(shape6)).toEqual(['1280+more@0', '57@1232']);
  });

  it('knows the last piece also when it fills the link exactly', () => {
    expect(cut6(packet6(payloadOf(2464)), 1280).map(shape6)).toEqual(['1280+more@0', '1280@1232']);
    expect(cut4(datagram4(payloadOf(2960)), 1500).map(shape4)).toEqual(['1500+more@0', '1500@1480']);
  });

  it('repeats what routers read, and cuts what only the destination reads', () => {
    // hop-by-hop (8 bytes, router alert), routing (8, used up), destination options (8), then UDP
    const extensions = fromHex(
      '2b 00 05020000 0100  3c 00 04 00 00000000  11 00 0104 00000000'.replaceAll(' ', ''),
    );
    const packet = packet6(payloadOf(2000), 0, extensions);
    const pieces = cut6(packet, 1280);
    expect(pieces.map(shape6)).toEqual(['1280+more@0', '856@1216']);
    for (const piece of pieces) {
      expect(toHex(piece.subarray(40, 56))).toBe('2b000502000001002c00040000000000');
      expect(piece[56]).toBe(60);
      expect(perFragmentHeaders(piece, 0, piece.length).end).toBe(56);
    }
    expect(toHex(pieces[0]!.subarray(64, 72))).toBe(toHex(extensions.subarray(16)));
  });

  it('cuts nothing when the headers alone are too long for the first piece', () => {
    const options = new Uint8Array(1400);
    options.set([17, 1400 / 8 - 1]);
    expect(cut6(packet6(payloadOf(2000), 60, options), 1280)).toEqual([]);
    expect(cut6(packet6(payloadOf(2000), 60, options), 1500).length).toBe(3);
  });

  it('refuses a link that is none', () => {
    expect(() => cut6(packet6(payloadOf(2000)), 1279)).toThrow(Misuse);
  });
});

describe('any datagram', () => {
  it('is cut into pieces that fit, are whole units but for the last, and make up the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 68, max: 1500 }), (length, mtu) => {
        const datagram = datagram4(payloadOf(length));
        const pieces = cut4(datagram, mtu);
        let next = 0;
        pieces.forEach((piece, i) => {
          expect(piece.length).toBeLessThanOrEqual(mtu);
          const isLast = i === pieces.length - 1;
          expect(ipv4.get.flags(piece, 0)).toBe(isLast ? 0 : 1);
          expect(ipv4.get.fragmentOffset(piece, 0) * 8).toBe(next);
          if (!isLast) expect((piece.length - 20) % 8).toBe(0);
          // none could have carried one unit more
          if (!isLast) expect(piece.length + 8).toBeGreaterThan(mtu);
          next += piece.length - 20;
        });
        expect(next).toBe(length);
      }),
      { numRuns: 60 },
    );
  });

  it('with any options at all is cut without an error into sound headers', () => {
    const options = fc.uint8Array({ minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(options, fc.integer({ min: 0, max: 10 }), (bytes, words) => {
        for (const piece of cut4(datagram4(payloadOf(300), 7, bytes.slice(0, words * 4)), 76)) {
          expect(ipv4ChecksumOk(piece, 0)).toBe(true);
          expect(ipv4HeaderLength(piece, 0)).toBeLessThanOrEqual(20 + words * 4);
        }
      }),
    );
  });
});

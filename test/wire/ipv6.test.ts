import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import {
  checksumAdd,
  checksumFinish,
  pseudoHeader,
  pseudoHeader4,
  pseudoHeader6,
  pseudoHeader6At,
} from '../../src/engine/base/checksum.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { formatIp6, type Ip6 } from '../../src/engine/base/ip6.ts';
import { knownIp6 } from '../../src/engine/base/ip6-known.ts';
import { groupMac } from '../../src/engine/wire/ethernet.ts';
import {
  IPV6_DESTINATION,
  IPV6_HEADER,
  IPV6_SOURCE,
  ip6At,
  ipv6,
  ipv6Destination,
  ipv6Fault,
  ipv6Source,
  writeIpv6,
} from '../../src/engine/wire/ipv6.ts';
import { tcpChecksum, tcpChecksumOk } from '../../src/engine/wire/tcp.ts';
import { udpChecksum, udpChecksumOk, writeUdp } from '../../src/engine/wire/udp.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find, leaves, partitionFault } from './partition.ts';

const packets = Object.values(FRAMES6)
  .map((frame) => fromHex(frame))
  .filter((frame) => frame[12] === 0x86)
  .map((frame) => frame.subarray(14));
const echo = fromHex(FRAMES6.echoRequest6).subarray(14);
const syn = fromHex(FRAMES6.syn6).subarray(14);

const CLIENT = '2001:db8:1:0:200:5eff:fe00:5317' as Ip6;
const SERVER = '2001:db8:2::80' as Ip6;

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** Addresses with runs of zeros, as people have them. */
const address = fc
  .tuple(sixteen, fc.nat(16), fc.nat(16))
  .map(([bytes, from, to]) => formatIp6(bytes.fill(0, Math.min(from, to), Math.max(from, to))));

describe('the IPv6 header', () => {
  it('gives back every captured header', () => {
    expect(packets.length).toBeGreaterThan(40);
    for (const packet of packets) {
      const header = packet.subarray(0, IPV6_HEADER);
      expectCanonical(ipv6, header);
      expectAccessorsAgree(ipv6, header);
      expect(ipv6Fault(packet, 0, packet.length)).toBeUndefined();
    }
  });

  it('reads what Linux wrote', () => {
    expect(ipv6.decode(syn)).toEqual({
      version: 6,
      dscp: 0,
      ecn: 0,
      flowLabel: expect.any(Number),
      payloadLength: 40,
      nextHeader: 6,
      hopLimit: 64,
      source: CLIENT,
      destination: SERVER,
    });
    // Linux labels the flows of sockets (RFC 6437 §3)
    expect(ipv6.decode(syn).flowLabel).toBeGreaterThan(0);
    const tree = ipv6.dissect(syn.subarray(0, 40));
    expect(tree.text).toBe(`${CLIENT} → ${SERVER}`);
    expect(find(tree, 'Next header').text).toBe('TCP (6)');
    expect(find(tree, 'Hop limit').text).toBe('64 hops left');
    expect(find(tree, 'Source')).toMatchObject({ value: CLIENT, bitStart: 64, bitLength: 128 });
    expect([ipv6.offset.source, ipv6.offset.destination]).toEqual([IPV6_SOURCE, IPV6_DESTINATION]);
  });

  it('writes the header that was captured, from texts and from bytes, anywhere', () => {
    for (const packet of packets) {
      const header = packet.subarray(0, IPV6_HEADER);
      const value = ipv6.decode(header);
      const slab = new Uint8Array(50).fill(0xa5);
      const write = (source: Ip6 | Uint8Array, destination: Ip6 | Uint8Array): void =>
        writeIpv6(
          slab,
          3,
          value.payloadLength,
          value.nextHeader,
          value.hopLimit,
          source,
          destination,
          value.dscp * 4 + value.ecn,
          value.flowLabel,
        );
      write(value.source, value.destination);
      expect(slab.subarray(3, 43)).toEqual(header);
      slab.fill(0xa5);
      write(header.slice(8, 24), header.slice(24, 40));
      expect(slab.subarray(3, 43)).toEqual(header);
      expect([slab[2], slab[43]]).toEqual([0xa5, 0xa5]);
    }
  });

  it('gives back any header', () => {
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(6),
          dscp: fc.nat(63),
          ecn: fc.nat(3),
          flowLabel: fc.nat(0xf_ffff),
          payloadLength: fc.nat(65_535),
          nextHeader: fc.nat(255),
          hopLimit: fc.nat(255),
          source: address,
          destination: address,
        }),
        (value) => {
          const bytes = ipv6.encode(value);
          expect(bytes.length).toBe(IPV6_HEADER);
          expect(ipv6.decode(bytes)).toEqual(value);
          expectCanonical(ipv6, bytes);
          expectAccessorsAgree(ipv6, bytes);
          expect([ipv6Source(bytes, 0), ipv6Destination(bytes, 0)]).toEqual([
            value.source,
            value.destination,
          ]);
        },
      ),
    );
  });

  it('says what is wrong with it', () => {
    expect(ipv6Fault(echo, 0, 39)).toBe('truncated: 39 bytes of an IPv6 header');
    const wrong = echo.slice();
    wrong[0] = 0x45;
    expect(ipv6Fault(wrong, 0, wrong.length)).toBe('version 4 in an IPv6 header');
    expect(() => ipv6.decode(wrong)).toThrow(Malformed);
    expect(ipv6Fault(echo, 0, echo.length - 1)).toBe('truncated: a payload of 24 bytes, 23 are here');
    const padded = new Uint8Array(echo.length + 5);
    padded.set(echo);
    expect(ipv6Fault(padded, 0, padded.length)).toBeUndefined();
    for (let length = 0; length < IPV6_HEADER; length++) {
      const tree = ipv6.dissect(echo, 0, length);
      expect(tree.problem).toMatch(/truncated/);
      expect(partitionFault(tree, length * 8)).toBeUndefined();
    }
  });

  it('has a label, a sentence and a section for every field', () => {
    for (const leaf of leaves(ipv6.dissect(echo.subarray(0, 40)))) {
      expect(leaf.about).toMatch(/^[A-Z].*\.$/);
      expect(leaf.spec).toMatch(/^RFC \d+ §\d/);
    }
  });
});

describe('addresses in packets', () => {
  it('are the canonical texts of their bytes, read for the first time or again, wherever they lie', () => {
    fc.assert(
      fc.property(fc.array(sixteen, { minLength: 1, maxLength: 40 }), fc.nat(7), (some, shift) => {
        const slab = new Uint8Array(16 * some.length + shift);
        for (const [index, bytes] of some.entries()) slab.set(bytes, shift + 16 * index);
        for (const again of [0, 1])
          for (const [index, bytes] of some.entries())
            expect(ip6At(slab, shift + 16 * index), `${again}`).toBe(formatIp6(bytes));
      }),
    );
  });

  it('that share a place in the memo do not take each other’s', () => {
    const bytes = new Uint8Array(16);
    for (let n = 0; n < 5000; n++) {
      bytes[14] = n >> 8;
      bytes[15] = n;
      expect(ip6At(bytes, 0)).toBe(formatIp6(bytes));
    }
  });

  it('are sixteen bytes, and their sum', () => {
    fc.assert(
      fc.property(address, (text) => {
        const { bytes, sum } = knownIp6(text);
        expect(formatIp6(bytes)).toBe(text);
        expect(checksumFinish(sum)).toBe(checksumFinish(checksumAdd(0, bytes, 0, 16)));
        expect(knownIp6(text)).toBe(knownIp6(text));
      }),
    );
    for (let n = 0; n < 10_000; n++) knownIp6(`2001:db8::${(n + 1).toString(16)}` as Ip6);
    expect(knownIp6('2001:db8::5' as Ip6).bytes[15]).toBe(5);
  });

  it('name the group cards that a frame is sent to', () => {
    const of = (text: string): string => groupMac(text as Ip6).toString(16);
    // the captured frames say the same
    expect(of('ff02::16')).toBe('333300000016');
    expect(of('ff02::1:ff00:5317')).toBe('3333ff005317');
    const listening = fromHex(FRAMES6.listenerReport);
    expect(groupMac(ipv6Destination(listening, 14)).toString(16)).toBe(
      [...listening.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    );
    // 224.0.0.251 and 239.128.0.251 share one, because five bits have no room (RFC 1112 §6.4)
    expect(groupMac(0xe000_00fb as never).toString(16)).toBe('1005e0000fb');
    expect(groupMac(0xef80_00fb as never).toString(16)).toBe('1005e0000fb');
  });
});

describe('checksums over the IPv6 pseudo header', () => {
  it('are the same from texts, from a packet and by hand', () => {
    fc.assert(
      fc.property(
        address,
        address,
        fc.nat(255),
        fc.nat(0xffff_ffff),
        (source, destination, protocol, length) => {
          const header = new Uint8Array(40);
          writeIpv6(header, 0, 0, 0, 0, source, destination);
          // RFC 8200 §8.1: both addresses, 32 bits of length, 24 of zero, 8 of protocol
          const written = new Uint8Array(40);
          written.set(header.subarray(8));
          new DataView(written.buffer).setUint32(32, length);
          written[39] = protocol;
          const whole = checksumFinish(checksumAdd(0, written, 0, 40));
          expect(checksumFinish(pseudoHeader6(source, destination, protocol, length))).toBe(whole);
          expect(checksumFinish(pseudoHeader6At(header, IPV6_SOURCE, protocol, length))).toBe(whole);
          expect(pseudoHeader(source, destination, protocol, length)).toBe(
            pseudoHeader6(source, destination, protocol, length),
          );
        },
      ),
    );
    expect(pseudoHeader(1, 2, 17, 8)).toBe(pseudoHeader4(1, 2, 17, 8));
  });

  it('are those that Linux computed for UDP and TCP', () => {
    const query = fromHex(FRAMES6.dnsQuery6).subarray(54);
    expect(udpChecksumOk(query, 0, query.length, CLIENT, SERVER)).toBe(true);
    expect(udpChecksumOk(query, 0, query.length, SERVER, SERVER)).toBe(false);
    const segment = syn.subarray(40);
    expect(tcpChecksumOk(segment, 0, segment.length, CLIENT, SERVER)).toBe(true);
    const written = query.slice();
    writeUdp(written, 0, 45256, 53, query.length - 8, CLIENT, SERVER);
    expect(written).toEqual(query);
    const stale = segment.slice();
    stale[16]! ^= 0xff;
    expect(tcpChecksum(stale, 0, stale.length, CLIENT, SERVER)).toBe((segment[16]! << 8) | segment[17]!);
  });

  it('may not be absent from UDP, and are never computed to be', () => {
    const none = fromHex(FRAMES6.dnsQuery6).subarray(54).slice();
    none[6] = 0;
    none[7] = 0;
    expect(udpChecksumOk(none, 0, none.length, CLIENT, SERVER)).toBe(false);
    const bytes = new Uint8Array(10);
    let ones = 0;
    for (let port = 0; port < 65_536; port++) {
      writeUdp(bytes, 0, port, 9, 2, CLIENT, SERVER);
      const sum = udpChecksum(bytes, 0, 10, CLIENT, SERVER);
      if (sum === 0xffff) ones += 1;
      if (sum === 0) expect.fail(`zero for port ${port}`);
    }
    expect(ones).toBe(1);
  });
});

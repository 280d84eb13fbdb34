import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import type { Ip6 } from '../../src/engine/base/ip6.ts';
import { quotedDatagram } from '../../src/engine/wire/icmp.ts';
import {
  encodeEcho6,
  encodeIcmp6Error,
  fixIcmp6Checksum,
  ICMP6_QUOTE_MAX,
  icmp6,
  icmp6ChecksumOk,
  icmp6Field,
} from '../../src/engine/wire/icmp6.ts';
import {
  ICMP6_ECHO,
  ICMP6_TOO_BIG,
  ICMP6_UNREACHABLE,
  icmp6Meaning,
  isIcmp6Error,
  isNd,
  UNREACHABLE6_PORT,
} from '../../src/engine/wire/icmp6-code.ts';
import { ipv6Destination, ipv6Source } from '../../src/engine/wire/ipv6.ts';
import { upperLayer } from '../../src/engine/wire/ipv6-extension.ts';
import { quotedDatagram6 } from '../../src/engine/wire/quotation6.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find, partitionFault } from './partition.ts';

const CLIENT = '2001:db8:1:0:200:5eff:fe00:5317' as Ip6;
const SERVER = '2001:db8:2::80' as Ip6;
const packetOf = (frame: string): Uint8Array => fromHex(frame).subarray(14);
const messageOf = (frame: string): Uint8Array => {
  const packet = packetOf(frame);
  return packet.subarray(upperLayer(packet, 0, packet.length).at);
};
/** Every captured message that is whole. */
const captured = Object.entries(FRAMES6).flatMap(([name, frame]) => {
  const packet = packetOf(frame);
  if (packet[0]! >> 4 !== 6) return [];
  const { protocol, at, end, fragment } = upperLayer(packet, 0, packet.length);
  return protocol === 58 && !fragment ? [{ name, packet, at, end, message: packet.subarray(at, end) }] : [];
});

describe('ICMPv6', () => {
  it('gives back every captured message', () => {
    expect(captured.length).toBeGreaterThan(20);
    for (const { message } of captured) {
      expectCanonical(icmp6, message);
      expectAccessorsAgree(icmp6, message);
    }
  });

  it('computes the checksums that were captured', () => {
    for (const { name, packet, at, end } of captured) {
      expect(icmp6ChecksumOk(packet, 0, at, end), name).toBe(true);
      const copy = packet.slice();
      copy[at + 2] = 0;
      expect(icmp6ChecksumOk(copy, 0, at, end) && packet[at + 2] !== 0, name).toBe(false);
      fixIcmp6Checksum(copy, at, end, ipv6Source(packet, 0), ipv6Destination(packet, 0));
      expect(copy, name).toEqual(packet);
    }
  });

  it('writes the echo that was captured', () => {
    const seen = messageOf(FRAMES6.echoRequest6);
    const made = encodeEcho6(ICMP6_ECHO, 0x5a71, 1, seen.slice(8));
    fixIcmp6Checksum(made, 0, made.length, CLIENT, SERVER);
    expect(made).toEqual(seen);
    expect([icmp6Field.identifier(seen, 0), icmp6Field.sequence(seen, 0)]).toEqual([0x5a71, 1]);
  });

  it('writes the errors that were captured', () => {
    const seen = messageOf(FRAMES6.portUnreachable6);
    const quoted = seen.subarray(8);
    const made = encodeIcmp6Error(ICMP6_UNREACHABLE, UNREACHABLE6_PORT, 0, quoted, 0, quoted.length);
    fixIcmp6Checksum(made, 0, made.length, SERVER, CLIENT);
    expect(made).toEqual(seen);
    expect(quoted.subarray(40)).toEqual(packetOf(FRAMES6.udpToClosedPort6).subarray(40));
  });

  it('quotes what keeps the error within 1,280 bytes, as Linux does', () => {
    const seen = packetOf(FRAMES6.tooBig);
    expect(seen.length).toBe(1280);
    const big = concatBytes([seen.subarray(48), new Uint8Array(500)]);
    const made = encodeIcmp6Error(ICMP6_TOO_BIG, 0, 1280, big, 0, big.length);
    expect(made.length).toBe(8 + ICMP6_QUOTE_MAX);
    fixIcmp6Checksum(made, 0, made.length, ipv6Source(seen, 0), ipv6Destination(seen, 0));
    expect(made).toEqual(seen.subarray(40));
    expect(icmp6Field.mtu(made, 0)).toBe(1280);
    expect(find(icmp6.dissect(made), 'MTU').text).toBe('1280 bytes');
  });

  it('reads what an error quotes, header by header', () => {
    const tree = icmp6.dissect(messageOf(FRAMES6.everyHeaderUnreachable));
    const quoted = find(tree, 'Quoted datagram');
    expect(quoted.children.map(({ label }) => label)).toEqual([
      'Internet Protocol, version 6',
      'Hop-by-hop options',
      'Destination options',
      'Routing header',
      'Fragment header',
      'User Datagram Protocol',
      'Quoted data',
    ]);
    expect(find(quoted, 'Destination port').text).toBe('9');
    const echo = find(icmp6.dissect(messageOf(FRAMES6.timeExceeded6)), 'Quoted datagram');
    expect(find(echo, 'Type').text).toBe('echo request (128)');
    expect(find(echo, 'Hop limit').text).toBe('1 hop left');
  });

  it('takes quotations that were cut anywhere', () => {
    for (const frame of [FRAMES6.everyHeaderUnreachable, FRAMES6.portUnreachable6, FRAMES6.timeExceeded6]) {
      const message = messageOf(frame);
      for (let length = 8; length <= message.length; length++) {
        const cut = message.subarray(0, length);
        expectCanonical(icmp6, cut.slice());
        expect(partitionFault(icmp6.dissect(cut), length * 8)).toBeUndefined();
      }
    }
  });

  it('says what types and codes mean', () => {
    expect(icmp6Meaning(1, 4)).toBe('port unreachable');
    expect(icmp6Meaning(1, 99)).toBe('destination unreachable');
    expect(icmp6Meaning(128, 0)).toBe('echo request');
    expect(icmp6Meaning(200, 3)).toBe('type 200, code 3');
    expect(find(icmp6.dissect(messageOf(FRAMES6.prohibited6)), 'Code').text).toBe(
      'communication prohibited by an administrator (1)',
    );
    expect(find(icmp6.dissect(fromHex('c8030000')), 'Type').text).toBe('0xc8');
    expect([0, 4, 127, 128, 255].map(isIcmp6Error)).toEqual([true, true, true, false, false]);
    expect([132, 133, 137, 138].map(isNd)).toEqual([false, true, true, false]);
  });

  it('carries types that nobody knows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 150, max: 255 }),
        fc.nat(255),
        fc.uint8Array({ maxLength: 60 }),
        (type, code, data) => {
          const bytes = icmp6.encode({ type, code, checksum: 0x1234, body: { data } });
          expectCanonical(icmp6, bytes);
          expect(icmp6.decode(bytes)).toEqual({ type, code, checksum: 0x1234, body: { data } });
        },
      ),
    );
  });

  it('wants whole bodies', () => {
    const others = captured.filter(({ name }) => name !== 'listenerReport');
    expect(others.length).toBe(captured.length - 1);
    for (const { name, message } of others)
      for (let length = 0; length < 8; length++)
        expect(() => icmp6.decode(message, 0, length), name).toThrow(Malformed);
  });
});

describe('what a quotation says', () => {
  it('is found behind all headers, ports and all', () => {
    expect(quotedDatagram6(messageOf(FRAMES6.everyHeaderUnreachable), 0, 110)).toEqual({
      source: CLIENT,
      destination: SERVER,
      protocol: 17,
      sourcePort: 40000,
      destinationPort: 9,
      transportAt: 8 + 72,
    });
    const message = messageOf(FRAMES6.timeExceeded6);
    const slab = concatBytes([new Uint8Array(5), message]);
    expect(quotedDatagram6(slab, 5, slab.length)).toEqual({
      source: CLIENT,
      destination: SERVER,
      protocol: 58,
      sourcePort: 0,
      destinationPort: 0,
      transportAt: 53,
    });
  });

  it('has no ports when it is a later fragment', () => {
    const later = packetOf(FRAMES6.echoFragment2);
    later[40] = 17;
    const error = encodeIcmp6Error(ICMP6_TOO_BIG, 0, 1280, later, 0, later.length);
    expect(quotedDatagram6(error, 0, error.length)).toMatchObject({
      protocol: 17,
      sourcePort: 0,
      destinationPort: 0,
    });
  });

  it('is nothing when it is too short or of another family', () => {
    const message = messageOf(FRAMES6.portUnreachable6);
    for (let end = 0; end < 8 + 48; end++) expect(quotedDatagram6(message, 0, end), `${end}`).toBeUndefined();
    expect(quotedDatagram6(message, 0, 56)).toBeDefined();
    expect(quotedDatagram6(fromHex(FRAMES.portUnreachable).subarray(34), 0, 41)).toBeUndefined();
    expect(quotedDatagram(message, 0, message.length)).toBeUndefined();
    expect(quotedDatagram6(messageOf(FRAMES6.cutHeadersProblem), 0, 60)).toBeUndefined();
  });
});

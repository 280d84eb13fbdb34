import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp4, parseIp4 } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { checksum } from '../../src/engine/base/checksum.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import {
  encodeEcho,
  encodeIcmpError,
  ICMP_ECHO,
  ICMP_QUOTE_MAX,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  icmp,
  icmpField,
  icmpMeaning,
  isIcmpError,
  quotedDatagram,
  UNREACHABLE_PORT,
} from '../../src/engine/wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_UDP } from '../../src/engine/wire/ipv4.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find, partitionFault } from './partition.ts';

const message = (frame: string): Uint8Array => fromHex(frame).subarray(34);
const captured = {
  echo: message(FRAMES.echoRequest),
  reply: message(FRAMES.echoReply),
  timeExceeded: message(FRAMES.timeExceeded),
  port: message(FRAMES.portUnreachable),
  net: message(FRAMES.netUnreachable),
  tooBig: message(FRAMES.fragmentationNeeded),
};

describe('ICMP', () => {
  it('gives back every captured message, checksum computed', () => {
    for (const bytes of Object.values(captured)) {
      expectCanonical(icmp, bytes);
      expectAccessorsAgree(icmp, bytes);
    }
  });

  it('writes the echo that was captured', () => {
    const data = Uint8Array.from({ length: 16 }, (_, i) => i);
    expect(encodeEcho(ICMP_ECHO, 0x2a17, 1, data)).toEqual(captured.echo);
    expect([icmpField.identifier(captured.echo, 0), icmpField.sequence(captured.echo, 0)]).toEqual([
      0x2a17, 1,
    ]);
  });

  it('writes the error that was captured', () => {
    const cause = fromHex(FRAMES.udpToClosedPort);
    // The server saw the datagram one hop later; its quotation shows the smaller time to live and the new checksum.
    const seen = captured.port.subarray(8);
    const built = encodeIcmpError(ICMP_UNREACHABLE, UNREACHABLE_PORT, 0, seen, 0, seen.length);
    expect(built).toEqual(captured.port);
    expect(quotedDatagram(built, 0, built.length)).toEqual({
      source: parseIp4('192.168.1.23'),
      destination: parseIp4('192.0.2.80'),
      protocol: PROTOCOL_UDP,
      sourcePort: 49731,
      destinationPort: 9,
      transportAt: 28,
    });
    expect(seen.subarray(20, 28)).toEqual(cause.subarray(34, 42));
  });

  it('carries the next-hop MTU where RFC 1191 §4 puts it', () => {
    expect(icmpField.nextHopMtu(captured.tooBig, 0)).toBe(1280);
    expect(icmp.decode(captured.tooBig).body).toMatchObject({ unused: 0, nextHopMtu: 1280 });
    expect(find(icmp.dissect(captured.tooBig), 'Next-hop MTU').text).toBe('1280 bytes');
    expect(find(icmp.dissect(captured.port), 'Next-hop MTU').text).toBe('0');
  });

  it('quotes no more than keeps the error within 576 bytes, as Linux does', () => {
    const big = fromHex(FRAMES.bigEcho).subarray(14);
    const built = encodeIcmpError(ICMP_UNREACHABLE, 4, 1280, big, 0, big.length);
    expect(built).toEqual(captured.tooBig);
    expect(built.length).toBe(8 + ICMP_QUOTE_MAX);
  });

  it('carries a gateway and a pointer', () => {
    const about = fromHex(FRAMES.dnsQuery).subarray(14, 42);
    const redirect = encodeIcmpError(ICMP_REDIRECT, 1, parseIp4('203.0.113.1'), about, 0, about.length);
    expect(formatIp4(icmpField.gateway(redirect, 0))).toBe('203.0.113.1');
    expect(find(icmp.dissect(redirect), 'Gateway').text).toBe('203.0.113.1');
    const problem = encodeIcmpError(12, 0, 20 * 2 ** 24, about, 0, about.length);
    expect(icmpField.pointer(problem, 0)).toBe(20);
    expect(find(icmp.dissect(problem), 'Pointer').text).toBe('byte 20');
  });

  it('says of a source quench that there was no room, not that time ran out', () => {
    const about = fromHex(FRAMES.dnsQuery).subarray(14, 42);
    const tree = icmp.dissect(encodeIcmpError(ICMP_SOURCE_QUENCH, 0, 0, about, 0, about.length));
    expect(find(tree, 'Source quench').spec).toBe('RFC 792 “Source Quench Message”');
    expect(find(tree, 'Quoted datagram').spec).toBe('RFC 792 “Source Quench Message”');
  });

  it('keeps bodies of unknown types', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 15, max: 255 }),
        fc.nat(255),
        fc.uint8Array({ maxLength: 40 }),
        (type, code, data) => {
          const bytes = icmp.encode({ type, code, body: { data } });
          expect(checksum(bytes)).toBe(0);
          expect(icmp.decode(bytes)).toMatchObject({ type, code, body: { data } });
          expectCanonical(icmp, bytes);
        },
      ),
    );
  });

  it('encodes and decodes echoes and errors of any content', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 3, 4, 5, 8, 11, 12),
        fc.nat(255),
        fc.nat(0xffffffff),
        fc.uint8Array({ maxLength: 80 }),
        (type, code, word, rest) => {
          const bytes = encodeIcmpError(type, code, word, rest, 0, rest.length);
          expectCanonical(icmp, bytes);
          expect(isIcmpError(type)).toBe(type !== 0 && type !== 8);
        },
      ),
    );
  });

  it('refuses what is too short', () => {
    for (let length = 0; length < 8; length++) {
      const bytes = captured.echo.subarray(0, length);
      expect(() => icmp.decode(bytes), `${length} bytes`).toThrow(Malformed);
      expect(partitionFault(icmp.dissect(bytes), length * 8)).toBeUndefined();
    }
  });
});

describe('the quoted datagram', () => {
  it('is read as a header and the first bytes behind it', () => {
    const quoted = find(icmp.dissect(captured.port), 'Quoted datagram');
    expect(quoted.children.map((child) => child.label)).toEqual([
      'Internet Protocol, version 4',
      'User Datagram Protocol',
      'Quoted data',
    ]);
    expect(find(quoted, 'Destination port').text).toBe('9');
    const echo = find(icmp.dissect(captured.timeExceeded), 'Quoted ICMP header');
    expect(find(echo, 'Identifier').text).toBe('0x2a17');
  });

  it('reads a quoted TCP segment’s ports and sequence number', () => {
    const segment = fromHex(FRAMES.syn).subarray(14);
    const error = encodeIcmpError(ICMP_TIME_EXCEEDED, 0, 0, segment, 0, 28);
    expect(find(icmp.dissect(error), 'Quoted TCP header').children.map((leaf) => leaf.text)).toEqual([
      '35096',
      '80',
      '984620292',
    ]);
    expect(find(icmp.dissect(error), 'Quoted datagram').children).toHaveLength(2);
  });

  it('may be cut anywhere, or be no datagram at all', () => {
    const whole = captured.port;
    for (let length = 8; length <= whole.length; length++) {
      const tree = icmp.dissect(whole, 0, length);
      expect(partitionFault(tree, length * 8), `${length} bytes`).toBeUndefined();
      expect(tree.problem).toBeUndefined();
    }
    const nonsense = encodeIcmpError(ICMP_UNREACHABLE, 0, 0, fromHex('60ffffff'), 0, 4);
    expect(find(icmp.dissect(nonsense), 'Quoted data').problem).toBe('version 6 in an IPv4 header');
    expect(quotedDatagram(nonsense, 0, nonsense.length)).toBeUndefined();
  });

  it('has no ports when it is ICMP or a later fragment', () => {
    expect(quotedDatagram(captured.timeExceeded, 0, captured.timeExceeded.length)).toMatchObject({
      protocol: PROTOCOL_ICMP,
      sourcePort: 0,
      destinationPort: 0,
    });
    const later = captured.port.slice();
    later[8 + 7] = 4;
    expect(quotedDatagram(later, 0, later.length)).toMatchObject({ sourcePort: 0, destinationPort: 0 });
  });
});

describe('names', () => {
  it('says what happened', () => {
    expect([icmpMeaning(8, 0), icmpMeaning(0, 0), icmpMeaning(3, 3), icmpMeaning(11, 0)]).toEqual([
      'echo request',
      'echo reply',
      'port unreachable',
      'time to live exceeded on the way',
    ]);
    expect(icmpMeaning(5, 1)).toBe('redirect for the host (1)');
    expect(icmpMeaning(3, 99)).toBe('destination unreachable');
    expect(icmpMeaning(200, 7)).toBe('type 200, code 7');
    expect(find(icmp.dissect(captured.net), 'Code').text).toBe('network unreachable (0)');
    // All sixteen codes of RFC 792, RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1 have names of their own.
    const names = Array.from({ length: 16 }, (_, code) => icmpMeaning(3, code));
    expect(new Set(names).size).toBe(16);
    expect(names).not.toContain('destination unreachable');
  });
});

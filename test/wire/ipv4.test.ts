import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ip4, parseIp4 } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import {
  fixIpv4Checksum,
  IPV4_DF,
  ipv4,
  ipv4ChecksumOk,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  protocolName,
  writeIpv4,
} from '../../src/engine/wire/ipv4.ts';
import { DATAGRAMS, FRAMES } from '../vectors/linux-frames.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find, leaves, partitionFault } from './partition.ts';

const syn = fromHex(DATAGRAMS.syn);
const withOptions = fromHex(FRAMES.udpRecordRoute).subarray(14, 14 + 32);

const values = fc.record({
  version: fc.constant(4),
  dscp: fc.nat(63),
  ecn: fc.nat(3),
  totalLength: fc.nat(65_535),
  identification: fc.nat(65_535),
  flags: fc.nat(7),
  fragmentOffset: fc.nat(8191),
  ttl: fc.nat(255),
  protocol: fc.nat(255),
  source: fc.nat(0xffffffff).map((n) => n as Ip4),
  destination: fc.nat(0xffffffff).map((n) => n as Ip4),
  options: fc.nat(10).chain((words) => fc.uint8Array({ minLength: words * 4, maxLength: words * 4 })),
});

describe('the IPv4 header', () => {
  it('reads what Linux sent', () => {
    expect(ipv4.decode(syn)).toEqual({
      version: 4,
      ihl: 5,
      dscp: 0,
      ecn: 0,
      totalLength: 60,
      identification: 0x44e3,
      flags: IPV4_DF,
      fragmentOffset: 0,
      ttl: 64,
      protocol: PROTOCOL_TCP,
      checksum: 0xe13c,
      source: parseIp4('10.77.0.1'),
      destination: parseIp4('10.77.0.2'),
      options: new Uint8Array(0),
    });
  });

  it('gives back every captured header, checksum computed', () => {
    const headers = Object.values(FRAMES)
      .map((hex) => fromHex(hex))
      .filter((frame) => frame[12] === 8 && frame[13] === 0)
      .map((frame) => frame.subarray(14, 14 + ipv4HeaderLength(frame, 14)));
    expect(headers.length).toBeGreaterThan(15);
    for (const header of headers) {
      expectCanonical(ipv4, header);
      expectAccessorsAgree(ipv4, header);
      expect(ipv4ChecksumOk(header, 0)).toBe(true);
    }
  });

  it('encodes and decodes any values', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = ipv4.encode(value);
        expect(bytes.length).toBe(20 + value.options.length);
        expect(ipv4.decode(bytes)).toMatchObject({ ...value, ihl: 5 + value.options.length / 4 });
        expect(ipv4ChecksumOk(bytes, 0)).toBe(true);
        expect(partitionFault(ipv4.dissect(bytes), bytes.length * 8)).toBeUndefined();
        expectAccessorsAgree(ipv4, bytes);
      }),
    );
  });

  it('writes in place what it would encode', () => {
    const bytes = new Uint8Array(25).fill(0xee);
    writeIpv4(bytes, 2, 40, 0x44e3, IPV4_DF, 64, PROTOCOL_TCP, parseIp4('10.77.0.1'), parseIp4('10.77.0.2'));
    expect(bytes.subarray(2, 22)).toEqual(syn.subarray(0, 20));
    expect([bytes[1], bytes[22]]).toEqual([0xee, 0xee]);
    bytes[10] = 63;
    expect(ipv4ChecksumOk(bytes, 2)).toBe(false);
    fixIpv4Checksum(bytes, 2);
    expect(ipv4ChecksumOk(bytes, 2)).toBe(true);
  });

  it('refuses options that do not fill words', () => {
    const value = { ...ipv4.decode(syn), options: new Uint8Array(3) };
    expect(() => ipv4.encode(value)).toThrow(Misuse);
    expect(() => ipv4.encode({ ...value, options: new Uint8Array(44) })).toThrow(Misuse);
  });

  it.each([
    ['65', 'version 6 in an IPv4 header'],
    ['44', 'a header of 4 words, at least 5 are needed'],
    ['4f', 'truncated'],
  ])('does not take a first byte of %s', (first, message) => {
    const bytes = syn.slice(0, 20);
    bytes[0] = Number.parseInt(first, 16);
    expect(() => ipv4.decode(bytes)).toThrow(Malformed);
    expect(() => ipv4.decode(bytes)).toThrow(message);
    const tree = ipv4.dissect(bytes);
    expect(tree.problem).toContain(message);
    expect(partitionFault(tree, 160)).toBeUndefined();
  });
});

describe('faults that drop a datagram', () => {
  const faultOf = (change: (bytes: Uint8Array) => void, length = 60): string | undefined => {
    const bytes = syn.slice();
    change(bytes);
    return ipv4Fault(bytes, 0, length);
  };

  it('finds none in a good one, padding included', () => {
    expect(faultOf(() => undefined)).toBeUndefined();
    expect(ipv4Fault(new Uint8Array([...syn, 0, 0, 0]), 0, 63)).toBeUndefined();
  });

  it('names each', () => {
    expect(faultOf(() => undefined, 19)).toBe('truncated: 19 bytes of an IPv4 header');
    expect(faultOf((b) => (b[0] = 0x65))).toBe('version 6 in an IPv4 header');
    expect(faultOf((b) => (b[0] = 0x44))).toBe('a header of 16 bytes, at least 20 are needed');
    expect(faultOf((b) => (b[3] = 19))).toBe('a total length of 19 bytes, less than the header’s 20');
    expect(faultOf((b) => (b[3] = 61))).toBe('truncated: 61 bytes by its total length, 60 are here');
  });
});

describe('the tree of a header', () => {
  it('speaks to people', () => {
    const tree = ipv4.dissect(syn, 0, 20);
    expect(tree.text).toBe('10.77.0.1 → 10.77.0.2');
    expect(find(tree, 'Time to live').text).toBe('64 hops left');
    expect(find(tree, 'Protocol').text).toBe('TCP (6)');
    expect(find(tree, 'Header length').text).toBe('20 bytes (5 words)');
    expect(find(tree, 'Flags').text).toBe('DF');
    expect(find(tree, 'Congestion notification').text).toBe('not capable (Not-ECT)');
    const last = syn.slice(0, 20);
    last[8] = 1;
    expect(find(ipv4.dissect(last), 'Time to live').text).toBe('1 hop left');
    expect([protocolName(PROTOCOL_UDP), protocolName(253)]).toEqual(['UDP (17)', '0xfd']);
  });

  it('names the options that Linux sent', () => {
    const tree = ipv4.dissect(withOptions);
    expect(find(tree, 'Options').children.map((leaf) => leaf.label)).toEqual([
      'Record route',
      'End of options',
    ]);
    expect(leaves(tree).every((leaf) => leaf.spec.startsWith('RFC') && leaf.about.length > 0)).toBe(true);
  });

  it.each(['07', '0700000007ff0000', '44050000000000', '0101019404000000', '9900', '83ff0000'])(
    'stays whole over broken options %s',
    (hex) => {
      const raw = fromHex(hex);
      const options = new Uint8Array(Math.ceil(raw.length / 4) * 4).fill(1);
      options.set(raw);
      const bytes = ipv4.encode({ ...ipv4.decode(syn), options });
      const tree = ipv4.dissect(bytes);
      expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
      expect(ipv4.encode(ipv4.decode(bytes))).toEqual(bytes);
    },
  );

  it('marks an option whose length cannot be', () => {
    const bytes = ipv4.encode({ ...ipv4.decode(syn), options: fromHex('83ff0000') });
    expect(find(ipv4.dissect(bytes), 'Loose source and record route').problem).toBe(
      'an option of 255 bytes where 4 are left',
    );
  });
});

// The whole grammar is held against Python's in test/interop/ipaddress.test.ts; here is what it comes to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp4 } from '../../src/engine/base/address.ts';
import {
  cidr,
  formatCidr,
  ipFromBigInt,
  netmaskOf,
  widthOf,
  wildcardOf,
} from '../../src/engine/base/cidr.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { type Family, formatIp, isV4 } from '../../src/engine/base/ip.ts';
import { readAddress, readInterface, readNetwork, type ZonedCidr } from '../../src/engine/base/ip-text.ts';

const said = ({ cidr: read, zone }: ZonedCidr) =>
  `${formatCidr(read)}${zone === undefined ? '' : ` %${zone}`}`;

describe('an address as text', () => {
  it.each([
    ['192.0.2.80', '192.0.2.80', undefined],
    ['2001:DB8::0', '2001:db8::', undefined],
    ['fe80::1%eth0', 'fe80::1', 'eth0'],
    ['::1%25', '::1', '25'],
    ['fe80::1%a b', 'fe80::1', 'a b'],
  ])('%j is %s in zone %s', (text, address, zone) => {
    const read = readAddress(text);
    expect([formatIp(read.address), read.zone]).toEqual([address, zone]);
  });

  it.each([
    '',
    '010.0.0.1',
    '127.1',
    '1.2.3.4%eth0',
    'fe80::1%',
    'fe80::1%a%b',
    'fe80::1%a/64',
    '%eth0',
    '::1/128',
    ' ::1',
    '١٢٧.0.0.1',
  ])('%j is refused', (text) => {
    expect(() => readAddress(text)).toThrow(Malformed);
  });
});

describe('an interface and a network as text', () => {
  it.each([
    ['192.168.1.23/24', '192.168.1.23/24', '192.168.1.0/24'],
    ['192.168.1.23/255.255.255.0', '192.168.1.23/24', '192.168.1.0/24'],
    ['192.168.1.23/0.0.0.255', '192.168.1.23/24', '192.168.1.0/24'],
    ['192.168.1.23/0.0.0.0', '192.168.1.23/0', '0.0.0.0/0'],
    ['192.168.1.23/255.255.255.255', '192.168.1.23/32', '192.168.1.23/32'],
    ['192.168.1.23', '192.168.1.23/32', '192.168.1.23/32'],
    ['192.168.1.23/024', '192.168.1.23/24', '192.168.1.0/24'],
    ['2001:db8::80', '2001:db8::80/128', '2001:db8::80/128'],
    ['fe80::1%eth0/64', 'fe80::1/64 %eth0', 'fe80::/64'],
    ['fe80::%eth0/64', 'fe80::/64 %eth0', 'fe80::/64 %eth0'],
  ])('%j is %s in %s', (text, around, network) => {
    expect(said(readInterface(text))).toBe(around);
    expect(said(readNetwork(text, false))).toBe(network);
  });

  it.each([
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/24/24',
    '192.0.2.0/255.0.255.0',
    '192.0.2.0/0xff',
    '192.0.2.0/+8',
    '192.0.2.0/٣',
    '2001:db8::/ffff::',
    '2001:db8::/255.255.255.0',
    '2001:db8::/129',
    'fe80::1/64%eth0',
    '/24',
  ])('%j is refused', (text) => {
    expect(() => readInterface(text)).toThrow(Malformed);
    expect(() => readNetwork(text, false)).toThrow(Malformed);
  });

  it('a strict network has no host bits', () => {
    expect(said(readNetwork('192.168.1.0/24'))).toBe('192.168.1.0/24');
    expect(() => readNetwork('192.168.1.23/24')).toThrow(Malformed);
    expect(() => readNetwork('fe80::1%eth0/64')).toThrow(Malformed);
  });

  it('reads every prefix back, by length, netmask and wildcard', () => {
    const prefix = fc
      .constantFrom<Family[]>(4, 6)
      .chain((family) =>
        fc
          .tuple(fc.bigInt({ min: 0n, max: (1n << BigInt(widthOf(family))) - 1n }), fc.nat(widthOf(family)))
          .map(([value, length]) => cidr(ipFromBigInt(family, value), length)),
      );
    fc.assert(
      fc.property(prefix, (each) => {
        expect(readInterface(formatCidr(each)).cidr).toEqual(each);
        if (!isV4(each.address)) return;
        const host = formatIp4(each.address);
        expect(readInterface(`${host}/${formatIp(netmaskOf(each))}`).cidr).toEqual(each);
        // All ones and all zeros are netmasks before they are wildcards
        if (each.prefixLength > 0 && each.prefixLength < 32)
          expect(readInterface(`${host}/${formatIp(wildcardOf(each))}`).cidr).toEqual(each);
      }),
    );
  });
});

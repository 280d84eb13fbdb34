import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatCidr4,
  formatIp4,
  formatMac,
  inCidr4,
  isIp4,
  mask4,
  parseCidr4,
  parseIp4,
  parseMac,
} from '../../src/engine/base/address.ts';
import { Malformed } from '../../src/engine/base/errors.ts';

describe('IPv4 addresses', () => {
  it('reads and writes dotted decimal', () => {
    expect(parseIp4('192.0.2.80')).toBe(0xc0000250);
    expect(parseIp4('255.255.255.255')).toBe(0xffffffff);
    expect(parseIp4('0.0.0.0')).toBe(0);
    expect(formatIp4(0xc0000250)).toBe('192.0.2.80');
  });

  it('reads back every address that it writes', () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (n) => parseIp4(formatIp4(n)) === n));
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.-4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1..2.3',
    '0x7f.0.0.1',
    '1.2.3.4\n',
    '127.1',
  ])('refuses %j, which at most lenient parsers take (RFC 6943 §3.1.1, RFC 3986 §3.2.2)', (text) => {
    expect(isIp4(text)).toBe(false);
    expect(() => parseIp4(text)).toThrow(Malformed);
  });
});

describe('prefixes', () => {
  it('masks by length, the ends included', () => {
    expect([0, 1, 8, 24, 31, 32].map(mask4)).toEqual([
      0, 0x80000000, 0xff000000, 0xffffff00, 0xfffffffe, 0xffffffff,
    ]);
  });

  it('tells what lies inside', () => {
    const home = parseCidr4('192.168.1.23/24');
    expect(inCidr4(parseIp4('192.168.1.255'), home)).toBe(true);
    expect(inCidr4(parseIp4('192.168.2.1'), home)).toBe(false);
    expect(inCidr4(parseIp4('203.0.113.9'), parseCidr4('0.0.0.0/0'))).toBe(true);
    expect(inCidr4(parseIp4('203.0.113.9'), parseCidr4('203.0.113.8/32'))).toBe(false);
    expect(formatCidr4(home)).toBe('192.168.1.23/24');
  });

  it.each([
    '192.0.2.0',
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/08',
    '/24',
    '192.0.2.0/24/1',
  ])('refuses %j', (text) => {
    expect(() => parseCidr4(text)).toThrow(Malformed);
  });
});

describe('MAC addresses', () => {
  it('reads and writes six bytes', () => {
    expect(parseMac('00:00:5e:00:53:01')).toBe(0x5e005301);
    expect(formatMac(0xffffffffffff)).toBe('ff:ff:ff:ff:ff:ff');
    fc.assert(fc.property(fc.maxSafeNat(), (n) => parseMac(formatMac(n % 2 ** 48)) === n % 2 ** 48));
  });

  it.each(['00:00:5e:00:53', '00-00-5e-00-53-01', '0:0:5e:0:53:1', '00:00:5e:00:53:0g'])(
    'refuses %j',
    (text) => {
      expect(() => parseMac(text)).toThrow(Malformed);
    },
  );
});

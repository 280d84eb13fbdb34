import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { formatIp6, formatIp6Hex, isIp6, parseIp6 } from '../../src/engine/base/ip6.ts';

describe('IPv6 text', () => {
  // Inputs and outputs follow the rules and examples of RFC 5952 §4 and §5, RFC 4291 §2.2
  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:0:1::', '2001:db8:0:0:1::'],
    ['::ffff:192.0.2.80', '::ffff:192.0.2.80'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('writes %s as %s', (given, canonical) => {
    expect(formatIp6(parseIp6(given))).toBe(canonical);
  });

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::12345',
    '::g',
    ':1::2',
    '1:::2',
    '::1.2.3',
    '::01.2.3.4',
    '1.2.3.4::',
    '::1%eth0',
    ' ::1',
    '::1/64',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('refuses %j', (text) => {
    expect(isIp6(text)).toBe(false);
    expect(() => parseIp6(text)).toThrow(Malformed);
  });

  it('reads back what it writes, for all addresses', () => {
    const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 255]));
        const text = formatIp6(bytes);
        expect(toHex(parseIp6(text))).toBe(toHex(bytes));
        // The platform's URL parser serialises by the same rules, but for the dotted end of mapped addresses
        expect(new URL(`http://[${text}]/`).hostname).toBe(`[${formatIp6Hex(bytes)}]`);
        expect(text).toBe(text.startsWith('::ffff:') && text.includes('.') ? text : formatIp6Hex(bytes));
      }),
    );
  });
});

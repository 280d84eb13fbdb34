import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../../src/engine/base/errors.ts';
import {
  canonicalName,
  isSubdomain,
  labelCount,
  nameKey,
  parentName,
  parseName,
  printName,
  sameName,
  selfAndAncestors,
  wireLength,
} from '../../../src/engine/wire/dns/name.ts';
import { dnsName } from './arbitrary.ts';

describe('domain names as text', () => {
  it('prints escapes in one canonical form', () => {
    expect(canonicalName('a\\.b.example.')).toBe('a\\.b.example.');
    expect(canonicalName('\\097\\046\\000.example.')).toBe('a\\.\\000.example.');
    expect(canonicalName('\\w\\(.example.')).toBe('w\\(.example.');
    expect(canonicalName('ChaiCart.example.')).toBe('ChaiCart.example.');
    expect(parseName('a\\.b.c.').map((label) => label.length)).toEqual([3, 1]);
  });

  it.each([
    ['', /absolute/],
    ['example', /absolute/],
    ['..', /empty label/],
    ['a..example.', /empty label/],
    ['.example.', /empty label/],
    [`${'x'.repeat(64)}.`, /64 octets/],
    [`${`${'x'.repeat(63)}.`.repeat(4)}`, /255/],
    ['a\\', /escape/],
    ['a\\1.', /escape/],
    ['a\\256.', /no byte/],
    ['café.example.', /absolute|byte/],
    ['чай.example.', /A-label/],
  ])('refuses %j', (name, message) => {
    if (name === 'café.example.')
      return expect(parseName(name)[0]).toEqual(Uint8Array.from([0x63, 0x61, 0x66, 0xe9]));
    expect(() => parseName(name)).toThrow(Malformed);
    expect(() => parseName(name)).toThrow(message);
  });

  it('accepts exactly 255 octets', () => {
    const longest = `${'x'.repeat(63)}.`.repeat(3) + `${'y'.repeat(61)}.`;
    expect(wireLength(longest)).toBe(255);
  });

  it('compares without regard to ASCII case, and to no other', () => {
    expect(sameName('ChaiCart.EXAMPLE.', 'chaicart.example.')).toBe(true);
    expect(sameName('\\065.example.', 'a.example.')).toBe(true);
    expect(nameKey('\\201.Example.')).toBe('\\201.example.');
    expect(sameName('\\201.example.', '\\233.example.')).toBe(false);
  });

  it('knows parents and what lies below', () => {
    expect(parentName('a\\.b.example.')).toBe('example.');
    expect(parentName('example.')).toBe('.');
    expect(parentName('.')).toBeUndefined();
    expect(labelCount('.')).toBe(0);
    expect(labelCount('a\\.b.c.')).toBe(2);
    expect(selfAndAncestors('a.b.')).toEqual(['a.b.', 'b.', '.']);
    expect(isSubdomain('www.chaicart.EXAMPLE.', 'ChaiCart.example.')).toBe(true);
    expect(isSubdomain('notchaicart.example.', 'chaicart.example.')).toBe(false);
    expect(isSubdomain('a\\.example.', 'example.')).toBe(false);
    expect(isSubdomain('a\\\\.example.', 'example.')).toBe(true);
    expect(isSubdomain('example.', 'www.example.')).toBe(false);
  });

  it('reads back what it prints, and keys agree with labels', () => {
    fc.assert(
      fc.property(dnsName, dnsName, (name, other) => {
        expect(printName(parseName(name))).toBe(name);
        expect(labelCount(name)).toBe(parseName(name).length);
        const lower = (text: string): string =>
          JSON.stringify(
            parseName(text).map((label) =>
              [...label].map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)),
            ),
          );
        expect(sameName(name, other)).toBe(lower(name) === lower(other));
        expect(isSubdomain(name, other)).toBe(selfAndAncestors(name).some((above) => sameName(above, other)));
      }),
      { numRuns: 500 },
    );
  });
});

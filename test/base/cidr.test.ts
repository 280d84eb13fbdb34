import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ip4 } from '../../src/engine/base/address.ts';
import { parseIp4 } from '../../src/engine/base/address.ts';
import {
  broadcastOf,
  type Cidr,
  cidr,
  collapse,
  commonPrefixLength,
  compareCidr,
  containsCidr,
  equalCidr,
  firstOf,
  formatCidr,
  hostsOf,
  inCidr,
  inCidr6At,
  ipFromBigInt,
  ipToBigInt,
  isNetwork,
  lastOf,
  MOST_SUBNETS,
  netmaskOf,
  networkOf,
  overlaps,
  parseCidr,
  parseCidr6,
  prefixLengthOfMask,
  rangeToCidrs,
  sizeOf,
  subnetAt,
  subnetCount,
  subnets,
  subtract,
  subtractAll,
  supernet,
  widthOf,
  wildcardOf,
} from '../../src/engine/base/cidr.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import { type Family, familyOf, formatIp, type Ip, ip6Bytes, parseIp } from '../../src/engine/base/ip.ts';
import type { Ip6 } from '../../src/engine/base/ip6.ts';

const RUNS = { numRuns: 500 };

// Addresses with long runs of zeros and ones, where masks and carries go wrong; a prefix of any length.
const bits = (width: number): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }),
    fc
      .tuple(fc.nat(width), fc.nat(width))
      .map(
        ([a, b]) => (((1n << BigInt(a)) - 1n) << BigInt(Math.max(0, b - a))) & ((1n << BigInt(width)) - 1n),
      ),
  );
const family: fc.Arbitrary<Family> = fc.constantFrom<Family[]>(4, 6);
const addressOf = (f: Family): fc.Arbitrary<Ip> => bits(widthOf(f)).map((value) => ipFromBigInt(f, value));
const prefixOf = (f: Family): fc.Arbitrary<Cidr> =>
  fc.tuple(addressOf(f), fc.nat(widthOf(f))).map(([address, length]) => cidr(address, length));
const prefix = family.chain(prefixOf);
const pair = family.chain((f) => fc.tuple(prefixOf(f), prefixOf(f)));
/** Prefixes close together, so that they touch, nest and join. */
const crowd = family.chain((f) =>
  fc.array(
    fc
      .tuple(fc.nat(31), fc.integer({ min: widthOf(f) - 5, max: widthOf(f) }))
      .map(([low, length]) => cidr(ipFromBigInt(f, (0x0a000000n & ~31n) + BigInt(low)), length)),
    { maxLength: 12 },
  ),
);
const addressesOf = (set: readonly Cidr[]): Set<string> =>
  new Set(
    set.flatMap((each) =>
      subnets(each, widthOf(familyOf(each.address))).map((single) => formatIp(single.address)),
    ),
  );

describe('a prefix as text', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(prefix, (each) => {
        expect(parseCidr(formatCidr(each))).toEqual(each);
      }),
      RUNS,
    );
    expect(formatCidr(parseCidr('2001:DB8:0::1/64'))).toBe('2001:db8::1/64');
    expect(parseCidr('10.0.0.0/8')).toEqual({ address: parseIp4('10.0.0.0'), prefixLength: 8 });
  });

  it.each([
    '2001:db8::',
    '2001:db8::/',
    '2001:db8::/129',
    '2001:db8::/064',
    '2001:db8::/-1',
    '2001:db8::/+1',
    '2001:db8::/64/64',
    '/64',
    '2001:db8::%eth0/64',
    '10.0.0.0/33',
  ])('refuses %j', (text) => {
    expect(() => parseCidr(text)).toThrow(Malformed);
    expect(() => parseCidr6(text)).toThrow(Malformed);
  });

  it('refuses a length that the family does not have', () => {
    expect(() => cidr(parseIp('10.0.0.0'), 33)).toThrow(Misuse);
    expect(() => cidr(parseIp('::'), -1)).toThrow(Misuse);
    expect(() => cidr(parseIp('::'), 1.5)).toThrow(Misuse);
  });
});

describe('one prefix', () => {
  it('an address and its number are the same thing', () => {
    fc.assert(
      fc.property(family.chain(addressOf), (address) => {
        expect(ipFromBigInt(familyOf(address), ipToBigInt(address))).toBe(address);
      }),
      RUNS,
    );
    expect(ipToBigInt(parseIp('::1:0:0:0'))).toBe(1n << 48n);
    expect(() => ipFromBigInt(4, 1n << 32n)).toThrow(Misuse);
    expect(() => ipFromBigInt(6, -1n)).toThrow(Misuse);
  });

  it('first, last, size, mask and wildcard say the same', () => {
    fc.assert(
      fc.property(prefix, (each) => {
        const first = ipToBigInt(firstOf(each));
        const last = ipToBigInt(lastOf(each));
        const all = (1n << BigInt(widthOf(familyOf(each.address)))) - 1n;
        expect(last - first + 1n).toBe(sizeOf(each));
        expect(first & (sizeOf(each) - 1n)).toBe(0n);
        expect(ipToBigInt(netmaskOf(each)) ^ ipToBigInt(wildcardOf(each))).toBe(all);
        expect(ipToBigInt(each.address) & ipToBigInt(netmaskOf(each))).toBe(first);
        expect(first | ipToBigInt(wildcardOf(each))).toBe(last);
        expect(isNetwork(networkOf(each))).toBe(true);
        expect(isNetwork(each)).toBe(ipToBigInt(each.address) === first);
      }),
      RUNS,
    );
  });

  it('gives its machines what the network and the broadcast leave', () => {
    const hosts = (text: string) => {
      const { first, last, count } = hostsOf(parseCidr(text));
      return `${formatIp(first)} ${formatIp(last)} ${count}`;
    };
    expect(hosts('192.168.1.23/24')).toBe('192.168.1.1 192.168.1.254 254');
    expect(hosts('192.0.2.0/30')).toBe('192.0.2.1 192.0.2.2 2');
    expect(hosts('192.0.2.0/31')).toBe('192.0.2.0 192.0.2.1 2');
    expect(hosts('192.0.2.9/32')).toBe('192.0.2.9 192.0.2.9 1');
    expect(hosts('2001:db8::/126')).toBe('2001:db8:: 2001:db8::3 4');
    expect(hosts('0.0.0.0/0')).toBe(`0.0.0.1 255.255.255.254 ${2 ** 32 - 2}`);
    expect(formatIp(broadcastOf(parseCidr('192.168.1.23/24'))!)).toBe('192.168.1.255');
    for (const none of ['192.0.2.0/31', '192.0.2.0/32', '2001:db8::/64'])
      expect(broadcastOf(parseCidr(none)), none).toBeUndefined();
  });

  it('a netmask stands for a length when its ones are at the left', () => {
    for (let length = 0; length <= 32; length++)
      expect(prefixLengthOfMask(netmaskOf(cidr(0 as Ip4, length)) as Ip4)).toBe(length);
    for (const hole of ['255.0.255.0', '0.0.0.1', '127.255.255.255', '255.255.255.253'])
      expect(prefixLengthOfMask(parseIp4(hole)), hole).toBeUndefined();
  });
});

describe('what lies inside', () => {
  it('is what lies between first and last, and never of the other family', () => {
    fc.assert(
      fc.property(
        family.chain((f) => fc.tuple(prefixOf(f), addressOf(f))),
        prefix,
        ([around, address], other) => {
          const value = ipToBigInt(address);
          const within = value >= ipToBigInt(firstOf(around)) && value <= ipToBigInt(lastOf(around));
          expect(inCidr(address, around)).toBe(within);
          expect(inCidr(firstOf(around), around)).toBe(true);
          expect(inCidr(lastOf(around), around)).toBe(true);
          if (familyOf(other.address) !== familyOf(address)) expect(inCidr(address, other)).toBe(false);
        },
      ),
      RUNS,
    );
    expect(inCidr(parseIp('10.0.0.1'), parseCidr('::/0'))).toBe(false);
    expect(inCidr(parseIp('::ffff:10.0.0.1'), parseCidr('10.0.0.0/8'))).toBe(false);
  });

  it('is the same on bytes, wherever they lie', () => {
    fc.assert(
      fc.property(prefixOf(6), addressOf(6), fc.nat(20), (around, address, at) => {
        const frame = new Uint8Array(at + 16 + 3).fill(0xaa);
        frame.set(ip6Bytes(address as Ip6), at);
        const inside = inCidr6At(frame, at, ip6Bytes(around.address as Ip6), around.prefixLength);
        expect(inside).toBe(inCidr(address, around));
      }),
      RUNS,
    );
  });

  it('two addresses share the bits of the longest prefix around both', () => {
    fc.assert(
      fc.property(
        family.chain((f) => fc.tuple(addressOf(f), addressOf(f))),
        ([a, b]) => {
          const shared = commonPrefixLength(a, b)!;
          expect(inCidr(a, cidr(b, shared))).toBe(true);
          if (shared < widthOf(familyOf(a))) expect(inCidr(a, cidr(b, shared + 1))).toBe(false);
          else expect(a).toBe(b);
        },
      ),
      RUNS,
    );
    expect(commonPrefixLength(parseIp('10.0.0.1'), parseIp('::'))).toBeUndefined();
  });
});

describe('two prefixes', () => {
  it('contain, overlap or are strangers, as their addresses do', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [af, al, bf, bl] = [firstOf(a), lastOf(a), firstOf(b), lastOf(b)].map(ipToBigInt) as [
          bigint,
          bigint,
          bigint,
          bigint,
        ];
        expect(containsCidr(a, b)).toBe(af <= bf && bl <= al);
        expect(overlaps(a, b)).toBe(af <= bl && bf <= al);
        expect(equalCidr(a, b)).toBe(containsCidr(a, b) && containsCidr(b, a));
      }),
      RUNS,
    );
    expect(overlaps(parseCidr('0.0.0.0/0'), parseCidr('::/0'))).toBe(false);
  });

  it('are in one order, which is that of numbers', () => {
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 8 }), (set) => {
        const sorted = set.map(networkOf).sort(compareCidr);
        for (let i = 1; i < sorted.length; i++) {
          const [a, b] = [sorted[i - 1]!, sorted[i]!];
          if (familyOf(a.address) === familyOf(b.address))
            expect(ipToBigInt(a.address) <= ipToBigInt(b.address)).toBe(true);
          else expect(familyOf(a.address)).toBe(4);
        }
      }),
      RUNS,
    );
  });
});

describe('splitting and joining', () => {
  it('subnets lie side by side and fill the whole', () => {
    fc.assert(
      fc.property(prefix, fc.nat(6), (each, more) => {
        const length = Math.min(each.prefixLength + more, widthOf(familyOf(each.address)));
        const parts = subnets(each, length);
        expect(BigInt(parts.length)).toBe(subnetCount(each, length));
        let next = ipToBigInt(firstOf(each));
        for (const part of parts) {
          expect(ipToBigInt(part.address)).toBe(next);
          next += sizeOf(part);
          expect(equalCidr(supernet(part, each.prefixLength), each)).toBe(true);
        }
        expect(next - 1n).toBe(ipToBigInt(lastOf(each)));
        expect(collapse(parts)).toEqual([networkOf(each)]);
      }),
      RUNS,
    );
    expect(formatCidr(subnetAt(parseCidr('2001:db8::/32'), 64, 0xffff_ffffn))).toBe(
      '2001:db8:ffff:ffff::/64',
    );
  });

  it('refuses what cannot be, and more than fits', () => {
    const home = parseCidr('192.168.1.0/24');
    expect(() => subnets(home, 23)).toThrow(Misuse);
    expect(() => subnets(home, 33)).toThrow(Misuse);
    expect(() => subnetAt(home, 26, 4n)).toThrow(Misuse);
    expect(() => subnetAt(home, 26, -1n)).toThrow(Misuse);
    expect(() => supernet(home, 25)).toThrow(Misuse);
    expect(() => supernet(parseCidr('::/0'))).toThrow(Misuse);
    expect(subnets(parseCidr('10.0.0.0/8'), 24).length).toBe(MOST_SUBNETS);
    expect(() => subnets(parseCidr('10.0.0.0/8'), 25)).toThrow(Misuse);
  });

  it('collapse keeps the addresses, in the fewest prefixes', () => {
    fc.assert(
      fc.property(crowd, (set) => {
        const few = collapse(set);
        expect(addressesOf(few)).toEqual(addressesOf(set));
        expect(collapse(few)).toEqual(few);
        // Fewest: the runs of neighbours, each in as few blocks as alignment allows
        const all = [...addressesOf(set)]
          .map((text) => ipToBigInt(parseIp(text)))
          .sort((a, b) => (a < b ? -1 : 1));
        let blocks = 0;
        for (let i = 0; i < all.length; ) {
          let end = i;
          while (end + 1 < all.length && all[end + 1] === all[end]! + 1n) end++;
          const f = familyOf(set[0]!.address);
          blocks += rangeToCidrs(ipFromBigInt(f, all[i]!), ipFromBigInt(f, all[end]!)).length;
          i = end + 1;
        }
        expect(few.length).toBe(blocks);
      }),
      RUNS,
    );
    expect(
      collapse(['10.0.0.0/25', '2001:db8::/33', '10.0.0.128/25', '2001:db8:8000::/33'].map(parseCidr)).map(
        formatCidr,
      ),
    ).toEqual(['10.0.0.0/24', '2001:db8::/32']);
    // Neighbours that are no halves of one prefix stay two
    expect(collapse(['10.0.1.0/24', '10.0.2.0/24'].map(parseCidr)).map(formatCidr)).toEqual([
      '10.0.1.0/24',
      '10.0.2.0/24',
    ]);
    expect(collapse(['0.0.0.0/1', '128.0.0.0/1'].map(parseCidr)).map(formatCidr)).toEqual(['0.0.0.0/0']);
  });

  it('a range is its prefixes, side by side', () => {
    fc.assert(
      fc.property(
        family.chain((f) => fc.tuple(addressOf(f), addressOf(f))),
        ([a, b]) => {
          const [first, last] = ipToBigInt(a) <= ipToBigInt(b) ? [a, b] : [b, a];
          const parts = rangeToCidrs(first, last);
          expect(parts.length).toBeLessThanOrEqual(2 * widthOf(familyOf(a)));
          expect(firstOf(parts[0]!)).toBe(first);
          expect(lastOf(parts.at(-1)!)).toBe(last);
          for (let i = 1; i < parts.length; i++)
            expect(ipToBigInt(parts[i]!.address)).toBe(ipToBigInt(lastOf(parts[i - 1]!)) + 1n);
          expect(collapse(parts)).toEqual(parts);
        },
      ),
      RUNS,
    );
    expect(() => rangeToCidrs(parseIp('10.0.0.2'), parseIp('10.0.0.1'))).toThrow(Misuse);
    expect(() => rangeToCidrs(parseIp('10.0.0.2'), parseIp('::1'))).toThrow(Misuse);
  });

  it('subtracting and joining again gives the whole', () => {
    fc.assert(
      fc.property(pair, ([from, hole]) => {
        const left = subtract(from, hole);
        const size = left.reduce((sum, part) => sum + sizeOf(part), 0n);
        for (const part of left) expect(overlaps(part, hole)).toBe(false);
        if (containsCidr(from, hole)) {
          expect(size).toBe(sizeOf(from) - sizeOf(hole));
          expect(collapse([...left, hole])).toEqual([networkOf(from)]);
        } else expect(left).toEqual(containsCidr(hole, from) ? [] : [networkOf(from)]);
      }),
      RUNS,
    );
  });

  it('subtracting sets is subtracting their addresses', () => {
    fc.assert(
      fc.property(
        family.chain((f) => fc.tuple(crowd, crowd, fc.constant(f))),
        ([set, holes]) => {
          const gone = addressesOf(holes);
          const left = new Set([...addressesOf(set)].filter((text) => !gone.has(text)));
          expect(addressesOf(subtractAll(set, holes))).toEqual(left);
        },
      ),
      RUNS,
    );
    expect(subtractAll([parseCidr('10.0.0.0/30')], [parseCidr('10.0.0.1/32')]).map(formatCidr)).toEqual([
      '10.0.0.0/32',
      '10.0.0.2/31',
    ]);
  });
});

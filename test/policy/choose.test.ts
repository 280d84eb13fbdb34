import { describe, expect, it } from 'vitest';
import { type Cidr, containsCidr, formatCidr, networkOf, parseCidr } from '../../src/engine/base/cidr.ts';
import { Misuse } from '../../src/engine/base/errors.ts';
import { Random } from '../../src/engine/base/random.ts';
import { rotated, weightedIndex } from '../../src/engine/policy/choose.ts';
import { longestPrefix } from '../../src/engine/policy/prefix.ts';

describe('one of several', () => {
  it('gives everybody the first place once in a round', () => {
    expect([0, 1, 2, 3].map((turn) => rotated(['a', 'b', 'c'], turn).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
    expect(rotated([], 7)).toEqual([]);
  });

  it('draws by weight', () => {
    const random = new Random(4);
    const counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[weightedIndex([70, 0, 30], random.float())]!++;
    expect(counts[1]).toBe(0);
    expect(counts[0]! / 20_000).toBeCloseTo(0.7, 1);
    expect([0, 0.69, 0.71, 0.999_999].map((draw) => weightedIndex([7, 0, 3], draw))).toEqual([0, 0, 2, 2]);
    expect(() => weightedIndex([0, 0], 0.5)).toThrow(Misuse);
    expect(() => weightedIndex([2, -1], 0.5)).toThrow(Misuse);
  });
});

describe('the longest prefix', () => {
  it('takes an area apart as RFC 7871 §7.2.1 does: 1.2.0/20 with an exception at 1.2.3/24', () => {
    const networks = ['1.2.0.0/20', '1.2.3.0/24'].map(parseCidr);
    const areas = [
      '1.2.0.1',
      '1.2.1.255',
      '1.2.2.9',
      '1.2.4.0',
      '1.2.7.7',
      '1.2.8.0',
      '1.2.15.255',
      '1.2.3.4',
    ];
    expect(
      areas.map((address) => {
        const where = parseCidr(`${address}/32`);
        const { index, bits } = longestPrefix(networks, where);
        return `${index} ${formatCidr(networkOf({ ...where, prefixLength: bits } as Cidr))}`;
      }),
    ).toEqual([
      '0 1.2.0.0/23',
      '0 1.2.0.0/23',
      '0 1.2.2.0/24',
      '0 1.2.4.0/22',
      '0 1.2.4.0/22',
      '0 1.2.8.0/21',
      '0 1.2.8.0/21',
      '1 1.2.3.0/24',
    ]);
  });

  it('says how much more it would have to know', () => {
    const networks = ['1.2.0.0/16', '1.2.3.0/24'].map(parseCidr);
    expect(longestPrefix(networks, parseCidr('1.2.0.0/20'))).toEqual({ index: 0, bits: 24 });
    expect(longestPrefix(networks, parseCidr('1.2.128.0/20'))).toEqual({ index: 0, bits: 17 });
    expect(longestPrefix(networks, parseCidr('1.0.0.0/8'))).toEqual({ index: undefined, bits: 24 });
    expect(longestPrefix(networks, parseCidr('2001:db8::/32'))).toEqual({ index: undefined, bits: 0 });
    expect(longestPrefix([], parseCidr('10.0.0.1/32'))).toEqual({ index: undefined, bits: 0 });
  });

  it('is the same for all addresses that share the bits it names', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      // Small numbers, so that networks lie in each other
      const address = (): string => `10.0.${random.below(4)}.${random.below(256)}`;
      const networks = Array.from({ length: random.below(6) }, () =>
        networkOf(parseCidr(`${address()}/${20 + random.below(13)}`)),
      );
      const where = parseCidr(`${address()}/32`);
      const { index, bits } = longestPrefix(networks, where);
      const longest = networks
        .filter((network) => containsCidr(network, where))
        .reduce((most, network) => Math.max(most, network.prefixLength), -1);
      expect(index === undefined ? -1 : networks[index]!.prefixLength, `seed ${seed}`).toBe(longest);
      const area = networkOf({ ...where, prefixLength: bits } as Cidr);
      for (let i = 0; i < 20; i++) {
        const other = parseCidr(`${address()}/32`);
        if (containsCidr(area, other))
          expect(longestPrefix(networks, other).index, `seed ${seed}, ${formatCidr(other)}`).toBe(index);
      }
    }
  });
});

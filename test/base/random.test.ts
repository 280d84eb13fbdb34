import { describe, expect, it } from 'vitest';
import { hashName, namedRandom, Random } from '../../src/engine/base/random.ts';

/** The generator of the reference measurements, in the words of their report: 64-bit shifts, modulo 2^64. */
function* reference(seed: number): Generator<bigint> {
  let s = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n);
  for (;;) {
    s ^= BigInt.asUintN(64, s << 13n);
    s ^= s >> 7n;
    s ^= BigInt.asUintN(64, s << 17n);
    yield s;
  }
}

describe('xorshift64', () => {
  it.each([0, 1, 2, 3, 1000, 2 ** 53 - 1])('follows the 64-bit definition from seed %i', (seed) => {
    const ours = new Random(seed);
    const theirs = reference(seed);
    for (let i = 0; i < 2000; i++) {
      const state = theirs.next().value!;
      expect(ours.float()).toBe(Number(state >> 11n) / 2 ** 53);
    }
    const upper = new Random(seed);
    const again = reference(seed);
    for (let i = 0; i < 2000; i++) expect(upper.u32()).toBe(Number(again.next().value! >> 32n));
  });

  it('loses the packets that the reference lost: (s >> 11) / 2^53 < p', () => {
    const random = new Random(1);
    const theirs = reference(1);
    for (let i = 0; i < 7000; i++)
      expect(random.chance(0.01)).toBe(Number(theirs.next().value! >> 11n) / 2 ** 53 < 0.01);
  });

  it('stays in range and spreads', () => {
    const random = new Random(7);
    const counts = new Array<number>(10).fill(0);
    let sum = 0;
    for (let i = 0; i < 50_000; i++) {
      const n = random.below(10);
      counts[n]! += 1;
      sum += random.exponential(3);
    }
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(400);
    expect(Math.abs(sum / 50_000 - 3)).toBeLessThan(0.1);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });
});

describe('named streams', () => {
  it('hashes as FNV-1a does', () => {
    // Vectors of the FNV authors for 32-bit FNV-1a.
    expect(hashName('')).toBe(0x811c9dc5);
    expect(hashName('a')).toBe(0xe40c292c);
    expect(hashName('foobar')).toBe(0xbf9cf968);
  });

  it('differ by name and by seed, and repeat', () => {
    const first = (seed: number, name: string): number => namedRandom(seed, name).float();
    expect(first(1, 'link:home/loss')).toBe(first(1, 'link:home/loss'));
    const all = [1, 2, 3].flatMap((seed) =>
      ['link:home/loss', 'link:isp/loss', 'isn'].map((name) => first(seed, name)),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

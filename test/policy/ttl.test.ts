// The TTL's price in closed form: against chance from the engine's own streams, and against the engine's own cache.
import { describe, expect, it } from 'vitest';
import { type Ip4, parseIp4 } from '#engine/base/address.ts';
import { exp } from '#engine/base/math.ts';
import { namedRandom } from '#engine/base/random.ts';
import { SECOND } from '#engine/base/units.ts';
import {
  authorityLoad,
  hitRatio,
  type ResolverGroup,
  resolverGroups,
  staleShare,
  timeUntilSeen,
} from '#engine/policy/ttl.ts';
import { DnsCache } from '#engine/proto/dns/cache.ts';
import { TYPE } from '#engine/wire/dns/code.ts';

const one = (rate: number): readonly ResolverGroup[] => [{ count: 1, rate }];
/** Each change of the record gives the next address. */
const FIRST = parseIp4('10.0.0.0');
/** Runs on until this many cycles are over: the spread of what is measured is below its hundredth. */
const CYCLES = process.env.CI ? 40_000 : 12_000;

describe('the closed form', () => {
  it('gives the values that are known without it', () => {
    expect(authorityLoad(one(1), 0)).toBe(1);
    expect(authorityLoad(one(1), 9)).toBeCloseTo(0.1, 12);
    expect(hitRatio(one(1), 9)).toBeCloseTo(0.9, 12);
    expect(hitRatio(one(5), 0)).toBe(0);
    // nobody asks: nobody is sent to the old address
    expect(staleShare(one(1e-9), 300, 0)).toBeLessThan(1e-6);
    expect(timeUntilSeen(one(1e-9), 300, 0.5)).toBe(0);
    // everybody asks all the time: half of the copies are gone when half of the TTL is
    expect(timeUntilSeen(one(1e9), 300, 0.5)).toBeCloseTo(150, 3);
    expect(timeUntilSeen(one(3), 300, 1)).toBe(300);
    expect(staleShare(one(3), 300, 300)).toBe(0);
  });

  it('loses no visit: what no cache answers is the load', () => {
    for (const split of ['even', 'zipf'] as const)
      for (const resolvers of [1, 99, 100, 101, 1_000, 100_000])
        for (const ttl of [1, 30, 300, 86_400]) {
          const groups = resolverGroups(resolvers, 250, split);
          expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(resolvers);
          expect(authorityLoad(groups, ttl) + 250 * hitRatio(groups, ttl)).toBeCloseTo(250, 6);
        }
  });

  it('finds the moment at which the share is reached', () => {
    const groups = resolverGroups(500, 40, 'zipf');
    for (const share of [0.5, 0.9, 0.99])
      expect(staleShare(groups, 3_600, timeUntilSeen(groups, 3_600, share))).toBeCloseTo(1 - share, 9);
  });

  it('takes small resolvers together without a trace', () => {
    const resolvers = 20_000;
    const harmonic = Array.from({ length: resolvers }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
    const exact = Array.from({ length: resolvers }, (_, i) => ({ count: 1, rate: 300 / (i + 1) / harmonic }));
    const grouped = resolverGroups(resolvers, 300, 'zipf');
    expect(grouped.length).toBeLessThan(800);
    for (const ttl of [1, 60, 3_600, 172_800]) {
      const wanted = authorityLoad(exact, ttl);
      expect(Math.abs(authorityLoad(grouped, ttl) - wanted) / wanted).toBeLessThan(1e-5);
    }
  });

  it('refuses what makes no sense', () => {
    expect(() => resolverGroups(0, 1, 'even')).toThrow('at least one resolver');
    expect(() => resolverGroups(10, 0, 'zipf')).toThrow('rate');
  });
});

/** Mean and its standard error. */
function estimate(samples: readonly number[]): { mean: number; error: number } {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const variance = samples.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (samples.length - 1);
  return { mean, error: Math.sqrt(variance / samples.length) };
}

// Rate a second, TTL in seconds: rarely asked, now and then, always.
const CASES: readonly (readonly [rate: number, ttl: number])[] = [
  [0.01, 30],
  [0.05, 20],
  [0.5, 60],
  [4, 7],
];

describe('against chance', () => {
  it.each(CASES)('%f visits a second, TTL %i s: load and shares are within 3 σ', (rate, ttl) => {
    const random = namedRandom(1, `ttl/${rate}/${ttl}`);
    // Blocks of many cycles, each with a fresh start long before it: independent samples.
    const loads: number[] = [];
    const stale: number[][] = [[], [], []];
    const afters = [0, 0.25, 0.8].map((part) => part * ttl);
    const span = 20 * (ttl + 1 / rate);
    for (let block = 0; block < CYCLES / 20; block++) {
      // Somewhere in a cycle, long before
      const start = -span - random.float() * (ttl + 1 / rate);
      let expires = Number.NEGATIVE_INFINITY;
      let fetches = 0;
      const changed = span / 2 + random.float() * (span / 4);
      let left = Number.NEGATIVE_INFINITY;
      for (let time = start; time < span; time += random.exponential(1 / rate)) {
        if (time < expires) continue;
        // The copy that is there at the change is the last that was fetched before.
        if (time <= changed) left = time + ttl - changed;
        expires = time + ttl;
        if (time >= 0) fetches += 1;
      }
      loads.push(fetches / span);
      for (const [i, after] of afters.entries()) stale[i]!.push(left > after ? 1 : 0);
    }
    const load = estimate(loads);
    expect(Math.abs(load.mean - authorityLoad(one(rate), ttl)), `load, ± ${load.error}`).toBeLessThan(
      3 * load.error,
    );
    for (const [i, after] of afters.entries()) {
      const share = estimate(stale[i]!);
      expect(Math.abs(share.mean - staleShare(one(rate), ttl, after)), `after ${after} s`).toBeLessThan(
        3 * share.error + 1e-9,
      );
    }
  });
});

describe('against the cache of the engine', () => {
  /** The cache counts in whole seconds: it drops at ⌊fetched⌋ + T, so a cycle is T + 1/(e^λ − 1) on average. */
  const wholeSeconds = (rate: number, ttl: number): number => 1 / (ttl + 1 / (exp(rate) - 1));

  it.each(CASES)('%f visits a second, TTL %i s: it asks as often as the formula says', (rate, ttl) => {
    const random = namedRandom(2, `ttl/${rate}/${ttl}`);
    const cache = new DnsCache({ label: 'resolver' });
    const cycle = ttl + 1 / rate;
    const runs = 2 * CYCLES;
    const every = Math.ceil(5 * cycle);
    let version = 0;
    const visits = { stale: [0, 0], seen: [0, 0] };
    const fetchedAt: number[] = [];
    let nextChange = every / 2;
    let changed = Number.NEGATIVE_INFINITY;
    for (let time = 0; fetchedAt.length < runs; ) {
      time += random.exponential(1 / rate);
      while (time >= nextChange) {
        version += 1;
        changed = nextChange;
        // Any moment of a second is as good.
        nextChange = changed + every + random.float();
      }
      const now = Math.floor(time * SECOND);
      const hit = cache.lookup('www.example.', TYPE.A, now);
      let answer = version;
      if (hit?.kind === 'records') answer = Number(hit.records[0]!.data) - FIRST;
      else {
        fetchedAt.push(time);
        const record = {
          name: 'www.example.',
          type: TYPE.A,
          class: 1,
          ttl,
          data: (FIRST + version) as Ip4,
        } as const;
        cache.store([record], 'answer', now);
      }
      while (cache.pollEvent());
      // The first and the third quarter of a TTL after a change
      const quarter = Math.floor((4 * (time - changed)) / ttl);
      if (quarter === 0 || quarter === 2) {
        visits.seen[quarter / 2]! += 1;
        if (answer !== version) visits.stale[quarter / 2]! += 1;
      }
    }
    const gaps = estimate(fetchedAt.slice(1).map((at, i) => at - fetchedAt[i]!));
    const wanted = 1 / wholeSeconds(rate, ttl);
    expect(Math.abs(gaps.mean - wanted), `± ${gaps.error}`).toBeLessThan(3 * gaps.error);
    // The formula itself, which knows no whole seconds, is not further off than half of one.
    expect(Math.abs(1 / authorityLoad(one(rate), ttl) - wanted)).toBeLessThanOrEqual(0.5 + 1e-9);
    // Shares: a quarter's mean is the line at its middle. Visits of one change are alike, so the changes are counted.
    for (const [i, middle] of [0.125, 0.625].entries()) {
      const expected = staleShare(one(rate), ttl, middle * ttl);
      const samples = Math.min(visits.seen[i]!, version);
      expect(samples).toBeGreaterThan(40);
      const error = Math.sqrt((expected * (1 - expected)) / samples);
      const mean = visits.stale[i]! / visits.seen[i]!;
      // Whole seconds take at most half of one off a life.
      expect(Math.abs(mean - expected), `quarter ${i}, ± ${error}`).toBeLessThan(3 * error + 0.5 / ttl);
    }
  });
});

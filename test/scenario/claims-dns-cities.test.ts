/**
 * A move, answers that vary, and a race of updaters: what the scenarios claim is what a few lines of arithmetic say,
 * from the knobs, the TTLs and the moments at which people ask.
 */
import { describe, expect, it } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../src/engine/base/units.ts';
import { CITY, type CityName, cityNames } from '../../src/engine/scenario/dns/cities.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { asksOf, reckon, type Told } from './cities-reckoning.ts';
import { race } from './updaters-reckoning.ts';

type Value = number | string | undefined;
type Knobs = Readonly<Record<string, string>>;

function runOf(scenario: string, set: Knobs = {}) {
  const run = new Run({ scenario, set, seed: 1, inputs: [] }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  const claims: Record<string, Value> = Object.fromEntries(
    Object.entries(run.claims()).map(([name, { value }]) => [name, value]),
  );
  return { run, claims };
}

/** The claim is a time that begins when somebody has been told: lookups take a part of a second. */
function expectSoonAfter(claim: Value, reckoned: number | undefined): void {
  if (reckoned === undefined) {
    expect(claim).toBeUndefined();
    return;
  }
  expect(Number(claim)).toBeGreaterThanOrEqual(reckoned);
  expect(Number(claim)).toBeLessThan(reckoned + SECOND);
}

const OLD = '192.0.2.80';
const NEW = '192.0.2.180';

describe('migration', () => {
  const SECONDS: Readonly<Record<string, number>> = {
    '5min': 300,
    '1h': 3600,
    '6h': 21_600,
    '12h': 43_200,
    '24h': 86_400,
  };
  const CHANGE = 24 * HOUR;
  const variants: Knobs[] = [
    ...['5min', '12h', '24h'].flatMap((ttl) =>
      ['no', 'late', 'early'].map((lowered) => ({ ttl, lowered, old: 'off' })),
    ),
    { ttl: '1h', lowered: 'no', old: 'kept' },
    { ttl: '24h', lowered: 'no', old: 'kept' },
  ];

  it.each(variants)('%o: orders and losses, by each city’s copy', ({ ttl, lowered, old }) => {
    const { run, claims } = runOf('migration', { ttl: ttl!, lowered: lowered!, old: old! });
    const first = SECONDS[ttl!]!;
    const low = { no: CHANGE, late: CHANGE - HOUR, early: CHANGE - first * SECOND }[lowered!]!;
    const off = CHANGE + (old === 'off' ? 0 : first * SECOND);
    // what each had from before: the one thing that was drawn by lot
    const copies = new Map(
      [...run.world.trace.events(['dns.cache.store'])]
        .filter(({ time }) => time === 0)
        .map(({ node, detail }) => [node, Number(detail!['ttl'])]),
    );
    expect([...copies.keys()].sort()).toEqual([...cityNames].sort());
    for (const left of copies.values()) expect(left).toBeLessThanOrEqual(first);
    const told = reckon(
      run,
      (time) => ({ data: time < CHANGE ? OLD : NEW, ttl: time < low ? first : 300 }),
      (city) => ({ data: OLD, until: copies.get(city)! * SECOND }),
    );
    const late = told.filter(({ time, data }) => data === OLD && time > CHANGE);
    const lost = told.filter(({ time, data }) => data === OLD && time > off);
    const sinceChange = (one: Told | undefined): number | undefined => one && one.time - CHANGE;
    expect(claims['orders']).toBe(told.length);
    expect(claims['lost']).toBe(lost.length);
    expectSoonAfter(claims['lastOld'], sinceChange(late.at(-1)));
    expectSoonAfter(claims['lastLost'], sinceChange(lost.at(-1)));
    const moved: CityName[] = [];
    for (const { city, data } of told) if (data === NEW && !moved.includes(city)) moved.push(city);
    expectSoonAfter(
      claims['cityMoves'],
      sinceChange(told.find(({ city, data }) => city === moved[2] && data === NEW)),
    );
    expect(claims['questions']).toBe(told.filter(({ isFresh }) => isFresh).length + askedForServers(run));
  });

  /** A resolver whose copy of the delegation has run out asks ChaiCart's server nothing more than before. */
  function askedForServers(run: Run): number {
    const others = [...run.world.trace.events(['dns.authority.answer'])].filter(
      ({ node, detail }) => node === 'ns1' && detail!['type'] !== 'A',
    );
    return others.length;
  }

  it('whoever waits one old TTL loses nothing, and whoever does not may lose that long', () => {
    for (const ttl of ['6h', '24h']) {
      expect(runOf('migration', { ttl, lowered: 'early' }).claims['lost']).toBe(0);
      expect(runOf('migration', { ttl, old: 'kept' }).claims['lost']).toBe(0);
      const last = Number(runOf('migration', { ttl }).claims['lastLost']);
      expect(last).toBeLessThanOrEqual(SECONDS[ttl]! * SECOND);
      // far longer than what the TTL was lowered to in the same step
      expect(last).toBeGreaterThan(2 * 300 * SECOND);
    }
  });
});

describe('steering', () => {
  const SERVERS = [OLD, '198.51.100.66', '198.51.100.82'];
  const NEAREST: Readonly<Record<CityName, number>> = {
    lisbon: 0,
    lagos: 0,
    frankfurt: 0,
    mumbai: 1,
    tokyo: 1,
    'sao-paulo': 2,
  };
  const DEATH = 450 * SECOND;

  /** What the name server told each provider, in order: data were drawn or in turn, which is the server's own affair. */
  function given(run: Run): Map<CityName, string[]> {
    const found = new Map<CityName, string[]>(cityNames.map((city) => [city, []]));
    for (const { node, detail } of run.world.trace.events(['dns.authority.answer'])) {
      if (node !== 'ns1' || detail!['type'] !== 'A' || !String(detail!['name']).startsWith('shop.')) continue;
      const last = Number(String(detail!['client']).split('.')[3]);
      found.get(cityNames[Math.floor((last - 128) / 4)]!)!.push(String(detail!['data']));
    }
    return found;
  }

  /** Who is told what: each answer holds for a TTL, and its first address is taken. */
  function expected(run: Run, ttl: number): Told[] {
    const answers = given(run);
    const turns = new Map<CityName, number>();
    const told = reckon(run, (_, city) => {
      const turn = turns.get(city) ?? 0;
      turns.set(city, turn + 1);
      return { data: answers.get(city)![turn] ?? 'never asked', ttl };
    });
    for (const [city, list] of answers) expect(turns.get(city), city).toBe(list.length);
    return told.map((one) => ({ ...one, data: one.data.split(', ')[0]! }));
  }

  const sharesOf = (told: readonly Told[]): string =>
    SERVERS.map((server) =>
      Math.round((100 * told.filter(({ data }) => data === server).length) / told.length),
    ).join(', ');

  /** There and back from the people of a city to a server; the far ones hang at a provider. */
  function wayOf(city: CityName, server: number): number {
    const at = ([undefined, 'mumbai', 'sao-paulo'] as const)[server];
    if (at === undefined) return 2 * (5 + CITY[city].delay + 3) * MILLISECOND;
    const between = city === at ? 0 : CITY[city].delay + CITY[at].delay;
    return 2 * (5 + between + 2) * MILLISECOND;
  }

  for (const policy of ['rotate', 'one', 'geo'])
    it.each(['10s', '60s', '600s'])(`${policy}, %s: each answer holds for a TTL`, (ttl) => {
      const { run, claims } = runOf('steering', { policy, ttl });
      const told = expected(run, Number.parseInt(ttl, 10));
      // somebody who asks while the same question is under way shares its answer, and is no question
      const joined = [...run.world.trace.events(['dns.stub.join'])].length;
      expect(Number(claims['orders'])).toBe(told.length + joined);
      const shares = String(claims['shares']).split(', ').map(Number);
      for (const [i, share] of sharesOf(told).split(', ').entries())
        expect(Math.abs(shares[i]! - Number(share))).toBeLessThanOrEqual(joined);
      const ways = told.map(({ city, data }) => wayOf(city, SERVERS.indexOf(data))).sort((a, b) => a - b);
      const middle = ways[Math.floor(ways.length / 2)]!;
      if (joined === 0) expect(Number(claims['way']) - middle).toBeLessThan(MILLISECOND);
      expect(Number(claims['way'])).toBeGreaterThanOrEqual(ways[Math.floor(ways.length / 2) - joined]!);
      if (policy !== 'geo') return;
      for (const { city, data } of told) expect(data).toBe(SERVERS[NEAREST[city]]);
    });

  it('round robin gives each provider the next of three', () => {
    const { run } = runOf('steering', { policy: 'rotate' });
    const all = [...run.world.trace.events(['dns.authority.answer'])]
      .filter(({ detail }) => String(detail!['name']).startsWith('shop.') && detail!['type'] === 'A')
      .filter(({ node }) => node === 'ns1')
      .map(({ detail }) => String(detail!['data']).split(', '));
    expect(all.length).toBeGreaterThan(50);
    for (const [i, data] of all.entries())
      expect(data).toEqual([0, 1, 2].map((next) => SERVERS[(i + next) % 3]));
  });

  it.each(['10s', '60s', '300s'])(
    'a check sees the death after two probes; caches end it after %s',
    (ttl) => {
      const { run, claims } = runOf('steering', { policy: 'one', ttl, health: 'checked' });
      // probes every ten seconds: the one at the death is lost, and the next; the second is known to be when a third is due
      expect(claims['noticed']).toBe(20 * SECOND);
      const told = expected(run, Number.parseInt(ttl, 10));
      const dead = told.filter(({ time, data }) => data === OLD && time > DEATH);
      expect(claims['lost']).toBe(dead.length);
      expectSoonAfter(claims['failover'], dead.at(-1) && dead.at(-1)!.time - DEATH);
      expect(Number(claims['failover'] ?? 0)).toBeLessThan((20 + Number.parseInt(ttl, 10) + 1) * SECOND);
    },
  );

  it('unnoticed, a third of the answers lead to the dead one until the end', () => {
    const { claims } = runOf('steering', { policy: 'one', ttl: '10s', health: 'unnoticed' });
    expect(claims['noticed']).toBeUndefined();
    expect(Number(claims['failover'])).toBeGreaterThan(20 * MINUTE);
    // of some 420 orders in half an hour three quarters come after the death: about a third of those
    const after = 0.75 * Number(claims['orders']);
    expect(Number(claims['lost']) / after).toBeGreaterThan(0.2);
    expect(Number(claims['lost']) / after).toBeLessThan(0.47);
  });
});

describe('racing-updaters', () => {
  const steps = [0, 10, 20, 30, 40, 51, 60, 90];

  for (const compares of [false, true])
    it.each(steps)(
      `${compares ? 'compared' : 'blindly'}, slow by %i s: who applies what, and when`,
      (delay) => {
        const { run, claims } = runOf('racing-updaters', {
          delay: `${delay}s`,
          apply: compares ? 'compared' : 'blindly',
        });
        const { applied, emptied, refilled, refused } = race(delay * SECOND, compares);
        const events = [...run.world.trace.events(['plan.apply'])];
        expect(events.map(({ detail }) => detail!['plan'])).toEqual(applied.map(({ plan }) => plan));
        for (const [i, { time }] of events.entries())
          expect(Math.abs(time - applied[i]!.time)).toBeLessThan(MILLISECOND);
        const late = applied.find(({ plan, over }) => plan < over);
        expect(claims['stale']).toBe(late && `plan ${late.plan} over plan ${late.over}`);
        expect(claims['refused']).toBe(refused);
        if (emptied === undefined) expect(claims['empty']).toBeUndefined();
        else expect(Math.abs(Number(claims['empty']) - (refilled! - emptied))).toBeLessThan(MILLISECOND);
        // of the customers, each city's cache forgets an address after 5 s, and that there is none after 300 s
        const told = reckon(run, (time) =>
          emptied !== undefined && time >= emptied && time < refilled!
            ? { data: 'none', ttl: 300 }
            : { data: 'some', ttl: 5 },
        );
        const failed = told.filter(({ data }) => data === 'none');
        expect(claims['requests']).toBe(told.length);
        expect(claims['failed']).toBe(failed.length);
        if (failed.length === 0) expect(claims['felt']).toBeUndefined();
        else
          expect(Math.abs(Number(claims['felt']) - (failed.at(-1)!.time - failed[0]!.time))).toBeLessThan(
            SECOND,
          );
        expect(cityNames.every((city) => asksOf(run, city).length > 0)).toBe(true);
      },
    );

  it('a plan must be old when it arrives, and more than three newer ones must be there', () => {
    const empties = steps.filter((delay) => race(delay * SECOND, false).emptied !== undefined);
    expect(empties.length).toBeGreaterThan(0);
    expect(empties.length).toBeLessThan(steps.length);
    expect(Math.min(...empties)).toBeGreaterThanOrEqual(40);
    expect(steps.filter((delay) => race(delay * SECOND, true).emptied !== undefined)).toEqual([]);
  });
});

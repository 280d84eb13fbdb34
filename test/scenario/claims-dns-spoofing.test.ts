/** Forged answers: what the scenario claims follows from links, from the number of values to guess, and from the packets. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { racesOf } from '../../src/engine/scenario/dns/spoofing-races.ts';
import { largeText, yearsText } from '../../src/engine/scenario/dns/spoofing-words.ts';
import { Run } from '../../src/engine/scenario/run.ts';

type Set = Readonly<Record<string, string>>;

function runOf(set: Set = {}, seed = 1) {
  const run = new Run({ scenario: 'spoofing', set, seed, inputs: [] }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  const claims = Object.fromEntries(Object.entries(run.claims()).map(([name, { value }]) => [name, value]));
  return { run, claims, races: racesOf(run.world.trace) };
}

const CARELESS = { ids: 'sequential', ports: 'fixed' };
const NS1 = ['resolver', 'isp', 'transit-a', 'transit-b', 'ns1'];
const EVE = ['eve', 'transit-a', 'isp', 'resolver'];

function delayOver(run: Run, machines: readonly string[]): number {
  return machines.slice(1).reduce((sum, to, i) => sum + run.network.channelOf(machines[i]!, to).delay, 0);
}

describe('who wins', () => {
  it.each(['once', 'kaminsky'])('Eve, against a careless resolver, in her first race (%s)', (attack) => {
    for (let seed = 1; seed <= 5; seed++) {
      const { claims } = runOf({ ...CARELESS, attack }, seed);
      expect([claims['outcome'], claims['races'], claims['landed'], claims['odds']], `seed ${seed}`).toEqual([
        'poisoned',
        1,
        'Eve’s machine',
        'certain',
      ]);
    }
  });

  it.each([
    {},
    { ports: 'fixed' },
    { ids: 'sequential' },
    { ...CARELESS, case: 'mixed' },
    { ...CARELESS, cookies: 'on' },
    { case: 'mixed', cookies: 'on' },
    { attack: 'kaminsky' },
    { attack: 'kaminsky', case: 'mixed', guesses: '200' },
  ] as Set[])('the resolver, with any one defence: %j', (set) => {
    const { claims } = runOf(set);
    expect([claims['outcome'], claims['landed']]).toEqual(['not poisoned', 'ChaiCart’s server']);
    expect(claims['races']).toBe(set['attack'] === 'kaminsky' ? 6 : 1);
    expect(claims['forged']).toBe(Number(claims['races']) * Number(set['guesses'] ?? 50));
  });
});

describe('the race', () => {
  it('lasts as long as a question needs to the name server and back', () => {
    for (const set of [{}, CARELESS]) {
      const { run, claims } = runOf(set);
      const way = 2 * delayOver(run, NS1);
      // frames take time to be sent, and the server works for a twentieth of a millisecond
      expect(Number(claims['window'])).toBeGreaterThan(way);
      expect(Number(claims['window'])).toBeLessThan(way + MILLISECOND / 5);
    }
  });

  it('is begun with the question, and every forged answer is in time', () => {
    const { run, races } = runOf({ guesses: '200' });
    const [race] = races;
    const way = delayOver(run, EVE);
    expect(race!.strokes).toHaveLength(200);
    for (const { sent, arrived } of race!.strokes) {
      expect(arrived! - sent).toBeGreaterThan(way);
      expect(arrived! - sent).toBeLessThan(way + MILLISECOND / 10);
      expect(arrived).toBeGreaterThan(race!.asked);
      expect(arrived).toBeLessThan(race!.truth!);
    }
  });

  it('tries nothing twice', () => {
    const sets: Set[] = [
      { guesses: '200' },
      { ports: 'fixed' },
      { ids: 'sequential' },
      { ...CARELESS, case: 'mixed' },
    ];
    for (const set of sets) {
      const { races } = runOf(set);
      const tried = races[0]!.strokes.map(({ id, port, name }) => `${id} ${port} ${name}`);
      expect(new Set(tried).size).toBe(tried.length);
    }
  });

  it('is lost by the field that does not fit', () => {
    const fatesOf = (set: Set): string[] => [
      ...new Set(runOf(set).races[0]!.strokes.map(({ fate }) => fate)),
    ];
    expect(fatesOf({})).toEqual(['ports']);
    expect(fatesOf({ ports: 'fixed' })).toEqual(['ids']);
    expect(fatesOf({ ...CARELESS, case: 'mixed' })).toEqual(['letters']);
    expect(fatesOf({ ...CARELESS, cookies: 'on' })).toEqual(['cookie']);
    expect(fatesOf(CARELESS)).toEqual(['believed', 'late']);
  });

  it('says of each what the resolver said', () => {
    const { races } = runOf({ ports: 'fixed' });
    for (const { id, why } of races[0]!.strokes) expect(why).toBe(`its ID is ${id}, the query had another`);
    const other = runOf({ ...CARELESS, case: 'mixed' }).races[0]!;
    expect(other.name).not.toBe(other.name.toLowerCase());
    for (const { why } of other.strokes)
      expect(why).toBe(`its question is in other letters than ${other.name}`);
  });

  it('is in the packets: forged ones say that they come from ChaiCart’s name server, and leave from Eve', () => {
    const { run, claims } = runOf({ guesses: '10' });
    const text = run.world.trace;
    let sent = 0;
    for (const { node } of text.events(['forge.send'])) if (node === 'eve') sent += 1;
    expect(sent).toBe(claims['forged']);
    const from = [...text.events(['udp.drop'])].filter(({ node }) => node === 'resolver');
    expect(from.map(({ detail }) => detail!['from'])).toEqual(Array.from({ length: 10 }, () => '192.0.2.53'));
  });
});

/** “1 in 84,557,169” as a number, with the precision that it is written with. */
function oneInOf(text: string): number {
  const [, lead, power] = /^1 in (?:([\d.,]+)(?:\u00a0×\u00a0)?)?(?:10([⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$/.exec(text)!;
  const exponent = Number([...(power ?? '⁰')].map((one) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(one)).join(''));
  return Number((lead ?? '1').replaceAll(',', '')) * 10 ** exponent;
}

describe('the odds', () => {
  it.each([
    [{}, 65_536 * 64_512],
    [{ ports: 'fixed' }, 65_536],
    [{ ids: 'sequential' }, 64_512],
    // www.chaicart.example has eighteen letters, 12345.chaicart.example fifteen
    [{ case: 'mixed' }, 65_536 * 64_512 * 2 ** 18],
    [{ case: 'mixed', attack: 'kaminsky' }, 65_536 * 64_512 * 2 ** 15],
    [{ case: 'mixed', cookies: 'on' }, 65_536 * 64_512 * 2 ** 18 * 2 ** 64],
    [{ ...CARELESS, cookies: 'on' }, 2 ** 64],
  ] as [Set, number][])('%j: one in so many', (set, space) => {
    for (const guesses of ['10', '50', '200']) {
      const odds = oneInOf(String(runOf({ ...set, guesses }).claims['odds']));
      expect(odds / (space / Number(guesses))).toBeGreaterThan(0.949);
      expect(odds / (space / Number(guesses))).toBeLessThan(1.051);
    }
  });

  it('are even after a number of races that takes its time: the TTL each, or no longer than a race', () => {
    const once = String(runOf({ ports: 'fixed' }).claims['evenOdds']);
    // ln 2 · 65,536 / 50, and five minutes each
    expect(once).toBe('909 races: 3\u00a0days');
    const [, races, minutes] = /^(\d+) races: (\d+)/.exec(
      String(runOf({ ports: 'fixed', attack: 'kaminsky' }).claims['evenOdds']),
    )!;
    expect(races).toBe('909');
    // sixty-six milliseconds: to the resolver, to the server and back, and back
    expect(Number(minutes)).toBe(Math.round(909 * 0.0663));
  });

  it('are written so that they can be read', () => {
    expect([largeText(1n), largeText(65_536n), largeText(10n ** 12n - 1n)]).toEqual([
      '1',
      '65,536',
      '999,999,999,999',
    ]);
    expect([largeText(10n ** 12n), largeText(25n * 10n ** 20n), largeText(9_999n * 10n ** 20n)]).toEqual([
      '10¹²',
      '2.5\u00a0×\u00a010²¹',
      '10²⁴',
    ]);
    expect([yearsText(0.5), yearsText(90), yearsText(3 * 86_400), yearsText(1e9)]).toEqual([
      '500\u00a0ms',
      '90\u00a0s',
      '3\u00a0days',
      '32\u00a0years',
    ]);
  });
});

/**
 * Our resolver beside Unbound, in random hierarchies of name servers with faults: the same questions, the same answers,
 * and not more than a tenth more queries.
 *
 * The name servers are simulated. Unbound reaches them through the bridge's TUN device, in real time; ours is asked the
 * same at the same moments of an equal world, in virtual time. Queries are counted in the traces of both worlds. What
 * may differ stands in `unbound-differences.ts`. Where Unbound lets time pass or a server fail, chance decides whom it
 * asks: so a difference counts when it is there a second time.
 */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { isSubdomain, sameName } from '../../src/engine/wire/dns/name.ts';
import type { Fault, Hierarchy } from '../proto/dns/hierarchy.ts';
import { absentPrograms, noNamespaces } from './netns.ts';
import { agree, DIFFERENCES, outcomeOf, type Seen } from './unbound-differences.ts';
import { type Asked, hierarchyFor, type Outcome, resolveHere } from './unbound-questions.ts';
import { resolveWithUnbound } from './unbound-run.ts';

/** `npm run test:long` asks for 500. */
const COUNT = Number(process.env['HIERARCHIES'] ?? 30);
/** From so many on, every difference that is listed must have been seen. */
const MANY = 300;
const SEEDS = Array.from({ length: COUNT }, (_, i) => i + 1);

interface Pair {
  readonly hierarchy: Hierarchy;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

function missing(): string | undefined {
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun on this machine';
  return noNamespaces() ?? absentPrograms(['unbound', 'python3']);
}

async function pairsOf(seeds: readonly number[]): Promise<Pair[]> {
  const pairs: Pair[] = [];
  await resolveWithUnbound(seeds, (theirs) => {
    const hierarchy = hierarchyFor(theirs.seed);
    pairs.push({ hierarchy, ours: resolveHere(hierarchy, theirs.asked), theirs });
  });
  return pairs.sort((a, b) => a.hierarchy.seed - b.hierarchy.seed);
}

function differing({ hierarchy, ours, theirs }: Pair): { index: number; seen: Seen }[] {
  return ours.asked
    .map((asked, index) => ({ index, seen: { hierarchy, ours: asked, theirs: theirs.asked[index]! } }))
    .filter(({ seen }) => !agree(seen.ours, seen.theirs));
}

function show(index: number, { hierarchy, ours, theirs }: Seen): string {
  const line = (one: Asked): string => `${outcomeOf(one)} after ${Math.round(one.took)} ms`;
  return `seed ${hierarchy.seed}, question ${index}: ${ours.name} ${ours.type}\n  ours    ${line(ours)}\n  Unbound ${line(theirs)}`;
}

/** The longest that anybody may keep what an answer says: the TTL in the zone, of whatever the record was made from. */
function longest({ zones }: Hierarchy, name: string, type: string): number {
  const records = [...zones.values()].flatMap((zone) => zone.records);
  const own = records.filter((one) => sameName(one.name, name) && one.type === TYPE[type as 'A']);
  const makers = records.filter(
    (one) =>
      (type === 'CNAME' && (one.type as number) === TYPE.DNAME && isSubdomain(name, one.name)) ||
      (one.name.startsWith('*.') && isSubdomain(name, one.name.slice(2))),
  );
  return Math.max(...[...own, ...makers].map(({ ttl }) => ttl));
}

describe('beside Unbound', { timeout: 60_000 + COUNT * 10_000 }, () => {
  const reason = missing();
  let pairs: Pair[] = [];

  beforeAll(
    async () => {
      if (!reason) pairs = await pairsOf(SEEDS);
    },
    30_000 + COUNT * 10_000,
  );

  it(`${COUNT} hierarchies: the same response codes and records`, async ({ skip }) => {
    if (reason) skip(reason);
    const counts = new Map(DIFFERENCES.map(({ what }) => [what, 0]));
    const wrong: { index: number; seen: Seen }[] = [];
    for (const one of pairs.flatMap(differing)) {
      const allowed = DIFFERENCES.find((difference) => difference.explains(one.seen));
      if (allowed) counts.set(allowed.what, counts.get(allowed.what)! + 1);
      else wrong.push(one);
    }
    const again = await pairsOf([...new Set(wrong.map(({ seen }) => seen.hierarchy.seed))]);
    const twice = again.flatMap((pair) =>
      differing(pair).filter(
        ({ index, seen }) =>
          wrong.some((one) => one.index === index && one.seen.hierarchy.seed === seen.hierarchy.seed) &&
          !DIFFERENCES.some((difference) => difference.explains(seen)),
      ),
    );
    for (const [what, count] of counts) console.log(`${count} × ${what}`);
    if (wrong.length > 0) console.log(`${wrong.length} more once, ${twice.length} of them twice`);
    expect(twice.map(({ index, seen }) => show(index, seen)).join('\n\n')).toBe('');
    if (COUNT >= MANY) for (const [what, count] of counts) expect(count, what).toBeGreaterThan(0);
  });

  it('asks at most a tenth more than Unbound', ({ skip }) => {
    if (reason) skip(reason);
    const ratios = pairs.map(({ ours, theirs }) => ours.queries.length / theirs.queries.length);
    const mean = ratios.reduce((sum, one) => sum + one, 0) / ratios.length;
    const all = (outcomes: readonly Outcome[]): number =>
      outcomes.reduce((sum, { queries }) => sum + queries.length, 0);
    const [ours, theirs] = [all(pairs.map((pair) => pair.ours)), all(pairs.map((pair) => pair.theirs))];
    console.log(`${ours} queries beside Unbound's ${theirs}; on average ${mean.toFixed(2)} for each of its`);
    expect(mean).toBeLessThanOrEqual(1.1);
    expect(ours / theirs).toBeLessThanOrEqual(1.1);
  });

  it('lets nobody keep an answer for longer than its zone allows', ({ skip }) => {
    if (reason) skip(reason);
    const tooLong = pairs.flatMap(({ hierarchy, ours, theirs }) =>
      [...ours.asked, ...theirs.asked].flatMap(({ ttls }) =>
        ttls.filter((line) => {
          const [name, type, ttl] = line.split(' ') as [string, string, string];
          return Number(ttl) > longest(hierarchy, name, type);
        }),
      ),
    );
    expect(tooLong).toEqual([]);
  });

  it('was a comparison: most is answered, a part fails, every fault and kind of answer occurs', ({
    skip,
  }) => {
    if (reason) skip(reason);
    const asked = pairs.flatMap(({ theirs }) => theirs.asked);
    const failed = asked.filter((one) => outcomeOf(one) === 'failed').length;
    console.log(`${asked.length} questions, ${failed} of which Unbound could not answer`);
    expect(failed / asked.length).toBeGreaterThan(0.05);
    expect(failed / asked.length).toBeLessThan(0.4);
    const faults = new Set(
      pairs.flatMap(({ hierarchy }) => hierarchy.servers.flatMap((one) => [...one.faults])),
    );
    const wanted: readonly Fault[] = [
      'silent',
      'unreachable',
      'refused',
      'servfail',
      'lame',
      'no-edns',
      'no-tcp',
    ];
    const more: readonly Fault[] = ['truncates', 'no-aa', 'ent-nxdomain', 'lowers'];
    for (const fault of [...wanted, ...more]) expect(faults).toContain(fault);
    const said = asked.map(outcomeOf);
    for (const kind of [
      /^NOERROR$/,
      /^NXDOMAIN$/,
      / cname /,
      / dname /,
      /^NXDOMAIN .* cname /,
      /wild\.\S+ a /,
    ])
      expect(
        said.some((one) => kind.test(one)),
        String(kind),
      ).toBe(true);
    expect(pairs.some(({ theirs }) => theirs.queries.some((line) => line.endsWith(' tcp')))).toBe(true);
  });
});

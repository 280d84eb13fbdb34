/**
 * The resolver over random hierarchies (test/proto/dns/hierarchy.ts): it ends within its limits, gives the right answer
 * where there is a way to it, caches nothing from those who have no say, and answers past no TTL unless it says so.
 */
import { expect, it } from 'vitest';
import { formatIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import type { CacheRow } from '../../src/engine/proto/dns/cache.ts';
import { LIMITS, type ResolverConfig, STALE } from '../../src/engine/proto/dns/resolver/config.ts';
import { Resolver } from '../../src/engine/proto/dns/resolver/resolver.ts';
import { OPTION, RCODE, rcodeName, TYPE, typeName } from '../../src/engine/wire/dns/code.ts';
import { type DnsMessage, ednsOf } from '../../src/engine/wire/dns/message.ts';
import { isSubdomain, nameKey, parentName, sameName } from '../../src/engine/wire/dns/name.ts';
import { dataText } from '../../src/engine/wire/dns/text.ts';
import {
  compromised,
  type Hierarchy,
  type HierarchyOptions,
  isHealthy,
  randomHierarchy,
  respond,
  type TestZone,
  truth,
} from '../proto/dns/hierarchy.ts';
import { Script } from '../proto/dns/script.ts';

const RUNS = process.env['CI'] ? 5_000 : 300;
const QUESTIONS = 8;
/** The longest wait for one answer: the last query may begin just before the limit. */
const LONGEST = LIMITS.time + 12 * SECOND;

function scriptOf(hierarchy: Hierarchy, config: Partial<ResolverConfig>): Script<Resolver> {
  const random = new Random(hierarchy.seed * 7 + 1);
  const script = new Script(
    new Resolver({ hints: hierarchy.hints, random: new Random(hierarchy.seed), ...config }),
  );
  for (const server of hierarchy.servers)
    for (const address of server.addresses)
      script.server(formatIp(address), server.rtt, (query, _, sent) =>
        respond(server, query, sent.transport, random),
      );
  return script;
}

/** Configurations in turn, so that every weaker or stronger one meets many hierarchies. */
function configOf(seed: number): Partial<ResolverConfig> {
  return {
    minimise: seed % 3 === 0 ? 'off' : 'relaxed',
    primeRoot: seed % 5 === 0,
    prefetch: seed % 7 === 0,
    caseRandom: seed % 4 === 0,
    cookies: seed % 6 === 0,
    ...(seed % 8 === 0 && { serveStale: { ...STALE, keep: 3_600 } }),
    families: seed % 9 === 0 ? [6, 4] : [4, 6],
  };
}

function optionsOf(seed: number): HierarchyOptions {
  const kind = seed % 4;
  return { faulty: kind === 0 ? 0 : 0.4, lossy: kind === 2, hostile: kind === 3 };
}

/** What is wrong with an answer, or nothing. */
function faultOf(
  hierarchy: Hierarchy,
  name: string,
  type: number,
  answer: Pick<DnsMessage, 'rcode' | 'answers'>,
): string | undefined {
  const right = truth(hierarchy, name, type);
  const isReachable = right.zones.every((zone) => isHealthy(hierarchy, zone));
  if (!isReachable) return undefined;
  const said = `${name} ${typeName(type)}: ${rcodeName(answer.rcode)} with ${answer.answers.map(dataText)}`;
  if (answer.rcode !== right.rcode) {
    const mayDeny = right.isEmpty && answer.rcode === RCODE.NXDOMAIN; // a server of the zone says so
    return mayDeny ? undefined : `${said}, and ${rcodeName(right.rcode)} is right`;
  }
  const given = answer.answers
    .filter((record) => record.type === type)
    .map(dataText)
    .sort();
  const wanted = right.records.map(dataText).sort();
  return given.join() === wanted.join() ? undefined : `${said}, and ${wanted.join()} is right`;
}

/** Rows that nobody with a say could have told. */
function poisoned(hierarchy: Hierarchy, rows: readonly CacheRow[]): CacheRow[] {
  const bad = compromised(hierarchy);
  const zones = [...hierarchy.zones.values()];
  const zoneOf = (name: string): TestZone => {
    for (let at: string | undefined = nameKey(name); at !== undefined; at = parentName(at)) {
      const zone = hierarchy.zones.get(at);
      if (zone) return zone;
    }
    throw new Error(`no zone holds ${name}`);
  };
  const known = zones.flatMap((zone) => zone.records);
  return rows.filter((row) => {
    if (bad.has(zoneOf(row.name)) || row.data === 'SERVFAIL') return false;
    const type = row.type === '*' ? TYPE.A : (TYPE as Record<string, number>)[row.type]!;
    if (row.data === 'NXDOMAIN' || row.data === 'NODATA') {
      const here = zoneOf(row.name).records.filter((one) => sameName(one.name, row.name));
      if (row.data === 'NODATA') return here.some((one) => one.type === type);
      return here.length > 0;
    }
    return !row.data
      .split(', ')
      .every((data) =>
        known.some((one) => one.type === type && sameName(one.name, row.name) && dataText(one) === data),
      );
  });
}

/** Answers from the cache that promise more than the cache had left, and stale ones that do not say so. */
function pastItsTime(script: Script<Resolver>, answer: DnsMessage): string | undefined {
  const last = script.all('dns.resolver.answer').at(-1);
  const isStale =
    script.kinds().lastIndexOf('dns.resolver.stale') > script.kinds().lastIndexOf('dns.resolver.answer');
  if (isStale) {
    const codes = (ednsOf(answer)?.options ?? []).filter(({ code }) => code === OPTION.EDE);
    const isSaid = codes.some(({ data }) => data[1] === 3 || data[1] === 19);
    return isSaid ? undefined : 'a stale answer does not say so';
  }
  if (last?.['source'] !== 'cache') return undefined;
  const stores = script.all('dns.cache.store');
  for (const record of answer.answers) {
    const isMade = answer.answers.some(
      (one) => (one.type as number) === TYPE.DNAME && isSubdomain(record.name, one.name) && one !== record,
    );
    if (isMade) continue;
    const row = stores.findLast(
      (one) => one['type'] === typeName(record.type) && sameName(String(one['name']), record.name),
    );
    const left = (Number(row?.['expires']) - script.now) / SECOND;
    if (!(record.ttl <= Math.ceil(left)))
      return `${record.name} has ${left} s left, and ${record.ttl} s are promised`;
  }
  return undefined;
}

it(`over ${RUNS} hierarchies the resolver ends, is right, and learns from nobody who has no say`, {
  timeout: 120_000,
}, () => {
  let right = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const options = optionsOf(seed);
    const hierarchy = randomHierarchy(seed, options);
    const script = scriptOf(hierarchy, configOf(seed));
    const random = new Random(seed + 99);
    for (let i = 0; i < QUESTIONS; i++) {
      const { name, type } = hierarchy.questions[random.below(hierarchy.questions.length)]!;
      const before = { sent: script.sent.length, now: script.now };
      const answer = script.client(name, type);
      const where = `seed ${seed}, question ${i}: ${name} ${typeName(type)}`;
      if (!answer) throw new Error(`${where}: no answer`);
      expect(script.now - before.now, where).toBeLessThanOrEqual(LONGEST);
      // A prefetch beside it may ask as much again
      expect(script.sent.length - before.sent, where).toBeLessThanOrEqual(2 * LIMITS.queries);
      expect(pastItsTime(script, answer), where).toBeUndefined();
      if (!options.hostile && !options.lossy) {
        expect(faultOf(hierarchy, name, type, answer), where).toBeUndefined();
        right += 1;
      }
      script.run();
      script.pass(random.below(40) * SECOND);
    }
    expect(poisoned(hierarchy, script.machine.cache.rows(script.now)), `seed ${seed}`).toEqual([]);
    expect(script.machine.ports(), `seed ${seed}`).toEqual([]);
    expect(script.machine.exchanges(), `seed ${seed}`).toEqual([]);
  }
  expect(right).toBeGreaterThan(RUNS);
});

it('questions that come all at once share their ways, and are answered as right as one by one', {
  timeout: 60_000,
}, () => {
  let shared = 0;
  let all = 0;
  let late = 0;
  for (let seed = 1; seed <= Math.max(40, RUNS / 20); seed++) {
    const hierarchy = randomHierarchy(seed, { faulty: seed % 2 === 0 ? 0.4 : 0 });
    const script = scriptOf(hierarchy, configOf(seed));
    const asked = hierarchy.questions.slice(0, 40);
    const handles = asked.map(({ name, type }) => script.machine.ask(name, type, 0));
    script.drain();
    script.run();
    shared += script.all('dns.resolver.share').length;
    for (let result = script.machine.pollResult(); result; result = script.machine.pollResult()) {
      const { name, type } = asked[handles.indexOf(result.handle)]!;
      const where = `seed ${seed}: ${name} ${typeName(type)}`;
      handles[handles.indexOf(result.handle)] = -1;
      all += 1;
      // Addresses of servers are looked up one after the other: dead ones before the living may take all the time there is
      const ranOut = script.events.some(
        ({ kind, time, detail }) =>
          kind === 'dns.resolver.servfail' &&
          time > 10 * SECOND &&
          detail?.['name'] === name &&
          detail['type'] === typeName(type),
      );
      if (ranOut && result.rcode === RCODE.SERVFAIL) late += 1;
      else expect(faultOf(hierarchy, name, type, result), where).toBeUndefined();
    }
    expect(
      handles.every((handle) => handle === -1),
      `seed ${seed}: all are answered`,
    ).toBe(true);
    expect(script.machine.ports(), `seed ${seed}`).toEqual([]);
  }
  expect(shared).toBeGreaterThan(0);
  expect(late / all).toBeLessThan(0.1);
});

it('a resolver that believes everything is caught: the property can fail', () => {
  let caught = 0;
  for (let seed = 3; seed < 100; seed += 4) {
    const hierarchy = randomHierarchy(seed, optionsOf(seed));
    const script = scriptOf(hierarchy, { credulous: true });
    for (const { name, type } of hierarchy.questions.slice(0, 30)) script.client(name, type);
    caught += poisoned(hierarchy, script.machine.cache.rows(script.now)).length;
  }
  expect(caught).toBeGreaterThan(0);
});

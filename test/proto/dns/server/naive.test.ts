/** The server against a slow reference, over random zones that lie in each other. */
import { expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { makeQuery } from '../../../../src/engine/proto/dns/message.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { MAX_ALIASES } from '../../../../src/engine/proto/dns/server/verdict.ts';
import { rcodeName, TYPE, typeName } from '../../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import type { DnsRecord } from '../../../../src/engine/wire/dns/message.ts';
import { nameKey } from '../../../../src/engine/wire/dns/name.ts';
import { parseRecord, recordText } from '../../../../src/engine/wire/dns/text.ts';
import { type NaiveZone, naiveAnswer } from './naive.ts';

/** Few labels, so that names meet. */
const LABELS = ['a', 'b', '*', 'C'];
const TYPES = [TYPE.A, TYPE.TXT, TYPE.MX, TYPE.NS, TYPE.CNAME, TYPE.DS, TYPE.SOA, TYPE.DNAME];
const FROM = parseIp('192.0.2.1');

const WORLDS = process.env['CI'] ? 1_500 : 300;

it(`answers as RFC 1034 §4.3.2 says, in ${WORLDS} random worlds`, () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = new Random(seed);
    const zones = world(random);
    const server = new Authority(zones, { extras: 'none' });
    for (let i = 0; i < 40; i++) {
      const name = randomName(random);
      const type = random.chance(0.5) ? TYPE.A : TYPES[random.below(TYPES.length)]!;
      const asked = { transport: 'tcp', from: FROM, port: 1, localPort: 53, exchange: -1 } as const;
      const bytes = encodeDns(makeQuery(1, name, type, false, undefined));
      const got = server.answer({ ...asked, bytes }, 0)!;
      const response = decodeDns(got.response!);
      const expected = naiveAnswer(zones, name, type, MAX_ALIASES);
      const what = String(got.events[0]!.detail['result']);
      seen.set(what, (seen.get(what) ?? 0) + 1);
      expect(
        {
          rcode: rcodeName(response.rcode),
          authoritative: response.authoritative,
          answers: lines(response.answers),
          authorities: lines(response.authorities),
        },
        `seed ${seed}: ${name} ${typeName(type)} in\n${zones.map(({ records }) => lines(records).join('\n')).join('\n\n')}`,
      ).toEqual({
        rcode: expected.rcode,
        authoritative: expected.authoritative,
        answers: lines(expected.answers),
        authorities: lines(expected.authorities),
      });
    }
  }
  // worlds in which one of these does not happen would show nothing of it
  expect([...seen.keys()].sort()).toEqual([
    'answer',
    'nodata',
    'nxdomain',
    'referral',
    'refused',
    'yxdomain',
  ]);
  for (const [what, count] of seen) expect(count, what).toBeGreaterThan(WORLDS / 60);
});

/** In the order of owners and types as they come, each set sorted. */
function lines(records: readonly DnsRecord[]): string[] {
  const sets = new Map<string, string[]>();
  for (const record of records) {
    const key = `${nameKey(record.name)} ${record.type}`;
    sets.set(key, [...(sets.get(key) ?? []), recordText(record).toLowerCase()]);
  }
  return [...sets.values()].flatMap((set) => set.sort());
}

/** `test.`, and sometimes zones in it and beside it. */
function world(random: Random): NaiveZone[] {
  const origins = ['test.', 'a.test.', 'b.a.test.', 'other.'].filter((_, i) => i === 0 || random.chance(0.4));
  return origins.map((origin) => ({ origin, records: zoneOf(origin, random) }));
}

function zoneOf(origin: string, random: Random): DnsRecord[] {
  const records = [
    parseRecord(origin, 300, 'SOA', `ns.${origin} who.${origin} 1 2 3 4 ${random.below(600)}`),
    parseRecord(origin, 300, 'NS', 'ns.elsewhere.'),
  ];
  /** What stands at a name so far, by key. */
  const taken = new Map<string, Set<string>>();
  for (let i = random.below(12); i > 0; i--) {
    const depth = 1 + random.below(3);
    const name = `${Array.from({ length: depth }, () => LABELS[random.below(LABELS.length)]!).join('.')}.${origin}`;
    const kind = ['A', 'A', 'TXT', 'MX', 'NS', 'DS', 'CNAME', 'CNAME', 'DNAME'][random.below(9)]!;
    const there = taken.get(nameKey(name)) ?? new Set();
    if (clash(kind, there, name) || (kind !== 'A' && there.has(kind))) continue; // no set has the same record twice
    taken.set(nameKey(name), there.add(kind));
    records.push(parseRecord(name, 60, kind, data(kind, random)));
  }
  return servable(records, origin);
}

/** What a zone may not hold at one name (RFC 2181 §10.1, RFC 6672 §2.4). */
function clash(kind: string, there: ReadonlySet<string>, name: string): boolean {
  if (kind === 'CNAME') return there.size > 0;
  if (there.has('CNAME')) return true;
  if (kind === 'DNAME') return there.has('DNAME') || there.has('NS') || name.startsWith('*');
  if (kind === 'NS') return there.has('DNAME') || name.startsWith('*');
  return kind === 'DS' && !there.has('NS');
}

function data(kind: string, random: Random): string {
  switch (kind) {
    case 'A':
      return `192.0.2.${random.below(256)}`;
    case 'TXT':
      return '"text"';
    case 'MX':
      return '10 mail.elsewhere.';
    case 'NS':
      return 'ns.elsewhere.';
    case 'DS':
      return '1 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
    default:
      return kind === 'DNAME' && random.chance(0.3) ? `${'x'.repeat(62)}.`.repeat(4) : randomName(random);
  }
}

/** Without what lies below a cut or a renaming: there the zone has no say, and servers refuse to load it. */
function servable(records: readonly DnsRecord[], origin: string): DnsRecord[] {
  const stops = records.filter(
    ({ name, type }) => type === TYPE.DNAME || (type === TYPE.NS && nameKey(name) !== nameKey(origin)),
  );
  return records.filter(
    (record) => !stops.some(({ name }) => nameKey(record.name).endsWith(`.${nameKey(name)}`)),
  );
}

function randomName(random: Random): string {
  const tail = ['test.', 'a.test.', 'b.a.test.', 'other.', 'elsewhere.'][
    random.below(random.chance(0.9) ? 3 : 5)
  ]!;
  const depth = random.below(4);
  return `${Array.from({ length: depth }, () => `${[...LABELS, 'd'][random.below(5)]!}.`).join('')}${tail}`;
}

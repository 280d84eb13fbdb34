/** Questions in and around zones: names that exist, that wildcards cover, that lie below cuts, between and beside them. */
import { Random } from '../../src/engine/base/random.ts';
import { makeQuery } from '../../src/engine/proto/dns/message.ts';
import { Zone, type ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { CLASS, TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage, DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { parentName, wireLength } from '../../src/engine/wire/dns/name.ts';

export interface Question {
  readonly bytes: Uint8Array;
  readonly message: DnsMessage;
  readonly tcp: boolean;
}

const LABELS = ['a', '*', 'www', 'nope', '_tcp', 'x.y', 'ns1', '*.b', 'l'.repeat(63), 'under\\.dot', '\\000'];
const ELSEWHERE = ['.', 'example.org.', 'www.example.com.', 'com.', 'tes.', 'xtest.', 'text.', 'a.text.'];
/** Types that are no data: transfers, and what only a message carries. Rare, since servers differ in how they say no. */
const ODD_TYPES = [TYPE.OPT, 249, 250, 251, TYPE.AXFR, 253, 254, 128];
const OTHER_TYPES = [0, 3, 4, 17, 99, 256, 65_280, 65_281, 65_534, 65_535];

/** What servers are known to differ in, and chance may miss: name, type, EDNS size. */
const ALWAYS: readonly (readonly [string, number, number?])[] = [
  ['mail.big.test.', TYPE.MX],
  ['mail.big.test.', TYPE.MX, 1232],
  ['MAIL.Big.Test.', TYPE.MX, 512],
  ['chaicart.test.', TYPE.HTTPS, 1232],
  ['big.test.', TYPE.AXFR, 1232],
];

/** `count` of them, the same for the same seed. */
export function questions(zones: readonly ZoneText[], count: number, seed: number): Question[] {
  const random = new Random(seed);
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)]!;
  const records = zones.flatMap((zone) => new Zone(zone).records());
  const names = [...new Set(records.flatMap(namesIn))];
  const types = [...new Set(records.map(({ type }) => type as number))];
  const always = ALWAYS.map(([name, type, size]) => {
    const message = {
      ...makeQuery(1, name, type, false, undefined),
      additionals: size === undefined ? [] : [opt(size, false)],
    };
    return { message, bytes: encodeDns(message), tcp: false };
  });
  const drawn = Array.from({ length: count - always.length }, () => {
    const name = cased(around(pick(names)), random);
    const type = random.chance(0.6)
      ? pick([TYPE.A, TYPE.AAAA, TYPE.NS, TYPE.MX, TYPE.TXT, TYPE.CNAME, TYPE.SOA, TYPE.DS])
      : random.chance(0.8)
        ? pick(types)
        : random.chance(0.6)
          ? TYPE.ANY
          : random.chance(0.8)
            ? pick(OTHER_TYPES)
            : pick(ODD_TYPES);
    const plain = makeQuery(random.below(65_536), name, type, random.chance(0.3), undefined);
    const edns = random.chance(0.7);
    const message: DnsMessage = {
      ...plain,
      questions: [
        { name, type, class: random.chance(0.97) ? CLASS.IN : pick([CLASS.ANY, CLASS.HS, 65_280]) },
      ],
      additionals: edns ? [opt(pick([0, 512, 1232, 1232, 4096]), random.chance(0.4))] : [],
    };
    return { message, bytes: encodeDns(message), tcp: random.chance(0.1) };
  });

  return [...always, ...drawn];

  function around(name: string): string {
    const way = random.float();
    if (way < 0.4) return name;
    if (way < 0.65) return fitting(`${pick(LABELS)}.${name === '.' ? '' : name}`, name);
    if (way < 0.75) return fitting(`${pick(LABELS)}.${pick(LABELS)}.${name === '.' ? '' : name}`, name);
    if (way < 0.85) return parentName(name) ?? '.';
    if (way < 0.95) {
      const above = parentName(name) ?? '.';
      return fitting(`${pick(LABELS)}.${above === '.' ? '' : above}`, name);
    }
    return pick(ELSEWHERE);
  }
}

/** The owner, and a name in the data. */
function namesIn(record: DnsRecord): string[] {
  if (record.type === TYPE.NS || record.type === TYPE.CNAME || record.type === TYPE.DNAME)
    return [record.name, record.data];
  if (record.type === TYPE.MX) return [record.name, record.data.exchange];
  return [record.name];
}

function fitting(name: string, otherwise: string): string {
  try {
    wireLength(name);
    return name;
  } catch {
    return otherwise;
  }
}

function opt(udpSize: number, dnssecOk: boolean): DnsRecord {
  return { name: '.', type: TYPE.OPT, class: udpSize, ttl: dnssecOk ? 0x8000 : 0, data: [] };
}

/** Letters in either case, in a third of the names. */
function cased(name: string, random: Random): string {
  if (random.chance(0.67) || name.includes('\\')) return name;
  return [...name].map((c) => (random.chance(0.5) ? c.toUpperCase() : c.toLowerCase())).join('');
}

/**
 * What is doubtful in single records and sets: dots that were forgotten, addresses where names belong, times of the SOA,
 * TXT, SPF and CAA. Everything here is served as it is; somebody will only be surprised.
 *
 * RFC 1912 §2.2 (SOA), RFC 2308 §5 (negative TTL), RFC 2181 §5.2 (TTLs of a set), RFC 7208 §3.2 and §3.3 (SPF), RFC 8659
 * §4 (CAA), RFC 1123 §2.1 (names of hosts).
 */
import { toUtf8 } from '../../../base/bytes.ts';
import { TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord, RecordType } from '../../../wire/dns/message.ts';
import { isSubdomain, labelCount, nameKey } from '../../../wire/dns/name.ts';
import { about, type Finding, type Inspected, type PlacedRecord, type PlacedSet } from './finding.ts';
import { ttlText } from './ttl-text.ts';
import { dataKey } from './zone-tree.ts';

const DAY = 86_400;

export function* recordAdvice(zone: Inspected): Generator<Finding> {
  const { origin } = zone.tree;
  for (const placed of zone.all) {
    if (!isSubdomain(placed.record.name, origin))
      yield about(
        'warning',
        placed,
        `${placed.record.name} does not lie in the zone ${origin}, so this record is left out.`,
        'RFC 1035 §5.2',
      );
  }
  for (const sets of zone.names.values()) {
    for (const set of sets.values()) {
      yield* setAdvice(set);
      for (const placed of set) {
        yield* nameAdvice(zone, placed);
        yield* dataAdvice(placed);
      }
    }
  }
}

/** The names in a record's data that are looked up next. */
export function targetsOf(record: DnsRecord): string[] {
  switch (record.type) {
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.DNAME:
    case TYPE.PTR:
      return [record.data];
    case TYPE.MX:
      return [record.data.exchange];
    case TYPE.SRV:
    case TYPE.HTTPS:
    case TYPE.SVCB:
      return record.data.target === '.' ? [] : [record.data.target];
    case TYPE.SOA:
      return [record.data.mname];
    default:
      return [];
  }
}

function* setAdvice(set: PlacedSet): Generator<Finding> {
  const [first, ...others] = set;
  const known = new Set([dataKey(first.record)]);
  for (const placed of others) {
    const key = dataKey(placed.record);
    if (known.has(key))
      yield about('note', placed, 'This record is written twice: it counts once.', 'RFC 2181 §5');
    else if (placed.record.ttl !== first.record.ttl)
      yield about(
        'warning',
        placed,
        `All ${typeName(first.record.type)} records of ${first.record.name} have one TTL, that of the first: ` +
          `${first.record.ttl}, not ${placed.record.ttl}.`,
        'RFC 2181 §5.2',
      );
    known.add(key);
  }
  yield* spfAdvice(set);
}

function* spfAdvice(set: PlacedSet): Generator<Finding> {
  const policies = set.filter(({ record }) => record.type === TYPE.TXT && isSpf(joined(record)));
  if (policies[1])
    yield about(
      'warning',
      policies[1],
      'Two SPF records: a name has one, and with two every check of its mail ends in an error.',
      'RFC 7208 §3.2',
    );
  for (const placed of policies) {
    const { record } = placed;
    if (record.type !== TYPE.TXT) continue;
    const seam = record.data.findIndex(
      (bytes, i) => i > 0 && bytes[0] !== 0x20 && record.data[i - 1]!.at(-1) !== 0x20,
    );
    if (seam > 0 && record.data[seam - 1]!.length < 255)
      yield about(
        'warning',
        placed,
        'The strings of an SPF record are joined without a blank: write one at the end of a string, or two words become one.',
        'RFC 7208 §3.3',
      );
  }
}

function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

function joined(record: RecordType<typeof TYPE.TXT>): string {
  return record.data.map(toUtf8).join('');
}

/** Names that are longer than they were meant, or that are no names. */
function* nameAdvice({ tree }: Inspected, placed: PlacedRecord): Generator<Finding> {
  const { record } = placed;
  const { origin } = tree;
  if (twice(record.name, origin))
    yield about('warning', placed, dotMissing(record.name, origin), 'RFC 1035 §5.1');
  for (const target of targetsOf(record)) {
    const quad = /^\d{1,3}(?:\.\d{1,3}){3}\./.exec(target)?.[0];
    if (quad) {
      yield about(
        'warning',
        placed,
        `${typeName(record.type)} says a name, and ${quad.slice(0, -1)} is an address: make a name with that A record, and say it here.`,
        record.type === TYPE.MX ? 'RFC 1035 §3.3.9' : 'RFC 1035 §3.3',
      );
    } else if (twice(target, origin) || (looksAbsolute(target, origin) && !tree.nodes.has(nameKey(target)))) {
      yield about('warning', placed, dotMissing(target, origin), 'RFC 1035 §5.1');
    }
  }
  const host = record.type === TYPE.A || record.type === TYPE.AAAA || record.type === TYPE.MX;
  if (host && !isHostName(record.name))
    yield about(
      'warning',
      placed,
      `${record.name} is no name for a host: letters, digits and hyphens are.`,
      'RFC 1123 §2.1',
    );
  const label = record.name.lastIndexOf('*.');
  if (label > 0 && record.name[label - 1] === '.')
    yield about(
      'note',
      placed,
      'Only a * in the first place makes a wildcard: here it is a label like any other.',
      'RFC 4592 §2.1.1',
    );
}

/** `www.chaicart.example.chaicart.example.` */
function twice(name: string, origin: string): boolean {
  if (origin === '.' || nameKey(name) === nameKey(origin)) return false;
  const key = nameKey(name);
  const own = nameKey(origin);
  return key.endsWith(`.${own}${own}`) || key === own + own;
}

/** `cdn.other.example.chaicart.example.`: what stands before the origin ends as the origin ends. */
function looksAbsolute(name: string, origin: string): boolean {
  if (!isSubdomain(name, origin) || labelCount(origin) < 2) return false;
  const before = nameKey(name).slice(0, -nameKey(origin).length);
  const last = nameKey(origin).split('.').at(-2)!;
  return before.endsWith(`.${last}.`);
}

function dotMissing(name: string, origin: string): string {
  const meant = name.slice(0, name.length - origin.length);
  return `${name} looks as if a dot was forgotten: without one at its end, a name goes on with ${origin} Was ${meant} meant?`;
}

function isHostName(name: string): boolean {
  return /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*$/i.test(name) || name === '.';
}

function* dataAdvice(placed: PlacedRecord): Generator<Finding> {
  const { record } = placed;
  if (record.type === TYPE.SOA) yield* soaAdvice(placed, record);
  if (record.type === TYPE.TXT && record.data.length > 1)
    yield about(
      'note',
      placed,
      'Several strings: most readers join them without a blank between. A string has at most 255 bytes.',
      'RFC 1035 §3.3.14',
    );
  if (record.type === TYPE.CAA) yield* caaAdvice(placed, record);
}

function* soaAdvice(placed: PlacedRecord, { data, ttl }: RecordType<typeof TYPE.SOA>): Generator<Finding> {
  const say = (message: string, spec = 'RFC 1912 §2.2') => about('warning', placed, message, spec);
  if (data.serial === 0)
    yield about(
      'note',
      placed,
      'A serial of 0 is legal, but many programs take it for “not set”: count from 1, or by date.',
      'RFC 1912 §2.2',
    );
  if (data.retry >= data.refresh)
    yield say(
      `Retry (${ttlText(data.retry)}) should be shorter than refresh (${ttlText(data.refresh)}): it is the wait after a refresh that failed.`,
    );
  if (data.expire <= data.refresh + data.retry)
    yield say(
      `Expire (${ttlText(data.expire)}) should be much longer than refresh and retry together, or secondaries drop the zone at the first outage.`,
    );
  else if (data.expire < 7 * DAY)
    yield about(
      'note',
      placed,
      `Expire is ${ttlText(data.expire)}: after an outage of that length secondaries stop serving the zone. Two to four weeks are usual.`,
      'RFC 1912 §2.2',
    );
  const negative = Math.min(data.minimum, ttl);
  if (negative > DAY)
    yield say(
      `That a name does not exist is remembered for ${ttlText(negative)}: more than a day has proved a problem, one to three hours are usual.`,
      'RFC 2308 §5',
    );
  if (data.rname.includes('@'))
    yield say(
      'The mailbox of the SOA is written as a name, with a dot where its @ is: hostmaster.chaicart.example.',
      'RFC 1035 §8',
    );
}

function* caaAdvice(placed: PlacedRecord, { data }: RecordType<typeof TYPE.CAA>): Generator<Finding> {
  const tag = data.tag.toLowerCase();
  const value = toUtf8(data.value);
  const say = (severity: 'warning' | 'note', message: string, spec: string) =>
    about(severity, placed, message, spec);
  if ((data.flags & 0x7f) !== 0)
    yield say(
      'note',
      `Of the flags only 128 (critical) has a meaning; the others are 0. Here they are ${data.flags}.`,
      'RFC 8659 §4.1',
    );
  if (tag === 'issue' || tag === 'issuewild') {
    if (!/^\s*(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*)?\s*(?:;.*)?$/i.test(value))
      yield say(
        'warning',
        `“${value}” names no authority: write its domain name, as in "ca.example", or ";" for none. Unread, it forbids all.`,
        'RFC 8659 §4.2',
      );
  } else if (tag === 'iodef') {
    if (!/^(?:mailto|https?):/i.test(value))
      yield say(
        'warning',
        `“${value}” is no address for reports: write mailto:… or https://…`,
        'RFC 8659 §4.4',
      );
  } else if (!KNOWN_TAGS.has(tag)) {
    const critical = (data.flags & 0x80) !== 0;
    yield say(
      critical ? 'warning' : 'note',
      `“${data.tag}” is no property that authorities know${critical ? ': marked critical, it forbids every certificate' : ''}.`,
      'RFC 8659 §4.1',
    );
  }
}

/** Beside those of RFC 8659: RFC 9495 §3 (issuemail), and the mail and telephone of the CA/Browser Forum's rules. */
const KNOWN_TAGS = new Set(['issuemail', 'issuevmc', 'contactemail', 'contactphone']);

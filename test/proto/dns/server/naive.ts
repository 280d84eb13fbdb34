/**
 * RFC 1034 §4.3.2 written down as it stands there, with RFC 4592 §3.3.1 for step 3c and RFC 6672 §3.2 for renamings: slow,
 * with nothing but a list of records, to hold the server against.
 *
 * It searches label by label in arrays, and shares no code with the server but names as labels.
 */
import { TYPE } from '../../../../src/engine/wire/dns/code.ts';
import type { DnsRecord } from '../../../../src/engine/wire/dns/message.ts';
import { parseName, printName } from '../../../../src/engine/wire/dns/name.ts';

export interface NaiveZone {
  readonly origin: string;
  readonly records: readonly DnsRecord[];
}

export interface NaiveAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'YXDOMAIN' | 'REFUSED';
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

/** A name as labels in lower case, the one nearest to the root first. */
function labels(name: string): string[] {
  return parseName(name)
    .map((label) => String.fromCharCode(...label).replace(/[A-Z]/g, (c) => c.toLowerCase()))
    .reverse();
}

function startsWith(longer: readonly string[], shorter: readonly string[]): boolean {
  return shorter.every((label, i) => longer[i] === label);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** `most`: aliases that are followed; how many is the server's own affair. */
export function naiveAnswer(
  zones: readonly NaiveZone[],
  qname: string,
  qtype: number,
  most: number,
): NaiveAnswer {
  const answers: DnsRecord[] = [];
  const asked: string[] = [];
  let sname = qname;
  for (;;) {
    // Step 2: the zone which is the nearest ancestor to QNAME
    const wanted = labels(sname);
    const held = zones
      .filter(({ origin }) => startsWith(wanted, labels(origin)))
      .filter(({ origin }) => qtype !== TYPE.DS || !same(wanted, labels(origin)) || isAlone(zones, wanted))
      .sort((a, b) => labels(b.origin).length - labels(a.origin).length);
    const [zone] = held;
    const isAgain = asked.includes(wanted.join('\n'));
    asked.push(wanted.join('\n'));
    if (!zone || isAgain || asked.length > most + 1)
      return answers.length === 0
        ? { rcode: 'REFUSED', authoritative: false, answers, authorities: [] }
        : { rcode: 'NOERROR', authoritative: true, answers, authorities: [] };
    const at = (name: readonly string[], type?: number): DnsRecord[] =>
      zone.records.filter(
        (record) => same(labels(record.name), name) && (type === undefined || record.type === type),
      );
    const exists = (name: readonly string[]): boolean =>
      zone.records.some((record) => startsWith(labels(record.name), name));

    // Step 3: label by label
    const apex = labels(zone.origin).length;
    let next: string | undefined;
    for (let count = apex; ; count++) {
      const here = wanted.slice(0, count);
      if (!exists(here)) {
        // 3c: the match is impossible; the source of synthesis is the asterisk label below the closest encloser
        const source = [...wanted.slice(0, count - 1), '*'];
        if (!exists(source)) return negative(zone, 'NXDOMAIN');
        const made = at(source).map((record) => ({ ...record, name: sname }));
        const match = made.filter((record) => record.type === qtype);
        const alias = made.find((record) => record.type === TYPE.CNAME);
        if (match.length === 0 && alias) {
          answers.push(alias);
          next = alias.data as string;
          break;
        }
        if (match.length === 0) return negative(zone, 'NOERROR');
        return positive(match);
      }
      // 3b: a match would take us out of the authoritative data
      const cut = count > apex ? at(here, TYPE.NS) : [];
      const isWhole = count === wanted.length;
      if (cut.length > 0 && !(isWhole && qtype === TYPE.DS))
        return {
          rcode: 'NOERROR',
          authoritative: answers.length > 0, // AA is about the name that was asked (RFC 1035 §4.1.1)
          answers,
          authorities: cut,
        };
      const dname = at(here, TYPE.DNAME)[0];
      if (dname && !isWhole) {
        const target = [
          ...parseName(sname).slice(0, wanted.length - count),
          ...parseName(dname.data as string),
        ];
        if (!answers.includes(dname)) answers.push(dname);
        if (target.reduce((sum, label) => sum + label.length + 1, 1) > 255)
          return { rcode: 'YXDOMAIN', authoritative: true, answers, authorities: [] };
        next = printName(target);
        answers.push({ ...dname, name: sname, type: TYPE.CNAME, data: next } as DnsRecord);
        // Not in the RFC: what was asked is there; and names that grow for ever
        if (qtype === TYPE.CNAME || startsWith(labels(dname.data as string), here)) return positive([]);
        break;
      }
      if (!isWhole) continue;
      // 3a: the whole of QNAME is matched
      const alias = at(here, TYPE.CNAME)[0];
      if (alias && qtype !== TYPE.CNAME && at(here, qtype).length === 0) {
        answers.push(alias);
        next = alias.data as string;
        break;
      }
      const match = at(here, qtype);
      return match.length > 0 ? positive(match) : negative(zone, 'NOERROR');
    }
    sname = next;
  }

  function positive(match: readonly DnsRecord[]): NaiveAnswer {
    return { rcode: 'NOERROR', authoritative: true, answers: [...answers, ...match], authorities: [] };
  }

  function negative(zone: NaiveZone, rcode: 'NOERROR' | 'NXDOMAIN'): NaiveAnswer {
    const soa = zone.records.find((record) => record.type === TYPE.SOA)!;
    if (soa.type !== TYPE.SOA) throw new Error('a zone without a SOA');
    const ttl = soa.ttl < soa.data.minimum ? soa.ttl : soa.data.minimum;
    return { rcode, authoritative: true, answers, authorities: [{ ...soa, ttl }] };
  }
}

/** No zone above this origin is served. */
function isAlone(zones: readonly NaiveZone[], origin: readonly string[]): boolean {
  return !zones.some(
    (zone) => labels(zone.origin).length < origin.length && startsWith(origin, labels(zone.origin)),
  );
}

/**
 * What a server makes of a question, over all the zones that it holds: RFC 1034 §4.3.2 without recursion.
 *
 * RFC 1035 §6.2 (class ANY), RFC 2308 §3 (the SOA of negative answers), RFC 4035 §3.1.4.1 (DS belongs to the parent),
 * RFC 4592 (wildcards), RFC 5936 §2.2.1 (transfers that are not given), RFC 6604 §3 (which response code a chain of aliases has), RFC 6672 §3.2 (DNAME), RFC 8482 §4
 * (ANY), RFC 8914 §4.19, §4.21 (why something is refused), RFC 9460 §4.1 (SVCB), RFC 9471 §3 (glue).
 *
 * Not here: the message and its size (authority.ts); signatures. DNSSEC would add its proofs where a verdict is made.
 */
import type { Cidr } from '../../../base/cidr.ts';
import { CLASS, EDE, RCODE, TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsQuestion, DnsRecord } from '../../../wire/dns/message.ts';
import { isSubdomain, nameKey } from '../../../wire/dns/name.ts';
import { enclosingZone, type Zone } from '../zone/zone.ts';
import { additionalFor } from './additional.ts';
import type { Variety } from './vary.ts';

/** Aliases followed inside one answer. */
export const MAX_ALIASES = 11;

/**
 * What is put into a response beyond what it needs. `all`: NS records of the zone with positive answers, and addresses;
 * `addresses`: the addresses of hosts that the answer names; `none`.
 */
export type Extras = 'all' | 'addresses' | 'none';

/** Extended errors that have a name here (RFC 8914 §4). */
export type ExtendedError = (typeof EDE)[keyof typeof EDE];

export interface Verdict {
  readonly rcode: number;
  readonly result: 'answer' | 'referral' | 'nodata' | 'nxdomain' | 'yxdomain' | 'refused' | 'rejected';
  readonly authoritative: boolean;
  /** The zone that had the last word. */
  readonly zone: Zone | undefined;
  readonly reason: string;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Additional records that TC would be set for; the others are left out when space is short (RFC 2181 §9). */
  readonly isNeeded: (record: DnsRecord) => boolean;
  /** The wildcard that stood for the name (RFC 4592 §2.1.1), and the owner of a DNAME that renamed it. */
  readonly wildcard?: string;
  readonly dname?: string;
  readonly extendedError?: ExtendedError;
  /** Bits of the client's network that decided (RFC 7871 §7.2.1). */
  readonly scope?: number;
}

export interface Deciding {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly extras: Extras;
  readonly variety: Variety | undefined;
  /** Where the client is, as far as it is known. */
  readonly client: Cidr;
  /** The DO bit (RFC 3225 §3). */
  readonly dnssecOk: boolean;
  /** ANY over a stream gets everything: the address is true, and the space is there. */
  readonly isStream: boolean;
}

/** What has been gathered while aliases were followed. */
interface Chain {
  readonly answers: DnsRecord[];
  readonly reasons: string[];
  wildcard: string | undefined;
  dname: string | undefined;
  scope: number | undefined;
}

export function decide(question: DnsQuestion, by: Deciding): Verdict {
  const zone = enclosingZone(by.zones, question.name, question.type);
  if (!zone) return refused(`no zone here holds ${question.name}`, EDE.NOT_AUTHORITATIVE);
  if (question.class !== CLASS.IN && question.class !== CLASS.ANY)
    return refused('only class IN is served', EDE.NOT_AUTHORITATIVE);
  if (isTransfer(question.type)) return noTransfer(question, zone);
  if (isMeta(question.type)) return refused(`${typeName(question.type)} is no type of stored data`);
  const verdict = follow(question, zone, by);
  // RFC 1035 §6.2: who asks for every class gets no promise that this is all there is
  return question.class === CLASS.ANY ? { ...verdict, authoritative: false } : verdict;
}

function follow(question: DnsQuestion, first: Zone, by: Deciding): Verdict {
  const chain: Chain = { answers: [], reasons: [], wildcard: undefined, dname: undefined, scope: undefined };
  const seen = new Set<string>();
  let name = question.name;
  let zone = first;
  for (let i = 0; i <= MAX_ALIASES; i++) {
    seen.add(nameKey(name));
    const found = zone.lookup(name, question.type);
    if ('wildcard' in found && found.wildcard !== undefined) chain.wildcard ??= found.wildcard;
    switch (found.kind) {
      case 'answer':
        return positive(chain, zone, name, question.type, found.records, found.wildcard, by);
      case 'referral':
        return referral(chain, zone, found, by);
      case 'nodata':
        return negative(chain, zone, 'nodata', `${name} exists without ${typeName(question.type)} records`);
      case 'nxdomain':
        return negative(chain, zone, 'nxdomain', `${name} does not exist in ${zone.origin}`);
      case 'dname-overflow':
        chain.answers.push(found.record);
        chain.dname = found.record.name;
        return {
          ...close(chain, zone, `renamed as ${found.record.name} is, ${name} would be too long for a name`),
          rcode: RCODE.YXDOMAIN,
          result: 'yxdomain',
        };
      case 'dname':
        chain.dname ??= found.record.name;
        if (!chain.answers.includes(found.record)) chain.answers.push(found.record);
        chain.answers.push(found.alias);
        chain.reasons.push(`all below ${found.record.name} is renamed: ${name} is ${found.alias.data}`);
        // RFC 1034 §3.6.2: a CNAME that was asked for is not followed, and this one answers the question
        if (question.type === TYPE.CNAME) return close(chain, zone, 'which is what was asked');
        if (isSubdomain(found.record.data, found.record.name))
          return close(chain, zone, 'which it would rename again, without end');
        name = found.alias.data;
        break;
      case 'alias':
        chain.answers.push(found.record);
        chain.reasons.push(`${name} is an alias of ${found.record.data}`);
        name = found.record.data;
    }
    const next = enclosingZone(by.zones, name, question.type);
    if (!next) return close(chain, zone, 'which others serve');
    if (seen.has(nameKey(name))) return close(chain, zone, 'a circle');
    zone = next;
  }
  return close(chain, zone, `${MAX_ALIASES} aliases are as many as one answer follows`);
}

function positive(
  chain: Chain,
  zone: Zone,
  name: string,
  type: number,
  found: readonly DnsRecord[],
  wildcard: string | undefined,
  by: Deciding,
): Verdict {
  const source = wildcard ?? name;
  const isAny = type === TYPE.ANY;
  const records = isAny && by.isStream ? zone.all(name, wildcard) : found;
  const choice = isAny && by.isStream ? undefined : by.variety?.choose(source, records, by.client);
  const chosen = choice?.records ?? records;
  chain.answers.push(...chosen);
  chain.scope = choice?.scope;
  const what = isAny
    ? `${by.isStream ? 'all' : 'one set'} of what ${zone.origin} has of ${name}`
    : `the zone ${zone.origin} has ${typeName(type)} records of ${name}`;
  const how = wildcard === undefined ? '' : `, from ${wildcard}`;
  const why = choice && choice.reason !== '' ? `: ${choice.reason}` : '';
  const verdict = close(chain, zone, `${what}${how}${why}`);
  // Who asks for these knows the servers already; who asks for the servers wants their addresses (RFC 9609 §4.1)
  const isAlone = isAny || type === TYPE.DS || type === TYPE.DNSKEY;
  if (isAlone || (by.extras === 'none' && type !== TYPE.NS)) return verdict;
  const isApexNs = nameKey(name) === nameKey(zone.origin) && type === TYPE.NS;
  const servers = by.extras === 'all' && !isApexNs ? zone.set(zone.origin, TYPE.NS) : [];
  const additionals = additionalFor(
    zone,
    [...chosen, ...servers],
    chain.answers,
    (owner, kind) => by.variety?.dependsOnSubnet(owner, kind) ?? false,
  );
  return { ...verdict, authorities: servers, additionals };
}

function referral(
  chain: Chain,
  zone: Zone,
  found: Extract<ReturnType<Zone['lookup']>, { kind: 'referral' }>,
  by: Deciding,
): Verdict {
  // RFC 4035 §3.1.4: what the parent says of the child's keys, to those who ask, in a zone that is signed
  const isSigned = by.dnssecOk && zone.set(zone.origin, TYPE.DNSKEY).length > 0;
  const { cut, servers, signers, glue } = found;
  return {
    ...close(chain, zone, `${zone.origin} is cut at ${cut}, whose servers have authority`),
    result: 'referral',
    authoritative: chain.answers.length > 0, // AA speaks of the first owner, RFC 1035 §4.1.1
    authorities: isSigned ? [...servers, ...signers] : servers,
    additionals: glue,
    // RFC 9471 §3.1: glue for servers below the cut must be there, or TC be set
    isNeeded: (record) => isSubdomain(record.name, cut),
  };
}

/** RFC 2308 §3: the SOA says how long a negative answer holds, the lesser of its TTL and its minimum. */
function negative(chain: Chain, zone: Zone, result: 'nodata' | 'nxdomain', reason: string): Verdict {
  const { soa } = zone;
  return {
    ...close(chain, zone, reason),
    result,
    rcode: result === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR,
    authorities: [{ ...soa, ttl: Math.min(soa.ttl, soa.data.minimum) }],
  };
}

/** An answer of what has been gathered. */
function close(chain: Chain, zone: Zone, reason: string): Verdict {
  return {
    rcode: RCODE.NOERROR,
    result: 'answer',
    authoritative: true,
    zone,
    reason: [...chain.reasons, reason].join(', '),
    answers: chain.answers,
    authorities: [],
    additionals: [],
    isNeeded: () => false,
    ...(chain.wildcard !== undefined && { wildcard: chain.wildcard }),
    ...(chain.dname !== undefined && { dname: chain.dname }),
    ...(chain.scope !== undefined && { scope: chain.scope }),
  };
}

/** What lies outside of all zones, or is not given out. */
function refused(reason: string, extendedError?: ExtendedError): Verdict {
  return { ...rejected(RCODE.REFUSED, reason, extendedError), result: 'refused' };
}

/** A response without data, to what is no question or none for this server. */
export function rejected(rcode: number, reason: string, extendedError?: ExtendedError): Verdict {
  return {
    rcode,
    result: 'rejected',
    authoritative: false,
    zone: undefined,
    reason,
    answers: [],
    authorities: [],
    additionals: [],
    isNeeded: () => false,
    ...(extendedError !== undefined && { extendedError }),
  };
}

/** RFC 5936 §2.2.1 note e: NOTAUTH where no zone has this name; else nobody may. */
function noTransfer({ name, type }: DnsQuestion, zone: Zone): Verdict {
  if (nameKey(name) === nameKey(zone.origin))
    return refused(`${typeName(type)} is served to nobody`, EDE.PROHIBITED);
  return rejected(RCODE.NOTAUTH, `${name} is no zone of this server, only a name in ${zone.origin}`);
}

/** IXFR and AXFR (RFC 1995 §2, RFC 5936 §2.2). */
function isTransfer(type: number): boolean {
  return type === TYPE.IXFR || type === TYPE.AXFR;
}

/**
 * OPT, and of the types that are no data (128 to 255, RFC 6895 §3.1) all but the last five: transfers and ANY have answers
 * of their own, and of MAILB and MAILA there is nothing.
 */
function isMeta(type: number): boolean {
  return type === TYPE.OPT || (type >= 128 && type <= 250);
}

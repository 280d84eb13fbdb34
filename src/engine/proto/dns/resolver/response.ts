/**
 * What a response from a server means to the resolver that asked, and which of its records to believe.
 *
 * RFC 1034 §5.3.3 step 4, RFC 2308 §2 (negative answers), RFC 5452 §6 (bailiwick: a server of a zone is believed about
 * names at and below that zone, and about nothing else), RFC 2181 §5.4.1 (what has authority). Answers without the AA
 * bit are taken when the server does not offer recursion, as Unbound does; they rank below others. Pure: no cache, no
 * clock.
 */

import { CLASS, RCODE, rcodeName, TYPE } from '../../../wire/dns/code.ts';
import {
  type DnsMessage,
  type DnsRecord,
  extendedRcode,
  type RecordType,
} from '../../../wire/dns/message.ts';
import { isSubdomain, sameName } from '../../../wire/dns/name.ts';
import { followAliases } from './aliases.ts';

/** What was asked, and of whom. */
export interface Asked {
  readonly name: string;
  readonly type: number;
  /** The zone that the server was asked as a server of. */
  readonly zone: string;
  /** The server is a resolver that was asked to do the work: it needs no authority. */
  readonly forwarded: boolean;
  /** Believe everything about everybody (a lesson about the 1990s). */
  readonly credulous: boolean;
}

export type Reading =
  /** Records of the type asked, at the end of zero or more aliases. */
  | {
      readonly kind: 'answer';
      readonly aliases: readonly DnsRecord[];
      readonly records: readonly DnsRecord[];
    }
  /** Aliases whose last target others must be asked about. */
  | { readonly kind: 'alias'; readonly aliases: readonly DnsRecord[] }
  | {
      readonly kind: 'nxdomain' | 'nodata';
      readonly aliases: readonly DnsRecord[];
      readonly name: string;
      /** The type that was asked for. */
      readonly type: number;
      readonly soa: RecordType<typeof TYPE.SOA> | undefined;
    }
  | {
      readonly kind: 'referral';
      readonly cut: string;
      readonly servers: readonly DnsRecord[];
      readonly glue: readonly DnsRecord[];
    }
  /** Neither data nor a SOA nor anybody to ask: an absence without proof, or a server that is out of its mind. */
  | { readonly kind: 'empty' }
  /** The server does not serve the zone, though somebody named it as a server of it. */
  | { readonly kind: 'lame'; readonly reason: string }
  | { readonly kind: 'failure'; readonly rcode: number; readonly reason: string }
  | { readonly kind: 'truncated' };

export interface ReadResponse {
  readonly reading: Reading;
  /** The server spoke with authority (AA). */
  readonly authoritative: boolean;
  /** Records that were not believed: their owner lies outside the zone of the server. */
  readonly scrubbed: readonly DnsRecord[];
  /** NS records of the zone that an answer brought along, and addresses that came with NS records. */
  readonly apex: { readonly servers: readonly DnsRecord[]; readonly addresses: readonly DnsRecord[] };
  /** Everything else that came along, for those who believe everything. */
  readonly rest: readonly DnsRecord[];
}

export function readResponse(message: DnsMessage, asked: Asked): ReadResponse {
  const scrubbed: DnsRecord[] = [];
  const believed = (records: readonly DnsRecord[]): DnsRecord[] =>
    records.filter((record) => {
      if (record.type === TYPE.OPT || record.class !== CLASS.IN) return false;
      const inside = asked.credulous || isSubdomain(record.name, asked.zone);
      if (!inside) scrubbed.push(record);
      return inside;
    });
  const sections: Sections = {
    answers: believed(message.answers),
    authorities: believed(message.authorities),
    additionals: believed(message.additionals),
  };
  const reading = judge(message, sections, asked);
  const { authoritative } = message;
  const useful = reading.kind === 'answer' || reading.kind === 'nodata' || reading.kind === 'nxdomain';
  const servers =
    authoritative && useful
      ? sections.authorities.filter(
          (record) => record.type === TYPE.NS && isSubdomain(asked.name, record.name),
        )
      : [];
  const named = [...servers, ...sections.answers.filter((record) => record.type === TYPE.NS)];
  return {
    reading,
    authoritative,
    scrubbed,
    apex: { servers, addresses: useful ? addressesOf(named, sections) : [] },
    rest: asked.credulous ? [...sections.authorities, ...sections.additionals] : [],
  };
}

interface Sections {
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

function judge(message: DnsMessage, sections: Sections, asked: Asked): Reading {
  const { name, type, zone } = asked;
  const rcode = extendedRcode(message);
  if (message.truncated) return { kind: 'truncated' };
  const chain = followAliases(sections.answers, name, type);
  // RFC 6672 §2.2: a DNAME that makes too long a name is answered with YXDOMAIN
  if (chain.tooLong || rcode === RCODE.YXDOMAIN)
    return { kind: 'failure', rcode: RCODE.YXDOMAIN, reason: 'the alias makes a name that is too long' };
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)
    return { kind: 'failure', rcode, reason: `it answered ${rcodeName(rcode)}` };
  if (message.recursionAvailable && !message.authoritative && !asked.forwarded)
    return { kind: 'lame', reason: 'it is a resolver that passes on what others say' };
  const { aliases, end } = chain;
  const records = recordsAt(sections.answers, aliases, end, type);
  const used = type === TYPE.CNAME && aliases.length > 0 ? aliases.slice(0, -1) : aliases;
  if (records.length > 0) return { kind: 'answer', aliases: used, records };
  const soa = sections.authorities.find(
    (record): record is RecordType<typeof TYPE.SOA> =>
      record.type === TYPE.SOA && isSubdomain(end, record.name),
  );
  // What a server says about the end of a chain counts when that end lies in its zone
  const knowsEnd = aliases.length === 0 || (isSubdomain(end, zone) && (soa !== undefined || asked.forwarded));
  if (!knowsEnd) return { kind: 'alias', aliases };
  if (rcode === RCODE.NXDOMAIN) return { kind: 'nxdomain', aliases, name: end, type, soa };
  if (soa) return { kind: 'nodata', aliases, name: end, type, soa };
  return judgeReferral(message, sections, asked);
}

/** Records of the type asked at the end of the chain; for ANY all of the name, for CNAME the one that a DNAME made. */
function recordsAt(
  answers: readonly DnsRecord[],
  aliases: readonly DnsRecord[],
  end: string,
  type: number,
): readonly DnsRecord[] {
  if (type === TYPE.CNAME && aliases.length > 0) return aliases.slice(-1);
  return answers.filter(
    (record) => (record.type === type || type === TYPE.ANY) && sameName(record.name, end),
  );
}

/** No answer, no SOA: a referral, a server that does not serve the zone, or nothing at all. */
function judgeReferral(message: DnsMessage, sections: Sections, asked: Asked): Reading {
  const { name, zone } = asked;
  if (asked.forwarded) return { kind: 'empty' };
  const cut = sections.authorities.find(
    (record) =>
      record.type === TYPE.NS &&
      isSubdomain(name, record.name) &&
      isSubdomain(record.name, zone) &&
      !sameName(record.name, zone),
  )?.name;
  if (cut !== undefined) {
    const servers = sections.authorities.filter(
      (record) => record.type === TYPE.NS && sameName(record.name, cut),
    );
    return { kind: 'referral', cut, servers, glue: addressesOf(servers, sections) };
  }
  const upwards = message.authorities.find((record) => record.type === TYPE.NS);
  if (upwards && !message.authoritative)
    return { kind: 'lame', reason: `it referred to ${upwards.name}, which is not below ${zone}` };
  if (upwards) return { kind: 'nodata', aliases: [], name, type: asked.type, soa: undefined };
  return { kind: 'empty' };
}

/** Address records for the targets of NS records. */
function addressesOf(servers: readonly DnsRecord[], sections: Sections): DnsRecord[] {
  if (servers.length === 0) return [];
  return sections.additionals.filter(
    (record) =>
      (record.type === TYPE.A || record.type === TYPE.AAAA) &&
      servers.some((server) => sameName(server.data as string, record.name)),
  );
}

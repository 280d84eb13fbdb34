/**
 * What a response from an authoritative server means to the resolver that asked, and which of its records to believe.
 *
 * RFC 1034 §5.3.3 step 4, RFC 2308 §2 (negative answers), RFC 5452 §6 (bailiwick: a server of a zone is believed about
 * names at and below that zone, and about nothing else). Pure: no cache, no clock.
 */

import { CLASS, RCODE, rcodeName, TYPE } from '../../../wire/dns/code.ts';
import {
  type DnsMessage,
  type DnsRecord,
  extendedRcode,
  type RecordType,
} from '../../../wire/dns/message.ts';
import { isSubdomain, sameName } from '../../../wire/dns/name.ts';

export type Alias = RecordType<typeof TYPE.CNAME>;

export type Reading =
  /** Records of the type asked, at the end of zero or more aliases. */
  | { readonly kind: 'answer'; readonly aliases: readonly Alias[]; readonly records: readonly DnsRecord[] }
  /** Aliases whose last target others must be asked about. */
  | { readonly kind: 'alias'; readonly aliases: readonly Alias[] }
  | {
      readonly kind: 'nxdomain' | 'nodata';
      readonly aliases: readonly Alias[];
      readonly name: string;
      readonly soa: RecordType<typeof TYPE.SOA> | undefined;
    }
  | {
      readonly kind: 'referral';
      readonly cut: string;
      readonly servers: readonly DnsRecord[];
      readonly glue: readonly DnsRecord[];
    }
  /** The server has no authority for the zone it was asked about, though a referral named it. */
  | { readonly kind: 'lame'; readonly reason: string }
  | { readonly kind: 'failure'; readonly rcode: number; readonly reason: string }
  | { readonly kind: 'truncated' };

export interface ReadResponse {
  readonly reading: Reading;
  /** Records that were not believed: their owner lies outside the zone of the server. */
  readonly scrubbed: readonly DnsRecord[];
  /** The zone's own NS records when an answer brought them along, and addresses for them. */
  readonly apex: { readonly servers: readonly DnsRecord[]; readonly addresses: readonly DnsRecord[] };
}

/** Reads a response to the question `name`, `type`, which a server of `zone` gave. */
export function readResponse(message: DnsMessage, name: string, type: number, zone: string): ReadResponse {
  const scrubbed: DnsRecord[] = [];
  const believed = (records: readonly DnsRecord[]): DnsRecord[] =>
    records.filter((record) => {
      if (record.type === TYPE.OPT || record.class !== CLASS.IN) return false;
      const inside = isSubdomain(record.name, zone);
      if (!inside) scrubbed.push(record);
      return inside;
    });
  const sections: Sections = {
    answers: believed(message.answers),
    authorities: believed(message.authorities),
    additionals: believed(message.additionals),
  };
  const reading = judge(message, sections, name, type, zone);
  const servers = message.authoritative
    ? sections.authorities.filter((record) => record.type === TYPE.NS && sameName(record.name, zone))
    : [];
  return { reading, scrubbed, apex: { servers, addresses: addressesOf(servers, sections) } };
}

interface Sections {
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

function judge(message: DnsMessage, sections: Sections, name: string, type: number, zone: string): Reading {
  const rcode = extendedRcode(message);
  if (message.truncated) return { kind: 'truncated' };
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    return { kind: 'failure', rcode, reason: `it answered ${rcodeName(rcode)}` };
  }
  const { aliases, end } = followAliases(sections.answers, name, type);
  const records = sections.answers.filter((record) => record.type === type && sameName(record.name, end));
  if (!message.authoritative && (records.length > 0 || aliases.length > 0 || rcode === RCODE.NXDOMAIN)) {
    return { kind: 'lame', reason: 'it answered without authority' };
  }
  if (records.length > 0) return { kind: 'answer', aliases, records };
  const soa = sections.authorities.find(
    (record) => record.type === TYPE.SOA && isSubdomain(end, record.name),
  ) as RecordType<typeof TYPE.SOA> | undefined;
  // What a server says about the end of a chain counts when that end lies in its zone
  const knowsEnd = aliases.length === 0 || (soa !== undefined && isSubdomain(end, zone));
  if (!knowsEnd) return { kind: 'alias', aliases };
  if (rcode === RCODE.NXDOMAIN) return { kind: 'nxdomain', aliases, name: end, soa };
  if (soa) return { kind: 'nodata', aliases, name: end, soa };
  return judgeReferral(message, sections, name, zone);
}

/** No answer, no SOA: a referral, a server that knows nothing of the zone, or an absence without proof. */
function judgeReferral(message: DnsMessage, sections: Sections, name: string, zone: string): Reading {
  const cut = sections.authorities.find(
    (record) => record.type === TYPE.NS && isSubdomain(name, record.name) && !sameName(record.name, zone),
  )?.name;
  if (cut !== undefined && !message.authoritative) {
    const servers = sections.authorities.filter(
      (record) => record.type === TYPE.NS && sameName(record.name, cut),
    );
    return { kind: 'referral', cut, servers, glue: addressesOf(servers, sections) };
  }
  if (message.authoritative) return { kind: 'nodata', aliases: [], name, soa: undefined };
  const upwards = message.authorities.find((record) => record.type === TYPE.NS);
  return {
    kind: 'lame',
    reason: upwards
      ? `it referred to ${upwards.name}, which is not below ${zone}`
      : 'it answered nothing, without authority',
  };
}

/** The aliases from `name` on, in order, and the name they end at. Each alias is used once, so circles end. */
function followAliases(
  answers: readonly DnsRecord[],
  name: string,
  type: number,
): { aliases: Alias[]; end: string } {
  const aliases: Alias[] = [];
  let end = name;
  if (type === TYPE.CNAME) return { aliases, end };
  for (let i = 0; i < answers.length; i++) {
    const alias = answers.find(
      (record): record is Alias => record.type === TYPE.CNAME && sameName(record.name, end),
    );
    if (!alias || aliases.includes(alias)) break;
    aliases.push(alias);
    end = alias.data;
  }
  return { aliases, end };
}

/** Address records for the targets of NS records. */
function addressesOf(servers: readonly DnsRecord[], sections: Sections): DnsRecord[] {
  return sections.additionals.filter(
    (record) =>
      (record.type === TYPE.A || record.type === TYPE.AAAA) &&
      servers.some((server) => sameName(server.data as string, record.name)),
  );
}

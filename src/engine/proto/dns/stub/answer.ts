/**
 * What a stub knows of a name for one type, and how several such answers are read together.
 */
import { type Ip, ip6Bytes, isV4 } from '../../../base/ip.ts';
import { CLASS, RCODE, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey, sameName } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import type { NameOutcome } from './search-list.ts';

export interface Answer {
  readonly type: number;
  readonly rcode: number;
  /** Aliases first, then records of the type. */
  readonly records: readonly DnsRecord[];
}

/** Aliases that are followed in one answer. */
export const MAX_ALIASES = 16;

/**
 * What a name came to, as glibc's res_query sees it: records of any kind make it found; else the answer that is an error
 * speaks, and of two errors the first.
 */
export function outcomeOf(answers: readonly Answer[]): NameOutcome {
  if (answers.some(({ rcode, records }) => rcode === RCODE.NOERROR && records.length > 0)) return 'found';
  const rcode = answers.find((one) => one.rcode !== RCODE.NOERROR)?.rcode ?? RCODE.NOERROR;
  if (rcode === RCODE.NOERROR) return 'nodata';
  if (rcode === RCODE.NXDOMAIN) return 'nxdomain';
  return rcode === RCODE.SERVFAIL ? 'servfail' : 'unrecoverable';
}

/** The aliases from `name` on and the records they lead to, in that order; everything else is left out. */
export function chain(answers: readonly DnsRecord[], name: string, type: number): DnsRecord[] {
  const found: DnsRecord[] = [];
  let end = name;
  for (let i = 0; type !== TYPE.CNAME && i < MAX_ALIASES; i++) {
    const alias = answers.find((record) => record.type === TYPE.CNAME && sameName(record.name, end));
    if (alias?.type !== TYPE.CNAME || found.includes(alias)) break;
    found.push(alias);
    end = alias.data;
  }
  return [...found, ...answers.filter((record) => record.type === type && sameName(record.name, end))];
}

/** One record is the same as another with the same name, type and data. */
export function recordKey(record: DnsRecord): string {
  return `${nameKey(record.name)} ${record.type} ${dataText(record)}`;
}

/** A record as the hosts file would have it. */
export function addressRecord(name: string, address: Ip): DnsRecord {
  const head = { name, class: CLASS.IN, ttl: 0 };
  return isV4(address)
    ? { ...head, type: TYPE.A, data: address }
    : { ...head, type: TYPE.AAAA, data: ip6Bytes(address) };
}

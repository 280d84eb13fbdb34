/**
 * How a stub reads and fills its cache: by name and type, through aliases.
 */

import type { Nanoseconds } from '../../../base/units.ts';
import { RCODE, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import type { DnsCache } from '../cache.ts';
import { type Answer, MAX_ALIASES } from './answer.ts';

/** What the cache has of a type: records behind aliases, or an absence. Undefined when somebody has to be asked. */
export function recall(cache: DnsCache, name: string, type: number, now: Nanoseconds): Answer | undefined {
  const records: DnsRecord[] = [];
  let current = name;
  for (let i = 0; i < MAX_ALIASES; i++) {
    const hit = cache.lookup(current, type, now);
    if (!hit || hit.kind === 'servfail') return undefined;
    if (hit.kind !== 'records')
      return { type, rcode: hit.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR, records };
    records.push(...hit.records);
    const [first] = hit.records;
    if (first?.type !== TYPE.CNAME || type === TYPE.CNAME) return { type, rcode: RCODE.NOERROR, records };
    current = first.data;
  }
  return undefined;
}

/**
 * Stores what the resolver said. It is trusted, so there is no bailiwick to check; only the chain asked for is kept. An
 * absence lives for the lesser of the TTL and the minimum of its SOA (RFC 2308 §5).
 */
export function keep(
  cache: DnsCache,
  name: string,
  { type, rcode, records: chain }: Answer,
  authorities: readonly DnsRecord[],
  now: Nanoseconds,
): void {
  for (const alias of chain) if (alias.type === TYPE.CNAME) cache.store([alias], 'answer', now);
  const records = chain.filter((record) => record.type === type);
  if (type !== TYPE.CNAME && records.length > 0) cache.store(records, 'answer', now);
  const soa = authorities.find((record) => record.type === TYPE.SOA);
  if (records.length > 0 || soa?.type !== TYPE.SOA) return;
  const last = chain.at(-1);
  const end = last?.type === TYPE.CNAME ? last.data : name;
  const ttl = Math.min(soa.ttl, soa.data.minimum);
  cache.storeAbsence(end, type, rcode === RCODE.NXDOMAIN ? 'nxdomain' : 'nodata', soa, ttl, now);
}

/**
 * Addresses that save the asker a question: the additional section (RFC 1034 §4.3.2 step 6).
 *
 * For the hosts that NS, MX (RFC 1035 §3.3.9), SRV (RFC 2782) and SVCB-compatible records (RFC 9460 §4.1) name, as far
 * as the zone itself holds them. Glue is given for name servers alone: elsewhere it would pass for the zone's own word.
 */
import { CLASS, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { isSubdomain, nameKey } from '../../../wire/dns/name.ts';
import type { Zone } from '../zone/zone.ts';

/** Hosts looked up for one response. */
const MAX_HOSTS = 64;

/**
 * What goes with `records`, without what is already `given`. Sets that depend on the client's network stay out
 * (`isTailored`): what an additional section says holds for everybody (RFC 9460 §4.4).
 */
export function additionalFor(
  zone: Zone,
  records: readonly DnsRecord[],
  given: readonly DnsRecord[],
  isTailored: (owner: string, type: number) => boolean,
): DnsRecord[] {
  const done = new Set(given.map((record) => keyOf(record.name, record.type)));
  const found: DnsRecord[] = [];
  for (const record of records.slice(0, MAX_HOSTS)) {
    const host = hostOf(record);
    if (host === undefined || !isSubdomain(host, zone.origin)) continue;
    for (const type of typesFor(record)) {
      const key = keyOf(host, type);
      if (done.has(key) || isTailored(host, type)) continue;
      done.add(key);
      found.push(...(record.type === TYPE.NS ? zone.set(host, type) : own(zone, host, type)));
    }
  }
  return found;
}

/** An alias of a service leads to another record of its type, which is added too (RFC 9460 §4.1). */
function typesFor(record: DnsRecord): readonly number[] {
  const isService = record.type === TYPE.HTTPS || record.type === TYPE.SVCB;
  return isService ? [TYPE.A, TYPE.AAAA, record.type] : [TYPE.A, TYPE.AAAA];
}

/** The host whose address the reader of a record will want. */
function hostOf(record: DnsRecord): string | undefined {
  if (record.class !== CLASS.IN) return undefined;
  switch (record.type) {
    case TYPE.NS:
      return record.data;
    case TYPE.MX:
      return record.data.exchange;
    case TYPE.SRV:
      return record.data.target;
    case TYPE.HTTPS:
    case TYPE.SVCB:
      return record.data.target === '.' && record.data.priority > 0 ? record.name : record.data.target;
    default:
      return undefined;
  }
}

function keyOf(name: string, type: number): string {
  return `${nameKey(name)} ${type}`;
}

function own(zone: Zone, host: string, type: number): readonly DnsRecord[] {
  const found = zone.lookup(host, type);
  return found.kind === 'answer' ? found.records : [];
}

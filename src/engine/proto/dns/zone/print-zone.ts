/**
 * A zone as a master file that a person can read: one form for each zone, with aligned columns (RFC 1035 §5.1, `$TTL`
 * RFC 2308 §4). What is printed reads back as the same records, in the same order, and prints the same again.
 *
 * The SOA comes first, with its numbers explained; then each name in the order of its first record. Owners are relative
 * to the origin and written once; names in data are absolute, so that a line can be copied elsewhere.
 */
import { TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord, RecordType } from '../../../wire/dns/message.ts';
import { canonicalName, isSubdomain, nameKey } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { ttlText } from './ttl-text.ts';

/** Owners longer than this push their line to the right, and no other. */
const WIDEST = 32;

/** Records of class IN as a master file. Throws Malformed for a bad origin. */
export function printZone(records: readonly DnsRecord[], origin: string): string {
  const apex = canonicalName(origin);
  const ordered = inOrder(records);
  const ttl = commonTtl(ordered);
  const owners = ordered.map(({ name }) => ownerText(name, apex));
  const width = Math.max(0, ...owners.filter(({ length }) => length <= WIDEST).map(({ length }) => length));
  const ttls = ordered.map((record) => (record.ttl === ttl ? '' : String(record.ttl)));
  const ttlWidth = Math.max(0, ...ttls.map(({ length }) => length));
  const typeWidth = Math.max(0, ...ordered.map(({ type }) => typeName(type).length));
  let text = `$ORIGIN ${apex}\n$TTL ${ttl}${ttl >= 60 ? ` ; ${ttlText(ttl)}` : ''}\n`;
  for (const [i, record] of ordered.entries()) {
    const same = i > 0 && ordered[i - 1]!.name === record.name;
    const head = [(same ? '' : owners[i]!).padEnd(width)];
    if (ttlWidth > 0) head.push(ttls[i]!.padStart(ttlWidth));
    head.push('IN', typeName(record.type).padEnd(typeWidth));
    const data = record.type === TYPE.SOA ? soaText(record) : dataText(record);
    text += `${head.join(' ')} ${data}`.trimEnd();
    text += '\n';
  }
  return text;
}

/** SOA first, then by name, each name where it first appears. */
function inOrder(records: readonly DnsRecord[]): DnsRecord[] {
  const names = new Map<string, DnsRecord[]>();
  for (const record of [...records.filter(isSoa), ...records.filter((record) => !isSoa(record))]) {
    const key = nameKey(record.name);
    const group = names.get(key);
    if (group) group.push(record);
    else names.set(key, [record]);
  }
  return [...names.values()].flat();
}

function isSoa({ type }: DnsRecord): boolean {
  return type === TYPE.SOA;
}

/** The TTL of most records; of two with as many, the smaller. 3600 for none. */
function commonTtl(records: readonly DnsRecord[]): number {
  const counts = new Map<number, number>();
  for (const { ttl } of records) counts.set(ttl, (counts.get(ttl) ?? 0) + 1);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  return most?.[0] ?? 3600;
}

function ownerText(name: string, origin: string): string {
  if (nameKey(name) === nameKey(origin)) return '@';
  if (!isSubdomain(name, origin)) return name;
  const relative = origin === '.' ? name.slice(0, -1) : name.slice(0, name.length - origin.length - 1);
  return relative;
}

function soaText({ data }: RecordType<typeof TYPE.SOA>): string {
  const lines = [
    [data.serial, 'serial'],
    [data.refresh, `refresh: ${ttlText(data.refresh)}`],
    [data.retry, `retry: ${ttlText(data.retry)}`],
    [data.expire, `expire: ${ttlText(data.expire)}`],
    [data.minimum, `negative answers: ${ttlText(data.minimum)}`],
  ] as const;
  const numbers = lines.map(([value, what]) => `    ${String(value).padEnd(10)} ; ${what}\n`);
  return `${data.mname} ${data.rname} (\n${numbers.join('')}    )`;
}

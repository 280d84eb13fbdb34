/**
 * What host and nslookup say of records, and how both read types and classes.
 */
import { Malformed } from '../../base/errors.ts';
import { TYPE, typeName } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { PLAIN_DATA, styledData } from './rdata-style.ts';

/** Between a name and its data, as host writes it. */
const HOST_WORDS: Readonly<Record<number, string>> = {
  [TYPE.A]: 'has address',
  [TYPE.NS]: 'name server',
  [TYPE.CNAME]: 'is an alias for',
  [TYPE.SOA]: 'has SOA record',
  [TYPE.PTR]: 'domain name pointer',
  [TYPE.HINFO]: 'host information',
  [TYPE.MX]: 'mail is handled by',
  [TYPE.TXT]: 'descriptive text',
  [TYPE.AAAA]: 'has IPv6 address',
};

/** `chaicart.example has address 192.0.2.80` */
export function hostLine(record: DnsRecord): string {
  const words = HOST_WORDS[record.type] ?? `has ${typeName(record.type)} record`;
  return `${bareName(record.name)} ${words} ${styledData(record, PLAIN_DATA)}\n`;
}

const NSLOOKUP_WORDS: Readonly<Record<number, string>> = {
  [TYPE.A]: 'internet address',
  [TYPE.NS]: 'nameserver',
  [TYPE.CNAME]: 'canonical name',
  [TYPE.PTR]: 'name',
  [TYPE.HINFO]: 'hinfo',
  [TYPE.MX]: 'mail exchanger',
  [TYPE.TXT]: 'text',
  [TYPE.AAAA]: 'has AAAA address',
  [TYPE.SRV]: 'service',
  [TYPE.DNAME]: 'dname',
};

/** `internet address = 192.0.2.80`; a SOA record in lines of its own. */
export function nslookupData(record: DnsRecord): string {
  if (record.type === TYPE.SOA) {
    const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
    const rows = {
      origin: bareName(mname),
      'mail addr': bareName(rname),
      serial,
      refresh,
      retry,
      expire,
      minimum,
    };
    return Object.entries(rows)
      .map(([label, value]) => `\t${label} = ${value}\n`)
      .join('');
  }
  const words = NSLOOKUP_WORDS[record.type] ?? `rdata_${record.type}`;
  if (record.type === TYPE.AAAA) return `\t${words} ${styledData(record, PLAIN_DATA)}\n`;
  return `\t${words} = ${styledData(record, PLAIN_DATA)}\n`;
}

/** Without the dot at its end. */
export function bareName(name: string): string {
  return name === '.' ? name : name.slice(0, -1);
}

/** The number of a type or class; undefined for text that is none. */
export function readCode(parse: (text: string) => number, text: string): number | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

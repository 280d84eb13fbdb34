/**
 * What `dns.resolve…` makes of an answer: for each type the values and objects that Node gives, read from the answer
 * section as c-ares reads it, without regard to whose records they are.
 *
 * Some of it is odd, and kept, because programs see it: an answer of other records is an empty array for some types and
 * an error for others, an alias asked for by a name that is none is the name itself, and `resolveAny` puts TLSA records
 * at places of their own. Measured beside Node 26 (test/interop/node-dns.test.ts).
 */
import type {
  AnyCaaRecord,
  AnyMxRecord,
  AnyRecord,
  AnySrvRecord,
  NaptrRecord,
  RecordWithTtl,
  SoaRecord,
  TlsaRecord,
} from 'node:dns';
import { formatIp4 } from '../../../base/address.ts';
import { type Bytes, readU16 } from '../../../base/bytes.ts';
import { Malformed } from '../../../base/errors.ts';
import { formatIp6 } from '../../../base/ip6.ts';
import { RCODE, TYPE } from '../../../wire/dns/code.ts';
import { decodeData } from '../../../wire/dns/fast.ts';
import type { DataOf, DnsMessage, DnsRecord, RecordType } from '../../../wire/dns/message.ts';

/** Thrown for an answer that a program is told as an error: `ENODATA`, `ENOTFOUND`, `EBADRESP` … */
export class NoRecords {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

const RCODES: Readonly<Record<number, string>> = {
  [RCODE.FORMERR]: 'EFORMERR',
  [RCODE.SERVFAIL]: 'ESERVFAIL',
  [RCODE.NXDOMAIN]: 'ENOTFOUND',
  [RCODE.NOTIMP]: 'ENOTIMP',
  [RCODE.REFUSED]: 'EREFUSED',
};
const NAPTR = 35;
const TLSA = 52;

/** Throws {@link NoRecords} when the answer says that there is nothing. */
export function checkAnswer(message: DnsMessage): void {
  const code = RCODES[message.rcode] ?? (message.answers.length === 0 ? 'ENODATA' : undefined);
  if (code !== undefined) throw new NoRecords(code);
}

type AddressType = typeof TYPE.A | typeof TYPE.AAAA;

/** Throws {@link NoRecords}. */
export function addressesIn(message: DnsMessage, type: AddressType): string[] {
  return addressesWithTtlIn(message, type).map(({ address }) => address);
}

/** With the seconds that they may be kept. Throws {@link NoRecords}. */
export function addressesWithTtlIn({ answers }: DnsMessage, type: AddressType): RecordWithTtl[] {
  const aliases = of(answers, TYPE.CNAME);
  const found = answers.filter((record) => record.type === type);
  if (aliases.length + found.length === 0) throw new NoRecords('ENODATA');
  const least = Math.min(...aliases.map(({ ttl }) => ttl));
  return found.map((record) => ({ address: addressText(record), ttl: Math.min(record.ttl, least) }));
}

/** The name that the question's name is an alias of; the name itself when it has an address. Throws {@link NoRecords}. */
export function aliasIn({ answers, questions }: DnsMessage): string[] {
  const [alias] = of(answers, TYPE.CNAME);
  if (!alias && of(answers, TYPE.A).length === 0) throw new NoRecords('ENODATA');
  return [bareName(alias ? alias.data : questions[0]!.name)];
}

/** Names of servers, or of an address. Throws {@link NoRecords}. */
export function namesIn({ answers }: DnsMessage, type: typeof TYPE.NS | typeof TYPE.PTR): string[] {
  const found = of(answers, type);
  if (found.length === 0) throw new NoRecords('ENODATA');
  return found.map(({ data }) => bareName(data));
}

export function mailServersIn({ answers }: DnsMessage): AnyMxRecord[] {
  return of(answers, TYPE.MX).map(({ data }) => ({
    exchange: bareName(data.exchange),
    priority: data.preference,
    type: 'MX',
  }));
}

export function textsIn({ answers }: DnsMessage): string[][] {
  return of(answers, TYPE.TXT).map(({ data }) => data.map(latin1));
}

export function servicesIn({ answers }: DnsMessage): AnySrvRecord[] {
  return of(answers, TYPE.SRV).map(({ data }) => ({
    name: bareName(data.target),
    port: data.port,
    priority: data.priority,
    weight: data.weight,
    type: 'SRV',
  }));
}

/** Throws {@link NoRecords}. `type` is undefined where programs ask for this type alone. */
export function authorityIn<T extends 'SOA' | undefined>(
  { answers }: DnsMessage,
  type: T,
): SoaRecord & { type: T } {
  const [record] = of(answers, TYPE.SOA);
  if (!record) throw new NoRecords('EBADRESP');
  const { data } = record;
  return {
    nsname: bareName(data.mname),
    hostmaster: bareName(data.rname),
    serial: data.serial,
    refresh: data.refresh,
    retry: data.retry,
    expire: data.expire,
    minttl: data.minimum,
    type,
  };
}

export function certifiersIn({ answers }: DnsMessage): AnyCaaRecord[] {
  return of(answers, TYPE.CAA).map(({ data }) =>
    Object.assign({ critical: data.flags, type: 'CAA' as const }, { [data.tag]: latin1(data.value) }),
  );
}

/** Throws {@link NoRecords} for data that cannot be read. `type` as in {@link authorityIn}. */
export function pointersIn<T extends 'NAPTR' | undefined>(
  { answers }: DnsMessage,
  type: T,
): (NaptrRecord & { type: T })[] {
  return opaque(answers, NAPTR).map((bytes) => ({ ...readNaptr(bytes), type }));
}

/** Each at its place among the answers, behind those of `list`. Throws {@link NoRecords} for data that cannot be read. */
export function certificatesIn({ answers }: DnsMessage, list: TlsaRecord[] = []): TlsaRecord[] {
  const offset = list.length;
  for (const [i, record] of answers.entries()) {
    if ((record.type as number) !== TLSA) continue;
    const bytes = record.data as Bytes;
    if (bytes.length < 3) throw new NoRecords('EBADRESP');
    const [certUsage, selector, match] = bytes;
    list[offset + i] = { certUsage, selector, match, data: bytes.slice(3).buffer };
  }
  return list;
}

/** Everything in the order of Node. Throws {@link NoRecords} for data that cannot be read. */
export function everythingIn(message: DnsMessage): AnyRecord[] {
  const { answers } = message;
  const list: AnyRecord[] = [];
  const [alias] = of(answers, TYPE.CNAME);
  if (alias) list.push({ value: bareName(alias.data), type: 'CNAME' });
  else list.push(...typedAddresses(message, TYPE.A, 'A'));
  list.push(...typedAddresses(message, TYPE.AAAA, 'AAAA'));
  list.push(...mailServersIn(message));
  list.push(...of(answers, TYPE.NS).map(({ data }) => ({ value: bareName(data), type: 'NS' as const })));
  list.push(...textsIn(message).map((entries) => ({ entries, type: 'TXT' as const })));
  list.push(...servicesIn(message));
  list.push(...of(answers, TYPE.PTR).map(({ data }) => ({ value: bareName(data), type: 'PTR' as const })));
  list.push(...pointersIn(message, 'NAPTR'));
  if (of(answers, TYPE.SOA).length > 0) list.push(authorityIn(message, 'SOA'));
  // Node's types say that these have a `type`, and its resolver gives them none
  certificatesIn(message, list as unknown[] as TlsaRecord[]);
  list.push(...certifiersIn(message));
  return list;
}

function typedAddresses(message: DnsMessage, type: AddressType, name: 'A' | 'AAAA') {
  if (of(message.answers, type).length === 0) return [];
  return addressesWithTtlIn(message, type).map((found) => ({ ...found, type: name }));
}

function of<T extends keyof DataOf>(answers: readonly DnsRecord[], type: T): RecordType<T>[] {
  return answers.filter((record) => record.type === type) as unknown as RecordType<T>[];
}

function opaque(answers: readonly DnsRecord[], type: number): Bytes[] {
  return answers.filter((record) => (record.type as number) === type).map(({ data }) => data as Bytes);
}

/** RFC 3403 §4.1. */
function readNaptr(bytes: Bytes) {
  let at = 4;
  const text = (): string => {
    const end = at + 1 + (bytes[at] ?? 256);
    if (end > bytes.length) throw new NoRecords('EBADRESP');
    const found = latin1(bytes.subarray(at + 1, end));
    at = end;
    return found;
  };
  const [flags, service, regexp] = [text(), text(), text()];
  try {
    const replacement = bareName(decodeData(TYPE.NS, bytes.slice(at)) as string);
    return { flags, service, regexp, replacement, order: readU16(bytes, 0), preference: readU16(bytes, 2) };
  } catch (error) {
    if (error instanceof Malformed) throw new NoRecords('EBADRESP');
    throw error;
  }
}

function addressText(record: DnsRecord): string {
  return record.type === TYPE.A ? formatIp4(record.data) : formatIp6(record.data as Bytes);
}

function bareName(name: string): string {
  return name.replace(/\.$/, '');
}

function latin1(bytes: Bytes): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * DNS messages: values, and the declaration from which the dissection and the slow codec come.
 *
 * Specification: RFC 1035 §4, RFC 6891 (EDNS(0)), RFC 6895 (AD, CD), RFC 3597 (unknown types stay opaque). Machines use
 * the hand-written twin in fast.ts; a test holds the two equal. The data of each type is declared in a file rdata-….ts,
 * and has a case in `rdata` and `DataOf` here, in fast-read.ts and fast-write.ts, in text-print.ts and text-parse.ts.
 *
 * Not here: meaning across records (RRsets, caching), validation, RDATA of dynamic update with class ANY or NONE.
 */
import type { Ip4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import { formatIp6 } from '../../base/ip6.ts';
import type { About } from '../bits.ts';
import {
  bits,
  bytes,
  type Codec,
  choose,
  counted,
  countOf,
  derived,
  flag,
  type NumberCodec,
  prefixed,
  struct,
  u16,
  u32,
} from '../codec.ts';
import { className, opcodeName, rcodeName, TYPE, typeName } from './code.ts';
import type { EdnsOption } from './edns.ts';
import { domainName } from './name.ts';
import * as classic from './rdata-classic.ts';
import * as dnssec from './rdata-dnssec.ts';
import { ednsFlags, opt } from './rdata-opt.ts';
import { svcb } from './rdata-svcb.ts';
import type { Svcb } from './svcb.ts';

export type { EdnsOption } from './edns.ts';
export type { Caa, Hinfo, Mx, Soa, Srv } from './rdata-classic.ts';
export type { Dnskey, Ds, Nsec, Nsec3, Nsec3Param, Rrsig } from './rdata-dnssec.ts';
export type { Svcb, SvcParam } from './svcb.ts';

/**
 * A type that this engine does not know; its data stays opaque (RFC 3597 §3). To the compiler it is the literal
 * 65535, which is reserved (RFC 6895 §3.1: only a standard could give it out), so that `record.type === TYPE.A`
 * narrows; at run time it is any number without a case in {@link DataOf}. Make one with {@link otherType}.
 */
export type OtherType = 65535;

export function otherType(type: number): OtherType {
  return type as OtherType;
}

/** The value of RDATA for each type that has one here. */
export interface DataOf {
  readonly [TYPE.A]: Ip4;
  readonly [TYPE.NS]: string;
  readonly [TYPE.CNAME]: string;
  readonly [TYPE.SOA]: classic.Soa;
  readonly [TYPE.PTR]: string;
  readonly [TYPE.HINFO]: classic.Hinfo;
  readonly [TYPE.MX]: classic.Mx;
  /** Character strings, at most 255 bytes each. */
  readonly [TYPE.TXT]: readonly Bytes[];
  /** 16 bytes; {@link formatIp6} prints them. */
  readonly [TYPE.AAAA]: Bytes;
  readonly [TYPE.SRV]: classic.Srv;
  readonly [TYPE.DNAME]: string;
  readonly [TYPE.OPT]: readonly EdnsOption[];
  readonly [TYPE.DS]: dnssec.Ds;
  readonly [TYPE.RRSIG]: dnssec.Rrsig;
  readonly [TYPE.NSEC]: dnssec.Nsec;
  readonly [TYPE.DNSKEY]: dnssec.Dnskey;
  readonly [TYPE.NSEC3]: dnssec.Nsec3;
  readonly [TYPE.NSEC3PARAM]: dnssec.Nsec3Param;
  readonly [TYPE.SVCB]: Svcb;
  readonly [TYPE.HTTPS]: Svcb;
  readonly [TYPE.CAA]: classic.Caa;
}

export interface RecordOf<T, D> {
  readonly name: string;
  readonly type: T;
  readonly class: number;
  /** Seconds; in an OPT record the extended RCODE, version and flags (RFC 6891 §6.1.3). */
  readonly ttl: number;
  readonly data: D;
}

/** A resource record: `type` says what `data` is. */
export type DnsRecord =
  | { [T in keyof DataOf]: RecordOf<T, DataOf[T]> }[keyof DataOf]
  | RecordOf<OtherType, Bytes>;
export type RecordType<T extends keyof DataOf> = RecordOf<T, DataOf[T]>;

/** The address of an A or AAAA record; undefined for other types. */
export function addressOf(record: DnsRecord): Ip | undefined {
  if (record.type === TYPE.A) return record.data;
  return record.type === TYPE.AAAA ? formatIp6(record.data) : undefined;
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** The lower four bits; {@link extendedRcode} joins them with those in OPT. */
  readonly rcode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** What an OPT record says, taken out of the fields it borrows (RFC 6891 §6.1.2, §6.1.3). */
export interface Edns {
  /** Bytes of UDP payload that the sender can take; values below 512 mean 512 (§6.2.3). */
  readonly udpSize: number;
  readonly extendedRcode: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

/** The EDNS data of a message; undefined when it has no OPT record. */
export function ednsOf(message: DnsMessage): Edns | undefined {
  for (const record of message.additionals) {
    if (record.type !== TYPE.OPT) continue;
    return {
      udpSize: Math.max(512, record.class),
      extendedRcode: record.ttl >>> 24,
      version: (record.ttl >>> 16) & 255,
      dnssecOk: (record.ttl & 0x8000) !== 0,
      options: record.data,
    };
  }
  return undefined;
}

/** An OPT record to append to the additional section. */
export function optRecord(
  udpSize: number,
  extendedRcode = 0,
  options: readonly EdnsOption[] = [],
): DnsRecord {
  return { name: '.', type: TYPE.OPT, class: udpSize, ttl: extendedRcode * 0x100_0000, data: options };
}

/** The twelve-bit response code (RFC 6891 §6.1.3). */
export function extendedRcode(message: DnsMessage): number {
  return ((ednsOf(message)?.extendedRcode ?? 0) << 4) | message.rcode;
}

const HEADER = 'RFC 1035 §4.1.1';
const RR = 'RFC 1035 §4.1.3';

/** One bit as a boolean. */
function bit(label: string, spec: string, about: string): Codec<boolean> {
  const number = flag(label, spec, about);
  return {
    bits: 1,
    read: (cursor, scope) => number.read(cursor, scope) === 1,
    write: (sink, value) => sink.put(1, value ? 1 : 0),
  };
}

const rdata = choose(
  'type',
  {
    [TYPE.A]: classic.a,
    [TYPE.NS]: classic.ns,
    [TYPE.CNAME]: classic.cname,
    [TYPE.SOA]: classic.soa,
    [TYPE.PTR]: classic.ptr,
    [TYPE.HINFO]: classic.hinfo,
    [TYPE.MX]: classic.mx,
    [TYPE.TXT]: classic.txt,
    [TYPE.AAAA]: classic.aaaa,
    [TYPE.SRV]: classic.srv,
    [TYPE.DNAME]: classic.dname,
    [TYPE.OPT]: opt,
    [TYPE.DS]: dnssec.ds,
    [TYPE.RRSIG]: dnssec.rrsig,
    [TYPE.NSEC]: dnssec.nsec,
    [TYPE.DNSKEY]: dnssec.dnskey,
    [TYPE.NSEC3]: dnssec.nsec3,
    [TYPE.NSEC3PARAM]: dnssec.nsec3param,
    [TYPE.SVCB]: svcb,
    [TYPE.HTTPS]: svcb,
    [TYPE.CAA]: classic.caa,
  },
  bytes('Data', 'RFC 3597 §3', 'Data of a type that this engine does not know.'),
);

const typeField = (about: string, spec: string): NumberCodec =>
  u16('Type', spec, about, (value) => `${typeName(value)} (${value})`);
const classField = (spec: string): NumberCodec =>
  u16(
    'Class',
    spec,
    'The family of protocols: IN is the Internet.',
    (value) => `${className(value)} (${value})`,
  );

const question = struct(
  'Question',
  'RFC 1035 §4.1.2',
  'What is asked.',
  {
    name: domainName('Name', 'RFC 1035 §4.1.2', 'The name that the question is about.'),
    type: typeField('Which kind of record is asked for.', 'RFC 1035 §4.1.2'),
    class: classField('RFC 1035 §4.1.2'),
  },
  (value) => `${value.name} ${typeName(value.type)}`,
);

const record = struct(
  'Record',
  RR,
  'One resource record.',
  {
    name: domainName('Owner', RR, 'The name that this record belongs to.'),
    type: typeField('What kind of data the record carries.', RR),
    class: choose(
      'type',
      {
        [TYPE.OPT]: u16(
          'UDP payload size',
          'RFC 6891 §6.2.3',
          'The largest UDP payload that the sender can take, in bytes.',
          byteCount,
        ),
      },
      classField(RR),
    ),
    ttl: choose(
      'type',
      { [TYPE.OPT]: ednsFlags },
      u32('TTL', RR, 'Seconds for which the record may be kept in a cache.', seconds),
    ),
    data: prefixed(u16('Data length', RR, 'How many bytes the data has.'), rdata),
  },
  (value) => `${value.name} ${typeName(value.type)}`,
);

/** A section of records, as a group in the tree. */
function section<T, In>(
  count: string,
  label: string,
  about: string,
  item: Codec<T, In>,
): Codec<T[], readonly In[]> {
  const list = counted(count, item);
  const info: About = { label, spec: 'RFC 1035 §4.1', about };
  return {
    bits: undefined,
    read(cursor, scope) {
      if (!cursor.nodes || scope.values[count] === 0) return list.read(cursor, scope);
      return cursor.group(
        info,
        () => list.read(cursor, scope),
        (items) => `${items.length}`,
      );
    },
    write: list.write,
  };
}

const count = (label: string, about: string, of: string) => derived(u16(label, HEADER, about), countOf(of));

/** The declared message. Decoding gives the counts and the reserved bit besides what {@link DnsMessage} has. */
export const dnsMessage = struct(
  'DNS message',
  'RFC 1035 §4.1',
  'A question to the domain name system or the answer to one.',
  {
    id: u16(
      'ID',
      HEADER,
      'A number that the answer repeats, so that it finds its question.',
      (value) => `0x${value.toString(16).padStart(4, '0')}`,
    ),
    response: bit('Response', HEADER, 'Not set in a query, set in a response (QR).'),
    opcode: bits(
      4,
      'Opcode',
      HEADER,
      'The kind of query: 0 is an ordinary one.',
      (value) => `${opcodeName(value)} (${value})`,
    ),
    authoritative: bit(
      'Authoritative answer',
      HEADER,
      'Set when the server has authority for the name asked (AA).',
    ),
    truncated: bit('Truncated', HEADER, 'Set when the answer was cut because it did not fit (TC).'),
    recursionDesired: bit(
      'Recursion desired',
      HEADER,
      'Set when the server should find the answer by asking others (RD).',
    ),
    recursionAvailable: bit('Recursion available', HEADER, 'Set when the server offers to ask others (RA).'),
    reserved: bits(1, 'Reserved', HEADER, 'Zero.'),
    authenticData: bit(
      'Authentic data',
      'RFC 4035 §3.2.3',
      'Set when the server found the data signed and verified them (AD).',
    ),
    checkingDisabled: bit(
      'Checking disabled',
      'RFC 4035 §3.2.2',
      'Set when the asker wants to verify signatures itself (CD).',
    ),
    rcode: bits(
      4,
      'Response code',
      HEADER,
      'How the query ended: 0 is no error.',
      (value) => `${rcodeName(value)} (${value})`,
    ),
    questionCount: count('Questions', 'How many questions follow.', 'questions'),
    answerCount: count('Answers', 'How many records of the answer section follow.', 'answers'),
    authorityCount: count(
      'Authority records',
      'How many records of the authority section follow.',
      'authorities',
    ),
    additionalCount: count(
      'Additional records',
      'How many records of the additional section follow.',
      'additionals',
    ),
    questions: section('questionCount', 'Question section', 'What is asked.', question),
    answers: section('answerCount', 'Answer section', 'Records that answer the question.', record),
    authorities: section(
      'authorityCount',
      'Authority section',
      'Records that lead to the servers with authority, or their SOA.',
      record,
    ),
    additionals: section(
      'additionalCount',
      'Additional section',
      'Records that may be useful next, and OPT.',
      record,
    ),
  },
);

/** Decodes by the declaration. Bytes after the last record are left alone. Throws {@link Malformed}. */
export function decodeDeclared(buffer: Bytes, at = 0, end = buffer.length): DnsMessage {
  const {
    reserved: _,
    questionCount: _q,
    answerCount: _a,
    authorityCount: _ns,
    additionalCount: _ar,
    ...message
  } = dnsMessage.decode(buffer, at, end);
  return message as DnsMessage;
}

/** Encodes by the declaration, names compressed. */
export function encodeDeclared(message: DnsMessage): Bytes {
  return dnsMessage.encode({ ...message, reserved: 0 } as Parameters<typeof dnsMessage.encode>[0]);
}

function seconds(value: number): string {
  return `${value} s`;
}

function byteCount(value: number): string {
  return `${value} bytes`;
}

/**
 * The data of a record as dig prints it: on one line, or with `+multiline` over several; hexadecimal and base64 cut
 * into chunks; cryptographic fields left out; comments that explain keys and times; RFC 3597's form for all.
 *
 * It starts from the presentation form of wire/dns/text.ts, whose words it lays out anew. Checked against dig 9.18.
 */
import { type Bytes, concatBytes, toHex } from '../../base/bytes.ts';
import { algorithmName, TYPE, typeName } from '../../wire/dns/code.ts';
import { encodeDns } from '../../wire/dns/fast.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { parseName } from '../../wire/dns/name.ts';
import { dataText } from '../../wire/dns/text.ts';

export interface DataStyle {
  readonly isMultiline: boolean;
  /** Comments behind keys and inside SOA. */
  readonly hasComments: boolean;
  readonly hasCrypto: boolean;
  /** Characters of one chunk; 0 for no cuts, undefined for the usual ones. */
  readonly split: number | undefined;
  /** RFC 3597's form for every type. */
  readonly isUnknown: boolean;
  readonly expandsAaaa: boolean;
}

export const PLAIN_DATA: DataStyle = {
  isMultiline: false,
  hasComments: false,
  hasCrypto: true,
  split: undefined,
  isUnknown: false,
  expandsAaaa: false,
};

/** A line inside parentheses begins under the data: at column 32. */
const BREAK = '\n\t\t\t\t';
const CHUNK = 56;
const CHUNK_MULTILINE = 44;

export function styledData(record: DnsRecord, style: DataStyle): string {
  if (style.isUnknown) return unknownText(plainData(record), style);
  switch (record.type) {
    case TYPE.AAAA:
      return style.expandsAaaa ? expanded(record.data) : dataText(record);
    case TYPE.SOA:
      return style.isMultiline ? soaText(dataText(record), style) : dataText(record);
    case TYPE.DS:
      return blobText(dataText(record), 3, style);
    case TYPE.RRSIG:
      return rrsigText(dataText(record), style);
    case TYPE.DNSKEY:
      return dnskeyText(record, style);
    case TYPE.NSEC3:
      return nsec3Text(dataText(record), style);
    default:
      return record.data instanceof Uint8Array && dataText(record).startsWith('\\#')
        ? unknownText(record.data, style)
        : dataText(record);
  }
}

/** Seconds in words: `2 hours`, `18 hours 20 minutes 51 seconds`. */
export function spanText(seconds: number): string {
  const parts = spanParts(seconds).map(([count, , name]) => `${count} ${name}${count === 1 ? '' : 's'}`);
  return parts.join(' ');
}

/** Seconds with units: `5m`, `1d3h46m40s`. */
export function ttlText(seconds: number): string {
  return spanParts(seconds)
    .map(([count, letter]) => `${count}${letter}`)
    .join('');
}

const SPANS = [
  [604_800, 'w', 'week'],
  [86_400, 'd', 'day'],
  [3600, 'h', 'hour'],
  [60, 'm', 'minute'],
  [1, 's', 'second'],
] as const;

function spanParts(seconds: number): readonly (readonly [count: number, letter: string, name: string])[] {
  const parts: [number, string, string][] = [];
  let rest = seconds;
  for (const [size, letter, name] of SPANS) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push([count, letter, name]);
  }
  return parts.length > 0 ? parts : [[0, 's', 'second']];
}

function chunks(blob: string, style: DataStyle): string {
  const size = style.split ?? (style.isMultiline ? CHUNK_MULTILINE : CHUNK);
  if (size === 0) return blob;
  const parts = blob.match(new RegExp(`.{1,${size}}`, 'g')) ?? [''];
  return parts.join(style.isMultiline ? BREAK : ' ');
}

/** Some words, then a blob of hexadecimal or base64. */
function blobText(text: string, words: number, style: DataStyle): string {
  const all = text.split(' ');
  const head = all.slice(0, words).join(' ');
  const blob = style.hasCrypto ? chunks(all.slice(words).join(''), style) : '[omitted]';
  return style.isMultiline ? `${head} (${BREAK}${blob} )` : `${head} ${blob}`;
}

function rrsigText(text: string, style: DataStyle): string {
  const all = text.split(' ');
  const blob = style.hasCrypto ? chunks(all.slice(8).join(''), style) : '[omitted]';
  const [first, second] = [all.slice(0, 4).join(' '), all.slice(4, 8).join(' ')];
  return style.isMultiline ? `${first} (${BREAK}${second}${BREAK}${blob} )` : `${first} ${second} ${blob}`;
}

function nsec3Text(text: string, style: DataStyle): string {
  if (!style.isMultiline) return text;
  const all = text.split(' ');
  const types = all.slice(5).join(' ');
  return `${all.slice(0, 4).join(' ')} (${BREAK}${all[4]}${types === '' ? '' : `${BREAK}${types}`} )`;
}

function soaText(text: string, style: DataStyle): string {
  const [mname, rname, ...numbers] = text.split(' ');
  const labels = ['serial', 'refresh', 'retry', 'expire', 'minimum'];
  const lines = numbers.map((number, i) => {
    if (!style.hasComments) return `${BREAK}${number}`;
    const span = i === 0 ? '' : ` (${spanText(Number(number))})`;
    return `${BREAK}${number.padEnd(10)} ; ${labels[i]}${span}`;
  });
  return `${mname} ${rname} (${lines.join('')}${style.hasComments ? BREAK : ''})`;
}

function dnskeyText(record: DnsRecord & { readonly type: typeof TYPE.DNSKEY }, style: DataStyle): string {
  const { flags, algorithm } = record.data;
  const all = dataText(record).split(' ');
  const head = all.slice(0, 3).join(' ');
  const id = keyTag(plainData(record));
  const blob = style.hasCrypto ? chunks(all.slice(3).join(''), style) : `[key id = ${id}]`;
  const role = (flags & 1) === 0 ? 'ZSK' : (flags & 0x80) !== 0 ? 'revoked KSK' : 'KSK';
  const comment = `; ${role}; alg = ${algorithmName(algorithm) ?? algorithm} ; key id = ${id}`;
  if (!style.isMultiline) return `${head} ${blob}${style.hasComments ? `  ${comment}` : ''}`;
  return style.hasComments ? `${head} (${BREAK}${blob}${BREAK}) ${comment}` : `${head} (${BREAK}${blob} )`;
}

/** RFC 4034 appendix B: a checksum over the data of a DNSKEY record; B.1 for algorithm 1. */
function keyTag(data: Bytes): number {
  if (data[3] === 1) return data.length < 7 ? 0 : data[data.length - 3]! * 256 + data[data.length - 2]!;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += i % 2 === 0 ? data[i]! * 256 : data[i]!;
  return (sum + (sum >>> 16)) & 0xffff;
}

function unknownText(data: Bytes, style: DataStyle): string {
  if (data.length === 0) return '\\# 0';
  const blob = chunks(toHex(data).toUpperCase(), style);
  return style.isMultiline ? `\\# ${data.length} ( ${blob} )` : `\\# ${data.length} ${blob}`;
}

function expanded(address: Bytes): string {
  return (toHex(address).match(/.{4}/g) ?? []).join(':');
}

/** The data as it stands in a message when no name in it is compressed. */
function plainData(record: DnsRecord): Bytes {
  switch (record.type) {
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return nameBytes(record.data);
    case TYPE.MX:
      return concatBytes([u16(record.data.preference), nameBytes(record.data.exchange)]);
    case TYPE.SOA: {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      const numbers = [serial, refresh, retry, expire, minimum].flatMap((n) => [
        u16(n >>> 16),
        u16(n & 0xffff),
      ]);
      return concatBytes([nameBytes(mname), nameBytes(rname), ...numbers]);
    }
    default:
      return encodeDns({ ...EMPTY, answers: [{ ...record, name: '.' }] }).slice(HEAD);
  }
}

/** Header of a message, root name, type, class, TTL, length: what stands before the data of its only record. */
const HEAD = 12 + 1 + 10;
const EMPTY = {
  id: 0,
  response: true,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
} as const;

function nameBytes(name: string): Bytes {
  return concatBytes([
    ...parseName(name).flatMap((label) => [Uint8Array.of(label.length), label]),
    Uint8Array.of(0),
  ]);
}

function u16(value: number): Bytes {
  return Uint8Array.of(value >>> 8, value & 255);
}

/** `MX`, or with RFC 3597's form `TYPE15`. */
export function styledType(type: number, style: DataStyle): string {
  return style.isUnknown ? `TYPE${type}` : typeName(type);
}

/**
 * Records as zone files write them, in both directions (RFC 1035 §5.1; types unknown here RFC 3597 §5).
 *
 * One record a line, names absolute, TTL and class always written. Not here: files (`$ORIGIN`, `$TTL`, parentheses,
 * relative and omitted names).
 */
import { formatIp4, parseIp4 } from '../../base/address.ts';
import { type Bytes, fromHex, fromUtf8, toHex } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { formatIp6, parseIp6 } from '../../base/ip6.ts';
import { CLASS, className, optionName, parseType, TYPE, typeName } from './code.ts';
import { type DnsQuestion, type DnsRecord, otherType } from './message.ts';
import { canonicalName } from './name.ts';

/** RFC 2181 §8: a TTL is an unsigned number of 31 bits. */
export const MAX_TTL = 0x7fff_ffff;

/** `chaicart.example. 300 IN A 192.0.2.80` */
export function recordText(record: DnsRecord): string {
  return `${record.name} ${record.ttl} ${className(record.class)} ${typeName(record.type)} ${dataText(record)}`.trimEnd();
}

/** `chaicart.example. IN A` */
export function questionText(question: DnsQuestion): string {
  return `${question.name} ${className(question.class)} ${typeName(question.type)}`;
}

/** The data of a record in presentation form: `192.0.2.80`, `10 mail.chaicart.example.`. */
export function dataText(record: DnsRecord): string {
  switch (record.type) {
    case TYPE.A:
      return formatIp4(record.data);
    case TYPE.AAAA:
      return formatIp6(record.data);
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return record.data;
    case TYPE.MX:
      return `${record.data.preference} ${record.data.exchange}`;
    case TYPE.SOA: {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return `${mname} ${rname} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case TYPE.TXT:
      return record.data.map(quoteString).join(' ');
    case TYPE.OPT:
      return record.data.map(({ code, data }) => `${optionName(code)}:${toHex(data)}`).join(' ');
    default:
      return opaqueText(record.data);
  }
}

/** A record of class IN from its parts, data in presentation form. Throws {@link Malformed} and says what is wrong. */
export function parseRecord(name: string, ttl: number, type: string, data: string): DnsRecord {
  const at = `${name} ${type}`;
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL)
    throw new Malformed(`${at}: a TTL is 0 to ${MAX_TTL} seconds, not ${ttl}`);
  const owner = inRecord(at, () => canonicalName(name));
  const code = inRecord(at, () => parseType(type));
  return inRecord(at, () => parseData(owner, ttl, code, data));
}

function parseData(name: string, ttl: number, type: number, text: string): DnsRecord {
  const head = { name, class: CLASS.IN, ttl };
  const opaque = /^\\#\s+(\d+)\s*([0-9a-fA-F\s]*)$/.exec(text);
  switch (type) {
    case TYPE.A:
      return { ...head, type: TYPE.A, data: parseIp4(text) };
    case TYPE.AAAA:
      return { ...head, type: TYPE.AAAA, data: parseIp6(text) };
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return { ...head, type, data: canonicalName(text) };
    case TYPE.MX: {
      const [preference, exchange] = words(text, 2, 'a preference and a name');
      return {
        ...head,
        type: TYPE.MX,
        data: { preference: number(preference!, 0xffff), exchange: canonicalName(exchange!) },
      };
    }
    case TYPE.SOA:
      return { ...head, type: TYPE.SOA, data: parseSoa(text) };
    case TYPE.TXT:
      return { ...head, type: TYPE.TXT, data: parseStrings(text) };
    default: {
      if (type === TYPE.OPT || type === TYPE.ANY || type === TYPE.AXFR)
        throw new Malformed(`${typeName(type)} is no type of stored data`);
      if (!opaque) throw new Malformed('the data of an unknown type is written \\# LENGTH HEX (RFC 3597 §5)');
      const bytes = fromHex(opaque[2]!);
      if (bytes.length !== Number(opaque[1]))
        throw new Malformed(`${opaque[1]} bytes announced, ${bytes.length} written`);
      return { ...head, type: otherType(type), data: bytes };
    }
  }
}

function parseSoa(text: string) {
  const [mname, rname, ...rest] = words(text, 7, 'two names and five numbers');
  const [serial, refresh, retry, expire, minimum] = rest.map((word) => number(word, 0xffff_ffff)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    mname: canonicalName(mname!),
    rname: canonicalName(rname!),
    serial,
    refresh,
    retry,
    expire,
    minimum,
  };
}

function words(text: string, count: number, what: string): string[] {
  const list = text.trim().split(/\s+/);
  if (list.length !== count) throw new Malformed(`data should be ${what}: ${text.slice(0, 80)}`);
  return list;
}

function number(text: string, most: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > most)
    throw new Malformed(`not a number from 0 to ${most}: ${text.slice(0, 20)}`);
  return Number(text);
}

/** Quoted strings, or words without quotes; `\"`, `\\` and `\DDD` escape. Text beyond ASCII is kept as UTF-8. */
function parseStrings(text: string): Bytes[] {
  const strings: Bytes[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/suy;
  let at = 0;
  while (at < text.trimEnd().length) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw new Malformed(`a quote is missing in ${text.slice(0, 80)}`);
    at = pattern.lastIndex;
    const bytes = unescapeText(found[1] ?? found[2]!);
    if (bytes.length > 255)
      throw new Malformed(`a character string of ${bytes.length} bytes, at most 255 (RFC 1035 §3.3)`);
    strings.push(bytes);
  }
  if (strings.length === 0) throw new Malformed('TXT data has at least one string');
  return strings;
}

function unescapeText(text: string): Bytes {
  const bytes: number[] = [];
  for (const part of text.match(/\\\d{3}|\\.|[^\\]+|\\$/gsu) ?? []) {
    if (/^\\\d/.test(part)) {
      if (part.length !== 4 || Number(part.slice(1)) > 255) throw new Malformed(`not a byte: ${part}`);
      bytes.push(Number(part.slice(1)));
    } else {
      bytes.push(...fromUtf8(part.startsWith('\\') ? part.slice(1) : part));
    }
  }
  return Uint8Array.from(bytes);
}

function quoteString(bytes: Bytes): string {
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else text += (byte === 0x22 || byte === 0x5c ? '\\' : '') + String.fromCharCode(byte);
  }
  return `"${text}"`;
}

function opaqueText(bytes: Bytes): string {
  return `\\# ${bytes.length} ${toHex(bytes)}`.trimEnd();
}

function inRecord<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`${where}: ${error.message}`);
    throw error;
  }
}

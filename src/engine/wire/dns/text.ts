/**
 * Records as zone files write them, in both directions (RFC 1035 §5.1; types unknown here RFC 3597 §5).
 *
 * One record a line, TTL and class always written. Data is printed in text-print.ts and read in text-parse.ts. Not here:
 * files (`$ORIGIN`, `$TTL`, parentheses, omitted names), which proto/dns/zone reads.
 */
import { Malformed } from '../../base/errors.ts';
import { CLASS, className, parseType, typeName } from './code.ts';
import type { DnsQuestion, DnsRecord } from './message.ts';
import { canonicalName } from './name.ts';
import { parseRdata } from './text-parse.ts';
import { dataText } from './text-print.ts';
import { splitWords } from './text-words.ts';

export { parseRdata } from './text-parse.ts';
export { dataText, opaqueText } from './text-print.ts';
export { BadWord, completeName, splitWords, type Word } from './text-words.ts';

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

/**
 * A record of class IN from its parts, data in presentation form. Names in the data are absolute, unless an `origin`
 * completes them. Throws {@link Malformed} and says what is wrong.
 */
export function parseRecord(
  name: string,
  ttl: number,
  type: string,
  data: string,
  origin?: string,
): DnsRecord {
  const at = `${name} ${type}`;
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL)
    throw new Malformed(`${at}: a TTL is 0 to ${MAX_TTL} seconds, not ${ttl}`);
  const owner = inRecord(at, () => canonicalName(name));
  const code = inRecord(at, () => parseType(type));
  const value = inRecord(at, () => parseRdata(code, splitWords(data), origin));
  return { name: owner, type: code, class: CLASS.IN, ttl, data: value } as DnsRecord;
}

function inRecord<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`${where}: ${error.message}`);
    throw error;
  }
}

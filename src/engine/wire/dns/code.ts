/**
 * The code points of DNS and their names: types, classes, opcodes, response codes, EDNS options.
 *
 * Each is declared once, with the RFC that gave it out (registry: IANA "Domain Name System Parameters", RFC 6895). What
 * has no name here prints as `TYPE65280`, `CLASS65280` (RFC 3597 §5) or `RCODE23`, and reads back from that text.
 */
import { Malformed } from '../../base/errors.ts';

/** Record types (RFC 1035 §3.2.2, §3.2.3; AAAA RFC 3596 §2.1; OPT RFC 6891 §6.1.1). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
} as const;

/** RFC 1035 §3.2.4; `ANY` is a QCLASS only (§3.2.5). */
export const CLASS = { IN: 1, CH: 3, HS: 4, ANY: 255 } as const;

/** RFC 1035 §4.1.1; NOTIFY RFC 1996; UPDATE RFC 2136 §1.3. */
export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5 } as const;

/** RFC 1035 §4.1.1; from 16 on the upper eight bits travel in the OPT record (RFC 6891 §6.1.3, BADVERS §9). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

/** EDNS options that have a name here: NSID RFC 5001 §2.3, Client Subnet RFC 7871 §6, Cookie RFC 7873 §4, EDE RFC 8914 §2. */
const OPTIONS: ReadonlyMap<number, string> = new Map([
  [3, 'NSID'],
  [8, 'ECS'],
  [10, 'COOKIE'],
  [15, 'EDE'],
]);

const TYPE_NAMES = inverse(TYPE);
const CLASS_NAMES = inverse(CLASS);
const OPCODE_NAMES = inverse(OPCODE);
const RCODE_NAMES = inverse(RCODE);

/** `A`, `AAAA`, `TYPE65280`. */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/** `IN`, `CLASS65280`. */
export function className(code: number): string {
  return CLASS_NAMES.get(code) ?? `CLASS${code}`;
}

/** `NOERROR`, `NXDOMAIN`, `RCODE23`. */
export function rcodeName(code: number): string {
  return RCODE_NAMES.get(code) ?? `RCODE${code}`;
}

export function opcodeName(code: number): string {
  return OPCODE_NAMES.get(code) ?? `OPCODE${code}`;
}

export function optionName(code: number): string {
  return OPTIONS.get(code) ?? `OPT${code}`;
}

/** The number of `A`, `aaaa`, `TYPE65280`. Throws {@link Malformed}. */
export function parseType(text: string): number {
  return parseCode(text.toUpperCase(), TYPE, 'TYPE', 'record type');
}

/** The number of `IN`, `CLASS65280`. Throws {@link Malformed}. */
export function parseClass(text: string): number {
  return parseCode(text.toUpperCase(), CLASS, 'CLASS', 'class');
}

function parseCode(
  text: string,
  table: Readonly<Record<string, number>>,
  prefix: string,
  what: string,
): number {
  if (Object.hasOwn(table, text)) return table[text]!;
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  if (!/^(?:0|[1-9]\d{0,4})$/.test(digits) || Number(digits) > 65535) {
    throw new Malformed(
      `not a DNS ${what}: ${text.slice(0, 40)} (write ${Object.keys(table).join(', ')} or ${prefix}nnn)`,
    );
  }
  return Number(digits);
}

function inverse(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, code]) => [code, name]));
}

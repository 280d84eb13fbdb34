/**
 * The code points of DNS and their names: types, classes, opcodes, response codes, EDNS options, extended errors.
 *
 * Each is declared once, with the RFC that gave it out (registry: IANA "Domain Name System Parameters", RFC 6895). What
 * has no name here prints as `TYPE65280`, `CLASS65280` (RFC 3597 §5) or `RCODE24`, and reads back from that text.
 */
import { Malformed } from '../../base/errors.ts';

/**
 * Record types whose data this engine reads, and those that only ask (RFC 1035 §3.2.2, §3.2.3; AAAA RFC 3596 §2.1; SRV
 * RFC 2782; DNAME RFC 6672 §2.1; OPT RFC 6891 §6.1.1; DS, RRSIG, NSEC, DNSKEY RFC 4034; NSEC3, NSEC3PARAM RFC 5155;
 * SVCB, HTTPS RFC 9460 §14.1, §14.2; IXFR RFC 1995; CAA RFC 8659 §4.1).
 */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

/** Types that have a name in the registry, and whose data stays opaque here. */
const OTHER_TYPES: Readonly<Record<string, number>> = {
  MD: 3,
  MF: 4,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  MINFO: 14,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  'NSAP-PTR': 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  SINK: 40,
  APL: 42,
  SSHFP: 44,
  IPSECKEY: 45,
  DHCID: 49,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  DSYNC: 66,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  MAILB: 253,
  MAILA: 254,
  URI: 256,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  TA: 32768,
  DLV: 32769,
};
const TYPES: Readonly<Record<string, number>> = { ...TYPE, ...OTHER_TYPES };

/** RFC 1035 §3.2.4; `ANY` is a QCLASS only (§3.2.5), `NONE` belongs to dynamic update (RFC 2136). */
export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** RFC 1035 §4.1.1; NOTIFY RFC 1996; UPDATE RFC 2136 §1.3; DSO (stateful operations) RFC 8490. */
export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

/**
 * RFC 1035 §4.1.1; YXDOMAIN to NOTZONE RFC 2136 §2.2; DSOTYPENI RFC 8490. From 16 on the upper eight bits travel
 * in the OPT record (RFC 6891 §6.1.3, BADVERS §9); those of TSIG and TKEY RFC 8945 and RFC 2930; BADCOOKIE
 * RFC 7873 §8.
 */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;

/**
 * EDNS options: NSID RFC 5001 §2.3, ECS (client subnet) RFC 7871 §6, EXPIRE RFC 7314 §2, COOKIE RFC 7873 §4, KEEPALIVE
 * (edns-tcp-keepalive) RFC 7828 §3.1, PADDING RFC 7830 §3, EDE (extended error) RFC 8914 §2, REPORT RFC 9567 §5.
 */
export const OPTION = {
  NSID: 3,
  ECS: 8,
  EXPIRE: 9,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
  REPORT: 18,
} as const;

/** Options that stay opaque here. */
const OTHER_OPTIONS: Readonly<Record<string, number>> = {
  LLQ: 1,
  UL: 2,
  DAU: 5,
  DHU: 6,
  N3U: 7,
  CHAIN: 13,
  KEYTAG: 14,
  CLIENTTAG: 16,
  SERVERTAG: 17,
  ZONEVERSION: 19,
};

/** Extended errors by INFO-CODE (RFC 8914 §4, §5.2; 26 RFC 9250, 27 RFC 9276, 30 RFC 9824; the rest by registration). */
const EXTENDED_ERRORS: readonly string[] = [
  'Other',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDOMAIN Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
  'Invalid Query Type',
];

/** Codes that machines of this engine say themselves (RFC 8914 §4). */
export const EDE = {
  OTHER: 0,
  STALE_ANSWER: 3,
  FORGED_ANSWER: 4,
  CACHED_ERROR: 13,
  NOT_READY: 14,
  BLOCKED: 15,
  CENSORED: 16,
  FILTERED: 17,
  PROHIBITED: 18,
  STALE_NXDOMAIN: 19,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
  SYNTHESIZED: 29,
} as const;

/** Algorithms of DNSSEC keys and signatures, as zone files may write them (RFC 4034 appendix A.1, RFC 8624). */
const ALGORITHMS: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  NSEC3DSA: 6,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
};

/** Digest algorithms of DS records (RFC 8624). */
const DIGESTS: Readonly<Record<string, number>> = { 'SHA-1': 1, 'SHA-256': 2, GOST: 3, 'SHA-384': 4 };

const TYPE_NAMES = inverse(TYPES);
const CLASS_NAMES = inverse(CLASS);
const OPCODE_NAMES = inverse(OPCODE);
const RCODE_NAMES = inverse(RCODE);
const OPTION_NAMES = inverse({ ...OPTION, ...OTHER_OPTIONS });
const ALGORITHM_NAMES = inverse(ALGORITHMS);
const DIGEST_NAMES = inverse(DIGESTS);

/** `A`, `AAAA`, `TYPE65280`. */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/** `IN`, `CLASS65280`. */
export function className(code: number): string {
  return CLASS_NAMES.get(code) ?? `CLASS${code}`;
}

/** `NOERROR`, `NXDOMAIN`, `RCODE24`. */
export function rcodeName(code: number): string {
  return RCODE_NAMES.get(code) ?? `RCODE${code}`;
}

export function opcodeName(code: number): string {
  return OPCODE_NAMES.get(code) ?? `OPCODE${code}`;
}

/** `COOKIE`, `EDE`, `OPT65001`. */
export function optionName(code: number): string {
  return OPTION_NAMES.get(code) ?? `OPT${code}`;
}

/** `Stale Answer`; undefined for a code that nobody registered. */
export function extendedErrorName(code: number): string | undefined {
  return EXTENDED_ERRORS[code];
}

/** `ECDSAP256SHA256`; undefined for a number without a name. */
export function algorithmName(code: number): string | undefined {
  return ALGORITHM_NAMES.get(code);
}

/** `SHA-256`; undefined for a number without a name. */
export function digestName(code: number): string | undefined {
  return DIGEST_NAMES.get(code);
}

/** True for types that only ask, or that belong to one message: they are never stored data (RFC 6895 §3.1). */
export function isMetaType(type: number): boolean {
  return type === TYPE.OPT || type === 0 || (type >= 128 && type <= 255);
}

/** The number of `A`, `aaaa`, `TYPE65280`. Throws {@link Malformed}. */
export function parseType(text: string): number {
  return parseCode(text.toUpperCase(), TYPES, 'TYPE', 'record type', 'a name like A, MX or HTTPS');
}

/** The number of `IN`, `CLASS65280`. Throws {@link Malformed}. */
export function parseClass(text: string): number {
  return parseCode(text.toUpperCase(), CLASS, 'CLASS', 'class', Object.keys(CLASS).join(', '));
}

/** The number of `13` or `ECDSAP256SHA256`. Throws {@link Malformed}. */
export function parseAlgorithm(text: string): number {
  return parseOctet(text, ALGORITHMS, 'an algorithm (0 to 255, or a name like ECDSAP256SHA256)');
}

/** The number of `2`, `SHA-256` or `SHA256`. Throws {@link Malformed}. */
export function parseDigestType(text: string): number {
  const name = text.toUpperCase().replace(/^SHA(?=\d)/, 'SHA-');
  return parseOctet(name, DIGESTS, 'a digest type (0 to 255, or a name like SHA-256)');
}

function parseOctet(text: string, table: Readonly<Record<string, number>>, what: string): number {
  const name = text.toUpperCase();
  if (Object.hasOwn(table, name)) return table[name]!;
  if (!/^\d{1,3}$/.test(text) || Number(text) > 255) throw new Malformed(`not ${what}: ${text.slice(0, 40)}`);
  return Number(text);
}

function parseCode(
  text: string,
  table: Readonly<Record<string, number>>,
  prefix: string,
  what: string,
  examples: string,
): number {
  if (Object.hasOwn(table, text)) return table[text]!;
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  if (!/^(?:0|[1-9]\d{0,4})$/.test(digits) || Number(digits) > 65535) {
    throw new Malformed(`not a DNS ${what}: ${text.slice(0, 40)} (write ${examples} or ${prefix}nnn)`);
  }
  return Number(digits);
}

function inverse(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, code]) => [code, name]));
}

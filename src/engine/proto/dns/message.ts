/**
 * What authority, resolver and stub share about messages: making queries and responses, and fitting a response into the
 * space that its reader has.
 *
 * RFC 1035 §4.1.1 (header), RFC 6891 §6.2 (sizes), RFC 2181 §9 (truncation), RFC 8906 §3 (what to do with the rest).
 */
import type { Bytes } from '../../base/bytes.ts';
import { readU16 } from '../../base/bytes.ts';
import { CLASS, OPCODE, RCODE, TYPE } from '../../wire/dns/code.ts';
import { encodeDns } from '../../wire/dns/fast.ts';
import {
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  ednsOf,
  optRecord,
} from '../../wire/dns/message.ts';
import { sameName } from '../../wire/dns/name.ts';

/** Where DNS is served (RFC 1035 §4.2.1). */
export const DNS_PORT = 53;
/** What fits without EDNS (RFC 1035 §2.3.4). */
export const PLAIN_SIZE = 512;
/** 1,280 bytes, what every IPv6 link carries, less 48 of headers: what servers settled on in 2020. RFC 9715 §3 allows up to 1,400. */
export const EDNS_SIZE = 1232;
/** The limit of a response over a stream: the two-byte length in front of it (RFC 1035 §4.2.2). */
export const STREAM_SIZE = 65_535;

const EMPTY = {
  opcode: OPCODE.QUERY,
  authoritative: false,
  truncated: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: RCODE.NOERROR,
  answers: [],
  authorities: [],
  additionals: [],
} as const;

export function makeQuery(
  id: number,
  name: string,
  type: number,
  recursionDesired: boolean,
  udpSize: number | undefined,
): DnsMessage {
  return {
    ...EMPTY,
    id,
    response: false,
    recursionDesired,
    questions: [{ name, type, class: CLASS.IN }],
    additionals: udpSize === undefined ? [] : [optRecord(udpSize)],
  };
}

/** An empty response to `query`, with an OPT record when the query had one. `rcode` may have twelve bits. */
export function makeResponse(query: DnsMessage, rcode: number, udpSize: number): DnsMessage {
  return {
    ...EMPTY,
    id: query.id,
    response: true,
    opcode: query.opcode,
    recursionDesired: query.recursionDesired,
    checkingDisabled: query.checkingDisabled,
    rcode: rcode & 15,
    questions: query.questions,
    additionals: ednsOf(query) ? [optRecord(udpSize, rcode >> 4)] : [],
  };
}

/** FORMERR for bytes that could not be read: twelve bytes of header that repeat the ID; undefined without a header or for a response. */
export function formatError(query: Bytes): Bytes | undefined {
  if (query.length < 12 || query[2]! >= 0x80) return undefined;
  const bytes = new Uint8Array(12);
  bytes[0] = query[0]!;
  bytes[1] = query[1]!;
  bytes[2] = 0x80 | (query[2]! & 0x79);
  bytes[3] = RCODE.FORMERR;
  return bytes;
}

/** The ID of a message whose header is there. */
export function messageId(bytes: Bytes): number {
  return readU16(bytes, 0);
}

export function sameQuestion(a: DnsQuestion, b: DnsQuestion): boolean {
  return a.type === b.type && a.class === b.class && sameName(a.name, b.name);
}

/** Bytes that may go back to whoever sent `query` over UDP, within the server's own limit (RFC 6891 §6.2.3, §6.2.5). */
export function responseLimit(query: DnsMessage, ownLimit: number): number {
  if (ownLimit >= STREAM_SIZE) return STREAM_SIZE;
  return Math.min(ownLimit, ednsOf(query)?.udpSize ?? PLAIN_SIZE);
}

export interface Fitted {
  readonly bytes: Bytes;
  readonly truncated: boolean;
}

/**
 * Encodes `response` in at most `limit` bytes. Additional sets that are not `needed` go first, the last one first, which
 * costs nobody anything (RFC 2181 §9); then the authority section, if it is no part of the answer. What still does not
 * fit is cut to the question with TC set, so that nobody takes part of an answer for the whole.
 */
export function fit(
  response: DnsMessage,
  limit: number,
  needed: (record: DnsRecord) => boolean,
  isAuthorityNeeded = true,
): Fitted {
  let bytes = encodeDns(response);
  if (bytes.length <= limit) return { bytes, truncated: false };
  let { additionals } = response;
  for (let i = additionals.length - 1; i >= 0; i--) {
    const last = additionals[i]!;
    if (last.type === TYPE.OPT || needed(last)) continue;
    // Sets stay whole (RFC 2181 §5)
    additionals = additionals.filter((other) => other.type !== last.type || !sameName(other.name, last.name));
    i = additionals.length;
    bytes = encodeDns({ ...response, additionals });
    if (bytes.length <= limit) return { bytes, truncated: false };
  }
  const opt = response.additionals.filter(({ type }) => type === TYPE.OPT);
  if (!isAuthorityNeeded) {
    bytes = encodeDns({ ...response, authorities: [], additionals: opt });
    if (bytes.length <= limit) return { bytes, truncated: false };
  }
  const rest = { answers: [], authorities: [], additionals: opt };
  return { bytes: encodeDns({ ...response, ...rest, truncated: true }), truncated: true };
}

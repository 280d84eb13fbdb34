/**
 * The side of a resolver that its clients see: which queries it takes, and how it writes answers.
 *
 * RFC 1035 §4.1.1 (RA), RFC 6891 §6.1.1 (one OPT) and §6.1.3 (BADVERS), RFC 9619 §4 (one question), RFC 8906 §3.1.2
 * (NOTIMP for what is no type of data; RFC 8482 §4 would have ANY answered with a part of what there is).
 */

import { Malformed } from '../../../base/errors.ts';
import type { Ip } from '../../../base/ip.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { CLASS, OPCODE, opcodeName, RCODE, TYPE, typeName } from '../../../wire/dns/code.ts';
import { decodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, ednsOf } from '../../../wire/dns/message.ts';
import { EDNS_SIZE, fit, formatError, makeResponse, responseLimit, STREAM_SIZE } from '../message.ts';
import type { DnsArrival, DnsTransmit, DnsTransport } from '../packet.ts';

/** Who asked, from where, and what. `query` is missing when its bytes could not be read. */
export interface Client {
  readonly transport: DnsTransport;
  readonly from: Ip;
  readonly port: number;
  readonly localPort: number;
  readonly exchange?: number;
  readonly query: DnsMessage | undefined;
  /** The answer to bytes that could not be read. */
  readonly unreadable: Uint8Array;
  readonly problem: string;
}

/** Reads a query; undefined when the bytes deserve no answer. */
export function readClientQuery(arrival: DnsArrival): Client | undefined {
  const { bytes, to: _, ...at } = arrival;
  const unreadable = formatError(bytes);
  if (!unreadable) return undefined;
  try {
    return { ...at, query: decodeDns(bytes), unreadable, problem: '' };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ...at, query: undefined, unreadable, problem: error.message };
  }
}

/** Why a query is not taken, and the response code that says so. */
export function clientFault(client: Client): { readonly rcode: number; readonly reason: string } | undefined {
  const { query } = client;
  if (!query) return { rcode: RCODE.FORMERR, reason: client.problem };
  if (query.opcode !== OPCODE.QUERY)
    return { rcode: RCODE.NOTIMP, reason: `${opcodeName(query.opcode)} is not implemented` };
  if (query.additionals.filter((record) => record.type === TYPE.OPT).length > 1)
    return { rcode: RCODE.FORMERR, reason: 'more than one OPT record' };
  const version = ednsOf(query)?.version ?? 0;
  if (version > 0) return { rcode: RCODE.BADVERS, reason: `EDNS version ${version} does not exist` };
  if (query.questions.length !== 1)
    return { rcode: RCODE.FORMERR, reason: `${query.questions.length} questions instead of one` };
  const { type, class: code } = query.questions[0]!;
  if (code !== CLASS.IN) return { rcode: RCODE.REFUSED, reason: 'only class IN is resolved' };
  if (type === TYPE.AXFR || type === TYPE.ANY || type === TYPE.OPT)
    return { rcode: RCODE.NOTIMP, reason: `${typeName(type)} is not resolved` };
  if (!query.recursionDesired)
    return {
      rcode: RCODE.REFUSED,
      reason: 'the query wants no recursion, and what is cached is nobody else’s business',
    };
  return undefined;
}

/** The datagram that answers a client, within the size it can take; `truncated` when TC had to be set. */
export function writeClientAnswer(
  client: Client,
  outcome: {
    readonly rcode: number;
    readonly answers: readonly DnsRecord[];
    readonly authorities: readonly DnsRecord[];
  },
  because: MachineEvent,
): { readonly transmit: DnsTransmit; readonly truncated: boolean } {
  const { transport, from, port, localPort, exchange } = client;
  const to = { transport, to: from, port, localPort, ...(exchange !== undefined && { exchange }), because };
  if (!client.query) return { transmit: { ...to, bytes: client.unreadable }, truncated: false };
  const base = makeResponse(client.query, outcome.rcode, EDNS_SIZE);
  const response: DnsMessage = {
    ...base,
    recursionAvailable: true,
    answers: outcome.answers,
    authorities: outcome.authorities,
  };
  const { bytes, truncated } = fit(
    response,
    transport === 'tcp' ? STREAM_SIZE : responseLimit(client.query, EDNS_SIZE),
    () => false,
  );
  return { transmit: { ...to, bytes }, truncated };
}

/**
 * The side of a resolver that its clients see: which queries it takes, and how it writes answers.
 *
 * RFC 1035 §4.1.1 (RA), RFC 6891 §6.1.1 (one OPT) and §6.1.3 (BADVERS), RFC 9619 §4 (one question), RFC 8914 §2
 * (extended errors, to those who speak EDNS), RFC 3225 §3 (DO is copied). ANY is asked on and answered with what the
 * servers give, as Unbound does with `deny-any: no`; RFC 8482 §4 leaves to servers how much that is.
 *
 * Not here: cookies of clients, padding, DNSSEC (AD is never set, CD is repeated and changes nothing).
 */

import { fromUtf8 } from '../../../base/bytes.ts';
import { Malformed } from '../../../base/errors.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import { formatNumber } from '../../../base/units.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { CLASS, OPCODE, OPTION, opcodeName, RCODE, TYPE, typeName } from '../../../wire/dns/code.ts';
import { decodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, ednsOf, optRecord } from '../../../wire/dns/message.ts';
import { EDNS_SIZE, fit, formatError, makeResponse, responseLimit, STREAM_SIZE } from '../message.ts';
import type { DnsArrival, DnsTransmit, DnsTransport } from '../packet.ts';
import type { Extended, Outcome } from './task.ts';

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
export function clientFault(
  client: Client,
  allowSnoop: boolean,
): { readonly rcode: number; readonly reason: string } | undefined {
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
  // 128 to 254 are no types of data but things to do (RFC 6895 §3.1), such as zone transfer
  if ((type >= 128 && type < TYPE.ANY) || type === TYPE.OPT || type === 0)
    return { rcode: RCODE.NOTIMP, reason: `${typeName(type)} is not resolved` };
  if (!query.recursionDesired && !allowSnoop)
    return {
      rcode: RCODE.REFUSED,
      reason: 'the query wants no recursion, and what is cached is nobody else’s business',
    };
  return undefined;
}

/** Two queries that are the same one, sent again. */
export function isSameQuery(a: Client, b: Client): boolean {
  return a.from === b.from && a.port === b.port && a.exchange === b.exchange && a.query?.id === b.query?.id;
}

/** The message that answers a client, within the size it can take; `cut` tells of what had to be left out. */
export function writeClientAnswer(
  client: Client,
  outcome: Outcome,
  because: MachineEvent,
): { readonly transmit: DnsTransmit; readonly cut?: MachineEvent } {
  const { transport, from, port, localPort, exchange } = client;
  const to = { transport, to: from, port, localPort, ...(exchange !== undefined && { exchange }), because };
  if (!client.query) return { transmit: { ...to, bytes: client.unreadable } };
  const response: DnsMessage = {
    ...makeResponse(client.query, outcome.rcode, EDNS_SIZE),
    recursionAvailable: true,
    answers: outcome.answers,
    authorities: outcome.authorities,
    additionals: [...(outcome.additionals ?? []), ...optOf(client.query, outcome)],
  };
  const limit = transport === 'tcp' ? STREAM_SIZE : responseLimit(client.query, EDNS_SIZE);
  const { bytes, truncated } = fit(response, limit, () => false);
  if (!truncated) return { transmit: { ...to, bytes } };
  const { name, type } = client.query.questions[0]!;
  const cut: MachineEvent = {
    kind: 'dns.resolver.cut',
    detail: {
      client: formatIp(from),
      name,
      type: typeName(type),
      limit,
      reason: `the whole answer has more than the ${formatNumber(limit)} bytes that its client takes over ${transport.toUpperCase()}`,
    },
  };
  return { transmit: { ...to, bytes, because: cut }, cut };
}

function optOf(query: DnsMessage, outcome: Outcome): DnsRecord[] {
  const edns = ednsOf(query);
  if (!edns) return [];
  const options = outcome.extended ? [{ code: OPTION.EDE, data: extendedData(outcome.extended) }] : [];
  const opt = optRecord(EDNS_SIZE, outcome.rcode >> 4, options);
  return [edns.dnssecOk ? { ...opt, ttl: opt.ttl + 0x8000 } : opt];
}

/** RFC 8914 §2: a code of two bytes, and a text for people. */
function extendedData({ code, text }: Extended): Uint8Array {
  return Uint8Array.from([code >> 8, code & 255, ...fromUtf8(text)]);
}

/**
 * Which datagram answers which query: what a forger would have to guess (RFC 5452 §9.1).
 *
 * Shared by resolver and stub. The local port was matched before, by whoever holds the queries by port.
 */

import { Malformed } from '../../base/errors.ts';
import { formatIp, type Ip } from '../../base/ip.ts';
import { CLASS, RCODE } from '../../wire/dns/code.ts';
import { decodeDns } from '../../wire/dns/fast.ts';
import type { DnsMessage } from '../../wire/dns/message.ts';
import { DNS_PORT, sameQuestion } from './message.ts';
import type { DnsArrival } from './packet.ts';

/** What a response must repeat. */
export interface Expected {
  readonly server: Ip;
  readonly id: number;
  readonly name: string;
  readonly type: number;
}

/** The response, or why the datagram is none to this query. */
export function matchResponse(arrival: DnsArrival, expected: Expected | undefined): DnsMessage | string {
  if (!expected) return `no query is waiting at port ${arrival.localPort}`;
  if (arrival.from !== expected.server || arrival.port !== DNS_PORT) {
    return `the query went to ${formatIp(expected.server)} port ${DNS_PORT}`;
  }
  let message: DnsMessage;
  try {
    message = decodeDns(arrival.bytes);
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
  if (!message.response) return 'it is no response';
  if (message.id !== expected.id) return `its ID is ${message.id}, the query had another`;
  // A server that could not read the query cannot repeat its question
  const unread = message.rcode === RCODE.FORMERR || message.rcode === RCODE.NOTIMP;
  if (unread && message.questions.length === 0) return message;
  const [question] = message.questions;
  const asked = { name: expected.name, type: expected.type, class: CLASS.IN };
  if (!question || message.questions.length > 1 || !sameQuestion(question, asked))
    return 'it answers another question';
  return message;
}

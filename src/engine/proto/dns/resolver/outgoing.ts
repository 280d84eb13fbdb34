/**
 * The queries of a resolver that are on their way: how they are made hard to forge, and which message answers which.
 *
 * RFC 5452 §9 (random IDs and ports, what a response must match), RFC 7873 §5.1 and §5.3 (cookies, client side), RFC
 * 7766 §5 (TCP), and letters of random case (draft-vixie-dnsext-dns0x20). A response that fails the test of cookie or
 * case is ignored, and makes the next try go over TCP, which a forger off the path cannot join.
 */

import { type Bytes, equalBytes } from '../../../base/bytes.ts';
import { Misuse } from '../../../base/errors.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { OPTION, typeName } from '../../../wire/dns/code.ts';
import { encodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, ednsOf, optRecord } from '../../../wire/dns/message.ts';
import { sameName } from '../../../wire/dns/name.ts';
import { matchResponse } from '../match.ts';
import { DNS_PORT, EDNS_SIZE, makeQuery } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsTransport } from '../packet.ts';
import type { ResolverConfig } from './config.ts';
import type { Journal } from './journal.ts';
import type { ServerBook } from './servers.ts';
import type { Task } from './task.ts';

/** What to send, to whom, and why. */
export interface Order {
  readonly task: Task;
  readonly name: string;
  readonly type: number;
  /** It asks for a part of the name only (RFC 9156). */
  readonly isPart: boolean;
  readonly server: Ip;
  readonly serverName: string;
  readonly transport: DnsTransport;
  readonly edns: boolean;
  readonly recursionDesired: boolean;
  /** Fields of the event: zone, attempt, reason … */
  readonly about: Detail;
}

/** A query on its way. */
export interface Query extends Order {
  readonly id: number;
  readonly localPort: number;
  readonly exchange: number | undefined;
  /** The name in the letters in which it was sent. */
  readonly sentName: string;
  /** The letters were drawn by lot, and must come back as they are. */
  readonly isMixed: boolean;
  readonly cookie: Bytes | undefined;
  readonly sentAt: Nanoseconds;
  readonly deadline: Nanoseconds;
  /** A response came that may have been forged; why it was not taken. */
  doubt: string | undefined;
  /** Other tasks that would ask the same, and wait for the same answer. */
  readonly followers: Task[];
}

/** A connection, the question and its answer: what Unbound waits for a server over TCP. */
const TCP_TIME: Nanoseconds = 3 * SECOND;

export class Outgoing {
  readonly #config: ResolverConfig;
  readonly #journal: Journal;
  readonly #servers: ServerBook;
  readonly #random: Random;
  readonly #queries = new Set<Query>();
  #lastId = 0;
  #lastExchange = 0;

  constructor(config: ResolverConfig, journal: Journal, servers: ServerBook, random: Random) {
    this.#config = config;
    this.#journal = journal;
    this.#servers = servers;
    this.#random = random;
  }

  send(order: Order, now: Nanoseconds): Query {
    const { name, server, transport, edns } = order;
    const isTcp = transport === 'tcp';
    const timeout = isTcp ? TCP_TIME : this.#servers.rto(server, now);
    const id = this.#config.ids === 'random' ? this.#random.below(0x1_0000) : ++this.#lastId & 0xffff;
    const cookie = this.#config.cookies && edns ? this.#servers.cookie(server, now) : undefined;
    const mixes = this.#config.caseRandom && !isTcp && this.#servers.keepsCase(server, now);
    const query: Query = {
      ...order,
      id,
      localPort: isTcp ? 0 : this.#freePort(),
      exchange: isTcp ? ++this.#lastExchange : undefined,
      sentName: mixes ? this.#mixCase(name) : name,
      isMixed: mixes,
      cookie,
      sentAt: now,
      deadline: now + timeout,
      doubt: undefined,
      followers: [],
    };
    this.#queries.add(query);
    const letters = mixes && { letters: query.sentName };
    const about = { ...aboutQuery(query), ...order.about, ...letters, timeout };
    const because = this.#journal.emit('dns.resolver.ask', about);
    this.#transmit(query, because);
    return query;
  }

  /** A query on its way that asks the same of a server of the same zone. */
  alike(name: string, type: number, zone: string): Query | undefined {
    for (const query of this.#queries)
      if (query.type === type && query.about['zone'] === zone && sameName(query.name, name)) return query;
    return undefined;
  }

  /** The query that a message answers, and the message; undefined when it answers none, which an event tells. */
  receive(arrival: DnsArrival, now: Nanoseconds): { query: Query; message: DnsMessage } | undefined {
    let reason = `no query is waiting at port ${arrival.localPort}`;
    for (const query of this.#at(arrival)) {
      const message = matchResponse(arrival, query);
      const fault = typeof message === 'string' ? message : this.#distrust(query, message, now);
      if (typeof message !== 'string' && fault === undefined) {
        this.#queries.delete(query);
        if (query.transport === 'udp') this.#servers.answered(query.server, now - query.sentAt, now);
        return { query, message };
      }
      reason = fault!;
    }
    this.#journal.emit('dns.resolver.ignore', {
      from: formatIp(arrival.from),
      port: arrival.port,
      localPort: arrival.localPort,
      reason,
    });
    return undefined;
  }

  /** The query that could not be delivered, if it is one of these. */
  failed(failure: DnsFailure): Query | undefined {
    const query = this.#at(failure).find((one) => one.server === failure.to);
    if (query) this.#queries.delete(query);
    return query;
  }

  /** Takes out the queries that waited long enough. */
  expired(now: Nanoseconds): Query[] {
    const late = [...this.#queries].filter((query) => query.deadline <= now);
    for (const query of late) this.#queries.delete(query);
    return late;
  }

  /** True when a query to this server is on its way. */
  isAsking(server: Ip): boolean {
    for (const query of this.#queries) if (query.server === server) return true;
    return false;
  }

  pollTimeout(): Nanoseconds {
    let next = NEVER;
    for (const query of this.#queries) next = Math.min(next, query.deadline);
    return next;
  }

  ports(): number[] {
    return [
      ...new Set([...this.#queries].filter((one) => one.transport === 'udp').map((one) => one.localPort)),
    ];
  }

  exchanges(): number[] {
    return [...this.#queries].flatMap((one) => (one.exchange === undefined ? [] : [one.exchange]));
  }

  #at(where: DnsArrival | DnsFailure): Query[] {
    return [...this.#queries].filter((query) =>
      where.transport === 'tcp'
        ? query.exchange === where.exchange
        : query.transport === 'udp' && query.localPort === where.localPort,
    );
  }

  #transmit(query: Query, because: MachineEvent): void {
    const plain = makeQuery(query.id, query.sentName, query.type, query.recursionDesired, undefined);
    const options = query.cookie ? [{ code: OPTION.COOKIE, data: query.cookie }] : [];
    const message = query.edns ? { ...plain, additionals: [optRecord(EDNS_SIZE, 0, options)] } : plain;
    const { transport, server: to, localPort, exchange } = query;
    const bytes = encodeDns(message);
    const at = { transport, to, port: DNS_PORT, localPort, bytes, because };
    this.#journal.send(exchange === undefined ? at : { ...at, exchange });
  }

  /** Why a response that matches might be a forger’s. */
  #distrust(query: Query, message: DnsMessage, now: Nanoseconds): string | undefined {
    const fault = this.#wrongCookie(query, message, now) ?? this.#wrongCase(query, message);
    query.doubt = fault ?? query.doubt;
    return fault;
  }

  /** RFC 7873 §5.3: a cookie of the wrong client, or none from a server that is known to have them. */
  #wrongCookie(query: Query, message: DnsMessage, now: Nanoseconds): string | undefined {
    const { cookie, server } = query;
    if (!cookie) return undefined;
    const given = ednsOf(message)?.options.find((option) => option.code === OPTION.COOKIE)?.data;
    if (!given) {
      const hadOne = this.#servers.hasCookie(server, now);
      if (hadOne && query.transport === 'udp') return 'its cookie is missing, and this server had one';
      // over TCP nobody forges this: it has none any more
      this.#servers.learnNoCookies(server, now);
      return undefined;
    }
    const isRight = given.length >= 8 && equalBytes(given.subarray(0, 8), cookie.subarray(0, 8));
    if (!isRight || (given.length !== 8 && (given.length < 16 || given.length > 40)))
      return 'its cookie is not the one that was sent';
    if (given.length > 8) this.#servers.learnCookie(server, given.slice(8), now);
    return undefined;
  }

  #wrongCase(query: Query, message: DnsMessage): string | undefined {
    // also where chance has drawn the letters that the client wrote
    if (!query.isMixed || message.questions.length === 0) return undefined;
    if (message.questions[0]!.name === query.sentName) return undefined;
    return `its question is in other letters than ${query.sentName}`;
  }

  #mixCase(name: string): string {
    return name.replace(/[a-z]/gi, (letter) =>
      this.#random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase(),
    );
  }

  /** A random port that nothing waits on. With as many ports as tasks at most, the bound is never met. */
  #freePort(): number {
    const { ports } = this.#config;
    if (ports !== 'random') return ports.fixed;
    const taken = new Set(this.ports());
    for (let i = 0; i < 100; i++) {
      const port = 1024 + this.#random.below(0x1_0000 - 1024);
      if (!taken.has(port)) return port;
    }
    throw new Misuse('no free port in 100 draws');
  }
}

export function aboutQuery(query: Query): Detail {
  return {
    server: formatIp(query.server),
    serverName: query.serverName,
    name: query.name,
    type: typeName(query.type),
    id: query.id,
    localPort: query.localPort,
    ...(query.transport === 'tcp' && { transport: 'tcp' }),
  };
}

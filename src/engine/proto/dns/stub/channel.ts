/**
 * The resolver library that Node brings along, c-ares, as a machine: what `dns.resolve…` asks its servers, how often,
 * and how long it waits.
 *
 * One question a query, without EDNS, for an absolute name; no hosts file, no search list, no cache. The server that
 * failed least is asked first, and each at most `tries` times. Whatever a server answers counts, errors too; only what
 * cannot be read makes it fail. A truncated answer is asked for again over TCP. Queries to one server that are under way
 * at once share a port, or a connection.
 *
 * Waits: `timeout` in the first round, or five times what the server took lately when it has answered three times;
 * twice as long in each further round, less a random part of up to half, and never less than 250 ms. The library is
 * woken by a timer of at most one second, so a wait ends at the first such moment after it: 2 s becomes 3 s. All this
 * was measured beside Node 26 (test/interop/node-dns.test.ts).
 *
 * Not here: the probe that c-ares sends to a server that failed before, and names that need Unicode's rules.
 */
import { Malformed } from '../../../base/errors.ts';
import { familyOf, formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { MILLISECOND, type Nanoseconds, NEVER, SECOND } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { CLASS, RCODE, rcodeName, typeName } from '../../../wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../wire/dns/fast.ts';
import type { DnsMessage } from '../../../wire/dns/message.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { DNS_PORT, makeQuery, sameQuestion } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsMachine, DnsTransmit } from '../packet.ts';
import { ServerLatency } from './server-latency.ts';

export interface ChannelServer {
  readonly address: Ip;
  readonly port: number;
}

export interface ChannelOptions {
  readonly random: Random;
  readonly servers: readonly ChannelServer[];
  readonly timeout: Nanoseconds;
  /** The longest wait; 0 for none set. */
  readonly maxTimeout: Nanoseconds;
  /** Rounds through the servers. */
  readonly tries: number;
  /** How often the library looks at its waits. */
  readonly tick: Nanoseconds;
}

/** Why there is no answer, in Node's words. */
export type ChannelProblem = 'EBADRESP' | 'ECANCELLED' | 'ECONNREFUSED' | 'ETIMEOUT' | 'UNKNOWN_ARES_ERROR';

export interface ChannelResult {
  readonly handle: number;
  /** What a server said, whatever its RCODE; undefined when there is a problem. */
  readonly message: DnsMessage | undefined;
  readonly problem: ChannelProblem | undefined;
}

interface Server extends ChannelServer {
  /** Its place in the list. */
  readonly place: number;
  failures: number;
  readonly latency: ServerLatency;
  /** The port that questions to it leave from while one is under way. */
  udpPort: number | undefined;
  tcpExchange: number | undefined;
}

interface Query {
  readonly handle: number;
  readonly id: number;
  readonly name: string;
  readonly type: number;
  readonly startedAt: Nanoseconds;
  server: Server | undefined;
  isTcp: boolean;
  tries: number;
  sentAt: Nanoseconds;
  deadline: Nanoseconds;
  problem: ChannelProblem | undefined;
  sends: number;
}

/** What c-ares never waits less than, and more than when nothing else is said. */
const MIN_TIMEOUT: Nanoseconds = 250 * MILLISECOND;
const MAX_TIMEOUT: Nanoseconds = 5 * SECOND;
/** Queries at a time; c-ares has 65,536 IDs. */
const MAX_QUERIES = 10_000;

export class ResolverChannel implements DnsMachine {
  readonly #random: Random;
  readonly #options: ChannelOptions;
  #servers: Server[] = [];
  readonly #queries = new Map<number, Query>();
  #events: MachineEvent[] = [];
  #transmits: DnsTransmit[] = [];
  #results: ChannelResult[] = [];
  #nextHandle = 1;
  #nextExchange = 1;
  #from: readonly Ip[] = [];
  /** Since when the timer counts. */
  #tickBase: Nanoseconds = 0;

  constructor(options: ChannelOptions) {
    this.#random = options.random;
    this.#options = options;
    this.useServers(options.servers);
  }

  get isBusy(): boolean {
    return this.#queries.size > 0;
  }

  get servers(): readonly ChannelServer[] {
    return this.#servers;
  }

  /** Other servers from now on, each once. Nothing may be under way. */
  useServers(servers: readonly ChannelServer[]): void {
    const seen = new Set<string>();
    this.#servers = [];
    for (const { address, port } of servers) {
      const key = `${formatIp(address)} ${port}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#servers.push({
        address,
        port,
        place: this.#servers.length,
        failures: 0,
        latency: new ServerLatency(),
        udpPort: undefined,
        tcpExchange: undefined,
      });
    }
  }

  /** Addresses to send from, one of each family at most. */
  sendFrom(addresses: readonly Ip[]): void {
    this.#from = addresses;
  }

  /** Asks for one type of a name in its canonical text. The result comes from {@link pollResult}. */
  query(name: string, type: number, now: Nanoseconds): number {
    const handle = this.#nextHandle++;
    const query: Query = {
      handle,
      id: this.#freshId(),
      name,
      type,
      startedAt: now,
      server: undefined,
      isTcp: false,
      tries: 0,
      sentAt: now,
      deadline: NEVER,
      problem: undefined,
      sends: 0,
    };
    if (this.#servers.length === 0 || this.#queries.size >= MAX_QUERIES) {
      this.#results.push({ handle, message: undefined, problem: 'UNKNOWN_ARES_ERROR' });
      return handle;
    }
    this.#queries.set(handle, query);
    this.#send(query, `${typeName(type)} of ${name} is wanted`, now);
    return handle;
  }

  /** Ends everything that is under way. */
  cancel(): void {
    for (const query of [...this.#queries.values()]) this.#end(query, undefined, 'ECANCELLED');
  }

  handle(arrival: DnsArrival, now: Nanoseconds): void {
    this.#tickBase = now;
    const server = this.#servers.find(({ udpPort, tcpExchange }) =>
      arrival.exchange === undefined ? udpPort === arrival.localPort : tcpExchange === arrival.exchange,
    );
    if (!server || arrival.from !== server.address || arrival.port !== server.port) {
      this.#ignore(arrival, `no query is waiting for it at port ${arrival.localPort}`);
      return;
    }
    const isTcp = arrival.exchange !== undefined;
    let message: DnsMessage;
    try {
      message = decodeDns(arrival.bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#fail(server, isTcp, 'EBADRESP', `${said(server)}: ${error.message}`, now);
      return;
    }
    const query = [...this.#queries.values()].find(
      (one) => one.id === message.id && one.server === server && one.isTcp === isTcp,
    );
    const [question] = message.questions;
    const asked = query && { name: query.name, type: query.type, class: CLASS.IN };
    if (!query || !question || message.questions.length !== 1 || !sameQuestion(question, asked!)) {
      this.#ignore(arrival, query ? 'it answers another question' : `nobody asked with the ID ${message.id}`);
      return;
    }
    this.#hear(query, server, message, now);
  }

  handleFailure(failure: DnsFailure, now: Nanoseconds): void {
    const isTcp = failure.exchange !== undefined;
    const server = this.#servers.find(({ udpPort, tcpExchange }) =>
      isTcp ? tcpExchange === failure.exchange : udpPort === failure.localPort,
    );
    if (server) this.#fail(server, isTcp, 'ECONNREFUSED', `${said(server)}: ${failure.reason}`, now);
  }

  handleTimeout(now: Nanoseconds): void {
    for (const query of [...this.#queries.values()]) {
      if (query.deadline >= now || !this.#queries.has(query.handle)) continue;
      const server = query.server!;
      const waited = now - query.sentAt;
      const type = typeName(query.type);
      this.#emit('dns.stub.timeout', { name: query.name, type, server: said(server), waited });
      server.failures += 1;
      this.#release(query);
      this.#again(query, 'ETIMEOUT', `${said(server)} did not answer`, now);
    }
    // those that are left begin to count anew when the timer rings, as libuv's repeating timer does
    const period = this.#options.tick;
    if (now > this.#tickBase) this.#tickBase += Math.floor((now - this.#tickBase) / period) * period;
  }

  pollResult(): ChannelResult | undefined {
    return this.#results.shift();
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  pollTransmit(_now: Nanoseconds): DnsTransmit | undefined {
    return this.#transmits.shift();
  }

  /** The first ringing of the timer after the earliest wait has ended. */
  pollTimeout(): Nanoseconds {
    let first = NEVER;
    for (const { deadline } of this.#queries.values()) first = Math.min(first, deadline);
    if (first === NEVER) return NEVER;
    const { tick } = this.#options;
    return this.#tickBase + (Math.floor(Math.max(0, first - this.#tickBase) / tick) + 1) * tick;
  }

  ports(): number[] {
    return this.#servers.flatMap(({ udpPort }) => udpPort ?? []);
  }

  exchanges(): number[] {
    return this.#servers.flatMap(({ tcpExchange }) => tcpExchange ?? []);
  }

  #hear(query: Query, server: Server, message: DnsMessage, now: Nanoseconds): void {
    if (message.truncated && !query.isTcp) {
      this.#release(query);
      query.isTcp = true;
      this.#send(query, `the answer of ${said(server)} does not fit a datagram`, now);
      return;
    }
    const took = now - query.sentAt;
    server.failures = 0;
    if (message.rcode === RCODE.NOERROR || message.rcode === RCODE.NXDOMAIN) server.latency.note(took, now);
    this.#emit('dns.stub.answer', {
      name: query.name,
      type: typeName(query.type),
      rcode: rcodeName(message.rcode),
      data: message.answers.map(dataText).join(', '),
      server: said(server),
      took,
    });
    this.#end(query, message, undefined);
  }

  /** A port or a connection is of no use any more: all that wait at it try again. */
  #fail(server: Server, isTcp: boolean, problem: ChannelProblem, reason: string, now: Nanoseconds): void {
    const waiting = [...this.#queries.values()].filter(
      (query) => query.server === server && query.isTcp === isTcp,
    );
    server.failures += 1;
    for (const query of waiting) this.#release(query);
    for (const query of waiting) {
      const type = typeName(query.type);
      this.#emit('dns.stub.useless', { name: query.name, type, server: said(server), reason });
      this.#again(query, problem, reason, now);
    }
  }

  #again(query: Query, problem: ChannelProblem, reason: string, now: Nanoseconds): void {
    query.tries += 1;
    query.problem = problem;
    if (query.tries < this.#servers.length * this.#options.tries) {
      this.#send(query, reason, now);
      return;
    }
    const { name, type, sends, startedAt } = query;
    this.#emit('dns.stub.fail', { name, type: typeName(type), sends, took: now - startedAt, reason });
    this.#end(query, undefined, problem);
  }

  #send(query: Query, reason: string, now: Nanoseconds): void {
    if (this.ports().length + this.exchanges().length === 0) this.#tickBase = now;
    const server = this.#servers.reduce((best, one) => (one.failures < best.failures ? one : best));
    query.server = server;
    query.sentAt = now;
    query.sends += 1;
    query.deadline = now + this.#wait(query, server, now);
    if (query.isTcp) server.tcpExchange ??= this.#nextExchange++;
    else server.udpPort ??= this.#freePort();
    const { id, name, type, isTcp } = query;
    const localPort = isTcp ? 0 : server.udpPort!;
    const because = this.#emit('dns.stub.ask', {
      name,
      type: typeName(type),
      server: said(server),
      attempt: Math.floor(query.tries / this.#servers.length) + 1,
      id,
      localPort,
      ...(isTcp && { transport: 'tcp' }),
      reason,
    });
    const from = this.#from.find((one) => familyOf(one) === familyOf(server.address));
    this.#transmits.push({
      transport: isTcp ? 'tcp' : 'udp',
      to: server.address,
      port: server.port,
      localPort,
      ...(isTcp && { exchange: server.tcpExchange! }),
      ...(from !== undefined && { from }),
      bytes: encodeDns(makeQuery(id, name, type, true, undefined)),
      because,
    });
  }

  #wait(query: Query, server: Server, now: Nanoseconds): Nanoseconds {
    const { timeout, maxTimeout } = this.#options;
    const most = maxTimeout || MAX_TIMEOUT;
    const first = Math.min(Math.max(server.latency.wait(now) ?? timeout, MIN_TIMEOUT), most);
    const round = Math.floor(query.tries / this.#servers.length);
    if (round === 0) return first;
    let wait = first * (1 << Math.min(round, 20));
    if (maxTimeout !== 0) wait = Math.min(wait, maxTimeout);
    wait -= Math.floor((wait * this.#random.below(0x1_0000)) / 0x1_ffff);
    return Math.max(wait, first);
  }

  /** The query waits no longer where it did; nobody else there lets go of the place. */
  #release(query: Query): void {
    const { server, isTcp } = query;
    query.server = undefined;
    query.deadline = NEVER;
    if (!server || [...this.#queries.values()].some((one) => one.server === server && one.isTcp === isTcp))
      return;
    if (isTcp) server.tcpExchange = undefined;
    else server.udpPort = undefined;
  }

  #end(query: Query, message: DnsMessage | undefined, problem: ChannelProblem | undefined): void {
    this.#queries.delete(query.handle);
    this.#release(query);
    this.#results.push({ handle: query.handle, message, problem });
  }

  #ignore({ from, port, localPort }: DnsArrival, reason: string): void {
    this.#emit('dns.stub.ignore', { from: formatIp(from), port, localPort, reason });
  }

  #freshId(): number {
    const taken = new Set([...this.#queries.values()].map(({ id }) => id));
    for (;;) {
      const id = this.#random.below(0x1_0000);
      if (!taken.has(id)) return id;
    }
  }

  #freePort(): number {
    const taken = this.ports();
    for (;;) {
      const port = 32_768 + this.#random.below(28_232); // Linux: net.ipv4.ip_local_port_range is 32768 to 60999
      if (!taken.includes(port)) return port;
    }
  }

  #emit(kind: string, detail: Detail): MachineEvent {
    const event: MachineEvent = { kind, detail };
    this.#events.push(event);
    return event;
  }
}

/** A server by its address, and its port when it is another than DNS has. */
function said({ address, port }: ChannelServer): string {
  return port === DNS_PORT ? formatIp(address) : `${formatIp(address)} port ${port}`;
}

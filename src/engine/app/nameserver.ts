/**
 * An authoritative name server on a host: port 53 of UDP and TCP, one query after the other, each costing some processor
 * time. It can be broken on purpose, in the ways that resolvers meet on the internet.
 */

import type { Bytes } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { MICROSECOND, type Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { UdpSocket } from '../net/transport/udp-stack.ts';
import { DNS_PORT } from '../proto/dns/message.ts';
import type { DnsArrival } from '../proto/dns/packet.ts';
import { Authority, type AuthorityOptions, type Breakdown } from '../proto/dns/server/authority.ts';
import type { Zone, ZoneData, ZoneText } from '../proto/dns/zone/zone.ts';
import { Mailbox, type Task } from '../sim/task.ts';
import type { MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { RCODE, TYPE } from '../wire/dns/code.ts';
import { decodeDns } from '../wire/dns/fast.ts';
import { DnsStreams } from './dns-streams.ts';

/** Time to answer one query: tens of microseconds is what a busy authoritative server takes. */
const WORK: Nanoseconds = 50 * MICROSECOND;
/** Queries that may wait, as in a socket's buffer. */
const MAX_WAITING = 512;

/** Ways to be broken. */
export type NameServerFault =
  /** Nothing is answered, though the machine is up. */
  | 'drops-udp'
  /** Connections are accepted, and nothing comes back on them. */
  | 'drops-tcp'
  /** Queries with an OPT record vanish, as behind some firewalls. */
  | 'drops-edns'
  /** Queries with an OPT record are FORMERR, as servers that do not know EDNS say (RFC 6891 §7). */
  | 'rejects-edns'
  /** It serves none of its zones: REFUSED. */
  | 'refuses'
  /** SERVFAIL for everything: its data are out of date or cannot be read. */
  | 'fails';

export interface NameServerOptions extends Omit<AuthorityOptions, 'random' | 'epochSeconds' | 'cookies'> {
  /** Server cookies for clients that know them; `required` answers them BADCOOKIE until they bring one (RFC 7873). */
  readonly cookies?: 'given' | 'required';
  /** Processor time for one query. */
  readonly work?: Nanoseconds;
  readonly faults?: readonly NameServerFault[];
}

/** Starts the server now and at each boot. Throws {@link Malformed} for a zone that cannot be served. */
export function runNameServer(
  host: Host,
  zones: readonly (Zone | ZoneData | ZoneText)[],
  options: NameServerOptions = {},
): NameServer {
  return new NameServer(host, zones, options);
}

export class NameServer {
  readonly host: Host;
  /** What it says; its zones outlive a restart, as files do. */
  readonly authority: Authority;
  /** How it is broken now; scripts add and delete. */
  readonly faults: Set<NameServerFault>;
  readonly #work: Nanoseconds;

  constructor(host: Host, zones: readonly (Zone | ZoneData | ZoneText)[], options: NameServerOptions) {
    const { work = WORK, faults = [], cookies, ...rest } = options;
    this.host = host;
    this.faults = new Set(faults);
    this.#work = work;
    const { world } = host;
    const random = world.random(`${host.name}/answers`);
    this.authority = new Authority(zones, {
      ...rest,
      random,
      epochSeconds: world.epochSeconds,
      ...(cookies && {
        cookies: {
          secrets: [secret(world.random(`${host.name}/cookies`))],
          required: cookies === 'required',
        },
      }),
    });
    host.onBoot(() => this.#boot());
  }

  /** Serves another version of a zone, or a new one, from now on. */
  replace(zone: Zone | ZoneData | ZoneText): void {
    this.#record(this.authority.replace(zone));
  }

  /** Reads a zone that somebody has saved. One that cannot be served is refused, and the version before goes on, as with BIND. */
  load(text: ZoneText): void {
    try {
      this.replace(text);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#record({ kind: 'dns.zone.refused', detail: { origin: text.origin, reason: error.message } });
    }
  }

  /** Serves a zone no longer. */
  remove(origin: string): void {
    const event = this.authority.remove(origin);
    if (event) this.#record(event);
  }

  /** Tells it what is up, for sets that vary by health. */
  setHealth(target: string, up: boolean): void {
    this.#record(this.authority.setHealth(target, up));
  }

  #boot(): void {
    const { host } = this;
    const queries = new Mailbox<DnsArrival>(MAX_WAITING);
    const put = (arrival: DnsArrival): void => {
      if (!queries.put(arrival)) host.record('dns.overload', { waiting: queries.length });
    };
    const socket = host.udp.bind(DNS_PORT);
    socket.onReceive = ({ from, port, to, bytes }) =>
      put({ transport: 'udp', from, port, to, localPort: DNS_PORT, bytes });
    const streams = new DnsStreams(host, { onMessage: put, onFailure: () => {} });
    streams.listen(DNS_PORT);
    host.run('nameserver', this.#serve(socket, streams, queries));
  }

  *#serve(socket: UdpSocket, streams: DnsStreams, queries: Mailbox<DnsArrival>): Task {
    const { host } = this;
    for (;;) {
      const query = yield* queries.take();
      if (this.#isDropped(query)) continue;
      yield* host.compute(this.#work, 'answering a DNS query');
      const answer = this.authority.answer(query, host.world.now, this.#breakdown(query));
      if (!answer) continue;
      for (const event of answer.events) this.#record(event);
      if (!answer.response) continue;
      if (query.transport === 'tcp') streams.send(query.exchange!, query.from, query.port, answer.response);
      else socket.send(query.from, query.port, answer.response);
    }
  }

  #isDropped(query: DnsArrival): boolean {
    if (this.faults.has(query.transport === 'udp' ? 'drops-udp' : 'drops-tcp')) return true;
    return this.faults.has('drops-edns') && hasOpt(query);
  }

  #breakdown(query: DnsArrival): Breakdown | undefined {
    if (this.faults.has('refuses')) return { rcode: RCODE.REFUSED, reason: 'it serves none of its zones' };
    if (this.faults.has('fails')) return { rcode: RCODE.SERVFAIL, reason: 'it cannot read its zones' };
    if (this.faults.has('rejects-edns') && hasOpt(query))
      return { rcode: RCODE.FORMERR, reason: 'it does not know EDNS', isPlain: true };
    return undefined;
  }

  /** What follows is its consequence. */
  #record(event: MachineEvent): void {
    const id = this.host.record(event.kind, event.detail);
    if (id !== NONE) this.host.world.trace.cause = id;
  }
}

function secret(random: Random): Bytes {
  return Uint8Array.from({ length: 16 }, () => random.below(256));
}

function hasOpt({ bytes }: DnsArrival): boolean {
  try {
    return decodeDns(bytes).additionals.some(({ type }) => type === TYPE.OPT);
  } catch {
    return false; // the server itself answers what cannot be read
  }
}

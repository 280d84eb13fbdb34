/**
 * What a resolver remembers about name servers: how long each takes to answer, what it cannot do, and which one to ask.
 *
 * The numbers are Unbound's, whose behaviour is documented ("Unbound Timeout and Server Selection Information", NLnet
 * Labs): an unknown server is given 376 ms (srtt 0, rttvar 94, rto = srtt + 4 rttvar), a time-out doubles what it is
 * given, the server asked is a random one among those within 400 ms of the best, and what is known is forgotten after
 * 15 minutes (`infra-host-ttl`). A server that let three queries in a row pass and is given 12 s by now is down: it is
 * asked when nobody else is left, by one question at a time. The estimator itself is that of RFC 6298 §2. Servers that
 * do not serve a zone are remembered per zone, and asked last.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../base/units.ts';
import type { Projection } from '../../../trace/event.ts';
import { nameKey } from '../../../wire/dns/name.ts';
import type { Journal } from './journal.ts';

export const INITIAL_RTTVAR: Nanoseconds = 94 * MILLISECOND;
export const SELECTION_BAND: Nanoseconds = 400 * MILLISECOND;
/** How long anything is remembered. */
export const HOST_TTL: Nanoseconds = 900 * SECOND;
const MIN_RTO: Nanoseconds = 50 * MILLISECOND;
const MAX_RTO: Nanoseconds = 12 * SECOND;
/** What RFC 9018 §3 recommends. */
const WITHOUT_COOKIES: Nanoseconds = 300 * SECOND;
const DOWN_AFTER = 3;
const MAX_LAME_ZONES = 16;

/** One row of the table of servers. */
export interface ServerRow {
  readonly server: string;
  /** Nanoseconds; 0 before the first answer. */
  readonly srtt: Nanoseconds;
  /** What it is given to answer, back-off included. */
  readonly rto: Nanoseconds;
  /** Queries in a row that it did not answer. */
  readonly timeouts: number;
  readonly edns: boolean;
  /** It gave a cookie (RFC 7873). */
  readonly cookie: boolean;
  /** Zones that it is said to serve and does not, separated by spaces. */
  readonly lame: string;
  /** Kernel time at which it will be forgotten. */
  readonly expires: Nanoseconds;
}

interface ServerState {
  srtt: Nanoseconds;
  rttvar: Nanoseconds;
  rto: Nanoseconds;
  timeouts: number;
  /** False once it answered FORMERR or NOTIMP to a query with EDNS (RFC 6891 §6.2.2). */
  edns: boolean;
  /** False once it gave back a question in other letters. */
  keepsCase: boolean;
  /** False once it took no connection or answered nothing on one, until it does. */
  tcp: boolean;
  clientCookie: Bytes | undefined;
  serverCookie: Bytes | undefined;
  /** Until then it gets no cookies. */
  cookiesAgain: Nanoseconds;
  readonly lame: Map<string, Nanoseconds>;
  expires: Nanoseconds;
}

export class ServerBook {
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #capacity: number;
  readonly #servers = new Map<Ip, ServerState>();

  constructor(journal: Journal, random: Random, capacity = 1_000) {
    this.#journal = journal;
    this.#random = random;
    this.#capacity = capacity;
  }

  /** How long to wait for an answer of this server. */
  rto(address: Ip, now: Nanoseconds = 0): Nanoseconds {
    return this.#known(address, now)?.rto ?? 4 * INITIAL_RTTVAR;
  }

  edns(address: Ip, now: Nanoseconds): boolean {
    return this.#known(address, now)?.edns ?? true;
  }

  keepsCase(address: Ip, now: Nanoseconds): boolean {
    return this.#known(address, now)?.keepsCase ?? true;
  }

  tcp(address: Ip, now: Nanoseconds): boolean {
    return this.#known(address, now)?.tcp ?? true;
  }

  isDown(address: Ip, now: Nanoseconds): boolean {
    const state = this.#known(address, now);
    return state !== undefined && state.timeouts >= DOWN_AFTER && state.rto >= MAX_RTO;
  }

  isLame(address: Ip, zone: string, now: Nanoseconds): boolean {
    return now < (this.#known(address, now)?.lame.get(nameKey(zone)) ?? 0);
  }

  /**
   * The cookie option for a query to this server: the client's eight bytes, and the server's own when it is known (RFC
   * 7873 §4). Undefined for one that did not know what they are a moment ago.
   */
  cookie(address: Ip, now: Nanoseconds): Bytes | undefined {
    const isNew = this.#known(address, now) === undefined;
    const state = this.#state(address, now);
    if (isNew) this.#tell(address, state);
    if (now < state.cookiesAgain) return undefined;
    // RFC 9018 §3: a number that nobody can guess, another one for each server
    state.clientCookie ??= Uint8Array.from({ length: 8 }, () => this.#random.below(256));
    return Uint8Array.from([...state.clientCookie, ...(state.serverCookie ?? [])]);
  }

  hasCookie(address: Ip, now: Nanoseconds): boolean {
    return this.#known(address, now)?.serverCookie !== undefined;
  }

  learnCookie(address: Ip, cookie: Bytes, now: Nanoseconds): void {
    const state = this.#state(address, now);
    const isNew = state.serverCookie === undefined;
    state.serverCookie = cookie;
    if (isNew) this.#tell(address, state);
  }

  /** It answers without a cookie: it gets none for a while, and another one then (RFC 9018 §3). */
  learnNoCookies(address: Ip, now: Nanoseconds): void {
    const state = this.#state(address, now);
    const wasKnown = state.serverCookie !== undefined;
    state.clientCookie = undefined;
    state.serverCookie = undefined;
    state.cookiesAgain = now + WITHOUT_COOKIES;
    if (wasKnown) this.#tell(address, state);
  }

  answered(address: Ip, rtt: Nanoseconds, now: Nanoseconds): void {
    const state = this.#state(address, now);
    if (state.srtt === 0) {
      state.srtt = rtt;
      state.rttvar = Math.floor(rtt / 2);
    } else {
      state.rttvar += Math.floor((Math.abs(rtt - state.srtt) - state.rttvar) / 4);
      state.srtt += Math.floor((rtt - state.srtt) / 8);
    }
    state.rto = Math.min(MAX_RTO, Math.max(MIN_RTO, state.srtt + 4 * state.rttvar));
    state.timeouts = 0;
    this.#tell(address, state);
  }

  /**
   * A query that was given `given` was not answered. Of many that were sent at the same time only one counts: silence
   * is one event, whoever meets it.
   */
  timedOut(address: Ip, given: Nanoseconds, now: Nanoseconds): void {
    const isNew = this.#known(address, now) === undefined;
    const state = this.#state(address, now);
    const next = Math.min(MAX_RTO, given * 2);
    if (state.rto > given) {
      if (isNew) this.#tell(address, state);
      return;
    }
    state.rto = Math.max(state.rto, next);
    state.timeouts += 1;
    this.#tell(address, state);
  }

  withoutEdns(address: Ip, now: Nanoseconds): void {
    const state = this.#state(address, now);
    state.edns = false;
    this.#tell(address, state);
  }

  changesCase(address: Ip, now: Nanoseconds): void {
    const state = this.#state(address, now);
    state.keepsCase = false;
    this.#tell(address, state);
  }

  /** It answered over TCP, or did not. */
  learnTcp(address: Ip, works: boolean, now: Nanoseconds): void {
    if (this.tcp(address, now) !== works) this.#state(address, now).tcp = works;
  }

  /** It does not serve `zone`. */
  lame(address: Ip, zone: string, now: Nanoseconds): void {
    const state = this.#state(address, now);
    state.lame.set(nameKey(zone), now + HOST_TTL);
    for (const oldest of state.lame.keys()) {
      if (state.lame.size <= MAX_LAME_ZONES) break;
      state.lame.delete(oldest);
    }
    this.#tell(address, state);
  }

  /** It does serve `zone`, after all. */
  serves(address: Ip, zone: string, now: Nanoseconds): void {
    const state = this.#known(address, now);
    if (state?.lame.delete(nameKey(zone))) this.#tell(address, state);
  }

  /** One of the fastest: random within the band, so that load spreads and estimates stay fresh. */
  choose(candidates: readonly Ip[], now: Nanoseconds): { readonly server: Ip; readonly among: number } {
    let best = Number.MAX_SAFE_INTEGER;
    for (const address of candidates) best = Math.min(best, this.rto(address, now));
    const band = candidates.filter((address) => this.rto(address, now) <= best + SELECTION_BAND);
    const server = band.length === 1 ? band[0]! : band[this.#random.below(band.length)]!;
    return { server, among: band.length };
  }

  /** Forgets all servers. */
  flush(reason: string): void {
    for (const address of this.#servers.keys())
      this.#journal.emit('dns.server.forget', { server: formatIp(address), reason });
    this.#servers.clear();
  }

  /** What is known, in the order of {@link serverRows}. */
  rows(now: Nanoseconds): ServerRow[] {
    return serverRows(
      [...this.#servers].map(([address, state]) => rowOf(address, state)),
      now,
    );
  }

  #known(address: Ip, now: Nanoseconds): ServerState | undefined {
    const state = this.#servers.get(address);
    return state && state.expires > now ? state : undefined;
  }

  #state(address: Ip, now: Nanoseconds): ServerState {
    let state = this.#servers.get(address);
    this.#servers.delete(address);
    if (!state || state.expires <= now) {
      // Who was down is not trusted again at once: what it is given stays, so that others come first
      const wasDown = state !== undefined && state.rto >= MAX_RTO;
      state = {
        srtt: 0,
        rttvar: INITIAL_RTTVAR,
        rto: wasDown ? MAX_RTO : 4 * INITIAL_RTTVAR,
        timeouts: 0,
        edns: true,
        keepsCase: true,
        tcp: true,
        clientCookie: state?.clientCookie,
        serverCookie: undefined,
        cookiesAgain: state?.cookiesAgain ?? 0,
        lame: new Map(),
        expires: now + HOST_TTL,
      };
    }
    this.#servers.set(address, state);
    for (const oldest of this.#servers.keys()) {
      if (this.#servers.size <= this.#capacity) break;
      this.#servers.delete(oldest);
      this.#journal.emit('dns.server.forget', { server: formatIp(oldest), reason: 'there is no more room' });
    }
    return state;
  }

  #tell(address: Ip, state: ServerState): void {
    this.#journal.emit('dns.server.state', { ...rowOf(address, state) });
  }
}

/**
 * Rebuilds the tables of servers of all resolvers; keys begin with the node and a space. Rows past `expires` are dead.
 */
export const serverTable: Projection<ServerRow> = {
  kinds: ['dns.server.state', 'dns.server.forget'],
  apply(rows, event) {
    const detail = event.detail as unknown as ServerRow;
    const key = `${event.node} ${detail.server}`;
    rows.delete(key);
    if (event.kind === 'dns.server.state') rows.set(key, detail);
  },
};

/** Rows that live at `now`, by server. */
export function serverRows(rows: Iterable<ServerRow>, now: Nanoseconds): ServerRow[] {
  return [...rows]
    .filter((row) => row.expires > now)
    .sort((a, b) => (a.server < b.server ? -1 : a.server > b.server ? 1 : 0));
}

function rowOf(address: Ip, state: ServerState): ServerRow {
  return {
    server: formatIp(address),
    srtt: state.srtt,
    rto: state.rto,
    timeouts: state.timeouts,
    edns: state.edns,
    cookie: state.serverCookie !== undefined,
    lame: [...state.lame.keys()].join(' '),
    expires: state.expires,
  };
}

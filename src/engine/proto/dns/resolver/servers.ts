/**
 * What a resolver remembers about name servers: how long each takes to answer, and which one to ask.
 *
 * The numbers are Unbound's, whose behaviour is documented ("Unbound Timeout and Server Selection Information", NLnet
 * Labs): an unknown server is given 376 ms (srtt 0, rttvar 94, rto = srtt + 4 rttvar), a time-out doubles what it is
 * given, and the server asked is a random one among those within 400 ms of the best. The estimator itself is that of
 * RFC 6298 §2.
 *
 * Not here: the probing of servers that have been dead for minutes.
 */
import type { Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../base/units.ts';

export const INITIAL_RTTVAR: Nanoseconds = 94 * MILLISECOND;
export const SELECTION_BAND: Nanoseconds = 400 * MILLISECOND;
const MIN_RTO: Nanoseconds = 50 * MILLISECOND;
const MAX_RTO: Nanoseconds = 6 * SECOND;

interface ServerState {
  srtt: Nanoseconds;
  rttvar: Nanoseconds;
  /** What the server is given to answer, back-off included. */
  rto: Nanoseconds;
  /** False once it answered FORMERR or NOTIMP to a query with EDNS (RFC 6891 §6.2.2). */
  edns: boolean;
}

export class ServerBook {
  readonly #capacity: number;
  readonly #servers = new Map<Ip, ServerState>();

  constructor(capacity = 1_000) {
    this.#capacity = capacity;
  }

  /** How long to wait for an answer of this server. */
  rto(address: Ip): Nanoseconds {
    return this.#servers.get(address)?.rto ?? 4 * INITIAL_RTTVAR;
  }

  edns(address: Ip): boolean {
    return this.#servers.get(address)?.edns ?? true;
  }

  answered(address: Ip, rtt: Nanoseconds): void {
    const state = this.#state(address);
    if (state.srtt === 0) {
      state.srtt = rtt;
      state.rttvar = Math.floor(rtt / 2);
    } else {
      state.rttvar += Math.floor((Math.abs(rtt - state.srtt) - state.rttvar) / 4);
      state.srtt += Math.floor((rtt - state.srtt) / 8);
    }
    state.rto = Math.min(MAX_RTO, Math.max(MIN_RTO, state.srtt + 4 * state.rttvar));
  }

  timedOut(address: Ip): void {
    const state = this.#state(address);
    state.rto = Math.min(MAX_RTO, state.rto * 2);
  }

  withoutEdns(address: Ip): void {
    this.#state(address).edns = false;
  }

  /** One of the fastest: random within the band, so that load spreads and estimates stay fresh. */
  choose(candidates: readonly Ip[], random: Random): Ip {
    let best = Number.MAX_SAFE_INTEGER;
    for (const address of candidates) best = Math.min(best, this.rto(address));
    const band = candidates.filter((address) => this.rto(address) <= best + SELECTION_BAND);
    return band.length === 1 ? band[0]! : band[random.below(band.length)]!;
  }

  #state(address: Ip): ServerState {
    let state = this.#servers.get(address);
    this.#servers.delete(address);
    state ??= { srtt: 0, rttvar: INITIAL_RTTVAR, rto: 4 * INITIAL_RTTVAR, edns: true };
    this.#servers.set(address, state);
    for (const oldest of this.#servers.keys()) {
      if (this.#servers.size <= this.#capacity) break;
      this.#servers.delete(oldest);
    }
    return state;
  }
}

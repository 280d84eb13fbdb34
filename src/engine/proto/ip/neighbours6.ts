/**
 * The neighbour cache of one interface in IPv6 (RFC 4861 §5.1, §7.2, §7.3), sans-IO: which network card has an address,
 * and whether it can still be reached.
 *
 * A neighbour is asked for by multicast, three times a second apart, and confirmed by its answer or by transports that
 * hear from it. A confirmation holds for a reachable time; who is written to after that has five seconds to show a
 * sign of life, then is asked by unicast, and forgotten after three questions without an answer (§7.3.3, Appendix C).
 *
 * Choices of ours:
 * - REACHABLE becomes STALE when the next packet is sent, not by a timer, as the note in §7.3.3 allows: a world with
 *   nothing to do comes to rest. A row says until when it is reachable; {@link neighbourState} reads it.
 * - A confirmation that comes within a quarter of the reachable time after the last one changes nothing, because
 *   transports give one with every acknowledgment and each change is an event.
 * - A neighbour that did not answer stays in the table as FAILED, as Linux shows it, until it is heard or asked again.
 *   To the RFC it is not there at all.
 * - Where §7.2.5 and Appendix C differ (advertisements without a link-layer address, or with another one and without
 *   the override flag), §7.2.5 holds.
 *
 * Left out: anycast and proxy delays, redirects, who answers solicitations for our own addresses (the caller does, with
 * {@link answerTo}).
 */
import { formatMac, type Mac, parseMac } from '../../base/address.ts';
import { readU32 } from '../../base/bytes.ts';
import { formatIp6, type Ip6 } from '../../base/ip6.ts';
import { knownIp6 } from '../../base/ip6-known.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../base/units.ts';
import type { MachineEvent, Projection } from '../../trace/event.ts';

/** RFC 4861 §10. */
export const REACHABLE_TIME: Nanoseconds = 30 * SECOND;
export const RETRANS_TIMER: Nanoseconds = 1 * SECOND;
export const DELAY_FIRST_PROBE_TIME: Nanoseconds = 5 * SECOND;
export const MAX_MULTICAST_SOLICIT = 3;
export const MAX_UNICAST_SOLICIT = 3;
const MAX_ENTRIES = 1024;

/** RFC 4861 §7.3.2; `failed` and `permanent` are Linux's: nobody answered, and put in by hand. */
export type NeighbourState =
  | 'incomplete'
  | 'reachable'
  | 'stale'
  | 'delay'
  | 'probe'
  | 'failed'
  | 'permanent';

/** A solicitation to send: to the target's solicited-node group, or to the card that is being probed. */
export interface Solicit {
  readonly target: Ip6;
  readonly to: 'multicast' | Mac;
}

/** A neighbour advertisement, as far as the cache looks at it. `mac` is its Target Link-Layer Address option. */
export interface Advertised {
  readonly target: Ip6;
  readonly mac: Mac | undefined;
  readonly isRouter: boolean;
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
}

/** How a link-layer address compares with the one in the cache. */
type Compared = 'none' | 'same' | 'other';

/** One line of what an advertisement does to an entry. Absent conditions hold always; the first line that fits counts. */
export interface AdvertisementRule {
  readonly when: {
    readonly state?: 'incomplete' | 'reachable';
    readonly mac?: Compared;
    readonly isOverride?: boolean;
    readonly isSolicited?: boolean;
  };
  /** The state after it; absent when it stays. */
  readonly to?: 'reachable' | 'stale';
  /** Whether the link-layer address and the router flag are taken over. */
  readonly takes: boolean;
  readonly why: string;
}

/** RFC 4861 §7.2.5, in the order of its text. */
export const ADVERTISEMENT_RULES: readonly AdvertisementRule[] = [
  { when: { state: 'incomplete', mac: 'none' }, takes: false, why: 'names no card' },
  { when: { state: 'incomplete', isSolicited: true }, to: 'reachable', takes: true, why: 'it answered' },
  { when: { state: 'incomplete' }, to: 'stale', takes: true, why: 'it announced itself' },
  // I. The override flag is clear and the card is another one
  {
    when: { state: 'reachable', mac: 'other', isOverride: false },
    to: 'stale',
    takes: false,
    why: 'another card claims the address',
  },
  { when: { mac: 'other', isOverride: false }, takes: false, why: 'another card claims the address' },
  // II. Override, or the same card, or none named
  { when: { isSolicited: true }, to: 'reachable', takes: true, why: 'it answered' },
  { when: { mac: 'other' }, to: 'stale', takes: true, why: 'it announced a new card' },
  { when: {}, takes: true, why: 'it announced itself' },
];

interface Entry {
  state: NeighbourState;
  mac: Mac | undefined;
  isRouter: boolean;
  /** When `reachable` ends, or when a solicitation or its lack of answer is due. */
  deadline: Nanoseconds;
  /** Solicitations sent in this state. */
  tries: number;
}

export interface NeighbourOptions {
  /** The factor of §6.3.2 by which the reachable time is varied, 0.5 to 1.5; 1 when absent. Drawn once for each value. */
  readonly randomFactor?: () => number;
}

export class NeighbourCache6 {
  readonly #name: string;
  readonly #randomFactor: () => number;
  readonly #entries = new Map<Ip6, Entry>();
  /** Those that a timer runs for: few, however many neighbours there are, and asked after with every packet. */
  readonly #timed = new Map<Ip6, Entry>();
  readonly #events: MachineEvent[] = [];
  readonly #due: Solicit[] = [];
  readonly #resolved: Ip6[] = [];
  readonly #failed: Ip6[] = [];
  readonly #demoted: Ip6[] = [];
  #base: Nanoseconds = REACHABLE_TIME;
  #reachable: Nanoseconds;
  #retrans: Nanoseconds = RETRANS_TIMER;

  /** `name` is the interface whose cache this is, as its events call it. */
  constructor(name: string, options: NeighbourOptions = {}) {
    this.#name = name;
    this.#randomFactor = options.randomFactor ?? (() => 1);
    this.#reachable = this.#vary(REACHABLE_TIME);
  }

  /** Takes times from a router advertisement (§6.3.4); `undefined` leaves one as it is. */
  setTimes(reachable: Nanoseconds | undefined, retrans: Nanoseconds | undefined): void {
    if (reachable !== undefined && reachable !== this.#base) {
      this.#base = reachable;
      this.#reachable = this.#vary(reachable);
    }
    if (retrans !== undefined) this.#retrans = retrans;
  }

  get retransTimer(): Nanoseconds {
    return this.#retrans;
  }

  /**
   * The card to send a packet for `address` to, or undefined when it has to be asked for. Call it for packets only: a
   * neighbour of whom nothing was heard for long is put on trial by this (§7.3.3).
   */
  lookup(address: Ip6, now: Nanoseconds): Mac | undefined {
    const entry = this.#entries.get(address);
    if (!entry) return undefined;
    if (entry.state === 'reachable' && entry.deadline <= now)
      this.#enter(address, entry, 'stale', 'not heard for long', NEVER);
    if (entry.state === 'stale')
      this.#enter(address, entry, 'delay', 'a packet was sent', now + DELAY_FIRST_PROBE_TIME);
    return entry.mac;
  }

  /** Starts asking for `address`, unless it is known or being asked for. */
  ask(address: Ip6, now: Nanoseconds): void {
    const known = this.#entries.get(address);
    if (known && known.state !== 'failed') return;
    if (!known && !this.#makeRoom()) {
      this.#failed.push(address);
      return;
    }
    const entry = known ?? newEntry();
    this.#entries.set(address, entry);
    entry.tries = 0;
    this.#enter(address, entry, 'incomplete', 'a packet waits', now);
    this.#solicit(address, entry, now);
  }

  /**
   * A neighbour solicitation from `source` with its Source Link-Layer Address option (§7.2.3). Not for the unspecified
   * address, which nobody has.
   */
  handleSolicitation(source: Ip6, mac: Mac | undefined): void {
    this.#hear(source, mac, undefined, 'it asked');
  }

  /** A router solicitation: whoever sends one is none (§6.2.6). */
  handleRouterSolicitation(source: Ip6, mac: Mac | undefined): void {
    this.#hear(source, mac, false, 'it looked for routers');
  }

  /** A router advertisement (§6.3.4). */
  handleRouterAdvertisement(source: Ip6, mac: Mac | undefined): void {
    this.#hear(source, mac, true, 'it said that it is a router');
  }

  /** A neighbour advertisement (§7.2.5), decided by {@link ADVERTISEMENT_RULES}. */
  handleAdvertisement(advertised: Advertised, now: Nanoseconds): void {
    const { target, mac, isRouter } = advertised;
    const entry = this.#entries.get(target);
    if (!entry || entry.state === 'failed' || entry.state === 'permanent') return;
    const isReachable = entry.state === 'reachable' && entry.deadline > now;
    const state = entry.state === 'incomplete' ? 'incomplete' : isReachable ? 'reachable' : undefined;
    const compared = mac === undefined ? 'none' : mac === entry.mac ? 'same' : 'other';
    const rule = ruleFor(state, compared, advertised);
    const was = { mac: entry.mac, isRouter: entry.isRouter };
    if (rule.takes) {
      entry.mac = mac ?? entry.mac;
      entry.isRouter = isRouter;
    }
    if (rule.to === 'reachable') this.#confirmed(target, entry, rule.why, now);
    else if (rule.to === 'stale') this.#enter(target, entry, 'stale', rule.why, NEVER);
    else if (was.mac !== entry.mac || was.isRouter !== entry.isRouter) this.#record(target, entry, rule.why);
    if (state === 'incomplete' && rule.takes) this.#resolved.push(target);
    if (was.isRouter && !entry.isRouter) this.#demoted.push(target);
  }

  /** A transport heard from beyond this neighbour something that it can only have said because our packets arrive (§7.3.1). */
  confirm(address: Ip6, now: Nanoseconds): void {
    const entry = this.#entries.get(address);
    if (!entry || entry.mac === undefined || entry.state === 'permanent') return;
    if (entry.state === 'reachable' && entry.deadline - now > 0.75 * this.#reachable) return;
    this.#confirmed(address, entry, 'a transport heard from it', now);
  }

  /** Whether some neighbour is being asked for, or will be unless it is heard. */
  get isAnyoneOnTrial(): boolean {
    return this.#timed.size > 0;
  }

  /** Whether nobody has answered for `address`, and nobody was heard from it since. */
  hasFailed(address: Ip6): boolean {
    return this.#entries.get(address)?.state === 'failed';
  }

  /** Whether {@link pollEvent} has something to tell. */
  get hasNews(): boolean {
    return this.#events.length > 0;
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  pollTransmit(): Solicit | undefined {
    return this.#due.shift();
  }

  /** An address whose waiting packets can go now. */
  pollResolved(): Ip6 | undefined {
    return this.#resolved.shift();
  }

  /** An address that nobody answered for. */
  pollFailed(): Ip6 | undefined {
    return this.#failed.shift();
  }

  /** A neighbour that is no router any more: its default route goes (§7.3.3). */
  pollDemoted(): Ip6 | undefined {
    return this.#demoted.shift();
  }

  pollTimeout(): Nanoseconds {
    let earliest = NEVER;
    for (const { deadline } of this.#timed.values()) earliest = Math.min(earliest, deadline);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [address, entry] of this.#timed) {
      if (entry.deadline > now) continue;
      if (entry.state === 'incomplete') this.#solicitOrFail(address, entry, MAX_MULTICAST_SOLICIT, now);
      else if (entry.state === 'probe') this.#solicitOrFail(address, entry, MAX_UNICAST_SOLICIT, now);
      else if (entry.state === 'delay') {
        entry.tries = 0;
        this.#enter(address, entry, 'probe', 'no sign of life', now);
        this.#solicit(address, entry, now);
      }
    }
  }

  /** Puts a pair in by hand, as an administrator does; it holds until forgotten. */
  learn(address: Ip6, mac: Mac, isRouter = false): void {
    if (!this.#entries.has(address) && !this.#makeRoom()) return;
    const entry = this.#entries.get(address) ?? newEntry();
    const wasWaiting = entry.state === 'incomplete' && this.#entries.has(address);
    this.#entries.set(address, entry);
    entry.mac = mac;
    entry.isRouter = isRouter;
    this.#enter(address, entry, 'permanent', 'put in by hand', NEVER);
    if (wasWaiting) this.#resolved.push(address);
  }

  /** Forgets everything, as when the machine restarts. */
  clear(): void {
    this.#entries.clear();
    this.#timed.clear();
    for (const left of [this.#due, this.#resolved, this.#failed, this.#demoted]) left.length = 0;
    this.#events.push({ kind: 'nd.clear', detail: { interface: this.#name } });
  }

  rows(): Map<string, NeighbourRow> {
    const rows = new Map<string, NeighbourRow>();
    for (const [address, entry] of this.#entries)
      rows.set(`${this.#name} ${address}`, rowOf(this.#name, address, entry));
    return rows;
  }

  #vary(time: Nanoseconds): Nanoseconds {
    return Math.round(time * this.#randomFactor());
  }

  /** A message other than an advertisement of its own shows a neighbour's card (Appendix C, second table; Appendix D). */
  #hear(address: Ip6, mac: Mac | undefined, isRouter: boolean | undefined, why: string): void {
    if (address === '::') return;
    const found = this.#entries.get(address);
    const known = found?.state === 'failed' ? undefined : found;
    if (known?.state === 'permanent') return;
    if (!known && mac === undefined) return;
    if (!found && !this.#makeRoom()) return;
    const entry = known ?? found ?? newEntry();
    this.#entries.set(address, entry);
    const wasRouter = known?.isRouter ?? false;
    entry.isRouter = isRouter ?? wasRouter;
    const isNew = mac !== undefined && mac !== known?.mac;
    if (isNew) {
      const wasWaiting = known?.state === 'incomplete';
      entry.mac = mac;
      this.#enter(address, entry, 'stale', why, NEVER);
      if (wasWaiting) this.#resolved.push(address);
    } else if (wasRouter !== entry.isRouter) this.#record(address, entry, why);
    if (wasRouter && !entry.isRouter) this.#demoted.push(address);
  }

  #confirmed(address: Ip6, entry: Entry, why: string, now: Nanoseconds): void {
    this.#enter(address, entry, 'reachable', why, now + this.#reachable);
  }

  #enter(address: Ip6, entry: Entry, state: NeighbourState, why: string, deadline: Nanoseconds): void {
    entry.state = state;
    entry.deadline = deadline;
    if (state === 'incomplete' || state === 'delay' || state === 'probe') this.#timed.set(address, entry);
    else this.#timed.delete(address);
    this.#record(address, entry, why);
  }

  #record(address: Ip6, entry: Entry, why: string): void {
    this.#events.push({ kind: 'nd.state', detail: { ...rowOf(this.#name, address, entry), why } });
  }

  #solicitOrFail(address: Ip6, entry: Entry, most: number, now: Nanoseconds): void {
    if (entry.tries < most) {
      this.#solicit(address, entry, now);
      return;
    }
    entry.mac = undefined;
    this.#enter(address, entry, 'failed', 'nobody answered', NEVER);
    this.#failed.push(address);
  }

  #solicit(address: Ip6, entry: Entry, now: Nanoseconds): void {
    const to = entry.state === 'probe' ? entry.mac! : 'multicast';
    entry.tries += 1;
    entry.deadline = now + this.#retrans;
    this.#due.push({ target: address, to });
    this.#events.push({
      kind: 'nd.solicit',
      detail: {
        interface: this.#name,
        address,
        attempt: entry.tries,
        to: to === 'multicast' ? to : formatMac(to),
      },
    });
  }

  /** Where the table is full, a neighbour that nothing depends on goes: one that failed or is stale. */
  #makeRoom(): boolean {
    if (this.#entries.size < MAX_ENTRIES) return true;
    for (const [address, { state }] of this.#entries) {
      if (state !== 'failed' && state !== 'stale') continue;
      this.#entries.delete(address);
      this.#events.push({ kind: 'nd.forget', detail: { interface: this.#name, address } });
      return true;
    }
    return false;
  }
}

function newEntry(): Entry {
  return { state: 'incomplete', mac: undefined, isRouter: false, deadline: NEVER, tries: 0 };
}

/** The first rule that fits; the last one always does. */
function ruleFor(
  state: 'incomplete' | 'reachable' | undefined,
  mac: Compared,
  { isOverride, isSolicited }: Advertised,
): AdvertisementRule {
  return ADVERTISEMENT_RULES.find(
    ({ when }) =>
      (when.state === undefined || when.state === state) &&
      (when.mac === undefined || when.mac === mac) &&
      (when.isOverride === undefined || when.isOverride === isOverride) &&
      (when.isSolicited === undefined || when.isSolicited === isSolicited),
  )!;
}

// ── our own addresses ──

/** How to answer a solicitation for an address of ours (§7.2.4). */
export interface Answer {
  readonly to: Ip6;
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
}

/**
 * The answer to a solicitation that `source` sent. It always carries our link-layer address, and insists on it unless
 * the address is one of several machines' (anycast, §7.2.7).
 */
export function answerTo(source: Ip6, isAnycast = false): Answer {
  const isSolicited = source !== '::';
  return { to: isSolicited ? source : ALL_NODES, isSolicited, isOverride: !isAnycast };
}

export const ALL_NODES = 'ff02::1' as Ip6;
export const ALL_ROUTERS = 'ff02::2' as Ip6;

/** The group that everybody with such an address listens to: `ff02::1:ff` and the last 24 bits (RFC 4291 §2.7.1). */
export function solicitedNode(address: Ip6): Ip6 {
  const bytes = new Uint8Array(16);
  bytes.set([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff]);
  bytes.set(knownIp6(address).bytes.subarray(13), 13);
  return formatIp6(bytes);
}

/** The Ethernet group of an IPv6 group: `33:33` and its last 32 bits (RFC 2464 §7). */
export function multicastMac(group: Ip6): Mac {
  return (0x3333 * 0x1_0000_0000 + readU32(knownIp6(group).bytes, 12)) as Mac;
}

// ── the table ──

export interface NeighbourRow {
  readonly interface: string;
  readonly address: string;
  /** Null while it is not known. */
  readonly mac: string | null;
  readonly state: NeighbourState;
  readonly router: boolean;
  /** Kernel time at which a reachable neighbour becomes stale; in other states it says nothing. */
  readonly reachableUntil: Nanoseconds;
}

/** The state of a row now: who was reachable is stale when that time is over. */
export function neighbourState(row: NeighbourRow, now: Nanoseconds): NeighbourState {
  return row.state === 'reachable' && row.reachableUntil <= now ? 'stale' : row.state;
}

function rowOf(name: string, address: Ip6, { mac, state, isRouter, deadline }: Entry): NeighbourRow {
  return {
    interface: name,
    address,
    mac: mac === undefined ? null : formatMac(mac),
    state,
    router: isRouter,
    reachableUntil: state === 'reachable' ? deadline : NEVER,
  };
}

/** The neighbour caches of a node, rebuilt from its events. */
export const neighbourTable: Projection<NeighbourRow> = {
  kinds: ['nd.state', 'nd.forget', 'nd.clear'],
  apply(rows, { kind, detail }) {
    const name = String(detail!['interface']);
    if (kind === 'nd.clear') {
      for (const [key, row] of rows) if (row.interface === name) rows.delete(key);
      return;
    }
    const address = String(detail!['address']);
    const key = `${name} ${address}`;
    if (kind === 'nd.forget') {
      rows.delete(key);
      return;
    }
    const mac = detail!['mac'];
    rows.set(key, {
      interface: name,
      address,
      mac: typeof mac === 'string' ? formatMac(parseMac(mac)) : null,
      state: detail!['state'] as NeighbourState,
      router: detail!['router'] === true,
      reachableUntil: Number(detail!['reachableUntil']),
    });
  },
};

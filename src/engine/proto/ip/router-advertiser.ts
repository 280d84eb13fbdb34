/**
 * The router's half of router discovery on one interface (RFC 4861 §6.2), sans-IO: it tells hosts which prefixes their
 * link has, who takes their packets further, and what else they need to know. The hosts' half is in autoconf.ts.
 *
 * It advertises three times when it begins, 16 seconds apart (§6.2.4), answers solicitations (§6.2.6), and says with a
 * router lifetime of zero that it ends (§6.2.5). After the first three it sends nothing unasked, against §6.2.4, so that
 * a world with nothing to do comes to rest. Nothing renews what it said, so by default that holds for ever: prefixes by
 * the largest number in their field (§4.6.2), and, which is a rule of ours, the router likewise ({@link ENDLESS_ROUTER}).
 * With any other lifetime hosts lose it when that is over.
 *
 * An answer goes to the solicitor alone when it has an address, else to all (§6.2.6 leaves the choice). Left out: looking
 * for contradictions among routers (§6.2.7).
 */
import type { Ip6 } from '../../base/ip6.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../base/units.ts';
import type { MachineEvent } from '../../trace/event.ts';
import { ALL_NODES } from './neighbours6.ts';

/** RFC 4861 §10. */
export const MAX_INITIAL_ADVERTISEMENTS = 3;
export const MAX_INITIAL_ADVERT_INTERVAL: Nanoseconds = 16 * SECOND;
export const MIN_DELAY_BETWEEN_RAS: Nanoseconds = 3 * SECOND;
/** A lifetime without end, in the 32-bit fields of options (RFC 4861 §4.6.2). */
export const INFINITE_LIFETIME = 0xffff_ffff;
/**
 * The largest router lifetime, 65,535 seconds (RFC 8319 §4), counts as endless here. In the RFCs it is 18 hours, which
 * advertisements every half hour never let pass.
 */
export const ENDLESS_ROUTER = 65_535;
/** Solicitors whose answers wait, at most. */
const MAX_ANSWERS = 64;

export interface AdvertisedPrefix {
  readonly prefix: Ip6;
  readonly prefixLength: number;
  /** Its addresses are on this link. */
  readonly isOnLink: boolean;
  /** Hosts may make themselves an address of it. */
  readonly isAutonomous: boolean;
  /** Seconds. */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

/** What a router advertisement says, as values (RFC 4861 §4.2, §4.6; RFC 4191 §2.2; RFC 8106 §5.1). */
export interface RouterAdvertisement {
  /** What hosts put into their packets; 0 says nothing. */
  readonly hopLimit: number;
  readonly managed: boolean;
  readonly other: boolean;
  readonly preference: 'high' | 'medium' | 'low';
  /** Seconds for which the sender is a default router; 0: it is none. */
  readonly routerLifetime: number;
  /** Milliseconds; 0 says nothing. */
  readonly reachableTime: number;
  readonly retransTimer: number;
  readonly mtu: number | undefined;
  readonly prefixes: readonly AdvertisedPrefix[];
  readonly resolvers: readonly AdvertisedResolvers[];
}

/** Recursive name servers and for how many seconds they are known (RFC 8106 §5.1). */
export interface AdvertisedResolvers {
  readonly addresses: readonly Ip6[];
  readonly lifetime: number;
}

/** What an advertisement says when nothing else is wanted. */
export const PLAIN_ADVERTISEMENT: RouterAdvertisement = {
  hopLimit: 64,
  managed: false,
  other: false,
  preference: 'medium',
  routerLifetime: ENDLESS_ROUTER,
  reachableTime: 0,
  retransTimer: 0,
  mtu: undefined,
  prefixes: [],
  resolvers: [],
};

/** A /64 that is on the link and that hosts may take addresses of, for ever. */
export function plainPrefix(prefix: Ip6, prefixLength = 64): AdvertisedPrefix {
  return {
    prefix,
    prefixLength,
    isOnLink: true,
    isAutonomous: true,
    validLifetime: INFINITE_LIFETIME,
    preferredLifetime: INFINITE_LIFETIME,
  };
}

export interface AdvertiserOptions {
  /** How long an answer waits, so that routers do not all speak at once: 0 to 0.5 s (§6.2.6). 0 when absent. */
  readonly delay?: () => Nanoseconds;
  /** How many advertisements it begins with, unasked; 0 for a router that has been there for long. */
  readonly initial?: number;
}

/** An advertisement to send from the interface's link-local address. */
export interface Advertise {
  readonly to: Ip6;
  readonly advertisement: RouterAdvertisement;
}

export class RouterAdvertiser {
  readonly #name: string;
  readonly #advertisement: RouterAdvertisement;
  readonly #delay: () => Nanoseconds;
  readonly #initial: number;
  readonly #events: MachineEvent[] = [];
  readonly #out: Advertise[] = [];
  /** Answers to single hosts, and when they are due. */
  readonly #answers = new Map<Ip6, Nanoseconds>();
  /** When the next advertisement to all is due. */
  #next: Nanoseconds = NEVER;
  #initialLeft = 0;
  #lastToAll: Nanoseconds = -NEVER;
  #isRunning = false;

  /** `name` is the interface, as events call it. */
  constructor(name: string, advertisement: RouterAdvertisement, options: AdvertiserOptions = {}) {
    this.#name = name;
    this.#advertisement = advertisement;
    this.#delay = options.delay ?? (() => 0);
    this.#initial = options.initial ?? MAX_INITIAL_ADVERTISEMENTS;
  }

  /** Begins to advertise, once the interface has its link-local address. `initial`: as in the options, for this once. */
  start(now: Nanoseconds, initial = this.#initial): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#initialLeft = initial;
    this.#next = initial > 0 ? now : NEVER;
    this.handleTimeout(now);
  }

  /** Ceases to be a router: a last advertisement with lifetime zero (§6.2.5). */
  stop(): void {
    if (!this.#isRunning) return;
    this.#reset();
    this.#send(ALL_NODES, { ...this.#advertisement, routerLifetime: 0 });
  }

  /** Is cut off, as by a power failure: no farewell. */
  clear(): void {
    this.#reset();
    this.#out.length = 0;
  }

  /** A host asks from `source`, which is `::` when it has no address yet. */
  handleSolicitation(source: Ip6, now: Nanoseconds): void {
    if (!this.#isRunning) return;
    const due = now + this.#delay();
    if (source !== '::') {
      if (!this.#answers.has(source) && this.#answers.size < MAX_ANSWERS) this.#answers.set(source, due);
    } else {
      // not more often than every three seconds, and not if one goes out before that anyway (§6.2.6)
      const allowed = Math.max(due, this.#lastToAll + MIN_DELAY_BETWEEN_RAS + (due - now));
      this.#next = Math.min(this.#next, allowed);
    }
    this.handleTimeout(now);
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  pollTransmit(): Advertise | undefined {
    return this.#out.shift();
  }

  pollTimeout(): Nanoseconds {
    let earliest = this.#next;
    for (const due of this.#answers.values()) earliest = Math.min(earliest, due);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [source, due] of this.#answers) {
      if (due > now) continue;
      this.#answers.delete(source);
      this.#send(source, this.#advertisement);
    }
    if (this.#next > now) return;
    this.#lastToAll = now;
    this.#initialLeft = Math.max(0, this.#initialLeft - 1);
    this.#next = this.#initialLeft > 0 ? now + MAX_INITIAL_ADVERT_INTERVAL : NEVER;
    this.#send(ALL_NODES, this.#advertisement);
  }

  #reset(): void {
    this.#isRunning = false;
    this.#initialLeft = 0;
    this.#next = NEVER;
    this.#answers.clear();
  }

  #send(to: Ip6, advertisement: RouterAdvertisement): void {
    this.#out.push({ to, advertisement });
    this.#events.push({
      kind: 'nd.advertise',
      detail: { interface: this.#name, to, lifetime: advertisement.routerLifetime },
    });
  }
}

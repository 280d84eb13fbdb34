/**
 * How one interface comes by its IPv6 addresses, routes and settings, sans-IO (RFC 4862; RFC 4861 §6.3; RFC 8106).
 *
 * It makes itself a link-local address, asks whether anybody has it already (duplicate address detection, §5.4), asks for
 * routers, and does what they advertise: default routes, prefixes on the link, addresses with their lifetimes (§5.5.3 with
 * the two-hour rule), and settings of the link. Addresses given by hand pass the same check. A router's interface only
 * looks after its addresses.
 *
 * Interface identifiers come from the card's number (RFC 4291 Appendix A) or from a function (RFC 7217), which is asked
 * again after a collision, three times in all. Without one a link-local address that somebody has stays unusable, and
 * nothing else happens on the interface: a person has to help (§5.4.5).
 *
 * A router whose lifetime is the largest that can be said is one for ever, as with prefixes: a rule of ours, because ours
 * advertise no more than they must (router-advertiser.ts).
 *
 * Left out: optimistic addresses (RFC 4429), temporary ones (RFC 8981), DHCPv6, joining groups (MLD), the longer checks of
 * RFC 7527. Delays that §5.4.2 and RFC 4861 §6.3.7 draw by lot are handed in, and are zero otherwise.
 */
import type { Mac } from '../../base/address.ts';
import { type Bytes, writeU48 } from '../../base/bytes.ts';
import { type Cidr6, formatCidr, networkOf } from '../../base/cidr.ts';
import { Misuse } from '../../base/errors.ts';
import { ip6 } from '../../base/ip.ts';
import { formatIp6, type Ip6 } from '../../base/ip6.ts';
import { knownIp6 } from '../../base/ip6-known.ts';
import { HOUR, MILLISECOND, type Nanoseconds, NEVER, SECOND } from '../../base/units.ts';
import type { MachineEvent } from '../../trace/event.ts';
import { RETRANS_TIMER } from './neighbours6.ts';
import {
  type AdvertisedPrefix,
  ENDLESS_ROUTER,
  INFINITE_LIFETIME,
  type RouterAdvertisement,
} from './router-advertiser.ts';
import { SCOPE_LINK, scopeOf } from './source-address.ts';

/** RFC 4861 §10. */
export const RTR_SOLICITATION_INTERVAL: Nanoseconds = 4 * SECOND;
export const MAX_RTR_SOLICITATIONS = 3;
/** RFC 7217 §7. */
const IDGEN_RETRIES = 3;
const TWO_HOURS: Nanoseconds = 2 * HOUR;
/** Linux's `max_addresses`; the others are of the same order. */
const MAX_SLAAC_ADDRESSES = 16;
const MAX_ROUTERS = 16;
const MAX_PREFIXES = 32;
const MAX_RESOLVERS = 8;
const LEAST_MTU = 1280;

export type AddressState6 = 'tentative' | 'preferred' | 'deprecated' | 'duplicate';
export type AddressOrigin6 = 'static' | 'link-local' | 'slaac';

/** An address of the interface. Replaced when something changes, never changed in place. */
export interface InterfaceAddress6 {
  readonly address: Ip6;
  readonly prefixLength: number;
  readonly state: AddressState6;
  readonly origin: AddressOrigin6;
  /** Kernel times; {@link NEVER} for addresses without a lifetime. */
  readonly preferredUntil: Nanoseconds;
  readonly validUntil: Nanoseconds;
}

/**
 * What the caller has to do, in order. The tables of addresses and routes are the caller's, and so are the events that
 * record them (`address.add`, `address.state`, `address.remove`, `route.*`); `why` is for those.
 */
export type AutoconfChange =
  /** A new address, or one whose state or lifetime changed. Its solicited-node group is to be listened to from the start. */
  | { readonly kind: 'address'; readonly address: InterfaceAddress6; readonly why: string }
  | { readonly kind: 'address gone'; readonly address: Ip6; readonly why: string }
  /** A new route, or one whose life changed: `::/0` through a router, or a prefix on the link when there is no gateway. */
  | {
      readonly kind: 'route';
      readonly network: Cidr6;
      readonly gateway: Ip6 | undefined;
      readonly expires: Nanoseconds;
      readonly preference: RouterAdvertisement['preference'];
    }
  | { readonly kind: 'route gone'; readonly network: Cidr6; readonly gateway: Ip6 | undefined }
  /** Settings of the link that a router gave; absent ones stay. Times in nanoseconds. */
  | {
      readonly kind: 'link';
      readonly mtu?: number;
      readonly hopLimit?: number;
      readonly reachableTime?: Nanoseconds;
      readonly retransTimer?: Nanoseconds;
    }
  /** All recursive name servers that are known now. */
  | { readonly kind: 'resolvers'; readonly addresses: readonly Ip6[] };

/** What is to be sent, with hop limit 255. */
export type AutoconfMessage =
  /** From `::` to the target's solicited-node group, without a link-layer address (RFC 4862 §5.4.2). */
  | { readonly kind: 'neighbour solicitation'; readonly target: Ip6 }
  /** From `source` to all routers, with our link-layer address unless it is `::` (RFC 4861 §4.1). */
  | { readonly kind: 'router solicitation'; readonly source: Ip6 };

export interface AutoconfOptions {
  readonly mac: Mac;
  /** MTU of the link itself, which an advertised one may not exceed. */
  readonly linkMtu: number;
  /** A router asks for no routers and believes none. */
  readonly isRouter?: boolean;
  /** DupAddrDetectTransmits (RFC 4862 §5.1): 1 when absent; 0 takes addresses as they are. */
  readonly duplicateChecks?: number;
  /**
   * Eight bytes for an address in `prefix` (RFC 7217 §5); `collisions` counts what was tried and taken before. The card's
   * number is used when absent.
   */
  readonly identifier?: (prefix: Ip6, collisions: number) => Bytes;
  /** How long the first question about an address waits: 0 to 1 s (RFC 4862 §5.4.2). */
  readonly checkDelay?: () => Nanoseconds;
  /** How long the first router solicitation waits: 0 to 1 s (RFC 4861 §6.3.7). */
  readonly solicitDelay?: () => Nanoseconds;
}

interface Own {
  is: InterfaceAddress6;
  /** Questions asked whether somebody has it, and when the next is due or the last counts as unanswered. */
  asked: number;
  next: Nanoseconds;
  readonly collisions: number;
}

interface Router {
  readonly until: Nanoseconds;
  readonly preference: RouterAdvertisement['preference'];
}

const LINK_LOCAL = ip6('fe80::');
const DEFAULT_NETWORK: Cidr6 = { address: ip6('::'), prefixLength: 0 };

export class Autoconf {
  readonly #name: string;
  readonly #options: AutoconfOptions;
  readonly #own = new Map<Ip6, Own>();
  readonly #routers = new Map<Ip6, Router>();
  readonly #prefixes = new Map<string, { readonly network: Cidr6; readonly until: Nanoseconds }>();
  readonly #resolvers = new Map<Ip6, Nanoseconds>();
  readonly #events: MachineEvent[] = [];
  readonly #changes: AutoconfChange[] = [];
  readonly #out: AutoconfMessage[] = [];
  #solicited = 0;
  #nextSolicitation: Nanoseconds = NEVER;
  #retrans: Nanoseconds = RETRANS_TIMER;

  /** `name` is the interface, as its events call it. */
  constructor(name: string, options: AutoconfOptions) {
    this.#name = name;
    this.#options = options;
  }

  /**
   * The interface comes up: a link-local address is made (or the given one taken) and checked, and routers are asked for
   * once it is ours.
   */
  start(now: Nanoseconds, linkLocal?: Ip6): void {
    if (linkLocal === undefined) this.#make(LINK_LOCAL, 'link-local', NEVER, NEVER, 0, now);
    else this.#give(linkLocal, 64, 'link-local', now);
  }

  /** Gives the interface an address by hand; it is checked as any other. */
  assign(address: Ip6, prefixLength: number, now: Nanoseconds): void {
    this.#give(address, prefixLength, 'static', now);
  }

  remove(address: Ip6): void {
    if (this.#own.has(address)) this.#gone(address, 'removed by hand');
  }

  /** The interface goes down, or the machine: everything is forgotten, and the changes say so. */
  clear(): void {
    for (const address of this.#own.keys()) this.#gone(address, 'the interface went down');
    for (const router of this.#routers.keys()) this.forgetRouter(router);
    for (const { network } of this.#prefixes.values())
      this.#changes.push({ kind: 'route gone', network, gateway: undefined });
    this.#prefixes.clear();
    if (this.#resolvers.size > 0) this.#changes.push({ kind: 'resolvers', addresses: [] });
    this.#resolvers.clear();
    this.#out.length = 0;
    this.#nextSolicitation = NEVER;
    this.#solicited = 0;
  }

  get addresses(): readonly InterfaceAddress6[] {
    return [...this.#own.values()].map(({ is }) => is);
  }

  /** Routers that packets to elsewhere can be given to, in the order in which they were first heard. */
  get routers(): readonly Ip6[] {
    return [...this.#routers.keys()];
  }

  /**
   * A neighbour solicitation for `target`. True when that is an address of ours that is not (or never) ours to answer for:
   * then the caller leaves the message alone. Somebody who asks from `::` wants the same address (RFC 4862 §5.4.3).
   */
  handleSolicitation(source: Ip6, target: Ip6, now: Nanoseconds): boolean {
    const own = this.#own.get(target);
    if (own?.is.state === 'tentative' && source === '::')
      this.#collide(own, 'another machine wants it too', now);
    return own !== undefined && (own.is.state === 'tentative' || own.is.state === 'duplicate');
  }

  /** A neighbour advertisement for `target`, as {@link handleSolicitation}: somebody has our address (RFC 4862 §5.4.4). */
  handleAdvertisement(target: Ip6, now: Nanoseconds): boolean {
    const own = this.#own.get(target);
    if (own?.is.state === 'tentative') this.#collide(own, 'another machine has it', now);
    return own !== undefined && (own.is.state === 'tentative' || own.is.state === 'duplicate');
  }

  /** What `router` advertises (RFC 4861 §6.3.4). The message was valid (§6.1.2); its sender's address is checked here. */
  handleRouterAdvertisement(router: Ip6, said: RouterAdvertisement, now: Nanoseconds): void {
    if (this.#options.isRouter || !isLinkLocal(router)) return;
    this.#events.push({
      kind: 'nd.advertised',
      detail: {
        interface: this.#name,
        router,
        lifetime: said.routerLifetime,
        prefixes: said.prefixes.map((one) => formatCidr(prefixOf(one))).join(' '),
      },
    });
    if (said.routerLifetime > 0) this.#nextSolicitation = NEVER;
    this.#takeRouter(router, said, now);
    this.#takeSettings(said);
    for (const prefix of said.prefixes.slice(0, MAX_PREFIXES)) {
      if (isLinkLocal(prefix.prefix) || prefix.prefixLength > 128) continue;
      if (prefix.isOnLink) this.#takeOnLink(prefix, now);
      if (prefix.isAutonomous) this.#takeAutonomous(prefix, now);
    }
    this.#takeResolvers(said, now);
  }

  /** A router is one no more, as its neighbour cache entry shows (RFC 4861 §7.3.3). */
  forgetRouter(router: Ip6): void {
    if (this.#routers.delete(router))
      this.#changes.push({ kind: 'route gone', network: DEFAULT_NETWORK, gateway: router });
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  /** Changes come before messages: what is sent may depend on them. */
  pollChange(): AutoconfChange | undefined {
    return this.#changes.shift();
  }

  pollTransmit(): AutoconfMessage | undefined {
    return this.#out.shift();
  }

  pollTimeout(): Nanoseconds {
    let earliest = this.#nextSolicitation;
    for (const { is, next } of this.#own.values()) {
      const deprecates = is.state === 'preferred' ? is.preferredUntil : NEVER;
      earliest = Math.min(earliest, next, deprecates, is.validUntil);
    }
    for (const { until } of this.#routers.values()) earliest = Math.min(earliest, until);
    for (const { until } of this.#prefixes.values()) earliest = Math.min(earliest, until);
    for (const until of this.#resolvers.values()) earliest = Math.min(earliest, until);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [address, own] of this.#own) {
      if (own.is.validUntil <= now) this.#gone(address, 'its lifetime is over');
      else if (own.next <= now) this.#check(own, now);
      else if (own.is.state === 'preferred' && own.is.preferredUntil <= now)
        this.#set(own, { state: 'deprecated' }, 'its preferred lifetime is over');
    }
    if (this.#nextSolicitation <= now) this.#solicitRouters(now);
    for (const [router, { until }] of this.#routers) if (until <= now) this.forgetRouter(router);
    for (const [key, { network, until }] of this.#prefixes) {
      if (until > now) continue;
      this.#prefixes.delete(key);
      this.#changes.push({ kind: 'route gone', network, gateway: undefined });
    }
    this.#forgetResolvers(now);
  }

  // ── addresses ──

  #give(address: Ip6, prefixLength: number, origin: AddressOrigin6, now: Nanoseconds): void {
    if (this.#own.has(address)) return;
    const lifetime = { preferredUntil: NEVER, validUntil: NEVER };
    this.#add({ address, prefixLength, state: 'tentative', origin, ...lifetime }, 0, now);
  }

  /** Makes an address of ours in a /64. */
  #make(
    prefix: Ip6,
    origin: AddressOrigin6,
    preferredUntil: Nanoseconds,
    validUntil: Nanoseconds,
    collisions: number,
    now: Nanoseconds,
  ): void {
    const { identifier, mac } = this.#options;
    const address = joinAddress(prefix, identifier ? identifier(prefix, collisions) : eui64(mac));
    if (this.#own.has(address)) return;
    this.#add(
      { address, prefixLength: 64, state: 'tentative', origin, preferredUntil, validUntil },
      collisions,
      now,
    );
  }

  #add(is: InterfaceAddress6, collisions: number, now: Nanoseconds): void {
    const own: Own = { is, asked: 0, next: now, collisions };
    this.#own.set(is.address, own);
    this.#changes.push({ kind: 'address', address: is, why: 'new' });
    if (this.#checks > 0) own.next = now + (this.#options.checkDelay?.() ?? 0);
    if (own.next <= now) this.#check(own, now);
  }

  get #checks(): number {
    return this.#options.duplicateChecks ?? 1;
  }

  /** Asks once more whether somebody has the address, or is content that nobody answered. */
  #check(own: Own, now: Nanoseconds): void {
    if (own.asked < this.#checks) {
      own.asked += 1;
      own.next = now + this.#retrans;
      this.#out.push({ kind: 'neighbour solicitation', target: own.is.address });
      return;
    }
    own.next = NEVER;
    const state = own.is.preferredUntil <= now ? 'deprecated' : 'preferred';
    this.#set(own, { state }, this.#checks === 0 ? 'taken as it is' : 'nobody else has it');
    if (own.is.origin === 'link-local' && !this.#options.isRouter) {
      this.#solicited = 0;
      this.#nextSolicitation = now + (this.#options.solicitDelay?.() ?? 0);
      if (this.#nextSolicitation <= now) this.#solicitRouters(now);
    }
  }

  /** Somebody else has the address: another one is tried where that can be made, else it stays unusable. */
  #collide(own: Own, why: string, now: Nanoseconds): void {
    const { is, collisions } = own;
    own.next = NEVER;
    this.#set(own, { state: 'duplicate' }, why);
    if (is.origin === 'static' || !this.#options.identifier || collisions >= IDGEN_RETRIES) return;
    this.#gone(is.address, why);
    const network = networkOf({ address: is.address, prefixLength: 64 }).address as Ip6;
    this.#make(network, is.origin, is.preferredUntil, is.validUntil, collisions + 1, now);
  }

  #set(own: Own, changed: Partial<InterfaceAddress6>, why: string): void {
    own.is = { ...own.is, ...changed };
    this.#changes.push({ kind: 'address', address: own.is, why });
  }

  #gone(address: Ip6, why: string): void {
    this.#own.delete(address);
    this.#changes.push({ kind: 'address gone', address, why });
  }

  // ── routers ──

  #solicitRouters(now: Nanoseconds): void {
    this.#solicited += 1;
    this.#nextSolicitation =
      this.#solicited < MAX_RTR_SOLICITATIONS ? now + RTR_SOLICITATION_INTERVAL : NEVER;
    const own = [...this.#own.values()].find(
      ({ is }) => is.origin === 'link-local' && is.state === 'preferred',
    );
    this.#out.push({ kind: 'router solicitation', source: own?.is.address ?? DEFAULT_NETWORK.address });
    this.#events.push({
      kind: 'nd.solicit-routers',
      detail: { interface: this.#name, attempt: this.#solicited },
    });
  }

  #takeRouter(router: Ip6, { routerLifetime, preference }: RouterAdvertisement, now: Nanoseconds): void {
    const known = this.#routers.get(router);
    if (routerLifetime === 0) {
      this.forgetRouter(router);
      return;
    }
    if (!known && this.#routers.size >= MAX_ROUTERS) return;
    const until = routerLifetime === ENDLESS_ROUTER ? NEVER : now + routerLifetime * SECOND;
    if (known?.until === until && known.preference === preference) return;
    this.#routers.set(router, { until, preference });
    this.#changes.push({
      kind: 'route',
      network: DEFAULT_NETWORK,
      gateway: router,
      expires: until,
      preference,
    });
  }

  #takeSettings({ mtu, hopLimit, reachableTime, retransTimer }: RouterAdvertisement): void {
    const takesMtu = mtu !== undefined && mtu >= LEAST_MTU && mtu <= this.#options.linkMtu;
    if (retransTimer > 0) this.#retrans = retransTimer * MILLISECOND;
    if (!takesMtu && hopLimit === 0 && reachableTime === 0 && retransTimer === 0) return;
    this.#changes.push({
      kind: 'link',
      ...(takesMtu ? { mtu } : {}),
      ...(hopLimit > 0 ? { hopLimit } : {}),
      ...(reachableTime > 0 ? { reachableTime: reachableTime * MILLISECOND } : {}),
      ...(retransTimer > 0 ? { retransTimer: retransTimer * MILLISECOND } : {}),
    });
  }

  // ── prefixes ──

  /** RFC 4861 §6.3.4: the prefix list. */
  #takeOnLink(said: AdvertisedPrefix, now: Nanoseconds): void {
    const network = prefixOf(said);
    const key = formatCidr(network);
    const known = this.#prefixes.get(key);
    if (said.validLifetime === 0) {
      if (this.#prefixes.delete(key)) this.#changes.push({ kind: 'route gone', network, gateway: undefined });
      return;
    }
    if (!known && this.#prefixes.size >= MAX_PREFIXES) return;
    const until = after(now, said.validLifetime);
    if (known?.until === until) return;
    this.#prefixes.set(key, { network, until });
    this.#changes.push({ kind: 'route', network, gateway: undefined, expires: until, preference: 'medium' });
  }

  /** RFC 4862 §5.5.3. */
  #takeAutonomous(said: AdvertisedPrefix, now: Nanoseconds): void {
    // c) and the length that leaves room for an interface identifier
    if (said.preferredLifetime > said.validLifetime || said.prefixLength !== 64) return;
    const network = prefixOf(said).address;
    const preferredUntil = after(now, said.preferredLifetime);
    const own = [...this.#own.values()].find(
      ({ is }) =>
        is.origin === 'slaac' && networkOf({ address: is.address, prefixLength: 64 }).address === network,
    );
    if (!own) {
      const made = this.addresses.filter(({ origin }) => origin === 'slaac').length;
      if (said.validLifetime > 0 && made < MAX_SLAAC_ADDRESSES)
        this.#make(network, 'slaac', preferredUntil, after(now, said.validLifetime), 0, now);
      return;
    }
    const validUntil = twoHourRule(own.is.validUntil, after(now, said.validLifetime), now);
    const { state } = own.is;
    const lives = state === 'preferred' || state === 'deprecated';
    const next = lives ? (preferredUntil <= now ? 'deprecated' : 'preferred') : state;
    if (next === state && preferredUntil === own.is.preferredUntil && validUntil === own.is.validUntil)
      return;
    this.#set(own, { state: next, preferredUntil, validUntil }, 'a router advertised its prefix again');
  }

  // ── name servers ──

  #takeResolvers({ resolvers }: RouterAdvertisement, now: Nanoseconds): void {
    const before = [...this.#resolvers.keys()].join();
    for (const { addresses, lifetime } of resolvers) {
      for (const address of addresses) {
        if (lifetime === 0) this.#resolvers.delete(address);
        else if (this.#resolvers.has(address) || this.#resolvers.size < MAX_RESOLVERS)
          this.#resolvers.set(address, after(now, lifetime));
      }
    }
    this.#sayResolvers(before);
  }

  #forgetResolvers(now: Nanoseconds): void {
    const before = [...this.#resolvers.keys()].join();
    for (const [address, until] of this.#resolvers) if (until <= now) this.#resolvers.delete(address);
    this.#sayResolvers(before);
  }

  #sayResolvers(before: string): void {
    const addresses = [...this.#resolvers.keys()];
    if (addresses.join() !== before) this.#changes.push({ kind: 'resolvers', addresses });
  }
}

/** RFC 4862 §5.5.3 (e): nobody who merely says so may end an address within the next two hours. */
export function twoHourRule(valid: Nanoseconds, said: Nanoseconds, now: Nanoseconds): Nanoseconds {
  if (said > now + TWO_HOURS || said > valid) return said;
  return valid <= now + TWO_HOURS ? valid : now + TWO_HOURS;
}

/** The moment that is `seconds` away; the largest 32-bit number stands for never (RFC 4861 §4.6.2). */
function after(now: Nanoseconds, seconds: number): Nanoseconds {
  return seconds === INFINITE_LIFETIME ? NEVER : Math.min(NEVER, now + seconds * SECOND);
}

function prefixOf({ prefix, prefixLength }: AdvertisedPrefix): Cidr6 {
  return networkOf({ address: prefix, prefixLength }) as Cidr6;
}

function isLinkLocal(address: Ip6): boolean {
  return scopeOf(address) === SCOPE_LINK && address.startsWith('fe');
}

/** The interface identifier of a card (RFC 4291 Appendix A, RFC 2464 §4): `ff:fe` in the middle, one bit turned. */
export function eui64(mac: Mac): Bytes {
  const card = new Uint8Array(6);
  writeU48(card, 0, mac);
  return Uint8Array.of(card[0]! ^ 2, card[1]!, card[2]!, 0xff, 0xfe, card[3]!, card[4]!, card[5]!);
}

/** A prefix of 64 bits and an interface identifier of 64 (RFC 4291 §2.5.1). */
export function joinAddress(prefix: Ip6, identifier: Bytes): Ip6 {
  if (identifier.length !== 8) throw new Misuse(`an interface identifier of ${identifier.length} bytes`);
  const bytes = knownIp6(prefix).bytes.slice();
  bytes.set(identifier, 8);
  return formatIp6(bytes);
}

/**
 * Autoconfiguration of a host's interface (RFC 4862) and advertisements of a router's (RFC 4861 §6.2), on a link: what
 * the machines want sent is written here, what they learn becomes addresses and routes.
 *
 * A hop limit that a router advertises is recorded and not used: every host here sends with 64, which is also what our
 * routers advertise. Name servers that a router names (RFC 8106) are kept for whoever configures a resolver.
 */
import type { Mac } from '../../base/address.ts';
import { ip6, isLinkLocal6 } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { NEVER, SECOND } from '../../base/units.ts';
import { Autoconf, type AutoconfChange, type AutoconfMessage } from '../../proto/ip/autoconf.ts';
import { macIn } from '../../proto/ip/nd-check.ts';
import { ALL_ROUTERS, solicitedNode } from '../../proto/ip/neighbours6.ts';
import {
  type AdvertisedPrefix,
  type RouterAdvertisement,
  RouterAdvertiser,
} from '../../proto/ip/router-advertiser.ts';
import { Timer } from '../../sim/timer.ts';
import type { Icmp6 } from '../../wire/icmp6.ts';
import {
  ND_NEIGHBOUR_ADVERTISEMENT,
  ND_NEIGHBOUR_SOLICITATION,
  ND_ROUTER_ADVERTISEMENT,
  ND_ROUTER_SOLICITATION,
} from '../../wire/icmp6-code.ts';
import { ND_MTU, ND_NAME_SERVERS, ND_PREFIX, ND_SOURCE_MAC, type NdOption } from '../../wire/nd-option.ts';
import { MIN_MTU_V6 } from '../link/nic.ts';
import { type Link6, type NdListener, type NdMessage, UNSPECIFIED6 } from './link6.ts';
import type { Route } from './route.ts';

const LINK_LOCAL_PREFIX = ip6('fe80::');

/** A host's interface that makes its own addresses. */
export class Autoconf6 implements NdListener {
  /** Recursive name servers that routers have named. */
  resolvers: readonly Ip6[] = [];
  readonly #link: Link6;
  readonly #machine: Autoconf;
  readonly #timer: Timer;
  readonly #routes = new Map<string, Route>();

  constructor(link: Link6) {
    this.#link = link;
    const { stack, nic } = link;
    const random = stack.world.random(`${stack.name}/${nic.name}/autoconf`);
    const upToASecond = (): number => random.below(SECOND);
    this.#machine = new Autoconf(nic.name, {
      mac: nic.mac,
      linkMtu: nic.mtu,
      isRouter: stack.isForwarding,
      checkDelay: upToASecond,
      solicitDelay: upToASecond,
    });
    this.#timer = new Timer(stack.world.kernel, () => this.#timeout());
    link.listener = this;
  }

  /** The interface comes up. */
  start(): void {
    this.#machine.start(this.#link.stack.world.now);
    this.#drain();
  }

  handle({ message, source }: NdMessage): boolean {
    const { now } = this.#link.stack.world;
    const { body } = message;
    let isTaken = false;
    if (message.type === ND_ROUTER_ADVERTISEMENT) {
      const said = body as unknown as WireAdvertisement;
      this.#link.cache.handleRouterAdvertisement(source, macIn(said.options, ND_SOURCE_MAC));
      this.#machine.handleRouterAdvertisement(source, readAdvertisement(said), now);
    } else if (message.type === ND_NEIGHBOUR_SOLICITATION) {
      isTaken = this.#machine.handleSolicitation(source, (body as { target: Ip6 }).target, now);
    } else if (message.type === ND_NEIGHBOUR_ADVERTISEMENT) {
      isTaken = this.#machine.handleAdvertisement((body as { target: Ip6 }).target, now);
    }
    this.#drain();
    return isTaken;
  }

  demoted(router: Ip6): void {
    this.#machine.forgetRouter(router);
    this.#drain();
  }

  clear(): void {
    this.#machine.clear();
    this.#timer.clear();
    this.#drain();
  }

  #timeout(): void {
    this.#machine.handleTimeout(this.#link.stack.world.now);
    this.#drain();
  }

  #drain(): void {
    const machine = this.#machine;
    const { stack } = this.#link;
    const { trace } = stack.world;
    const before = trace.cause;
    for (let event = machine.pollEvent(); event; event = machine.pollEvent()) stack.because(event);
    for (let change = machine.pollChange(); change; change = machine.pollChange()) this.#apply(change);
    for (let message = machine.pollTransmit(); message; message = machine.pollTransmit()) this.#send(message);
    trace.cause = before;
    this.#timer.set(machine.pollTimeout());
  }

  #apply(change: AutoconfChange): void {
    const link = this.#link;
    switch (change.kind) {
      case 'address': {
        const hadLinkLocal = link.nic.linkLocal !== undefined;
        link.put(change.address, change.why);
        if (!hadLinkLocal && link.nic.linkLocal !== undefined) this.#addRoute(LINK_LOCAL_ROUTE);
        break;
      }
      case 'address gone':
        link.remove(change.address);
        if (isLinkLocal6(change.address)) this.#removeRoute(routeName(LINK_LOCAL_ROUTE));
        break;
      case 'route':
        this.#addRoute(change);
        break;
      case 'route gone':
        this.#removeRoute(routeName(change));
        break;
      case 'link':
        if (change.mtu !== undefined) link.nic.advertisedMtu = change.mtu;
        link.cache.setTimes(change.reachableTime, change.retransTimer);
        break;
      case 'resolvers':
        this.resolvers = change.addresses;
    }
  }

  #addRoute(change: Extract<AutoconfChange, { kind: 'route' }>): void {
    const { stack, nic } = this.#link;
    const key = routeName(change);
    this.#removeRoute(key);
    const { network, gateway, expires, preference } = change;
    const metric = METRICS[preference];
    const origin = change === LINK_LOCAL_ROUTE ? 'kernel' : 'ra';
    const route = stack.addRoute({ network, nic, gateway, expires, origin, metric });
    this.#routes.set(key, route);
  }

  #removeRoute(key: string): void {
    const route = this.#routes.get(key);
    if (!route) return;
    this.#routes.delete(key);
    this.#link.stack.removeRoute(route);
  }

  #send(message: AutoconfMessage): void {
    const { nic } = this.#link;
    if (message.kind === 'neighbour solicitation') {
      this.#link.send(UNSPECIFIED6, solicitedNode(message.target), {
        type: ND_NEIGHBOUR_SOLICITATION,
        code: 0,
        checksum: 0,
        body: { reserved: 0, target: message.target, options: [] },
      });
      return;
    }
    const options = message.source === UNSPECIFIED6 ? [] : [{ type: ND_SOURCE_MAC, value: nic.mac }];
    this.#link.send(message.source, ALL_ROUTERS, {
      type: ND_ROUTER_SOLICITATION,
      code: 0,
      checksum: 0,
      body: { reserved: 0, options },
    });
  }
}

/** A router's interface that tells hosts about its link. */
export class Advertising6 implements NdListener {
  readonly #link: Link6;
  readonly #machine: RouterAdvertiser;
  readonly #timer: Timer;
  #initial: number | undefined;

  /** `initial`: how many advertisements it begins with, unasked; 0 for a router that has been there for long. */
  constructor(link: Link6, advertisement: RouterAdvertisement, initial: number | undefined) {
    this.#link = link;
    this.#initial = initial;
    const { stack, nic } = link;
    const random = stack.world.random(`${stack.name}/${nic.name}/advertise`);
    this.#machine = new RouterAdvertiser(nic.name, advertisement, {
      delay: () => random.below(SECOND / 2),
    });
    this.#timer = new Timer(stack.world.kernel, () => this.#timeout());
    link.listener = this;
  }

  /** At first, and after each restart, which makes it new to the hosts. */
  start(): void {
    this.#machine.start(this.#link.stack.world.now, this.#initial);
    this.#initial = undefined;
    this.#drain();
  }

  handle({ message, source }: NdMessage): boolean {
    if (message.type !== ND_ROUTER_SOLICITATION) return false;
    const { options } = message.body as unknown as { options: readonly NdOption[] };
    if (source !== UNSPECIFIED6)
      this.#link.cache.handleRouterSolicitation(source, macIn(options, ND_SOURCE_MAC));
    this.#machine.handleSolicitation(source, this.#link.stack.world.now);
    this.#drain();
    return false;
  }

  demoted(): void {}

  clear(): void {
    this.#machine.clear();
    this.#timer.clear();
  }

  #timeout(): void {
    this.#machine.handleTimeout(this.#link.stack.world.now);
    this.#drain();
  }

  #drain(): void {
    const machine = this.#machine;
    const { stack, nic } = this.#link;
    const { trace } = stack.world;
    const before = trace.cause;
    for (let event = machine.pollEvent(); event; event = machine.pollEvent()) stack.because(event);
    for (let sent = machine.pollTransmit(); sent; sent = machine.pollTransmit()) {
      const { advertisement, to } = sent;
      if (nic.linkLocal !== undefined)
        this.#link.send(nic.linkLocal, to, {
          type: ND_ROUTER_ADVERTISEMENT,
          code: 0,
          checksum: 0,
          body: writeAdvertisement(advertisement, nic.mac) as Icmp6['body'],
        });
    }
    trace.cause = before;
    this.#timer.set(machine.pollTimeout());
  }
}

/** Preferences (RFC 4191 §2.2) as metrics; those of systemd-networkd. The kernel itself gives all of them 1024. */
const METRICS: Readonly<Record<RouterAdvertisement['preference'], number>> = {
  high: 512,
  medium: 1024,
  low: 2048,
};

const LINK_LOCAL_ROUTE = {
  kind: 'route',
  network: { address: LINK_LOCAL_PREFIX, prefixLength: 64 },
  gateway: undefined,
  expires: NEVER,
  preference: 'medium',
} as const;

function routeName({ network, gateway }: Pick<Route, 'network' | 'gateway'>): string {
  return `${network.address}/${network.prefixLength} ${gateway ?? ''}`;
}

interface WireAdvertisement {
  readonly hopLimit: number;
  readonly managed: number;
  readonly other: number;
  readonly preference: number;
  readonly lifetime: number;
  readonly reachableTime: number;
  readonly retransTimer: number;
  readonly options: readonly NdOption[];
}

const PREFERENCES = ['medium', 'high', 'medium', 'low'] as const;

function readAdvertisement(said: WireAdvertisement): RouterAdvertisement {
  const values = (type: number): readonly unknown[] =>
    said.options.filter((option) => option.type === type).map(({ value }) => value);
  const prefixes = values(ND_PREFIX) as readonly WirePrefix[];
  const resolvers = values(ND_NAME_SERVERS) as readonly WireResolvers[];
  const mtu = (values(ND_MTU)[0] as { mtu?: number } | undefined)?.mtu;
  return {
    hopLimit: said.hopLimit,
    managed: said.managed === 1,
    other: said.other === 1,
    // the reserved value counts as medium (RFC 4191 §2.2)
    preference: PREFERENCES[said.preference & 3]!,
    routerLifetime: said.lifetime,
    reachableTime: said.reachableTime,
    retransTimer: said.retransTimer,
    mtu: mtu !== undefined && mtu >= MIN_MTU_V6 ? mtu : undefined,
    prefixes: prefixes.filter((one) => 'prefix' in one).map(readPrefix),
    resolvers: resolvers.filter((one) => 'addresses' in one),
  };
}

interface WirePrefix {
  readonly prefixLength: number;
  readonly onLink: number;
  readonly autonomous: number;
  readonly validLifetime: number;
  readonly preferredLifetime: number;
  readonly prefix: Ip6;
}

interface WireResolvers {
  readonly lifetime: number;
  readonly addresses: readonly Ip6[];
}

function readPrefix(wire: WirePrefix): AdvertisedPrefix {
  return {
    prefix: wire.prefix,
    prefixLength: wire.prefixLength,
    isOnLink: wire.onLink === 1,
    isAutonomous: wire.autonomous === 1,
    validLifetime: wire.validLifetime,
    preferredLifetime: wire.preferredLifetime,
  };
}

function writeAdvertisement(said: RouterAdvertisement, mac: Mac): object {
  return {
    hopLimit: said.hopLimit,
    managed: said.managed ? 1 : 0,
    other: said.other ? 1 : 0,
    homeAgent: 0,
    preference: said.preference === 'high' ? 1 : said.preference === 'low' ? 3 : 0,
    proxy: 0,
    reserved: 0,
    lifetime: said.routerLifetime,
    reachableTime: said.reachableTime,
    retransTimer: said.retransTimer,
    options: [
      { type: ND_SOURCE_MAC, value: mac },
      ...(said.mtu === undefined ? [] : [{ type: ND_MTU, value: { reserved: 0, mtu: said.mtu } }]),
      ...said.prefixes.map((one) => ({ type: ND_PREFIX, value: writePrefix(one) })),
      ...said.resolvers.map(({ addresses, lifetime }) => ({
        type: ND_NAME_SERVERS,
        value: { reserved: 0, lifetime, addresses: [...addresses] },
      })),
    ],
  };
}

function writePrefix(one: AdvertisedPrefix): object {
  return {
    prefixLength: one.prefixLength,
    onLink: one.isOnLink ? 1 : 0,
    autonomous: one.isAutonomous ? 1 : 0,
    routerAddress: 0,
    reserved: 0,
    validLifetime: one.validLifetime,
    preferredLifetime: one.preferredLifetime,
    unused: 0,
    prefix: one.prefix,
  };
}

/**
 * The network of a world: machines by name, and the links between their interfaces. How it breaks is in mishaps.ts.
 */
import type { Mac } from '../base/address.ts';
import { parseCidr, widthOf } from '../base/cidr.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import { familyOf, parseIp } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import { PLAIN_ADVERTISEMENT, type RouterAdvertisement } from '../proto/ip/router-advertiser.ts';
import type { World } from '../sim/world.ts';
import { type FilterOptions, PacketFilter } from './filter/packet-filter.ts';
import { Host, type HostOptions, Router } from './host.ts';
import { acceptEdits } from './host-files.ts';
import { Advertising6, Autoconf6 } from './ip/autoconf6.ts';
import type { RouteKind } from './ip/route.ts';
import { Channel, type LinkOptions } from './link/link.ts';
import { Nic, type Node } from './link/nic.ts';
import { Switch } from './link/switch.ts';
import { Mishaps } from './mishaps.ts';
import { Nat, type NatOptions } from './nat/nat.ts';
import { RouteComputer } from './shortest-path.ts';

export type Machine = Host | Switch;

export interface Link {
  /** `laptop–switch`: the names of its ends. */
  readonly name: string;
  readonly a: Nic;
  readonly b: Nic;
  readonly forward: Channel;
  readonly backward: Channel;
}

/**
 * One end of a link: which machine, what its interface is called, and its addresses (`192.168.1.23/24`,
 * `2001:db8:1::23/64`), if any.
 */
export type End = readonly [machine: Machine, nic: string, ...addresses: string[]];

/** Documentation MAC addresses (RFC 9542 §2.1.4): 00-00-5E-00-53-00 to -FF, unicast. */
const FIRST_MAC = 0x00_00_5e_00_53_01;
const MAX_NICS = 254;

export class Network {
  readonly world: World;
  readonly machines = new Map<string, Machine>();
  readonly links: Link[] = [];
  readonly channels: Channel[] = [];
  #nics = 0;
  readonly #mishaps: Mishaps;
  #routes: RouteComputer | undefined;

  constructor(world: World) {
    this.world = world;
    this.#mishaps = new Mishaps(world, this, () => this.#routes?.reroute());
    acceptEdits(world, (name) => {
      const machine = this.machine(name);
      if (!(machine instanceof Host)) throw new Malformed(`${name} has no hosts file`);
      return machine.files;
    });
  }

  host(name: string, options: HostOptions = {}): Host {
    return this.#add(new Host(this.world, name, options));
  }

  router(name: string, options: HostOptions = {}): Router {
    return this.#add(new Router(this.world, name, options));
  }

  switch(name: string): Switch {
    return this.#add(new Switch(this.world, name));
  }

  /** Lays a cable. `options` hold for both directions, `back` overrides them for the way from `b` to `a`. */
  link(a: End, b: End, options: LinkOptions, back: Partial<LinkOptions> = {}): Link {
    const nicA = this.#nic(a);
    const nicB = this.#nic(b);
    const forward = this.#channel(a[0].name, nicB, options);
    const backward = this.#channel(b[0].name, nicA, { ...options, ...back });
    nicA.attach(forward);
    nicB.attach(backward);
    const link: Link = { name: `${a[0].name}–${b[0].name}`, a: nicA, b: nicB, forward, backward };
    this.links.push(link);
    return link;
  }

  /**
   * Lays a cable from a machine to something that is none of this network's, and gives the interface at its far end:
   * what the machine sends there is `far`'s to take.
   */
  lead(end: End, far: Node, options: LinkOptions): Nic {
    const near = this.#nic(end);
    const nic = this.#newNic(far, 'wire');
    const forward = this.#channel(end[0].name, nic, options);
    const backward = this.#channel(far.name, near, options);
    near.attach(forward);
    nic.attach(backward);
    this.links.push({ name: `${end[0].name}–${far.name}`, a: near, b: nic, forward, backward });
    return nic;
  }

  /** Gives a machine an address that is on none of its links, as a dummy interface does. */
  dummy(machine: Host, address: string): void {
    const { address: own, prefixLength } = parseCidr(address);
    // nobody else can be on it
    if (prefixLength < widthOf(familyOf(own))) throw new Misuse(`${address} would have neighbours`);
    const before = machine.ip.nics.filter(({ name }) => name.startsWith('dummy')).length;
    this.#nic([machine, `dummy${before}`, address]);
  }

  /** Adds `to via gateway` to a machine's table; the interface is the one on the gateway's network. */
  route(machine: Host, to: string, gateway: string, nic?: string): void {
    const via = parseIp(gateway);
    const out = nic === undefined ? undefined : nicOf(machine, nic);
    const direct = machine.ip.routes
      .candidates(via)
      .find((route) => route.gateway === undefined && (!out || route.nic === out));
    if (!direct) throw new Misuse(`${machine.name} is not on the network of ${gateway}`);
    const family = typeof via === 'number' ? '0.0.0.0/0' : '::/0';
    machine.ip.addRoute({
      network: parseCidr(to === 'default' ? family : to),
      nic: direct.nic,
      gateway: via,
    });
  }

  /** Adds a route that leads nowhere: `blackhole` in silence, `unreachable` and `prohibit` with an ICMP error. */
  noRoute(machine: Host, to: string, kind: Exclude<RouteKind, 'unicast'> = 'blackhole'): void {
    machine.ip.addRoute({ network: parseCidr(to), kind });
  }

  /**
   * Computes every route from the topology, now and, `convergence` after each link or machine that went down or came
   * back, anew: as long as routers need to tell each other.
   */
  computeRoutes(convergence: Nanoseconds = 0): void {
    this.#routes = new RouteComputer(
      this.world.kernel,
      this,
      (what) => this.#mishaps.isUp(what),
      convergence,
    );
    this.#routes.compute();
  }

  /** Lets a host's interface make its own IPv6 addresses, at start and after each restart. */
  autoconfigure(host: Host, nic: string): Autoconf6 {
    const link = host.ip.v6.enable(nicOf(host, nic));
    const autoconf = new Autoconf6(link);
    host.onBoot(() => autoconf.start());
    return autoconf;
  }

  /** Lets a router's interface, which has its addresses, tell hosts about its link; unasked as well when it is new. */
  advertise(router: Router, nic: string, said: Partial<RouterAdvertisement>, isNew = false): Advertising6 {
    const link = router.ip.v6.enable(nicOf(router, nic));
    const advertising = new Advertising6(link, { ...PLAIN_ADVERTISEMENT, ...said }, isNew ? undefined : 0);
    router.onBoot(() => advertising.start());
    return advertising;
  }

  /** Puts address translation on a router, `nic` being its outside. */
  nat(router: Router, nic: string, options: NatOptions = {}): Nat {
    router.ip.nat = new Nat(this.world, router.name, nicOf(router, nic), options);
    router.ip.nat.keepOff((protocol, port) => router.isBound(protocol, port));
    return router.ip.nat;
  }

  /** Puts a packet filter into a machine. */
  filter(machine: Host, options: FilterOptions): PacketFilter {
    const filter = new PacketFilter(this.world, machine.name, options);
    machine.ip.filter = filter;
    return filter;
  }

  machine(name: string): Machine {
    const found = this.machines.get(name);
    if (!found)
      throw new Malformed(
        `no machine is called ${name.slice(0, 40)}; there are ${[...this.machines.keys()].join(', ')}`,
      );
    return found;
  }

  channelOf(from: string, to: string): Channel {
    const found = this.channels.find((channel) => channel.from === from && channel.to === to);
    if (!found) throw new Malformed(`no link goes from ${from.slice(0, 40)} to ${to.slice(0, 40)}`);
    return found;
  }

  #add<T extends Machine>(machine: T): T {
    if (this.machines.has(machine.name)) throw new Misuse(`two machines are called ${machine.name}`);
    this.machines.set(machine.name, machine);
    return machine;
  }

  #nic([machine, name, ...addresses]: End): Nic {
    const stack = machine instanceof Host ? machine.ip : machine;
    const others = stack instanceof Switch ? stack.ports : stack.nics;
    if (others.some((one) => one.name === name)) throw new Misuse(`${machine.name} has an interface ${name}`);
    const nic = this.#newNic(stack, name);
    if (stack instanceof Switch) stack.ports.push(nic);
    else {
      stack.addNic(nic);
      for (const address of addresses) stack.addAddress(nic, parseCidr(address));
    }
    return nic;
  }

  #newNic(node: Node, name: string): Nic {
    if (this.#nics >= MAX_NICS) throw new Misuse(`more than ${MAX_NICS} interfaces`);
    return new Nic(this.world, node, name, (FIRST_MAC + this.#nics++) as Mac);
  }

  #channel(from: string, receiver: Nic, options: LinkOptions): Channel {
    const channel = new Channel(this.world, this.channels.length, from, receiver, options);
    this.channels.push(channel);
    return channel;
  }

  /** Switches a machine off, as the input `off` does: for worlds that begin so. */
  switchOff(machine: Machine): void {
    this.#mishaps.power(machine, 'off');
  }
}

/** An interface of a machine by its name. Throws {@link Misuse}. */
export function nicOf(machine: Host, name: string): Nic {
  const found = machine.ip.nics.find((one) => one.name === name);
  if (!found) throw new Misuse(`${machine.name} has no interface ${name}`);
  return found;
}

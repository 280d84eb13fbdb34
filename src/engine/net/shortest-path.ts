/**
 * Routes computed from the topology: every router learns the way with the least delay to every network.
 *
 * This stands in for routing protocols (OSPF inside a network, BGP between them): the result is what they would agree
 * on if all wanted the shortest way, without the messages by which they agree. A network that hangs on several routers
 * is reached at the nearest, which is all that anycast is (RFC 4786 §1). What is behind a translator is nobody else's
 * business: its inside is not announced, and it gets a default route to its outside. Hosts get a default route to the
 * nearest router of their link, unless they have one.
 *
 * Not here: policy, which is most of BGP; several equal ways (the first one is taken).
 */
import { type Cidr, formatCidr, networkOf, parseCidr } from '../base/cidr.ts';
import type { Family, Ip } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Kernel } from '../sim/kernel.ts';
import { Host } from './host.ts';
import type { Route } from './ip/route.ts';
import type { Nic } from './link/nic.ts';
import { Switch } from './link/switch.ts';
import type { Link, Machine } from './network.ts';

/** One step from a machine to another over one link, or over switches. */
export interface Step {
  readonly out: Nic;
  readonly to: Host;
  readonly into: Nic;
  readonly cost: Nanoseconds;
}

interface Way {
  readonly cost: Nanoseconds;
  /** The first step of it; undefined at its start. */
  readonly first: Step | undefined;
}

/** Something that lies behind interfaces of machines: a network, reached through any of them. */
interface Announced {
  readonly network: Cidr;
  readonly holders: Set<Host>;
}

/** What of a network is read. */
interface Topology {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly links: readonly Link[];
}

const FAMILIES: readonly Family[] = [4, 6];

export class RouteComputer {
  readonly #kernel: Kernel;
  readonly #network: Topology;
  readonly #isUp: (what: Link | Machine) => boolean;
  readonly #convergence: Nanoseconds;
  /** Routes to networks behind links that are down. */
  readonly #withdrawn = new Map<Nic, Route[]>();

  /** `isUp` says which links and machines count; `convergence` is how long routers need to tell each other. */
  constructor(
    kernel: Kernel,
    network: Topology,
    isUp: (what: Link | Machine) => boolean,
    convergence: Nanoseconds,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#isUp = isUp;
    this.#convergence = convergence;
  }

  /** Something went down or came back: everything is computed anew as soon as word has got round. */
  reroute(): void {
    this.#kernel.call(this.#kernel.now + this.#convergence, () => this.compute());
  }

  /** Puts the routes into all machines, in place of those that were computed before. */
  compute(): void {
    const { machines, links } = this.#network;
    const hosts = [...machines.values()].filter((one): one is Host => one instanceof Host);
    const down = new Set(links.filter((link) => !this.#isUp(link)).flatMap(({ a, b }) => [a, b]));
    for (const host of hosts) {
      for (const route of host.ip.routes.routes) if (route.origin === 'computed') host.ip.removeRoute(route);
      for (const nic of host.ip.nics) this.#carry(host, nic, !down.has(nic));
    }
    const live = links.filter(this.#isUp);
    const steps = new Map<Host, Step[]>();
    for (const host of hosts)
      steps.set(host, this.#isUp(host) ? stepsFrom(host, live, machines, this.#isUp) : []);
    const announced = announcements(
      hosts.filter((host) => host.ip.isForwarding && this.#isUp(host)),
      down,
    );
    for (const host of hosts) {
      if (!this.#isUp(host)) continue;
      if (host.ip.isForwarding && !host.ip.nat) installAll(host, waysFrom(host, steps), announced);
      else installDefault(host, steps.get(host)!);
    }
  }

  /** A router whose link is down does not hold its network any more: somebody else may. */
  #carry(host: Host, nic: Nic, isLive: boolean): void {
    const { ip } = host;
    const withdrawn = this.#withdrawn.get(nic);
    if (isLive && withdrawn) {
      this.#withdrawn.delete(nic);
      for (const route of withdrawn) ip.addRoute(route);
    } else if (!isLive && !withdrawn && ip.isForwarding) {
      const own = ip.routes.routes.filter((one) => one.nic === nic && one.origin === 'kernel');
      this.#withdrawn.set(nic, own);
      for (const route of own) ip.removeRoute(route);
    }
  }
}

/** The machines with addresses that a machine reaches without a router between. */
export function stepsFrom(
  host: Host,
  links: readonly Link[],
  machines: ReadonlyMap<string, Machine>,
  isUp: (what: Machine) => boolean,
): Step[] {
  const found: Step[] = [];
  for (const out of host.ip.nics) {
    const seen = new Set<Machine>([host]);
    const open: { readonly at: Nic; readonly cost: Nanoseconds }[] = [{ at: out, cost: 0 }];
    for (let next = open.shift(); next; next = open.shift()) {
      for (const link of links) {
        const far = link.a === next.at ? link.b : link.b === next.at ? link.a : undefined;
        if (!far) continue;
        const cost = next.cost + (link.a === next.at ? link.forward : link.backward).delay;
        const machine = machines.get(far.nodeName);
        if (!machine || seen.has(machine) || !isUp(machine)) continue;
        seen.add(machine);
        if (machine instanceof Switch) for (const port of machine.ports) open.push({ at: port, cost });
        else found.push({ out, to: machine, into: far, cost });
      }
    }
  }
  return found;
}

/** Dijkstra's algorithm over the machines that forward; translators are ends, not ways. */
function waysFrom(start: Host, steps: ReadonlyMap<Host, readonly Step[]>): Map<Host, Way> {
  const ways = new Map<Host, Way>([[start, { cost: 0, first: undefined }]]);
  const open = new Set<Host>([start]);
  while (open.size > 0) {
    let nearest: Host | undefined;
    for (const one of open) if (!nearest || ways.get(one)!.cost < ways.get(nearest)!.cost) nearest = one;
    open.delete(nearest!);
    const way = ways.get(nearest!)!;
    if (nearest !== start && (!nearest!.ip.isForwarding || nearest!.ip.nat)) continue;
    for (const step of steps.get(nearest!) ?? []) {
      const cost = way.cost + step.cost;
      if (cost >= (ways.get(step.to)?.cost ?? Number.POSITIVE_INFINITY)) continue;
      ways.set(step.to, { cost, first: way.first ?? step });
      open.add(step.to);
    }
  }
  return ways;
}

function announcements(routers: readonly Host[], down: ReadonlySet<Nic>): Announced[] {
  const found = new Map<string, Announced>();
  for (const router of routers) {
    for (const nic of router.ip.nics) {
      if (down.has(nic) || (router.ip.nat && !router.ip.nat.isOutside(nic))) continue;
      for (const network of networksOn(nic)) {
        const key = formatCidr(network);
        const known = found.get(key) ?? { network, holders: new Set<Host>() };
        known.holders.add(router);
        found.set(key, known);
      }
    }
  }
  return [...found.values()];
}

function networksOn(nic: Nic): Cidr[] {
  const v6 = nic.addresses6
    .filter(({ origin }) => origin !== 'link-local')
    .map(({ address, prefixLength }) => networkOf({ address, prefixLength }));
  if (nic.address === undefined) return v6;
  return [networkOf({ address: nic.address, prefixLength: nic.prefixLength }), ...v6];
}

function installAll(router: Host, ways: ReadonlyMap<Host, Way>, announced: readonly Announced[]): void {
  for (const { network, holders } of announced) {
    if (holders.has(router)) continue;
    let best: Way | undefined;
    for (const holder of holders) {
      const way = ways.get(holder);
      if (way && (!best || way.cost < best.cost)) best = way;
    }
    const family = typeof network.address === 'number' ? 4 : 6;
    const gateway = best?.first && addressOn(best.first.into, family);
    if (best?.first && gateway !== undefined)
      router.ip.addRoute({ network, nic: best.first.out, gateway, origin: 'computed' });
  }
}

/** A machine that is no router of the whole: everything else goes to the nearest router of its links. */
function installDefault(host: Host, steps: readonly Step[]): void {
  for (const family of FAMILIES) {
    const network: Cidr = defaultOf(family);
    if (host.ip.routes.routes.some((route) => formatCidr(route.network) === formatCidr(network))) continue;
    const candidates = steps
      .filter(({ out, to }) => to.ip.isForwarding && (!host.ip.nat || host.ip.nat.isOutside(out)))
      .sort((a, b) => a.cost - b.cost);
    for (const { out, into } of candidates) {
      const gateway = addressOn(into, family);
      const isOurs = addressOn(out, family) !== undefined;
      if (gateway === undefined || !isOurs) continue;
      host.ip.addRoute({ network, nic: out, gateway, origin: 'computed' });
      break;
    }
  }
}

function defaultOf(family: Family): Cidr {
  return parseCidr(family === 4 ? '0.0.0.0/0' : '::/0');
}

/** The address by which an interface is a next hop: in IPv6 the link-local one (RFC 4861 §8 wants it for redirects). */
function addressOn(nic: Nic, family: Family): Ip | undefined {
  if (family === 4) return nic.address;
  return nic.addresses6.some(({ origin }) => origin !== 'link-local') ? nic.linkLocal : undefined;
}

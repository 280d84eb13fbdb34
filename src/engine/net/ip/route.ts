/**
 * A routing table for both families: the longest prefix that covers an address says through which interface and to
 * which neighbour; a blackhole route says that nothing goes there. Of equal prefixes the lowest metric wins, then the
 * one that was there first (RFC 1812 §5.2.4.3 leaves this to the router).
 */
import { type Ip4, mask4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { type Cidr, formatCidr, inCidr, inCidr6At, networkOf } from '../../base/cidr.ts';
import { Misuse } from '../../base/errors.ts';
import { formatIp, type Ip, ip6Bytes } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { knownIp6 } from '../../base/ip6-known.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { Projection } from '../../trace/event.ts';
import type { Nic } from '../link/nic.ts';
import type { SendProblem } from './transport.ts';

/** What becomes of what it covers: sent on, dropped in silence, or answered with an ICMP error. */
export type RouteKind = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
/** Who put it there: an address of an interface, an administrator, a router advertisement, a computation. */
export type RouteOrigin = 'kernel' | 'static' | 'ra' | 'computed';

export interface RouteSpec {
  readonly network: Cidr;
  readonly kind?: RouteKind;
  /** Undefined for routes that lead nowhere. */
  readonly nic?: Nic | undefined;
  /** The next router, or undefined when the destination itself is on the link. */
  readonly gateway?: Ip | undefined;
  readonly origin?: RouteOrigin;
  readonly metric?: number;
  readonly expires?: Nanoseconds;
}

export interface Route {
  readonly network: Cidr;
  readonly kind: RouteKind;
  readonly nic: Nic | undefined;
  readonly gateway: Ip | undefined;
  readonly origin: RouteOrigin;
  readonly metric: number;
  readonly expires: Nanoseconds;
}

const MAX_ROUTES = 4096;

export class RoutingTable {
  #v4: Route[] = [];
  #v6: Route[] = [];
  /** The networks of {@link #v6} as bytes, in the same order. */
  #bytes6: Bytes[] = [];

  /** Kept with the longest prefixes first, so that the first match is the longest. Returns the route as it is kept. */
  add(spec: RouteSpec): Route {
    const route: Route = {
      kind: 'unicast',
      nic: undefined,
      gateway: undefined,
      origin: 'static',
      metric: 0,
      expires: NEVER,
      ...spec,
      network: networkOf(spec.network),
    };
    const table = typeof route.network.address === 'number' ? this.#v4 : this.#v6;
    if (table.length >= MAX_ROUTES) throw new Misuse(`more than ${MAX_ROUTES} routes`);
    table.push(route);
    table.sort((a, b) => b.network.prefixLength - a.network.prefixLength || a.metric - b.metric);
    this.#noteBytes();
    return route;
  }

  remove(route: Route): void {
    this.#v4 = this.#v4.filter((one) => one !== route);
    this.#v6 = this.#v6.filter((one) => one !== route);
    this.#noteBytes();
  }

  #noteBytes(): void {
    this.#bytes6 = this.#v6.map(({ network }) => ip6Bytes(network.address as Ip6));
  }

  lookup(address: Ip): Route | undefined {
    return typeof address === 'number' ? this.#lookup4(address) : this.#lookup6(address);
  }

  #lookup4(address: Ip4): Route | undefined {
    const routes = this.#v4;
    for (let i = 0; i < routes.length; i++) {
      const { network } = routes[i]!;
      if (((address ^ (network.address as Ip4)) & mask4(network.prefixLength)) === 0) return routes[i];
    }
    return undefined;
  }

  #lookup6(address: Ip6): Route | undefined {
    const routes = this.#v6;
    const { bytes } = knownIp6(address);
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i]!;
      if (inCidr6At(bytes, 0, this.#bytes6[i]!, route.network.prefixLength)) return route;
    }
    return undefined;
  }

  /** Every route that covers the address, the chosen one first. */
  candidates(address: Ip): readonly Route[] {
    return this.routes.filter(({ network }) => inCidr(address, network));
  }

  /** IPv4 before IPv6, each with the longest prefixes first. */
  get routes(): readonly Route[] {
    return [...this.#v4, ...this.#v6];
  }
}

/** Why nothing can be sent along a route, if so, as the system call says it. */
export function problemOf(route: Pick<Route, 'nic' | 'kind'> | undefined): SendProblem | undefined {
  if (!route) return 'ENETUNREACH';
  if (route.nic) return undefined;
  return route.kind === 'blackhole' ? 'EINVAL' : route.kind === 'prohibit' ? 'EACCES' : 'EHOSTUNREACH';
}

/** Why a router drops what it has no way for. */
export function reasonOf(route: Pick<Route, 'kind'> | undefined): string {
  if (!route) return 'no route';
  return route.kind === 'blackhole' ? 'a blackhole route' : `a route that says ${route.kind}`;
}

/** `203.0.113.0/24`, or `default` for a prefix of no bits. */
export function networkText(network: Cidr): string {
  return network.prefixLength === 0 ? 'default' : formatCidr(network);
}

export interface RouteRow {
  readonly family: 4 | 6;
  readonly network: string;
  readonly kind: RouteKind;
  readonly interface: string;
  /** Empty when the destination is on the link. */
  readonly gateway: string;
  readonly origin: RouteOrigin;
  readonly metric: number;
  readonly expires: Nanoseconds;
}

export function routeRow({ network, kind, nic, gateway, origin, metric, expires }: Route): RouteRow {
  return {
    family: typeof network.address === 'number' ? 4 : 6,
    network: networkText(network),
    kind,
    interface: nic?.name ?? '',
    gateway: gateway === undefined ? '' : formatIp(gateway),
    origin,
    metric,
    expires,
  };
}

export function routeKey({ family, network, interface: nic, gateway, metric }: RouteRow): string {
  return `${family} ${network} ${nic} ${gateway} ${metric}`;
}

/** The routing table of a machine, rebuilt from its events. */
export const routeTable: Projection<RouteRow> = {
  kinds: ['route.add', 'route.remove'],
  apply(rows, { kind, detail }) {
    const row = detail as unknown as RouteRow;
    if (kind === 'route.remove') rows.delete(routeKey(row));
    else rows.set(routeKey(row), row);
  },
};

/**
 * A routing table: the longest prefix that covers an address says through which interface and to which neighbour.
 */
import { type Cidr4, formatCidr4, type Ip4, inCidr4, mask4 } from '../base/address.ts';
import type { Nic } from './nic.ts';

export interface Route {
  readonly network: Cidr4;
  readonly nic: Nic;
  /** The next router, or undefined when the destination itself is on the link. */
  readonly gateway: Ip4 | undefined;
}

export class RoutingTable {
  #routes: Route[] = [];

  /** Kept with the longest prefixes first, so that the first match is the longest. */
  add(route: Route): void {
    const network = {
      address: ((route.network.address & mask4(route.network.prefixLength)) >>> 0) as Ip4,
      prefixLength: route.network.prefixLength,
    };
    this.#routes.push({ ...route, network });
    this.#routes.sort((a, b) => b.network.prefixLength - a.network.prefixLength);
  }

  lookup(address: Ip4): Route | undefined {
    const routes = this.#routes;
    for (let i = 0; i < routes.length; i++) if (inCidr4(address, routes[i]!.network)) return routes[i];
    return undefined;
  }

  get routes(): readonly Route[] {
    return this.#routes;
  }
}

/** `203.0.113.0/24`, or `default` for 0.0.0.0/0. */
export function networkText(network: Cidr4): string {
  return network.prefixLength === 0 ? 'default' : formatCidr4(network);
}

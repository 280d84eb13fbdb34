/**
 * Where the outside lies as seen from within: a network that nobody in the world uses, and the routes that lead to it.
 *
 * It is taken from the documentation ranges (RFC 5737) or, when those are full, from the one for benchmarks (RFC 2544).
 */
import { type Ip4, parseCidr4 } from '../../base/address.ts';
import { type Cidr, cidr, formatCidr, networkOf, overlaps, subnetAt, subnetCount } from '../../base/cidr.ts';
import { Malformed } from '../../base/errors.ts';
import { formatIp, type Ip } from '../../base/ip.ts';
import { Host } from '../host.ts';
import type { Network } from '../network.ts';
import { stepsFrom } from '../shortest-path.ts';

/** The last networks of each range are tried first: scenarios count from the front. */
const RANGES = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '198.18.0.0/24'].map(parseCidr4);
/** Two hosts, and the two addresses that no host may have. */
const PREFIX = 30;

/** The two ends of the cable between the world and the outside. */
export interface OutsideNetwork {
  readonly network: Cidr;
  readonly near: Ip4;
  readonly far: Ip4;
}

/** A network of two that overlaps none in this world. Throws {@link Malformed} when all are taken. */
export function freeNetwork(network: Network): OutsideNetwork {
  const hosts = hostsOf(network);
  const taken = connectedNetworks(network);
  const isTranslated = (address: Ip): boolean =>
    hosts.some(({ ip }) => typeof address === 'number' && ip.nat?.owns(address) === true);
  for (const range of RANGES) {
    for (let i = subnetCount(range, PREFIX) - 1n; i >= 0n; i--) {
      const candidate = subnetAt(range, PREFIX, i);
      const base = candidate.address as number;
      const [near, far] = [(base + 1) as Ip4, (base + 2) as Ip4];
      if (taken.some((one) => overlaps(one, candidate)) || isTranslated(near) || isTranslated(far)) continue;
      return { network: candidate, near, far };
    }
  }
  throw new Malformed('no network of the documentation ranges is free for the outside');
}

/** The IPv4 networks that interfaces in this world are on, each once. */
export function connectedNetworks(network: Network): Cidr[] {
  const found = new Map<string, Cidr>();
  for (const { ip } of hostsOf(network)) {
    for (const { address, prefixLength } of ip.nics) {
      if (address === undefined) continue;
      const one = networkOf(cidr(address, prefixLength));
      found.set(formatCidr(one), one);
    }
  }
  return [...found.values()];
}

/**
 * Tells the routers around `door`, and the machines that know no way at all, how to reach the outside behind it. What
 * hangs behind a translator is left alone: its default route leads out.
 */
export function routeToOutside(network: Network, door: Host, outside: OutsideNetwork): void {
  const to = formatCidr(outside.network);
  const seen = new Set<Host>([door]);
  // a Set visits what is added while it is walked
  for (const from of seen) {
    if (from !== door && (!from.ip.isForwarding || from.ip.nat)) continue;
    for (const { out, to: machine, into } of stepsFrom(from, network.links, network.machines, () => true)) {
      if (seen.has(machine) || out.address === undefined || into.address === undefined) continue;
      if (machine.ip.nat && !machine.ip.nat.isOutside(into)) continue;
      seen.add(machine);
      const knows = machine.ip.routes.lookup(outside.far)?.nic !== undefined;
      if (machine.ip.isForwarding || !knows) network.route(machine, to, formatIp(out.address));
    }
  }
}

function hostsOf(network: Network): Host[] {
  return [...network.machines.values()].filter((one): one is Host => one instanceof Host);
}

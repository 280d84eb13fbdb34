/**
 * Machines that talk all day know their neighbours' cards when a run begins.
 */
import { Host } from '../net/host.ts';
import type { Network } from '../net/network.ts';

/** Fills the neighbour tables at both ends of every link; only the machines in `strangers` are met for the first time. */
export function acquaint(network: Network, strangers: readonly string[]): void {
  for (const { a, b } of network.links) {
    if (strangers.includes(a.nodeName) || strangers.includes(b.nodeName)) continue;
    const left = network.machine(a.nodeName);
    const right = network.machine(b.nodeName);
    if (!(left instanceof Host) || !(right instanceof Host)) continue;
    if (a.address !== undefined && b.address !== undefined) {
      left.ip.learn(b.address, b.mac);
      right.ip.learn(a.address, a.mac);
    }
    for (const { address } of b.addresses6) left.ip.neighbours.learn(a, address, b.mac);
    for (const { address } of a.addresses6) right.ip.neighbours.learn(b, address, a.mac);
  }
}

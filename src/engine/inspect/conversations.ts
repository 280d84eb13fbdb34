/**
 * Which packets belong together: the segments of a TCP connection, a DNS question and its answer, an ARP exchange, a
 * neighbour's question and answer, the fragments of one datagram.
 *
 * NAT changes addresses and ports on the way, so a packet is known by two keys: as it left its maker, and as it came to
 * where it ended. Packets that share a key, directly or through others, are one conversation.
 */

import { formatIp } from '../base/ip.ts';
import type { Trace } from '../trace/log.ts';
import { type Endpoints, endpointsOf } from '../wire/endpoints.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ethernet } from '../wire/ethernet.ts';
import { ND_NEIGHBOUR_ADVERTISEMENT, ND_NEIGHBOUR_SOLICITATION } from '../wire/icmp6-code.ts';
import { ip6At } from '../wire/ipv6.ts';
import { PROTOCOL_ICMP6 } from '../wire/ipv6-extension.ts';
import type { Packet } from './packets.ts';

/** A number for each packet, counting conversations from 0 in order of their first packet. */
export function conversationsOf(trace: Trace, packets: readonly Packet[]): number[] {
  const leader = packets.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (leader[root] !== root) root = leader[root]!;
    while (leader[i] !== root) [leader[i], i] = [root, leader[i]!];
    return root;
  };
  const byKey = new Map<string, number>();
  const join = (i: number, key: string): void => {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, i);
    else leader[find(i)] = find(known);
  };
  packets.forEach((packet, i) => {
    for (const frame of [packet.frame, packet.hops[packet.lastHop]!.arrivedFrame])
      for (const key of keysOf(trace.frames.read(frame), packet.number)) join(i, key);
  });
  const numbers = new Map<number, number>();
  return packets.map((_, i) => {
    const root = find(i);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

/** Protocol and both ends, whichever sent; for ARP the two protocol addresses. Frames that tell nothing are alone. */
export function keysOf(bytes: Uint8Array, number: number): string[] {
  const type = bytes.length >= ETHERNET_HEADER ? ethernet.get.type(bytes, 0) : 0;
  const at = ETHERNET_HEADER;
  if (type === ETHERTYPE_ARP && bytes.length >= at + 28)
    return [ends('ARP', bytes.slice(at + 14, at + 18).join('.'), bytes.slice(at + 24, at + 28).join('.'))];
  const found = endpointsOf(bytes);
  if (!found) return [`alone ${number}`];
  const { source, destination, protocol, fragmentOf, isFirst } = found;
  const keys: string[] = [];
  if (isFirst) keys.push(neighbourKey(bytes, found) ?? portsKey(found));
  if (fragmentOf !== undefined)
    keys.push(`pieces of ${fragmentOf} ${protocol} ${formatIp(source)} ${formatIp(destination)}`);
  return keys;
}

function portsKey({ source, destination, protocol, sourcePort, destinationPort }: Endpoints): string {
  return ends(
    String(protocol),
    `${formatIp(source)} ${sourcePort}`,
    `${formatIp(destination)} ${destinationPort}`,
  );
}

/** A question goes to a group and its answer to whoever asked: what they share is the asker and the target. */
function neighbourKey(bytes: Uint8Array, { protocol, transportAt, end, source, destination }: Endpoints) {
  if (protocol !== PROTOCOL_ICMP6 || end - transportAt < 24) return undefined;
  const type = bytes[transportAt]!;
  const target = ip6At(bytes, transportAt + 8);
  if (type === ND_NEIGHBOUR_SOLICITATION) return ends('ND', formatIp(source), target);
  return type === ND_NEIGHBOUR_ADVERTISEMENT ? ends('ND', formatIp(destination), target) : undefined;
}

function ends(protocol: string, from: string, to: string): string {
  return `${protocol} ${[from, to].sort().join(' ')}`;
}

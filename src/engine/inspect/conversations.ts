/**
 * Which packets belong together: the segments of a TCP connection, a DNS question and its answer, an ARP exchange.
 *
 * NAT changes addresses and ports on the way, so a packet is known by two keys: as it left its maker, and as it came to
 * where it ended. Packets that share a key, directly or through others, are one conversation.
 */
import type { Trace } from '../trace/log.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ETHERTYPE_IPV4, ethernet } from '../wire/ethernet.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import { udp } from '../wire/udp.ts';
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
    join(i, keyOf(trace.frames.read(packet.frame), packet.number));
    join(i, keyOf(trace.frames.read(packet.hops[packet.lastHop]!.arrivedFrame), packet.number));
  });
  const numbers = new Map<number, number>();
  return packets.map((_, i) => {
    const root = find(i);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

/** Protocol and both ends, whichever sent; for ARP the two protocol addresses. Frames that tell nothing are alone. */
function keyOf(bytes: Uint8Array, number: number): string {
  const type = bytes.length >= ETHERNET_HEADER ? ethernet.get.type(bytes, 0) : 0;
  const at = ETHERNET_HEADER;
  if (type === ETHERTYPE_ARP && bytes.length >= at + 28)
    return ends('ARP', bytes.slice(at + 14, at + 18), bytes.slice(at + 24, at + 28));
  if (type !== ETHERTYPE_IPV4 || bytes.length < at + 28) return `alone ${number}`;
  const protocol = ipv4.get.protocol(bytes, at);
  const transport = at + ipv4HeaderLength(bytes, at);
  const hasPorts = (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP) && bytes.length >= transport + 4;
  const from = [ipv4.get.source(bytes, at), hasPorts ? udp.get.sourcePort(bytes, transport) : 0];
  const to = [ipv4.get.destination(bytes, at), hasPorts ? udp.get.destinationPort(bytes, transport) : 0];
  return ends(String(protocol), from, to);
}

function ends(protocol: string, from: ArrayLike<number>, to: ArrayLike<number>): string {
  const pair = [Array.from(from).join(':'), Array.from(to).join(':')].sort();
  return `${protocol} ${pair.join(' ')}`;
}

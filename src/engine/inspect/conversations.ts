/**
 * Which packets belong together: the segments of a TCP connection, a DNS question and its answer, an ARP exchange.
 *
 * NAT changes addresses and ports on the way, so a packet is known by two keys: as it left its maker, and as it came to
 * where it ended. Packets that share a key, directly or through others, are one conversation.
 */
import type { Packet } from './packets.ts';
import type { PacketSummary } from './summaries.ts';

/** A number for each packet, counting conversations from 0 in order of their first packet. */
export function conversationsOf(packets: readonly Packet[], summaries: readonly PacketSummary[]): number[] {
  const leader = packets.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (leader[root] !== root) root = leader[root]!;
    while (leader[i] !== root) [leader[i], i] = [root, leader[i]!];
    return root;
  };
  const byKey = new Map<string, number>();
  packets.forEach((packet, i) => {
    // an answer speaks with whom its cause spoke: this carries a conversation across address translation
    const because = packet.because === undefined ? undefined : packet.because - 1;
    if (because !== undefined && because < i && isAnswer(summaries[because]!, summaries[i]!))
      leader[find(i)] = find(because);
    const key = keyOf(summaries[i]!);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, i);
    else leader[find(i)] = find(known);
  });
  const numbers = new Map<number, number>();
  return packets.map((_, i) => {
    const root = find(i);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

function keyOf({ protocol, from, to, sourcePort, destinationPort }: PacketSummary): string {
  const ends = [`${from}:${sourcePort}`, `${to}:${destinationPort}`].sort();
  return `${protocol === 'HTTP' ? 'TCP' : protocol} ${ends.join(' ')}`;
}

/** The second goes back to the port that the first came from, over the same transport. */
function isAnswer(first: PacketSummary, second: PacketSummary): boolean {
  const family = (one: PacketSummary): string => (one.protocol === 'HTTP' ? 'TCP' : one.protocol);
  if (family(first) !== family(second)) return false;
  if (first.protocol === 'ARP') return true;
  return (
    first.destinationPort === second.sourcePort && first.destinationPort !== 0 && first.to === second.from
  );
}

/**
 * What a capture program would see at a place of the network: frames with the interface and the moment.
 *
 * Not here: file formats (pcapng, text).
 */
import { Malformed } from '../base/errors.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Hop, Packet } from '../inspect/packets.ts';
import type { Link } from '../net/network.ts';

/** Each packet once, where it was made; or all that one machine sends and hears; or all that is on one link. */
export type Tap = 'makers' | { readonly machine: string } | { readonly link: string };

export interface Captured {
  readonly time: Nanoseconds;
  readonly frame: number;
  readonly packet: Packet;
  readonly hop: Hop;
  /** `laptop:wlan0`, or the link’s name. */
  readonly interface: string;
  /** Whether the interface sent the frame rather than heard it. */
  readonly isSent: boolean;
  /** What became of it, when that was not what its sender wanted. */
  readonly comment: string | undefined;
}

/** What of a network is read. `network.links` will do. */
export type Cable = Pick<Link, 'name' | 'a' | 'b' | 'forward' | 'backward'>;

/** In the order of time; frames of one moment in the order of the trace. Throws {@link Malformed} for a place that is not there. */
export function capture(packets: readonly Packet[], links: readonly Cable[], tap: Tap): Captured[] {
  const ends = endsOf(links);
  const seen: { at: number; event: number; captured: Captured }[] = [];
  const add = (packet: Packet, hop: Hop, isSent: boolean, name: string): void => {
    const time = isSent ? hop.sent : hop.arrived;
    const frame = isSent ? hop.frame : hop.arrivedFrame;
    const captured = {
      time,
      frame,
      packet,
      hop,
      interface: name,
      isSent,
      comment: commentOf(packet, hop, tap),
    };
    seen.push({ at: time, event: isSent ? hop.sentEvent : hop.arrivedEvent, captured });
  };
  check(links, tap);
  for (const packet of packets) {
    for (const hop of tap === 'makers' ? [packet.hops[0]!] : packet.hops) {
      const { from, to, link } = ends.get(hop.channel)!;
      if (tap === 'makers') add(packet, hop, true, from);
      else if ('link' in tap) {
        if (link === tap.link && !hop.isDouble) add(packet, hop, true, link);
      } else {
        if (hop.from === tap.machine && !hop.isDouble) add(packet, hop, true, from);
        if (hop.to === tap.machine && hop.arrivedEvent >= 0 && hop.outcome !== 'lost')
          add(packet, hop, false, to);
      }
    }
  }
  return seen.sort((x, y) => x.at - y.at || x.event - y.event).map(({ captured }) => captured);
}

/** Names of the interfaces that were listened to, in the order of the network; at makers, of those that made something. */
export function interfacesOf(captured: readonly Captured[], links: readonly Cable[], tap: Tap): string[] {
  if (tap !== 'makers' && 'link' in tap) return [tap.link];
  const made = new Set(captured.map((one) => one.interface));
  const nics = links.flatMap(({ a, b }) => [a, b]);
  return nics
    .filter((nic) => (tap === 'makers' ? made.has(nicName(nic)) : nic.nodeName === tap.machine))
    .map(nicName);
}

function check(links: readonly Cable[], tap: Tap): void {
  if (tap === 'makers') return;
  if ('link' in tap) {
    if (!links.some(({ name }) => name === tap.link))
      throw new Malformed(`no link is called ${tap.link.slice(0, 60)}`);
  } else if (!links.some(({ a, b }) => a.nodeName === tap.machine || b.nodeName === tap.machine)) {
    throw new Malformed(`no machine is called ${tap.machine.slice(0, 60)}`);
  }
}

function nicName({ nodeName, name }: { readonly nodeName: string; readonly name: string }): string {
  return `${nodeName}:${name}`;
}

function endsOf(links: readonly Cable[]): Map<number, { from: string; to: string; link: string }> {
  const ends = new Map<number, { from: string; to: string; link: string }>();
  for (const { name, a, b, forward, backward } of links) {
    ends.set(forward.index, { from: nicName(a), to: nicName(b), link: name });
    ends.set(backward.index, { from: nicName(b), to: nicName(a), link: name });
  }
  return ends;
}

/** At its maker a packet’s whole fate is told, elsewhere that of the hop. */
function commentOf(packet: Packet, hop: Hop, tap: Tap): string | undefined {
  const { outcome, reason, to, from } = tap === 'makers' ? packet.hops[packet.lastHop]! : hop;
  switch (outcome) {
    case 'delivered':
      return undefined;
    case 'lost':
      return `lost between ${from} and ${to}: ${reason}`;
    case 'corrupted':
      return `damaged between ${from} and ${to}: the frame check sequence was wrong`;
    case 'refused':
      return `refused by ${to}: ${reason}`;
    case 'travelling':
      return `still between ${from} and ${to} at the end of the run`;
  }
}

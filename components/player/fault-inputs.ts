// What a reader can do to a packet or to the network, as inputs of a run. A fault of a packet names its place among
// the frames of one direction of one link, because that is what the link can count.
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import { indexOf } from './flight.ts';

export type NewInput = RunRequest['inputs'][number];

/** How long "delay it" holds a packet back, in nanoseconds. */
export const HOLD = 50_000_000;

/** The hops of a packet, in order, as indices into the hop columns. */
export function hopsOf(view: RunView, packet: number): readonly number[] {
  return indexOf(view).ofPacket[packet] ?? [];
}

/** Where a fault would strike: the hop on which the packet is at the cursor, else the longest of its way. */
export function hopToStrike(view: RunView, packet: number, cursor: number): number | undefined {
  const { hops, channels } = view;
  const way = hopsOf(view, packet);
  const now = way.find((hop) => hops.sent[hop]! <= cursor && cursor < hops.arrived[hop]!);
  if (now !== undefined) return now;
  return way.toSorted((a, b) => channels[hops.channel[b]!]!.delay - channels[hops.channel[a]!]!.delay)[0];
}

/** `Transit B → Transit A` */
export function wayText(view: RunView, hop: number): string {
  const { from, to } = view.channels[view.hops.channel[hop]!]!;
  return `${view.machines[from]!.label} → ${view.machines[to]!.label}`;
}

export function dropInput(view: RunView, hop: number): NewInput {
  return strike(view, hop, 'drop', {});
}

export function delayInput(view: RunView, hop: number): NewInput {
  return strike(view, hop, 'delay', { extra: HOLD });
}

export function flipInput(view: RunView, hop: number): NewInput {
  return strike(view, hop, 'flip', { bit: byteToFlip(view, hop) * 8 + 7 });
}

/** Byte 47 lies behind the headers of Ethernet and IP, in what a checksum of the transport covers; short frames: the last. */
export function byteToFlip(view: RunView, hop: number): number {
  return Math.min(47, view.packets[view.hops.packet[hop]!]!.size - 1);
}

function strike(view: RunView, hop: number, what: string, detail: NewInput['detail']): NewInput {
  const { from, to } = view.channels[view.hops.channel[hop]!]!;
  return {
    time: view.hops.sent[hop]!,
    what,
    detail: {
      from: view.machines[from]!.name,
      to: view.machines[to]!.name,
      ordinal: indexOf(view).ordinal[hop]!,
      ...detail,
    },
  };
}

/** `link`: the index of one of its two channels. */
export function cutInput(view: RunView, link: number, time: number): NewInput {
  const { from, to } = view.channels[link]!;
  return {
    time: Math.round(time),
    what: 'cut',
    detail: { from: view.machines[from]!.name, to: view.machines[to]!.name },
  };
}

export function machineInput(
  view: RunView,
  machine: number,
  what: 'off' | 'restart',
  time: number,
): NewInput {
  return { time: Math.round(time), what, detail: { machine: view.machines[machine]!.name } };
}

// What a reader can do to one packet, as inputs of a run.
import type { RunView } from '#engine/inspect/view.ts';
import type { NewInput } from '../engine/figure.ts';
import { indexOf, legsOf } from './flight.ts';

export type PacketFault = 'drop' | 'delay' | 'flip';
/** How long Delay holds a packet back, in nanoseconds. */
export const EXTRA_DELAY = 50_000_000;
/** In a TCP segment over IPv4 this byte holds the flags: a flip that only a checksum can notice. */
const FLIPPED_BYTE = 47;

export interface FaultPlace {
  readonly from: string;
  readonly to: string;
  readonly fromLabel: string;
  readonly toLabel: string;
  readonly input: NewInput;
}

/** The fault on the packet's longest link, or at one of its hops; undefined when the view does not hold its hops. */
export function faultOn(
  view: RunView,
  packet: number,
  what: PacketFault,
  hop?: number,
): FaultPlace | undefined {
  const legs = legsOf(view, packet);
  if (legs.length === 0) return undefined;
  const delay = (hop: number) => view.channels[view.hops.channel[hop]!]!.delay;
  const longest = legs.reduce((best, one) => (delay(one.hop) > delay(best.hop) ? one : best));
  const leg = legs.find((one) => one.hop === hop) ?? longest;
  const from = view.machines[leg.from]!;
  const to = view.machines[leg.to]!;
  const ordinal = indexOf(view).ordinal[leg.hop]!;
  const byte = byteToFlip(view, packet);
  const extra: Record<string, number> =
    what === 'delay' ? { extra: EXTRA_DELAY } : what === 'flip' ? { bit: byte * 8 + 6 } : {};
  return {
    from: from.name,
    to: to.name,
    fromLabel: from.label,
    toLabel: to.label,
    input: {
      time: view.hops.sent[leg.hop]!,
      what,
      detail: { from: from.name, to: to.name, ordinal, ...extra },
    },
  };
}

export function byteToFlip(view: RunView, packet: number): number {
  return Math.min(FLIPPED_BYTE, view.packets[packet]!.size - 1);
}

// Where packets are at a moment: read from the hop columns, by search, so that scrubbing costs what is in flight and
// not what the run holds.
import type { RunView } from '#engine/inspect/view.ts';

const MS = 1e6;
/** How long a loss or a refusal stays to be seen, in nanoseconds of the run. */
export const LINGER = 12 * MS;

export const DELIVERED = 0;
export const LOST = 1;
export const REFUSED = 2;

export interface Flight {
  /** Index into the hop columns; the key of its drawing. */
  readonly hop: number;
  readonly packet: number;
  readonly channel: number;
  /** 0 where it leaves, 1 where it arrives. */
  readonly part: number;
  readonly state: 'waiting' | 'moving' | 'lost' | 'refused';
  /** Place in the queue before the line, from 0, when it waits. */
  readonly place: number;
}

interface Index {
  /** Hops by packet, in the order of sending. */
  readonly ofPacket: readonly (readonly number[])[];
  /** The longest time from sending to the end of a hop's drawing. */
  readonly longest: number;
  /** 1-based position of each hop among those of its channel. */
  readonly ordinal: Int32Array;
}

const indices = new WeakMap<RunView, Index>();

export function indexOf(view: RunView): Index {
  const known = indices.get(view);
  if (known) return known;
  const { hops } = view;
  const ofPacket: number[][] = view.packets.map(() => []);
  const counts = new Int32Array(view.channels.length);
  const ordinal = new Int32Array(hops.packet.length);
  let longest = 0;
  for (let hop = 0; hop < hops.packet.length; hop++) {
    ofPacket[hops.packet[hop]!]?.push(hop);
    ordinal[hop] = ++counts[hops.channel[hop]!]!;
    const linger = hops.outcome[hop] === LOST || hops.outcome[hop] === REFUSED ? LINGER : 0;
    longest = Math.max(longest, hops.arrived[hop]! + linger - hops.sent[hop]!);
  }
  const index = { ofPacket, longest, ordinal };
  indices.set(view, index);
  return index;
}

/** First position in ascending `column` whose value is not below `value`. */
export function lowerBound(column: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a lost packet is crossed: the trace knows the link it was lost on, not the metre. */
const LOST_AT = 0.5;

export function flightsAt(view: RunView, time: number): Flight[] {
  const { hops } = view;
  const found: Flight[] = [];
  const waiting = new Map<number, number>();
  for (let hop = lowerBound(hops.sent, time - indexOf(view).longest); hop < hops.sent.length; hop++) {
    if (hops.sent[hop]! > time) break;
    const flight = flightOf(view, hop, time, waiting);
    if (flight) found.push(flight);
  }
  return found;
}

function flightOf(
  view: RunView,
  hop: number,
  time: number,
  waiting: Map<number, number>,
): Flight | undefined {
  const { hops } = view;
  const channel = hops.channel[hop]!;
  const base = { hop, packet: hops.packet[hop]!, channel, place: 0 };
  const line = hops.line[hop]!;
  const arrived = hops.arrived[hop]!;
  const outcome = hops.outcome[hop]!;
  if (outcome === LOST) {
    // Not even on the line: the queue was full.
    const where = arrived <= line ? 0 : LOST_AT;
    const from = line + (arrived - line) * where;
    if (time < from) return moving(base, line, arrived, time, waiting);
    return time < from + LINGER ? { ...base, part: where, state: 'lost' } : undefined;
  }
  if (time < arrived) return moving(base, line, arrived, time, waiting);
  if (outcome === REFUSED && time < arrived + LINGER) return { ...base, part: 1, state: 'refused' };
  return undefined;
}

function moving(
  base: Omit<Flight, 'part' | 'state'>,
  line: number,
  arrived: number,
  time: number,
  waiting: Map<number, number>,
): Flight {
  if (time < line) {
    const place = waiting.get(base.channel) ?? 0;
    waiting.set(base.channel, place + 1);
    return { ...base, part: 0, state: 'waiting', place };
  }
  return { ...base, part: (time - line) / Math.max(1, arrived - line), state: 'moving' };
}

/** Machines a packet passes with the times it leaves and reaches them: the corners of its line on a ladder. */
export interface Leg {
  readonly hop: number;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  readonly lost: boolean;
  readonly refused: boolean;
  readonly rewritten: boolean;
}

/** The hops of a packet on its way to where it ended; the branches of a flooded frame are left out. */
export function legsOf(view: RunView, packet: number): Leg[] {
  const { hops, channels } = view;
  const all = indexOf(view).ofPacket[packet] ?? [];
  const goal = view.packets[packet]!.to;
  let at = -1;
  for (const hop of all) if (channels[hops.channel[hop]!]!.to === goal) at = hop;
  if (at < 0) at = all.at(-1) ?? -1;
  const way: number[] = [];
  // Backwards from the end: the hop that brought it to where this one starts.
  for (let i = all.indexOf(at), need = -1; i >= 0; i--) {
    const hop = all[i]!;
    const { from, to } = channels[hops.channel[hop]!]!;
    if (need >= 0 && to !== need) continue;
    way.unshift(hop);
    need = from;
  }
  return way.map((hop) => ({
    hop,
    from: channels[hops.channel[hop]!]!.from,
    to: channels[hops.channel[hop]!]!.to,
    start: hops.line[hop]!,
    end: hops.arrived[hop]!,
    lost: hops.outcome[hop] === LOST,
    refused: hops.outcome[hop] === REFUSED,
    rewritten: hops.rewritten[hop] === 1,
  }));
}

// The line of a packet on the ladder: it meets each lane at its true time, and ends where it arrived or died.
import type { RunView } from '#engine/inspect/view.ts';
import { type Leg, legsOf } from './flight.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Arrow {
  readonly packet: number;
  readonly points: readonly Point[];
  readonly rings: readonly Point[];
  /** Where it was lost or refused, and why. */
  readonly end: 'arrow' | 'lost' | 'refused' | 'none';
  /** It ends between lanes: on a link, or at a machine that has none. */
  readonly isBetween: boolean;
}

export function arrowOf(
  view: RunView,
  packet: number,
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
): Arrow | undefined {
  const legs = legsOf(view, packet);
  const points: Point[] = [];
  const rings: Point[] = [];
  for (const leg of legs) {
    const from = xOf.get(leg.from);
    // A wait for the line stands still on its lane.
    if (from !== undefined) push(points, { x: from, y: y(leg.start) });
    if (leg.lost) break;
    const to = xOf.get(leg.to);
    if (to === undefined) continue;
    const point = { x: to, y: y(leg.end) };
    push(points, point);
    if (leg.rewritten) rings.push(point);
  }
  const last = legs.at(-1);
  if (!last || points.length === 0) return undefined;
  const isDead = last.lost || last.refused;
  const isBetween = isDead && (last.lost || !xOf.has(last.to));
  if (isBetween) push(points, pointBetween(view, packet, legs, points.at(-1)!, xOf, y));
  if (points.length < 2) return undefined;
  const end = last.lost ? 'lost' : last.refused ? 'refused' : xOf.has(last.to) ? 'arrow' : 'none';
  return { packet, points, rings, end, isBetween };
}

function push(points: Point[], point: Point): void {
  const last = points.at(-1);
  if (!last || Math.abs(last.x - point.x) > 0.01 || Math.abs(last.y - point.y) > 0.01) points.push(point);
}

/** Where a packet died between two lanes: its share of the way from the last lane to the next that it would have met. */
function pointBetween(
  view: RunView,
  packet: number,
  legs: readonly Leg[],
  from: Point,
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
): Point {
  const { distance, near, far } = view;
  const last = legs.at(-1)!;
  const isOutward = distance[last.to]! >= distance[last.from]!;
  // A loss on a link is taken for halfway: the trace knows the link, not the metre.
  const part = last.lost ? 0.5 : 1;
  const where = distance[last.from]! + (distance[last.to]! - distance[last.from]!) * part;
  const since = legs.slice(legs.findLastIndex((leg) => xOf.has(leg.from)));
  const delayOf = ({ hop }: Leg) => view.channels[view.hops.channel[hop]!]!.delay;
  const gone = since.slice(0, -1).reduce((sum, leg) => sum + delayOf(leg), 0) + delayOf(since.at(-1)!) * part;
  const goal = addressee(view, packet) ?? (isOutward ? far : near);
  const goalX = xOf.get(goal) ?? xOf.get(isOutward ? far : near) ?? from.x + (isOutward ? 200 : -200);
  const ahead = Math.abs(distance[goal]! - where);
  const share = Math.min(0.96, Math.max(0.04, gone / Math.max(1, gone + ahead)));
  return {
    x: from.x + (goalX - from.x) * share,
    y: y(last.start + (last.end - last.start) * part),
  };
}

/** The machine whose address it was sent to, if its address is known. */
function addressee(view: RunView, packet: number): number | undefined {
  const [address] = view.packets[packet]!.destination.split(':');
  const found = view.machines.findIndex(({ addresses }) =>
    addresses.some((one) => one.split(' ').at(-1) === address),
  );
  return found < 0 ? undefined : found;
}

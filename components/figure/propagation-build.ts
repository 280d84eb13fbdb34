// What the page's build draws of a name's move: the world with the run's cities, and the figure at its first moment.
import type { Session } from '#engine/export/session.ts';
import { HALF_MARK, type Sheet } from './PropagationMap.tsx';
import {
  beliefsAt,
  binsOf,
  changeOf,
  citiesOf,
  HOUR,
  type Move,
  ordersOf,
  tally,
  WIDEST_NOTE,
} from './propagation-reading.ts';
import { CITIES } from './world/cities.ts';
import { drawWorld, type WorldDrawing } from './world/drawing.ts';

/** Throws when the run has nobody in a city of the map, or is over before the moment: the build stops. */
export function buildPropagation(session: Session, move: Move, wanted?: number) {
  const view = session.view();
  const known = Object.values(CITIES);
  const cities = citiesOf(
    view,
    known.map(({ name }) => name),
  );
  if (cities.length === 0) throw new Error(`nobody in ${view.scenario} lives in a city of the map`);
  const time = wanted ?? whenHalfHaveMoved(session);
  if (time > view.end) throw new Error(`the moment of ${view.scenario} is after the end of the run`);
  const beliefs = beliefsAt(view, cities, move, session.caches(time), time);
  const orders = ordersOf(view, cities, move);
  const past = orders.filter((order) => order.time <= time);
  const world = drawWorld(
    cities.map(({ name }) => known.find((one) => one.name === name)!),
    { halfMark: HALF_MARK, note: WIDEST_NOTE },
  );
  return {
    time,
    world,
    cities: cities.map(({ name }) => name),
    wide: sheetOf(world.wide),
    tall: sheetOf(world.tall),
    built: {
      beliefs,
      bins: binsOf(orders, view.end, HOUR),
      soFar: cities.map((_, i) => tally(past.filter(({ city }) => city === i))),
    },
  };
}

function whenHalfHaveMoved(session: Session): number {
  const view = session.view();
  const moved = view.claims.find(({ name }) => name === 'cityMoves')?.value;
  return changeOf(view) + Math.round(Number(moved ?? 0));
}

function sheetOf({ width, height, places }: WorldDrawing): Sheet {
  const spots = places.map(({ x, y, label }) => {
    const dy = label?.baselines[1];
    return { x, y, ...(label && dy !== undefined && { note: { dx: label.dx, dy, align: label.align } }) };
  });
  return { width, height, spots };
}

// Where the lines of a spoofing race lie: time goes down, Eve, the resolver and the name server stand side by side.
import type { Race } from '#engine/scenario/dns/spoofing-races.ts';
import { linearScale, type Scale } from '../../chart/scale.ts';

const MS = 1e6;
/** Room for the words of the time axis. */
const GUTTER = 46;
const TOP = 10;
/** Px a millisecond, where there is room beside it and where not. */
const PACE = { wide: 9, narrow: 7 };
const ROOMY = 500;
/** Time that is shown after the last arrival. */
const AFTER = 5 * MS;

export interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface RaceLayout {
  readonly width: number;
  readonly height: number;
  readonly lanes: { readonly eve: number; readonly resolver: number; readonly server: number };
  readonly time: Scale;
  readonly first: Line;
  readonly question: Line | undefined;
  readonly truth: Line | undefined;
  readonly strokes: readonly (Line | undefined)[];
  /** Half of the size of a cross. */
  readonly cross: number;
}

export function layOut(race: Race, width: number): RaceLayout {
  const ends = [race.asked, race.truth ?? 0, ...race.strokes.map(({ arrived }) => arrived ?? 0)];
  const end = Math.max(...ends) + AFTER;
  const pace = width >= ROOMY ? PACE.wide : PACE.narrow;
  const height = Math.round(((end - race.begun) / MS) * pace) + TOP;
  const time = linearScale([race.begun, end], [TOP, height]);
  const room = width - GUTTER;
  const lanes = {
    eve: GUTTER + Math.round(room * 0.1),
    resolver: GUTTER + Math.round(room * 0.52),
    server: GUTTER + Math.round(room * 0.88),
  };
  const line = (x1: number, from: number, x2: number, to: number): Line => ({
    x1,
    y1: time.at(from),
    x2,
    y2: time.at(to),
  });
  // the name server answers as soon as it is asked, but for its work, which no eye would see
  const { answered, truth } = race;
  return {
    width,
    height,
    lanes,
    time,
    first: line(lanes.eve, race.begun, lanes.resolver, race.asked),
    question: answered === undefined ? undefined : line(lanes.resolver, race.asked, lanes.server, answered),
    truth:
      answered === undefined || truth === undefined
        ? undefined
        : line(lanes.server, answered, lanes.resolver, truth),
    strokes: race.strokes.map(({ sent, arrived }) =>
      arrived === undefined ? undefined : line(lanes.eve, sent, lanes.resolver, arrived),
    ),
    cross: race.strokes.length > 60 ? 1.5 : 2.5,
  };
}

/** The stroke that is nearest to a place in the drawing. */
export function strokeAt({ strokes, lanes }: RaceLayout, x: number, y: number): number | undefined {
  const part = (Math.max(lanes.eve, Math.min(lanes.resolver, x)) - lanes.eve) / (lanes.resolver - lanes.eve);
  let best: number | undefined;
  let least = Infinity;
  for (const [i, line] of strokes.entries()) {
    if (!line) continue;
    const distance = Math.abs(line.y1 + (line.y2 - line.y1) * part - y);
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

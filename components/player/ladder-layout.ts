// Where everything of the ladder lies: lanes across, time down to scale, one line per packet that meets each lane at
// its true time, words along the slope. Pure; x in pixels of `width`, y in pixels from the beginning of time.
import type { RunView } from '#engine/inspect/view.ts';
import { formatDuration } from '../engine/format.ts';
import { type Arrow, arrowOf } from './ladder-arrows.ts';
import { BRACE_X, type Brace, bracesOf, type Note, spansBeside, unseenOf } from './ladder-notes.ts';
import { along, box, Taken } from './ladder-taken.ts';
import { type Reason, reasonsOf, type SlopeLabel, wordsAlong } from './ladder-words.ts';
import { mark, unitOf } from './readout.ts';
import { type Axis, axisOf, type Fold, place, roundStep, ticks } from './scale.ts';
import { fitText, textWidth } from './textwidth.ts';

const MS = 1e6;
/** A run is drawn at this scale unless it would grow taller than a wall. */
const PX_PER_MS = { wide: 3.5, narrow: 2 } as const;
const MAX_HEIGHT = 14_000;
/** A short run is stretched to this height, but no further than that a millisecond has so many pixels. */
const MIN_HEIGHT = 360;
const MOST_PX_PER_MS = 40;
export const FOLD_HEIGHT = 34;

export interface Lane {
  readonly machine: number;
  readonly x: number;
  /** Where its heading stands: moved inwards at the edges. */
  readonly headX: number;
  readonly label: string;
  readonly address: string | undefined;
  /** From its first packet to its last. */
  readonly top: number;
  readonly bottom: number;
}

export interface LadderLayout {
  readonly isNarrow: boolean;
  readonly width: number;
  readonly height: number;
  readonly axisX: number;
  readonly axis: Axis;
  readonly lanes: readonly Lane[];
  readonly marks: readonly { readonly y: number; readonly text: string }[];
  readonly minor: readonly number[];
  readonly folds: readonly { readonly y: number; readonly text: string }[];
  readonly arrows: readonly Arrow[];
  readonly labels: readonly SlopeLabel[];
  readonly braces: readonly Brace[];
  /** Beside crosses. */
  readonly reasons: readonly Reason[];
  /** Beside lanes. */
  readonly notes: readonly Note[];
}

export interface LadderOptions {
  readonly width: number;
  readonly folds: readonly Fold[];
  readonly start: number;
  readonly end: number;
  /** Machines to draw, by index; without it those that the scenario gives a lane, as many as fit. */
  readonly machines?: readonly number[] | undefined;
  /** Half of a comparison: no braces, no gutter for a menu. */
  readonly isBare?: boolean;
}

/** Pixels a millisecond: larger where a run is short, so that its words have room, and smaller where it is very long. */
function scaleOf(shown: number, usual: number): number {
  const enlarged = Math.min(MIN_HEIGHT / Math.max(1, shown), MOST_PX_PER_MS);
  return Math.min(Math.max(usual, enlarged), MAX_HEIGHT / Math.max(1, shown));
}

export function layOutLadder(view: RunView, options: LadderOptions): LadderLayout {
  const { width, folds, start, end, isBare = false } = options;
  const isNarrow = width < 620;
  const perMs = PX_PER_MS[isNarrow && !isBare ? 'narrow' : 'wide'];
  const shown = (end - start - folds.reduce((sum, fold) => sum + fold.end - fold.start, 0)) / MS;
  const perNanosecond = scaleOf(shown, perMs) / MS;
  const axis = axisOf(start, end, folds, FOLD_HEIGHT, { perNanosecond });
  const axisX = isBare ? 48 : isNarrow ? 40 : 58;
  const hasBraces = !isNarrow && !isBare && width >= 760;
  const left = isNarrow ? axisX + 33 : hasBraces ? 190 : axisX + 54;
  const right = isNarrow ? 41 : isBare ? 50 : width >= 900 ? 240 : 90;
  const machines = options.machines ?? chooseLanes(view, isNarrow ? 3 : 9);
  const gap = machines.length > 1 ? (width - left - right) / (machines.length - 1) : 0;
  const xOf = new Map(machines.map((machine, i) => [machine, left + i * gap] as const));
  const y = (time: number) => place(axis, time);
  const arrows = view.packets
    .map((packet, index) => ({ packet, index }))
    .filter(({ packet }) => packet.end >= start && packet.time <= end)
    .map(({ index }) => arrowOf(view, index, xOf, y))
    .filter((arrow) => arrow !== undefined);
  const folded = axis.spans
    .filter((span) => span.folded)
    .map((span) => ({ y: span.from, text: `${formatDuration(span.end - span.start)} folded` }));
  return {
    isNarrow,
    width,
    height: Math.ceil(axis.length),
    axisX,
    axis,
    lanes: machines.map((machine) =>
      laneOf(view, machine, xOf.get(machine)!, gap, width, arrows, axis.length, isNarrow && !isBare),
    ),
    ...axisMarks(axis, start, end, isNarrow),
    folds: folded,
    arrows,
    braces: hasBraces ? bracesOf(view, y) : [],
    ...words(view, arrows, xOf, y, folded, {
      width,
      height: axis.length,
      edge: hasBraces ? BRACE_X : 0,
      isNarrow,
      isBare,
    }),
  };
}

/** All words that must not lie on one another, the most important first. */
function words(
  view: RunView,
  arrows: readonly Arrow[],
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
  folds: LadderLayout['folds'],
  {
    width,
    height,
    edge,
    isNarrow,
    isBare,
  }: { width: number; height: number; edge: number; isNarrow: boolean; isBare: boolean },
): Pick<LadderLayout, 'reasons' | 'labels' | 'notes'> {
  const taken = new Taken();
  const lines = new Taken();
  for (const { points } of arrows) {
    for (let i = 1; i < points.length; i++) lines.add(along(points[i - 1]!, points[i]!, 10));
  }
  for (const { y: top, text } of folds) {
    const wide = textWidth(text, 12.5, 'regular');
    taken.add(box(width / 2 - wide / 2, top + FOLD_HEIGHT / 2 - 5, wide, 9));
    for (const y of [top, top + FOLD_HEIGHT]) lines.add(along({ x: 0, y }, { x: width, y }, 10));
  }
  const reasons = reasonsOf(view, arrows, width, taken, lines, edge);
  const labels = wordsAlong(view, arrows, width, height, taken, lines);
  if (isBare) return { reasons, labels, notes: [] };
  const unseen = isNarrow
    ? unseenOf(view, xOf, y, width).flatMap((note) => roomFor(note, taken, height))
    : [];
  return {
    reasons,
    labels,
    notes: [...unseen, ...spansBeside(view, { xOf, y, width, taken, lines })],
  };
}

/** The note where nothing else is, up or down from where it would stand; none where there is no such place. */
function roomFor(note: Note, taken: Taken, height: number): Note[] {
  for (let step = 0; step <= 12; step++) {
    for (const way of step === 0 ? [0] : [-1, 1]) {
      const y = note.y + way * step * 16;
      const samples = box(note.x, y - 8, 100, 30);
      if (y < 8 || y > height - 30 || !taken.isFree(samples, 10, 13)) continue;
      taken.add(samples);
      return [{ ...note, y }];
    }
  }
  return [];
}

/** With more lanes than this, those of machines that say and hear nothing are left out. */
const MANY_LANES = 7;

/** The lanes of the scenario; where few fit: both ends, and who talks most with the near one, or else most of all. */
function chooseLanes(view: RunView, most: number): number[] {
  const wanted = view.machines
    .map((machine, i) => (machine.lane === undefined ? -1 : i))
    .filter((i) => i >= 0);
  const isEnd = (machine: number): boolean => machine === view.near || machine === view.far;
  const spoken = new Set(view.packets.flatMap(({ from, to }) => [from, to]));
  const isMany = wanted.length > Math.min(most, MANY_LANES);
  const all = isMany ? wanted.filter((machine) => isEnd(machine) || spoken.has(machine)) : wanted;
  if (all.length <= most) return all;
  const score = (machine: number): number => {
    if (isEnd(machine)) return Number.MAX_SAFE_INTEGER;
    if (view.machines[machine]!.kind.endsWith('router')) return 0;
    const own = view.packets.filter(({ from, to }) => from === machine || to === machine);
    const withNear = own.filter(({ from, to }) => from === view.near || to === view.near);
    return withNear.length * view.packets.length + own.length;
  };
  const best = [...all].sort((a, b) => score(b) - score(a)).slice(0, most);
  return all.filter((machine) => best.includes(machine));
}

function laneOf(
  view: RunView,
  machine: number,
  x: number,
  gap: number,
  width: number,
  arrows: readonly Arrow[],
  height: number,
  isNarrow: boolean,
): Lane {
  const { lane, label, addresses } = view.machines[machine]!;
  const touching = arrows.flatMap(({ points, isBetween }) =>
    // What ends between two lanes may lie on the line of a third.
    (isBetween ? points.slice(0, -1) : points)
      .filter((point) => Math.abs(point.x - x) < 0.5)
      .map((point) => point.y),
  );
  const first = touching.length > 0 ? Math.min(...touching) : 0;
  const last = touching.length > 0 ? Math.max(...touching) : 0;
  const isAlways = machine === view.near || machine === view.far || last - first > 0.6 * height;
  // Beyond the last lane is room.
  const roomFor = x + gap > width ? gap + 40 : gap - 8;
  const text = fitText(lane ?? label, Math.max(60, roomFor), 13, 'strong');
  const half = textWidth(text, 13, 'strong') / 2;
  const rewrites = view.hops.rewritten.some(
    (value, hop) => value === 1 && view.channels[view.hops.channel[hop]!]!.to === machine,
  );
  const address = rewrites ? 'NAT' : addresses[0];
  const hasRoom = address !== undefined && !isNarrow && textWidth(address, 12, 'mono') < gap - 6;
  return {
    machine,
    x,
    headX: Math.min(Math.max(x, half + 4), width - half - 8),
    label: text,
    address: hasRoom ? address : undefined,
    top: isAlways ? 0 : Math.max(0, first - 12),
    bottom: isAlways ? height : Math.min(height, last + 12),
  };
}

function axisMarks(axis: Axis, start: number, end: number, isNarrow: boolean) {
  const times = ticks(axis, isNarrow ? 90 : 120).filter((time) => time >= start && time <= end);
  const step = times.length > 1 ? times[1]! - times[0]! : roundStep(50 * MS);
  const minor = ticks(axis, 14).filter((time) => time % step !== 0);
  return {
    marks: times.map((time) => ({
      y: place(axis, time),
      text: `${mark(time, end)}${time === 0 ? `\u00a0${unitOf(end)}` : ''}`,
    })),
    minor: minor.length < 900 ? minor.map((time) => place(axis, time)) : [],
  };
}

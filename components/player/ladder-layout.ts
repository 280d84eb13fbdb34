// Where everything of the ladder lies: lanes across, time down to scale, one line per packet that meets each lane at
// its true time, words along the slope. Pure; x in pixels of `width`, y in pixels from the beginning of time.
import type { RunView } from '#engine/inspect/view.ts';
import { formatDuration, formatNumber } from '../engine/format.ts';
import { type Leg, legsOf } from './flight.ts';
import { mark } from './readout.ts';
import { type Axis, axisOf, type Fold, place, roundStep, ticks } from './scale.ts';
import { fitText, textWidth } from './textwidth.ts';

const MS = 1e6;
/** A run is drawn at this scale unless it would grow taller than a wall. */
const PX_PER_MS = { wide: 3.5, narrow: 2 } as const;
const MAX_HEIGHT = 14_000;
export const FOLD_HEIGHT = 34;

export interface Point {
  readonly x: number;
  readonly y: number;
}

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

export interface Arrow {
  readonly packet: number;
  readonly points: readonly Point[];
  readonly rings: readonly Point[];
  /** Where it was lost or refused, and why. */
  readonly end: 'arrow' | 'lost' | 'refused' | 'none';
}

export interface SlopeLabel {
  readonly packet: number;
  readonly x: number;
  readonly y: number;
  /** Degrees. */
  readonly angle: number;
  readonly strong: string;
  readonly note: string;
  readonly isLost: boolean;
}

export interface Brace {
  readonly top: number;
  readonly bottom: number;
  readonly x: number;
  readonly lines: readonly string[];
  /** How many of them are the name. */
  readonly strong: number;
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
  /** Plain notes beside lanes: work at the far machine, what lanes that are not drawn do. */
  readonly notes: readonly {
    readonly x: number;
    readonly y: number;
    readonly height: number;
    readonly text: string;
    readonly time: number;
  }[];
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

export function layOutLadder(view: RunView, options: LadderOptions): LadderLayout {
  const { width, folds, start, end, isBare = false } = options;
  const isNarrow = width < 620;
  const perMs = PX_PER_MS[isNarrow && !isBare ? 'narrow' : 'wide'];
  const shown = (end - start - folds.reduce((sum, fold) => sum + fold.end - fold.start, 0)) / MS;
  const perNanosecond = Math.min(perMs, MAX_HEIGHT / Math.max(1, shown)) / MS;
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
    folds: axis.spans
      .filter((span) => span.folded)
      .map((span) => ({ y: span.from, text: `${formatDuration(span.end - span.start)} folded` })),
    arrows,
    labels: label(view, arrows, width, axis.length),
    braces: hasBraces ? bracesOf(view, y) : [],
    notes: isBare
      ? []
      : [...workOf(view, xOf, y, width, isNarrow), ...(isNarrow ? unseenOf(view, xOf, y, width) : [])],
  };
}

/** The lanes of the scenario; where few fit: both ends, and who talks most with the near one. */
function chooseLanes(view: RunView, most: number): number[] {
  const all = view.machines.map((machine, i) => (machine.lane === undefined ? -1 : i)).filter((i) => i >= 0);
  if (all.length <= most) return all;
  const score = (machine: number): number => {
    if (machine === view.near || machine === view.far) return Number.MAX_SAFE_INTEGER;
    return (
      view.packets.filter(
        ({ from, to }) => (from === machine && to === view.near) || (to === machine && from === view.near),
      ).length * (view.machines[machine]!.kind.endsWith('router') ? 0 : 1)
    );
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
  const touching = arrows.flatMap(({ points, end }) =>
    // A loss between two lanes may lie on the line of a third.
    (end === 'lost' ? points.slice(0, -1) : points)
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
      text: `${mark(time)}${time === 0 ? '\u00a0ms' : ''}`,
    })),
    minor: minor.length < 900 ? minor.map((time) => place(axis, time)) : [],
  };
}

// ── arrows ──

function arrowOf(
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
  if (last.lost) {
    push(points, lostPoint(view, legs, last, points, xOf, y));
    return { packet, points, rings, end: 'lost' };
  }
  if (points.length < 2) return undefined;
  return { packet, points, rings, end: last.refused ? 'refused' : xOf.has(last.to) ? 'arrow' : 'none' };
}

function push(points: Point[], point: Point): void {
  const last = points.at(-1);
  if (!last || Math.abs(last.x - point.x) > 0.01 || Math.abs(last.y - point.y) > 0.01) points.push(point);
}

/** Where its line had come by the time of its loss, at the slope that it would have gone on with. */
function lostPoint(
  view: RunView,
  legs: readonly Leg[],
  last: Leg,
  points: readonly Point[],
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
): Point {
  const { distance, near, far } = view;
  const isOutward = distance[last.to]! >= distance[last.from]!;
  const end = isOutward ? far : near;
  const first = legs[0]!;
  const start = xOf.get(first.from) ?? points[0]!.x;
  const goal = xOf.get(end) ?? start + (isOutward ? 200 : -200);
  const time = (last.start + last.end) / 2;
  const whole = Math.max(1, Math.abs(distance[end]! - distance[first.from]!));
  const part = Math.min(0.95, Math.max(0.04, (time - first.start) / whole));
  return { x: start + (goal - start) * part, y: y(time) };
}

// ── words along the slope ──

interface Sample {
  readonly x: number;
  readonly y: number;
}

const BUCKET = 32;

class Taken {
  readonly #buckets = new Map<number, Sample[]>();
  isFree(samples: readonly Sample[], apartX: number, apartY: number): boolean {
    return samples.every((sample) => {
      const bucket = Math.floor(sample.y / BUCKET);
      for (let at = bucket - 1; at <= bucket + 1; at++) {
        for (const other of this.#buckets.get(at) ?? []) {
          if (Math.abs(other.x - sample.x) < apartX && Math.abs(other.y - sample.y) < apartY) return false;
        }
      }
      return true;
    });
  }
  add(samples: readonly Sample[]): void {
    for (const sample of samples) {
      const bucket = Math.floor(sample.y / BUCKET);
      const list = this.#buckets.get(bucket);
      if (list) list.push(sample);
      else this.#buckets.set(bucket, [sample]);
    }
  }
}

/** Packets that leave together for the same place share one label. */
function grouped(view: RunView, arrows: readonly Arrow[]): Arrow[][] {
  const groups: Arrow[][] = [];
  for (const arrow of arrows) {
    const { from, to } = view.packets[arrow.packet]!;
    const group = groups.findLast((one) => {
      const other = view.packets[one[0]!.packet]!;
      return other.from === from && other.to === to;
    });
    const last = group?.at(-1);
    const isClose = last !== undefined && Math.abs(last.points[0]!.y - arrow.points[0]!.y) < 7;
    if (isClose && last.end === 'arrow' && arrow.end === 'arrow') group!.push(arrow);
    else groups.push([arrow]);
  }
  return groups;
}

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
export const countWord = (count: number): string => COUNTS[count] ?? formatNumber(count);

function wordsOf(view: RunView, group: readonly Arrow[]): { strong: string; note: string } {
  const packets = group.map(({ packet }) => view.packets[packet]!);
  const first = packets[0]!;
  const [head, ...rest] = first.layer === 'transport' ? first.title.split(', ') : [first.title];
  if (packets.length === 1) return { strong: head!, note: rest.join(', ') };
  // What only goes on with a message (`769 bytes`) has no name of its own.
  const spoken = packets.filter(({ title }) => !/^[\d,]+\s+bytes/.test(title));
  const titles = [
    ...new Set(spoken.map(({ title, layer }) => (layer === 'transport' ? title.split(', ')[0]! : title))),
  ];
  if (packets.length === 2 && titles.length === 2) {
    const apart = packets[1]!.time - first.time;
    return {
      strong: `${titles[0]}, then ${titles[1]}`,
      note: apart < 10_000 ? '' : `${formatDuration(apart, 2)} apart`,
    };
  }
  // The name of the one that says most: a program's message rather than what carries it.
  const named = packets.find(({ layer }) => layer !== 'transport') ?? first;
  return {
    strong: named.layer === 'transport' ? titles[0]! : named.title,
    note: `${countWord(packets.length)} packets`,
  };
}

function label(view: RunView, arrows: readonly Arrow[], width: number, height: number): SlopeLabel[] {
  const taken = new Taken();
  const lines = new Taken();
  for (const { points } of arrows) {
    for (let i = 1; i < points.length; i++) lines.add(along(points[i - 1]!, points[i]!, 10));
  }
  const found: SlopeLabel[] = [];
  for (const group of grouped(view, arrows)) {
    const arrow = group[0]!;
    const words = wordsOf(view, group);
    const isLost = arrow.end === 'lost' || arrow.end === 'refused';
    const isMinor = view.packets[arrow.packet]!.layer === 'link';
    const made = placeWords(arrow, group.at(-1)!, words, taken, lines, width, height, isMinor);
    if (made) found.push({ ...made, packet: wordiest(view, group).packet, isLost });
    if (isLost) {
      const end = arrow.points.at(-1)!;
      taken.add(box(end.x + 10, end.y - 8, 170, 32));
    }
  }
  return found;
}

/** Whose colour a shared label wears. */
function wordiest(view: RunView, group: readonly Arrow[]): Arrow {
  return group.find(({ packet }) => view.packets[packet]!.layer !== 'transport') ?? group[0]!;
}

function along(a: Point, b: Point, step: number): Sample[] {
  const count = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / step));
  return Array.from({ length: count + 1 }, (_, i) => ({
    x: a.x + ((b.x - a.x) * i) / count,
    y: a.y + ((b.y - a.y) * i) / count,
  }));
}

function box(x: number, y: number, width: number, height: number): Sample[] {
  const samples: Sample[] = [];
  for (let dx = 0; dx <= width; dx += 8)
    for (let dy = 0; dy <= height; dy += 8) samples.push({ x: x + dx, y: y + dy });
  return samples;
}

function placeWords(
  first: Arrow,
  last: Arrow,
  words: { strong: string; note: string },
  taken: Taken,
  lines: Taken,
  width: number,
  height: number,
  isMinor: boolean,
): Omit<SlopeLabel, 'packet' | 'isLost'> | undefined {
  const stretches = first.points
    .slice(1)
    .map((to, i) => ({
      from: first.points[i]!,
      to,
      under:
        last.points.length === first.points.length
          ? { from: last.points[i]!, to: last.points[i + 1]! }
          : undefined,
    }))
    .sort((a, b) => Math.abs(b.to.x - b.from.x) - Math.abs(a.to.x - a.from.x));
  const gap = words.note ? 6 : 0;
  for (const note of words.note ? [words.note, ''] : ['']) {
    const long = textWidth(words.strong, 13, 'strong') + (note ? gap + textWidth(note, 12.5, 'regular') : 0);
    for (const mayCross of [false, true]) {
      for (const stretch of stretches) {
        const span = Math.abs(stretch.to.x - stretch.from.x);
        if (long + 16 > span && !(first.end === 'lost' && long < span + 60)) continue;
        for (const part of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
          for (const side of [-1, 1] as const) {
            // Below a bundle means below its last line.
            const base = side > 0 && stretch.under ? stretch.under : stretch;
            const tried = tryAt(base.from, base.to, part, side, long);
            if (
              !tried ||
              tried.outer.x0 < 2 ||
              tried.outer.x1 > width - 2 ||
              tried.outer.y0 < -20 ||
              tried.outer.y1 > height
            )
              continue;
            if (!taken.isFree(tried.samples, 12, 15)) continue;
            // A word about the wire below is not worth a line crossed out.
            if ((!mayCross || isMinor) && !lines.isFree(tried.core, 6, 6)) continue;
            taken.add(tried.samples);
            return { x: tried.x, y: tried.y, angle: tried.angle, strong: words.strong, note };
          }
        }
      }
    }
  }
  return undefined;
}

/** A text of this length centred on a part of the way, 6 px off it. */
function tryAt(from: Point, to: Point, part: number, side: -1 | 1, long: number) {
  const [a, b] = from.x <= to.x ? [from, to] : [to, from];
  const span = b.x - a.x;
  if (span < 1) return undefined;
  const radians = Math.atan2(b.y - a.y, span);
  const half = long / 2;
  const reach = (half + 6) / Math.max(1, Math.hypot(span, b.y - a.y));
  const at = Math.min(Math.max(part, reach), Math.max(0.5, 1 - reach));
  // The baseline: 6 px above the line, or a letter's height and as much below it.
  const off = side < 0 ? -6 : 15;
  const x = a.x + span * at - Math.sin(radians) * off;
  const y = a.y + (b.y - a.y) * at + Math.cos(radians) * off;
  const middleX = x + Math.sin(radians) * 4;
  const middleY = y - Math.cos(radians) * 4;
  const ends = {
    a: { x: middleX - Math.cos(radians) * half, y: middleY - Math.sin(radians) * half },
    b: { x: middleX + Math.cos(radians) * half, y: middleY + Math.sin(radians) * half },
  };
  const samples = along(ends.a, ends.b, 8);
  return {
    x,
    y,
    angle: (radians * 180) / Math.PI,
    samples,
    core: samples,
    outer: {
      x0: ends.a.x,
      x1: ends.b.x,
      y0: Math.min(ends.a.y, ends.b.y) - 9,
      y1: Math.max(ends.a.y, ends.b.y) + 9,
    },
  };
}

// ── braces and notes ──

const BRACE_X = 162;
const BRACE_ROOM = BRACE_X - 64;

function bracesOf(view: RunView, y: (time: number) => number): Brace[] {
  return view.phases
    .map((phase) => {
      const top = y(phase.start) + 1;
      const bottom = y(phase.end) - 1;
      const name = wrap(phase.name, BRACE_ROOM, 'strong');
      const all = [...name, formatDuration(phase.end - phase.start), ...wrap(phase.cost, BRACE_ROOM)];
      const room = Math.floor((bottom - top + 8) / 16);
      return { top, bottom, x: BRACE_X, lines: all.slice(0, Math.max(0, room)), strong: name.length };
    })
    .filter((brace) => brace.bottom - brace.top > 3);
}

function wrap(text: string, width: number, face: 'regular' | 'strong' = 'regular'): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, 12.5, face) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

/** Pauses at the far machine between a packet that came and the one it caused. */
function workOf(
  view: RunView,
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
  width: number,
  isNarrow: boolean,
): LadderLayout['notes'] {
  const x = xOf.get(view.far);
  if (x === undefined || isNarrow || width - x < 150) return [];
  let below = Number.NEGATIVE_INFINITY;
  return view.packets.flatMap((packet) => {
    const cause = packet.because === undefined ? undefined : view.packets[packet.because];
    if (!cause || packet.from !== view.far || cause.to !== view.far) return [];
    const top = y(cause.end);
    const height = y(packet.time) - top;
    if (height < 7 || top < below) return [];
    below = top + Math.max(height, 18);
    return [
      {
        x: x + 14,
        y: top,
        height,
        text: `${formatDuration(packet.time - cause.end, 1)} later`,
        time: cause.end,
      },
    ];
  });
}

/** What a lane does with machines that have none here. */
function unseenOf(
  view: RunView,
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
  width: number,
): LadderLayout['notes'] {
  const notes: LadderLayout['notes'][number][] = [];
  for (const [machine, x] of xOf) {
    const asked = view.packets.filter(
      (packet) =>
        packet.from === machine && !xOf.has(packet.to) && packet.to !== machine && packet.layer !== 'link',
    );
    const answers = view.packets.filter(
      (packet) => packet.to === machine && !xOf.has(packet.from) && packet.layer !== 'link',
    );
    const first = asked[0];
    const last = answers.at(-1);
    if (!first || !last || machine === view.near) continue;
    const others = new Set(asked.map(({ to }) => to)).size;
    const top = y(first.time);
    const middle = top + (y(last.end) - top) / 2;
    const text = `asks ${countWord(others)} ${others === 1 ? 'server' : 'servers'},|${formatDuration(last.end - first.time)} in all`;
    if (x + 100 < width) notes.push({ x: x + 8, y: middle, height: 0, text, time: first.time });
  }
  return notes;
}

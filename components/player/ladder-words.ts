// Words along the ladder's lines: packets that leave together share theirs, and none lies on another.
import type { RunView } from '#engine/inspect/view.ts';
import { formatDuration, formatNumber } from '../engine/format.ts';
import { legsOf } from './flight.ts';
import type { Arrow, Point } from './ladder-arrows.ts';
import { along, box, type Taken } from './ladder-taken.ts';
import { textWidth } from './textwidth.ts';
import { inSentence } from './time.ts';

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
    // All of them may only go on with something.
    strong: named.layer === 'transport' ? (titles[0] ?? head!) : named.title,
    note: `${countWord(packets.length)} packets`,
  };
}

/** The words beside the crosses first: they say why, and so go before what the lines are. */
export function wordsAlong(
  view: RunView,
  arrows: readonly Arrow[],
  width: number,
  height: number,
  taken: Taken,
  lines: Taken,
): SlopeLabel[] {
  const found: SlopeLabel[] = [];
  for (const group of grouped(view, arrows)) {
    const arrow = group[0]!;
    const words = wordsOf(view, group);
    const isLost = arrow.end === 'lost' || arrow.end === 'refused';
    const isMinor = view.packets[arrow.packet]!.layer === 'link';
    const made = placeWords(arrow, group.at(-1)!, words, taken, lines, width, height, isMinor);
    if (made) found.push({ ...made, packet: wordiest(view, group).packet, isLost });
  }
  return found;
}

export interface Reason {
  readonly packet: number;
  readonly x: number;
  readonly y: number;
  readonly isLeft: boolean;
  /** Why, and where. */
  readonly lines: readonly string[];
}

/** Why packets died, beside their crosses. Where several crosses are close, the first ones have the words. */
export function reasonsOf(
  view: RunView,
  arrows: readonly Arrow[],
  width: number,
  taken: Taken,
  lines: Taken,
  /** Left of it stand other words. */
  edge: number,
): Reason[] {
  const found: Reason[] = [];
  for (const arrow of arrows) {
    if (arrow.end !== 'lost' && arrow.end !== 'refused') continue;
    const all = [view.packets[arrow.packet]!.reason ?? arrow.end, ...whereOf(view, arrow)];
    const end = arrow.points.at(-1)!;
    const tried = [all, all.slice(0, 1)].flatMap((words) =>
      REASON_PLACES.map(([isLeft, up]) => reasonAt(arrow, words, end, isLeft, up, width, edge)),
    );
    const fitting = tried.filter(({ isInside, samples }) => isInside && taken.isFree(samples, 10, 13));
    const best = fitting.find(({ samples }) => lines.isFree(samples, 5, 6)) ?? fitting[0];
    if (!best) continue;
    taken.add(best.samples);
    found.push(best.reason);
  }
  return found;
}

/** Sides of a cross, and how far above it. */
const REASON_PLACES = [
  [false, 0],
  [true, 0],
  [false, 14],
  [false, -14],
  [true, 14],
  [true, -14],
] as const;

function reasonAt(
  arrow: Arrow,
  words: readonly string[],
  end: Point,
  isLeft: boolean,
  up: number,
  width: number,
  edge: number,
) {
  const wide = Math.max(...words.map((line, i) => textWidth(line, 12.5, i === 0 ? 'strong' : 'regular')));
  const x = end.x + (isLeft ? -12 : 12);
  // At a lane, its line has the room beside the cross.
  const base = arrow.isBetween && up <= 0 ? 5 : -8 - (words.length - 1) * 16;
  const y = end.y + base - (arrow.isBetween && up > 0 ? 0 : up);
  const left = isLeft ? x - wide : x;
  return {
    reason: { packet: arrow.packet, x, y, isLeft, lines: words },
    isInside: left >= edge + 4 && left + wide <= width - 4,
    // from the top of its letters to the last baseline
    samples: box(left, y - 8, wide, words.length * 16 - 8),
  };
}

/** The link it was lost on, or the machine without a lane that it died at. */
function whereOf(view: RunView, arrow: Arrow): string[] {
  const { machines } = view;
  const last = legsOf(view, arrow.packet).at(-1);
  if (!last || !arrow.isBetween) return [];
  if (arrow.end === 'refused') return [`at ${inSentence(machines[last.to]!.label)}`];
  return [`on ${machines[last.from]!.label} – ${machines[last.to]!.label}`];
}

/** Whose colour a shared label wears. */
function wordiest(view: RunView, group: readonly Arrow[]): Arrow {
  return group.find(({ packet }) => view.packets[packet]!.layer !== 'transport') ?? group[0]!;
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

// Where everything of the map lies that does not move: machines, wires, delays, labels. Pure, so that the page's build
// and the browser agree to the pixel. Horizontal places become percentages of the drawing, heights are pixels.
import type { RunView } from '#engine/inspect/view.ts';
import { formatDuration } from '../engine/format.ts';
import { MACHINE_HALF } from './machine.tsx';
import {
  type Box,
  crosses,
  type Label,
  type LabelLine,
  type PlacedLabel,
  placeLabels,
  type Segment,
  type Side,
} from './placer.ts';
import { textWidth } from './textwidth.ts';

export type MapShape = 'wide' | 'tall';
export const MAP_UNITS = { wide: 1200, tall: 358 } as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Wire {
  /** The first of its two channels. */
  readonly channel: number;
  readonly from: Point;
  readonly to: Point;
  readonly delay:
    | { readonly text: string; readonly x: number; readonly y: number; readonly box: Box }
    | undefined;
}

export interface MapLayout {
  readonly shape: MapShape;
  /** In px; x of everything below is in px of this width. */
  readonly width: number;
  readonly height: number;
  readonly areas: readonly {
    label: string;
    x: number;
    y: number;
    width: number;
    height: number;
    titleY: number;
  }[];
  readonly places: readonly Point[];
  readonly wires: readonly Wire[];
  readonly labels: readonly PlacedLabel[];
  /** What a packet's words may not cover, but for the delays. */
  readonly taken: readonly Box[];
  readonly segments: readonly Segment[];
}

export const name = (text: string): LabelLine => ({ text, size: 13, face: 'strong', kind: 'name' });
const address = (text: string): LabelLine => ({ text, size: 12, face: 'mono', kind: 'address' });

export function layOut(view: RunView, shape: MapShape, width: number): MapLayout {
  const factor = width / MAP_UNITS[shape];
  const areas = view.areas.map((area) => {
    const [x, y, w, h] = area[shape];
    return { label: area.label, x: x * factor, y, width: w * factor, height: h, titleY: y + 24 };
  });
  const height = Math.max(...areas.map((area) => area.y + area.height));
  const places = view.machines.map((machine) => ({ x: machine[shape][0] * factor, y: machine[shape][1] }));
  const links: { channel: number; from: Point; to: Point }[] = [];
  for (let channel = 0; channel < view.channels.length; channel += 2) {
    const { from, to } = view.channels[channel]!;
    links.push({ channel, from: places[from]!, to: places[to]! });
  }
  const segments = links.map(({ from, to }): Segment => [from.x, from.y, to.x, to.y]);
  const glyphs = places.map((at, i) => around(at, ...MACHINE_HALF[view.machines[i]!.kind]));
  const titles = areas.map((area) => ({
    x0: area.x + 14,
    y0: area.titleY - 13,
    x1: area.x + 14 + textWidth(area.label, 13, 'strong'),
    y1: area.titleY + 4,
  }));
  const bounds = { x0: 2, y0: 2, x1: width - 2, y1: height - 2 };
  const labels = placeMachines(view, shape, places, areas, [...glyphs, ...titles], segments, bounds);
  const taken = [...glyphs, ...titles, ...labels.map(({ box }) => box)];
  const withDelays = [...taken];
  const wires = links.map((link) => {
    const delay = placeDelay(link, view.channels[link.channel]!.delay, withDelays, segments, shape, areas);
    if (delay) withDelays.push(delay.box);
    return { ...link, delay };
  });
  return { shape, width, height, areas, places, wires, labels, taken, segments };
}

/** A machine's words stay in its area. */
function insideOf(area: MapLayout['areas'][number] | undefined): Box | undefined {
  return (
    area && { x0: area.x + 2, y0: area.y + 2, x1: area.x + area.width - 2, y1: area.y + area.height - 2 }
  );
}

function around(at: Point, halfWidth: number, halfHeight: number): Box {
  return { x0: at.x - halfWidth, y0: at.y - halfHeight, x1: at.x + halfWidth, y1: at.y + halfHeight };
}

function placeMachines(
  view: RunView,
  shape: MapShape,
  places: readonly Point[],
  areas: MapLayout['areas'],
  taken: readonly Box[],
  segments: readonly Segment[],
  bounds: Box,
): PlacedLabel[] {
  const order: readonly Side[] =
    shape === 'wide' ? ['above', 'below', 'right', 'left'] : ['right', 'left', 'above', 'below'];
  const names: Label[] = [];
  const rest: Label[] = [];
  view.machines.forEach((machine, i) => {
    const [halfWidth, halfHeight] = MACHINE_HALF[machine.kind];
    const thing = {
      x: places[i]!.x,
      y: places[i]!.y,
      halfWidth,
      halfHeight: Math.max(halfHeight, 18),
      order,
      within: insideOf(areas[machine.area]),
    };
    const lines = machine.addresses.map(address);
    // Two addresses belong to two sides: they stand apart from the name where there is room below.
    if (shape === 'wide' && lines.length > 1) {
      names.push({ ...thing, id: `m${i}`, lines: [name(machine.label)] });
      rest.push({ ...thing, id: `a${i}`, lines, order: ['below', 'above', 'right', 'left'] });
    } else names.push({ ...thing, id: `m${i}`, lines: [name(machine.label), ...lines] });
  });
  // Names before addresses, so that none loses its name to a neighbour's number.
  const bare = placeLabels(
    names.map((label) => ({ ...label, lines: label.lines.slice(0, 1) })),
    taken,
    segments,
    bounds,
  );
  const full = placeLabels([...names, ...rest], taken, segments, bounds);
  const named = (list: readonly PlacedLabel[]) => list.filter(({ id }) => id.startsWith('m')).length;
  return named(full) >= named(bare) ? full : bare;
}

function placeDelay(
  link: { from: Point; to: Point },
  delay: number,
  taken: readonly Box[],
  segments: readonly Segment[],
  shape: MapShape,
  areas: MapLayout['areas'],
): Wire['delay'] {
  if (delay === 0) return undefined;
  const { from, to } = link;
  const text = formatDuration(delay, 2);
  const half = textWidth(text, 12.5, 'regular') / 2;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const isFlat = Math.abs(to.y - from.y) < 1;
  const isSteep = Math.abs(to.x - from.x) < Math.abs(to.y - from.y) * 0.6;
  const at = (part: number, beside: number) => ({
    x: from.x + (to.x - from.x) * part + beside,
    y: from.y + (to.y - from.y) * part,
  });
  // On the wire, near its beginning on a long one, where packets pass soonest; a steep wire has it beside.
  const parts =
    isFlat && length > 240 ? [0.22, 0.3, 0.5, 0.7] : [0.5, 0.58, 0.42, 0.66, 0.34, 0.72, 0.28, 0.78, 0.22];
  const lean = to.x < from.x ? -1 : 1;
  const asides = isSteep && shape === 'wide' ? [lean * (half + 9), -lean * (half + 9), 0] : [0];
  const isOnGround = (box: Box) =>
    areas.some(
      (area) =>
        box.x0 > area.x && box.x1 < area.x + area.width && box.y0 > area.y && box.y1 < area.y + area.height,
    );
  for (const mustBeOnGround of [true, false])
    for (const aside of asides) {
      for (const part of parts) {
        const { x, y } = at(part, aside);
        const box = { x0: x - half - 2, y0: y - 8, x1: x + half + 2, y1: y + 8 };
        if (mustBeOnGround && !isOnGround(box)) continue;
        if (isFlat && length / 2 < half + 22) continue;
        const isFree = taken.every(
          (other) => box.x0 >= other.x1 || other.x0 >= box.x1 || box.y0 >= other.y1 || other.y0 >= box.y1,
        );
        const foreign = segments.some(
          (segment) =>
            !(segment[0] === from.x && segment[1] === from.y && segment[2] === to.x && segment[3] === to.y) &&
            crosses(segment, box),
        );
        if (isFree && !foreign) return { text, x, y: y + 4.5, box };
      }
    }
  return undefined;
}

// Places labels around things so that none lies on another: greedy, in the order given, four sides each. What does not
// fit loses its last line, then the next, then all. No page is needed: widths come from textwidth.ts.
import { type Face, textWidth } from './textwidth.ts';

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export type Side = 'above' | 'below' | 'right' | 'left';
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

export interface LabelLine {
  readonly text: string;
  readonly size: number;
  readonly face: Face;
  readonly kind: 'name' | 'address' | 'title' | 'note';
}

export interface Label {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** What the label stands beside: half its width and half its height. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** The most important first: the last is dropped first. */
  readonly lines: readonly LabelLine[];
  readonly order: readonly Side[];
  /** Where it must stay, when not anywhere. */
  readonly within?: Box | undefined;
}

export interface PlacedLabel {
  readonly id: string;
  readonly lines: readonly LabelLine[];
  readonly side: Side;
  readonly align: 'start' | 'middle' | 'end';
  /** From the thing's centre to the text's anchor, and to each line's baseline. */
  readonly dx: number;
  readonly baselines: readonly number[];
  readonly box: Box;
}

export const LINE_HEIGHT = 16;
const ASCENT = 12;
const GAP = 6;
/** Least space between two labels. */
const AIR = 2;

export function intersects(a: Box, b: Box, air = 0): boolean {
  return a.x0 < b.x1 + air && b.x0 < a.x1 + air && a.y0 < b.y1 + air && b.y0 < a.y1 + air;
}

/** Whether a line crosses a box (Liang and Barsky's clipping). */
export function crosses([x0, y0, x1, y1]: Segment, box: Box): boolean {
  let from = 0;
  let to = 1;
  const dx = x1 - x0;
  const dy = y1 - y0;
  for (const [p, q] of [
    [-dx, x0 - box.x0],
    [dx, box.x1 - x0],
    [-dy, y0 - box.y0],
    [dy, box.y1 - y0],
  ] as const) {
    if (p === 0) {
      if (q < 0) return false;
    } else if (p < 0) from = Math.max(from, q / p);
    else to = Math.min(to, q / p);
  }
  return from < to;
}

function sizeOf(lines: readonly LabelLine[]): { width: number; height: number } {
  return {
    width: Math.max(...lines.map(({ text, size, face }) => textWidth(text, size, face))),
    height: lines.length * LINE_HEIGHT,
  };
}

function onSide(label: Label, lines: readonly LabelLine[], side: Side): PlacedLabel {
  const { width, height } = sizeOf(lines);
  const isBeside = side === 'left' || side === 'right';
  const top =
    side === 'above'
      ? -label.halfHeight - GAP - height
      : side === 'below'
        ? label.halfHeight + GAP
        : -height / 2;
  const reach = label.halfWidth + GAP + 2;
  const dx = side === 'right' ? reach : side === 'left' ? -reach : 0;
  const left = isBeside ? (side === 'right' ? dx : dx - width) : -width / 2;
  return {
    id: label.id,
    lines,
    side,
    align: side === 'right' ? 'start' : side === 'left' ? 'end' : 'middle',
    dx,
    baselines: lines.map((_, i) => top + i * LINE_HEIGHT + ASCENT),
    box: {
      x0: label.x + left,
      y0: label.y + top,
      x1: label.x + left + width,
      y1: label.y + top + height,
    },
  };
}

/**
 * Places what fits. `taken` is never covered; `wires` are covered only where a label would otherwise not be there at all.
 * A label that fits nowhere is not in the result.
 */
export function placeLabels(
  labels: readonly Label[],
  taken: readonly Box[],
  wires: readonly Segment[],
  bounds: Box,
): PlacedLabel[] {
  const boxes = [...taken];
  const placed: PlacedLabel[] = [];
  for (const label of labels) {
    const found = find(label, boxes, wires, bounds);
    if (!found) continue;
    placed.push(found);
    boxes.push(found.box);
  }
  return placed;
}

/** Above and below, a label may stand a little to the side rather than out of its room. */
function nudged(label: PlacedLabel, room: Box): PlacedLabel {
  if (label.align !== 'middle') return label;
  const { box } = label;
  const by = Math.max(0, room.x0 - box.x0) - Math.max(0, box.x1 - room.x1);
  if (by === 0 || Math.abs(by) > 32) return label;
  return { ...label, dx: label.dx + by, box: { ...box, x0: box.x0 + by, x1: box.x1 + by } };
}

function find(
  label: Label,
  boxes: readonly Box[],
  wires: readonly Segment[],
  bounds: Box,
): PlacedLabel | undefined {
  for (const mayCross of [false, true]) {
    for (let count = label.lines.length; count > 0; count--) {
      const lines = label.lines.slice(0, count);
      for (const side of label.order) {
        const room = label.within ?? bounds;
        const tried = nudged(onSide(label, lines, side), room);
        const { box } = tried;
        const isInside = box.x0 >= room.x0 && box.x1 <= room.x1 && box.y0 >= room.y0 && box.y1 <= room.y1;
        if (!isInside || boxes.some((other) => intersects(box, other, AIR))) continue;
        if (!mayCross && wires.some((wire) => crosses(wire, box))) continue;
        return tried;
      }
    }
  }
  return undefined;
}

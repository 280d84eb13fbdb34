// Time on an axis, with long idle spans folded. Every reader of an axis sees the same folds, so that two runs beside
// each other stay comparable.
import type { Fold } from '../engine/idle.ts';

export { type Fold, foldsOf } from '../engine/idle.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
  /** Where it lies on the axis, in the axis's units. */
  readonly from: number;
  readonly to: number;
  readonly folded: boolean;
}

export interface Axis {
  readonly spans: readonly Span[];
  readonly length: number;
}

/** An axis from `start` to `end` with `perNanosecond` units, or stretched to `length` in all; each fold takes `foldLength`. */
export function axisOf(
  start: number,
  end: number,
  folds: readonly Fold[],
  foldLength: number,
  scale: { readonly perNanosecond: number } | { readonly length: number },
): Axis {
  const inside = folds
    .map((fold) => ({ start: Math.max(start, fold.start), end: Math.min(end, fold.end) }))
    .filter((fold) => fold.end > fold.start);
  const hidden = inside.reduce((sum, fold) => sum + fold.end - fold.start, 0);
  const shown = Math.max(1, end - start - hidden);
  const perNanosecond =
    'length' in scale ? Math.max(0, scale.length - inside.length * foldLength) / shown : scale.perNanosecond;
  const spans: Span[] = [];
  let time = start;
  let at = 0;
  const add = (to: number, folded: boolean) => {
    if (to <= time) return;
    const length = folded ? foldLength : (to - time) * perNanosecond;
    spans.push({ start: time, end: to, from: at, to: at + length, folded });
    time = to;
    at += length;
  };
  for (const fold of inside) {
    add(fold.start, false);
    add(fold.end, true);
  }
  add(end, false);
  return { spans, length: at };
}

/** Where a time lies; before and after the axis it is its ends. */
export function place(axis: Axis, time: number): number {
  const { spans } = axis;
  if (spans.length === 0 || time <= spans[0]!.start) return 0;
  // Few spans: a walk is as quick as a search.
  for (const span of spans) {
    if (time <= span.end)
      return span.from + ((time - span.start) / (span.end - span.start)) * (span.to - span.from);
  }
  return axis.length;
}

/** The time at a place. */
export function timeAt(axis: Axis, at: number): number {
  const { spans } = axis;
  for (const span of spans) {
    if (at <= span.to) {
      const part = (at - span.from) / Math.max(1e-9, span.to - span.from);
      return span.start + Math.max(0, part) * (span.end - span.start);
    }
  }
  return spans.at(-1)?.end ?? 0;
}

/** Round times to mark on an axis, at least `least` units apart. */
export function ticks(axis: Axis, least: number): number[] {
  const open = axis.spans.filter((span) => !span.folded);
  const first = open.find((span) => span.end > span.start);
  if (!first) return [0];
  const perNanosecond = (first.to - first.from) / (first.end - first.start);
  const step = roundStep(least / Math.max(perNanosecond, 1e-15));
  const found: number[] = [];
  for (const span of open) {
    for (
      let time = Math.ceil(span.start / step) * step;
      time <= span.end && found.length < 400;
      time += step
    ) {
      found.push(time);
    }
  }
  return found;
}

/** The next of 1, 2, 5 times a power of ten that is not smaller. */
export function roundStep(least: number): number {
  let power = 1;
  for (let i = 0; i < 18 && power * 10 <= least; i++) power *= 10;
  for (const factor of [1, 2, 5, 10]) if (factor * power >= least) return factor * power;
  return power * 10;
}

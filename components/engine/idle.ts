// Spans of a run in which nothing happens: axes fold them, and a run that plays passes them quickly.
import type { RunView } from '#engine/inspect/view.ts';

const MS = 1e6;

/** An idle span that is not drawn; times in nanoseconds. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/** A gap that is so much of its run is folded, however short it is. */
const MOST_OF_RUN = 0.5;

/** Spans in which nothing of these runs happens and which are long enough to be worth folding. */
export function foldsOf(views: readonly RunView[], least = 200 * MS): Fold[] {
  const busy: [number, number][] = [];
  let end = 0;
  for (const view of views) {
    end = Math.max(end, view.end);
    for (const packet of view.packets) busy.push([packet.time, packet.end]);
    for (const { time } of view.moments) busy.push([time, time]);
  }
  // A page that carries no packets of a run does not know when it is idle.
  if (busy.length === 0) return [];
  busy.push([end, end]);
  busy.sort((a, b) => a[0] - b[0]);
  const gaps: Fold[] = [];
  let until = 0;
  let total = 0;
  for (const [from, to] of busy) {
    if (from > until) gaps.push({ start: until, end: from });
    total += Math.max(0, to - Math.max(until, from));
    until = Math.max(until, to);
  }
  const margin = Math.min(Math.max(0.02 * total, 4 * MS), 40 * MS);
  return gaps
    .filter((gap) => gap.end - gap.start >= Math.max(Math.min(least, end * MOST_OF_RUN), 4 * margin))
    .map((gap) => ({ start: gap.start === 0 ? 0 : gap.start + margin, end: gap.end - margin }));
}

/** Reading time that a fold takes while a run plays. */
const FOLD_MS = 600;

/**
 * Where a cursor at `time` stands after `elapsed` milliseconds of reading, at `speed` nanoseconds of the run a second. A
 * fold is passed in a moment, as the axis draws it: nobody shall watch nothing.
 */
export function advance(folds: readonly Fold[], time: number, elapsed: number, speed: number): number {
  let now = time;
  let left = elapsed / 1000;
  for (const { start, end } of folds) {
    if (end <= now) continue;
    const until = Math.max(0, start - now) / speed;
    if (until >= left) break;
    left -= until;
    now = Math.max(now, start);
    const pace = Math.max(speed, (end - start) / (FOLD_MS / 1000));
    const across = (end - now) / pace;
    if (across >= left) return now + left * pace;
    left -= across;
    now = end;
  }
  return now + left * speed;
}

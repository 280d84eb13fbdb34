// Which moment of a run the cursor stands on, and which ones it passed.
import type { MomentView } from '#engine/inspect/view.ts';
import { lastBefore } from './time.ts';

/** The last moment that is not after `time`. */
export function momentAt(moments: readonly MomentView[], time: number): MomentView | undefined {
  return moments[lastBefore(moments, time)];
}

/** More than this at once is counted, not read. */
const MOST_SPOKEN = 5;

/** `3.0 ms: The resolver asks …` for each moment after `from` and not after `to`; the last ones, when they are many. */
export function spoken(moments: readonly MomentView[], from: number, to: number): string {
  const passed = moments.slice(lastBefore(moments, from) + 1, lastBefore(moments, to) + 1);
  const said = passed.slice(-MOST_SPOKEN).map((moment) => `${moment.subject} ${moment.text}.`);
  const left = passed.length - said.length;
  return [left > 0 ? `${left} events, then:` : '', ...said].filter(Boolean).join(' ');
}

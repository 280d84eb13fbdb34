// What is due, counted without the scheduler: cheap enough for every page.
import type { Progress } from '../progress/schema.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function dueCount({ cards }: Progress, now: number): number {
  let count = 0;
  for (const card of Object.values(cards)) if (card.out === undefined && card.due <= now) count++;
  return count;
}

/** When the next card that is not due yet will be; undefined when none waits. */
export function nextDue({ cards }: Progress, now: number): number | undefined {
  let found: number | undefined;
  for (const { out, due } of Object.values(cards))
    if (out === undefined && due > now && (found === undefined || due < found)) found = due;
  return found;
}

export const FORECAST_DAYS = 14;

export interface ForecastDay {
  /** Its first moment, where the reader is. */
  readonly start: number;
  readonly count: number;
}

/** Cards by the day on which they fall due. What is late counts for today. */
export function forecast({ cards }: Progress, now: number): readonly ForecastDay[] {
  const today = new Date(now);
  const days = Array.from({ length: FORECAST_DAYS }, (_, i) => ({
    // The calendar's own arithmetic: two days of the year are not 24 hours long.
    start: new Date(today.getFullYear(), today.getMonth(), today.getDate() + i).getTime(),
    count: 0,
  }));
  const end = days.at(-1)!.start + DAY;
  for (const { out, due } of Object.values(cards)) {
    if (out !== undefined || due >= end) continue;
    days.findLast((day, i) => i === 0 || due >= day.start)!.count++;
  }
  return days;
}

/** A wait as people say it: “10 min”, “3 days”, “2 months”. */
export function waitText(wait: number): string {
  const say = (count: number, one: string) => `${count}\u00a0${one}${count === 1 ? '' : 's'}`;
  if (wait < HOUR) return `${Math.max(1, Math.round(wait / MINUTE))}\u00a0min`;
  if (wait < DAY) return say(Math.round(wait / HOUR), 'hour');
  const days = Math.round(wait / DAY);
  if (days < 60) return say(days, 'day');
  return days < 360 ? say(Math.round(days / 30), 'month') : say(Math.round(days / 365), 'year');
}

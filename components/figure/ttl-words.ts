// What the TTL dial says: rates and times as people read them, and the steps of its knobs.
import { formatNumber } from '../engine/format.ts';
import { authorityLoad, hitRatio, type ResolverGroup, timeUntilSeen } from '../engine/ttl.ts';

const NBSP = '\u00a0';
export const MINUTE_S = 60;
export const HOUR_S = 3_600;
export const DAY_S = 86_400;

/** Seconds that a TTL may be set to, from 1 s to 2 days. */
export const TTLS: readonly number[] = [
  ...[1, 2, 3, 5, 7, 10, 15, 20, 30, 45],
  ...[1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE_S),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12, 18].map((hours) => hours * HOUR_S),
  ...[1, 1.5, 2].map((days) => days * DAY_S),
];
/** Those with a mark. */
export const MARKS: readonly number[] = [30, MINUTE_S, 5 * MINUTE_S, HOUR_S, DAY_S];

/** 1, 2, 5, 10 … 100,000. */
export const RESOLVERS: readonly number[] = steps(0, 5);
/** Visits a second over all resolvers: 0.01 … 100,000. */
export const VISITS: readonly number[] = steps(-2, 5);

function steps(from: number, to: number): number[] {
  const found: number[] = [];
  for (let power = from; power < to; power++)
    for (const factor of [1, 2, 5]) found.push(Number(`${factor}e${power}`));
  return [...found, Number(`1e${to}`)];
}

/** The position in a rising list of the value next to `value`, by factor. */
export function nearest(list: readonly number[], value: number): number {
  let best = 0;
  for (const [i, one] of list.entries())
    if (Math.abs(Math.log(one / value)) < Math.abs(Math.log(list[best]! / value))) best = i;
  return best;
}

/** Two digits that count, or all before the point: `3.1`, `0.12`, `1,234`. */
export function twoDigits(value: number): string {
  if (value >= 10) return formatNumber(value);
  if (value >= 1) return formatNumber(value, 1);
  return String(Number(value.toPrecision(2)));
}

/** `3.1 a second`, `12 a minute`, `4.2 an hour`, `6.9 a day`. */
export function rateText(perSecond: number): string {
  if (perSecond >= 0.995) return `${twoDigits(perSecond)} a${NBSP}second`;
  if (perSecond * MINUTE_S >= 0.995) return `${twoDigits(perSecond * MINUTE_S)} a${NBSP}minute`;
  if (perSecond * HOUR_S >= 0.995) return `${twoDigits(perSecond * HOUR_S)} an${NBSP}hour`;
  return `${twoDigits(perSecond * DAY_S)} a${NBSP}day`;
}

/** `30 s`, `2.4 min`, `1.5 h`, `1 day`. */
export function timeText(seconds: number): string {
  if (seconds < 0.05) return `0${NBSP}s`;
  if (seconds < 99.5 && seconds % MINUTE_S !== 0) return `${twoDigits(seconds)}${NBSP}s`;
  if (seconds < 99.5 * MINUTE_S && seconds % HOUR_S !== 0)
    return `${twoDigits(seconds / MINUTE_S)}${NBSP}min`;
  if (seconds < DAY_S) return `${twoDigits(seconds / HOUR_S)}${NBSP}h`;
  const days = twoDigits(seconds / DAY_S);
  return `${days}${NBSP}${days === '1' ? 'day' : 'days'}`;
}

export interface TtlReading {
  /** Seconds. */
  readonly ttl: number;
  /** Queries a second at the authoritative server. */
  readonly load: number;
  /** Share of visits that a cache answers. */
  readonly hits: number;
  /** Seconds after a change until half of the visits, and the last one, go to the new address. */
  readonly half: number;
  readonly last: number;
}

export function readingOf(groups: readonly ResolverGroup[], ttl: number): TtlReading {
  return {
    ttl,
    load: authorityLoad(groups, ttl),
    hits: hitRatio(groups, ttl),
    half: timeUntilSeen(groups, ttl, 0.5),
    last: timeUntilSeen(groups, ttl, 1),
  };
}

/** `3.1 queries a second`, `1 query an hour`. */
export function queriesText(perSecond: number): string {
  const text = rateText(perSecond);
  return text.replace(/ (?=an?\u00a0)/, text.startsWith('1 ') ? ' query ' : ' queries ');
}

/** The reading in a sentence or two. */
export function sentenceOf({ ttl, load, hits, half, last }: TtlReading): string {
  const head = `At ${timeText(ttl)}: ${queriesText(load)} at the authoritative server; caches answer ${percentText(hits)} of the visits.`;
  const first =
    half < 0.05
      ? 'at least half of the visits move at once'
      : `half of the visits move within ${timeText(half)}`;
  return `${head} After a change ${first}, the last one after ${timeText(last)}.`;
}

/** `97 %`, `99.98 %`: never rounded up to all. */
export function percentText(share: number): string {
  const percent = share * 100;
  const digits = percent > 99.9 ? 3 : percent > 99 ? 2 : percent >= 10 ? 0 : 1;
  const unit = 10 ** digits;
  return `${formatNumber(Math.floor(percent * unit) / unit, digits)}${NBSP}%`;
}

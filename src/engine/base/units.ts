/**
 * Time, rate, size and ratio: how they are kept, read from text and written for people.
 *
 * Kernel time is an integer count of nanoseconds in a `number`: exact up to 2^53 ns, which is 104 days. A rate is
 * bits a second, a size is bytes, a ratio is 0 to 1.
 */
import { Malformed } from './errors.ts';

export type Nanoseconds = number;
export type BitsPerSecond = number;

export const MICROSECOND = 1_000;
export const MILLISECOND = 1_000_000;
export const SECOND = 1_000_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** Later than every timer: 2^53 − 1 ns. */
export const NEVER: Nanoseconds = Number.MAX_SAFE_INTEGER;

/** No-break space, which joins a number to its unit. */
const NBSP = '\u00a0';

const TIME_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
};
const RATE_UNITS: Readonly<Record<string, number>> = {
  'bit/s': 1,
  'kbit/s': 1e3,
  'Mbit/s': 1e6,
  'Gbit/s': 1e9,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, KiB: 1024, MiB: 1024 * 1024 };

function parseQuantity(text: string, units: Readonly<Record<string, number>>, what: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([A-Za-zµ/%]+)$/u.exec(text.trim());
  const factor = found && Object.hasOwn(units, found[2]!) ? units[found[2]!] : undefined;
  if (!found || factor === undefined) {
    throw new Malformed(
      `not a ${what}: ${text.slice(0, 40)} (write a number and one of ${Object.keys(units).join(', ')})`,
    );
  }
  return Number(found[1]) * factor;
}

/** `50ms`, `1.5s`, `20us` → nanoseconds. Throws {@link Malformed}. */
export function parseDuration(text: string): Nanoseconds {
  return Math.round(parseQuantity(text, TIME_UNITS, 'duration'));
}

/** `20Mbit/s` → whole bits a second. Throws {@link Malformed}. */
export function parseRate(text: string): BitsPerSecond {
  return Math.round(parseQuantity(text, RATE_UNITS, 'rate'));
}

/** `125kB`, `1MiB` → bytes. Throws {@link Malformed}. */
export function parseSize(text: string): number {
  return Math.round(parseQuantity(text, SIZE_UNITS, 'size'));
}

/** `1%` → 0.01. Throws {@link Malformed}. */
export function parsePercent(text: string): number {
  return parseQuantity(text, { '%': 0.01 }, 'percentage');
}

/** 1234567.8 → `1,234,567.8`, at most `decimals` places, no trailing zeros. */
export function formatNumber(value: number, decimals = 0): string {
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole, fraction = ''] = fixed.split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const trimmed = fraction.replace(/0+$/, '');
  return (value < 0 && Number(fixed) !== 0 ? '−' : '') + grouped + (trimmed ? `.${trimmed}` : '');
}

/** Nanoseconds as the shortest text that reads back to the same value: `25ms`, `1.5s`, `200us`. */
export function durationText(time: Nanoseconds): string {
  const unit = time >= SECOND ? 's' : time >= MILLISECOND ? 'ms' : time >= MICROSECOND ? 'us' : 'ns';
  const scaled = time / TIME_UNITS[unit]!;
  // near 2^53 ns a fraction of seconds has too few digits left
  return Math.round(scaled * TIME_UNITS[unit]!) === time ? `${String(scaled)}${unit}` : `${time}ns`;
}

/** For people: `202 ms`, `1.2 s`, `0.5 ms`, with a no-break space. `decimals` applies to milliseconds. */
export function formatDuration(time: Nanoseconds, decimals = 0): string {
  if (time >= 10 * SECOND) return `${formatNumber(time / SECOND, 1)}${NBSP}s`;
  return `${formatNumber(time / MILLISECOND, decimals)}${NBSP}ms`;
}

export function rateText(rate: BitsPerSecond): string {
  const unit = rate >= 1e9 ? 'Gbit/s' : rate >= 1e6 ? 'Mbit/s' : rate >= 1e3 ? 'kbit/s' : 'bit/s';
  return `${String(rate / RATE_UNITS[unit]!)}${unit}`;
}

export function formatRate(rate: BitsPerSecond): string {
  return rateText(rate).replace(/(?<=\d)(?=[A-Za-z])/, NBSP);
}

export function percentText(ratio: number): string {
  return `${String(Number((ratio * 100).toPrecision(12)))}%`;
}

export function formatPercent(ratio: number): string {
  return percentText(ratio).replace('%', `${NBSP}%`);
}

/** A time as people say it when it is long: `2 h 4 min`, `5 min`, `12.5 s`, `800 ms`. */
export function formatSpan(time: Nanoseconds): string {
  if (time >= HOUR) {
    const minutes = Math.floor((time % HOUR) / MINUTE);
    const hours = `${Math.floor(time / HOUR)}\u00a0h`;
    return minutes === 0 ? hours : `${hours} ${minutes}\u00a0min`;
  }
  if (time >= 3 * MINUTE) return `${formatNumber(time / MINUTE, 0)}\u00a0min`;
  return time >= SECOND ? `${formatNumber(time / SECOND, 1)}\u00a0s` : formatDuration(time);
}

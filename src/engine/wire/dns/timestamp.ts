/**
 * The times of signatures: 32 bits of seconds since 1970, written `YYYYMMDDHHmmSS` in UTC (RFC 4034 §3.1.5, §3.2).
 *
 * The number wraps in 2106; a time is read as one before that.
 */
import { Malformed } from '../../base/errors.ts';

const DAY = 86_400;

/** `20260314092653` */
export function formatTimestamp(seconds: number): string {
  const [year, month, day] = dateOf(Math.floor(seconds / DAY));
  const rest = seconds % DAY;
  const two = (value: number): string => String(value).padStart(2, '0');
  return [year, month, day, Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join('');
}

/** `20260314092653`, or the seconds since 1970 in at most ten digits (RFC 4034 §3.2). Throws {@link Malformed}. */
export function parseTimestamp(text: string): number {
  const digits = /^\d+$/.test(text);
  if (digits && text.length <= 10 && Number(text) <= 0xffff_ffff) return Number(text);
  const parts = digits ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) : null;
  if (parts) {
    const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const seconds = daysOf(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    // A day that does not exist comes back as another one
    if (seconds >= 0 && seconds <= 0xffff_ffff && formatTimestamp(seconds) === text) return seconds;
  }
  throw new Malformed(`not a time (YYYYMMDDHHmmSS, or seconds since 1970): ${text.slice(0, 40)}`);
}

/** Days from 1970-01-01 to a date of the Gregorian calendar, years beginning in March so that leap days come last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const yearDays = y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return yearDays + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1 - 719_468;
}

/** The date of a day, by search: the year at most one off, the month within twelve. */
function dateOf(days: number): [year: number, month: number, day: number] {
  let year = 1970 + Math.floor(days / 365.2425);
  if (daysOf(year, 1, 1) > days) year -= 1;
  if (daysOf(year + 1, 1, 1) <= days) year += 1;
  let month = 12;
  while (month > 1 && daysOf(year, month, 1) > days) month -= 1;
  return [year, month, days - daysOf(year, month, 1) + 1];
}

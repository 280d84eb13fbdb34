/**
 * HTTP dates: whole seconds since 1970-01-01T00:00:00Z to IMF-fixdate and back.
 *
 * RFC 9110 §5.6.7. The two obsolete forms (RFC 850, asctime) are read, never written. Works without the language's Date,
 * which is a clock. Gregorian calendar, years 0 to 9999; no leap seconds but the second 60, which is read as the next minute's 0.
 */
import { Malformed, Misuse } from '../base/errors.ts';

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'] as const; // 1970-01-01 was a Thursday
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DAY_SECONDS = 86_400;
const YEAR_0 = -62_167_219_200;
const YEAR_10000 = 253_402_300_800;

/** `784111777` → `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(epochSeconds: number): string {
  if (!Number.isInteger(epochSeconds) || epochSeconds < YEAR_0 || epochSeconds >= YEAR_10000) {
    throw new Misuse(`no date for ${epochSeconds} seconds`);
  }
  const day = Math.floor(epochSeconds / DAY_SECONDS);
  const second = epochSeconds - day * DAY_SECONDS;
  const [year, month, dayOfMonth] = civilFromDays(day);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':');
  return `${DAYS[((day % 7) + 7) % 7]}, ${two(dayOfMonth)} ${MONTHS[month - 1]} ${String(year).padStart(4, '0')} ${clock} GMT`;
}

/** Reads any of the three forms. `nowSeconds` decides the century of a two-digit year. Throws {@link Malformed}. */
export function parseHttpDate(text: string, nowSeconds = 0): number {
  let found = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (found) return seconds(text, found[3]!, found[2]!, found[1]!, found[4]!, found[5]!, found[6]!);
  found = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (found)
    return seconds(
      text,
      fullYear(found[3]!, nowSeconds),
      found[2]!,
      found[1]!,
      found[4]!,
      found[5]!,
      found[6]!,
    );
  found = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/.exec(text);
  if (found) return seconds(text, found[6]!, found[1]!, found[2]!, found[3]!, found[4]!, found[5]!);
  throw new Malformed(`not an HTTP date: ${text.slice(0, 40)}`);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** A year that looks more than 50 years ahead is the last one with those digits. */
function fullYear(digits: string, nowSeconds: number): string {
  const [thisYear] = civilFromDays(Math.floor(nowSeconds / DAY_SECONDS));
  const year = thisYear - (thisYear % 100) + Number(digits);
  return String(year > thisYear + 50 ? year - 100 : year <= thisYear - 50 ? year + 100 : year);
}

function seconds(
  text: string,
  year: string,
  month: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number {
  const monthNumber = MONTHS.indexOf(month as (typeof MONTHS)[number]) + 1;
  const days = daysFromCivil(Number(year), monthNumber, Number(day));
  const [backYear, backMonth, backDay] = civilFromDays(days);
  const exists = backYear === Number(year) && backMonth === monthNumber && backDay === Number(day);
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    throw new Malformed(`no such moment: ${text.slice(0, 40)}`);
  }
  return days * DAY_SECONDS + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
}

/** Days since 1970-01-01. Counts in years that begin in March, so that the leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

function civilFromDays(days: number): [year: number, month: number, day: number] {
  const shifted = days + 719_468; // days since 0000-03-01
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

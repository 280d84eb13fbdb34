/**
 * Numbers that no wire ever saw, as people read them: 84,557,169; 4 × 10²⁴; 12 million years.
 */
import { formatNumber, formatSpan, SECOND } from '../../base/units.ts';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const NBSP = '\u00a0';
/** Digits that are written out. */
const WHOLE_DIGITS = 12;
const DAY = 86_400;
const YEAR = 365.25 * DAY;

/** A positive whole number: in full up to twelve digits, then two digits and a power of ten. */
export function largeText(value: bigint): string {
  const digits = value.toString();
  if (digits.length <= WHOLE_DIGITS) return formatNumber(Number(value));
  let exponent = digits.length - 1;
  let lead = Math.round(Number(digits.slice(0, 3)) / 10);
  if (lead === 100) {
    lead = 10;
    exponent += 1;
  }
  const power = [...String(exponent)].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  const mantissa = lead % 10 === 0 ? String(lead / 10) : `${Math.floor(lead / 10)}.${lead % 10}`;
  return mantissa === '1' ? `10${power}` : `${mantissa}${NBSP}×${NBSP}10${power}`;
}

/** Seconds as people say them, up to years. */
export function yearsText(seconds: number): string {
  if (seconds < 2 * DAY) return formatSpan(Math.round(seconds * SECOND));
  if (seconds < 2 * YEAR) return `${formatNumber(seconds / DAY)}${NBSP}days`;
  return `${largeText(BigInt(Math.round(seconds / YEAR)))}${NBSP}years`;
}

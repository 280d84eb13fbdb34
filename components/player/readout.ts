// Times as the Player shows them while they change: always as many decimals, so that nothing jumps.
import { formatNumber, MILLISECOND, SECOND } from '../engine/format.ts';

/** From here on times are read in seconds. */
export const LONG = 10 * SECOND;

/** `238.4 ms`, `1,202.4 ms`, `63.84 s`, with a no-break space. */
export function readout(time: number): string {
  if (time >= LONG) {
    const hundredths = Math.round((time / SECOND) * 100);
    return `${formatNumber(Math.floor(hundredths / 100))}.${String(hundredths % 100).padStart(2, '0')}\u00a0s`;
  }
  const tenths = Math.round((time / MILLISECOND) * 10);
  return `${formatNumber(Math.floor(tenths / 10))}.${tenths % 10}\u00a0ms`;
}

/** A mark on an axis that ends at `end`: in milliseconds, or in seconds where the run is long. */
export function mark(time: number, end = 0): string {
  return formatNumber(time / (end >= LONG ? SECOND : MILLISECOND), 3);
}

export const unitOf = (end: number) => (end >= LONG ? 's' : 'ms');

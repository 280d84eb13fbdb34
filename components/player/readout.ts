// Times as the Player shows them while they change: always one decimal, so that nothing jumps.
import { formatNumber, MILLISECOND } from '../engine/format.ts';

/** `238.4 ms`, `1,202.4 ms`, with a no-break space. */
export function readout(time: number): string {
  const tenths = Math.round((time / MILLISECOND) * 10);
  return `${formatNumber(Math.floor(tenths / 10))}.${tenths % 10}\u00a0ms`;
}

/** A mark on an axis: whole milliseconds unless that says too little. */
export function mark(time: number): string {
  return formatNumber(time / MILLISECOND, 3);
}

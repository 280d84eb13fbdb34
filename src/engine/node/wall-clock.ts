/**
 * What a clock on the wall of the simulated world shows.
 */
import { MILLISECOND } from '../base/units.ts';
import type { NodeProcess } from './node-process.ts';

/** Milliseconds since 1970, with fractions. */
export function wallClockMs(node: NodeProcess): number {
  const { world } = node.host;
  return world.epochSeconds * 1000 + world.now / MILLISECOND;
}

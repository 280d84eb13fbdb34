/**
 * One of several, or all of them in another order: what name servers, proxies and balancers have in common.
 *
 * Pure: whoever calls keeps the count of turns, and draws the chance.
 */
import { Misuse } from '../base/errors.ts';

/** The same things, beginning with the one whose turn it is. */
export function rotated<T>(things: readonly T[], turn: number): T[] {
  if (things.length === 0) return [];
  const first = turn % things.length;
  return [...things.slice(first), ...things.slice(0, first)];
}

/**
 * The index of the one that `draw`, a number in [0, 1), falls on, each having as much of the span as it weighs. Throws
 * {@link Misuse} when nothing has weight, or something less than none.
 */
export function weightedIndex(weights: readonly number[], draw: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || weights.some((weight) => weight < 0))
    throw new Misuse(`weights must be positive: ${weights.join(', ')}`);
  let rest = draw * total;
  let last = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight === 0) continue;
    if (rest < weight) return index;
    rest -= weight;
    last = index;
  }
  return last; // the sum of the parts may be less than the whole by a rounding
}

// Orders that chance decides, and anyone can repeat: the same seed and name give the same order everywhere.
import { namedRandom } from '../engine/chance.ts';

/** Places 0 to `count` − 1 in an order of their own (Fisher and Yates). */
export function shuffled(count: number, seed: number, name: string): number[] {
  const random = namedRandom(seed, name);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const k = random.below(i + 1);
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  return order;
}

/** The same, but never the right order itself, for what is to be put in order. */
export function disordered(count: number, seed: number, name: string): number[] {
  const order = shuffled(count, seed, name);
  if (count > 1 && order.every((place, i) => place === i)) order.push(order.shift()!);
  return order;
}

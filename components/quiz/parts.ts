// What every kind of question is given to draw itself with.
import type { Given, Item } from './item.ts';
import type { Turn } from './turn.ts';

export interface PartProps<One extends Item> {
  readonly item: One;
  readonly turn: Turn;
  /** The order in which choices, options or steps are shown. */
  readonly order: readonly number[];
  /** False while the page is as it was built: fields keep what the reader has put in so far. */
  readonly live: boolean;
  readonly onGive: (given: Given) => void;
}

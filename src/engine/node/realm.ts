/**
 * What the place where programs run must give: a way to evaluate text, the packages, and the end of a turn.
 *
 * A page's sandbox, a terminal and the tests each have one. The engine itself evaluates nothing and waits for nobody.
 */
import type { Evaluate, Shelf } from './libraries.ts';

export interface Realm {
  readonly shelf: Shelf;
  readonly evaluate: Evaluate;
  /**
   * Resolves in a task of its own, after every microtask that was there or that those made: a message to oneself, or
   * Node's `setImmediate`. A bare `await` is not enough.
   */
  turn(): Promise<void>;
  /** Takes the promises that were rejected while nobody had asked for them, since the last call. */
  takeRejections(): readonly Rejection[];
}

export interface Rejection {
  readonly reason: unknown;
  readonly promise: Promise<unknown>;
}

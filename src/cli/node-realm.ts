/**
 * A realm for simulated programs inside Node: an indirect `eval`, and `setImmediate` for the end of a turn.
 */
import type { Shelf } from '#engine/node/libraries.ts';
import type { Realm, Rejection } from '#engine/node/realm.ts';

// biome-ignore lint/security/noGlobalEval: this is where people's own programs are evaluated, by their own wish
const indirectly = eval;

/** Takes the unhandled rejections of the whole process while it lives: one at a time. */
export function nodeRealm(shelf: Shelf): Realm & { end(): void } {
  const rejections: Rejection[] = [];
  const take = (reason: unknown, promise: Promise<unknown>): void => {
    rejections.push({ reason, promise });
  };
  process.on('unhandledRejection', take);
  return {
    shelf,
    evaluate: (source) => indirectly(source),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    takeRejections: () => rejections.splice(0),
    end: () => void process.off('unhandledRejection', take),
  };
}

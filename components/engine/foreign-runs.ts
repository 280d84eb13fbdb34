// Runs that took place in the page's sandbox, from when they end until somebody asks about one: then the engine's worker
// gets it, and looks at it.
import type { RunRequest } from '#engine/inspect/view.ts';
import type { RunEnd } from '#engine/sim/kernel.ts';

export interface ForeignRun {
  /** Kernel time at which it would have been cut. */
  readonly until: number;
  readonly end: RunEnd;
  /** A trace, as the sandbox says (engine/trace/parcel.ts). */
  readonly parcel: unknown;
}

/** So many are kept here; those that were asked about live in the worker. */
const KEPT = 2;

const waiting = new Map<string, ForeignRun>();

export function keepForeign({ playground }: RunRequest, run: ForeignRun): void {
  waiting.set(playground!.id, run);
  for (const old of waiting.keys()) {
    if (waiting.size <= KEPT) break;
    waiting.delete(old);
  }
}

/** Once: what is taken is to be handed over. */
export function takeForeign({ playground }: RunRequest): ForeignRun | undefined {
  const run = playground && waiting.get(playground.id);
  if (playground) waiting.delete(playground.id);
  return run;
}

/**
 * The commands that were typed in a run, as spans for its timeline.
 */
import type { TraceEvent } from '../trace/event.ts';
import type { FinishedRun, Phase } from './scenario.ts';

/** Most spans that a timeline has room for. */
const MAX_PHASES = 24;

export function commandPhases({ world }: FinishedRun): readonly Phase[] {
  const open = new Map<string, TraceEvent>();
  const phases: Phase[] = [];
  for (const event of world.trace.events(['shell.run', 'shell.exit'])) {
    if (event.kind === 'shell.run') {
      open.set(event.node, event);
      continue;
    }
    const begun = open.get(event.node);
    open.delete(event.node);
    if (!begun || event.time <= begun.time || phases.length >= MAX_PHASES) continue;
    const [name] = String(begun.detail!['line']).trim().split(/\s+/);
    phases.push({ name: name!, start: begun.time, end: event.time, cost: costOf(event) });
  }
  return phases;
}

function costOf({ detail }: TraceEvent): string {
  const status = Number(detail!['status']);
  return status === 0 ? '' : `status ${status}`;
}

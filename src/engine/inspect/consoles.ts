/**
 * What stands in the terminals of a run, read from the trace: what was typed, what programs wrote, how they ended.
 */
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import type { ConsoleLine, ConsoleView } from './view.ts';

/** Most lines of one terminal that a figure shows; programs are bounded, but a person may type on. */
const MAX_LINES = 5000;
/** Status of a line that nobody read: its machine was off. */
const LOST = '255';
const KINDS = ['shell.run', 'shell.interrupt', 'shell.output', 'shell.exit', 'shell.refused'];

/** One console for each machine of `terminals` (machine → user), in that order. */
export function consolesOf(
  trace: Trace,
  terminals: Readonly<Record<string, string>>,
  index: ReadonlyMap<string, number>,
): ConsoleView[] {
  const lines = new Map<string, ConsoleLine[]>(Object.keys(terminals).map((name) => [name, []]));
  for (const event of trace.events(KINDS)) {
    const ofMachine = lines.get(event.node);
    if (!ofMachine || ofMachine.length >= MAX_LINES) continue;
    // pressed where nothing runs, it changes nothing
    const isIdle = (ofMachine.at(-1)?.kind ?? 'exit') === 'exit';
    if (event.kind === 'shell.refused') ofMachine.push(...refused(event, isIdle));
    else if (event.kind !== 'shell.interrupt' || !isIdle) ofMachine.push(lineOf(event));
  }
  return Object.entries(terminals).map(([name, user]) => ({
    machine: index.get(name)!,
    user,
    lines: lines.get(name)!,
  }));
}

function lineOf({ id, time, kind, detail }: TraceEvent): ConsoleLine {
  const base = { time, event: id };
  if (kind === 'shell.run') return { ...base, kind: 'typed', text: String(detail!['line']) };
  if (kind === 'shell.interrupt') return { ...base, kind: 'out', text: '^C' };
  if (kind === 'shell.exit') return { ...base, kind: 'exit', text: String(detail!['status']) };
  return { ...base, kind: detail!['stream'] === 'err' ? 'err' : 'out', text: String(detail!['text']) };
}

/** What was typed in vain. */
function refused({ id, time, detail }: TraceEvent, isIdle: boolean): ConsoleLine[] {
  const base = { time, event: id };
  const said: ConsoleLine = { ...base, kind: 'err', text: `bash: ${String(detail!['reason'])}\n` };
  if (!isIdle) return [said];
  return [
    { ...base, kind: 'typed', text: String(detail!['line']) },
    said,
    { ...base, kind: 'exit', text: LOST },
  ];
}

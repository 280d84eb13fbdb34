/**
 * How claims are read from a trace: the first event of a kind, times between events, counts.
 */
import { MILLISECOND } from '../base/units.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import type { Claim } from './scenario.ts';

type Where = (event: TraceEvent) => boolean;

export function first(trace: Trace, kind: string, where: Where = () => true): TraceEvent | undefined {
  for (const event of trace.events([kind])) if (where(event)) return event;
  return undefined;
}

export function timeOf(event: TraceEvent | undefined): Claim {
  return { kind: 'time', value: event?.time };
}

export function duration(from: TraceEvent | undefined, to: TraceEvent | undefined): Claim {
  return { kind: 'time', value: from && to ? to.time - from.time : undefined };
}

export function count(trace: Trace, kind: string, where: Where = () => true): Claim {
  let value = 0;
  for (const event of trace.events([kind])) if (where(event)) value += 1;
  return { kind: 'count', value };
}

/** The events of a node. */
export function at(node: string): Where {
  return (event) => event.node === node;
}

/** The round-trip time that a ping at `node` printed for its echo number `sequence` from `address`. */
export function rttOf(trace: Trace, node: string, address: string, sequence = 1): Claim {
  for (const { node: where, detail } of trace.events(['shell.output'])) {
    if (where !== node) continue;
    const found = /from (\S+?)\)?: icmp_seq=(\d+) .*time=([\d.]+) ms/.exec(String(detail!['text']));
    if (found && found[1] === address && Number(found[2]) === sequence)
      return { kind: 'time', value: Math.round(Number(found[3]) * MILLISECOND) };
  }
  return { kind: 'time', value: undefined };
}

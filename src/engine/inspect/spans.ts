/**
 * When machines waited in vain and when they worked, read from the events that end a wait or begin a piece of work.
 */

import type { Nanoseconds } from '../base/units.ts';
import { ARP_RETRY } from '../proto/ip/arp.ts';
import type { Detail } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import type { SpanView } from './view.ts';

type Waited = (detail: Detail) => { readonly waited: number; readonly what: string } | undefined;

/** Kinds that say that a timer ran out, and how long it had run. */
const WAITS: Readonly<Record<string, Waited>> = {
  'tcp.timer': (d) =>
    d['waited'] === undefined
      ? undefined
      : { waited: Number(d['waited']), what: `${String(d['timer'])} timer` },
  'dns.stub.timeout': (d) => ({ waited: Number(d['waited']), what: `${String(d['server'])} to answer` }),
  'dns.resolver.timeout': (d) => ({ waited: Number(d['waited']), what: `${String(d['server'])} to answer` }),
  'arp.ask': (d) =>
    Number(d['attempt']) > 1 ? { waited: ARP_RETRY, what: `${String(d['address'])} to answer` } : undefined,
  'arp.fail': (d) => ({ waited: ARP_RETRY, what: `${String(d['address'])} to answer` }),
};

/** `end` is where a span ends that nothing ended. */
export function spansOf(trace: Trace, index: ReadonlyMap<string, number>, end: Nanoseconds): SpanView[] {
  const spans: SpanView[] = offOf(trace, index, end);
  for (const { kind, node, time, detail } of trace.events([...Object.keys(WAITS), 'host.compute'])) {
    const machine = index.get(node);
    if (machine === undefined) continue;
    if (kind === 'host.compute') {
      const start = Number(detail!['start']);
      spans.push({
        kind: 'working',
        machine,
        start,
        end: start + Number(detail!['duration']),
        what: String(detail!['what']),
      });
      continue;
    }
    const wait = WAITS[kind]!(detail!);
    if (wait) spans.push({ kind: 'waiting', machine, start: time - wait.waited, end: time, what: wait.what });
  }
  return spans.sort((a, b) => a.end - b.end || a.start - b.start);
}

/** From being switched off to the restart. */
function offOf(trace: Trace, index: ReadonlyMap<string, number>, end: Nanoseconds): SpanView[] {
  const spans: SpanView[] = [];
  const since = new Map<number, number>();
  const close = (machine: number, until: Nanoseconds): void => {
    const start = since.get(machine);
    if (start === undefined) return;
    since.delete(machine);
    spans.push({ kind: 'off', machine, start, end: until, what: 'off' });
  };
  for (const { node, time, detail } of trace.events(['machine.power'])) {
    const machine = index.get(node);
    if (machine === undefined) continue;
    if (detail!['what'] === 'restart') close(machine, time);
    else if (!since.has(machine)) since.set(machine, time);
  }
  for (const machine of [...since.keys()]) close(machine, end);
  return spans;
}

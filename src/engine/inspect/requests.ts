/**
 * The rows of the waterfall: each request of the fetching client with its parts, read from its `fetch.*` events.
 */
import type { Detail } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import type { RequestView } from './view.ts';

type Part = RequestView['parts'][number];

interface Draft {
  target: string;
  parts: Part[];
  status: string;
  bytes: number;
}

export function requestsOf(trace: Trace): RequestView[] {
  const drafts = new Map<number, Draft>();
  const draft = (id: number): Draft => {
    let found = drafts.get(id);
    if (!found) {
      found = { target: '', parts: [], status: 'not finished', bytes: 0 };
      drafts.set(id, found);
    }
    return found;
  };
  const starts = new Map<string, number>();
  for (const { kind, time, detail } of trace.events([
    'fetch.look-up',
    'fetch.name',
    'fetch.connect',
    'fetch.connected',
    'fetch.request',
    'fetch.first-byte',
    'fetch.done',
    'fetch.failed',
  ])) {
    const d: Detail = detail!;
    const id = Number(d['request'] ?? 1);
    const one = draft(id);
    if (kind === 'fetch.name')
      one.parts.push({ name: 'Name', layer: 'dns', start: Number(d['start']), end: time });
    else if (kind === 'fetch.connect') starts.set(`connect ${id}`, time);
    else if (kind === 'fetch.connected')
      one.parts.push({ name: 'Connect', layer: 'transport', start: Number(d['start']), end: time });
    else if (kind === 'fetch.request') one.target = String(d['target']);
    else if (kind === 'fetch.first-byte') {
      one.parts.push({ name: 'Waiting', layer: 'http', start: Number(d['start']), end: time });
      one.status = String(d['status']);
      starts.set(`receive ${id}`, time);
    } else if (kind === 'fetch.done') {
      one.parts.push({
        name: 'Receiving',
        layer: 'http',
        start: starts.get(`receive ${id}`) ?? time,
        end: time,
      });
      one.bytes = Number(d['bytes']);
    } else if (kind === 'fetch.failed') fail(drafts, starts, String(d['code']), time);
  }
  return [...drafts.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, { target, parts, status, bytes }]) => ({ target: target || '/', parts, status, bytes }));
}

/** Marks what had not finished. */
function fail(
  drafts: ReadonlyMap<number, Draft>,
  starts: ReadonlyMap<string, number>,
  code: string,
  time: number,
): void {
  for (const [id, one] of drafts) {
    if (one.parts.some(({ name }) => name === 'Receiving')) continue;
    one.status = code;
    const connecting = starts.get(`connect ${id}`);
    const isConnected = one.parts.some(({ name }) => name === 'Connect');
    if (connecting !== undefined && !isConnected)
      one.parts.push({ name: 'Connect', layer: 'transport', start: connecting, end: time });
  }
}

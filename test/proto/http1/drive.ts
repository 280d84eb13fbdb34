/** Feeds machines with literal text and writes their events as short lines, for tests. */
import { concatBytes, fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import type { Http1Connection } from '../../../src/engine/proto/http1/connection.ts';
import type { HttpEvent } from '../../../src/engine/proto/http1/event.ts';

/** One line an event; neighbouring data events become one. */
export function lines(events: readonly HttpEvent[]): string[] {
  const out: string[] = [];
  for (const event of events) {
    const line = lineOf(event);
    if (line.startsWith('data ') && out.at(-1)?.startsWith('data ')) out[out.length - 1] += line.slice(5);
    else out.push(line);
  }
  return out;
}

function lineOf(event: HttpEvent): string {
  switch (event.kind) {
    case 'http1.request': {
      const { method, target, version, framing, length, persistent, fields } = event.request;
      const body = framing === 'length' ? `length ${length}` : framing;
      return `request ${method} ${target} ${version} ${body}${persistent ? '' : ' close'} [${fields
        .entries()
        .map((pair) => pair.join('='))
        .join('|')}]`;
    }
    case 'http1.response': {
      const { status, reason, version, framing, length, persistent } = event.response;
      const body = framing === 'length' ? `length ${length}` : framing;
      return `response ${status} ${reason} ${version} ${body}${persistent ? '' : ' close'}`;
    }
    case 'http1.data':
      return `data ${toLatin1(event.bytes)}`;
    case 'http1.end':
      return `end${event.trailers
        .entries()
        .map((pair) => ` ${pair.join('=')}`)
        .join('')}`;
    case 'http1.refused':
      return `refused ${event.fault.status} ${event.fault.error.name}: ${event.fault.message}`;
    default:
      return `${event.kind.slice(6)} ${Object.values(event.detail).join(' ')}`;
  }
}

/** Drains pollEvent(); more than a million events is a hang. */
export function drain(machine: Http1Connection): HttpEvent[] {
  const events: HttpEvent[] = [];
  for (let n = 0; n < 1_000_000; n++) {
    const event = machine.pollEvent();
    if (!event) return events;
    events.push(event);
  }
  throw new Error('pollEvent() does not end');
}

/** Gives `input` in pieces of `size` bytes, draining after each. `react` is called for every event. */
export function feed(
  machine: Http1Connection,
  input: string | Uint8Array,
  size = Number.POSITIVE_INFINITY,
  react?: (event: HttpEvent) => void,
): HttpEvent[] {
  const bytes = typeof input === 'string' ? fromLatin1(input) : input;
  const events: HttpEvent[] = [];
  const take = (): void => {
    // What the reaction says may let the machine go on: a response lets the next request in.
    for (let n = 0; n < 1_000_000; n++) {
      const more = machine.pollEvent();
      if (!more) return;
      events.push(more);
      react?.(more);
    }
  };
  let at = 0;
  for (let n = 0; at < bytes.length && n < 10_000_000; n++) {
    const count = Math.min(size, machine.room, bytes.length - at);
    if (count === 0) break;
    machine.receive(bytes.slice(at, at + count), 0);
    at += count;
    take();
  }
  return events;
}

/** Takes everything that the machine wants to send. */
export function sentText(machine: Http1Connection): string {
  const parts: Uint8Array[] = [];
  for (let n = 0; n < 1_000_000 && machine.outgoing.length > 0; n++) {
    parts.push(machine.outgoing.slice());
    machine.sent(machine.outgoing.length);
  }
  return toLatin1(concatBytes(parts));
}

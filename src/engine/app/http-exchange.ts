/**
 * HTTP/1.1 over a stream as a task: a request out, a response in, and what the other side of it does.
 */
import type { Bytes } from '../base/bytes.ts';
import { concatBytes } from '../base/bytes.ts';
import { NEVER } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { changed, changedBefore } from '../net/transport/tcp-socket.ts';
import type { Http1Client } from '../proto/http1/client.ts';
import type { Http1Connection } from '../proto/http1/connection.ts';
import type { HttpEvent, ResponseHead } from '../proto/http1/event.ts';
import { pump } from '../proto/http1/pump.ts';
import type { ByteStream } from '../proto/stream.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import { NONE } from '../trace/log.ts';

export interface HttpResponse {
  readonly head: ResponseHead;
  readonly body: Bytes;
}

/** A client may keep this much of one response. */
const MAX_BODY = 16 * 1024 * 1024;

/** Moves bytes and gives the machine's next event, waiting for the stream when nothing can move. */
export function* nextEvent(host: Host, machine: Http1Connection, stream: ByteStream): Task<HttpEvent> {
  for (;;) {
    const event = machine.pollEvent();
    if (event) {
      const id = host.record(event.kind, { peer: stream.peer, ...event.detail });
      if (id !== NONE) host.world.trace.cause = id;
      return event;
    }
    if (pump(machine, stream, host.world.now)) continue;
    const deadline = machine.pollTimeout();
    yield deadline === NEVER ? changed(stream) : changedBefore(host.world.kernel, stream, deadline);
    if (host.world.now >= deadline) machine.handleTimeout(host.world.now);
  }
}

/** Sends what the machine has to say, waiting for room when the stream is full. */
export function* flush(host: Host, machine: Http1Connection, stream: ByteStream): Task {
  while (machine.outgoing.length > 0 && stream.error === undefined) {
    if (!pump(machine, stream, host.world.now) && machine.outgoing.length > 0) yield changed(stream);
  }
  pump(machine, stream, host.world.now);
}

/** One GET on an open connection. `onFirstByte` is called when the head of the response is there. */
export function* get(
  host: Host,
  client: Http1Client,
  stream: ByteStream,
  authority: string,
  target: string,
  accept: string,
  onFirstByte: (head: ResponseHead) => void,
): Task<HttpResponse> {
  client.sendRequest({
    method: 'GET',
    target,
    fields: [
      ['Host', authority],
      ['User-Agent', 'Roundtrip/1.0'],
      ['Accept', accept],
    ],
  });
  client.sendEnd();
  host.because({ kind: 'http1.ask', detail: { peer: stream.peer, method: 'GET', target, authority } });
  yield* flush(host, client, stream);
  let head: ResponseHead | undefined;
  const parts: Bytes[] = [];
  let size = 0;
  for (;;) {
    const event = yield* nextEvent(host, client, stream);
    if (event.kind === 'http1.response') {
      if (event.response.status < 200) continue;
      head = event.response;
      onFirstByte(head);
    } else if (event.kind === 'http1.data') {
      size += event.bytes.length;
      if (size > MAX_BODY) throw new ProgramError('EMSGSIZE', 'the response is too large');
      parts.push(event.bytes);
    } else if (event.kind === 'http1.end' && head) {
      return { head, body: concatBytes(parts) };
    } else if (event.kind === 'http1.broken') {
      throw new ProgramError(stream.error ?? 'ECONNRESET', `${stream.peer} broke the connection`);
    } else if (event.kind === 'http1.closed' || event.kind === 'http1.refused') {
      throw new ProgramError(
        event.kind === 'http1.closed' ? 'ECONNRESET' : 'EPROTO',
        `${stream.peer}: no usable response`,
      );
    }
  }
}

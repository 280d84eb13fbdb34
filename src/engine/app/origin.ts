/**
 * An origin server: answers GET and HEAD from a table of resources, each with the work that it costs.
 */
import type { Bytes } from '../base/bytes.ts';
import { fromUtf8 } from '../base/bytes.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { TcpSocket } from '../net/transport/tcp-socket.ts';
import { changed } from '../net/transport/tcp-socket.ts';
import { Http1Server } from '../proto/http1/server.ts';
import type { Task } from '../sim/task.ts';
import { formatHttpDate } from '../wire/http-date.ts';
import { flush, nextEvent } from './http-exchange.ts';

export interface Resource {
  readonly type: string;
  readonly body: Bytes;
  /** Processor time before the response can begin. */
  readonly work: Nanoseconds;
  readonly cacheControl: string;
}

export interface Site {
  readonly server: string;
  readonly resources: ReadonlyMap<string, Resource>;
}

export const HTTP_PORT = 80;
const BACKLOG = 511;
/** nginx's defaults: `client_header_timeout` and `keepalive_timeout`. */
const HEAD_TIMEOUT: Nanoseconds = 60 * SECOND;
const IDLE_TIMEOUT: Nanoseconds = 75 * SECOND;

export function runOrigin(host: Host, site: Site, port = HTTP_PORT): void {
  host.onBoot(() => {
    const listener = host.tcp.listen(port, BACKLOG);
    host.run('http', accept());
    function* accept(): Task {
      try {
        for (;;) {
          const socket = yield* listener.accept();
          host.run(`http ${socket.peer}`, serve(host, site, socket));
        }
      } finally {
        listener.close();
      }
    }
  });
}

/** One connection until either side has had enough. */
function* serve(host: Host, site: Site, socket: TcpSocket): Task {
  const server = new Http1Server({ headTimeout: HEAD_TIMEOUT, idleTimeout: IDLE_TIMEOUT });
  let work: { target: string; method: string } | undefined;
  for (;;) {
    const event = yield* nextEvent(host, server, socket);
    if (event.kind === 'http1.request') work = { target: event.request.target, method: event.request.method };
    else if (event.kind === 'http1.end' && work) {
      yield* respond(host, site, server, socket, work.method, work.target);
      work = undefined;
    } else if (event.kind === 'http1.refused') {
      if (server.refuse(event.fault)) yield* flush(host, server, socket);
      else socket.abort();
      return;
    } else if (event.kind === 'http1.closed') {
      yield* flush(host, server, socket);
      if (socket.error === undefined) socket.close();
      return;
    } else if (event.kind === 'http1.broken') return;
  }
}

function* respond(
  host: Host,
  site: Site,
  server: Http1Server,
  socket: TcpSocket,
  method: string,
  target: string,
): Task {
  const path = target.split('?', 1)[0]!;
  const found = site.resources.get(path);
  const allowed = method === 'GET' || method === 'HEAD';
  const resource = found ?? NOT_FOUND;
  if (allowed) yield* host.compute(resource.work, `${method} ${path}`);
  const status = !allowed ? 405 : found ? 200 : 404;
  const body = allowed ? resource.body : fromUtf8('Only GET and HEAD are answered here.\n');
  const type = allowed ? resource.type : 'text/plain; charset=utf-8';
  server.sendResponse(status, [
    ['Date', formatHttpDate(host.world.seconds)],
    ['Server', site.server],
    ['Content-Type', type],
    ['Content-Length', String(body.length)],
    ['Cache-Control', allowed ? resource.cacheControl : 'no-store'],
    ...(allowed ? [] : [['Allow', 'GET, HEAD'] as const]),
  ]);
  host.because({
    kind: 'http1.answer',
    detail: { peer: socket.peer, status, target: path, length: body.length, type },
  });
  let sent = method === 'HEAD' ? body.length : 0;
  while (sent < body.length && socket.error === undefined) {
    sent += server.sendData(body.subarray(sent));
    yield* flush(host, server, socket);
    if (sent < body.length && server.writable === 0) yield changed(socket);
  }
  if (socket.error !== undefined) return;
  server.sendEnd();
  yield* flush(host, server, socket);
}

const NOT_FOUND: Resource = {
  type: 'text/plain; charset=utf-8',
  body: fromUtf8('Nothing here goes by that name.\n'),
  work: 100_000,
  cacheControl: 'no-store',
};

/**
 * A fetching client that times its phases: looks a name up, connects, asks, and fetches what the page names.
 *
 * It does of a browser's work what the network sees of it: one connection for the page, a second one when a second
 * resource is wanted at the same time, both closed when all is there. Left out: cookies, caches, redirects, parsing
 * beyond the two kinds of link that ChaiCart's page has, rendering.
 *
 * What happened is in the trace as `fetch.*` events; each request has a number.
 */
import { formatIp4, type Ip4, isIp4, parseIp4 } from '../base/address.ts';
import { toUtf8 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { formatIp } from '../base/ip.ts';
import { MILLISECOND, type Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { TcpSocket } from '../net/transport/tcp-socket.ts';
import { Http1Client } from '../proto/http1/client.ts';
import { ProgramError, type Running, type Task } from '../sim/task.ts';
import { get, type HttpResponse } from './http-exchange.ts';
import type { SystemResolver } from './system-resolver.ts';

/** Reading a small page and finding its links. */
const PARSE: Nanoseconds = MILLISECOND;
const MAX_RESOURCES = 16;

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** `http://name[:port]/path`. Throws {@link Malformed}. */
export function parseHttpUrl(text: string): Address {
  const found = /^http:\/\/([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(\/[^\s#]{0,2000})?$/.exec(text);
  if (!found || Number(found[2] ?? 80) > 65535)
    throw new Malformed(`not an http address: ${text.slice(0, 80)}`);
  return { host: found[1]!, port: Number(found[2] ?? 80), path: found[3] ?? '/' };
}

/** An open connection and its HTTP machine. */
interface Connection {
  readonly socket: TcpSocket;
  readonly client: Http1Client;
}

/** Loads the page at `url` and what it names. The failure of any step is recorded, and ends the visit. */
export function* visit(host: Host, resolver: SystemResolver, url: string): Task {
  const address = parseHttpUrl(url);
  host.because({ kind: 'fetch.start', detail: { url } });
  const open: Connection[] = [];
  const running: Running[] = [];
  try {
    const ip = yield* lookUp(host, resolver, address.host);
    const first = yield* connect(host, ip, address.port, 1);
    open.push(first);
    const page = yield* request(host, first, address, address.path, 1);
    yield* host.compute(PARSE, 'reading the page');
    const [menu, ...others] = linksOf(page);
    for (const [i, path] of others.slice(0, MAX_RESOURCES).entries())
      running.push(host.run(`fetch ${path}`, fetchOnNew(host, ip, address, path, i + 3, open)));
    if (menu) yield* request(host, first, address, menu, 2);
    for (const one of running) yield* one.join();
    host.because({ kind: 'fetch.loaded', detail: { url } });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    host.because({ kind: 'fetch.failed', detail: { url, code: error.code, message: error.message } });
  } finally {
    for (const one of running) one.cancel();
    for (const { socket } of open) socket.close();
  }
}

function* fetchOnNew(
  host: Host,
  ip: Ip4,
  address: Address,
  path: string,
  id: number,
  open: Connection[],
): Task {
  const connection = yield* connect(host, ip, address.port, id);
  open.push(connection);
  let isDone = false;
  try {
    yield* request(host, connection, address, path, id);
    isDone = true;
  } finally {
    // the visit may have ended while this one was still connecting: nobody else knows of it then
    if (!isDone) connection.socket.close();
  }
}

function* lookUp(host: Host, resolver: SystemResolver, name: string): Task<Ip4> {
  if (isIp4(name)) return parseIp4(name);
  const start = host.world.now;
  host.because({ kind: 'fetch.look-up', detail: { name } });
  try {
    const [ip] = yield* resolver.lookup(name, { family: 4 });
    host.because({ kind: 'fetch.name', detail: { name, address: formatIp(ip!), start } });
    return ip as Ip4;
  } catch (error) {
    if (error instanceof ProgramError)
      host.because({ kind: 'fetch.name', detail: { name, address: null, start, code: error.code } });
    throw error;
  }
}

function* connect(host: Host, ip: Ip4, port: number, id: number): Task<Connection> {
  const start = host.world.now;
  host.because({ kind: 'fetch.connect', detail: { request: id, to: `${formatIp4(ip)}:${port}` } });
  const socket = yield* host.tcp.connect(ip, port);
  host.because({ kind: 'fetch.connected', detail: { request: id, start, local: socket.localPort } });
  return { socket, client: new Http1Client() };
}

function* request(
  host: Host,
  { socket, client }: Connection,
  address: Address,
  path: string,
  id: number,
): Task<HttpResponse> {
  const start = host.world.now;
  const authority = address.port === 80 ? address.host : `${address.host}:${address.port}`;
  host.because({ kind: 'fetch.request', detail: { request: id, target: path, local: socket.localPort } });
  const accept = path.endsWith('.png')
    ? 'image/*'
    : path.endsWith('.json')
      ? 'application/json'
      : 'text/html';
  const response = yield* get(host, client, socket, authority, path, accept, (head) => {
    host.because({
      kind: 'fetch.first-byte',
      detail: { request: id, target: path, status: head.status, start },
    });
  });
  host.because({
    kind: 'fetch.done',
    detail: { request: id, target: path, status: response.head.status, bytes: response.body.length, start },
  });
  return response;
}

/** Data first, pictures after: the paths of the page's own preloads and images, in order of their kind. */
function linksOf(response: HttpResponse): string[] {
  if (!/^text\/html\b/.test(response.head.fields.get('Content-Type') ?? '')) return [];
  const html = toUtf8(response.body);
  const preloads = [...html.matchAll(/<link rel="preload" as="fetch" href="(\/[^"]{0,200})">/g)];
  const images = [...html.matchAll(/<img src="(\/[^"]{0,200})"/g)];
  return [...preloads, ...images].map(([, path]) => path!);
}

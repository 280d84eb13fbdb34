/**
 * A fetching client that times its phases: looks a name up, connects, asks, and fetches what the page names.
 *
 * It does of a browser's work what the network sees of it: one connection for the page, a second one when a second
 * resource is wanted at the same time, both closed when all is there. Where there are several addresses they race
 * (RFC 8305); later connections go to the one that won. A {@link Browser} keeps names between its visits. Left out:
 * cookies, other caches, redirects, parsing beyond the two kinds of link that ChaiCart's page has, rendering.
 *
 * What happened is in the trace as `fetch.*` events; each request has a number.
 */
import { toUtf8 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { formatEndpoint, formatIp, type Ip, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import { MILLISECOND, type Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { TcpSocket } from '../net/transport/tcp-socket.ts';
import { type CacheRow, livingRows } from '../proto/dns/cache.ts';
import { BrowserCache, type BrowserCacheOptions } from '../proto/dns/stub/browser-cache.ts';
import { Http1Client } from '../proto/http1/client.ts';
import { ProgramError, type Running, type Task } from '../sim/task.ts';
import { type ConnectOptions, connectByName } from './connect-by-name.ts';
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

/** `http://name[:port]/path`; an IPv6 address stands in brackets, and without them in what is returned. Throws {@link Malformed}. */
export function parseHttpUrl(text: string): Address {
  const [, written = '', port = '80', path = '/'] =
    /^http:\/\/([A-Za-z0-9.-]{1,253}|\[[\dA-Fa-f:.]{2,45}\])(?::(\d{1,5}))?(\/[^\s#]{0,2000})?$/.exec(text) ??
    [];
  const host = written.replace(/^\[|\]$/g, '');
  if (written === '' || (written !== host && isIP(host) !== 6) || Number(port) > 65535)
    throw new Malformed(`not an http address: ${text.slice(0, 80)}`);
  return { host, port: Number(port), path };
}

export interface BrowserOptions extends Omit<ConnectOptions, 'cache'> {
  /** Keeps names between visits, as browsers do. */
  readonly cache?: BrowserCacheOptions | true;
}

/** A browser on a host: what it remembers from one visit to the next. */
export class Browser {
  readonly host: Host;
  readonly resolver: SystemResolver;
  readonly cache: BrowserCache | undefined;
  readonly #options: ConnectOptions;

  constructor(host: Host, resolver: SystemResolver, { cache, ...options }: BrowserOptions = {}) {
    this.host = host;
    this.resolver = resolver;
    const names = cache && new BrowserCache(cache === true ? {} : cache);
    this.cache = names;
    this.#options = { ...options, ...(names && { cache: names }) };
    if (!names) return;
    const { programTables, world } = host;
    const before = programTables.get('dns') as (() => readonly CacheRow[]) | undefined;
    programTables.set('dns', () => livingRows([...(before?.() ?? []), ...names.rows(world.now)], world.now));
    let isRestart = false;
    host.onBoot(() => {
      if (isRestart) this.close();
      isRestart = true;
    });
  }

  /** Loads a page, see {@link visit}. */
  visit(url: string): Task {
    return visit(this.host, this.resolver, url, this.#options);
  }

  /** Puts an address into its memory as if a page had been loaded before, with the seconds that are left. */
  remember(name: string, left: number, address: string): void {
    this.cache?.store(name, [parseIp(address)], left, this.host.world.now);
    this.#recordEvents();
  }

  /** Closes the browser: it forgets. */
  close(): void {
    this.cache?.clear(this.host.world.now);
    this.#recordEvents();
  }

  #recordEvents(): void {
    for (let event = this.cache?.pollEvent(); event; event = this.cache?.pollEvent())
      this.host.because(event);
  }
}

/** An open connection and its HTTP machine. */
interface Connection {
  readonly socket: TcpSocket;
  readonly client: Http1Client;
}

/** Loads the page at `url` and what it names. The failure of any step is recorded, and ends the visit. */
export function* visit(
  host: Host,
  resolver: SystemResolver,
  url: string,
  options: ConnectOptions = {},
): Task {
  const address = parseHttpUrl(url);
  host.because({ kind: 'fetch.start', detail: { url } });
  const open: Connection[] = [];
  const running: Running[] = [];
  try {
    const first = yield* connectFirst(host, resolver, address, options);
    open.push(first);
    const ip = first.socket.remote;
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
  ip: Ip,
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

/** The first connection: the name is looked up for it, and its addresses may race. */
function* connectFirst(
  host: Host,
  resolver: SystemResolver,
  { host: name, port }: Address,
  options: ConnectOptions,
): Task<Connection> {
  if (isIP(name) !== 0) return yield* connect(host, parseIp(name), port, 1);
  const start = host.world.now;
  host.because({ kind: 'fetch.look-up', detail: { name } });
  let connecting: { readonly since: Nanoseconds } | undefined;
  const onAddress = (ip: Ip): void => {
    host.because({ kind: 'fetch.name', detail: { name, address: formatIp(ip), start } });
    const to = formatEndpoint(ip, port);
    host.because({ kind: 'fetch.connect', detail: { request: 1, to } });
    connecting = { since: host.world.now };
  };
  try {
    const socket = yield* connectByName(host, resolver, name, port, options, { onAddress });
    return connected(host, socket, connecting!.since, 1);
  } catch (error) {
    if (error instanceof ProgramError && !connecting)
      host.because({ kind: 'fetch.name', detail: { name, address: null, start, code: error.code } });
    throw error;
  }
}

function* connect(host: Host, ip: Ip, port: number, id: number): Task<Connection> {
  const start = host.world.now;
  host.because({ kind: 'fetch.connect', detail: { request: id, to: formatEndpoint(ip, port) } });
  return connected(host, yield* host.tcp.connect(ip, port), start, id);
}

function connected(host: Host, socket: TcpSocket, start: Nanoseconds, id: number): Connection {
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
  const name = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  const authority = address.port === 80 ? name : `${name}:${address.port}`;
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

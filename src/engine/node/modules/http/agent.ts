/**
 * `http.Agent`: keeps connections by host and port, lends them to requests, and queues requests when it has no more.
 *
 * RFC 9112 §9.3, §9.4. A connection that is free waits for the next request until its timeout, or a second less than the
 * server said in Keep-Alive. Bytes that come to a free connection belong to no request: it is closed.
 */
import type { ClientRequestArgs, AgentOptions as NodeAgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { isIP } from '../../../base/is-ip.ts';
import { checkNumber, checkOneOf, checkString } from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import { net } from '../net/net.ts';
import { packages } from '../packages.ts';
import type { ClientRequest } from './client.ts';
import { type HttpSocket, httpSocket } from './socket.ts';

/** As they come, and with what is asked for each connection: looked at where they count. */
export type AgentOptions = Record<string, unknown>;
type Pool = Record<string, HttpSocket[]>;
type Created = (error: Error | null | undefined, socket?: HttpSocket) => void;
type OnConnection = (error: Error | null, stream: Duplex) => void;

const MAX_FREE_SOCKETS = 256;
const KEEP_ALIVE_MS = 1000;
const TIMEOUT_BUFFER_MS = 1000;

export type Agent = InstanceType<ReturnType<typeof httpAgent>['Agent']>;

export function httpAgent(node: NodeProcess) {
  const { events } = node.load(packages);
  const netModule = node.load(net);
  /** What a queued request asked for, for a connection of its own later. */
  const asked = new WeakMap<object, AgentOptions>();
  /** Takes the guard off a free connection. */
  const guards = new WeakMap<HttpSocket, () => void>();

  class Agent extends events.EventEmitter {
    static defaultMaxSockets = Number.POSITIVE_INFINITY;

    readonly options: AgentOptions;
    readonly defaultPort: number;
    readonly protocol: string;
    readonly requests: Record<string, ClientRequest[]> = Object.create(null);
    readonly sockets: Pool = Object.create(null);
    readonly freeSockets: Pool = Object.create(null);
    keepAliveMsecs: number;
    keepAlive: boolean;
    maxSockets: number;
    maxFreeSockets: number;
    scheduling: 'fifo' | 'lifo';
    maxTotalSockets: number;
    totalSocketCount = 0;
    agentKeepAliveTimeoutBuffer: number;

    constructor(options?: NodeAgentOptions) {
      super();
      const given: AgentOptions = Object.assign(Object.create(null), options);
      this.options = given;
      this.defaultPort = (given['defaultPort'] as number) || 80;
      this.protocol = (given['protocol'] as string) || 'http:';
      if (given['noDelay'] === undefined) given['noDelay'] = true;
      // a request's path is no path of a Unix socket
      given['path'] = null;
      this.keepAliveMsecs = (given['keepAliveMsecs'] as number) || KEEP_ALIVE_MS;
      this.keepAlive = (given['keepAlive'] as boolean) || false;
      this.maxSockets = (given['maxSockets'] as number) || Agent.defaultMaxSockets;
      this.maxFreeSockets = (given['maxFreeSockets'] as number) || MAX_FREE_SOCKETS;
      const scheduling = given['scheduling'] || 'lifo';
      const buffer = given['agentKeepAliveTimeoutBuffer'];
      this.agentKeepAliveTimeoutBuffer =
        typeof buffer === 'number' && buffer >= 0 && Number.isFinite(buffer) ? buffer : TIMEOUT_BUFFER_MS;
      checkOneOf(scheduling, 'scheduling', ['fifo', 'lifo'] as const);
      this.scheduling = scheduling;
      const total = given['maxTotalSockets'];
      if (total !== undefined) checkNumber(total, 'maxTotalSockets', 1);
      this.maxTotalSockets = total ?? Number.POSITIVE_INFINITY;
      this.on('free', (socket: HttpSocket, of: AgentOptions) => this.#onFree(socket, of));
    }

    // ── names and connections

    /** For agents of programs' own to say otherwise: theirs may also hand the connection to `done` later. */
    createConnection(options: ClientRequestArgs, done?: OnConnection): Duplex | null | undefined;
    createConnection(...args: unknown[]): Duplex {
      return netModule.createConnection(...args);
    }

    /** What connections are kept under: `host:port:localAddress`. */
    getName(options: AgentOptions = {}): string {
      const { host, port, localAddress, family, socketPath } = options as Record<string, string | number>;
      let name = `${host || 'localhost'}:${port || ''}:${localAddress || ''}`;
      if (family === 4 || family === 6) name += `:${family}`;
      if (socketPath) name += `:${socketPath}`;
      return name;
    }

    /** The agent's options go before a request's. */
    #merged(req: ClientRequest, options: AgentOptions): AgentOptions {
      const merged: AgentOptions = Object.assign(Object.create(null), options, this.options);
      if (merged['socketPath']) merged['path'] = merged['socketPath'];
      if (!merged['servername'] && merged['servername'] !== '')
        merged['servername'] = serverName(merged['host'] as string, req.getHeader('host'));
      return merged;
    }

    addRequest(
      req: ClientRequest,
      options: AgentOptions | string,
      port?: number,
      localAddress?: string,
    ): void {
      const given = typeof options === 'string' ? { host: options, port, localAddress } : options;
      const merged = this.#merged(req, given);
      const name = this.getName(merged);
      this.sockets[name] ??= [];
      const free = this.#takeFree(name);
      const count = (this.freeSockets[name]?.length ?? 0) + this.sockets[name].length;
      if (free) {
        const { highWaterMark } = merged as { highWaterMark?: number };
        if (highWaterMark != null) free._writableState.highWaterMark = highWaterMark;
        this.reuseSocket(free, req);
        this.#lend(req, free);
        this.sockets[name].push(free);
      } else if (count < this.maxSockets && this.totalSocketCount < this.maxTotalSockets) {
        this.createSocket(req, merged, (error, socket) => {
          if (error) req.onSocket(socket, error);
          else this.#lend(req, socket!);
        });
      } else {
        this.requests[name] ??= [];
        asked.set(req, merged);
        this.requests[name].push(req);
      }
    }

    #takeFree(name: string): HttpSocket | undefined {
      const free = this.freeSockets[name];
      if (!free) return undefined;
      while (free[0]?.destroyed) free.shift();
      const socket = this.scheduling === 'fifo' ? free.shift() : free.pop();
      if (free.length === 0) delete this.freeSockets[name];
      return socket;
    }

    #lend(req: ClientRequest, socket: HttpSocket): void {
      req.onSocket(socket);
      const own = (this.options['timeout'] as number) || 0;
      if (req.timeout !== undefined && req.timeout !== own) socket.setTimeout?.(req.timeout);
    }

    createSocket(req: ClientRequest, options: AgentOptions, created: Created): void {
      const merged = this.#merged(req, options);
      const timeout = req.timeout || this.options['timeout'] || undefined;
      if (timeout) merged['timeout'] = timeout;
      const name = this.getName(merged);
      merged['_agentKey'] = name;
      merged['encoding'] = null;
      let isCreated = false;
      const oncreate: OnConnection = (error, stream) => {
        if (isCreated) return;
        isCreated = true;
        if (error) {
          created(error);
          return;
        }
        const socket = httpSocket(stream);
        this.sockets[name] ??= [];
        this.sockets[name].push(socket);
        this.totalSocketCount += 1;
        this.#watch(socket, merged);
        created(null, socket);
      };
      if (this.keepAlive) {
        merged['keepAlive'] = this.keepAlive;
        merged['keepAliveInitialDelay'] = this.keepAliveMsecs;
      }
      const socket = this.createConnection(merged, oncreate);
      if (socket) oncreate(null, socket);
    }

    #watch(socket: HttpSocket, options: AgentOptions): void {
      const onFree = (): void => void this.emit('free', socket, options);
      const onClose = (): void => {
        this.totalSocketCount -= 1;
        this.removeSocket(socket, options);
      };
      const onTimeout = (): void => {
        if (Object.values(this.freeSockets).some((free) => free.includes(socket))) socket.destroy();
      };
      const onRemove = (): void => {
        this.totalSocketCount -= 1;
        this.removeSocket(socket, options);
        socket.removeListener('close', onClose);
        socket.removeListener('free', onFree);
        socket.removeListener('timeout', onTimeout);
        socket.removeListener('agentRemove', onRemove);
      };
      socket.on('free', onFree);
      socket.on('close', onClose);
      socket.on('timeout', onTimeout);
      socket.on('agentRemove', onRemove);
    }

    // ── when one is free

    #onFree(socket: HttpSocket, options: AgentOptions): void {
      const name = this.getName(options);
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      const waiting = this.requests[name];
      const next = waiting?.shift();
      if (waiting && next) {
        this.#lend(next, socket);
        if (waiting.length === 0) delete this.requests[name];
        return;
      }
      const req = socket._httpMessage as ClientRequest | null | undefined;
      if (!req?.shouldKeepAlive || !this.keepAlive || !this.#hasRoom(name) || !this.keepSocketAlive(socket)) {
        socket.destroy();
        return;
      }
      const free = this.freeSockets[name] ?? [];
      this.freeSockets[name] = free;
      socket._httpMessage = null;
      this.removeSocket(socket, options);
      socket.once('error', onFreeError);
      guard(socket);
      free.push(socket);
    }

    #hasRoom(name: string): boolean {
      const free = this.freeSockets[name]?.length ?? 0;
      const count = free + (this.sockets[name]?.length ?? 0);
      return (
        this.totalSocketCount <= this.maxTotalSockets &&
        count <= this.maxSockets &&
        free < this.maxFreeSockets
      );
    }

    /** Takes a connection off the lists; a request that waits may have a new one. */
    removeSocket(socket: HttpSocket, options: AgentOptions): void {
      const name = this.getName(options);
      takeOut(this.sockets, name, socket);
      if (!socket.writable) takeOut(this.freeSockets, name, socket);
      const [req, of] = this.#waiting(name, options);
      if (!req || !of) return;
      this.createSocket(req, of, (error, created) => {
        if (error) req.onSocket(null, error);
        else created!.emit('free');
      });
    }

    #waiting(name: string, options: AgentOptions): [ClientRequest | undefined, AgentOptions | undefined] {
      const here = this.requests[name]?.[0];
      if (here) return [here, options];
      const other = Object.keys(this.requests)[0];
      if (other === undefined || this.sockets[other]?.length) return [undefined, undefined];
      const req = this.requests[other]![0]!;
      const of = asked.get(req);
      asked.delete(req);
      return [req, of];
    }

    /** Prepares a connection that becomes free; false when it may not be kept. */
    keepSocketAlive(socket: HttpSocket): boolean {
      socket.setKeepAlive?.(true, this.keepAliveMsecs);
      socket.unref?.();
      let timeout = (this.options['timeout'] as number) || 0;
      let mayStay = true;
      const { res } = socket._httpMessage as ClientRequest;
      const hint = /^timeout=(\d+)/.exec(String(res?.headers['keep-alive'] ?? ''))?.[1];
      if (hint) {
        // the server's count runs already
        const left = Math.max(Number(hint) * 1000 - this.agentKeepAliveTimeoutBuffer, 0);
        if (left === 0) mayStay = false;
        else if (left < timeout) timeout = left;
      }
      if (socket.timeout !== timeout) socket.setTimeout?.(timeout);
      return mayStay;
    }

    reuseSocket(socket: HttpSocket, req: ClientRequest): void {
      socket.removeListener('error', onFreeError);
      guards.get(socket)?.();
      req.reusedSocket = true;
      socket.ref?.();
    }

    destroy(): void {
      for (const pool of [this.freeSockets, this.sockets])
        for (const sockets of Object.values(pool)) for (const socket of [...sockets]) socket.destroy();
    }
  }

  function onFreeError(this: HttpSocket): void {
    this.destroy();
    this.emit('agentRemove');
  }

  /** What comes to a free connection would be taken for the next request's answer. */
  function guard(socket: HttpSocket): void {
    if (socket.readableLength > 0) {
      socket.destroy();
      return;
    }
    if (socket.connecting) {
      const onConnect = (): void => guard(socket);
      socket.once('connect', onConnect);
      guards.set(socket, () => void socket.removeListener('connect', onConnect));
      return;
    }
    const onData = (): void => void socket.destroy();
    socket.on('data', onData);
    socket.resume();
    guards.set(socket, () => {
      socket.removeListener('data', onData);
      guards.delete(socket);
    });
  }

  const Callable = callable(Agent);
  const standing = {
    globalAgent: new Callable({ keepAlive: true, scheduling: 'lifo', timeout: 5000, proxyEnv: undefined }),
  };

  return { Agent: Callable, standing };
}

function takeOut(pool: Pool, name: string, socket: HttpSocket): void {
  const sockets = pool[name];
  const at = sockets?.indexOf(socket) ?? -1;
  if (!sockets || at < 0) return;
  sockets.splice(at, 1);
  if (sockets.length === 0) delete pool[name];
}

/** The name that TLS would ask for: of the Host field, else of the options; none for an address. */
function serverName(host: string | undefined, hostHeader: unknown): string | undefined {
  let name = host;
  if (hostHeader) {
    checkString(hostHeader, 'options.headers.host');
    const bracketed = /^\[([^\]]*)\]/.exec(hostHeader);
    if (bracketed) name = bracketed[1];
    else name = hostHeader.startsWith('[') ? hostHeader : hostHeader.split(':', 1)[0];
  }
  return isIP(String(name)) ? '' : name;
}

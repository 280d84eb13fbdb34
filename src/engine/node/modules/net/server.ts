/**
 * `net.Server`: listens on an address and a port, and makes a socket of each connection.
 */
import { isLinkLocal6, isV4, parseIp } from '../../../base/ip.ts';
import { checkAbortSignal, checkNumber, checkPort, invalidType, invalidValue } from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SocketName } from '../../socket-address.ts';
import { codedError, wordyError } from '../../system-error.ts';
import { TcpHandle } from '../../tcp-handle.ts';
import { dnsModule } from '../dns/dns.ts';
import { REJECTION } from '../emitter.ts';
import { packages } from '../packages.ts';
import { netAddress } from './address.ts';
import {
  countOf,
  isPath,
  noDescriptors,
  noUnixSockets,
  type Options,
  readArguments,
  wholeSeconds,
} from './arguments.ts';
import { netBound } from './bound.ts';
import { type NetSocket, netSocket } from './socket.ts';

/** What Node asks for when a program does not say; Linux makes 512 of it. */
const BACKLOG = 511;

/** The rest of `listen`'s options, where it listens aside. */
interface Listening {
  readonly port: number;
  readonly backlog: number;
  readonly isV6Only: boolean;
  readonly isShared: boolean;
}

type Listener = (...args: unknown[]) => void;

export type NetServer = InstanceType<ReturnType<typeof netServer>>;

export function netServer(node: NodeProcess) {
  const { events, stream } = node.load(packages);
  const Socket = node.load(netSocket);
  const BoundSocket = node.load(netBound);
  const { BlockList } = node.load(netAddress);

  class Server extends events.EventEmitter {
    _connections = 0;
    allowHalfOpen: boolean;
    pauseOnConnect: boolean;
    noDelay: boolean;
    keepAlive: boolean;
    /** Seconds. */
    keepAliveInitialDelay: number;
    highWaterMark: number;
    /** Undefined for as many as come. */
    declare maxConnections: number;
    /** Only Node's types have it still: Node itself does not. */
    declare readonly connections: number;
    declare blockList?: InstanceType<typeof BlockList>;
    #handle: TcpHandle | null = null;
    #isRef = true;
    /** Changes with each call, so that a name that is found too late is for nobody. */
    #listening = 0;

    constructor(options?: unknown, connectionListener?: unknown) {
      super();
      const listener = typeof options === 'function' ? options : connectionListener;
      if (typeof options !== 'function' && typeof (options ?? {}) !== 'object')
        throw invalidType('options', 'Object', options);
      const given: Options = typeof options === 'function' ? {} : { ...(options as Options | null) };
      if (typeof listener === 'function') this.on('connection', listener as Listener);
      this.allowHalfOpen = Boolean(given['allowHalfOpen']);
      this.pauseOnConnect = Boolean(given['pauseOnConnect']);
      this.noDelay = Boolean(given['noDelay']);
      this.keepAlive = Boolean(given['keepAlive']);
      this.keepAliveInitialDelay = wholeSeconds(atLeastZero(given, 'keepAliveInitialDelay', 0));
      this.highWaterMark = atLeastZero(given, 'highWaterMark', stream.getDefaultHighWaterMark(false))!;
      const { blockList } = given;
      if (!blockList) return;
      if (!BlockList.isBlockList(blockList))
        throw invalidType('options.blockList', 'net.BlockList', blockList);
      this.blockList = blockList;
    }

    get _handle(): TcpHandle | null {
      return this.#handle;
    }

    // ── listening

    listen(...args: unknown[]): this {
      const { options, callback } = readArguments(args);
      if (this.#handle)
        throw codedError(
          Error,
          'ERR_SERVER_ALREADY_LISTEN',
          'Listen method has been called more than once without closing.',
        );
      if (callback) this.once('listening', callback);
      this.#listening += 1;
      const bound = options instanceof BoundSocket ? options : options['handle'];
      if (bound instanceof BoundSocket) {
        const backlog = countOf(args[1]) || countOf(args[2]) || BACKLOG;
        this.#listenOn(BoundSocket.adopt(bound), undefined, backlog, -1);
        return this;
      }
      this.#listenToSignal(options['signal']);
      const { fd, path } = options;
      if (typeof fd === 'number' && fd >= 0) throw noDescriptors(fd);
      const port = portOf(args, options);
      if (typeof port !== 'number' && typeof port !== 'string') {
        if (isPath(path)) throw noUnixSockets(path);
        throw 'port' in options || 'path' in options
          ? invalidValue('options', options)
          : invalidValue('options', options, 'must have the property "port" or "path"');
      }
      const backlog = options['backlog'] || countOf(args[1]) || countOf(args[2]) || BACKLOG;
      const listening = {
        port: checkPort(port, 'options.port'),
        backlog: backlog as number,
        isV6Only: options['ipv6Only'] === true,
        isShared: options['reusePort'] === true,
      };
      if (options['host']) this.#lookupAndListen(options['host'], listening);
      else this.#listenAt(undefined, listening);
      return this;
    }

    #listenToSignal(signal: unknown): void {
      checkAbortSignal(signal, 'options.signal');
      if (signal === undefined) return;
      const close = (): void => void this.close();
      if (signal.aborted) node.nextTick(close);
      else {
        signal.addEventListener('abort', close, { once: true });
        this.once('close', () => signal.removeEventListener('abort', close));
      }
    }

    #lookupAndListen(host: unknown, listening: Listening): void {
      const asked = this.#listening;
      const { lookup } = node.load(dnsModule);
      lookup(host as string, { all: true }, (error: Error | null, found: readonly { address: string }[]) => {
        if (asked !== this.#listening) return;
        if (error) this.emit('error', error);
        // a link-local address would need an interface: others first
        else
          this.#listenAt(
            (found.find(({ address }) => !isLinkLocal(address)) ?? found[0])?.address,
            listening,
          );
      });
    }

    /** At every address of both families when `address` is undefined. */
    #listenAt(address: string | undefined, { port, backlog, isV6Only, isShared }: Listening): void {
      const handle = new TcpHandle(node);
      // no kernel here shares a port out among several who listen: Node's word where that is so
      const problem = isShared ? 'ENOTSUP' : handle.bind(address ?? '::', port, isV6Only);
      if (problem === undefined) this.#listenOn(handle, address ?? '::', backlog, port);
      else this.#refused(problem, address ?? '::', port);
    }

    #refused(code: string, address: string | undefined, port: number): void {
      const error = wordyError(code, 'listen', address, port);
      node.nextTick(() => this.emit('error', error));
    }

    #listenOn(handle: TcpHandle, address: string | undefined, backlog: number, port: number): void {
      const code = handle.listen(backlog);
      if (code !== undefined) {
        handle.close();
        this.#refused(code, address, port);
        return;
      }
      this.#handle = handle;
      handle.onConnection = (client) => this.#connected(client);
      if (!this.#isRef) handle.unref();
      node.nextTick(() => {
        if (this.#handle) this.emit('listening');
      });
    }

    get listening(): boolean {
      return this.#handle !== null;
    }

    address(): SocketName | null {
      return this.#handle?.sockname() ?? null;
    }

    // ── connections

    #connected(handle: TcpHandle): void {
      const most: number | null | undefined = this.maxConnections;
      if (most !== undefined && most !== null && this._connections >= most) {
        this.emit('drop', endsOf(handle));
        handle.close();
        return;
      }
      const remote = handle.peername();
      if (remote && this.blockList?.check(remote.address, remote.family.toLowerCase())) {
        handle.close();
        return;
      }
      const socket = new Socket({
        handle,
        allowHalfOpen: this.allowHalfOpen,
        pauseOnCreate: this.pauseOnConnect,
        readable: true,
        writable: true,
        readableHighWaterMark: this.highWaterMark,
        writableHighWaterMark: this.highWaterMark,
      });
      if (this.noDelay) socket.setNoDelay(true);
      if (this.keepAlive) socket.setKeepAlive(true, this.keepAliveInitialDelay * 1000);
      this._connections += 1;
      socket.server = this;
      socket._server = this;
      this.emit('connection', socket);
    }

    /** What an asynchronous listener was rejected with, where emitters look after that. */
    override [REJECTION](error: Error, event: string, ...args: unknown[]): void {
      if (event === 'connection') (args[0] as NetSocket | undefined)?.destroy(error);
      else this.emit('error', error);
    }

    getConnections(callback: (error: Error | null, count: number) => void): this {
      const count = this._connections;
      node.nextTick(() => callback(null, count));
      return this;
    }

    // ── its end

    close(callback?: (error?: Error) => void): this {
      this.#listening += 1;
      const isRunning = this.#handle !== null;
      if (typeof callback === 'function')
        this.once('close', () => (isRunning ? callback() : callback(notRunning())));
      this.#handle?.close();
      this.#handle = null;
      this._emitCloseIfDrained();
      return this;
    }

    async [Symbol.asyncDispose](): Promise<void> {
      if (!this.#handle) return;
      await new Promise<void>((resolve, reject) =>
        this.close((error) => (error ? reject(error) : resolve())),
      );
    }

    _emitCloseIfDrained(): void {
      if (this.#handle || this._connections > 0) return;
      node.nextTick(() => this.emit('close'));
    }

    ref(): this {
      this.#isRef = true;
      this.#handle?.ref();
      return this;
    }

    unref(): this {
      this.#isRef = false;
      this.#handle?.unref();
      return this;
    }
  }

  return callable(Server);
}

/** A number from zero on: `fallback` for what is less, and when nothing is said. */
function atLeastZero(options: Options, name: string, fallback: number): number {
  const value = options[name];
  if (value === undefined) return fallback;
  checkNumber(value, `options.${name}`);
  return value < 0 ? fallback : value;
}

/** Any port for those who name none: `listen()`, `listen(callback)`, `listen(null)`, `listen({ port: undefined })`. */
function portOf(args: readonly unknown[], options: Options): unknown {
  const isUnsaid = args.length === 0 || typeof args[0] === 'function' || options['port'] === null;
  return isUnsaid || ('port' in options && options['port'] === undefined) ? 0 : options['port'];
}

function isLinkLocal(address: string): boolean {
  const ip = parseIp(address.replace(/%.*/, ''));
  return !isV4(ip) && isLinkLocal6(ip);
}

/** Both ends of a connection that is turned away. */
function endsOf(handle: TcpHandle): Record<string, unknown> {
  const local = handle.sockname();
  const remote = handle.peername();
  return Object.assign(Object.create(null), {
    localAddress: local?.address,
    localPort: local?.port,
    localFamily: local?.family,
    remoteAddress: remote?.address,
    remotePort: remote?.port,
    remoteFamily: remote?.family,
  });
}

function notRunning(): Error {
  return codedError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.');
}

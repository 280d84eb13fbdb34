/**
 * `http.ClientRequest`: one request, from its options to the connection that it gets.
 *
 * What happens on that connection lies in client-socket.ts, which connection it is in agent.ts. RFC 9110 §7.2, §10.1.1;
 * RFC 9112 §3.2.
 */

import type { ClientRequestArgs, IncomingMessage as NodeIncoming } from 'node:http';
import type { Duplex } from 'node:stream';
import { isToken } from '../../../wire/http1.ts';
import { checkBoolean, checkInteger, checkString, invalidType } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { timeoutMs } from '../net/arguments.ts';
import { net } from '../net/net.ts';
import { packages } from '../packages.ts';
import { type Agent, httpAgent } from './agent.ts';
import { clientSockets } from './client-socket.ts';
import { headersSent, invalidToken, reset, unescapedPath } from './errors.ts';
import type { IncomingMessage } from './incoming.ts';
import { httpOutgoing, uniqueHeaders } from './outgoing.ts';
import { checkValidation } from './server.ts';
import { type HttpSocket, httpSocket, type Listener, NOTHING } from './socket.ts';
import type { HttpValidation, SocketParser } from './socket-parser.ts';

/** As they come: what they are is looked at when a request is made of them. */
type RequestOptions = Record<string, unknown>;
type Input = string | URL | ClientRequestArgs;
type OnResponse = (res: NodeIncoming) => void;

/** Methods that are sent without a body unless one is written. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

export type ClientRequest = InstanceType<ReturnType<typeof clientRequest>>;

export function clientRequest(node: NodeProcess) {
  const { stream, buffer } = node.load(packages);
  const { OutgoingMessage } = node.load(httpOutgoing);
  const { standing } = node.load(httpAgent);
  const netModule = node.load(net);
  const sockets = node.load(clientSockets);

  class ClientRequest extends OutgoingMessage {
    override agent: Agent | undefined;
    socketPath: string | undefined;
    declare timeout: number | undefined;
    method: string;
    maxHeaderSize: number | undefined;
    override insecureHTTPParser: boolean | undefined;
    override httpValidation: HttpValidation | undefined;
    joinDuplicateHeaders: boolean | undefined;
    res: IncomingMessage | null = null;
    aborted = false;
    timeoutCb: Listener | null = null;
    upgradeOrConnect = false;
    parser: SocketParser | null = null;
    maxHeadersCount: number = NOTHING;
    reusedSocket = false;
    host: string;
    protocol: string;
    /** The answer is through. */
    _ended = false;
    #path: string;
    /** What it was destroyed with before it had a connection. */
    _error: Error | undefined;

    constructor(input: Input, options?: ClientRequestArgs | OnResponse, callback?: OnResponse) {
      super();
      const [given, listener] = readArguments(input, options, callback);
      if (given['highWaterMark'] != null) this._highWaterMark = given['highWaterMark'] as number;
      const defaultAgent = (given['_defaultAgent'] as Agent | undefined) ?? standing.globalAgent;
      this.agent = agentOf(given, defaultAgent);
      this.protocol = (given['protocol'] as string) || defaultAgent.protocol;
      if (given['path'] && isBadPath(String(given['path']))) throw unescapedPath();
      const expected = this.agent?.protocol || defaultAgent.protocol;
      if (this.protocol !== expected)
        throw codedError(
          TypeError,
          'ERR_INVALID_PROTOCOL',
          `Protocol "${this.protocol}" not supported. Expected "${expected}"`,
        );
      const defaultPort = given['defaultPort'] || this.agent?.defaultPort;
      const own: RequestOptions = Object.assign(Object.create(null), given);
      own['port'] = given['port'] || defaultPort || 80;
      this.host = checkHost(given['hostname'], 'hostname') || checkHost(given['host'], 'host') || 'localhost';
      own['host'] = this.host;
      const isBare = given['setDefaultHeaders'] === false;
      this._removedConnection = this._removedContLen = this._removedTE = isBare;
      this.socketPath = given['socketPath'] as string | undefined;
      if (given['timeout'] !== undefined) this.timeout = timeoutMs(node, given['timeout'], 'timeout');
      if (given['signal']) {
        stream.addAbortSignal(given['signal'] as AbortSignal, this as never);
        delete own['signal'];
      }
      this.method = methodOf(given['method']);
      this.maxHeaderSize = given['maxHeaderSize'] as number | undefined;
      this.insecureHTTPParser = given['insecureHTTPParser'] as boolean | undefined;
      this.httpValidation = given['httpValidation'] as HttpValidation | undefined;
      this.joinDuplicateHeaders = given['joinDuplicateHeaders'] as boolean | undefined;
      checkParsing(given);
      this.#path = String(given['path'] || '/');
      if (listener) this.once('response', listener);
      this.useChunkedEncodingByDefault = !BODILESS.has(this.method);
      if (this.agent) {
        // kept open only if somebody could use it again
        this.shouldKeepAlive = this.agent.keepAlive || Number.isFinite(this.agent.maxSockets);
        this._last = !this.shouldKeepAlive;
      }
      this.#setFields(given, own['port'] as number | string, defaultPort as number | undefined, isBare);
      this._uniqueHeaders = uniqueHeaders(given['uniqueHeaders']);
      if (this.agent) this.agent.addRequest(this, own);
      else this.#connect(own);
    }

    #setFields(
      given: RequestOptions,
      port: number | string,
      defaultPort: number | undefined,
      isBare: boolean,
    ): void {
      const { headers, auth } = given;
      if (Array.isArray(headers)) {
        this._storeHeader(this.#line(), headers);
        return;
      }
      for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value);
      const setsHost = given['setHost'] === undefined ? !isBare : Boolean(given['setHost']);
      if (!this.getHeader('host') && setsHost) {
        const authority =
          this.method === 'CONNECT' && given['path'] ? this.path : hostField(this.host, port, defaultPort);
        this.setHeader('Host', authority);
      }
      if (auth && !this.getHeader('Authorization'))
        this.setHeader('Authorization', `Basic ${buffer.Buffer.from(auth as string).toString('base64')}`);
      if (this.getHeader('expect')) this._storeHeader(this.#line(), this._outHeaders);
    }

    /** Without an agent: a connection for this request alone. */
    #connect(given: RequestOptions): void {
      this._last = true;
      this.shouldKeepAlive = false;
      const options: RequestOptions = { ...given };
      if (options['socketPath']) options['path'] = options['socketPath'];
      else if (options['path']) options['path'] = undefined;
      const { createConnection } = options;
      if (typeof createConnection !== 'function') {
        this.onSocket(netModule.createConnection(options));
        return;
      }
      let isCreated = false;
      const oncreate = (error: unknown, socket?: Duplex): void => {
        if (isCreated) return;
        isCreated = true;
        if (error) node.nextTick(() => this.emit('error', error));
        else this.onSocket(socket);
      };
      try {
        const socket = createConnection(options, oncreate) as Duplex | null | undefined;
        if (socket) oncreate(null, socket);
      } catch (error) {
        oncreate(error);
      }
    }

    get path(): string {
      return this.#path;
    }

    set path(path: unknown) {
      const text = String(path);
      if (isBadPath(text)) throw unescapedPath();
      this.#path = text;
    }

    #line(): string {
      return `${this.method} ${this.#path} HTTP/1.1\r\n`;
    }

    override _implicitHeader(): void {
      if (this._header) throw headersSent('render');
      this._storeHeader(this.#line(), this._outHeaders);
    }

    // ── its end before its end

    abort(): void {
      if (this.aborted) return;
      this.aborted = true;
      node.nextTick(() => this.emit('abort'));
      this.destroy();
    }

    override destroy(error?: Error): this {
      if (this.destroyed) return this;
      this.destroyed = true;
      this.res?._dump();
      // all was sent and all has come: nothing is left to cancel, and the connection is another's soon
      if (this.writableFinished && this.res?.complete) return this;
      this._error = error;
      this.socket?.destroy(error);
      return this;
    }

    // ── its connection

    /** For agents: this is the connection, or there is none. */
    onSocket(given: Duplex | null | undefined, error?: Error | null): void {
      const socket = given && httpSocket(given);
      if (socket && !error) {
        socket._httpMessage = this;
        socket.on('error', sockets.onError);
      }
      node.nextTick(() => this.#begin(socket ?? undefined, error ?? undefined));
    }

    #begin(socket: HttpSocket | undefined, error: Error | undefined): void {
      if (!this.destroyed && !error) {
        sockets.take(this, socket!);
        this._flush();
        return;
      }
      this.destroyed = true;
      if (!socket) this.#fail(undefined, error ?? this._error);
      else if (!error && this.agent && !socket.destroyed) {
        socket.emit('free');
        socket.removeListener('error', sockets.onError);
        this.#fail(socket, this._error);
      } else
        stream.finished(socket.destroy(error ?? this._error), (cause) => {
          const isPremature = (cause as { code?: string } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
          this.#fail(socket, (isPremature ? undefined : cause) || error);
        });
    }

    #fail(socket: HttpSocket | undefined, cause: Error | null | undefined): void {
      const error = cause ?? (this.aborted ? undefined : reset('socket hang up'));
      if (error && !socket?._hadError) this.emit('error', error);
      this._emitClose();
    }

    /** Calls the connection's method once it can be written to. */
    _deferToConnect(method: 'setNoDelay' | 'setKeepAlive' | undefined, args: unknown[]): void {
      const call = (): void => {
        const socket = this.socket as unknown as Record<string, Listener | undefined>;
        if (method) socket[method]?.(...args);
      };
      const onSocket = (): void => {
        if (this.socket!.writable) call();
        else this.socket!.once('connect', call);
      };
      if (this.socket) onSocket();
      else this.once('socket', onSocket);
    }

    override setTimeout(ms: number, callback?: Listener): this {
      if (this._ended) return this;
      sockets.watchTimeout(this);
      const delay = timeoutMs(node, ms, 'msecs');
      if (callback) this.once('timeout', callback);
      if (this.socket) setSocketTimeout(this.socket, delay);
      else this.once('socket', (socket: HttpSocket) => setSocketTimeout(socket, delay));
      return this;
    }

    setNoDelay(noDelay?: boolean): void {
      this._deferToConnect('setNoDelay', [noDelay]);
    }

    setSocketKeepAlive(enable?: boolean, initialDelay?: number): void {
      this._deferToConnect('setKeepAlive', [enable, initialDelay]);
    }

    clearTimeout(callback?: Listener): void {
      this.setTimeout(0, callback);
    }
  }

  function agentOf(given: RequestOptions, defaultAgent: Agent): Agent | undefined {
    const { agent } = given;
    if (agent === false) return new (defaultAgent.constructor as new () => Agent)();
    if (agent === null || agent === undefined)
      return typeof given['createConnection'] === 'function' ? undefined : defaultAgent;
    if (typeof (agent as Partial<Agent>).addRequest !== 'function')
      throw invalidType('options.agent', ['Agent-like Object', 'undefined', 'false'], agent);
    return agent as Agent;
  }

  return ClientRequest;
}

/** URL, options and callback in any of their forms. */
function readArguments(
  input: Input,
  options: ClientRequestArgs | OnResponse | undefined,
  callback: OnResponse | undefined,
): [RequestOptions, OnResponse | undefined] {
  const isUrl = typeof input === 'string' || isUrlObject(input);
  const fromUrl = isUrl ? urlOptions(typeof input === 'string' ? new URL(input) : (input as URL)) : undefined;
  const own = fromUrl ? options : input;
  const listener = fromUrl ? callback : (options as OnResponse | undefined);
  if (typeof own === 'function') return [fromUrl ?? {}, own];
  return [Object.assign(Object.create(null), fromUrl, own), listener];
}

function isUrlObject(input: unknown): boolean {
  const url = input as Partial<URL> | null;
  return Boolean(
    url?.href &&
      url.protocol &&
      (url as { auth?: unknown }).auth === undefined &&
      (url as { path?: unknown }).path === undefined,
  );
}

/** What a URL says, as options of a request. */
function urlOptions(url: URL): RequestOptions {
  const { hostname, port, username, password, protocol, hash, search, pathname, href } = url;
  return {
    ...url,
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash,
    search,
    pathname,
    path: `${pathname}${search}`,
    href,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(username || password
      ? { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }
      : {}),
  };
}

function checkHost(host: unknown, name: string): string | null | undefined {
  if (host !== null && host !== undefined && typeof host !== 'string')
    throw invalidType(`options.${name}`, ['string', 'undefined', 'null'], host);
  return host;
}

function methodOf(method: unknown): string {
  if (method !== null && method !== undefined) checkString(method, 'options.method');
  if (!method) return 'GET';
  if (!isToken(method as string)) throw invalidToken('Method', method);
  return (method as string).toUpperCase();
}

function checkParsing(given: RequestOptions): void {
  if (given['maxHeaderSize'] !== undefined) checkInteger(given['maxHeaderSize'], 'maxHeaderSize', 0);
  if (given['insecureHTTPParser'] !== undefined)
    checkBoolean(given['insecureHTTPParser'], 'options.insecureHTTPParser');
  checkValidation(given['httpValidation'], given['insecureHTTPParser']);
  if (given['joinDuplicateHeaders'] !== undefined)
    checkBoolean(given['joinDuplicateHeaders'], 'options.joinDuplicateHeaders');
}

/** Spaces, control characters, and what is no Latin-1. */
function isBadPath(path: string): boolean {
  return /[^\u0021-\u00ff]/.test(path);
}

/** The Host field (RFC 9110 §7.2): an IPv6 address in brackets, a port when it is not the usual one. */
function hostField(host: string, port: number | string, usual: number | undefined): string {
  const isV6 = host.indexOf(':') !== host.lastIndexOf(':') && !host.startsWith('[');
  const name = isV6 ? `[${host}]` : host;
  return port && Number(port) !== usual ? `${name}:${port}` : name;
}

function setSocketTimeout(socket: HttpSocket, ms: number): void {
  if (socket.connecting) socket.once('connect', () => socket.setTimeout?.(ms));
  else socket.setTimeout?.(ms);
}

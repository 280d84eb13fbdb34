/**
 * One connection of `http.Server`: its parser, the requests that it was asked, the answers that it owes, in order.
 *
 * RFC 9112 §9.3.2 (pipelining), §9.5–§9.7. A request that is asked while answers wait is answered after them; when too
 * much waits, nothing more is read. Peers' faults go to `clientError`, else they are answered with 400, 408, 413, 431.
 */

import type { Server } from 'node:net';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { packages } from '../packages.ts';
import type { ParseError } from './errors.ts';
import { reset } from './errors.ts';
import type { IncomingMessage } from './incoming.ts';
import type { OutgoingOptions } from './outgoing.ts';
import { type ServerResponse, serverResponse } from './response.ts';
import type { Callback, HttpSocket, Listener, ParsingServer } from './socket.ts';
import {
  type ConnectionsList,
  type HttpValidation,
  lenientFlags,
  type SocketParser,
  socketParsers,
} from './socket-parser.ts';
import { STATUS_CODES } from './status-codes.ts';

/** What a connection asks of its server. */
export interface ConnectionServer extends Server, ParsingServer {
  readonly serverResponse: new (req: IncomingMessage, options: OutgoingOptions) => ServerResponse;
  readonly connectionsList: ConnectionsList | undefined;
  readonly uniqueHeaders: ReadonlySet<string> | null;
  readonly optimizesEmptyRequests: boolean;
  readonly maxHeaderSize: number | undefined;
  readonly insecureHTTPParser: boolean | undefined;
  readonly httpValidation: HttpValidation | undefined;
  readonly rejectNonStandardBodyWrites: boolean;
  readonly requireHostHeader: boolean;
  readonly httpAllowHalfOpen: boolean;
  readonly maxHeadersCount: number | null;
  readonly maxRequestsPerSocket: number | null;
  readonly keepAliveTimeout: number;
  readonly keepAliveTimeoutBuffer: number;
  readonly timeout: number;
  shouldUpgradeCallback(req: IncomingMessage): boolean;
}

export function serverConnections(node: NodeProcess) {
  const { stream, buffer } = node.load(packages);
  const { Buffer } = buffer;
  const Parser = node.load(socketParsers);
  const { closed } = node.load(serverResponse);

  const emptyAnswer = (status: number): Uint8Array =>
    Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`, 'latin1');
  const nop = (): void => {};

  class Connection {
    readonly #server: ConnectionServer;
    readonly #socket: HttpSocket;
    readonly #incoming: IncomingMessage[] = [];
    /** Answers behind the one that has the connection. */
    readonly #outgoing: ServerResponse[] = [];
    /** Bytes or so that wait in them. */
    #waiting = 0;
    #requests = 0;
    #isIdleTimed = false;
    #upgradeStream: UpgradeStream | undefined;
    readonly #listeners: readonly (readonly [event: string, listener: Listener])[];

    constructor(server: ConnectionServer, socket: HttpSocket) {
      this.#server = server;
      this.#socket = socket;
      socket.server = server;
      if (server.timeout) socket.setTimeout?.(server.timeout);
      socket.on('timeout', onTimeout);
      const parser = new Parser('request', socket, {
        maxHeaderSize: server.maxHeaderSize || 0,
        lenient: lenientFlags(server.httpValidation, server.insecureHTTPParser),
        maxHeadersCount: server.maxHeadersCount,
        list: server.connectionsList,
        onIncoming: (req, keepAlive) => {
          this.#onRequest(req, keepAlive);
          return 0;
        },
      });
      socket.parser = parser;
      this.#listeners = [
        ['data', (bytes) => this.#onData(parser, bytes as Uint8Array)],
        ['error', onError as Listener],
        ['end', () => this.#onEnd(parser)],
        ['close', () => this.#onClose()],
        ['drain', () => this.#onDrain()],
      ];
      for (const [event, listener] of this.#listeners) socket.on(event, listener);
      (socket as { setEncoding: unknown }).setEncoding = refuseEncoding;
      socket._paused = false;
    }

    // ── what comes

    #onData(parser: SocketParser, bytes: Uint8Array): void {
      const got = parser.execute(bytes as Uint8Array<ArrayBuffer>);
      if (typeof got !== 'number') {
        onError.call(this.#socket, got);
        return;
      }
      const message = parser.incoming;
      if (message?.upgrade) this.#onUpgrade(parser, message, bytes.subarray(got));
      else if (message?.method === 'PRI') this.#socket.destroy();
    }

    #onUpgrade(parser: SocketParser, req: IncomingMessage, rest: Uint8Array): void {
      const socket = this.#socket;
      const event = req.method === 'CONNECT' ? 'connect' : 'upgrade';
      const early = this.#upgradeStream;
      if (req.complete) this.#letGo(parser);
      else if (early) return;
      else this.#upgradeStream = new UpgradeStream(socket, req);
      if (this.#server.listenerCount(event) === 0) {
        socket.destroy();
        return;
      }
      const head = req.complete
        ? Buffer.from(rest.buffer as ArrayBuffer, rest.byteOffset, rest.byteLength)
        : Buffer.alloc(0);
      if (req.complete && early) early.bodyIsThrough(head);
      else {
        (socket as { readableFlowing: boolean | null }).readableFlowing = null;
        this.#server.emit(event, req, this.#upgradeStream ?? socket, head);
      }
    }

    /** The stream is no longer HTTP's. */
    #letGo(parser: SocketParser): void {
      const socket = this.#socket;
      for (const [event, listener] of this.#listeners) socket.removeListener(event, listener);
      socket.removeListener('timeout', onTimeout);
      delete (socket as Partial<HttpSocket>).setEncoding;
      parser.finish();
      parser.free();
    }

    #onEnd(parser: SocketParser): void {
      const error = parser.finish();
      if (error) {
        onError.call(this.#socket, error);
        return;
      }
      const last = this.#outgoing.at(-1) ?? this.#socket._httpMessage;
      if (this.#server.httpAllowHalfOpen && last) last._last = true;
      else this.#socket.end();
    }

    #onClose(): void {
      this.#socket.parser?.free();
      for (const req of this.#incoming.splice(0)) req.destroy(reset('aborted'));
      for (const res of this.#outgoing.splice(0)) res.destroy(reset('aborted'));
    }

    // ── how much waits

    #onDrain(): void {
      const socket = this.#socket;
      if (socket._paused && this.#waiting <= socket.writableHighWaterMark) {
        socket._paused = false;
        socket.resume();
      }
      const message = socket._httpMessage;
      if (!message || message.finished || !message._needDrain || message.writableLength !== 0) return;
      message._needDrain = false;
      message.emit('drain');
    }

    #holdBack(): void {
      const socket = this.#socket;
      if (socket._paused) return;
      if (!socket._writableState.needDrain && this.#waiting < socket.writableHighWaterMark) return;
      socket._paused = true;
      socket.pause();
    }

    // ── a request

    #onRequest(req: IncomingMessage, keepAlive: boolean): void {
      const server = this.#server;
      if (this.#isIdleTimed) this.#socket.setTimeout?.(server.timeout || 0);
      this.#isIdleTimed = false;
      if (req.upgrade) {
        req.upgrade = req.method === 'CONNECT' || Boolean(server.shouldUpgradeCallback(req));
        if (req.upgrade) return;
      }
      this.#incoming.push(req);
      this.#holdBack();
      const res = this.#responseTo(req, keepAlive);
      if (server.optimizesEmptyRequests && !hasBodyFields(req)) {
        req._dumpAndCloseReadable();
        req._read();
      }
      if (this.#socket._httpMessage) this.#outgoing.push(res);
      else res.assignSocket(this.#socket);
      res.on('finish', () => this.#onFinish(req, res));
      this.#dispatch(req, res);
    }

    #responseTo(req: IncomingMessage, keepAlive: boolean): ServerResponse {
      const server = this.#server;
      const res = new server.serverResponse(req, {
        highWaterMark: this.#socket.writableHighWaterMark,
        rejectNonStandardBodyWrites: server.rejectNonStandardBodyWrites,
      });
      res._keepAliveTimeout = server.keepAliveTimeout;
      res._maxRequestsPerSocket = server.maxRequestsPerSocket ?? 0;
      res._onPendingData = (amount) => {
        this.#waiting += amount;
        this.#onDrain();
      };
      res.shouldKeepAlive = keepAlive;
      res._uniqueHeaders = server.uniqueHeaders;
      return res;
    }

    #dispatch(req: IncomingMessage, res: ServerResponse): void {
      const server = this.#server;
      if (req.httpVersionMajor !== 1 || req.httpVersionMinor !== 1) {
        server.emit('request', req, res);
        return;
      }
      if (server.requireHostHeader && req.headers['host'] === undefined) {
        res.writeHead(400, ['Connection', 'close']);
        res.end();
        return;
      }
      const max = server.maxRequestsPerSocket;
      if (typeof max === 'number' && max > 0) {
        this.#requests += 1;
        res.maxRequestsOnConnectionReached = max <= this.#requests;
        if (max < this.#requests) {
          server.emit('dropRequest', req, this.#socket);
          res.writeHead(503);
          res.end();
          return;
        }
      }
      const { expect } = req.headers as { expect?: string };
      if (expect === undefined) server.emit('request', req, res);
      else if (/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) this.#onContinue(req, res);
      else if (server.listenerCount('checkExpectation') > 0) server.emit('checkExpectation', req, res);
      else {
        res.writeHead(417);
        res.end();
      }
    }

    #onContinue(req: IncomingMessage, res: ServerResponse): void {
      res._expect_continue = true;
      if (this.#server.listenerCount('checkContinue') > 0) {
        this.#server.emit('checkContinue', req, res);
        return;
      }
      res.writeContinue();
      this.#server.emit('request', req, res);
    }

    /** An answer went out: the next has the connection, or it is idle, or it ends. */
    #onFinish(req: IncomingMessage, res: ServerResponse): void {
      const socket = this.#socket;
      req._detachSignal();
      this.#incoming.shift();
      // a body that nobody read is taken off the wire
      if (!req._consuming && !req._readableState.resumeScheduled) req._dump();
      res.detachSocket(socket);
      this.#forget(req);
      node.nextTick(() => closed(res));
      if (res._last) {
        if (socket.destroySoon) socket.destroySoon();
        else socket.end();
        return;
      }
      const next = this.#outgoing.shift();
      if (next) next.assignSocket(socket);
      else this.#idle();
    }

    #forget(req: IncomingMessage): void {
      const parser = req.socket?.parser;
      if (parser?.incoming !== req) return;
      if (req.readableEnded) parser.incoming = null;
      else req.on('end', () => this.#forget(req));
    }

    #idle(): void {
      const timeout = atLeastZero(this.#server.keepAliveTimeout, 0);
      // a little longer than it says, so that a request that is on its way still finds it
      const more = atLeastZero(this.#server.keepAliveTimeoutBuffer, 1000);
      if (!timeout || !this.#socket.setTimeout) return;
      this.#socket.setTimeout(timeout + more);
      this.#isIdleTimed = true;
    }
  }

  /** A fault of the peer's, or of the connection. Only the first counts. */
  function onError(this: HttpSocket, error: Error & { code?: string }): void {
    this.removeListener('error', onError);
    if (this.listenerCount('error') === 0) this.on('error', nop);
    const server = this.server as ConnectionServer;
    if (server.emit('clientError', error, this)) return;
    if (this.writable && !this._httpMessage?._headerSent) this.write(emptyAnswer(statusOf(error)));
    this.destroy(error);
  }

  function onTimeout(this: HttpSocket): void {
    const req = this.parser?.incoming;
    const server = this.server as ConnectionServer;
    const isHeard = [
      Boolean(req && !req.complete && req.emit('timeout', this)),
      Boolean(this._httpMessage?.emit('timeout', this)),
      server.emit('timeout', this),
    ];
    if (!isHeard.includes(true)) this.destroy();
  }

  /** What an upgrade gets while the body of its request still comes. */
  class UpgradeStream extends stream.Duplex {
    readonly #socket: HttpSocket;
    #req: IncomingMessage | undefined;

    constructor(socket: HttpSocket, req: IncomingMessage) {
      super({ allowHalfOpen: socket.allowHalfOpen });
      this.#socket = socket;
      this.#req = req;
      socket.on('error', (error) => this.destroy(error));
      socket.on('close', () => this.destroy());
      this.on('close', () => socket.destroy());
      socket.on('end', () => {
        this.push(null);
        if (this.readableLength === 0) this.resume();
      });
    }

    /** From here on everything is the new protocol's. */
    bodyIsThrough(head: Uint8Array): void {
      this.#req = undefined;
      if (head.length > 0 && !this.push(head)) this.#socket.pause();
      this.#socket.on('data', (bytes: Uint8Array) => {
        if (!this.push(bytes)) this.#socket.pause();
      });
    }

    override _read(): void {
      // the body stands before it
      this.#req?.resume();
      this.#socket.resume();
    }

    override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Callback): void {
      this.#socket.write(chunk, encoding, done);
    }

    override _final(done: Callback): void {
      this.#socket.end(done);
    }

    override _destroy(error: Error | null, done: Callback): void {
      this.#socket.destroy(error ?? undefined);
      done(error);
    }
  }

  return {
    /** For the server's 'connection'. */
    connectionListener(this: ConnectionServer, socket: HttpSocket): void {
      new Connection(this, socket);
    },
    /** A request took too long. */
    onRequestTimeout(socket: HttpSocket): void {
      onError.call(socket, codedError(Error, 'ERR_HTTP_REQUEST_TIMEOUT', 'Request timeout'));
    },
  };
}

function refuseEncoding(): never {
  throw codedError(
    Error,
    'ERR_HTTP_SOCKET_ENCODING',
    'Changing the socket encoding is not allowed per RFC7230 Section 3.',
  );
}

function statusOf(error: Partial<ParseError>): number {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 431;
  if (error.code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

function hasBodyFields(req: IncomingMessage): boolean {
  return 'content-length' in req.headers || 'transfer-encoding' in req.headers;
}

function atLeastZero(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

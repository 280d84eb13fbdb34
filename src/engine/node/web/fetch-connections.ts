/**
 * The connections that fetch keeps: a pool for each origin, one request at a time on each connection, as undici has it.
 *
 * They go through this program's own `node:net`, and read with the parser of its `node:http`, which is the one that undici
 * has too: what is refused, and in which words, is the same. An idle connection keeps no program alive; it is closed
 * after 4 seconds, or 2 seconds before the server says it will be. There is no pipelining.
 */
import { fromLatin1, toLatin1 } from '../../base/bytes.ts';
import { HttpParser } from '../modules/http/parser.ts';
import type { Head } from '../modules/http/parser-machine.ts';
import { net } from '../modules/net/net.ts';
import type { NetSocket } from '../modules/net/socket.ts';
import { timers } from '../modules/timers.ts';
import type { NodeProcess } from '../node-process.ts';
import {
  BodyTimeoutError,
  ConnectTimeoutError,
  HeadersOverflowError,
  HeadersTimeoutError,
  HTTPParserError,
  LengthMismatchError,
  SocketError,
  type SocketInfo,
} from './fetch-errors.ts';
import { HeaderList } from './headers.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 300_000;
const BODY_TIMEOUT_MS = 300_000;
const IDLE_MS = 4000;
/** A connection is given up this long before the server closes it. */
const IDLE_MARGIN_MS = 2000;
const MAX_IDLE_MS = 600_000;

/** One request, and who hears of its response. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** What follows Host and Connection, in order. */
  readonly headers: HeaderList;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
  /** Of the body, in bytes; null when unknown. */
  readonly length: number | null;
  onHead(status: number, reason: string, headers: HeaderList): void;
  /** False when that is enough for now; `resume` brings more. */
  onData(bytes: Uint8Array): boolean;
  onEnd(): void;
  onError(error: unknown): void;
}

/** What an exchange that was begun can be asked. */
export interface Running {
  resume(): void;
  /** The caller has lost interest: the connection is closed. */
  abort(): void;
}

export function fetchConnections(node: NodeProcess) {
  const { connect } = node.load(net);
  const { setTimeout, setImmediate } = node.load(timers);
  const pools = new Map<string, Connection[]>();

  /** One connection to an origin, from its first request until it closes. */
  class Connection {
    readonly #pool: Connection[];
    readonly #host: string;
    readonly #hostname: string;
    readonly #port: number;
    readonly #socket: NetSocket;
    readonly #parser: HttpParser;
    #exchange: Exchange | undefined;
    #isConnected = false;
    #hasHead = false;
    #isSent = false;
    #isClosing = false;
    /** For the rest of the turn of the loop: undici gives a server this long to close after all. */
    #isResting = false;
    #keepsAlive = true;
    #idleMs = IDLE_MS;
    #timer: { close(): unknown; refresh(): unknown } | undefined;

    constructor(pool: Connection[], url: URL) {
      this.#pool = pool;
      this.#host = url.host;
      this.#hostname = url.hostname.replace(/^\[|\]$/g, '');
      this.#port = Number(url.port || 80);
      pool.push(this);
      this.#parser = new HttpParser('response', {
        messageBegin: () => {},
        headersComplete: (head) => this.#head(head),
        body: (piece) => this.#body(piece),
        messageComplete: () => this.#complete(),
      });
      this.#socket = connect({
        host: this.#hostname,
        port: this.#port,
        highWaterMark: 64 * 1024,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
      });
      this.#listen();
    }

    get isIdle(): boolean {
      const isOpen = this.#isConnected && !this.#isClosing && !this.#socket.destroyed;
      return isOpen && this.#exchange === undefined && !this.#isResting;
    }

    start(exchange: Exchange): Running {
      this.#exchange = exchange;
      this.#hasHead = false;
      this.#isSent = false;
      this.#keepsAlive = true;
      this.#wait(undefined);
      this.#socket.ref();
      if (this.#isConnected) this.#send(exchange);
      return {
        resume: () => {
          if (this.#exchange === exchange && this.#isConnected) this.#socket.resume();
        },
        abort: () => {
          if (this.#exchange !== exchange) return;
          this.#exchange = undefined;
          this.#close();
        },
      };
    }

    #listen(): void {
      const socket = this.#socket;
      this.#wait(CONNECT_TIMEOUT_MS, () => this.#fail(new ConnectTimeoutError(this.#where())));
      socket.once('connect', () => {
        this.#isConnected = true;
        this.#wait(undefined);
        if (this.#exchange) this.#send(this.#exchange);
      });
      socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
      socket.on('end', () => this.#ended());
      socket.on('error', (error: Error) => this.#fail(error));
      socket.on('close', () => this.#ended());
    }

    #where(): string {
      const tried = this.#socket.autoSelectFamilyAttemptedAddresses;
      const places = tried?.length
        ? `attempted addresses: ${tried.join(', ')}`
        : `attempted address: ${this.#hostname}:${this.#port}`;
      return `${places}, timeout: ${CONNECT_TIMEOUT_MS}ms`;
    }

    // ── the request

    #send(exchange: Exchange): void {
      const { method, target, headers, body, length } = exchange;
      const closes = method === 'HEAD' || /^close$/i.test(headers.get('connection') ?? '');
      if (closes) this.#keepsAlive = false;
      let text = `${method} ${target} HTTP/1.1\r\nhost: ${this.#host}\r\n`;
      text += `connection: ${closes ? 'close' : 'keep-alive'}\r\n`;
      for (const [name, value] of headers.lines())
        if (!OWN.has(name.toLowerCase())) text += `${name}: ${value}\r\n`;
      if (length !== null) text += `content-length: ${length}\r\n`;
      else if (body !== null) text += 'transfer-encoding: chunked\r\n';
      const head = fromLatin1(`${text}\r\n`);
      this.#wait(HEADERS_TIMEOUT_MS, () => this.#fail(new HeadersTimeoutError()));
      if (body !== null && !(body instanceof Uint8Array)) {
        this.#socket.write(head);
        void this.#sendPieces(exchange, body);
        return;
      }
      this.#socket.cork();
      this.#socket.write(head);
      if (body !== null && body.length > 0) this.#socket.write(body);
      this.#socket.uncork();
      this.#isSent = true;
    }

    async #sendPieces(exchange: Exchange, body: AsyncIterable<Uint8Array>): Promise<void> {
      const isOurs = (): boolean => this.#exchange === exchange && !this.#socket.destroyed;
      try {
        let sent = 0;
        for await (const piece of body) {
          if (!isOurs()) return;
          if (piece.length === 0) continue;
          sent += piece.length;
          if (exchange.length !== null && sent > exchange.length) throw new LengthMismatchError();
          if (!this.#sendPiece(piece, exchange.length === null)) await this.#drained();
        }
        if (!isOurs()) return;
        if (exchange.length !== null && sent !== exchange.length) throw new LengthMismatchError();
        if (exchange.length === null) this.#socket.write(fromLatin1('0\r\n\r\n'));
        this.#isSent = true;
      } catch (error) {
        if (isOurs()) this.#fail(error);
      }
    }

    #sendPiece(piece: Uint8Array, isChunk: boolean): boolean {
      const socket = this.#socket;
      socket.cork();
      if (isChunk) socket.write(fromLatin1(`${piece.length.toString(16)}\r\n`));
      let hasRoom = socket.write(piece);
      if (isChunk) hasRoom = socket.write(fromLatin1('\r\n'));
      socket.uncork();
      return hasRoom;
    }

    #drained(): Promise<void> {
      return new Promise((resolve) => {
        const done = (): void => {
          this.#socket.off('drain', done);
          this.#socket.off('close', done);
          resolve();
        };
        this.#socket.on('drain', done);
        this.#socket.on('close', done);
      });
    }

    // ── the response

    #receive(bytes: Uint8Array): void {
      if (!this.#exchange) {
        // nobody asked for anything
        this.#close();
        return;
      }
      this.#timer?.refresh();
      const result = this.#parser.execute(bytes);
      if (typeof result === 'number' || this.#isClosing) return;
      const isLong = result.code === 'HPE_HEADER_OVERFLOW';
      const rest = toLatin1(bytes, result.bytesParsed);
      this.#fail(isLong ? new HeadersOverflowError() : new HTTPParserError(result.reason, rest));
    }

    #head(head: Head): 0 | 1 | 2 {
      const exchange = this.#exchange;
      if (!exchange) return 1;
      if (head.status === 101 || head.upgrade) {
        this.#fail(new SocketError('bad upgrade', this.#info()));
        return 2;
      }
      if (head.status < 200) return 0;
      const headers = new HeaderList();
      for (let i = 0; i < head.rawHeaders.length; i += 2)
        headers.append(head.rawHeaders[i]!.toLowerCase(), head.rawHeaders[i + 1]!);
      this.#hasHead = true;
      if (!head.keepAlive) this.#keepsAlive = false;
      this.#hint(headers.get('keep-alive'));
      this.#wait(BODY_TIMEOUT_MS, () => this.#fail(new BodyTimeoutError()));
      exchange.onHead(head.status, head.reason, headers);
      return exchange.method === 'HEAD' ? 1 : 0;
    }

    #hint(keepAlive: string | null): void {
      const seconds = /timeout=(\d+)/.exec(keepAlive ?? '')?.[1];
      this.#idleMs =
        seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1000 - IDLE_MARGIN_MS, MAX_IDLE_MS);
      if (this.#idleMs <= 0) this.#keepsAlive = false;
    }

    #body(piece: Uint8Array): void {
      if (this.#exchange && !this.#exchange.onData(piece)) this.#socket.pause();
    }

    #complete(): void {
      const exchange = this.#exchange;
      // an informational response is complete too, and changes nothing
      if (!exchange || !this.#hasHead) return;
      this.#exchange = undefined;
      this.#wait(undefined);
      // what was answered before it was sent cannot be followed by anything
      if (!this.#keepsAlive || !this.#isSent) this.#close();
      else {
        this.#socket.resume();
        this.#socket.unref();
        this.#isResting = true;
        setImmediate(() => {
          this.#isResting = false;
        });
        this.#wait(this.#idleMs, () => this.#close());
      }
      exchange.onEnd();
    }

    #ended(): void {
      if (this.#isClosing) return;
      // a body that lasts until the end has its end now
      if (this.#exchange && this.#hasHead && !this.#parser.finish() && !this.#exchange) return;
      if (this.#exchange) this.#fail(new SocketError('other side closed', this.#info()));
      else this.#close();
    }

    #fail(error: unknown): void {
      const exchange = this.#exchange;
      this.#exchange = undefined;
      this.#close();
      exchange?.onError(error);
    }

    #close(): void {
      this.#isClosing = true;
      this.#wait(undefined);
      this.#parser.abandon();
      const at = this.#pool.indexOf(this);
      if (at >= 0) this.#pool.splice(at, 1);
      this.#socket.destroy();
    }

    #info(): SocketInfo {
      const { localAddress, localPort, remoteAddress, remotePort, remoteFamily } = this.#socket;
      const { timeout, bytesWritten, bytesRead } = this.#socket;
      const ends = { localAddress, localPort, remoteAddress, remotePort, remoteFamily };
      return { ...ends, timeout, bytesWritten, bytesRead } as SocketInfo;
    }

    /** One thing at a time is waited for, and none of it keeps the program alive. */
    #wait(ms: number | undefined, then: () => void = () => {}): void {
      this.#timer?.close();
      this.#timer = ms === undefined ? undefined : setTimeout(then, ms).unref();
    }
  }

  /** Sends a request on a connection that is free, or on a new one. */
  function request(url: URL, exchange: Exchange): Running {
    let pool = pools.get(url.origin);
    if (!pool) {
      pool = [];
      pools.set(url.origin, pool);
    }
    return (pool.find((one) => one.isIdle) ?? new Connection(pool, url)).start(exchange);
  }

  return { request };
}

/** Fields that are the connection's to say. */
const OWN = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade']);

/**
 * `http.IncomingMessage`: a request at a server, a response at a client, as a readable stream.
 *
 * Fields keep their spelling and order in `rawHeaders`; in `headers` they are joined or dropped by Node's rules: some
 * are lists, Set-Cookie is an array, of the rest the first line counts.
 */
import type { IncomingHttpHeaders, IncomingMessage as NodeIncoming } from 'node:http';
import type { Socket } from 'node:net';
import type { NodeProcess } from '../../node-process.ts';
import { type Abort, type AbortSignal, abort } from '../../web/abort.ts';
import { packages } from '../packages.ts';
import { type Callback, type HttpSocket, httpSocket, type Listener, NOTHING, readStart } from './socket.ts';

type Trailers = NodeIncoming['trailers'];
type DistinctMap = NodeIncoming['headersDistinct'];

/** Fields of which a second line is dropped. */
const FIRST_COUNTS = new Set(
  'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after server user-agent'.split(
    ' ',
  ),
);

export type IncomingMessage = InstanceType<ReturnType<typeof httpIncoming>['IncomingMessage']>;

interface ReadableInside {
  readingMore: boolean;
  ended: boolean;
  endEmitted: boolean;
  destroyed: boolean;
  closed: boolean;
  closeEmitted: boolean;
  resumeScheduled: boolean;
}

export function httpIncoming(node: NodeProcess) {
  const { stream } = node.load(packages);

  class IncomingMessage extends stream.Readable {
    socket: HttpSocket;
    client: HttpSocket;
    httpVersionMajor: number = NOTHING;
    httpVersionMinor: number = NOTHING;
    httpVersion: string = NOTHING;
    complete = false;
    rawHeaders: string[] = [];
    rawTrailers: string[] = [];
    joinDuplicateHeaders: boolean | undefined = false;
    aborted = false;
    upgrade: boolean | null = null;
    url = '';
    method: string | undefined = NOTHING;
    statusCode: number | undefined = NOTHING;
    statusMessage: string | undefined = NOTHING;
    declare req: unknown;
    _consuming = false;
    /** Nobody will read it: what comes is dropped. */
    _dumped = false;
    /** A second answer came to one request: what is left of the first is not delivered. */
    _skipsPending = false;
    declare readonly _readableState: ReadableInside;
    #headerCount = 0;
    #trailerCount = 0;
    #headers: IncomingHttpHeaders | undefined;
    #headersDistinct: DistinctMap | undefined;
    #trailers: Trailers | undefined;
    #trailersDistinct: DistinctMap | undefined;
    #abort: InstanceType<Abort['AbortController']> | undefined;
    #unwatch: (() => void) | undefined;
    #isDetached = false;

    constructor(socket?: Socket | null) {
      super(socket ? { highWaterMark: socket.readableHighWaterMark } : undefined);
      // nothing is read before somebody asks
      this._readableState.readingMore = true;
      this.socket = socket ? httpSocket(socket) : NOTHING;
      this.client = this.socket;
    }

    get connection(): HttpSocket {
      return this.socket;
    }

    set connection(socket: HttpSocket) {
      this.socket = socket;
    }

    // ── its fields

    get headers(): IncomingHttpHeaders {
      if (!this.#headers) {
        this.#headers = {};
        this.#join(this.rawHeaders, this.#headerCount, this.#headers);
      }
      return this.#headers;
    }

    set headers(map: IncomingHttpHeaders) {
      this.#headers = map;
    }

    get headersDistinct(): DistinctMap {
      this.#headersDistinct ??= this.#distinct(this.rawHeaders, this.#headerCount);
      return this.#headersDistinct;
    }

    set headersDistinct(map: DistinctMap) {
      this.#headersDistinct = map;
    }

    get trailers(): Trailers {
      if (!this.#trailers) {
        this.#trailers = {};
        this.#join(this.rawTrailers, this.#trailerCount, this.#trailers);
      }
      return this.#trailers;
    }

    set trailers(map: Trailers) {
      this.#trailers = map;
    }

    get trailersDistinct(): DistinctMap {
      this.#trailersDistinct ??= this.#distinct(this.rawTrailers, this.#trailerCount);
      return this.#trailersDistinct;
    }

    set trailersDistinct(map: DistinctMap) {
      this.#trailersDistinct = map;
    }

    #join(raw: readonly string[], count: number, into: IncomingHttpHeaders): void {
      for (let i = 0; i < count; i += 2) this._addHeaderLine(raw[i]!, raw[i + 1]!, into);
    }

    #distinct(raw: readonly string[], count: number): DistinctMap {
      const map = Object.create(null) as DistinctMap;
      for (let i = 0; i < count; i += 2) this._addHeaderLineDistinct(raw[i]!, raw[i + 1]!, map);
      return map;
    }

    /** `count`: how many of the texts in `raw` count; `maxHeadersCount` may leave out some. */
    _addHeaderLines(raw: string[], count: number): void {
      if (raw.length === 0) return;
      if (this.complete) {
        this.rawTrailers = raw;
        this.#trailerCount = count;
      } else {
        this.rawHeaders = raw;
        this.#headerCount = count;
      }
      const made = this.complete ? this.#trailers : this.#headers;
      if (made) this.#join(raw, count, made);
    }

    _addHeaderLine(field: string, value: string, into: IncomingHttpHeaders): void {
      const name = field.toLowerCase();
      const before = into[name];
      if (name === 'set-cookie') {
        if (before === undefined) into[name] = [value];
        else (before as string[]).push(value);
      } else if (!FIRST_COUNTS.has(name)) {
        into[name] =
          typeof before === 'string' ? `${before}${name === 'cookie' ? '; ' : ', '}${value}` : value;
      } else if (before === undefined) into[name] = value;
      else if (this.joinDuplicateHeaders) into[name] = `${String(before)}, ${value}`;
    }

    _addHeaderLineDistinct(field: string, value: string, into: DistinctMap): void {
      const name = field.toLowerCase();
      const before = into[name];
      if (before) before.push(value);
      else into[name] = [value];
    }

    // ── reading

    setTimeout(ms: number, callback?: Listener): this {
      if (callback) this.on('timeout', callback);
      this.socket.setTimeout?.(ms);
      return this;
    }

    override _read(): void {
      if (!this._consuming) {
        this._readableState.readingMore = false;
        this._consuming = true;
      }
      // the parser pushes: here the stream beneath is let go
      if (this.socket?.readable) readStart(this.socket);
    }

    /** What comes is not for anybody: takes it off the wire. */
    _dump(): void {
      if (this._dumped) return;
      this._dumped = true;
      this.removeAllListeners('data');
      if (this.complete && !this.destroyed && this.readableLength === 0) this.read(0);
      else this.resume();
    }

    /** A stream that was over before it began, without its events. */
    _dumpAndCloseReadable(): void {
      this._dumped = true;
      const state = this._readableState;
      state.ended = true;
      state.endEmitted = true;
      state.destroyed = true;
      state.closed = true;
      state.closeEmitted = true;
    }

    override _destroy(error: Error | null, done: Callback): void {
      if (!this.readableEnded || !this.complete) {
        this.aborted = true;
        this.emit('aborted');
        this.#abortSignal();
      }
      const { socket } = this;
      const tell = (cause: Error | null | undefined): void =>
        node.nextTick(() => {
          if (this.listenerCount('error') === 0) done();
          else done(cause);
        });
      if (socket && !socket.destroyed && this.aborted) {
        socket.destroy(error ?? undefined);
        const cleanup = stream.finished(socket, (cause) => {
          cleanup();
          const isPremature = (cause as { code?: string } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
          tell((isPremature ? null : cause) || error);
        });
      } else if (!error && !this.aborted) done();
      else tell(error);
    }

    // ── its signal

    /** Aborts when the connection breaks before the message is through. */
    get signal(): AbortSignal {
      if (!this.#abort) {
        const { AbortController } = node.load(abort);
        this.#abort = new AbortController();
        if (this.destroyed && (!this.readableEnded || !this.complete)) this.#abort.abort();
        else this.#watch();
      }
      return this.#abort.signal;
    }

    #watch(): void {
      const { socket } = this;
      if (this.#isDetached || !socket) return;
      if (socket.destroyed) {
        this.#abortSignal();
        return;
      }
      const onClose = (): void => this.#abortSignal();
      socket.once('close', onClose);
      this.#unwatch = () => socket.removeListener('close', onClose);
    }

    #abortSignal(): void {
      this._detachSignal();
      this.#abort?.abort();
    }

    _detachSignal(): void {
      this.#isDetached = true;
      this.#unwatch?.();
      this.#unwatch = undefined;
    }
  }

  return { IncomingMessage };
}

/**
 * `http.OutgoingMessage`: what a request at a client and a response at a server have in common.
 *
 * The head is written when the first piece of the body is, or the end: so its length can be told when there is no more.
 * What is written before the message has its connection waits in `outputData`. Fields that the program set come first,
 * in their order; then Date, Connection, Keep-Alive, and what frames the body. RFC 9110 §6.4, §8.6; RFC 9112 §6, §7, §9.
 */
import type { IncomingMessage as NodeIncoming, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { Writable } from 'node:stream';
import { formatHttpDate } from '../../../wire/http-date.ts';
import { checkString, invalidType } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { wallClockMs } from '../../wall-clock.ts';
import { REJECTION } from '../emitter.ts';
import { packages } from '../packages.ts';
import {
  alreadyFinished,
  bodyNotAllowed,
  cannotPipe,
  destroyedBefore,
  headersSent,
  invalidChar,
  invalidHeaderValue,
  isInvalidValue,
  lengthMismatch,
  notImplemented,
  nullValues,
  unknownEncoding,
  validateHeaderName,
  writeAfterEnd,
} from './errors.ts';
import { type HeaderInput, type OutHeaders, renderHead } from './outgoing-head.ts';
import type { Callback, HttpSocket, Listener } from './socket.ts';
import type { HttpValidation } from './socket-parser.ts';

type Chunk = string | Uint8Array;
type Encoding = BufferEncoding | null | undefined;

interface Waiting {
  readonly data: Chunk;
  readonly encoding: Encoding;
  readonly callback: Callback | null | undefined;
}

export interface OutgoingOptions {
  readonly highWaterMark?: number | undefined;
  readonly rejectNonStandardBodyWrites?: boolean | undefined;
}

/** Fields of which several values become one line. */
export function uniqueHeaders(names: unknown): ReadonlySet<string> | null {
  return Array.isArray(names) ? new Set(names.map((name) => String(name).toLowerCase())) : null;
}

export type OutgoingMessage = InstanceType<ReturnType<typeof httpOutgoing>['OutgoingMessage']>;

const nop = (): void => {};

export function httpOutgoing(node: NodeProcess) {
  const { stream, buffer } = node.load(packages);
  const { Buffer } = buffer;
  const CRLF = Buffer.from('\r\n');
  const lengthOf = (chunk: Chunk, encoding: Encoding): number =>
    typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding ?? undefined) : chunk.byteLength;

  class OutgoingMessage<Request extends NodeIncoming = NodeIncoming> extends stream.Stream {
    // Node's types make a Writable of it, which it is not in Node either: these it has in the types alone
    declare static readonly fromWeb: (typeof Writable)['fromWeb'];
    declare static readonly toWeb: (typeof Writable)['toWeb'];
    declare readonly writableAborted: Writable['writableAborted'];
    declare readonly setDefaultEncoding: (encoding: BufferEncoding) => this;
    declare readonly _write: Writable['_write'];
    declare readonly _destroy: Writable['_destroy'];
    declare readonly _final: Writable['_final'];
    declare readonly [Symbol.asyncDispose]: Writable[typeof Symbol.asyncDispose];

    outputData: Waiting[] = [];
    /** Bytes or characters in `outputData`, about. */
    outputSize = 0;
    writable = true;
    destroyed = false;
    /** The connection ends with this message. */
    _last = false;
    chunkedEncoding = false;
    shouldKeepAlive = true;
    maxRequestsOnConnectionReached = false;
    _defaultKeepAlive = true;
    useChunkedEncodingByDefault = true;
    sendDate = false;
    _removedConnection = false;
    _removedContLen = false;
    _removedTE = false;
    strictContentLength = false;
    _contentLength: number | null = null;
    _hasBody = true;
    _trailer = '';
    finished = false;
    _headerSent = false;
    _closed = false;
    _header: string | null = null;
    /** Milliseconds that Keep-Alive tells. */
    _keepAliveTimeout = 0;
    declare _maxRequestsPerSocket?: number;
    declare statusCode?: number;
    declare agent?: unknown;
    /** Of a response; a request has none. */
    declare readonly req: Request;
    declare httpValidation?: HttpValidation | undefined;
    declare insecureHTTPParser?: boolean | undefined;
    _onPendingData: (amount: number) => void = nop;
    _needDrain = false;
    _outHeaders: OutHeaders | null = null;
    _uniqueHeaders: ReadonlySet<string> | null = null;
    _highWaterMark: number;
    #socket: HttpSocket | null = null;
    #corked = 0;
    /** What one chunk will be made of while it is corked. */
    #pieces: { chunk: Chunk; encoding: Encoding; callback: Callback }[] = [];
    #piecesLength = 0;
    #bytesWritten = 0;
    #errored: Error | null | undefined = null;
    #isFlushed = false;
    #endCallbacks: Callback[] = [];
    #flushError: Error | null = null;
    readonly #rejectsBody: boolean;

    constructor(options?: OutgoingOptions) {
      super();
      this._highWaterMark = options?.highWaterMark ?? stream.getDefaultHighWaterMark(false);
      this.#rejectsBody = options?.rejectNonStandardBodyWrites ?? false;
    }

    // ── what it is

    get socket(): HttpSocket | null {
      return this.#socket;
    }

    set socket(socket: HttpSocket | null) {
      for (let i = 0; i < this.#corked; i++) {
        socket?.cork();
        this.#socket?.uncork();
      }
      this.#socket = socket;
    }

    get connection(): HttpSocket | null {
      return this.#socket;
    }

    set connection(socket: HttpSocket | null) {
      this.socket = socket;
    }

    /** Undefined after `destroy()` without an error, of which Node's types do not tell. */
    get errored(): Error | null {
      return this.#errored as Error | null;
    }

    get closed(): boolean {
      return this._closed;
    }

    get headersSent(): boolean {
      return Boolean(this._header);
    }

    get writableEnded(): boolean {
      return this.finished;
    }

    get writableFinished(): boolean {
      return this.#isFlushed;
    }

    get writableObjectMode(): boolean {
      return false;
    }

    get writableHighWaterMark(): number {
      return this.#socket ? this.#socket.writableHighWaterMark : this._highWaterMark;
    }

    get writableCorked(): number {
      return this.#corked;
    }

    get writableNeedDrain(): boolean {
      return !this.destroyed && !this.finished && this._needDrain;
    }

    get writableLength(): number {
      let held = this.#piecesLength;
      if (held !== 0)
        held += held.toString(16).length + 4 + (this._headerSent ? 0 : (this._header?.length ?? 0));
      return this.outputSize + held + (this.#socket ? this.#socket.writableLength : 0);
    }

    /** Whether values may have what only the Fetch standard lets pass. */
    _isLenientHeaderValidation(): boolean {
      const { req }: { readonly req?: NodeIncoming } = this;
      const server = req?.socket?.server as
        | { httpValidation?: HttpValidation; insecureHTTPParser?: boolean }
        | null
        | undefined;
      const validation = this.httpValidation ?? server?.httpValidation;
      if (validation !== undefined) return validation !== 'strict';
      return this.insecureHTTPParser ?? server?.insecureHTTPParser ?? false;
    }

    // ── its fields

    setHeader(name: string, value: unknown): this {
      this.#checkField('set', name, value);
      this._outHeaders ??= Object.create(null) as OutHeaders;
      this._outHeaders[name.toLowerCase()] = [name, value as OutgoingHttpHeader];
      return this;
    }

    #checkField(verb: string, name: unknown, value: unknown): asserts name is string {
      if (this._header) throw headersSent(verb);
      validateHeaderName(name);
      if (value === undefined) throw invalidHeaderValue(value, name);
      if (isInvalidValue(value, this._isLenientHeaderValidation())) throw invalidChar('header content', name);
    }

    setHeaders(headers: Headers | Map<string, OutgoingHttpHeader>): this {
      if (this._header) throw headersSent('set');
      const given = headers as { keys?: unknown; get?: unknown } | null | undefined;
      if (
        !given ||
        Array.isArray(given) ||
        typeof given.keys !== 'function' ||
        typeof given.get !== 'function'
      )
        throw invalidType('headers', ['Headers', 'Map'], headers);
      const cookies: string[] = [];
      for (const [name, value] of headers as Iterable<[string, OutgoingHttpHeader]>) {
        if (name !== 'set-cookie') this.setHeader(name, value);
        else if (Array.isArray(value)) cookies.push(...(value as string[]));
        else cookies.push(value as string);
      }
      if (cookies.length > 0) this.setHeader('set-cookie', cookies);
      return this;
    }

    appendHeader(name: string, value: unknown): this {
      this.#checkField('append', name, value);
      const entry = this._outHeaders?.[name.toLowerCase()];
      if (!entry) return this.setHeader(name, value);
      const before = Array.isArray(entry[1]) ? (entry[1] as string[]) : [entry[1] as string];
      entry[1] = before;
      if (Array.isArray(value)) before.push(...(value as string[]));
      else before.push(value as string);
      return this;
    }

    getHeader(name: string): OutgoingHttpHeader | undefined {
      checkString(name, 'name');
      return this._outHeaders?.[name.toLowerCase()]?.[1];
    }

    getHeaderNames(): string[] {
      return Object.keys(this._outHeaders ?? {});
    }

    getRawHeaderNames(): string[] {
      return Object.values(this._outHeaders ?? {}).map(([name]) => name);
    }

    getHeaders(): OutgoingHttpHeaders {
      const copy = Object.create(null) as OutgoingHttpHeaders;
      for (const [name, entry] of Object.entries(this._outHeaders ?? {})) copy[name] = entry[1];
      return copy;
    }

    hasHeader(name: string): boolean {
      checkString(name, 'name');
      return Boolean(this._outHeaders?.[name.toLowerCase()]);
    }

    removeHeader(name: string): void {
      checkString(name, 'name');
      if (this._header) throw headersSent('remove');
      const key = name.toLowerCase();
      if (key === 'connection') this._removedConnection = true;
      else if (key === 'content-length') this._removedContLen = true;
      else if (key === 'transfer-encoding') this._removedTE = true;
      else if (key === 'date') this.sendDate = false;
      if (this._outHeaders) delete this._outHeaders[key];
    }

    _renderHeaders(): OutgoingHttpHeaders {
      if (this._header) throw headersSent('render');
      return Object.fromEntries(Object.values(this._outHeaders ?? {}));
    }

    _implicitHeader(): void {
      throw notImplemented('_implicitHeader()');
    }

    /** Writes the head down; it goes out with the first piece, unless the peer waits for it. */
    _storeHeader(firstLine: string, headers: HeaderInput): void {
      const { text, isExpecting } = renderHead(this, firstLine, headers, () =>
        formatHttpDate(Math.floor(wallClockMs(node) / 1000)),
      );
      this._header = text;
      this._headerSent = false;
      if (isExpecting) this._send('');
    }

    flushHeaders(): void {
      if (!this._header) this._implicitHeader();
      this._send('');
    }

    addTrailers(headers: Readonly<Record<string, unknown>> | readonly (readonly [string, unknown])[]): void {
      this._trailer = '';
      const entries = Array.isArray(headers) ? (headers as [string, unknown][]) : Object.entries(headers);
      for (const [name, value] of entries) {
        validateHeaderName(name, 'Trailer name');
        const isSeveral =
          Array.isArray(value) && value.length > 1 && !this._uniqueHeaders?.has(name.toLowerCase());
        const lines: unknown[] = isSeveral ? value : [Array.isArray(value) ? value.join('; ') : value];
        for (const line of lines) {
          if (isInvalidValue(line, this._isLenientHeaderValidation()))
            throw invalidChar('trailer content', name);
          this._trailer += `${name}: ${String(line)}\r\n`;
        }
      }
    }

    // ── writing

    cork(): void {
      this.#corked += 1;
      this.#socket?.cork();
    }

    uncork(): void {
      this.#corked -= 1;
      const socket = this.#socket;
      try {
        if (this.#corked || this.#pieces.length === 0) return;
        this.#sendPieces();
      } finally {
        socket?.uncork();
      }
      if (this._needDrain && this.writableLength === 0) {
        this._needDrain = false;
        this.emit('drain');
      }
    }

    /** Makes one chunk of what was gathered. */
    #sendPieces(): void {
      const pieces = this.#pieces;
      const length = this.#piecesLength;
      this.#pieces = [];
      this.#piecesLength = 0;
      if (this.destroyed || this.#socket?.destroyed) {
        const error = this.#errored || this.#socket?._writableState?.errored || destroyedBefore('write');
        for (const { callback } of pieces) if (callback !== nop) node.nextTick(() => callback(error));
        return;
      }
      this._send(length.toString(16), 'latin1', null);
      this._send(CRLF, null, null);
      for (const { chunk, encoding } of pieces) this._send(chunk, encoding, null);
      this._send(CRLF, null, (error) => {
        for (const { callback } of pieces) callback(error);
      });
    }

    setTimeout(ms: number, callback?: Listener): this {
      if (callback) this.on('timeout', callback);
      if (this.#socket) this.#socket.setTimeout?.(ms);
      else this.once('socket', (socket: HttpSocket) => socket.setTimeout?.(ms));
      return this;
    }

    destroy(error?: Error): this {
      if (this.destroyed) return this;
      this.destroyed = true;
      this.#errored = error;
      if (this.#pieces.length > 0) {
        this.#corked = 1;
        this.uncork();
      }
      if (this.#socket) this.#socket.destroy(error);
      else node.nextTick(() => this._emitClose());
      return this;
    }

    /** What an asynchronous listener was rejected with, where emitters look after that. */
    override [REJECTION](error: Error): void {
      this.destroy(error);
    }

    _emitClose(): void {
      if (this._closed) return;
      this._closed = true;
      this.emit('close');
    }

    /** With the head before it, when that has not gone out yet. */
    _send(data: Chunk, encoding?: Encoding, callback?: Callback | null, _byteLength?: number): boolean {
      let out = data;
      if (!this._headerSent && this._header !== null) {
        const isText =
          typeof data === 'string' && (!encoding || encoding === 'utf8' || encoding === 'latin1');
        if (isText) out = this._header + data;
        else {
          this.outputData.unshift({ data: this._header, encoding: 'latin1', callback: null });
          this.outputSize += this._header.length;
          this._onPendingData(this._header.length);
        }
        this._headerSent = true;
      }
      return this._writeRaw(out, encoding, callback);
    }

    _writeRaw(data: Chunk, encoding?: Encoding | Callback, callback?: Callback | null): boolean {
      const socket = this.#socket;
      // its 'close' is on its way
      if (socket?.destroyed) return false;
      const [code, done] = typeof encoding === 'function' ? [null, encoding] : [encoding, callback];
      if (socket && socket._httpMessage === this && socket.writable) {
        if (this.outputData.length > 0) this._flushOutput(socket);
        return socket.write(data, code as BufferEncoding, done as Callback);
      }
      this.outputData.push({ data, encoding: code, callback: done });
      this.outputSize += data.length;
      this._onPendingData(data.length);
      return this.outputSize < this._highWaterMark;
    }

    write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
      const [code, done] = typeof encoding === 'function' ? [null, encoding] : [encoding, callback];
      const isWelcome = this.#writeBody(
        chunk,
        code as Encoding,
        typeof done === 'function' ? (done as Callback) : nop,
        false,
      );
      if (!isWelcome) this._needDrain = true;
      return isWelcome;
    }

    #writeBody(chunk: unknown, encoding: Encoding, callback: Callback, isLast: boolean): boolean {
      if (chunk === null) throw nullValues();
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))
        throw invalidType('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
      if (this.finished || this.destroyed) return this.#refuseWrite(callback);
      if (this.strictContentLength) this.#countStrictly(lengthOf(chunk, encoding), isLast);
      if (!this._header) {
        if (isLast) this._contentLength = lengthOf(chunk, encoding);
        this._implicitHeader();
      }
      if (!this._hasBody) {
        if (this.#rejectsBody) throw bodyNotAllowed();
        node.nextTick(() => callback());
        return true;
      }
      if (this.chunkedEncoding && typeof chunk === 'string' && encoding && !Buffer.isEncoding(encoding))
        throw unknownEncoding(encoding);
      if (!isLast && this.#socket && !this.#socket.writableCorked) {
        // what is written in one turn goes out together
        this.cork();
        node.nextTick(() => {
          if (this.#corked) this.uncork();
        });
      }
      return this.#sendBody(chunk, encoding, callback);
    }

    #refuseWrite(callback: Callback): boolean {
      if (this.destroyed) {
        const error = this.finished ? writeAfterEnd() : destroyedBefore('write');
        node.nextTick(() => callback(error));
      } else this.#tellError(writeAfterEnd(), callback);
      return false;
    }

    #tellError(error: Error, callback: Callback): void {
      if (this.destroyed) return;
      node.nextTick(() => {
        callback(error);
        if (!this.destroyed) this.emit('error', error);
      });
    }

    #countsStrictly(): boolean {
      return (
        this.strictContentLength &&
        this._contentLength !== null &&
        this._hasBody &&
        !this._removedContLen &&
        !this.chunkedEncoding &&
        !this.hasHeader('transfer-encoding')
      );
    }

    #countStrictly(length: number, isLast: boolean): void {
      const total = this.#bytesWritten + length;
      const announced = this._contentLength ?? 0;
      if (this.#countsStrictly() && (isLast ? total !== announced : total > announced))
        throw lengthMismatch(total, announced);
      this.#bytesWritten = total;
    }

    #sendBody(chunk: Chunk, encoding: Encoding, callback: Callback): boolean {
      if (!this.chunkedEncoding || (chunk.length === 0 && !(this.#corked && this.#pieces.length > 0)))
        return this._send(chunk, encoding, callback);
      const length = lengthOf(chunk, encoding);
      if (this.#corked) {
        this.#pieces.push({ chunk: chunk.length === 0 ? chunk : asBuffer(chunk), encoding, callback });
        this.#piecesLength += length;
        return this.writableLength < this.writableHighWaterMark;
      }
      this._send(length.toString(16), 'latin1', null);
      this._send(CRLF, null, null);
      this._send(chunk, encoding, null);
      return this._send(CRLF, null, callback);
    }

    // ── its end

    end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
      if (typeof chunk === 'function') return this.#end(null, null, chunk as Callback);
      if (typeof encoding === 'function') return this.#end(chunk, null, encoding as Callback);
      return this.#end(
        chunk,
        encoding as Encoding,
        typeof callback === 'function' ? (callback as Callback) : undefined,
      );
    }

    #end(chunk: unknown, encoding: Encoding, callback: Callback | undefined): this {
      if (this.finished) {
        if (chunk) this.#tellError(writeAfterEnd(), callback ?? nop);
        else if (callback) this.#whenFlushed(callback);
        return this;
      }
      let finish: Callback | undefined;
      if (chunk) {
        this.#socket?.cork();
        if (this.#isWhole(chunk, encoding)) finish = this.#finisher(callback);
        this.#writeBody(chunk, encoding, finish ?? nop, true);
      } else if (!this._header) {
        this.#socket?.cork();
        this._contentLength = 0;
        this._implicitHeader();
      }
      if (callback && !finish) this.#whenFlushed(callback);
      if (this.#countsStrictly() && this.#bytesWritten !== this._contentLength)
        throw lengthMismatch(this.#bytesWritten, this._contentLength ?? 0);
      if (this.#pieces.length > 0) {
        this.#socket?.cork();
        this.#corked = 1;
        this.uncork();
      }
      if (!finish) this.#sendEnd(Boolean(chunk));
      this.#uncorkAll();
      this.finished = true;
      if (this.outputData.length === 0 && this.#socket?._httpMessage === this) this._finish();
      return this;
    }

    /** The chunk is all there is to send: its going out is the end. */
    #isWhole(chunk: unknown, encoding: Encoding): boolean {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return false;
      if (this.destroyed || this.strictContentLength) return false;
      if (!this._header) {
        this._contentLength = lengthOf(chunk, encoding);
        this._implicitHeader();
      }
      return Boolean(this._header) && this._hasBody && !this.chunkedEncoding;
    }

    #finisher(callback: Callback | undefined): Callback {
      if (callback) this.#whenFlushed(callback);
      return (error) => this.#onFlushed(error);
    }

    #sendEnd(hadChunk: boolean): void {
      const finish = this.#finisher(undefined);
      if (this._hasBody && this.chunkedEncoding) this._send(`0\r\n${this._trailer}\r\n`, 'latin1', finish);
      else if (!this._headerSent || this.writableLength || hadChunk) this._send('', 'latin1', finish);
      else node.nextTick(finish);
    }

    #uncorkAll(): void {
      if (this.#socket) {
        this.#socket._writableState.corked = 1;
        this.#socket.uncork();
      }
      this.#corked = 1;
      this.uncork();
    }

    #whenFlushed(callback: Callback): void {
      const error = this.#flushError;
      if (this.#isFlushed) callback(alreadyFinished('end'));
      else if (error) node.nextTick(() => callback(error));
      else this.#endCallbacks.push(callback);
    }

    #onFlushed(error: Error | null | undefined): void {
      const socket = this.#socket;
      if (error || this.#errored || socket?.errored || socket?._hadError) {
        this.#flushError = error ?? this.#errored ?? socket?.errored ?? destroyedBefore('end');
        this.#callEnd(this.#flushError);
        return;
      }
      this.#isFlushed = true;
      this.#callEnd(null);
      this.emit('finish');
    }

    #callEnd(error: Error | null): void {
      for (const callback of this.#endCallbacks.splice(0)) callback(error);
    }

    /** Everything was given to the connection, which need not have sent it. */
    _finish(): void {
      this.emit('prefinish');
    }

    /** The connection is this message's now: what waited goes out. */
    _flush(): void {
      const socket = this.#socket;
      if (!socket?.writable) return;
      const isWelcome = this._flushOutput(socket);
      if (this.finished) this._finish();
      else if (this._needDrain && isWelcome !== false) {
        this._needDrain = false;
        this.emit('drain');
      }
    }

    _flushOutput(socket: HttpSocket): boolean | undefined {
      if (this.outputData.length === 0) return undefined;
      socket.cork();
      let isWelcome: boolean | undefined;
      for (const { data, encoding, callback } of this.outputData)
        isWelcome = socket.write(data, encoding as BufferEncoding, callback as Callback);
      socket.uncork();
      this.outputData = [];
      this._onPendingData(-this.outputSize);
      this.outputSize = 0;
      return isWelcome;
    }

    // biome-ignore lint/suspicious/noExplicitAny: it pipes nowhere, whatever it is given
    override pipe(..._args: any[]): any {
      this.emit('error', cannotPipe());
    }
  }

  function asBuffer(chunk: Chunk): Chunk {
    if (typeof chunk === 'string' || chunk instanceof Buffer) return chunk;
    return Buffer.from(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
  }

  return { OutgoingMessage };
}

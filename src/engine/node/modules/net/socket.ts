/**
 * `net.Socket`: a TCP connection as a duplex stream of Node's.
 *
 * What the stream asks goes to the handle beneath (tcp-handle.ts), and what the handle tells comes out as the stream's
 * events, in Node's order. How a connection is made lies in net-connect.ts.
 */
import type { Server as NodeServer } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import { checkFunction, checkInt32, checkNumber, invalidType, missingArguments } from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SocketName } from '../../socket-address.ts';
import { codedError, plainError } from '../../system-error.ts';
import { TcpHandle } from '../../tcp-handle.ts';
import { packages } from '../packages.ts';
import { type Timers, timers } from '../timers.ts';
import { netAddress } from './address.ts';
import {
  noDescriptors,
  noUnixSockets,
  type Options,
  readArguments,
  refuseObjectMode,
  timeoutMs,
  wholeSeconds,
} from './arguments.ts';
import { netBound } from './bound.ts';
import { netConnect } from './connect.ts';

type Done = (error?: Error | null) => void;
type Chunk = string | Uint8Array;
type Listener = (...args: unknown[]) => void;

/** What a program wants of keep-alive; it may say so before there is a connection. */
interface KeepAliveWish {
  readonly isOn: boolean;
  readonly idle: number;
  readonly interval: number | undefined;
  readonly probes: number | undefined;
}

/** Memory of the program's that data is read into, as `onread` gives it. */
interface OwnBuffer {
  buffer: Uint8Array | undefined;
  readonly next: (() => Uint8Array) | undefined;
  readonly callback: (this: unknown, count: number, buffer: Uint8Array) => unknown;
}

/** The server that a socket came to counts it. */
export interface CountingServer {
  _connections: number;
  _emitCloseIfDrained(): void;
}

export type NetSocket = InstanceType<ReturnType<typeof netSocket>>;

export function netSocket(node: NodeProcess) {
  const { stream, buffer } = node.load(packages);
  const { Buffer } = buffer;
  const { setTimeout, clearTimeout } = node.load(timers);
  const { BlockList } = node.load(netAddress);
  const BoundSocket = node.load(netBound);
  const connectTo = node.load(netConnect);
  const duplex = stream.Duplex.prototype;

  class Socket extends stream.Duplex {
    connecting = false;
    server: NodeServer | null = null;
    _server: CountingServer | null = null;
    _hadError = false;
    _parent: Socket | null = null;
    _host: string | null = null;
    declare timeout?: number;
    declare autoSelectFamilyAttemptedAddresses: string[];
    declare blockList?: InstanceType<typeof BlockList>;
    #handle: TcpHandle | null = null;
    #timer: InstanceType<Timers['Timeout']> | undefined;
    #lastWriteQueueSize = 0;
    #bytesRead = 0;
    #bytesWritten = 0;
    #pendingData: Chunk | readonly { chunk: Chunk; encoding: BufferEncoding }[] | null = null;
    #pendingEncoding = '';
    #sockname: Partial<SocketName> | undefined;
    #peername: Partial<SocketName> | undefined;
    #own: OwnBuffer | undefined;
    #noDelay: boolean;
    #keepAlive: KeepAliveWish;
    #typeOfService: number | undefined;
    #isResetting = false;
    /** Begun with a `BoundSocket`. */
    #isBound = false;

    constructor(options?: unknown) {
      if (typeof options === 'number') throw noDescriptors(options);
      const given = checkedOptions(options as Options | undefined);
      super({ ...streamOptions(given), emitClose: false, autoDestroy: true, decodeStrings: false });
      this.#own = ownBuffer(given['onread']);
      this.#noDelay = Boolean(given['noDelay']);
      this.#keepAlive = {
        isOn: Boolean(given['keepAlive']),
        idle: wholeSeconds(given['keepAliveInitialDelay']),
        interval: undefined,
        probes: undefined,
      };
      if (given['typeOfService'] !== undefined)
        checkInt32(given['typeOfService'], 'options.typeOfService', 0, 255);
      this.#typeOfService = given['typeOfService'] as number | undefined;
      this.on('end', () => {
        if (!this.allowHalfOpen) this.write = writeAfterEnd;
      });
      const { handle } = given;
      if (handle instanceof TcpHandle) this.#begin(handle, given);
      else if (handle instanceof BoundSocket) this.#use(BoundSocket.adopt(handle));
      this.#isBound = handle instanceof BoundSocket;
      if (given['signal']) stream.addAbortSignal(given['signal'] as AbortSignal, this);
      const { blockList } = given;
      if (!blockList) return;
      if (!BlockList.isBlockList(blockList))
        throw invalidType('options.blockList', 'net.BlockList', blockList);
      this.blockList = blockList;
    }

    /** A connection that is there already: reading begins. */
    #begin(handle: TcpHandle, given: Options): void {
      this.#use(handle);
      if (given['readable'] === false) return;
      if (given['pauseOnCreate']) (this as { readableFlowing: boolean | null }).readableFlowing = false;
      else if (!given['manualStart']) this.read(0);
    }

    #use(handle: TcpHandle): void {
      this.#handle = handle;
      this._undestroy();
      this.#sockname = undefined;
      handle.onReadable = () => this.#onReadable(handle);
      handle.onEnd = (code) => this.#onEnd(code);
      if (this.#own?.next) this.#own.buffer = this.#own.next();
    }

    // what readable-stream has and its types do not tell
    declare _undestroy: () => void;

    get _handle(): TcpHandle | null {
      return this.#handle;
    }

    /** Who takes the handle away leaves a closed socket. */
    set _handle(handle: TcpHandle | null) {
      this.#handle = handle;
    }

    // ── connecting

    connect(...args: unknown[]): this {
      const { options, callback } = readArguments(args);
      if (callback) this.once('connect', callback);
      if (this._parent?.connecting) return this;
      if (options['port'] === undefined && (options['path'] === undefined || options['path'] === null))
        throw missingArguments(['options', 'port', 'path']);
      if (options['path']) throw noUnixSockets(options['path']);
      if (Object.hasOwn(this, 'write')) delete (this as Partial<Socket>).write;
      if (this.destroyed) {
        this.#handle = null;
        this.#peername = undefined;
        this.#sockname = undefined;
      }
      const isBound = this.#isBound && this.#handle !== null;
      const handle = this.#handle ?? new TcpHandle(node);
      if (!this.#handle) this.#use(handle);
      this._unrefTimer();
      this.connecting = true;
      connectTo(
        {
          socket: this,
          handle: () => this.#handle!,
          renew: () => this.#renew(),
          sockname: () => this.#getsockname(),
          connected: () => this.#connected(),
        },
        options,
        isBound,
      );
      return this;
    }

    /** Another handle for another attempt. */
    #renew(): TcpHandle {
      this.#handle?.close();
      const handle = new TcpHandle(node);
      this.#use(handle);
      return handle;
    }

    #connected(): void {
      this.connecting = false;
      this.#sockname = undefined;
      this._unrefTimer();
      const handle = this.#handle!;
      if (this.#noDelay) handle.setNoDelay(true);
      if (this.#keepAlive.isOn) handle.setKeepAlive(true, this.#keepAlive);
      if (this.#typeOfService !== undefined) handle.setTypeOfService(this.#typeOfService);
      this.emit('connect');
      this.emit('ready');
      if (!this.isPaused()) this.read(0);
    }

    // ── reading

    override _read(size: number): void {
      const handle = this.#handle;
      if (this.connecting || !handle) this.once('connect', () => this._read(size));
      else handle.readStart();
    }

    #onReadable(handle: TcpHandle): void {
      this._unrefTimer();
      if (this.destroyed) return;
      const wantsMore = this.#own ? this.#readOwn(handle, this.#own) : this.push(asBuffer(handle.take()));
      if (!wantsMore) handle.readStop();
    }

    #readOwn(handle: TcpHandle, own: OwnBuffer): boolean {
      const into = own.buffer;
      if (!into) return this.push(asBuffer(handle.take()));
      const count = handle.takeInto(into);
      const wantsMore = own.callback.call(this, count, into) !== false;
      if (own.next) own.buffer = own.next();
      return wantsMore;
    }

    #onEnd(code: string | undefined): void {
      this._unrefTimer();
      if (code !== undefined) {
        this.destroy(plainError(code, 'read'));
        return;
      }
      if (this.readableEnded) return;
      this.push(null);
      this.read(0);
    }

    override pause(): this {
      if (this.#own && !this.connecting) this.#handle?.readStop();
      return duplex.pause.call(this) as this;
    }

    override resume(): this {
      this.#startOwn();
      return duplex.resume.call(this) as this;
    }

    override read(size?: number): unknown {
      this.#startOwn();
      return duplex.read.call(this, size);
    }

    #startOwn(): void {
      if (this.#own && !this.connecting) this.#handle?.readStart();
    }

    // ── writing

    override _write(chunk: Chunk, encoding: BufferEncoding, done: Done): void {
      this.#writeAll([{ chunk, encoding }], chunk, encoding, done);
    }

    override _writev(chunks: { chunk: Chunk; encoding: BufferEncoding }[], done: Done): void {
      this.#writeAll(chunks, chunks, '', done);
    }

    /** `pending` is how `bytesWritten` counts them while there is no connection. */
    #writeAll(
      chunks: readonly { chunk: Chunk; encoding: BufferEncoding }[],
      pending: Chunk | readonly { chunk: Chunk; encoding: BufferEncoding }[],
      encoding: string,
      done: Done,
    ): void {
      if (this.connecting) {
        this.#pendingData = pending;
        this.#pendingEncoding = encoding;
        const onClose = (): void => done(closedBefore());
        this.once('connect', () => {
          this.off('close', onClose);
          this.#writeAll(chunks, pending, encoding, done);
        });
        this.once('close', onClose);
        return;
      }
      this.#pendingData = null;
      this.#pendingEncoding = '';
      const handle = this.#handle;
      if (!handle) {
        done(codedError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
        return;
      }
      this._unrefTimer();
      const bytes = chunks.map(({ chunk, encoding: one }) => bytesOf(chunk, one));
      const written = handle.write(bytes, (code) => this.#onWritten(code, done));
      if (typeof written === 'object') done(plainError(written.code, 'write'));
      else if (written === true) done();
      else this.#lastWriteQueueSize = handle.writeQueueSize;
    }

    #onWritten(code: string | undefined, done: Done): void {
      if (code !== undefined) {
        done(plainError(code, 'write'));
        return;
      }
      if (!this.destroyed) {
        this._unrefTimer();
        this.#lastWriteQueueSize = 0;
      }
      done(null);
    }

    override _final(done: Done): void {
      if (this.connecting) {
        this.once('connect', () => this._final(done));
        return;
      }
      const code = this.#handle?.shutdown(() => done()) ?? (this.#handle ? undefined : 'ENOTCONN');
      // nothing to shut down is as good as shut down
      if (code !== undefined) done();
    }

    override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
      (duplex.end as (...args: unknown[]) => unknown).call(this, chunk, encoding, callback);
      return this;
    }

    // ── what it is

    address(): Partial<SocketName> {
      return this.#getsockname();
    }

    #getsockname(): Partial<SocketName> {
      if (!this.#handle) return {};
      this.#sockname ??= this.#handle.sockname() ?? {};
      return this.#sockname;
    }

    #getpeername(): Partial<SocketName> {
      if (!this.#handle || this.connecting) return this.#peername ?? {};
      const name = this.#peername ?? this.#handle.peername();
      this.#peername = name;
      return name ?? {};
    }

    get localAddress(): string | undefined {
      return this.#getsockname().address;
    }

    get localPort(): number | undefined {
      return this.#getsockname().port;
    }

    get localFamily(): string | undefined {
      return this.#getsockname().family;
    }

    get remoteAddress(): string | undefined {
      return this.#getpeername().address;
    }

    get remotePort(): number | undefined {
      return this.#getpeername().port;
    }

    get remoteFamily(): string | undefined {
      return this.#getpeername().family;
    }

    get bytesRead(): number {
      return this.#handle ? this.#handle.bytesRead : this.#bytesRead;
    }

    get _bytesDispatched(): number {
      return this.#handle ? this.#handle.bytesWritten : this.#bytesWritten;
    }

    /** With what still waits in the stream. */
    get bytesWritten(): number {
      const { writableBuffer } = this as { writableBuffer?: { chunk: Chunk; encoding: BufferEncoding }[] };
      const pending = this.#pendingData;
      const waiting = typeof pending === 'object' && pending !== null && !(pending instanceof Uint8Array);
      const chunks = waiting
        ? pending
        : pending
          ? [{ chunk: pending, encoding: this.#pendingEncoding as BufferEncoding }]
          : [];
      return [...(writableBuffer ?? []), ...chunks].reduce(
        (sum, { chunk, encoding }) => sum + bytesOf(chunk, encoding).length,
        this._bytesDispatched,
      );
    }

    /** Undefined without a connection, of which Node's types do not tell. */
    get bufferSize(): number {
      return this.#handle ? this.writableLength : (undefined as never);
    }

    get pending(): boolean {
      return !this.#handle || this.connecting;
    }

    get _connecting(): boolean {
      return this.connecting;
    }

    get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
      if (this.connecting) return 'opening';
      if (this.readable) return this.writable ? 'open' : 'readOnly';
      return this.writable ? 'writeOnly' : 'closed';
    }

    // ── options

    setTimeout(ms: unknown, callback?: unknown): this {
      if (this.destroyed) return this;
      this.timeout = ms as number;
      const delay = timeoutMs(node, ms, 'msecs');
      clearTimeout(this.#timer);
      this.#timer = undefined;
      if (callback !== undefined && delay === 0) {
        checkFunction(callback, 'callback');
        this.removeListener('timeout', callback);
      }
      if (delay === 0) return this;
      this.#timer = setTimeout(() => this._onTimeout(), delay).unref();
      if (callback !== undefined) {
        checkFunction(callback, 'callback');
        this.once('timeout', callback as Listener);
      }
      return this;
    }

    /** Not while what was written is on its way. */
    _onTimeout(): void {
      const handle = this.#handle;
      if (this.#lastWriteQueueSize > 0 && handle && handle.writeQueueSize !== this.#lastWriteQueueSize) {
        this.#lastWriteQueueSize = handle.writeQueueSize;
        this._unrefTimer();
        return;
      }
      this.emit('timeout');
    }

    /** Something happened: the timeout begins anew. */
    _unrefTimer(): void {
      for (let socket: Socket | null | undefined = this; socket; socket = socket._parent)
        socket.#timer?.refresh();
    }

    setNoDelay(noDelay?: boolean): this {
      const isOn = noDelay === undefined ? true : Boolean(noDelay);
      if (this.#handle && isOn !== this.#noDelay) this.#handle.setNoDelay(isOn);
      this.#noDelay = isOn;
      return this;
    }

    setKeepAlive(enable?: unknown, initialDelay?: unknown, interval?: unknown, count?: unknown): this {
      if (enable !== null && typeof enable === 'object') {
        const said = enable as Options;
        return this.setKeepAlive(said['enable'], said['initialDelay'], said['interval'], said['count']);
      }
      this.#keepAlive = {
        isOn: Boolean(enable),
        idle: wholeSeconds(initialDelay),
        interval: interval === undefined ? undefined : wholeSeconds(interval),
        probes: count as number | undefined,
      };
      this.#handle?.setKeepAlive(this.#keepAlive.isOn, this.#keepAlive);
      return this;
    }

    setTypeOfService(value: unknown): this {
      if (Number.isNaN(value)) throw invalidType('tos', 'number', value);
      checkInt32(value, 'tos', 0, 255);
      const isNew = value !== this.#typeOfService;
      this.#typeOfService = value;
      const code = isNew ? this.#handle?.setTypeOfService(value) : undefined;
      if (code !== undefined) throw plainError(code, 'setTypeOfService');
      return this;
    }

    getTypeOfService(): number {
      if (!this.#handle) return this.#typeOfService ?? 0;
      const value = this.#handle.typeOfService;
      if (value === undefined) throw plainError('EBADF', 'getTypeOfService');
      return value;
    }

    ref(): this {
      if (this.#handle) this.#handle.ref();
      else this.once('connect', this.ref);
      return this;
    }

    unref(): this {
      if (this.#handle) this.#handle.unref();
      else this.once('connect', this.unref);
      return this;
    }

    // ── its end

    destroySoon(): void {
      if (this.writable) this.end();
      if (this.writableFinished) this.destroy();
      else this.once('finish', this.destroy);
    }

    resetAndDestroy(): this {
      if (!this.#handle) return this.destroy(codedError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
      if (this.connecting) this.once('connect', () => this.#reset());
      else this.#reset();
      return this;
    }

    #reset(): void {
      this.#isResetting = true;
      this.destroy();
    }

    override _destroy(error: Error | null, done: Done): void {
      this.connecting = false;
      for (let socket: Socket | null | undefined = this; socket; socket = socket._parent)
        clearTimeout(socket.#timer);
      const handle = this.#handle;
      if (handle) {
        this.#bytesRead = handle.bytesRead;
        this.#bytesWritten = handle.bytesWritten;
        const closed = (): void => void this.emit('close', error !== null);
        if (this.#isResetting) handle.reset(closed);
        else handle.close(closed);
        this.#isResetting = false;
        this.#handle = null;
        this.#sockname = undefined;
        done(error);
      } else {
        done(error);
        node.nextTick(() => this.emit('close'));
      }
      const server = this._server;
      if (!server) return;
      server._connections -= 1;
      server._emitCloseIfDrained();
    }
  }

  /** What is written after the peer has ended both ways. */
  function writeAfterEnd(this: Socket, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    if (!this.writableEnded)
      return (duplex.write as (...args: unknown[]) => boolean).call(this, chunk, encoding, callback);
    const done = typeof encoding === 'function' ? encoding : callback;
    const error = Object.assign(new Error('This socket has been ended by the other party'), {
      code: 'EPIPE',
    });
    if (typeof done === 'function') node.nextTick(() => done(error));
    this.destroy(error);
    return false;
  }

  function asBuffer({ buffer: memory, byteOffset, length }: Uint8Array): Buffer {
    return Buffer.from(memory as ArrayBuffer, byteOffset, length);
  }

  function bytesOf(chunk: Chunk, encoding: BufferEncoding): Uint8Array<ArrayBuffer> {
    return (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk) as Uint8Array<ArrayBuffer>;
  }

  return callable(Socket);
}

function checkedOptions(options: Options | undefined): Options {
  const given = { ...options };
  refuseObjectMode(given);
  const { keepAliveInitialDelay: delay } = given;
  if (delay !== undefined) {
    checkNumber(delay, 'options.keepAliveInitialDelay');
    if (delay < 0) given['keepAliveInitialDelay'] = 0;
  }
  if (given['fd'] !== undefined) throw noDescriptors(given['fd']);
  return given;
}

/** A signal is listened to when the socket is complete: it may have been given already. */
function streamOptions({ signal: _signal, ...rest }: Options): DuplexOptions {
  return { ...rest, allowHalfOpen: Boolean(rest['allowHalfOpen']) };
}

function ownBuffer(onread: unknown): OwnBuffer | undefined {
  if (onread === null || typeof onread !== 'object') return undefined;
  const { buffer, callback } = onread as { buffer?: unknown; callback?: unknown };
  if (typeof callback !== 'function') return undefined;
  const call = callback as OwnBuffer['callback'];
  if (buffer instanceof Uint8Array) return { buffer, next: undefined, callback: call };
  if (typeof buffer !== 'function') return undefined;
  return { buffer: undefined, next: buffer as () => Uint8Array, callback: call };
}

function closedBefore(): Error {
  return codedError(
    Error,
    'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
    'Socket closed before the connection was established',
  );
}

/**
 * A TCP socket as libuv gives it to Node: what is asked of it happens at once, what comes of it is told in turns of the
 * program, one thing in each.
 *
 * A handle keeps its program alive while it reads or listens and is referenced; a request (connecting, writing, shutting
 * down) does so until it is answered, whatever the handle says; so does closing. Data is read when the program wants it:
 * until then it fills the receive buffer, and the window closes.
 */
import { IP4_ANY } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { SECOND } from '../base/units.ts';
import { type Bound, checkOwn, IP6_ANY } from '../net/transport/bound.ts';
import type { TcpListener, TcpSocket } from '../net/transport/tcp-socket.ts';
import { KEEP_ALIVE } from '../proto/tcp/options.ts';
import { ProgramError } from '../sim/task.ts';
import type { NodeProcess } from './node-process.ts';
import { nameOf, placeOf, type SocketName } from './socket-address.ts';

/** What libuv offers a program's memory for at a time. */
const READ_SIZE = 65_536;

type Done = (code: string | undefined) => void;

interface WriteRequest {
  readonly chunks: Bytes[];
  readonly done: Done;
}

/** Milliseconds of keep-alive are seconds here, as setsockopt(2) takes them. */
export interface KeepAliveSeconds {
  readonly idle: number;
  readonly interval: number | undefined;
  readonly probes: number | undefined;
}

export class TcpHandle {
  /** Called, while it reads, when there is something to {@link take}. */
  onReadable: (() => void) | undefined;
  /** Called, while it reads, once: at the peer's end without a code, or with why the connection broke. */
  onEnd: Done | undefined;
  onConnection: ((handle: TcpHandle) => void) | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  readonly #node: NodeProcess;
  #socket: TcpSocket | undefined;
  #listener: TcpListener | undefined;
  #bound: { readonly address: Bound; readonly port: number } | undefined;
  /** Undefined before it has a family. */
  #isV6: boolean | undefined;
  #isRef = true;
  #isHeld = false;
  #isReading = false;
  #isClosing = false;
  #isQueued = false;
  /** A connection within the machine is told to the one who accepts it before the one who connects. */
  #waitsForPeer = false;
  /** The error of the connection has been told once: from then on writing is EPIPE. */
  #isErrorTaken = false;
  #connecting: Done | undefined;
  #writes: WriteRequest[] = [];
  #shutdown: Done | undefined;
  #disown: (() => void) | undefined;
  #release: (() => void) | undefined;

  constructor(node: NodeProcess, accepted?: TcpSocket, isV6?: boolean) {
    this.#node = node;
    this.#isV6 = isV6;
    if (accepted) this.#adopt(accepted);
  }

  // ── where it is

  /** Takes an address and a port, or says why not. `isV6Only` leaves IPv4 out of `::`. */
  bind(address: string, port: number, isV6Only = false): string | undefined {
    const place = placeOf(this.#node.host, address);
    if (!place) return 'EINVAL';
    const isBoth = place.ip === IP6_ANY && !isV6Only;
    const bound = { address: isBoth ? undefined : place.ip, port };
    this.#isV6 = place.isV6;
    const code = attempt(() => {
      checkOwn(this.#node.host.ip, bound.address);
      if (port > 0 && !this.#node.host.tcp.mayBind(port, bound.address)) throw new ProgramError('EADDRINUSE');
    });
    if (code === undefined) this.#bound = bound;
    return code;
  }

  /** The same at once and for certain: the port is its own from now on, also one that the system has chosen. */
  reserve(address: string, port: number, isV6Only: boolean): string | undefined {
    const problem = this.bind(address, port, isV6Only);
    if (problem !== undefined) return problem;
    return attempt(() => {
      const own = this.#bound!.address;
      const reserved = this.#node.host.tcp.reserve(port, own);
      this.#bound = { address: own, port: reserved.port };
      this.#release = reserved.release;
      this.#own();
    });
  }

  /** Where it is bound, as far as it is; undefined before. */
  sockname(): SocketName | undefined {
    const socket = this.#socket;
    const isV6 = this.#isV6;
    if (isV6 === undefined) return undefined;
    if (socket) return nameOf(socket.local, socket.localPort, isV6);
    const at = this.#listener ?? this.#bound ?? { address: isV6 ? IP6_ANY : IP4_ANY, port: 0 };
    return nameOf(at.address, at.port, isV6);
  }

  /** Who is at the other end of a connection that is there. */
  peername(): SocketName | undefined {
    const socket = this.#socket;
    const state = socket?.connection.state;
    if (!socket || state === 'CLOSED' || state === 'SYN-SENT') return undefined;
    return nameOf(socket.remote, socket.remotePort, this.#isV6 ?? false);
  }

  // ── connecting and accepting

  /** Begins to connect. What fails at once is returned, else `done` tells. */
  connect(address: string, port: number, done: Done): string | undefined {
    const place = placeOf(this.#node.host, address);
    this.#isV6 ??= address.includes(':');
    if (!place || this.#isClosing) return 'EINVAL';
    const { address: from, port: fromPort } = this.#bound ?? {};
    const code = attempt(() => {
      const own = from === IP6_ANY ? undefined : from;
      this.#adopt(this.#node.host.tcp.open(place.ip, port, {}, fromPort || undefined, own));
    });
    // connect(2) knows no other reason for a pair of ends that is there already
    if (code !== undefined) return code === 'EADDRINUSE' ? 'EADDRNOTAVAIL' : code;
    this.#node.ref();
    this.#connecting = done;
    // on one machine all three segments have gone before connect(2) is back, and libuv looks at listeners first
    this.#waitsForPeer = this.#node.host.ip.isLocal(this.#socket!.remote);
    this.#look();
    return undefined;
  }

  /** Accepts connections from now on, and calls `onConnection` with each. Says why not, if not. */
  listen(backlog: number): string | undefined {
    const { address, port } = this.#bound ?? { address: undefined, port: 0 };
    this.#isV6 ??= true;
    const code = attempt(() => {
      this.#listener = this.#node.host.tcp.listen(port, backlog, {}, address);
    });
    if (!this.#listener) return code;
    this.#release?.();
    this.#listener.onConnection = () => this.#look();
    this.#own();
    this.#hold();
    return undefined;
  }

  // ── reading

  get reading(): boolean {
    return this.#isReading;
  }

  readStart(): void {
    if (this.#isReading || this.#isClosing) return;
    this.#isReading = true;
    this.#hold();
    this.#look();
  }

  readStop(): void {
    this.#isReading = false;
    this.#hold();
  }

  /** What has come, a buffer of libuv's at most. */
  take(): Bytes {
    const bytes = this.#socket?.read(READ_SIZE) ?? new Uint8Array(0);
    this.bytesRead += bytes.length;
    return bytes;
  }

  /** The same into memory of the program's; how much it was. */
  takeInto(into: Bytes): number {
    const count = this.#socket?.readInto(into, 0, into.length) ?? 0;
    this.bytesRead += count;
    return count;
  }

  // ── writing

  /** Bytes that the send buffer has not taken yet. */
  get writeQueueSize(): number {
    return this.#writes.reduce((sum, { chunks }) => sum + sizeOf(chunks), 0);
  }

  /**
   * Writes what the send buffer takes. True when that was all; else `done` is called when the rest has gone, too. A text
   * says why nothing could be written.
   */
  write(chunks: readonly Bytes[], done: Done): true | 'later' | { readonly code: string } {
    const problem = this.#writeProblem();
    if (problem !== undefined) return { code: problem };
    this.bytesWritten += sizeOf(chunks);
    const request = { chunks: [...chunks], done };
    if (this.#writes.length === 0 && this.#push(request)) return true;
    this.#writes.push(request);
    this.#node.ref();
    return 'later';
  }

  /** The end behind everything that was written. */
  shutdown(done: Done): string | undefined {
    if (!this.#socket || this.#socket.isClosed) return 'ENOTCONN';
    this.#shutdown = done;
    this.#node.ref();
    this.#look();
    return undefined;
  }

  #writeProblem(): string | undefined {
    const socket = this.#socket;
    if (!socket || this.#isClosing) return 'EBADF';
    if (socket.error !== undefined) return this.#takeError();
    return socket.isClosed ? 'EPIPE' : undefined;
  }

  /** Why the connection broke, as the first call that asks hears it; then it is only gone. */
  #takeError(): string {
    const { error, connection } = this.#socket!;
    if (this.#isErrorTaken || error === undefined) return 'EPIPE';
    this.#isErrorTaken = true;
    // Linux: who has heard the end can only be told that nobody listens any more
    return error === 'ECONNRESET' && connection.receiver.finReceived ? 'EPIPE' : error;
  }

  /** True when all of it was taken. */
  #push({ chunks }: WriteRequest): boolean {
    while (chunks.length > 0) {
      const first = chunks[0]!;
      const count = first.length > 0 ? this.#socket!.write(first) : 0;
      if (count < first.length) {
        chunks[0] = first.subarray(count);
        return false;
      }
      chunks.shift();
    }
    return true;
  }

  // ── its options

  setNoDelay(isOn: boolean): void {
    this.#socket?.setNoDelay(isOn);
  }

  /** An idle time of zero leaves all times as the system has them; else probes come every second, ten of them. */
  setKeepAlive(isOn: boolean, { idle, interval = 1, probes = 10 }: KeepAliveSeconds): void {
    const times = { idle: idle * SECOND, interval: interval * SECOND, probes };
    this.#socket?.setKeepAlive(!isOn ? undefined : idle > 0 ? times : KEEP_ALIVE);
  }

  /** Says why not, if not. */
  setTypeOfService(value: number): string | undefined {
    if (!this.#socket) return 'EBADF';
    this.#socket.trafficClass = value;
    return undefined;
  }

  /** Undefined while there is nothing that could have one. */
  get typeOfService(): number | undefined {
    return this.#socket?.trafficClass;
  }

  ref(): void {
    this.#isRef = true;
    this.#hold();
  }

  unref(): void {
    this.#isRef = false;
    this.#hold();
  }

  hasRef(): boolean {
    return this.#isRef && !this.#isClosing;
  }

  // ── its end

  /** close(2): what was written is still delivered; what was not read, or comes now, is answered with a reset. */
  close(done?: () => void): void {
    this.#end(done, (socket) =>
      socket.isEstablished || socket.isClosed ? socket.close() : this.#leave(socket),
    );
  }

  /** Closes with a reset. */
  reset(done?: () => void): void {
    this.#end(done, (socket) => socket.abort());
  }

  /** An opening connection is given up; one that both sides are closing goes on by itself. */
  #leave(socket: TcpSocket): void {
    const { state } = socket.connection;
    if (state === 'SYN-SENT' || state === 'SYN-RECEIVED') socket.abort();
    else socket.close();
  }

  #end(done: (() => void) | undefined, letGo: (socket: TcpSocket) => void): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#isReading = false;
    this.#hold();
    this.#disown?.();
    this.#release?.();
    this.#listener?.close();
    const socket = this.#socket;
    if (socket) {
      socket.onChange = undefined;
      letGo(socket);
    }
    this.#connecting &&= this.#cancel(this.#connecting, false);
    this.#shutdown &&= this.#cancel(this.#shutdown, true);
    for (const { done: written } of this.#writes.splice(0)) this.#cancel(written, true);
    this.#node.ref();
    this.#node.soon(() => {
      this.#node.unref();
      done?.();
    });
  }

  /** A request that will not be answered; only those of a stream hear of it. */
  #cancel(done: Done, isTold: boolean): undefined {
    this.#node.unref();
    if (isTold) this.#node.soon(() => done('ECANCELED'));
    return undefined;
  }

  // ── what happens to it

  #adopt(socket: TcpSocket): void {
    this.#release?.();
    this.#socket = socket;
    socket.onChange = () => this.#look();
    this.#own();
  }

  /** The system takes it back when the program ends. */
  #own(): void {
    this.#disown ??= this.#node.own({ kill: () => this.close() });
  }

  #hold(): void {
    const isActive = this.#isReading || this.#listener !== undefined;
    const isHeld = isActive && this.#isRef && !this.#isClosing;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#node.ref();
    else this.#node.unref();
  }

  /** Asks for a turn of the program's when there is something to tell. */
  #look(): void {
    if (this.#isQueued || this.#isClosing || !this.#next()) return;
    this.#isQueued = true;
    this.#node.soon(() => {
      this.#isQueued = false;
      if (this.#isClosing) return;
      try {
        if (!this.#waitsForPeer) this.#next()?.();
      } finally {
        this.#waitsForPeer = false;
        this.#look();
      }
    });
  }

  /** What to do first, in the order in which libuv looks: connections, reading, writing. */
  #next(): (() => void) | undefined {
    const socket = this.#socket;
    if (this.#listener) return this.#listener.queue.length > 0 ? () => this.#accept() : undefined;
    if (!socket) return undefined;
    if (this.#connecting) {
      const isOver = socket.isEstablished || socket.error !== undefined || socket.isClosed;
      return isOver ? () => this.#connected() : undefined;
    }
    if (this.#isReading) {
      if (socket.readable > 0) return () => this.onReadable?.();
      // who has heard the end hears it first, whatever came later
      if (socket.ended) return () => this.#readEnd(undefined);
      if (socket.error !== undefined && !this.#isErrorTaken) return () => this.#readEnd(this.#takeError());
    }
    const [first] = this.#writes;
    if (first && (socket.error !== undefined || socket.isClosed || socket.writable > 0))
      return () => this.#goOn(first);
    return this.#shutdown && !first ? () => this.#finish() : undefined;
  }

  #accept(): void {
    const socket = this.#listener!.queue.shift();
    if (socket) this.onConnection?.(new TcpHandle(this.#node, socket, this.#isV6));
  }

  #connected(): void {
    const done = this.#connecting!;
    this.#connecting = undefined;
    this.#node.unref();
    const { error, isClosed } = this.#socket!;
    if (error !== undefined) this.#isErrorTaken = true;
    done(error ?? (isClosed ? 'ECONNABORTED' : undefined));
  }

  #readEnd(code: string | undefined): void {
    this.readStop();
    this.onEnd?.(code);
  }

  #goOn(request: WriteRequest): void {
    const problem = this.#writeProblem();
    if (problem === undefined && !this.#push(request)) return;
    this.#writes.shift();
    this.#node.unref();
    request.done(problem);
  }

  #finish(): void {
    const done = this.#shutdown!;
    this.#shutdown = undefined;
    this.#node.unref();
    const socket = this.#socket!;
    const isGone = socket.isClosed;
    if (!isGone) socket.end();
    done(isGone ? 'ENOTCONN' : undefined);
  }
}

function sizeOf(chunks: readonly Bytes[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** The code with which a call to the machine fails, if it does. */
function attempt(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof ProgramError) return error.code;
    throw error;
  }
}

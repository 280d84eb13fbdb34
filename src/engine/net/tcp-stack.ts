/**
 * TCP on a host: finds the connection that a segment belongs to, drives its machine, and gives programs a socket.
 *
 * The machine (proto/tcp) knows no clock, no addresses and no link; here are the demultiplexing by four-tuple, the
 * checksum, the timers, listening sockets with their backlog, and the byte stream that programs read and write.
 */

import { formatIp4, type Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader4 } from '../base/checksum.ts';
import { Misuse } from '../base/errors.ts';
import { hashName, type Random } from '../base/random.ts';
import { seqLe, seqLt } from '../base/seq.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { ByteStream } from '../proto/stream.ts';
import { TcpConnection, type TcpOptions } from '../proto/tcp/connection.ts';
import { resetFor } from '../proto/tcp/reset.ts';
import type { Kernel } from '../sim/kernel.ts';
import { ProgramError, type Task, type Wait, type Waker } from '../sim/task.ts';
import { Timer } from '../sim/timer.ts';
import { MAX_FRAME } from '../trace/frames.ts';
import { NONE } from '../trace/log.ts';
import { ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE, icmpMeaning, quotedDatagram } from '../wire/icmp.ts';
import { PROTOCOL_TCP } from '../wire/ipv4.ts';
import { TCP_HEADER, tcpHeader } from '../wire/tcp.ts';
import { type IpStack, TRANSPORT_OFFSET, type Transport } from './ip-stack.ts';
import type { PortPool } from './ports.ts';

/** What a program may choose for its connections; the rest follows from the host. */
export type TcpTuning = Partial<
  Omit<TcpOptions, 'localPort' | 'remotePort' | 'iss' | 'name' | 'mss' | 'timestampOffset'>
>;

/** A bound on what one call may send, far above any window: a machine that never stops is our bug. */
const MAX_BURST = 100_000;

export class TcpSocket implements ByteStream {
  readonly connection: TcpConnection;
  readonly local: Ip4;
  readonly localPort: number;
  readonly remote: Ip4;
  readonly remotePort: number;
  readonly protocol = undefined;
  onChange: (() => void) | undefined;
  /** Set when the machine has reached CLOSED and the stack has let go of it. */
  isClosed = false;
  #isAborted = false;
  readonly timer: Timer;
  readonly #stack: TcpStack;

  constructor(
    stack: TcpStack,
    connection: TcpConnection,
    local: Ip4,
    localPort: number,
    remote: Ip4,
    remotePort: number,
  ) {
    this.#stack = stack;
    this.connection = connection;
    this.local = local;
    this.localPort = localPort;
    this.remote = remote;
    this.remotePort = remotePort;
    this.timer = new Timer(stack.ip.world.kernel, () => stack.timeout(this));
  }

  get peer(): string {
    return `${formatIp4(this.remote)}:${this.remotePort}`;
  }

  get readable(): number {
    return this.connection.readable;
  }

  get ended(): boolean {
    return this.connection.ended;
  }

  get writable(): number {
    return this.connection.writable;
  }

  get error(): string | undefined {
    return this.connection.error;
  }

  read(max = Number.MAX_SAFE_INTEGER): Bytes {
    const into = new Uint8Array(Math.min(max, this.connection.readable));
    this.readInto(into, 0, into.length);
    return into;
  }

  /** Copies at most `max` bytes to `into[from…]` and returns how many. */
  readInto(into: Bytes, from: number, max: number): number {
    const count = this.connection.read(into, from, max, this.#stack.ip.world.kernel.now);
    if (count > 0) this.#stack.service(this);
    return count;
  }

  write(bytes: Bytes): number {
    if (this.#isAborted) throw new Misuse('write after abort');
    const count = this.connection.write(bytes, 0, bytes.length, this.#stack.ip.world.kernel.now);
    if (count > 0) this.#stack.service(this);
    return count;
  }

  end(): void {
    this.connection.shutdown(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  /** Lets go of both directions: what was written is still delivered, what still comes is answered with a RST. */
  close(): void {
    this.connection.close(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  abort(): void {
    this.#isAborted = true;
    this.connection.abort(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  get isEstablished(): boolean {
    return this.connection.state === 'ESTABLISHED' || this.connection.state === 'CLOSE-WAIT';
  }
}

/** A port that accepts connections, with the queue of those that wait for `accept`. */
export class TcpListener {
  readonly port: number;
  readonly backlog: number;
  readonly tuning: TcpTuning;
  /** Connections that have begun and are not established yet. */
  pending = 0;
  readonly queue: TcpSocket[] = [];
  readonly #stack: TcpStack;
  #takers: Waker[] = [];

  constructor(stack: TcpStack, port: number, backlog: number, tuning: TcpTuning) {
    this.#stack = stack;
    this.port = port;
    this.backlog = backlog;
    this.tuning = tuning;
  }

  established(socket: TcpSocket): void {
    this.queue.push(socket);
    this.#takers.shift()?.wake();
  }

  /** The next established connection. */
  *accept(): Task<TcpSocket> {
    while (this.queue.length === 0) {
      yield (waker) => {
        this.#takers.push(waker);
        return () => {
          const isWoken = !this.#takers.includes(waker);
          this.#takers = this.#takers.filter((one) => one !== waker);
          // cancelled between its wake-up and its next step: the connection is for the next one who waits
          if (isWoken && this.queue.length > 0) this.#takers.shift()?.wake();
        };
      };
    }
    return this.queue.shift()!;
  }

  close(): void {
    this.#stack.unlisten(this);
  }
}

export class TcpStack implements Transport {
  readonly protocol = PROTOCOL_TCP;
  readonly ip: IpStack;
  readonly #ports: PortPool;
  readonly #random: Random;
  readonly #secret: number;
  readonly #tuning: TcpTuning;
  readonly #listeners = new Map<number, TcpListener>();
  /** By local port, then by remote address × 65536 + port. */
  readonly #sockets = new Map<number, Map<number, TcpSocket>>();
  #lastFound: TcpSocket | undefined;
  readonly #waitingFor = new Map<TcpSocket, TcpListener>();
  readonly #windowKind: number;
  readonly #rttKind: number;
  readonly #lastWindow = new WeakMap<TcpSocket, { cwnd: number; ssthresh: number; srtt: number }>();

  constructor(ip: IpStack, ports: PortPool, tuning: TcpTuning) {
    this.ip = ip;
    this.#ports = ports;
    this.#tuning = tuning;
    this.#random = ip.world.random(`${ip.name}/tcp`);
    this.#secret = this.#random.u32();
    this.#windowKind = ip.world.trace.kind('tcp.window');
    this.#rttKind = ip.world.trace.kind('tcp.rtt');
    ip.addTransport(this);
  }

  /** Throws {@link Misuse} when the port is taken. */
  listen(port: number, backlog = 128, tuning: TcpTuning = {}): TcpListener {
    if (this.#listeners.has(port)) throw new Misuse(`TCP port ${port} is taken on ${this.ip.name}`);
    const listener = new TcpListener(this, port, backlog, tuning);
    this.#listeners.set(port, listener);
    this.ip.record({
      kind: 'socket.open',
      detail: { protocol: 'TCP', local: `${port}`, remote: '*', state: 'LISTEN' },
    });
    return listener;
  }

  unlisten(listener: TcpListener): void {
    if (this.#listeners.get(listener.port) !== listener) return;
    this.#listeners.delete(listener.port);
    this.ip.record({
      kind: 'socket.close',
      detail: { protocol: 'TCP', local: `${listener.port}`, remote: '*' },
    });
    for (const socket of listener.queue.splice(0)) socket.abort();
    // those in the middle of their handshake would be established with nobody to accept them
    for (const [socket, waitsFor] of [...this.#waitingFor]) if (waitsFor === listener) socket.abort();
  }

  /**
   * Starts to connect and returns at once; see {@link connect} for waiting. `from` is the local port for programs that
   * want a certain one. Throws a ProgramError without a route or a port.
   */
  open(remote: Ip4, remotePort: number, tuning: TcpTuning = {}, from?: number): TcpSocket {
    const local = this.ip.sourceFor(remote);
    if (local === undefined) throw new ProgramError('ENETUNREACH', `no route to ${formatIp4(remote)}`);
    const key = remote * 0x1_0000 + remotePort;
    if (from !== undefined && this.#sockets.get(from)?.has(key))
      throw new ProgramError('EADDRINUSE', `port ${from} has a connection to there`);
    const localPort =
      from ?? this.#ports.pick((port) => !this.#listeners.has(port) && !this.#sockets.get(port)?.has(key));
    if (localPort === undefined) throw new ProgramError('EADDRNOTAVAIL', 'no local port is free');
    const socket = this.#create(local, localPort, remote, remotePort, tuning);
    socket.connection.open(this.ip.world.kernel.now);
    this.service(socket);
    return socket;
  }

  /** Connects and waits for it. Throws a ProgramError with the reason (`ECONNREFUSED`, `ETIMEDOUT`, …). */
  *connect(remote: Ip4, remotePort: number, tuning: TcpTuning = {}): Task<TcpSocket> {
    const socket = this.open(remote, remotePort, tuning);
    try {
      while (!socket.isEstablished) {
        if (socket.error !== undefined || socket.isClosed)
          throw new ProgramError(socket.error ?? 'ECONNABORTED', `${socket.peer}: ${socket.error}`);
        yield changed(socket);
      }
    } finally {
      if (!socket.isEstablished && socket.error === undefined && !socket.isClosed) socket.abort();
    }
    return socket;
  }

  receive(bytes: Bytes, at: number, length: number, source: Ip4, destination: Ip4): void {
    if (
      length < TCP_HEADER ||
      checksumFinish(
        checksumAdd(pseudoHeader4(source, destination, PROTOCOL_TCP, length), bytes, at, length),
      ) !== 0
    ) {
      this.ip.record({
        kind: 'tcp.drop',
        detail: {
          reason: length < TCP_HEADER ? 'truncated header' : 'wrong checksum',
          from: formatIp4(source),
        },
      });
      return;
    }
    const localPort = tcpHeader.get.destinationPort(bytes, at);
    const remotePort = tcpHeader.get.sourcePort(bytes, at);
    const known = this.#find(localPort, source, remotePort);
    if (known?.connection.mayReopen(bytes, at, length)) {
      known.timer.clear();
      this.#forget(known);
    }
    const socket = known && !known.isClosed ? known : this.#passive(bytes, at, source, destination);
    if (!socket) {
      this.#reset(bytes, at, length, source, destination);
      return;
    }
    if (socket === 'full') return;
    socket.connection.handle(bytes, at, length, this.ip.world.kernel.now);
    this.service(socket);
    socket.onChange?.();
  }

  /** The segment before was most often of the same connection: that one is tried first. */
  #find(localPort: number, remote: Ip4, remotePort: number): TcpSocket | undefined {
    const last = this.#lastFound;
    if (
      last &&
      last.localPort === localPort &&
      last.remotePort === remotePort &&
      last.remote === remote &&
      !last.isClosed
    )
      return last;
    const found = this.#sockets.get(localPort)?.get(remote * 0x1_0000 + remotePort);
    this.#lastFound = found;
    return found;
  }

  handleIcmp(bytes: Bytes, at: number, end: number): void {
    const quoted = quotedDatagram(bytes, at, end);
    if (!quoted) return;
    const socket = this.#sockets
      .get(quoted.sourcePort)
      ?.get(quoted.destination * 0x1_0000 + quoted.destinationPort);
    if (!socket) return;
    const error = icmpError(bytes[at]!, bytes[at + 1]!);
    if (!error) {
      const what = icmpMeaning(bytes[at]!, bytes[at + 1]!);
      this.ip.record({
        kind: 'tcp.drop',
        detail: { reason: `an ICMP error that TCP does nothing about: ${what}` },
      });
      return;
    }
    // RFC 5927 §4.1: whoever forges an error must also guess a sequence number in flight
    const sequence = tcpHeader.get.sequence(bytes, quoted.transportAt);
    const { una, max } = socket.connection.sender;
    if (!seqLe(una, sequence) || !seqLt(sequence, max)) {
      this.ip.record({
        kind: 'tcp.icmp-ignored',
        detail: { reason: 'it is about nothing in flight', error },
      });
      return;
    }
    socket.connection.handleIcmp(error, this.ip.world.kernel.now);
    this.service(socket);
    socket.onChange?.();
  }

  timeout(socket: TcpSocket): void {
    socket.connection.handleTimeout(this.ip.world.kernel.now);
    this.service(socket);
    socket.onChange?.();
  }

  /** Drains the machine: records its events, sends its segments, sets its timer. */
  service(socket: TcpSocket): void {
    const { connection } = socket;
    const { trace, kernel } = this.ip.world;
    const { frames } = trace;
    const now = kernel.now;
    const before = trace.cause;
    this.#recordEvents(socket);
    for (let sent = 0; sent < MAX_BURST; sent++) {
      const frame = frames.alloc(MAX_FRAME);
      const slab = frames.slab(frame);
      const at = frames.at(frame) + TRANSPORT_OFFSET;
      const length = connection.pollTransmit(now, slab, at);
      if (length === 0) {
        frames.discard(frame);
        break;
      }
      // deciding to send may have been an event itself: going back after a time-out
      this.#recordEvents(socket);
      const start = pseudoHeader4(socket.local, socket.remote, PROTOCOL_TCP, length);
      tcpHeader.set.checksum(slab, at, checksumFinish(checksumAdd(start, slab, at, length)));
      this.ip.send(frame, length, PROTOCOL_TCP, socket.local, socket.remote);
    }
    trace.cause = before;
    if (trace.full) this.#recordWindow(socket, now);
    socket.timer.set(connection.pollTimeout());
    const listener = this.#waitingFor.get(socket);
    if (listener && connection.state !== 'SYN-RECEIVED') this.#leaveBacklog(socket, listener);
    if (connection.state === 'CLOSED' && !socket.isClosed) this.#forget(socket);
  }

  /** Records what the machine has to tell; the last event becomes the cause of what is sent. */
  #recordEvents(socket: TcpSocket): void {
    const { trace } = this.ip.world;
    for (let event = socket.connection.pollEvent(); event; event = socket.connection.pollEvent()) {
      const id = this.ip.record(event);
      if (id !== NONE) trace.cause = id;
    }
  }

  sockets(): readonly TcpSocket[] {
    return [...this.#sockets.values()].flatMap((byRemote) => [...byRemote.values()]);
  }

  get listeningPorts(): readonly number[] {
    return [...this.#listeners.keys()];
  }

  /** Everything is gone at once, and nobody is told: the machine lost its power. */
  clear(): void {
    for (const socket of this.sockets()) {
      socket.timer.clear();
      this.#forget(socket);
    }
    for (const listener of [...this.#listeners.values()]) {
      this.#listeners.delete(listener.port);
      this.ip.record({
        kind: 'socket.close',
        detail: { protocol: 'TCP', local: `${listener.port}`, remote: '*' },
      });
    }
  }

  #create(local: Ip4, localPort: number, remote: Ip4, remotePort: number, tuning: TcpTuning): TcpSocket {
    const connection = new TcpConnection({
      ...this.#tuning,
      ...tuning,
      localPort,
      remotePort,
      name: nameOf(local, localPort, remote, remotePort),
      mss: this.ip.mtuFor(remote) - 40,
      iss: this.#initialSequence(local, localPort, remote, remotePort),
      timestampOffset: this.#random.u32(),
    });
    const socket = new TcpSocket(this, connection, local, localPort, remote, remotePort);
    let byRemote = this.#sockets.get(localPort);
    if (!byRemote) {
      byRemote = new Map();
      this.#sockets.set(localPort, byRemote);
    }
    byRemote.set(remote * 0x1_0000 + remotePort, socket);
    this.ip.record({
      kind: 'socket.open',
      detail: {
        protocol: 'TCP',
        local: `${formatIp4(local)}:${localPort}`,
        remote: socket.peer,
        state: connection.state,
      },
    });
    return socket;
  }

  /**
   * ISN = M + F(four-tuple, secret): a clock that ticks every 4 µs, and a keyed hash, so that a connection reopened
   * between the same ends starts above the old one (RFC 9293 §3.4.1, RFC 6528 §3). The hash is no secret here.
   */
  #initialSequence(local: Ip4, localPort: number, remote: Ip4, remotePort: number): number {
    const clock = Math.floor(this.ip.world.kernel.now / 4000);
    return (clock + hashName(`${this.#secret} ${nameOf(local, localPort, remote, remotePort)}`)) >>> 0;
  }

  /** A SYN for a listening port makes a connection; the machine itself answers everything that is wrong with it. */
  #passive(bytes: Bytes, at: number, source: Ip4, destination: Ip4): TcpSocket | 'full' | undefined {
    const listener = this.#listeners.get(tcpHeader.get.destinationPort(bytes, at));
    const flags = bytes[at + 13]!;
    const isSyn = (flags & 0x17) === 0x02;
    if (!listener || !isSyn) return undefined;
    if (listener.pending + listener.queue.length >= listener.backlog) {
      this.ip.record({ kind: 'tcp.drop', detail: { reason: 'the backlog is full', port: listener.port } });
      return 'full';
    }
    const socket = this.#create(
      destination,
      listener.port,
      source,
      tcpHeader.get.sourcePort(bytes, at),
      listener.tuning,
    );
    socket.connection.listen();
    this.#waitingFor.set(socket, listener);
    listener.pending += 1;
    return socket;
  }

  #leaveBacklog(socket: TcpSocket, listener: TcpListener): void {
    const { state } = socket.connection;
    // back in LISTEN (a RST, or a SYN that was refused): the listener itself listens, this machine is done
    if (state === 'LISTEN' || state === 'CLOSED') {
      socket.timer.clear();
      this.#forget(socket);
      return;
    }
    this.#waitingFor.delete(socket);
    listener.pending -= 1;
    listener.established(socket);
  }

  #reset(bytes: Bytes, at: number, length: number, source: Ip4, destination: Ip4): void {
    this.ip.record({
      kind: 'tcp.drop',
      detail: {
        reason: 'no connection',
        port: tcpHeader.get.destinationPort(bytes, at),
        from: formatIp4(source),
      },
    });
    const { frames } = this.ip.world.trace;
    const frame = frames.alloc(TRANSPORT_OFFSET + TCP_HEADER);
    const slab = frames.slab(frame);
    const out = frames.at(frame) + TRANSPORT_OFFSET;
    const size = resetFor(bytes, at, length, slab, out);
    if (size === 0) {
      frames.discard(frame);
      return;
    }
    tcpHeader.set.checksum(
      slab,
      out,
      checksumFinish(checksumAdd(pseudoHeader4(destination, source, PROTOCOL_TCP, size), slab, out, size)),
    );
    this.ip.send(frame, size, PROTOCOL_TCP, destination, source);
  }

  #forget(socket: TcpSocket): void {
    socket.isClosed = true;
    const byRemote = this.#sockets.get(socket.localPort);
    byRemote?.delete(socket.remote * 0x1_0000 + socket.remotePort);
    if (byRemote?.size === 0) this.#sockets.delete(socket.localPort);
    const listener = this.#waitingFor.get(socket);
    if (listener) {
      this.#waitingFor.delete(socket);
      listener.pending -= 1;
    }
    this.ip.record({
      kind: 'socket.close',
      detail: {
        protocol: 'TCP',
        local: `${formatIp4(socket.local)}:${socket.localPort}`,
        remote: socket.peer,
      },
    });
  }

  /** Congestion window and smoothed round-trip time, when they changed: operands in bytes and microseconds. */
  #recordWindow(socket: TcpSocket, now: number): void {
    const { connection } = socket;
    const last = this.#lastWindow.get(socket);
    const { cwnd, ssthresh, srtt } = connection;
    if (last && last.cwnd === cwnd && last.ssthresh === ssthresh && last.srtt === srtt) return;
    const { trace } = this.ip.world;
    if (!last || last.cwnd !== cwnd || last.ssthresh !== ssthresh) {
      trace.record(now, this.#windowKind, this.ip.nodeId, cwnd, Math.min(ssthresh, 0x7fffffff));
    }
    if (srtt > 0 && (!last || last.srtt !== srtt)) {
      trace.record(now, this.#rttKind, this.ip.nodeId, Math.round(srtt / 1000), socket.localPort);
    }
    if (last) Object.assign(last, { cwnd, ssthresh, srtt });
    else this.#lastWindow.set(socket, { cwnd, ssthresh, srtt });
  }
}

/** {@link changed}, or until `deadline`, whichever comes first. */
export function changedBefore(kernel: Kernel, stream: ByteStream, deadline: Nanoseconds): Wait {
  return (waker) => {
    const stopListening = changed(stream)({
      wake: () => {
        kernel.cancel(handle);
        waker.wake();
      },
      fail: (error) => waker.fail(error),
    });
    // whichever comes first takes the other away: a late one would wake the task out of its next wait
    const handle = kernel.schedule(Math.max(deadline, kernel.now), {
      onEvent: () => {
        stopListening();
        waker.wake();
      },
    });
    return () => {
      kernel.cancel(handle);
      stopListening();
    };
  };
}

/** Waits until something about the stream has changed. One waiter at a time. */
export function changed(stream: ByteStream): Wait {
  return (waker) => {
    stream.onChange = () => {
      stream.onChange = undefined;
      waker.wake();
    };
    return () => {
      stream.onChange = undefined;
    };
  };
}

/** What events call a connection: both its ends. */
function nameOf(local: Ip4, localPort: number, remote: Ip4, remotePort: number): string {
  return `${formatIp4(local)}:${localPort} ${formatIp4(remote)}:${remotePort}`;
}

function icmpError(
  type: number,
  code: number,
): 'net-unreachable' | 'host-unreachable' | 'port-unreachable' | 'time-exceeded' | undefined {
  if (type === ICMP_TIME_EXCEEDED) return 'time-exceeded';
  if (type !== ICMP_UNREACHABLE) return undefined;
  return code === 0
    ? 'net-unreachable'
    : code === 1
      ? 'host-unreachable'
      : code === 3
        ? 'port-unreachable'
        : undefined;
}

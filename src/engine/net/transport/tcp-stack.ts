/**
 * TCP on a host: finds the connection that a segment belongs to, drives its machine, and gives programs a socket.
 *
 * The machine (proto/tcp) knows no clock, no addresses and no link; here are the demultiplexing by four-tuple, the
 * checksum, the timers, listening sockets with their backlog, and the byte stream that programs read and write.
 */

import type { Bytes } from '../../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader, pseudoHeader4 } from '../../base/checksum.ts';
import { formatEndpoint, formatIp, type Ip, isMulticast6 } from '../../base/ip.ts';
import { hashName, type Random } from '../../base/random.ts';
import { seqLe, seqLt } from '../../base/seq.ts';
import { TcpConnection } from '../../proto/tcp/connection.ts';
import type { IcmpError } from '../../proto/tcp/options.ts';
import { resetFor } from '../../proto/tcp/reset.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import { MAX_FRAME } from '../../trace/frames.ts';
import { NONE } from '../../trace/log.ts';
import { PROTOCOL_TCP } from '../../wire/ipv4.ts';
import { TCP_HEADER, tcpHeader } from '../../wire/tcp.ts';
import type { IcmpErrorKind, IcmpReport } from '../ip/icmp-report.ts';
import type { IpStack } from '../ip/ip-stack.ts';
import { type Transport, transportOffset } from '../ip/transport.ts';
import {
  answersFor,
  type Bound,
  boundText,
  checkOwn,
  isLoopback,
  isWildcard,
  loopbackOf,
  overlap,
} from './bound.ts';
import type { PortPool } from './ports.ts';
import { changed, TcpListener, TcpSocket, type TcpTuning } from './tcp-socket.ts';

/** A bound on what one call may send, far above any window: a machine that never stops is our bug. */
const MAX_BURST = 100_000;

export class TcpStack implements Transport {
  readonly ip: IpStack;
  readonly #ports: PortPool;
  readonly #random: Random;
  readonly #secret: number;
  readonly #tuning: TcpTuning;
  readonly #listeners = new Map<number, TcpListener[]>();
  /** By both ends: first the local one, then the remote one, each an {@link endKey}. */
  readonly #sockets = new Map<number | string, Map<number | string, TcpSocket>>();
  /** Ports that are bound and neither listened on nor connected from yet, with how many sockets are bound to each. */
  readonly #reserved = new Map<number, number>();
  /** Connections by their local port. */
  readonly #byPort = new Map<number, Set<TcpSocket>>();
  #lastFound: TcpSocket | undefined;
  readonly #waitingFor = new Map<TcpSocket, TcpListener>();
  readonly #windowKind: number;
  readonly #rttKind: number;
  /** Connections whose program had asked for no local port. */
  readonly #unbound = new WeakSet<TcpSocket>();
  readonly #lastWindow = new WeakMap<TcpSocket, { cwnd: number; ssthresh: number; srtt: number }>();

  constructor(ip: IpStack, ports: PortPool, tuning: TcpTuning) {
    this.ip = ip;
    this.#ports = ports;
    this.#tuning = tuning;
    this.#random = ip.world.random(`${ip.name}/tcp`);
    this.#secret = this.#random.u32();
    this.#windowKind = ip.world.trace.kind('tcp.window');
    this.#rttKind = ip.world.trace.kind('tcp.rtt');
    ip.addTransport(PROTOCOL_TCP, this);
  }

  /**
   * Accepts connections to `port`, or to a free one for 0, at `address`: at every address of both families when that is
   * undefined. Throws a ProgramError when the port is taken there, or the address is not ours.
   */
  listen(port: number, backlog = 128, tuning: TcpTuning = {}, address?: Bound): TcpListener {
    checkOwn(this.ip, address);
    const chosen = this.#pickFor(port, address);
    const listener = new TcpListener(this, address, chosen, backlog, tuning);
    this.#listeners.set(chosen, [...(this.#listeners.get(chosen) ?? []), listener]);
    const local = boundText(address, chosen);
    this.ip.record({
      kind: 'socket.open',
      detail: { protocol: 'TCP', local, remote: '*', state: 'LISTEN' },
    });
    return listener;
  }

  /**
   * Binds a port, or a free one for 0, without using it yet: nobody is given it by chance until it is let go. Throws as
   * {@link listen}.
   */
  reserve(port: number, address?: Bound): { readonly port: number; readonly release: () => void } {
    checkOwn(this.ip, address);
    const chosen = this.#pickFor(port, address);
    const count = (change: number): void => {
      const now = (this.#reserved.get(chosen) ?? 0) + change;
      if (now > 0) this.#reserved.set(chosen, now);
      else this.#reserved.delete(chosen);
    };
    count(1);
    let isHeld = true;
    const release = (): void => {
      if (isHeld) count(-1);
      isHeld = false;
    };
    return { port: chosen, release };
  }

  #pickFor(port: number, address: Bound): number {
    const isFree = (one: number): boolean =>
      this.mayBind(one, address) && !this.#reserved.has(one) && !this.#isTranslated(one);
    const chosen = port === 0 ? this.#ports.pick(isFree) : port;
    if (chosen === undefined || !this.mayBind(chosen, address))
      throw new ProgramError('EADDRINUSE', `TCP port ${port || 'any'} is taken on ${this.ip.name}`);
    return chosen;
  }

  /**
   * Whether a program may have the port at this address. Listeners get in each other's way where their addresses
   * overlap. So do connections of programs that had asked for no port: Linux lets a port that is used be bound only when
   * both sides have said that it may be used again, as programs do that bind one.
   */
  mayBind(port: number, address: Bound): boolean {
    if (this.#listeners.get(port)?.some((other) => overlap(other.address, address))) return false;
    for (const socket of this.#byPort.get(port) ?? [])
      if (this.#unbound.has(socket) && overlap(address, socket.local)) return false;
    return true;
  }

  #isTranslated(port: number): boolean {
    return this.ip.nics.some(
      ({ address }) => address !== undefined && this.ip.isTranslated(PROTOCOL_TCP, address, port),
    );
  }

  unlisten(listener: TcpListener): void {
    if (!this.#removeListener(listener)) return;
    for (const socket of listener.queue.splice(0)) socket.abort();
    // those in the middle of their handshake would be established with nobody to accept them
    for (const [socket, waitsFor] of [...this.#waitingFor]) if (waitsFor === listener) socket.abort();
  }

  #removeListener(listener: TcpListener): boolean {
    const { port, address } = listener;
    const before = this.#listeners.get(port) ?? [];
    if (!before.includes(listener)) return false;
    const left = before.filter((one) => one !== listener);
    if (left.length > 0) this.#listeners.set(port, left);
    else this.#listeners.delete(port);
    this.ip.record({
      kind: 'socket.close',
      detail: { protocol: 'TCP', local: boundText(address, port), remote: '*' },
    });
    return true;
  }

  /**
   * Starts to connect and returns at once; see {@link connect} for waiting. `from` is the local port and `address` the
   * local address for programs that want certain ones. Throws a ProgramError without a route or a port.
   */
  open(to: Ip, remotePort: number, tuning: TcpTuning = {}, from?: number, address?: Bound): TcpSocket {
    const remote = isWildcard(to) ? loopbackOf(to) : to;
    const local = this.#sourceFor(remote, address);
    const isUsed = (port: number): boolean =>
      this.#sockets.get(endKey(local, port))?.has(endKey(remote, remotePort)) ?? false;
    if (from !== undefined && isUsed(from))
      throw new ProgramError('EADDRINUSE', `port ${from} has a connection to there`);
    const isFree = (port: number): boolean =>
      !this.#listeners.has(port) &&
      !this.#reserved.has(port) &&
      !isUsed(port) &&
      !this.ip.isTranslated(PROTOCOL_TCP, local, port);
    const localPort = from ?? this.#ports.pick(isFree);
    if (localPort === undefined) throw new ProgramError('EADDRNOTAVAIL', 'no local port is free');
    const socket = this.#create(local, localPort, remote, remotePort, tuning);
    if (from === undefined) this.#unbound.add(socket);
    socket.connection.open(this.ip.world.kernel.now);
    this.service(socket);
    return socket;
  }

  /** The local address of a connection. Throws a ProgramError as connect(2) fails. */
  #sourceFor(remote: Ip, wanted: Bound): Ip {
    checkOwn(this.ip, wanted);
    const fits = wanted === undefined || typeof wanted === typeof remote;
    if (!fits) throw new ProgramError('EINVAL', 'addresses of two families');
    const source = isOneHost(this.ip, remote) ? this.ip.sourceFor(remote) : undefined;
    if (source === undefined) throw new ProgramError('ENETUNREACH', `no route to ${formatIp(remote)}`);
    if (isWildcard(wanted)) return source;
    // nobody out there could answer to it
    if (isLoopback(wanted!) && !this.ip.isLocal(remote))
      throw new ProgramError('EINVAL', 'from a loopback address to another machine');
    return wanted!;
  }

  /** Connects and waits for it. Throws a ProgramError with the reason (`ECONNREFUSED`, `ETIMEDOUT`, …). */
  *connect(remote: Ip, remotePort: number, tuning: TcpTuning = {}): Task<TcpSocket> {
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

  receive(bytes: Bytes, at: number, length: number, source: Ip, destination: Ip): void {
    if (
      length < TCP_HEADER ||
      checksumFinish(checksumAdd(pseudo(source, destination, length), bytes, at, length)) !== 0
    ) {
      this.ip.record({
        kind: 'tcp.drop',
        detail: {
          reason: length < TCP_HEADER ? 'truncated header' : 'wrong checksum',
          from: formatIp(source),
        },
      });
      return;
    }
    const localPort = tcpHeader.get.destinationPort(bytes, at);
    const remotePort = tcpHeader.get.sourcePort(bytes, at);
    const known = this.#find(destination, localPort, source, remotePort);
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
    const { connection } = socket;
    const { una } = connection.sender;
    const { next } = connection.receiver;
    connection.handle(bytes, at, length, this.ip.world.kernel.now);
    // what is new, either way, shows that our packets arrive (RFC 4861 §7.3.1)
    if (typeof source !== 'number' && (connection.sender.una !== una || connection.receiver.next !== next))
      this.ip.v6.confirm(source);
    this.service(socket);
    socket.onChange?.();
  }

  /** The segment before was most often of the same connection: that one is tried first. */
  #find(local: Ip, localPort: number, remote: Ip, remotePort: number): TcpSocket | undefined {
    const last = this.#lastFound;
    if (
      last &&
      last.localPort === localPort &&
      last.remotePort === remotePort &&
      last.remote === remote &&
      last.local === local &&
      !last.isClosed
    )
      return last;
    const found = this.#sockets.get(endKey(local, localPort))?.get(endKey(remote, remotePort));
    this.#lastFound = found;
    return found;
  }

  handleIcmp(report: IcmpReport): void {
    const { quoted, kind } = report;
    const socket = this.#sockets
      .get(endKey(quoted.source, quoted.sourcePort))
      ?.get(endKey(quoted.destination, quoted.destinationPort));
    if (!socket) return;
    const error = ERRORS[kind];
    if (!error && kind !== 'too-big') {
      this.ip.record({
        kind: 'tcp.drop',
        detail: { reason: `an ICMP error that TCP does nothing about: ${kind}` },
      });
      return;
    }
    // RFC 5927 §4.1: whoever forges an error must also guess a sequence number in flight
    const sequence = tcpHeader.get.sequence(report.bytes, quoted.transportAt);
    const { una, max } = socket.connection.sender;
    if (!seqLe(una, sequence) || !seqLt(sequence, max)) {
      this.ip.record({
        kind: 'tcp.icmp-ignored',
        detail: { reason: 'it is about nothing in flight', error: kind },
      });
      return;
    }
    if (error) socket.connection.handleIcmp(error, this.ip.world.kernel.now);
    else {
      this.ip.learnMtu(report);
      socket.connection.sender.handlePathMss(this.#mssFor(socket.remote));
    }
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
    const offset = transportOffset(socket.remote);
    for (let sent = 0; sent < MAX_BURST; sent++) {
      const frame = frames.alloc(MAX_FRAME);
      const slab = frames.slab(frame);
      const at = frames.at(frame) + offset;
      const length = connection.pollTransmit(now, slab, at);
      if (length === 0) {
        frames.discard(frame);
        break;
      }
      // deciding to send may have been an event itself: going back after a time-out
      this.#recordEvents(socket);
      const start = pseudo(socket.local, socket.remote, length);
      tcpHeader.set.checksum(slab, at, checksumFinish(checksumAdd(start, slab, at, length)));
      this.ip.send(frame, length, PROTOCOL_TCP, socket.local, socket.remote, undefined, socket.trafficClass);
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

  isBound(port: number): boolean {
    return this.#listeners.has(port) || this.#byPort.has(port);
  }

  listeners(): readonly TcpListener[] {
    return [...this.#listeners.values()].flat();
  }

  /** Everything is gone at once, and nobody is told: the machine lost its power. */
  clear(): void {
    for (const socket of this.sockets()) {
      socket.timer.clear();
      this.#forget(socket);
    }
    for (const listener of this.listeners()) this.#removeListener(listener);
  }

  #create(local: Ip, localPort: number, remote: Ip, remotePort: number, tuning: TcpTuning): TcpSocket {
    const connection = new TcpConnection({
      ...this.#tuning,
      ...tuning,
      localPort,
      remotePort,
      name: nameOf(local, localPort, remote, remotePort),
      mss: this.#mssFor(remote),
      iss: this.#initialSequence(local, localPort, remote, remotePort),
      timestampOffset: this.#random.u32(),
    });
    const socket = new TcpSocket(this, connection, local, localPort, remote, remotePort);
    const key = endKey(local, localPort);
    const byRemote = this.#sockets.get(key) ?? new Map<number | string, TcpSocket>();
    this.#sockets.set(key, byRemote.set(endKey(remote, remotePort), socket));
    const neighbours = this.#byPort.get(localPort) ?? new Set<TcpSocket>();
    this.#byPort.set(localPort, neighbours.add(socket));
    this.ip.record({
      kind: 'socket.open',
      detail: {
        protocol: 'TCP',
        local: formatEndpoint(local, localPort),
        remote: socket.peer,
        state: connection.state,
      },
    });
    return socket;
  }

  /** Segments as large as the path takes: without IP and TCP headers (RFC 9293 §3.7.1). */
  #mssFor(remote: Ip): number {
    const mtu = Math.min(this.ip.mtuFor(remote), this.ip.maxFrame - 14);
    return mtu - (typeof remote === 'number' ? 40 : 60);
  }

  /**
   * ISN = M + F(four-tuple, secret): a clock that ticks every 4 µs, and a keyed hash, so that a connection reopened
   * between the same ends starts above the old one (RFC 9293 §3.4.1, RFC 6528 §3). The hash is no secret here.
   */
  #initialSequence(local: Ip, localPort: number, remote: Ip, remotePort: number): number {
    const clock = Math.floor(this.ip.world.kernel.now / 4000);
    return (clock + hashName(`${this.#secret} ${nameOf(local, localPort, remote, remotePort)}`)) >>> 0;
  }

  /** A SYN for a listening port makes a connection; the machine itself answers everything that is wrong with it. */
  #passive(bytes: Bytes, at: number, source: Ip, destination: Ip): TcpSocket | 'full' | undefined {
    const listener = this.#listeners
      .get(tcpHeader.get.destinationPort(bytes, at))
      ?.find(({ address }) => answersFor(address, destination));
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

  /** A RST in the name of `destination`, as a filter that rejects sends it. */
  refuse(bytes: Bytes, at: number, length: number, source: Ip, destination: Ip): void {
    this.#reset(bytes, at, length, source, destination);
  }

  #reset(bytes: Bytes, at: number, length: number, source: Ip, destination: Ip): void {
    this.ip.record({
      kind: 'tcp.drop',
      detail: {
        reason: 'no connection',
        port: tcpHeader.get.destinationPort(bytes, at),
        from: formatIp(source),
      },
    });
    const { frames } = this.ip.world.trace;
    const frame = frames.alloc(transportOffset(source) + TCP_HEADER);
    const slab = frames.slab(frame);
    const out = frames.at(frame) + transportOffset(source);
    const size = resetFor(bytes, at, length, slab, out);
    if (size === 0) {
      frames.discard(frame);
      return;
    }
    tcpHeader.set.checksum(
      slab,
      out,
      checksumFinish(checksumAdd(pseudo(destination, source, size), slab, out, size)),
    );
    this.ip.send(frame, size, PROTOCOL_TCP, destination, source);
  }

  #forget(socket: TcpSocket): void {
    socket.isClosed = true;
    const key = endKey(socket.local, socket.localPort);
    const byRemote = this.#sockets.get(key);
    byRemote?.delete(endKey(socket.remote, socket.remotePort));
    if (byRemote?.size === 0) this.#sockets.delete(key);
    const neighbours = this.#byPort.get(socket.localPort);
    neighbours?.delete(socket);
    if (neighbours?.size === 0) this.#byPort.delete(socket.localPort);
    const listener = this.#waitingFor.get(socket);
    if (listener) {
      this.#waitingFor.delete(socket);
      listener.pending -= 1;
    }
    this.ip.record({
      kind: 'socket.close',
      detail: {
        protocol: 'TCP',
        local: formatEndpoint(socket.local, socket.localPort),
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

/** What events call a connection: both its ends. */
function nameOf(local: Ip, localPort: number, remote: Ip, remotePort: number): string {
  return `${formatEndpoint(local, localPort)} ${formatEndpoint(remote, remotePort)}`;
}

/** What a connection is told; of other errors TCP takes no notice. */
const ERRORS: Readonly<Partial<Record<IcmpErrorKind, IcmpError>>> = {
  'net-unreachable': 'net-unreachable',
  'host-unreachable': 'host-unreachable',
  'protocol-unreachable': 'protocol-unreachable',
  'port-unreachable': 'port-unreachable',
  prohibited: 'prohibited',
  'time-exceeded': 'time-exceeded',
};

/** Addresses of the two families never meet: one is a number, the other a text. */
function endKey(address: Ip, port: number): number | string {
  return typeof address === 'number' ? address * 0x1_0000 + port : `${address} ${port}`;
}

/** A connection is between two: neither groups nor everybody can have one (RFC 9293 §3.9.2.3). */
function isOneHost(ip: IpStack, remote: Ip): boolean {
  if (typeof remote !== 'number') return !isMulticast6(remote);
  return remote >>> 28 !== 14 && !ip.isBroadcast(remote);
}

function pseudo(source: Ip, destination: Ip, length: number): number {
  return typeof source === 'number' && typeof destination === 'number'
    ? pseudoHeader4(source, destination, PROTOCOL_TCP, length)
    : pseudoHeader(source, destination, PROTOCOL_TCP, length);
}

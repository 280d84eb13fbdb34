/**
 * UDP on a host (RFC 768, RFC 8200 §8.1): sockets bound to ports, checksums, port unreachable for ports that nobody
 * holds, and which of several sockets takes what arrives.
 */
import { IP4_BROADCAST } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../../base/checksum.ts';
import { formatIp, type Ip, isMulticast6 } from '../../base/ip.ts';
import { ProgramError } from '../../sim/task.ts';
import { ICMP_UNREACHABLE, UNREACHABLE_PORT } from '../../wire/icmp.ts';
import { ICMP6_UNREACHABLE, UNREACHABLE6_PORT } from '../../wire/icmp6-code.ts';
import { ipv4, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { UDP_HEADER, udp } from '../../wire/udp.ts';
import type { IcmpErrorKind, IcmpReport } from '../ip/icmp-report.ts';
import type { IpStack } from '../ip/ip-stack.ts';
import type { SendOptions, SendProblem, Transport } from '../ip/transport.ts';
import type { Nic } from '../link/nic.ts';
import {
  answersFor,
  type Bound,
  checkOwn,
  exactness,
  isLoopback,
  isWildcard,
  loopbackOf,
  overlap,
} from './bound.ts';
import type { PortPool } from './ports.ts';
import { type UdpError, UdpSocket } from './udp-socket.ts';

export type { Datagram, UdpError, UdpSocket } from './udp-socket.ts';

export class UdpStack implements Transport {
  readonly #ip: IpStack;
  readonly #ports: PortPool;
  /** By port; the newest first, as Linux looks through them. */
  readonly #sockets = new Map<number, UdpSocket[]>();

  constructor(ip: IpStack, ports: PortPool) {
    this.#ip = ip;
    this.#ports = ports;
    ip.addTransport(PROTOCOL_UDP, this);
  }

  /**
   * A socket on `port`, or on a free ephemeral port for 0 and undefined; at `address`, or at every address of both
   * families. `isShared` lets others have the same port and address that say so as well. Throws a ProgramError when the
   * port is taken there, or the address is not ours.
   */
  bind(port = 0, address?: Bound, isShared = false): UdpSocket {
    checkOwn(this.#ip, address);
    const isFree = (one: number): boolean => this.#isFree(one, address, false) && !this.#isTranslated(one);
    const chosen = port === 0 ? this.#ports.pick(isFree) : port;
    if (chosen === undefined || !(port === 0 || this.#isFree(chosen, address, isShared)))
      throw new ProgramError('EADDRINUSE', `UDP port ${port || 'any'} is taken on ${this.#ip.name}`);
    const socket = new UdpSocket(this, address, chosen, isShared);
    this.#sockets.set(chosen, [socket, ...(this.#sockets.get(chosen) ?? [])]);
    this.#noteOpen(socket);
    return socket;
  }

  /** Gives a socket its one peer. Throws a ProgramError as connect(2) fails. */
  connect(socket: UdpSocket, to: Ip, port: number, mayBroadcast = false): void {
    const address = isWildcard(to) ? loopbackOf(to) : to;
    const source = this.#sourceFor(socket, address, undefined);
    if (source === undefined) throw new ProgramError('ENETUNREACH', `no route to ${formatIp(address)}`);
    if (isLoopback(source) && !this.#ip.isLocal(address))
      throw new ProgramError('EINVAL', 'from a loopback address to another machine');
    if (this.#ip.isBroadcast(address) && !mayBroadcast)
      throw new ProgramError('EACCES', 'to everybody, without having asked for that');
    this.#noteClose(socket);
    socket.remote = { address, port, source };
    this.#noteOpen(socket);
  }

  disconnect(socket: UdpSocket): void {
    if (!socket.remote) return;
    this.#noteClose(socket);
    socket.remote = undefined;
    this.#noteOpen(socket);
  }

  close(socket: UdpSocket): void {
    const before = this.#sockets.get(socket.port) ?? [];
    if (!before.includes(socket)) return;
    this.#noteClose(socket);
    const left = before.filter((one) => one !== socket);
    if (left.length > 0) this.#sockets.set(socket.port, left);
    else this.#sockets.delete(socket.port);
  }

  #noteOpen({ local, peer, state }: UdpSocket): void {
    this.#ip.record({ kind: 'socket.open', detail: { protocol: 'UDP', local, remote: peer, state } });
  }

  /** What several sockets share stays in the table until the last of them goes. */
  #noteClose(socket: UdpSocket): void {
    const { local, peer } = socket;
    const isLast = !this.#sockets
      .get(socket.port)
      ?.some((one) => one !== socket && one.local === local && one.peer === peer);
    if (isLast) this.#ip.record({ kind: 'socket.close', detail: { protocol: 'UDP', local, remote: peer } });
  }

  #isFree(port: number, address: Bound, isShared: boolean): boolean {
    const others = this.#sockets.get(port);
    return !others?.some((other) => overlap(other.address, address) && !(isShared && other.isShared));
  }

  #isTranslated(port: number): boolean {
    return this.#ip.nics.some(
      ({ address }) => address !== undefined && this.#ip.isTranslated(PROTOCOL_UDP, address, port),
    );
  }

  isBound(port: number): boolean {
    return this.#sockets.has(port);
  }

  get openPorts(): readonly number[] {
    return [...this.#sockets.keys()];
  }

  sockets(): readonly UdpSocket[] {
    return [...this.#sockets.values()].flat();
  }

  clear(): void {
    for (const socket of this.sockets()) this.close(socket);
  }

  send(
    socket: UdpSocket,
    to: Ip,
    port: number,
    bytes: Bytes,
    options: SendOptions = {},
  ): SendProblem | undefined {
    const target = isWildcard(to) ? loopbackOf(to) : to;
    const source = this.#sourceFor(socket, target, options.via);
    if (source === undefined) return 'ENETUNREACH';
    if (isLoopback(source) && !this.#ip.isLocal(target)) return 'EINVAL';
    const message = datagram(source, socket.port, target, port, bytes);
    if (!message) return 'EMSGSIZE';
    // who speaks from one address to everybody means those on its link
    const via = options.via ?? (target === IP4_BROADCAST ? this.#nicOf(socket.address) : undefined);
    return this.#ip.sendPayload(message, PROTOCOL_UDP, source, target, { ...options, via });
  }

  #nicOf(address: Bound): Nic | undefined {
    return isWildcard(address) ? undefined : this.#ip.nics.find((nic) => nic.address === address);
  }

  #sourceFor({ address, remote }: UdpSocket, to: Ip, via: Nic | undefined): Ip | undefined {
    if (remote && remote.address === to) return remote.source;
    if (isWildcard(address) || this.#ip.isBroadcast(address!)) return this.#ip.sourceFor(to, via);
    return typeof address === typeof to ? address : undefined;
  }

  /**
   * Sends in somebody else's name, as a program with a raw socket does: `from` need not be an address of this machine.
   * What comes back goes to whoever has it. Says why nothing was sent, if so.
   */
  forge(
    from: { readonly address: Ip; readonly port: number },
    to: Ip,
    toPort: number,
    bytes: Bytes,
  ): SendProblem | undefined {
    const { address, port } = from;
    const message = datagram(address, port, to, toPort, bytes);
    if (!message) return 'EMSGSIZE';
    const { trace } = this.#ip.world;
    const before = trace.cause;
    this.#ip.because({
      kind: 'udp.forge',
      detail: { from: formatIp(address), fromPort: port, to: formatIp(to), toPort },
    });
    const problem = this.#ip.sendPayload(message, PROTOCOL_UDP, address, to);
    trace.cause = before;
    return problem;
  }

  receive(
    bytes: Bytes,
    at: number,
    length: number,
    source: Ip,
    destination: Ip,
    datagramAt: number,
    nic: Nic,
  ): void {
    const said = length >= UDP_HEADER ? udp.get.length(bytes, at) : 0;
    if (said < UDP_HEADER || said > length) {
      this.#drop('malformed UDP length', source);
      return;
    }
    const isV4 = typeof destination === 'number';
    const sum = udp.get.checksum(bytes, at);
    const start = pseudoHeader(source, destination, PROTOCOL_UDP, said);
    const isUnchecked = sum === 0 && isV4;
    if (!isUnchecked && (sum === 0 || checksumFinish(checksumAdd(start, bytes, at, said)) !== 0)) {
      this.#drop(sum === 0 ? 'no UDP checksum over IPv6' : 'wrong UDP checksum', source);
      return;
    }
    const port = udp.get.destinationPort(bytes, at);
    const from = udp.get.sourcePort(bytes, at);
    const isForAll = isV4 ? this.#ip.isBroadcast(destination) : isMulticast6(destination);
    const heard = this.#listening(port, destination, source, from, isForAll);
    if (heard.length === 0) {
      const reason = `no program on UDP port ${port}`;
      this.#drop(reason, source);
      if (isV4) this.#ip.v4.errors.send(ICMP_UNREACHABLE, UNREACHABLE_PORT, 0, bytes, datagramAt, reason);
      else this.#ip.v6.errors.send(ICMP6_UNREACHABLE, UNREACHABLE6_PORT, 0, bytes, datagramAt, reason, nic);
      return;
    }
    for (const socket of heard)
      socket.onReceive?.({
        from: source,
        port: from,
        bytes: bytes.slice(at + UDP_HEADER, at + said),
        hopLimit: isV4 ? ipv4.get.ttl(bytes, datagramAt) : bytes[datagramAt + 7]!,
        to: destination,
        nic,
      });
  }

  /** Whom a datagram is for: the socket that says most exactly what it wants, or all of them. */
  #listening(port: number, local: Ip, remote: Ip, remotePort: number, isForAll: boolean): UdpSocket[] {
    const fitting = (this.#sockets.get(port) ?? []).filter(
      ({ address, remote: peer }) =>
        answersFor(address, local) &&
        (!peer ||
          (peer.address === remote && peer.port === remotePort && (isForAll || peer.source === local))),
    );
    if (isForAll || fitting.length < 2) return fitting;
    const score = ({ address, remote: peer }: UdpSocket): number => exactness(address) + (peer ? 4 : 0);
    return [fitting.reduce((best, one) => (score(one) > score(best) ? one : best))];
  }

  handleIcmp(report: IcmpReport): void {
    const { quoted } = report;
    const { source, sourcePort, destination, destinationPort } = quoted;
    const [socket] = this.#listening(sourcePort, source, destination, destinationPort, false);
    if (!socket) return;
    this.#ip.learnMtu(report);
    socket.onError?.({ to: destination, port: destinationPort, code: CODES[report.kind], report });
  }

  #drop(reason: string, from: Ip): void {
    this.#ip.record({ kind: 'udp.drop', detail: { reason, from: formatIp(from) } });
  }
}

/** A datagram with its checksum, or undefined when its length has no room in sixteen bits. */
export function datagram(source: Ip, port: number, to: Ip, toPort: number, bytes: Bytes): Bytes | undefined {
  const length = UDP_HEADER + bytes.length;
  if (length > 0xffff) return undefined;
  const message = new Uint8Array(length);
  udp.set.sourcePort(message, 0, port);
  udp.set.destinationPort(message, 0, toPort);
  udp.set.length(message, 0, length);
  message.set(bytes, UDP_HEADER);
  const start = pseudoHeader(source, to, PROTOCOL_UDP, length);
  // a computed zero is sent as all ones, because zero means none (RFC 768)
  udp.set.checksum(message, 0, checksumFinish(checksumAdd(start, message, 0, length)) || 0xffff);
  return message;
}

/** As Linux maps them for sockets (icmp_err_convert); time exceeded is EHOSTUNREACH there, too. */
const CODES: Readonly<Record<IcmpErrorKind, UdpError['code']>> = {
  'net-unreachable': 'ENETUNREACH',
  'host-unreachable': 'EHOSTUNREACH',
  'protocol-unreachable': 'EPROTO',
  'port-unreachable': 'ECONNREFUSED',
  prohibited: 'EACCES',
  'too-big': undefined,
  'time-exceeded': 'EHOSTUNREACH',
  'reassembly-time-exceeded': 'EHOSTUNREACH',
  'parameter-problem': 'EPROTO',
  other: undefined,
};

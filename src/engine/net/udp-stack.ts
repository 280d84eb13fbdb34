/**
 * UDP on a host (RFC 768): sockets bound to ports, checksums, port unreachable for ports that nobody holds.
 *
 * A datagram larger than the route's MTU is refused (fragmentation is not implemented).
 */
import { formatIp4, type Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { Misuse } from '../base/errors.ts';
import { ICMP_UNREACHABLE, quotedDatagram, UNREACHABLE_PORT } from '../wire/icmp.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';
import { UDP_HEADER, udp, udpChecksumOk, writeUdp } from '../wire/udp.ts';
import { type IpStack, TRANSPORT_OFFSET, type Transport } from './ip-stack.ts';
import type { PortPool } from './ports.ts';

export interface Datagram {
  readonly from: Ip4;
  readonly port: number;
  /** The caller may keep them: a copy. */
  readonly bytes: Bytes;
}

export class UdpSocket {
  readonly port: number;
  /** Called for each datagram, with the trace's cause set to its delivery. */
  onReceive: ((datagram: Datagram) => void) | undefined;
  /** Called when an ICMP error says that a datagram to this peer could not be delivered. */
  onError: ((to: Ip4, port: number, code: string) => void) | undefined;
  readonly #stack: UdpStack;

  constructor(stack: UdpStack, port: number) {
    this.#stack = stack;
    this.port = port;
  }

  /** False when there is no route or the datagram is too large. */
  send(to: Ip4, port: number, bytes: Bytes): boolean {
    return this.#stack.send(this.port, to, port, bytes);
  }

  close(): void {
    this.#stack.close(this);
  }
}

export class UdpStack implements Transport {
  readonly protocol = PROTOCOL_UDP;
  readonly #ip: IpStack;
  readonly #ports: PortPool;
  readonly #sockets = new Map<number, UdpSocket>();

  constructor(ip: IpStack, ports: PortPool) {
    this.#ip = ip;
    this.#ports = ports;
    ip.addTransport(this);
  }

  /** A socket on `port`, or on a free ephemeral port. Throws {@link Misuse} when the port is taken. */
  bind(port?: number): UdpSocket {
    const chosen = port ?? this.#ports.pick((candidate) => !this.#sockets.has(candidate));
    if (chosen === undefined || this.#sockets.has(chosen))
      throw new Misuse(`UDP port ${port ?? 'any'} is taken on ${this.#ip.name}`);
    const socket = new UdpSocket(this, chosen);
    this.#sockets.set(chosen, socket);
    this.#ip.record({
      kind: 'socket.open',
      detail: { protocol: 'UDP', local: `${chosen}`, remote: '*', state: 'BOUND' },
    });
    return socket;
  }

  close(socket: UdpSocket): void {
    if (this.#sockets.get(socket.port) !== socket) return;
    this.#sockets.delete(socket.port);
    this.#ip.record({
      kind: 'socket.close',
      detail: { protocol: 'UDP', local: `${socket.port}`, remote: '*' },
    });
  }

  isBound(port: number): boolean {
    return this.#sockets.has(port);
  }

  get openPorts(): readonly number[] {
    return [...this.#sockets.keys()];
  }

  clear(): void {
    for (const socket of [...this.#sockets.values()]) this.close(socket);
  }

  send(port: number, to: Ip4, toPort: number, bytes: Bytes): boolean {
    const source = this.#ip.sourceFor(to);
    const length = UDP_HEADER + bytes.length;
    if (source === undefined || length + 20 > this.#ip.mtuFor(to)) return false;
    const { frames } = this.#ip.world.trace;
    const frame = frames.alloc(TRANSPORT_OFFSET + length);
    const slab = frames.slab(frame);
    const at = frames.at(frame) + TRANSPORT_OFFSET;
    slab.set(bytes, at + UDP_HEADER);
    writeUdp(slab, at, port, toPort, bytes.length, source, to);
    return this.#ip.send(frame, length, PROTOCOL_UDP, source, to);
  }

  receive(bytes: Bytes, at: number, length: number, source: Ip4, destination: Ip4, datagramAt: number): void {
    const said = length >= UDP_HEADER ? udp.get.length(bytes, at) : 0;
    if (said < UDP_HEADER || said > length) {
      this.#drop('malformed UDP length', source);
      return;
    }
    if (!udpChecksumOk(bytes, at, said, source, destination)) {
      this.#drop('wrong UDP checksum', source);
      return;
    }
    const port = udp.get.destinationPort(bytes, at);
    const socket = this.#sockets.get(port);
    if (!socket) {
      this.#drop(`no program on UDP port ${port}`, source);
      this.#ip.sendError(
        ICMP_UNREACHABLE,
        UNREACHABLE_PORT,
        0,
        bytes,
        datagramAt,
        `no program on UDP port ${port}`,
      );
      return;
    }
    socket.onReceive?.({
      from: source,
      port: udp.get.sourcePort(bytes, at),
      bytes: bytes.slice(at + UDP_HEADER, at + said),
    });
  }

  handleIcmp(bytes: Bytes, at: number, end: number): void {
    const quoted = quotedDatagram(bytes, at, end);
    const socket = quoted && this.#sockets.get(quoted.sourcePort);
    if (!quoted || !socket || bytes[at] !== ICMP_UNREACHABLE) return;
    socket.onError?.(
      quoted.destination,
      quoted.destinationPort,
      bytes[at + 1] === UNREACHABLE_PORT ? 'ECONNREFUSED' : 'EHOSTUNREACH',
    );
  }

  #drop(reason: string, from: Ip4): void {
    this.#ip.record({ kind: 'udp.drop', detail: { reason, from: formatIp4(from) } });
  }
}

/**
 * UDP on a host (RFC 768, RFC 8200 §8.1): sockets bound to ports, checksums, port unreachable for ports that nobody
 * holds. A socket is bound to a port of both families.
 */
import type { Bytes } from '../../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../../base/checksum.ts';
import { Misuse } from '../../base/errors.ts';
import { formatIp, type Ip } from '../../base/ip.ts';
import { ICMP_UNREACHABLE, UNREACHABLE_PORT } from '../../wire/icmp.ts';
import { ICMP6_UNREACHABLE, UNREACHABLE6_PORT } from '../../wire/icmp6-code.ts';
import { ipv4, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { UDP_HEADER, udp } from '../../wire/udp.ts';
import type { IcmpErrorKind, IcmpReport } from '../ip/icmp-report.ts';
import type { IpStack } from '../ip/ip-stack.ts';
import type { SendOptions, SendProblem, Transport } from '../ip/transport.ts';
import type { Nic } from '../link/nic.ts';
import type { PortPool } from './ports.ts';

export interface Datagram {
  readonly from: Ip;
  readonly port: number;
  /** The caller may keep them: a copy. */
  readonly bytes: Bytes;
  /** Time to live, or hop limit, as it arrived. */
  readonly hopLimit: number;
  /** The address that it was sent to, and where it came in. */
  readonly to: Ip;
  readonly nic: Nic;
}

/** Bad news about a datagram that a socket sent. */
export interface UdpError {
  readonly to: Ip;
  readonly port: number;
  /** As programs print it; undefined for news that is no error to them, like a smaller path MTU. */
  readonly code:
    | 'ECONNREFUSED'
    | 'EHOSTUNREACH'
    | 'ENETUNREACH'
    | 'EACCES'
    | 'EMSGSIZE'
    | 'EPROTO'
    | undefined;
  readonly report: IcmpReport;
}

export class UdpSocket {
  readonly port: number;
  /** Called for each datagram, with the trace's cause set to its delivery. */
  onReceive: ((datagram: Datagram) => void) | undefined;
  /** Called when an ICMP error says that a datagram to this peer could not be delivered. */
  onError: ((error: UdpError) => void) | undefined;
  readonly #stack: UdpStack;

  constructor(stack: UdpStack, port: number) {
    this.#stack = stack;
    this.port = port;
  }

  /** Says why nothing was sent, if so. */
  send(to: Ip, port: number, bytes: Bytes, options: SendOptions = {}): SendProblem | undefined {
    return this.#stack.send(this.port, to, port, bytes, options);
  }

  close(): void {
    this.#stack.close(this);
  }
}

export class UdpStack implements Transport {
  readonly #ip: IpStack;
  readonly #ports: PortPool;
  readonly #sockets = new Map<number, UdpSocket>();

  constructor(ip: IpStack, ports: PortPool) {
    this.#ip = ip;
    this.#ports = ports;
    ip.addTransport(PROTOCOL_UDP, this);
  }

  /** A socket on `port`, or on a free ephemeral port. Throws {@link Misuse} when the port is taken. */
  bind(port?: number): UdpSocket {
    const chosen = port ?? this.#ports.pick((candidate) => !this.#isTaken(candidate));
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

  #isTaken(port: number): boolean {
    if (this.#sockets.has(port)) return true;
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

  clear(): void {
    for (const socket of [...this.#sockets.values()]) this.close(socket);
  }

  send(
    port: number,
    to: Ip,
    toPort: number,
    bytes: Bytes,
    options: SendOptions = {},
  ): SendProblem | undefined {
    const source = this.#ip.sourceFor(to, options.via);
    if (source === undefined) return 'ENETUNREACH';
    const message = datagram(source, port, to, toPort, bytes);
    return message ? this.#ip.sendPayload(message, PROTOCOL_UDP, source, to, options) : 'EMSGSIZE';
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
    const socket = this.#sockets.get(port);
    if (!socket) {
      const reason = `no program on UDP port ${port}`;
      this.#drop(reason, source);
      if (isV4) this.#ip.v4.errors.send(ICMP_UNREACHABLE, UNREACHABLE_PORT, 0, bytes, datagramAt, reason);
      else this.#ip.v6.errors.send(ICMP6_UNREACHABLE, UNREACHABLE6_PORT, 0, bytes, datagramAt, reason, nic);
      return;
    }
    socket.onReceive?.({
      from: source,
      port: udp.get.sourcePort(bytes, at),
      bytes: bytes.slice(at + UDP_HEADER, at + said),
      hopLimit: isV4 ? ipv4.get.ttl(bytes, datagramAt) : bytes[datagramAt + 7]!,
      to: destination,
      nic,
    });
  }

  handleIcmp(report: IcmpReport): void {
    const { quoted } = report;
    const socket = this.#sockets.get(quoted.sourcePort);
    if (!socket) return;
    this.#ip.learnMtu(report);
    socket.onError?.({
      to: quoted.destination,
      port: quoted.destinationPort,
      code: CODES[report.kind],
      report,
    });
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

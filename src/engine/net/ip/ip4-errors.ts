/**
 * What a machine says about IPv4 datagrams that come to nothing: ICMP errors to whoever sent them (RFC 792, RFC 1122
 * §3.2.2, RFC 1812 §4.3 and §5.2.7).
 */
import type { Ip4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import {
  encodeIcmpError,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  isIcmpError,
  UNREACHABLE_FRAGMENTATION_NEEDED,
  UNREACHABLE_HOST,
  UNREACHABLE_NET,
  UNREACHABLE_PROHIBITED,
} from '../../wire/icmp.ts';
import { IPV4_HEADER, ipv4, ipv4HeaderLength, PROTOCOL_ICMP, PROTOCOL_TCP } from '../../wire/ipv4.ts';
import type { Objection } from '../filter/filter-hook.ts';
import type { Nic } from '../link/nic.ts';
import { readReport4 } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { type Route, reasonOf } from './route.ts';

const TIME_EXCEEDED_REASSEMBLY = 1;
/** Precedence of errors: internetwork control (RFC 1812 §4.3.2.5); the rest is that of the datagram, as on Linux. */
const CONTROL = 0xc0;
const SERVICE = 0x1e;

export class Ip4Errors {
  readonly #stack: IpStack;

  constructor(stack: IpStack) {
    this.#stack = stack;
  }

  /** Tells the sender of the datagram at `at` that something is wrong with it, unless RFC 1812 §4.3.2.7 forbids it. */
  send(
    type: number,
    code: number,
    word: number,
    bytes: Bytes,
    at: number,
    reason: string,
    length = ipv4.get.totalLength(bytes, at),
  ): void {
    const stack = this.#stack;
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const isError =
      ipv4.get.protocol(bytes, at) === PROTOCOL_ICMP && isIcmpError(bytes[at + ipv4HeaderLength(bytes, at)]!);
    if (isError || ipv4.get.fragmentOffset(bytes, at) !== 0) return;
    // who is no single host must not be made to hear a chorus
    if (source >>> 24 === 0 || source >>> 24 >= 224) return;
    if (stack.isBroadcast(source) || stack.isBroadcast(destination)) return;
    const message = encodeIcmpError(type, code, word, bytes, at, at + length);
    const trafficClass = CONTROL | (bytes[at + 1]! & SERVICE);
    const from = stack.isLocal(destination) ? destination : undefined;
    const isAboutSize = type === ICMP_UNREACHABLE && code === UNREACHABLE_FRAGMENTATION_NEEDED;
    stack.sendError(message, from, source, reason, isAboutSize, { trafficClass, fragment: 'dont' });
  }

  /** No route leads to the datagram's destination, or one that leads nowhere. */
  noWay(bytes: Bytes, at: number, route: Route | undefined): void {
    if (route?.kind === 'blackhole') return;
    const code = !route
      ? UNREACHABLE_NET
      : route.kind === 'prohibit'
        ? UNREACHABLE_PROHIBITED
        : UNREACHABLE_HOST;
    this.send(ICMP_UNREACHABLE, code, 0, bytes, at, reasonOf(route));
  }

  /**
   * Nobody on the link answered for the next hop of the datagram at `at`: its sender is told. `bytes` is as it arrived
   * here, before NAT.
   */
  unreachable(bytes: Bytes, at: number, reason: string): void {
    const stack = this.#stack;
    const source = ipv4.get.source(bytes, at) as Ip4;
    if (!stack.isLocal(source)) {
      this.send(ICMP_UNREACHABLE, UNREACHABLE_HOST, 0, bytes, at, reason);
      return;
    }
    // our own: its transport learns it at once, as from an ICMP error; of its fragments only the first one tells whose
    if (ipv4.get.fragmentOffset(bytes, at) !== 0) return;
    const end = at + ipv4.get.totalLength(bytes, at);
    const message = encodeIcmpError(ICMP_UNREACHABLE, UNREACHABLE_HOST, 0, bytes, at, end);
    stack.hear(readReport4(message, -1, 0, message.length, source));
  }

  /** Nobody sent the missing pieces: whoever sent the first one is told (RFC 1122 §3.3.2). */
  reassemblyTimedOut(nic: Nic, first: Bytes): void {
    if (first.length < IPV4_HEADER + 8) return;
    const reason = `fragments are missing on ${nic.name}`;
    const length = Math.min(first.length, ipv4.get.totalLength(first, 0));
    this.send(ICMP_TIME_EXCEEDED, TIME_EXCEEDED_REASSEMBLY, 0, first, 0, reason, length);
  }

  /** A packet filter has turned the datagram away: says so, where it wants that. */
  reject(objection: Objection, bytes: Bytes, at: number): void {
    if (objection.action === 'drop') return;
    if (objection.answer === 'prohibited') {
      this.send(ICMP_UNREACHABLE, UNREACHABLE_PROHIBITED, 0, bytes, at, objection.reason);
      return;
    }
    const header = ipv4HeaderLength(bytes, at);
    const length = ipv4.get.totalLength(bytes, at) - header;
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    this.#stack.transport(PROTOCOL_TCP)?.refuse?.(bytes, at + header, length, source, destination);
  }
}

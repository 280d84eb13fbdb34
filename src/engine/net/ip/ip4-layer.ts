/**
 * IPv4 on a machine (RFC 791, RFC 1122 §3.2): receiving, delivering, sending. What only passes is sent on by
 * ip4-forward.ts, what goes wrong is said by ip4-errors.ts.
 *
 * A machine that translates or filters puts fragments together first, because only the first of them has ports. Left
 * out: options (ignored), multicast, redirects (RFC 1812 §5.2.7.2: neither sent nor obeyed), source routing.
 */
import { IP4_BROADCAST, type Ip4, MAC_BROADCAST } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { adjustChecksum, checksumAdd, checksumFinish } from '../../base/checksum.ts';
import { NEVER } from '../../base/units.ts';
import { ETHERNET_HEADER, ethernet, isGroupMac } from '../../wire/ethernet.ts';
import { ICMP_ECHO, ICMP_UNREACHABLE, isIcmpError, UNREACHABLE_PROTOCOL } from '../../wire/icmp.ts';
import {
  IPV4_DF,
  IPV4_HEADER,
  IPV4_MF,
  ipv4,
  ipv4ChecksumOk,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_UDP,
  writeIpv4,
} from '../../wire/ipv4.ts';
import type { Nic } from '../link/nic.ts';
import { readReport4 } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { Ip4Errors } from './ip4-errors.ts';
import { Ip4Forwarder } from './ip4-forward.ts';
import { problemOf, type Route } from './route.ts';
import { DEFAULT_HOP_LIMIT, type SendOptions, type SendProblem } from './transport.ts';

/** Largest datagram (RFC 791 §3.1, Total Length). */
const MAX_DATAGRAM = 65_535;

export class Ip4Layer {
  readonly errors: Ip4Errors;
  readonly #stack: IpStack;
  readonly #forwarder: Ip4Forwarder;
  #identification: number;

  constructor(stack: IpStack) {
    this.#stack = stack;
    this.errors = new Ip4Errors(stack);
    this.#forwarder = new Ip4Forwarder(stack, this.errors);
    this.#identification = stack.world.random(`${stack.name}/ip-id`).below(0x1_0000);
  }

  /** Completes the frame whose transport part of `length` bytes stands behind the headers, and sends it whole. */
  send(
    frame: number,
    length: number,
    protocol: number,
    source: Ip4,
    destination: Ip4,
    hopLimit: number,
    trafficClass: number,
    mayBeCut: boolean,
    via: Nic | undefined,
  ): boolean {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame) + ETHERNET_HEADER;
    // below our lower limit for paths, routers must cut (proto/ip/path-mtu)
    const flags = mayBeCut || stack.pathMtu.isLocked(destination, stack.world.now) ? 0 : IPV4_DF;
    writeIpv4(bytes, at, length, this.#nextId(), flags, hopLimit, protocol, source, destination);
    if (trafficClass !== 0) mark(bytes, at, trafficClass);
    frames.resize(frame, ETHERNET_HEADER + IPV4_HEADER + length);
    if (stack.isLocal(destination)) {
      this.#toSelf(frame);
      return true;
    }
    const route = this.#routeOut(destination, via);
    const objection = route?.nic ? stack.objection('output', undefined, route.nic, bytes, at, 4) : undefined;
    if (!route?.nic || objection) {
      stack.loopback.refuse(frame, objection?.reason ?? 'no route');
      frames.release(frame);
      return false;
    }
    if (stack.isBroadcast(destination)) this.#toEverybody(route.nic, frame);
    else stack.neighbours.deliver(route.nic, route.gateway ?? destination, frame, undefined);
    return true;
  }

  /** On the link for all who hear it, and to ourselves, who belong to everybody, too. */
  #toEverybody(nic: Nic, frame: number): void {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    const from = frames.at(frame) + ETHERNET_HEADER;
    const own = frames.slab(frame).slice(from, frames.at(frame) + frames.size(frame));
    stack.toSelf(() => this.#deliver(nic, -1, own, 0, true));
    stack.neighbours.transmit(nic, frame, MAC_BROADCAST, true);
  }

  /** Sends a payload of any size: whole when the path takes it, in fragments otherwise. Why not, if not. */
  sendPayload(
    payload: Bytes,
    protocol: number,
    source: Ip4,
    destination: Ip4,
    options: SendOptions,
  ): SendProblem | undefined {
    const stack = this.#stack;
    const isLocal = stack.isLocal(destination);
    const route = isLocal ? undefined : this.#routeOut(destination, options.via);
    const isForAll = options.mayBroadcast === true && stack.isBroadcast(destination);
    const problem = isLocal ? undefined : isForAll ? problemOf(route) : this.problemWith(destination, route);
    if (problem) return problem;
    const total = IPV4_HEADER + payload.length;
    if (total > MAX_DATAGRAM) return 'EMSGSIZE';
    const { hopLimit = DEFAULT_HOP_LIMIT, fragment = 'want', trafficClass = 0, via } = options;
    const { now } = stack.world;
    const mayBeCut = fragment === 'dont';
    const link = isLocal ? MAX_DATAGRAM : route!.nic!.mtu;
    const mtu = isLocal || mayBeCut ? link : stack.pathMtu.lookup(destination, link, now);
    if (total <= mtu && ETHERNET_HEADER + total <= stack.maxFrame) {
      const frame = stack.frameFor(payload, ETHERNET_HEADER + IPV4_HEADER);
      const { length } = payload;
      return this.send(frame, length, protocol, source, destination, hopLimit, trafficClass, mayBeCut, via)
        ? undefined
        : 'EPERM';
    }
    // what is for everybody is not cut up (RFC 919 §7 would let it, 4.3BSD did not)
    if ((fragment === 'do' || isForAll) && !isLocal) return 'EMSGSIZE';
    const whole = new Uint8Array(total);
    whole.set(payload, IPV4_HEADER);
    writeIpv4(whole, 0, payload.length, this.#nextId(), 0, hopLimit, protocol, source, destination);
    if (trafficClass !== 0) mark(whole, 0, trafficClass);
    if (isLocal) stack.toSelf(() => this.#deliver(stack.loopback, -1, whole, 0, false));
    else if (stack.objection('output', undefined, route!.nic!, whole, 0, 4)) return 'EPERM';
    else this.#forwarder.emitFragments(route!.nic!, route!.gateway ?? destination, whole, 0, mtu, undefined);
    return undefined;
  }

  /** Why nothing can be sent there, if so: as the system call says to who has not asked to speak to everybody. */
  problemWith(destination: Ip4, route: Route | undefined): SendProblem | undefined {
    if (destination >>> 28 === 14) return 'ENETUNREACH';
    return this.#stack.isBroadcast(destination) ? 'EACCES' : problemOf(route);
  }

  /** A datagram arrived in a frame whose IPv4 header is at `at`. */
  receive(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const fault = ipv4Fault(bytes, at, end);
    if (fault !== undefined || !ipv4ChecksumOk(bytes, at)) {
      nic.refuse(frame, fault ?? 'wrong IPv4 checksum');
      return;
    }
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const isBroadcast = destination === IP4_BROADCAST || destination === nic.broadcast;
    const stack = this.#stack;
    const oddity = martian(source, destination) ?? this.#oddSource(source);
    if (oddity !== undefined) {
      nic.refuse(frame, oddity);
      return;
    }
    if (!isBroadcast && isGroupMac(ethernet.get.destination(bytes, at - ETHERNET_HEADER))) {
      // neither taken (RFC 1122 §3.3.6) nor sent on (RFC 1812 §5.3.4)
      nic.refuse(frame, 'a frame for everybody with a datagram for one');
      return;
    }
    const isOurs = isBroadcast || stack.isLocal(destination);
    if (isFragment(bytes, at) && (isOurs || stack.nat || stack.filter)) {
      const whole = stack.reassemble(nic, frame, bytes, at);
      if (whole) this.#accept(nic, frame, whole.bytes, 0, isBroadcast);
      return;
    }
    this.#accept(nic, frame, bytes, at, isBroadcast);
  }

  /** Who else would have an address of this machine, or one that everybody has? Linux drops such datagrams, too. */
  #oddSource(source: Ip4): string | undefined {
    if (this.#stack.isLocal(source)) return 'it claims to come from this machine';
    return this.#stack.isBroadcast(source) ? 'a source address that no single machine has' : undefined;
  }

  /** A whole datagram, or a fragment that only passes. */
  #accept(nic: Nic, frame: number, bytes: Bytes, at: number, isBroadcast: boolean): void {
    const stack = this.#stack;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    if (stack.nat?.owns(destination) && this.#forwarder.translateInbound(nic, frame, bytes, at)) return;
    if (isBroadcast || stack.isLocal(destination)) {
      const objection = stack.objection('input', nic, undefined, bytes, at, 4);
      if (!objection) this.#deliver(nic, frame, bytes, at, isBroadcast);
      else {
        nic.refuse(frame, objection.reason);
        this.errors.reject(objection, bytes, at);
      }
    } else if (stack.isForwarding) {
      this.#forwarder.forward(nic, frame, bytes, at, undefined, false);
    } else {
      nic.refuse(frame, 'not this machine’s address, and it does not forward');
    }
  }

  #deliver(nic: Nic, frame: number, bytes: Bytes, at: number, isBroadcast: boolean): void {
    const header = ipv4HeaderLength(bytes, at);
    const total = ipv4.get.totalLength(bytes, at);
    const protocol = ipv4.get.protocol(bytes, at);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    if (isBroadcast && protocol !== PROTOCOL_UDP) {
      // pings: Linux's icmp_echo_ignore_broadcasts; TCP: RFC 9293 §3.9.2.3
      nic.refuse(frame, 'nothing but UDP is taken when it is for everybody');
      return;
    }
    if (protocol === PROTOCOL_ICMP) {
      this.#icmp(nic, frame, bytes, at, at + header, at + total, source, destination);
      return;
    }
    const transport = this.#stack.transport(protocol);
    if (transport) transport.receive(bytes, at + header, total - header, source, destination, at, nic);
    else {
      nic.refuse(frame, `no program for protocol ${protocol}`);
      this.errors.send(ICMP_UNREACHABLE, UNREACHABLE_PROTOCOL, 0, bytes, at, 'protocol unreachable');
    }
  }

  #icmp(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    datagramAt: number,
    at: number,
    end: number,
    source: Ip4,
    destination: Ip4,
  ): void {
    const stack = this.#stack;
    if (end - at < 8 || checksumFinish(checksumAdd(0, bytes, at, end - at)) !== 0) {
      nic.refuse(frame, end - at < 8 ? 'truncated ICMP' : 'wrong ICMP checksum');
      return;
    }
    const type = bytes[at]!;
    if (type === ICMP_ECHO) this.#echo(bytes.slice(at, end), destination, source, bytes[datagramAt + 1]!);
    else if (isIcmpError(type)) {
      const problem = stack.hear(readReport4(bytes, datagramAt, at, end, source));
      if (problem !== undefined) nic.refuse(frame, problem);
    } else {
      const icmp = stack.transport(PROTOCOL_ICMP);
      icmp?.receive(bytes, at, end - at, source, destination, datagramAt, nic);
    }
  }

  /** The answer to an echo request: the same message with another type (RFC 792, RFC 1122 §3.2.2.6). */
  #echo(message: Bytes, from: Ip4, to: Ip4, trafficClass: number): void {
    message[0] = 0;
    message[2] = 0;
    message[3] = 0;
    const sum = checksumFinish(checksumAdd(0, message, 0, message.length));
    message[2] = sum >>> 8;
    message[3] = sum;
    // as Linux answers: with the same traffic class, and routers may cut it, since nobody learns from a lost answer
    this.#stack.sendIcmp(message, from, to, { trafficClass, fragment: 'dont' });
  }

  #routeOut(destination: Ip4, via: Nic | undefined): Route | undefined {
    const { routes } = this.#stack;
    if (via && destination === IP4_BROADCAST) return onLink(via);
    return via ? routes.candidates(destination).find(({ nic }) => nic === via) : routes.lookup(destination);
  }

  #nextId(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  #toSelf(frame: number): void {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    stack.toSelf(() => {
      const at = frames.at(frame) + ETHERNET_HEADER;
      this.#deliver(stack.loopback, frame, frames.slab(frame), at, false);
    }, frame);
  }
}

/** Everybody is on the link. */
function onLink(nic: Nic): Route {
  const network = { address: IP4_BROADCAST, prefixLength: 32 };
  return { network, kind: 'unicast', nic, gateway: undefined, origin: 'kernel', metric: 0, expires: NEVER };
}

/** Writes the traffic class into a header that is complete. */
function mark(bytes: Bytes, at: number, trafficClass: number): void {
  const before = (bytes[at]! << 8) | bytes[at + 1]!;
  bytes[at + 1] = trafficClass;
  const after = (bytes[at]! << 8) | trafficClass;
  ipv4.set.checksum(bytes, at, adjustChecksum(ipv4.get.checksum(bytes, at), before, after));
}

/**
 * Why no datagram on a link may have these addresses (RFC 1812 §5.3.7, RFC 1122 §3.2.1.3), if so. Who has no address yet
 * speaks to everybody from 0.0.0.0. Multicast is left out here.
 */
function martian(source: number, destination: number): string | undefined {
  const from = source >>> 24;
  const to = destination >>> 24;
  if (from === 127 || to === 127) return 'a loopback address on a link';
  if (from >= 224) return 'a source address that no single machine has';
  if (from === 0 && (source !== 0 || destination !== IP4_BROADCAST))
    return 'a source address that nobody has';
  if (to === 0) return 'a destination that nobody has';
  if (to >= 224 && destination !== IP4_BROADCAST) return 'a group, and this machine joins none';
  return undefined;
}

function isFragment(bytes: Bytes, at: number): boolean {
  return ipv4.get.fragmentOffset(bytes, at) !== 0 || (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0;
}

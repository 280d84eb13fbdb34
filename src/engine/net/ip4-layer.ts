/**
 * IPv4 on a machine (RFC 791, RFC 1122 §3.2, RFC 1812 §4.2 and §5.2): receiving, delivering, forwarding, sending, and
 * the ICMP errors that belong to it.
 *
 * The order of a router's work is Linux's: translate the destination (NAT), look up the route, filter, translate the
 * source, cut to the next link's size. A machine that translates or filters puts fragments together first, because
 * only the first of them has ports. Left out: options (ignored), multicast, redirects (RFC 1812 §5.2.7.2: neither sent
 * nor obeyed), source routing.
 */
import { formatIp4, IP4_BROADCAST, type Ip4, inCidr4, mask4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { adjustChecksum, checksumAdd, checksumFinish } from '../base/checksum.ts';
import { fragmentIpv4 } from '../proto/fragment.ts';
import { ETHERNET_HEADER, ethernet, isGroupMac } from '../wire/ethernet.ts';
import {
  encodeIcmpError,
  ICMP_ECHO,
  ICMP_HEADER,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  icmpField,
  isIcmpError,
  quotedDatagram,
  UNREACHABLE_FRAGMENTATION_NEEDED,
  UNREACHABLE_HOST,
  UNREACHABLE_NET,
  UNREACHABLE_PROTOCOL,
} from '../wire/icmp.ts';
import {
  IPV4_DF,
  IPV4_HEADER,
  IPV4_MF,
  ipv4,
  ipv4ChecksumOk,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  writeIpv4,
} from '../wire/ipv4.ts';
import { type IcmpReport, icmp4Kind } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { clampMss } from './mss-clamp.ts';
import { isScarcity } from './nat.ts';
import type { Nic } from './nic.ts';
import type { Route } from './route.ts';
import { DEFAULT_HOP_LIMIT, type SendOptions, type SendProblem } from './transport.ts';

/** Largest datagram (RFC 791 §3.1, Total Length). */
const MAX_DATAGRAM = 65_535;
const UNREACHABLE_PROHIBITED = 13;
const TIME_EXCEEDED_REASSEMBLY = 1;

/** A datagram on its way through a router: in a frame of its own, or whole in a buffer after it was put together. */
interface Carried {
  /** −1 when it lies in no frame. */
  readonly frame: number;
  readonly bytes: Bytes;
  readonly at: number;
}

export class Ip4Layer {
  readonly #stack: IpStack;
  #identification: number;

  constructor(stack: IpStack) {
    this.#stack = stack;
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
    flags: number,
    trafficClass: number,
    via: Nic | undefined,
  ): boolean {
    const { frames } = this.#stack.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame) + ETHERNET_HEADER;
    writeIpv4(bytes, at, length, this.#nextId(), flags, hopLimit, protocol, source, destination);
    if (trafficClass !== 0) this.#mark(bytes, at, trafficClass);
    frames.resize(frame, ETHERNET_HEADER + IPV4_HEADER + length);
    if (this.#stack.isLocal(destination)) {
      this.#loopBack(frame);
      return true;
    }
    const route = this.#routeOut(destination, via);
    if (!route?.nic || this.#isFilteredOut(route.nic, bytes, at)) {
      this.#stack.loopback.refuse(frame, route ? 'a filter on this machine' : 'no route');
      frames.release(frame);
      return false;
    }
    this.#stack.neighbours.deliver(route.nic, route.gateway ?? destination, frame, undefined);
    return true;
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
    if (!isLocal) {
      const problem = problemOf(route);
      if (problem) return problem;
    }
    const total = IPV4_HEADER + payload.length;
    if (total > MAX_DATAGRAM) return 'EMSGSIZE';
    const { hopLimit = DEFAULT_HOP_LIMIT, fragment = 'want', trafficClass = 0, via } = options;
    const { now } = stack.world;
    const link = isLocal ? MAX_DATAGRAM : route!.nic!.mtu;
    const mtu = isLocal || fragment === 'dont' ? link : stack.pathMtu.lookup(destination, link, now);
    if (total <= mtu && ETHERNET_HEADER + total <= stack.maxFrame) {
      const { frames } = stack.world.trace;
      const frame = frames.alloc(ETHERNET_HEADER + total);
      frames.slab(frame).set(payload, frames.at(frame) + ETHERNET_HEADER + IPV4_HEADER);
      const flags = fragment === 'dont' || stack.pathMtu.isLocked(destination, now) ? 0 : IPV4_DF;
      this.send(frame, payload.length, protocol, source, destination, hopLimit, flags, trafficClass, via);
      return undefined;
    }
    if (fragment === 'do' && !isLocal) return 'EMSGSIZE';
    const whole = new Uint8Array(total);
    whole.set(payload, IPV4_HEADER);
    writeIpv4(whole, 0, payload.length, this.#nextId(), 0, hopLimit, protocol, source, destination);
    if (trafficClass !== 0) this.#mark(whole, 0, trafficClass);
    if (isLocal) this.#loopBackWhole(whole);
    else if (this.#isFilteredOut(route!.nic!, whole, 0)) return 'EACCES';
    else this.#emitFragments(route!.nic!, (route!.gateway ?? destination) as Ip4, whole, 0, mtu);
    return undefined;
  }

  /** A datagram arrived in a frame whose IPv4 header is at `at`. */
  receive(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const fault = ipv4Fault(bytes, at, end);
    if (fault !== undefined || !ipv4ChecksumOk(bytes, at)) {
      nic.refuse(frame, fault ?? 'wrong IPv4 checksum');
      return;
    }
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const isForAll = isGroupMac(ethernet.get.destination(bytes, at - ETHERNET_HEADER));
    const isBroadcast = destination === IP4_BROADCAST || isSubnetBroadcast(nic, destination);
    if (isForAll && !isBroadcast) {
      // neither taken (RFC 1122 §3.3.6) nor sent on (RFC 1812 §5.3.4)
      nic.refuse(frame, 'a frame for everybody with a datagram for one');
      return;
    }
    const stack = this.#stack;
    const isOurs = isBroadcast || stack.isLocal(destination);
    if (isFragment(bytes, at) && (isOurs || stack.nat || stack.filter)) {
      this.#collect(nic, frame, bytes, at, isBroadcast);
      return;
    }
    this.#accept(nic, frame, bytes, at, isBroadcast);
  }

  /** One more fragment for this machine to put together, before it looks inside. */
  #collect(nic: Nic, frame: number, bytes: Bytes, at: number, isBroadcast: boolean): void {
    const whole = this.#stack.reassemble(nic, frame, bytes, at);
    if (whole) this.#accept(nic, frame, whole, 0, isBroadcast);
  }

  /** Nobody sent the missing pieces: whoever sent the first one is told (RFC 1122 §3.3.2). */
  reassemblyTimedOut(nic: Nic, first: Bytes | undefined): void {
    if (!first || first.length < IPV4_HEADER + 8) return;
    this.sendError(
      ICMP_TIME_EXCEEDED,
      TIME_EXCEEDED_REASSEMBLY,
      0,
      first,
      0,
      `fragments are missing on ${nic.name}`,
      Math.min(first.length, ipv4.get.totalLength(first, 0)),
    );
  }

  /** A whole datagram, or a fragment that only passes. */
  #accept(nic: Nic, frame: number, bytes: Bytes, at: number, isBroadcast: boolean): void {
    const stack = this.#stack;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const { nat } = stack;
    if (nat?.owns(destination)) {
      const carried = this.#carry(frame, bytes, at);
      const verdict = nat.isOutside(nic)
        ? nat.inbound(carried.bytes, carried.at)
        : nat.hairpin(carried.bytes, carried.at);
      if (verdict === 'translated') {
        this.#forward(nic, frame, bytes, at, carried, !nat.isOutside(nic));
        return;
      }
      this.#letGo(carried);
      // an address of the translator's pool that no interface has is nobody's when nothing maps it
      const isNobodys = verdict === 'mine' && !stack.isLocal(destination);
      if (verdict !== 'mine' || isNobodys) {
        nic.refuse(frame, isNobodys ? 'nothing maps this address and port' : verdict);
        return;
      }
    }
    if (isBroadcast || stack.isLocal(destination)) {
      if (!this.#isFilteredIn(nic, frame, bytes, at)) this.#deliver(nic, frame, bytes, at);
    } else if (stack.isForwarding) {
      this.#forward(nic, frame, bytes, at, undefined, false);
    } else {
      nic.refuse(frame, 'not this machine’s address, and it does not forward');
    }
  }

  #deliver(nic: Nic, frame: number, bytes: Bytes, at: number): void {
    const header = ipv4HeaderLength(bytes, at);
    const total = ipv4.get.totalLength(bytes, at);
    const protocol = ipv4.get.protocol(bytes, at);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    if (protocol === PROTOCOL_ICMP) {
      this.#icmp(nic, frame, bytes, at, at + header, at + total, source, destination);
      return;
    }
    const transport = this.#stack.transport(protocol);
    if (transport) transport.receive(bytes, at + header, total - header, source, destination, at, nic);
    else {
      nic.refuse(frame, `no program for protocol ${protocol}`);
      this.sendError(ICMP_UNREACHABLE, UNREACHABLE_PROTOCOL, 0, bytes, at, 'protocol unreachable');
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
    if (end - at < 8 || checksumFinish(checksumAdd(0, bytes, at, end - at)) !== 0) {
      nic.refuse(frame, end - at < 8 ? 'truncated ICMP' : 'wrong ICMP checksum');
      return;
    }
    const type = bytes[at]!;
    if (type === ICMP_ECHO) {
      this.#echo(bytes.slice(at, end), this.#stack.isLocal(destination) ? destination : undefined, source);
    } else if (isIcmpError(type)) {
      const report = readReport(bytes, datagramAt, at, end, source);
      if (report) this.#stack.transport(report.quoted.protocol)?.handleIcmp(report);
    } else {
      const icmp = this.#stack.transport(PROTOCOL_ICMP);
      icmp?.receive(bytes, at, end - at, source, destination, datagramAt, nic);
    }
  }

  /** The answer to an echo request: the same message with another type (RFC 792, RFC 1122 §3.2.2.6). */
  #echo(message: Bytes, from: Ip4 | undefined, to: Ip4): void {
    message[0] = 0;
    message[2] = 0;
    message[3] = 0;
    const sum = checksumFinish(checksumAdd(0, message, 0, message.length));
    message[2] = sum >>> 8;
    message[3] = sum;
    // as Linux answers: pieces are allowed, since whoever asked in pieces can take pieces
    this.#stack.sendIcmp(message, from, to);
  }

  /**
   * Sends a datagram on. `bytes` is as it arrived; `carried` is the copy that NAT has rewritten already, or undefined.
   * `isTurned`: it came from inside and goes back inside (hairpin).
   */
  #forward(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    carried: Carried | undefined,
    isTurned: boolean,
  ): void {
    const stack = this.#stack;
    if (ipv4.get.ttl(bytes, at) <= 1) {
      nic.refuse(frame, 'time to live ran out');
      if (carried) this.#letGo(carried);
      this.sendError(ICMP_TIME_EXCEEDED, 0, 0, bytes, at, 'time to live ran out');
      return;
    }
    const moved = carried ?? this.#carry(frame, bytes, at);
    decrementTtl(moved.bytes, moved.at);
    const destination = ipv4.get.destination(moved.bytes, moved.at) as Ip4;
    const route = stack.routes.lookup(destination);
    const out = route?.nic;
    if (!route || !out) {
      this.#letGo(moved);
      this.#noWay(nic, frame, bytes, at, route);
      return;
    }
    // what is turned round never leaves the inside, and both its addresses were rewritten: the filter has no say
    const judged = isTurned
      ? undefined
      : stack.filter?.judge('forward', nic.name, out.name, moved.bytes, moved.at, 4);
    if (judged && judged.action !== 'accept') {
      nic.refuse(frame, judged.reason);
      this.#letGo(moved);
      if (judged.action === 'reject') this.#reject(judged.answer, bytes, at, judged.reason);
      return;
    }
    if (!isTurned && stack.nat?.isOutside(out) && !stack.nat.isOutside(nic) && carried === undefined) {
      const problem = stack.nat.outbound(moved.bytes, moved.at);
      if (problem !== undefined) {
        nic.refuse(frame, problem);
        this.#letGo(moved);
        // the sender could do something about it: RFC 5508 REQ-8
        if (isScarcity(problem))
          this.sendError(ICMP_UNREACHABLE, UNREACHABLE_PROHIBITED, 0, bytes, at, problem);
        return;
      }
    }
    if (out.clampsMss || nic.clampsMss) clampMss(moved.bytes, moved.at, 4, Math.min(out.mtu, nic.mtu) - 40);
    this.#emit(
      nic,
      frame,
      bytes,
      at,
      moved,
      out,
      route.gateway === undefined ? destination : (route.gateway as Ip4),
    );
  }

  /** Puts a datagram on the next link, whole or in fragments. */
  #emit(nic: Nic, frame: number, bytes: Bytes, at: number, moved: Carried, out: Nic, nextHop: Ip4): void {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    const total = ipv4.get.totalLength(moved.bytes, moved.at);
    if (total <= out.mtu) {
      let ready = moved.frame;
      if (ready === -1) {
        ready = frames.alloc(ETHERNET_HEADER + total);
        frames
          .slab(ready)
          .set(moved.bytes.subarray(moved.at, moved.at + total), frames.at(ready) + ETHERNET_HEADER);
      }
      stack.neighbours.deliver(out, nextHop, ready, { bytes, at });
      return;
    }
    if ((ipv4.get.flags(moved.bytes, moved.at) & IPV4_DF) !== 0) {
      nic.refuse(frame, `larger than the next link’s ${out.mtu} bytes`);
      this.#letGo(moved);
      this.sendError(
        ICMP_UNREACHABLE,
        UNREACHABLE_FRAGMENTATION_NEEDED,
        out.mtu,
        bytes,
        at,
        'too big for the next link',
      );
      return;
    }
    this.#emitFragments(out, nextHop, moved.bytes, moved.at, out.mtu);
    this.#letGo(moved);
  }

  #emitFragments(out: Nic, nextHop: Ip4, bytes: Bytes, at: number, mtu: number): void {
    const stack = this.#stack;
    const { trace } = stack.world;
    const { frames } = trace;
    const ready: number[] = [];
    fragmentIpv4(bytes, at, mtu, (header, from, length) => {
      const frame = frames.alloc(ETHERNET_HEADER + header.length + length);
      const to = frames.at(frame) + ETHERNET_HEADER;
      const slab = frames.slab(frame);
      slab.set(header, to);
      slab.set(bytes.subarray(from, from + length), to + header.length);
      ready.push(frame);
    });
    const size = ipv4.get.totalLength(bytes, at);
    const before = trace.cause;
    stack.because({ kind: 'ip.fragment', detail: { size, mtu, into: ready.length } });
    for (const frame of ready) stack.neighbours.deliver(out, nextHop, frame, undefined);
    trace.cause = before;
  }

  #noWay(nic: Nic, frame: number, bytes: Bytes, at: number, route: Route | undefined): void {
    if (route?.kind === 'blackhole') {
      nic.refuse(frame, 'a blackhole route');
      return;
    }
    nic.refuse(frame, route ? `a route that says ${route.kind}` : 'no route');
    const code = !route
      ? UNREACHABLE_NET
      : route.kind === 'prohibit'
        ? UNREACHABLE_PROHIBITED
        : UNREACHABLE_HOST;
    this.sendError(ICMP_UNREACHABLE, code, 0, bytes, at, route ? `route says ${route.kind}` : 'no route');
  }

  /**
   * Nobody on the link answered for the next hop of the datagram at `at`: its sender is told. `bytes` is as it arrived
   * here, before NAT.
   */
  unreachable(bytes: Bytes, at: number, reason: string): void {
    const stack = this.#stack;
    const source = ipv4.get.source(bytes, at) as Ip4;
    if (!stack.isLocal(source)) {
      this.sendError(ICMP_UNREACHABLE, UNREACHABLE_HOST, 0, bytes, at, reason);
      return;
    }
    // our own: its transport learns it at once, as from an ICMP error
    const end = at + ipv4.get.totalLength(bytes, at);
    const message = encodeIcmpError(ICMP_UNREACHABLE, UNREACHABLE_HOST, 0, bytes, at, end);
    const report = readReport(message, -1, 0, message.length, source);
    if (report) stack.transport(report.quoted.protocol)?.handleIcmp(report);
  }

  /** Tells the sender of the datagram at `at` that something is wrong with it, unless RFC 1122 §3.2.2 forbids it. */
  sendError(
    type: number,
    code: number,
    word: number,
    bytes: Bytes,
    at: number,
    reason: string,
    length = ipv4.get.totalLength(bytes, at),
  ): void {
    const stack = this.#stack;
    const protocol = ipv4.get.protocol(bytes, at);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at);
    const header = ipv4HeaderLength(bytes, at);
    if (protocol === PROTOCOL_ICMP && isIcmpError(bytes[at + header]!)) return;
    if (
      !isOneHost(source) ||
      this.#isBroadcast(source) ||
      ipv4.get.fragmentOffset(bytes, at) !== 0 ||
      this.#isBroadcast(destination)
    )
      return;
    stack.record({ kind: 'icmp.error', detail: { type, code, to: formatIp4(source), reason } });
    stack.sendIcmp(encodeIcmpError(type, code, word, bytes, at, at + length), undefined, source);
  }

  #isBroadcast(destination: number): boolean {
    return (
      destination === IP4_BROADCAST || this.#stack.nics.some((nic) => isSubnetBroadcast(nic, destination))
    );
  }

  #routeOut(destination: Ip4, via: Nic | undefined): Route | undefined {
    const { routes } = this.#stack;
    return via ? routes.candidates(destination).find(({ nic }) => nic === via) : routes.lookup(destination);
  }

  #isFilteredIn(nic: Nic, frame: number, bytes: Bytes, at: number): boolean {
    const judged = this.#stack.filter?.judge('input', nic.name, undefined, bytes, at, 4);
    if (!judged || judged.action === 'accept') return false;
    nic.refuse(frame, judged.reason);
    if (judged.action === 'reject') this.#reject(judged.answer, bytes, at, judged.reason);
    return true;
  }

  #reject(answer: 'reset' | 'prohibited', bytes: Bytes, at: number, reason: string): void {
    if (answer === 'prohibited') {
      this.sendError(ICMP_UNREACHABLE, UNREACHABLE_PROHIBITED, 0, bytes, at, reason);
      return;
    }
    const header = ipv4HeaderLength(bytes, at);
    const length = ipv4.get.totalLength(bytes, at) - header;
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    this.#stack.transport(PROTOCOL_TCP)?.refuse?.(bytes, at + header, length, source, destination);
  }

  #isFilteredOut(nic: Nic, bytes: Bytes, at: number): boolean {
    const judged = this.#stack.filter?.judge('output', undefined, nic.name, bytes, at, 4);
    return judged !== undefined && judged.action !== 'accept';
  }

  #nextId(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  #mark(bytes: Bytes, at: number, trafficClass: number): void {
    const before = (bytes[at]! << 8) | bytes[at + 1]!;
    bytes[at + 1] = trafficClass;
    const after = (bytes[at]! << 8) | trafficClass;
    ipv4.set.checksum(bytes, at, adjustChecksum(ipv4.get.checksum(bytes, at), before, after));
  }

  /** A copy to change on the way: another frame when it lies in one, itself when it was put together here. */
  #carry(frame: number, bytes: Bytes, at: number): Carried {
    const { frames } = this.#stack.world.trace;
    if (frames.slab(frame) !== bytes) return { frame: -1, bytes: bytes.slice(at), at: 0 };
    const copy = frames.copy(frame);
    return { frame: copy, bytes: frames.slab(copy), at: frames.at(copy) + ETHERNET_HEADER };
  }

  #letGo({ frame }: Carried): void {
    if (frame !== -1) this.#stack.world.trace.frames.release(frame);
  }

  /** A datagram to ourselves: delivered as an event of its own, without touching a link. */
  #loopBack(frame: number): void {
    const { kernel, trace } = this.#stack.world;
    kernel.call(kernel.now, () => {
      const at = trace.frames.at(frame) + ETHERNET_HEADER;
      if (this.#stack.isOn) this.#deliver(this.#stack.loopback, frame, trace.frames.slab(frame), at);
      trace.frames.release(frame);
    });
  }

  #loopBackWhole(whole: Bytes): void {
    const { kernel } = this.#stack.world;
    kernel.call(kernel.now, () => {
      if (this.#stack.isOn) this.#deliver(this.#stack.loopback, -1, whole, 0);
    });
  }
}

/** What an error says, or undefined when its quotation is too short to mean anything. `datagramAt` −1: our own. */
function readReport(
  bytes: Bytes,
  datagramAt: number,
  at: number,
  end: number,
  from: Ip4,
): IcmpReport | undefined {
  const quoted = quotedDatagram(bytes, at, end);
  if (!quoted) return undefined;
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const kind = icmp4Kind(type, code);
  return {
    kind,
    type,
    code,
    from,
    isOwn: datagramAt === -1,
    mtu: kind === 'too-big' ? icmpField.nextHopMtu(bytes, at) : 0,
    hopLimit: datagramAt === -1 ? DEFAULT_HOP_LIMIT : ipv4.get.ttl(bytes, datagramAt),
    size: datagramAt === -1 ? 0 : ipv4.get.totalLength(bytes, datagramAt),
    quoted,
    quotedAt: at + ICMP_HEADER,
    bytes,
    end,
  };
}

export function problemOf(route: Pick<Route, 'nic' | 'kind'> | undefined): SendProblem | undefined {
  if (!route) return 'ENETUNREACH';
  if (route.nic) return undefined;
  return route.kind === 'blackhole' ? 'EINVAL' : route.kind === 'prohibit' ? 'EACCES' : 'EHOSTUNREACH';
}

function isFragment(bytes: Bytes, at: number): boolean {
  return ipv4.get.fragmentOffset(bytes, at) !== 0 || (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0;
}

function isSubnetBroadcast(nic: Nic, destination: number): boolean {
  if (nic.address === undefined || nic.prefixLength > 30) return false;
  return (
    inCidr4(destination, { address: nic.address, prefixLength: nic.prefixLength }) &&
    (destination | mask4(nic.prefixLength)) >>> 0 === 0xffff_ffff
  );
}

/** Not "this host", loopback, multicast, reserved or broadcast: the sources that RFC 1122 §3.2.2 names. */
function isOneHost(address: number): boolean {
  const first = address >>> 24;
  return address !== 0 && first !== 127 && first < 224;
}

/** One hop less, with the checksum corrected rather than computed anew (RFC 1624 §3, equation 3). */
function decrementTtl(bytes: Bytes, at: number): void {
  const before = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  bytes[at + 8]!--;
  const after = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  ipv4.set.checksum(bytes, at, adjustChecksum(ipv4.get.checksum(bytes, at), before, after));
}

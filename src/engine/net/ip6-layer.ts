/**
 * IPv6 on a machine (RFC 8200, RFC 4443, RFC 4291): receiving, delivering, forwarding, sending, and the ICMPv6 errors
 * that belong to it. What an interface needs besides (neighbour discovery, autoconfiguration) is in link6.ts.
 *
 * Routers never cut packets up: what does not fit is dropped and answered with Packet Too Big. A link-local address
 * means something on its link only, so datagrams to one need an interface, and are never forwarded. Left out:
 * multicast beyond the link's own groups, routing headers (refused), jumbograms, redirects, flow labels (zero).
 */
import type { Mac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { Misuse } from '../base/errors.ts';
import { ip6, isLinkLocal6, isMulticast6 } from '../base/ip.ts';
import type { Ip6 } from '../base/ip6.ts';
import { fragmentIpv6 } from '../proto/fragment.ts';
import { multicastMac } from '../proto/neighbours6.ts';
import { type SourceCandidate, selectSource } from '../proto/source-address.ts';
import { ETHERNET_HEADER } from '../wire/ethernet.ts';
import {
  encodeIcmp6Error,
  fixIcmp6Checksum,
  ICMP6_HEADER,
  icmp6ChecksumOk,
  icmp6Field,
} from '../wire/icmp6.ts';
import {
  ICMP6_ECHO,
  ICMP6_ECHO_REPLY,
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TIME_EXCEEDED,
  ICMP6_TOO_BIG,
  ICMP6_UNREACHABLE,
  isIcmp6Error,
  isNd,
  TIME6_HOP_LIMIT,
  TIME6_REASSEMBLY,
  UNREACHABLE6_ADDRESS,
  UNREACHABLE6_NO_ROUTE,
  UNREACHABLE6_PORT,
  UNREACHABLE6_PROHIBITED,
  UNREACHABLE6_REJECT,
  UNREACHABLE6_SCOPE,
} from '../wire/icmp6-code.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Fault, ipv6Source, writeIpv6 } from '../wire/ipv6.ts';
import { hopByHopProblem, PROTOCOL_ICMP6, type UpperLayer, upperLayer } from '../wire/ipv6-extension.ts';
import { quotedDatagram6 } from '../wire/quotation6.ts';
import { type IcmpReport, icmp6Kind } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { problemOf } from './ip4-layer.ts';
import { Link6 } from './link6.ts';
import { clampMss } from './mss-clamp.ts';
import { MIN_MTU_V6, type Nic } from './nic.ts';
import type { Route } from './route.ts';
import { DEFAULT_HOP_LIMIT, type SendOptions, type SendProblem } from './transport.ts';

export const ETHERTYPE_IPV6 = 0x86dd;
export { ICMP6_ECHO, ICMP6_ECHO_REPLY, ICMP6_UNREACHABLE, PROTOCOL_ICMP6, UNREACHABLE6_PORT };

type Way = Pick<Route, 'nic' | 'gateway' | 'kind'>;

const MAX_PAYLOAD = 65_535;
/** What never leaves the machine, and what is nobody's. */
const UNSPECIFIED = ip6('::');
const LOOPBACK = ip6('::1');

export class Ip6Layer {
  readonly #stack: IpStack;
  readonly #links = new Map<Nic, Link6>();
  #identification: number;

  constructor(stack: IpStack) {
    this.#stack = stack;
    this.#identification = stack.world.random(`${stack.name}/ip6-id`).u32();
  }

  /** Switches IPv6 on for an interface, as a machine does when its link comes up. Once; later calls give the same link. */
  enable(nic: Nic): Link6 {
    const known = this.#links.get(nic);
    if (known) return known;
    if (nic.mtu < MIN_MTU_V6) throw new Misuse(`IPv6 over ${nic.mtu} bytes`);
    const link = new Link6(this.#stack, nic);
    this.#links.set(nic, link);
    return link;
  }

  link(nic: Nic): Link6 | undefined {
    return this.#links.get(nic);
  }

  links(): Iterable<Link6> {
    return this.#links.values();
  }

  /** An address that an administrator gave: it is ours at once. */
  addAddress(nic: Nic, address: Ip6, prefixLength: number): void {
    this.enable(nic).addStatic(address, prefixLength);
  }

  neighbour(nic: Nic, address: Ip6): Mac | undefined {
    return this.enable(nic).lookup(address);
  }

  solicit(nic: Nic, address: Ip6): void {
    this.enable(nic).solicit(address);
  }

  learn(nic: Nic, address: Ip6, mac: Mac): void {
    this.enable(nic).learn(address, mac);
  }

  clear(): void {
    for (const link of this.#links.values()) link.clear();
  }

  /** Which of our addresses a datagram to `destination` carries (RFC 6724 §5), or undefined when none will do. */
  sourceFor(destination: Ip6, via?: Nic): Ip6 | undefined {
    const route = this.#outFor(destination, via);
    const out = via ?? route?.nic;
    if (!out) return undefined;
    const isNear = isLinkLocal6(destination) || isMulticast6(destination);
    const candidates: SourceCandidate[] = [];
    for (const nic of this.#stack.nics) {
      for (const { address, prefixLength, state } of nic.addresses6) {
        if (state !== 'preferred' && state !== 'deprecated') continue;
        if (nic !== out && (isNear || isLinkLocal6(address))) continue;
        candidates.push({ address, prefixLength, interface: nic.name, isDeprecated: state === 'deprecated' });
      }
    }
    return selectSource(destination, candidates, { interface: out.name })?.source.address as Ip6 | undefined;
  }

  /** {@link Ip4Layer.send} for IPv6. */
  send(
    frame: number,
    length: number,
    protocol: number,
    source: Ip6,
    destination: Ip6,
    hopLimit: number,
    trafficClass: number,
    via: Nic | undefined,
  ): boolean {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame) + ETHERNET_HEADER;
    writeIpv6(bytes, at, length, protocol, hopLimit, source, destination, trafficClass);
    frames.resize(frame, ETHERNET_HEADER + IPV6_HEADER + length);
    if (stack.isLocal(destination)) {
      this.#loopBack(frame);
      return true;
    }
    const route = this.#outFor(destination, via);
    if (!route?.nic || this.#isFilteredOut(route.nic, bytes, at)) {
      stack.loopback.refuse(frame, route ? 'a filter on this machine' : 'no route');
      frames.release(frame);
      return false;
    }
    this.#hand(route.nic, route.gateway === undefined ? destination : (route.gateway as Ip6), frame);
    return true;
  }

  /** {@link Ip4Layer.sendPayload} for IPv6. */
  sendPayload(
    payload: Bytes,
    protocol: number,
    source: Ip6,
    destination: Ip6,
    options: SendOptions,
  ): SendProblem | undefined {
    const stack = this.#stack;
    const isLocal = stack.isLocal(destination);
    const route = isLocal ? undefined : this.#outFor(destination, options.via);
    if (!isLocal) {
      const problem = problemOf(route);
      if (problem) return problem;
    }
    if (payload.length > MAX_PAYLOAD) return 'EMSGSIZE';
    const total = IPV6_HEADER + payload.length;
    const { hopLimit = DEFAULT_HOP_LIMIT, fragment = 'want', trafficClass = 0, via } = options;
    const mtu = isLocal
      ? MAX_PAYLOAD + IPV6_HEADER
      : stack.pathMtu.lookup(destination, mtuOf(route!.nic!), stack.world.now);
    if (total <= mtu && ETHERNET_HEADER + total <= stack.maxFrame) {
      const { frames } = stack.world.trace;
      const frame = frames.alloc(ETHERNET_HEADER + total);
      frames.slab(frame).set(payload, frames.at(frame) + ETHERNET_HEADER + IPV6_HEADER);
      this.send(frame, payload.length, protocol, source, destination, hopLimit, trafficClass, via);
      return undefined;
    }
    if (fragment === 'do' && !isLocal) return 'EMSGSIZE';
    const whole = new Uint8Array(total);
    whole.set(payload, IPV6_HEADER);
    writeIpv6(whole, 0, payload.length, protocol, hopLimit, source, destination, trafficClass);
    if (isLocal) this.#loopBackWhole(whole);
    else if (this.#isFilteredOut(route!.nic!, whole, 0)) return 'EACCES';
    else {
      const nextHop = route!.gateway === undefined ? destination : (route!.gateway as Ip6);
      this.#emitFragments(route!.nic!, nextHop, whole, mtu);
    }
    return undefined;
  }

  /** Computes the checksum of an ICMPv6 message that is about to be sent (RFC 4443 §2.3). */
  finishIcmp(message: Bytes, source: Ip6, destination: Ip6): void {
    fixIcmp6Checksum(message, 0, message.length, source, destination);
  }

  /** A packet arrived in a frame whose IPv6 header is at `at`. */
  receive(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const link = this.#links.get(nic);
    const fault = ipv6Fault(bytes, at, end);
    if (!link || fault !== undefined) {
      if (fault !== undefined) nic.refuse(frame, fault);
      return;
    }
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    if (
      isMulticast6(source) ||
      destination === UNSPECIFIED ||
      destination === LOOPBACK ||
      source === LOOPBACK
    ) {
      nic.refuse(frame, `an address that no packet on a link may have`);
      return;
    }
    const isGroup = isMulticast6(destination);
    if (
      isGroup
        ? link.hasJoined(destination)
        : this.#stack.isLocal(destination) || link.isTentative(destination)
    ) {
      this.#forUs(nic, frame, bytes, at, end);
    } else if (isGroup) {
      nic.refuse(frame, 'a group that this interface has not joined');
    } else if (this.#stack.isForwarding) {
      this.#forward(nic, frame, bytes, at, end);
    } else {
      nic.refuse(frame, 'not this machine’s address, and it does not forward');
    }
  }

  #forUs(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const layer = upperLayer(bytes, at, end);
    if (layer.problem) {
      this.#headerProblem(nic, frame, bytes, at, layer);
      return;
    }
    if (layer.fragment && (layer.fragment.more || layer.fragment.offset > 0)) {
      const whole = this.#stack.reassemble(nic, frame, bytes, at, layer);
      if (whole) this.#accept(nic, frame, whole, 0, upperLayer(whole, 0, whole.length));
      return;
    }
    this.#accept(nic, frame, bytes, at, layer);
  }

  #headerProblem(nic: Nic, frame: number, bytes: Bytes, at: number, { problem }: UpperLayer): void {
    nic.refuse(frame, problem!.text);
    const { code, pointer, text } = problem!;
    if (code === undefined) return;
    this.sendError(ICMP6_PARAMETER_PROBLEM, code, pointer, bytes, at, text, nic);
  }

  #accept(nic: Nic, frame: number, bytes: Bytes, at: number, layer: UpperLayer): void {
    if (layer.problem) {
      this.#headerProblem(nic, frame, bytes, at, layer);
      return;
    }
    const judged = this.#stack.filter?.judge('input', nic.name, undefined, bytes, at, 6);
    if (judged && judged.action !== 'accept') {
      nic.refuse(frame, judged.reason);
      if (judged.action === 'reject') this.#reject(judged.answer, bytes, at, judged.reason, nic);
      return;
    }
    this.#deliver(nic, frame, bytes, at, layer);
  }

  #deliver(nic: Nic, frame: number, bytes: Bytes, at: number, layer: UpperLayer): void {
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    const { protocol, end } = layer;
    if (protocol === PROTOCOL_ICMP6) {
      this.#icmp(nic, frame, bytes, at, layer, source, destination);
      return;
    }
    // an address that is still being tried out serves nobody but neighbour discovery (RFC 4862 §5.4)
    if (!isMulticast6(destination) && !this.#stack.isLocal(destination)) return;
    const transport = this.#stack.transport(protocol);
    if (transport) transport.receive(bytes, layer.at, end - layer.at, source, destination, at, nic);
    else {
      const reason = `no program for protocol ${protocol}`;
      nic.refuse(frame, reason);
      const pointer = layer.nextHeaderAt - at;
      this.sendError(ICMP6_PARAMETER_PROBLEM, 1, pointer, bytes, at, reason, nic);
    }
  }

  #icmp(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    layer: UpperLayer,
    source: Ip6,
    destination: Ip6,
  ): void {
    const { at: icmpAt, end } = layer;
    if (end - icmpAt < 4 || !icmp6ChecksumOk(bytes, at, icmpAt, end)) {
      nic.refuse(frame, end - icmpAt < 4 ? 'truncated ICMPv6' : 'wrong ICMPv6 checksum');
      return;
    }
    const type = bytes[icmpAt]!;
    if (isNd(type)) {
      // from a neighbour and nobody else: a router would have taken one off (RFC 4861 §6.1, §7.1)
      if (ipv6.get.hopLimit(bytes, at) !== 255 || layer.fragment) {
        nic.refuse(
          frame,
          layer.fragment ? 'neighbour discovery in fragments' : 'neighbour discovery from beyond the link',
        );
        return;
      }
      const problem = this.enable(nic).handle(bytes, icmpAt, end, source, destination);
      if (problem !== undefined) nic.refuse(frame, problem);
      return;
    }
    if (!isMulticast6(destination) && !this.#stack.isLocal(destination)) return;
    if (type === ICMP6_ECHO) this.#echo(bytes.slice(icmpAt, end), nic, source, destination);
    else if (isIcmp6Error(type)) {
      const report = this.#report(bytes, at, icmpAt, end, source);
      if (report) this.#stack.transport(report.quoted.protocol)?.handleIcmp(report);
    } else {
      const icmp = this.#stack.transport(PROTOCOL_ICMP6);
      icmp?.receive(bytes, icmpAt, end - icmpAt, source, destination, at, nic);
    }
  }

  /** The answer to an echo request (RFC 4443 §4.2); one to a group is answered from an address of the link. */
  #echo(message: Bytes, nic: Nic, source: Ip6, destination: Ip6): void {
    message[0] = ICMP6_ECHO_REPLY;
    const via = isLinkLocal6(source) ? nic : undefined;
    this.#stack.sendIcmp(message, isMulticast6(destination) ? undefined : destination, source, { via });
  }

  #report(bytes: Bytes, at: number, icmpAt: number, end: number, from: Ip6): IcmpReport | undefined {
    const quoted = quotedDatagram6(bytes, icmpAt, end);
    if (!quoted) return undefined;
    const type = bytes[icmpAt]!;
    const code = bytes[icmpAt + 1]!;
    const isOwn = at === -1;
    return {
      kind: icmp6Kind(type, code),
      type,
      code,
      from,
      isOwn,
      mtu: type === ICMP6_TOO_BIG ? icmp6Field.mtu(bytes, icmpAt) : 0,
      hopLimit: isOwn ? DEFAULT_HOP_LIMIT : ipv6.get.hopLimit(bytes, at),
      size: isOwn ? 0 : IPV6_HEADER + ipv6.get.payloadLength(bytes, at),
      quoted,
      quotedAt: icmpAt + ICMP6_HEADER,
      bytes,
      end,
    };
  }

  #forward(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const stack = this.#stack;
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    if (isLinkLocal6(destination) || isLinkLocal6(source)) {
      nic.refuse(frame, 'a link-local address is not for other links');
      if (!isLinkLocal6(destination))
        this.sendError(
          ICMP6_UNREACHABLE,
          UNREACHABLE6_SCOPE,
          0,
          bytes,
          at,
          'beyond scope of source address',
          nic,
        );
      return;
    }
    const problem = hopByHopProblem(bytes, at, end);
    if (problem) {
      nic.refuse(frame, problem.text);
      if (problem.code !== undefined)
        this.sendError(ICMP6_PARAMETER_PROBLEM, problem.code, problem.pointer, bytes, at, problem.text, nic);
      return;
    }
    if (ipv6.get.hopLimit(bytes, at) <= 1) {
      nic.refuse(frame, 'hop limit ran out');
      this.sendError(ICMP6_TIME_EXCEEDED, TIME6_HOP_LIMIT, 0, bytes, at, 'hop limit ran out', nic);
      return;
    }
    const route = stack.routes.lookup(destination);
    const out = route?.nic;
    if (!route || !out) {
      this.#noWay(nic, frame, bytes, at, route);
      return;
    }
    const judged = stack.filter?.judge('forward', nic.name, out.name, bytes, at, 6);
    if (judged && judged.action !== 'accept') {
      nic.refuse(frame, judged.reason);
      if (judged.action === 'reject') this.#reject(judged.answer, bytes, at, judged.reason, nic);
      return;
    }
    const total = IPV6_HEADER + ipv6.get.payloadLength(bytes, at);
    const mtu = mtuOf(out);
    if (total > mtu) {
      nic.refuse(frame, `larger than the next link’s ${mtu} bytes`);
      this.sendError(ICMP6_TOO_BIG, 0, mtu, bytes, at, 'too big for the next link', nic);
      return;
    }
    const { frames } = stack.world.trace;
    const copy = frames.copy(frame);
    const copyAt = frames.at(copy) + ETHERNET_HEADER;
    frames.slab(copy)[copyAt + 7]!--;
    if (out.clampsMss || nic.clampsMss)
      clampMss(frames.slab(copy), copyAt, 6, Math.min(out.mtu, nic.mtu) - 60);
    this.#stack.neighbours.deliver(out, route.gateway ?? destination, copy, { bytes, at });
  }

  #noWay(nic: Nic, frame: number, bytes: Bytes, at: number, route: Route | undefined): void {
    if (route?.kind === 'blackhole') {
      nic.refuse(frame, 'a blackhole route');
      return;
    }
    const reason = route ? `a route that says ${route.kind}` : 'no route';
    nic.refuse(frame, reason);
    const code = !route
      ? UNREACHABLE6_NO_ROUTE
      : route.kind === 'prohibit'
        ? UNREACHABLE6_PROHIBITED
        : UNREACHABLE6_REJECT;
    this.sendError(ICMP6_UNREACHABLE, code, 0, bytes, at, reason, nic);
  }

  /** {@link Ip4Layer.unreachable} for IPv6. */
  unreachable(bytes: Bytes, at: number, reason: string): void {
    const source = ipv6Source(bytes, at);
    if (!this.#stack.isLocal(source)) {
      this.sendError(ICMP6_UNREACHABLE, UNREACHABLE6_ADDRESS, 0, bytes, at, reason, undefined);
      return;
    }
    const end = at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at);
    const message = encodeIcmp6Error(ICMP6_UNREACHABLE, UNREACHABLE6_ADDRESS, 0, bytes, at, end);
    const report = this.#report(message, -1, 0, message.length, source);
    if (report) this.#stack.transport(report.quoted.protocol)?.handleIcmp(report);
  }

  reassemblyTimedOut(nic: Nic, first: Bytes | undefined): void {
    if (!first) return;
    const reason = `fragments are missing on ${nic.name}`;
    this.sendError(ICMP6_TIME_EXCEEDED, TIME6_REASSEMBLY, 0, first, 0, reason, nic);
  }

  /** Tells the sender of the packet at `at` that something is wrong with it, unless RFC 4443 §2.4 (e) forbids it. */
  sendError(
    type: number,
    code: number,
    word: number,
    bytes: Bytes,
    at: number,
    reason: string,
    nic: Nic | undefined,
  ): void {
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    const end = Math.min(bytes.length, at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at));
    const layer = upperLayer(bytes, at, end);
    if (layer.protocol === PROTOCOL_ICMP6 && (isIcmp6Error(bytes[layer.at]!) || isNd(bytes[layer.at]!)))
      return;
    // to a group only what a sender must know to get through: too big, and options that it must not use
    const mayBeToGroup = type === ICMP6_TOO_BIG || (type === ICMP6_PARAMETER_PROBLEM && code === 2);
    if (source === UNSPECIFIED || isMulticast6(source) || (isMulticast6(destination) && !mayBeToGroup))
      return;
    this.#stack.record({ kind: 'icmp.error', detail: { type, code, to: source, reason } });
    const message = encodeIcmp6Error(type, code, word, bytes, at, end);
    const via = isLinkLocal6(source) ? nic : undefined;
    const from = this.#stack.isLocal(destination) ? destination : undefined;
    this.#stack.sendIcmp(message, from, source, { via });
  }

  /** Where a packet to `destination` leaves: groups and link-local addresses need no route, but an interface. */
  #outFor(destination: Ip6, via: Nic | undefined): Way | undefined {
    if (isLinkLocal6(destination) || isMulticast6(destination)) {
      const nic = via ?? [...this.#links.keys()][0];
      return nic && { nic, gateway: undefined, kind: 'unicast' };
    }
    const { routes } = this.#stack;
    return via ? routes.candidates(destination).find(({ nic }) => nic === via) : routes.lookup(destination);
  }

  /** Puts a packet of our own on a link; a group has a card address of its own (RFC 2464 §7). */
  #hand(nic: Nic, nextHop: Ip6, frame: number): void {
    if (isMulticast6(nextHop)) this.#stack.neighbours.transmit(nic, frame, multicastMac(nextHop), false);
    else this.#stack.neighbours.deliver(nic, nextHop, frame, undefined);
  }

  #emitFragments(out: Nic, nextHop: Ip6, whole: Bytes, mtu: number): void {
    const stack = this.#stack;
    const { trace } = stack.world;
    const { frames } = trace;
    const ready: number[] = [];
    this.#identification = (this.#identification + 1) >>> 0;
    fragmentIpv6(whole, 0, mtu, this.#identification, (header, from, length) => {
      const frame = frames.alloc(ETHERNET_HEADER + header.length + length);
      const to = frames.at(frame) + ETHERNET_HEADER;
      const slab = frames.slab(frame);
      slab.set(header, to);
      slab.set(whole.subarray(from, from + length), to + header.length);
      ready.push(frame);
    });
    const before = trace.cause;
    stack.because({ kind: 'ip.fragment', detail: { size: whole.length, mtu, into: ready.length } });
    for (const frame of ready) this.#hand(out, nextHop, frame);
    trace.cause = before;
  }

  #reject(answer: 'reset' | 'prohibited', bytes: Bytes, at: number, reason: string, nic: Nic): void {
    if (answer === 'prohibited') {
      this.sendError(ICMP6_UNREACHABLE, UNREACHABLE6_PROHIBITED, 0, bytes, at, reason, nic);
      return;
    }
    const layer = upperLayer(bytes, at, at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at));
    const tcp = this.#stack.transport(layer.protocol);
    tcp?.refuse?.(bytes, layer.at, layer.end - layer.at, ipv6Source(bytes, at), ipv6Destination(bytes, at));
  }

  #isFilteredOut(nic: Nic, bytes: Bytes, at: number): boolean {
    const judged = this.#stack.filter?.judge('output', undefined, nic.name, bytes, at, 6);
    return judged !== undefined && judged.action !== 'accept';
  }

  #loopBack(frame: number): void {
    const { kernel, trace } = this.#stack.world;
    kernel.call(kernel.now, () => {
      const bytes = trace.frames.slab(frame);
      const at = trace.frames.at(frame) + ETHERNET_HEADER;
      const layer = upperLayer(bytes, at, at + trace.frames.size(frame) - ETHERNET_HEADER);
      if (this.#stack.isOn) this.#deliver(this.#stack.loopback, frame, bytes, at, layer);
      trace.frames.release(frame);
    });
  }

  #loopBackWhole(whole: Bytes): void {
    const { kernel } = this.#stack.world;
    kernel.call(kernel.now, () => {
      if (this.#stack.isOn)
        this.#deliver(this.#stack.loopback, -1, whole, 0, upperLayer(whole, 0, whole.length));
    });
  }
}

/** Largest IPv6 packet that leaves by the interface. */
export function mtuOf(nic: Nic): number {
  return nic.mtu6 === undefined ? nic.mtu : Math.min(nic.mtu, nic.mtu6);
}

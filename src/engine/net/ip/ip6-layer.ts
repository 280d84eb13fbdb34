/**
 * IPv6 on a machine (RFC 8200, RFC 4443, RFC 4291): receiving, delivering, sending. What only passes is sent on by
 * ip6-forward.ts, what goes wrong is said by ip6-errors.ts, and what an interface needs besides (neighbour discovery,
 * autoconfiguration) is in link6.ts.
 *
 * A link-local address means something on its link only, so datagrams to one need an interface. Left out: multicast
 * beyond the link's own groups, routing headers (refused), jumbograms, redirects, flow labels (zero).
 */
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { ip6, isLinkLocal6, isMulticast6 } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { fragmentIpv6 } from '../../proto/ip/fragment.ts';
import { multicastMac } from '../../proto/ip/neighbours6.ts';
import { type SourceCandidate, selectSource } from '../../proto/ip/source-address.ts';
import { ETHERNET_HEADER } from '../../wire/ethernet.ts';
import { fixIcmp6Checksum, icmp6ChecksumOk } from '../../wire/icmp6.ts';
import {
  ICMP6_ECHO,
  ICMP6_ECHO_REPLY,
  ICMP6_PARAMETER_PROBLEM,
  isIcmp6Error,
  isNd,
} from '../../wire/icmp6-code.ts';
import { PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Fault, ipv6Source, writeIpv6 } from '../../wire/ipv6.ts';
import {
  PROBLEM_NEXT_HEADER,
  PROTOCOL_ICMP6,
  type UpperLayer,
  upperLayer,
} from '../../wire/ipv6-extension.ts';
import { MIN_MTU_V6, type Nic } from '../link/nic.ts';
import { readReport6 } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { Ip6Errors } from './ip6-errors.ts';
import { Ip6Forwarder } from './ip6-forward.ts';
import { Link6, ND_HOP_LIMIT, UNSPECIFIED6 } from './link6.ts';
import { problemOf, type Route } from './route.ts';
import { DEFAULT_HOP_LIMIT, type SendOptions, type SendProblem } from './transport.ts';

type Way = Pick<Route, 'nic' | 'gateway' | 'kind'>;

const MAX_PAYLOAD = 65_535;
const LOOPBACK = ip6('::1');

export class Ip6Layer {
  readonly errors: Ip6Errors;
  readonly #stack: IpStack;
  readonly #forwarder: Ip6Forwarder;
  readonly #links = new Map<Nic, Link6>();
  #identification: number;

  constructor(stack: IpStack) {
    this.#stack = stack;
    this.errors = new Ip6Errors(stack);
    this.#forwarder = new Ip6Forwarder(stack, this.errors);
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

  clear(): void {
    for (const link of this.#links.values()) link.clear();
  }

  /** Which of our addresses a datagram to `destination` carries (RFC 6724 §5), or undefined when none will do. */
  sourceFor(destination: Ip6, via?: Nic): Ip6 | undefined {
    const out = via ?? this.#outFor(destination, undefined, undefined)?.nic;
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

  /**
   * The route for a destination. A router that does not answer is passed over where another one will do (RFC 4861
   * §6.3.6).
   */
  routeFor(destination: Ip6): Route | undefined {
    const { routes } = this.#stack;
    const best = routes.lookup(destination);
    if (!best || !this.#isSilent(best)) return best;
    const { prefixLength } = best.network;
    return (
      routes
        .candidates(destination)
        .find((one) => one.network.prefixLength === prefixLength && one.nic && !this.#isSilent(one)) ?? best
    );
  }

  #isSilent({ nic, gateway }: Route): boolean {
    if (!nic || typeof gateway !== 'string') return false;
    return this.#links.get(nic)?.hasFailed(gateway) ?? false;
  }

  /** A transport has heard from `remote` what it can only have said because our packets arrive (RFC 4861 §7.3.1). */
  confirm(remote: Ip6): void {
    for (const link of this.#links.values()) {
      if (!link.isAnyoneOnTrial) continue;
      const isNear = isLinkLocal6(remote);
      const route = isNear ? undefined : this.routeFor(remote);
      if (isNear || route?.nic === link.nic) link.confirm((route?.gateway as Ip6 | undefined) ?? remote);
    }
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
      this.#toSelf(frame);
      return true;
    }
    const way = this.#outFor(destination, via, source);
    const objection = way?.nic ? stack.objection('output', undefined, way.nic, bytes, at, 6) : undefined;
    if (!way?.nic || objection) {
      stack.loopback.refuse(frame, objection?.reason ?? 'no route');
      frames.release(frame);
      return false;
    }
    this.#hand(way.nic, (way.gateway as Ip6 | undefined) ?? destination, frame);
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
    const { hopLimit = DEFAULT_HOP_LIMIT, fragment = 'want', trafficClass = 0, via } = options;
    const way = isLocal ? undefined : this.#outFor(destination, via, source);
    const problem = isLocal ? undefined : problemOf(way);
    if (problem) return problem;
    if (payload.length > MAX_PAYLOAD) return 'EMSGSIZE';
    const total = IPV6_HEADER + payload.length;
    const mtu = isLocal
      ? MAX_PAYLOAD + IPV6_HEADER
      : stack.pathMtu.lookup(destination, way!.nic!.mtu6, stack.world.now);
    if (total <= mtu && ETHERNET_HEADER + total <= stack.maxFrame) {
      const frame = stack.frameFor(payload, ETHERNET_HEADER + IPV6_HEADER);
      const { length } = payload;
      return this.send(frame, length, protocol, source, destination, hopLimit, trafficClass, via)
        ? undefined
        : 'EPERM';
    }
    if (fragment === 'do' && !isLocal) return 'EMSGSIZE';
    const whole = new Uint8Array(total);
    whole.set(payload, IPV6_HEADER);
    writeIpv6(whole, 0, payload.length, protocol, hopLimit, source, destination, trafficClass);
    if (isLocal) stack.toSelf(() => this.#deliver(stack.loopback, -1, whole, 0, layerOf(whole, 0), false));
    else if (stack.objection('output', undefined, way!.nic!, whole, 0, 6)) return 'EPERM';
    else this.#sendPieces(way!.nic!, (way!.gateway as Ip6 | undefined) ?? destination, whole, mtu);
    return undefined;
  }

  /** Computes the checksum of an ICMPv6 message that is about to be sent (RFC 4443 §2.3). */
  finishIcmp(message: Bytes, source: Ip6, destination: Ip6): void {
    fixIcmp6Checksum(message, 0, message.length, source, destination);
  }

  /** A packet arrived in a frame whose IPv6 header is at `at`. */
  receive(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const link = this.#links.get(nic);
    const fault = link ? ipv6Fault(bytes, at, end) : 'no IPv6 on this interface';
    if (!link || fault !== undefined) {
      nic.refuse(frame, fault ?? '');
      return;
    }
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    const isGroup = isMulticast6(destination);
    if (
      isMulticast6(source) ||
      source === LOOPBACK ||
      destination === LOOPBACK ||
      destination === UNSPECIFIED6
    )
      nic.refuse(frame, 'an address that no packet on a link may have');
    else if (isGroup ? link.hasJoined(destination) : this.#isOurs(link, destination))
      this.#forUs(nic, frame, bytes, at, end);
    else if (isGroup) nic.refuse(frame, 'a group that this interface has not joined');
    else if (this.#stack.isForwarding)
      this.#forwarder.forward(nic, frame, bytes, at, end, source, destination);
    else nic.refuse(frame, 'not this machine’s address, and it does not forward');
  }

  /** A link-local address is that of one interface (RFC 4291 §2.5.6); another one we answer for wherever it is asked. */
  #isOurs(link: Link6, destination: Ip6): boolean {
    if (link.isTentative(destination)) return true;
    return isLinkLocal6(destination) ? link.nic.owns6(destination) : this.#stack.isLocal(destination);
  }

  #forUs(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const layer = upperLayer(bytes, at, end);
    if (layer.problem) this.errors.headerProblem(nic, frame, bytes, at, layer.problem);
    else if (layer.fragment && (layer.fragment.more || layer.fragment.offset > 0)) {
      const whole = this.#stack.reassemble(nic, frame, bytes, at, layer)?.bytes;
      if (whole) this.#accept(nic, frame, whole, 0, layerOf(whole, 0), true);
    } else this.#accept(nic, frame, bytes, at, layer, layer.fragment !== undefined);
  }

  /** A whole packet; `wasCut` when it has a fragment header, or had one. */
  #accept(nic: Nic, frame: number, bytes: Bytes, at: number, layer: UpperLayer, wasCut: boolean): void {
    if (layer.problem) {
      this.errors.headerProblem(nic, frame, bytes, at, layer.problem);
      return;
    }
    const objection = this.#stack.objection('input', nic, undefined, bytes, at, 6);
    if (!objection) {
      this.#deliver(nic, frame, bytes, at, layer, wasCut);
      return;
    }
    nic.refuse(frame, objection.reason);
    this.errors.reject(objection, bytes, at, nic);
  }

  #deliver(nic: Nic, frame: number, bytes: Bytes, at: number, layer: UpperLayer, wasCut: boolean): void {
    const stack = this.#stack;
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    const { protocol, end, at: dataAt } = layer;
    if (protocol === PROTOCOL_ICMP6 && (end - dataAt < 4 || !icmp6ChecksumOk(bytes, at, dataAt, end))) {
      nic.refuse(frame, end - dataAt < 4 ? 'truncated ICMPv6' : 'wrong ICMPv6 checksum');
      return;
    }
    if (protocol === PROTOCOL_ICMP6 && isNd(bytes[dataAt]!)) {
      this.#neighbourDiscovery(nic, frame, bytes, at, layer, wasCut);
      return;
    }
    const isGroup = isMulticast6(destination);
    // an address that is still being tried out serves nobody but neighbour discovery (RFC 4862 §5.4)
    if (!isGroup && !stack.isLocal(destination)) nic.refuse(frame, 'an address that is not ours for certain');
    // nobody can be answered there (RFC 4291 §2.5.2)
    else if (source === UNSPECIFIED6) nic.refuse(frame, 'a packet from nobody');
    else if (protocol === PROTOCOL_ICMP6) this.#icmp(nic, frame, bytes, at, layer, source, destination);
    // a connection is between two (RFC 9293 §3.9.2.3)
    else if (isGroup && protocol !== PROTOCOL_UDP)
      nic.refuse(frame, 'nothing but UDP is taken when it is for a group');
    else if (stack.transport(protocol))
      stack.transport(protocol)!.receive(bytes, dataAt, end - dataAt, source, destination, at, nic);
    else {
      const reason = `no program for protocol ${protocol}`;
      nic.refuse(frame, reason);
      const pointer = layer.nextHeaderAt - at;
      this.errors.send(ICMP6_PARAMETER_PROBLEM, PROBLEM_NEXT_HEADER, pointer, bytes, at, reason, nic);
    }
  }

  /** From a neighbour and nobody else: a router would have taken one off (RFC 4861 §6.1, §7.1), and whole (RFC 6980 §5). */
  #neighbourDiscovery(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    layer: UpperLayer,
    wasCut: boolean,
  ): void {
    if (wasCut) nic.refuse(frame, 'neighbour discovery in fragments');
    else if (ipv6.get.hopLimit(bytes, at) !== ND_HOP_LIMIT)
      nic.refuse(frame, 'neighbour discovery from beyond the link');
    else {
      const link = this.#links.get(nic);
      const source = ipv6Source(bytes, at);
      const problem = link?.handle(bytes, layer.at, layer.end, source, ipv6Destination(bytes, at));
      if (problem !== undefined) nic.refuse(frame, problem);
    }
  }

  #icmp(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    { at: icmpAt, end }: UpperLayer,
    source: Ip6,
    destination: Ip6,
  ): void {
    const stack = this.#stack;
    const type = bytes[icmpAt]!;
    if (type === ICMP6_ECHO) {
      const trafficClass = ((bytes[at]! & 15) << 4) | (bytes[at + 1]! >>> 4);
      this.#echo(bytes.slice(icmpAt, end), nic, source, destination, trafficClass);
    } else if (isIcmp6Error(type)) {
      const problem = stack.hear(readReport6(bytes, at, icmpAt, end, source));
      if (problem !== undefined) nic.refuse(frame, problem);
    } else {
      const icmp = stack.transport(PROTOCOL_ICMP6);
      icmp?.receive(bytes, icmpAt, end - icmpAt, source, destination, at, nic);
    }
  }

  /** The answer to an echo request (RFC 4443 §4.2); one to a group is answered from an address of the link. */
  #echo(message: Bytes, nic: Nic, source: Ip6, destination: Ip6, trafficClass: number): void {
    message[0] = ICMP6_ECHO_REPLY;
    const via = isLinkLocal6(source) ? nic : undefined;
    const from = isMulticast6(destination) ? this.sourceFor(source, nic) : destination;
    this.#stack.sendIcmp(message, from, source, { via, trafficClass });
  }

  /**
   * Where a packet to `destination` leaves: groups and link-local addresses need no route, but an interface, which the
   * source may tell.
   */
  #outFor(destination: Ip6, via: Nic | undefined, source: Ip6 | undefined): Way | undefined {
    if (isLinkLocal6(destination) || isMulticast6(destination)) {
      const nic = via ?? this.#nicOf(source);
      return nic && { nic, gateway: undefined, kind: 'unicast' };
    }
    if (!via) return this.routeFor(destination);
    return this.#stack.routes.candidates(destination).find(({ nic }) => nic === via);
  }

  #nicOf(source: Ip6 | undefined): Nic | undefined {
    for (const nic of this.#links.keys())
      if (source === undefined || !isLinkLocal6(source) || nic.owns6(source)) return nic;
    return undefined;
  }

  /** Puts a packet of our own on a link; a group has a card address of its own (RFC 2464 §7). */
  #hand(nic: Nic, nextHop: Ip6, frame: number): void {
    const { neighbours } = this.#stack;
    if (isMulticast6(nextHop)) neighbours.transmit(nic, frame, multicastMac(nextHop), false);
    else neighbours.deliver(nic, nextHop, frame, undefined);
  }

  #sendPieces(out: Nic, nextHop: Ip6, whole: Bytes, mtu: number): void {
    this.#identification = (this.#identification + 1) >>> 0;
    this.#stack.cutUp(
      whole,
      whole.length,
      mtu,
      (emit) => fragmentIpv6(whole, 0, mtu, this.#identification, emit),
      (piece) => this.#hand(out, nextHop, piece),
    );
  }

  #toSelf(frame: number): void {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    stack.toSelf(() => {
      const bytes = frames.slab(frame);
      const at = frames.at(frame) + ETHERNET_HEADER;
      this.#deliver(stack.loopback, frame, bytes, at, layerOf(bytes, at), false);
    }, frame);
  }
}

/** The upper layer of a packet that is all there. */
function layerOf(bytes: Bytes, at: number): UpperLayer {
  return upperLayer(bytes, at, at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at));
}

/**
 * IPv6 packets that only pass a machine (RFC 8200 §3, RFC 4291 §2.5), filtered on the way where it does that.
 *
 * Routers never cut packets up: what does not fit is dropped and answered with Packet Too Big. A packet filter sees whole
 * packets only; what came in pieces is put together for it, and goes on in pieces no larger than it came in, as on Linux.
 */
import type { Bytes } from '../../base/bytes.ts';
import { isLinkLocal6 } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { fragmentIpv6 } from '../../proto/ip/fragment.ts';
import { ETHERNET_HEADER } from '../../wire/ethernet.ts';
import {
  ICMP6_TIME_EXCEEDED,
  ICMP6_TOO_BIG,
  ICMP6_UNREACHABLE,
  TIME6_HOP_LIMIT,
  UNREACHABLE6_SCOPE,
} from '../../wire/icmp6-code.ts';
import { IPV6_HEADER, IPV6_MIN_MTU, ipv6 } from '../../wire/ipv6.ts';
import { hopByHopProblem, type UpperLayer, upperLayer } from '../../wire/ipv6-extension.ts';
import { TCP_HEADER } from '../../wire/tcp.ts';
import type { Nic } from '../link/nic.ts';
import type { IpStack } from './ip-stack.ts';
import type { Ip6Errors } from './ip6-errors.ts';
import { UNSPECIFIED6 } from './link6.ts';
import { clampMss } from './mss-clamp.ts';
import { reasonOf } from './route.ts';

const HOP_LIMIT = 7;

export class Ip6Forwarder {
  readonly #stack: IpStack;
  readonly #errors: Ip6Errors;

  constructor(stack: IpStack, errors: Ip6Errors) {
    this.#stack = stack;
    this.#errors = errors;
  }

  forward(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    end: number,
    source: Ip6,
    destination: Ip6,
  ): void {
    const stack = this.#stack;
    if (source === UNSPECIFIED6) {
      nic.refuse(frame, 'a packet from nobody is not for other links'); // RFC 4291 §2.5.2
      return;
    }
    if (isLinkLocal6(destination) || isLinkLocal6(source)) {
      const reason = 'a link-local address is not for other links';
      nic.refuse(frame, reason);
      if (!isLinkLocal6(destination))
        this.#errors.send(ICMP6_UNREACHABLE, UNREACHABLE6_SCOPE, 0, bytes, at, reason, nic);
      return;
    }
    const problem = hopByHopProblem(bytes, at, end);
    if (problem) {
      this.#errors.headerProblem(nic, frame, bytes, at, problem);
      return;
    }
    const route = stack.v6.routeFor(destination);
    const out = route?.nic;
    if (!route || !out) {
      nic.refuse(frame, reasonOf(route));
      this.#errors.noWay(bytes, at, route, nic);
      return;
    }
    if (ipv6.get.hopLimit(bytes, at) <= 1) {
      nic.refuse(frame, 'hop limit ran out');
      this.#errors.send(ICMP6_TIME_EXCEEDED, TIME6_HOP_LIMIT, 0, bytes, at, 'hop limit ran out', nic);
      return;
    }
    const nextHop = (route.gateway as Ip6 | undefined) ?? destination;
    const layer = stack.filter ? upperLayer(bytes, at, end) : undefined;
    if (layer?.fragment && (layer.fragment.more || layer.fragment.offset > 0))
      this.#collect(nic, frame, bytes, at, layer, out, nextHop);
    else if (this.#mayPass(nic, frame, bytes, at, out)) this.#emit(nic, frame, bytes, at, out, nextHop);
  }

  #mayPass(nic: Nic, frame: number, bytes: Bytes, at: number, out: Nic): boolean {
    const objection = this.#stack.objection('forward', nic, out, bytes, at, 6);
    if (!objection) return true;
    nic.refuse(frame, objection.reason);
    this.#errors.reject(objection, bytes, at, nic);
    return false;
  }

  /** A packet of the size it came in goes on, if the next link takes it. */
  #emit(nic: Nic, frame: number, bytes: Bytes, at: number, out: Nic, nextHop: Ip6): void {
    const stack = this.#stack;
    const { frames } = stack.world.trace;
    if (!this.#fits(nic, frame, bytes, at, out, IPV6_HEADER + ipv6.get.payloadLength(bytes, at))) return;
    const copy = frames.copy(frame);
    const copyAt = frames.at(copy) + ETHERNET_HEADER;
    frames.slab(copy)[copyAt + HOP_LIMIT]!--;
    if (out.clampsMss || nic.clampsMss)
      clampMss(frames.slab(copy), copyAt, 6, Math.min(out.mtu6, nic.mtu6) - IPV6_HEADER - TCP_HEADER);
    stack.neighbours.deliver(out, nextHop, copy, { bytes, at });
  }

  #fits(nic: Nic, frame: number, bytes: Bytes, at: number, out: Nic, size: number): boolean {
    if (size <= out.mtu6) return true;
    nic.refuse(frame, `larger than the next link’s ${out.mtu6} bytes`);
    this.#errors.send(ICMP6_TOO_BIG, 0, out.mtu6, bytes, at, 'too big for the next link', nic);
    return false;
  }

  /** One more piece of a packet that the filter wants to see whole. */
  #collect(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    layer: UpperLayer,
    out: Nic,
    nextHop: Ip6,
  ): void {
    const stack = this.#stack;
    const found = stack.reassemble(nic, frame, bytes, at, layer);
    if (!found) return;
    const { bytes: whole, largest } = found;
    if (!this.#mayPass(nic, frame, whole, 0, out) || !this.#fits(nic, frame, whole, 0, out, largest)) return;
    const original = whole.slice();
    whole[HOP_LIMIT]!--;
    const size = Math.max(largest, IPV6_MIN_MTU);
    stack.cutUp(
      whole,
      whole.length,
      size,
      (emit) => fragmentIpv6(whole, 0, size, layer.fragment!.identification, emit),
      (piece, isFirst) =>
        stack.neighbours.deliver(out, nextHop, piece, isFirst ? { bytes: original, at: 0 } : undefined),
    );
  }
}

/**
 * IPv4 datagrams that only pass a machine (RFC 1812 §5.2.1, §5.3), translated and filtered on the way where it does that.
 *
 * The order is Linux's: translate the destination (NAT), look up the route, take one from the time to live, filter,
 * translate the source, cut to the next link's size. Errors are about the datagram as it arrived.
 */
import type { Ip4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { adjustChecksum } from '../../base/checksum.ts';
import type { Ip } from '../../base/ip.ts';
import { fragmentIpv4 } from '../../proto/ip/fragment.ts';
import { ETHERNET_HEADER } from '../../wire/ethernet.ts';
import {
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  UNREACHABLE_FRAGMENTATION_NEEDED,
  UNREACHABLE_PROHIBITED,
} from '../../wire/icmp.ts';
import { IPV4_DF, IPV4_HEADER, ipv4 } from '../../wire/ipv4.ts';
import { TCP_HEADER } from '../../wire/tcp.ts';
import type { Nic } from '../link/nic.ts';
import { isScarcity } from '../nat/nat.ts';
import type { IpStack } from './ip-stack.ts';
import type { Ip4Errors } from './ip4-errors.ts';
import { clampMss } from './mss-clamp.ts';
import type { Original } from './neighbours.ts';
import { reasonOf } from './route.ts';

/** 169.254/16 (RFC 3927 §2.1). */
const LINK_LOCAL = 0xa9fe;

/** A datagram on its way through: in a frame of its own, or in a buffer after it was put together here. */
interface Carried {
  /** −1 when it lies in no frame. */
  readonly frame: number;
  readonly bytes: Bytes;
  readonly at: number;
}

export class Ip4Forwarder {
  readonly #stack: IpStack;
  readonly #errors: Ip4Errors;

  constructor(stack: IpStack, errors: Ip4Errors) {
    this.#stack = stack;
    this.#errors = errors;
  }

  /**
   * A datagram for an address that the translator speaks for. False when it is for this machine itself; otherwise it is
   * dealt with.
   */
  translateInbound(nic: Nic, frame: number, bytes: Bytes, at: number): boolean {
    const stack = this.#stack;
    const nat = stack.nat!;
    const isTurned = !nat.isOutside(nic);
    const carried = this.#carry(frame, bytes, at);
    const verdict = isTurned
      ? nat.hairpin(carried.bytes, carried.at)
      : nat.inbound(carried.bytes, carried.at);
    if (verdict === 'translated') {
      this.forward(nic, frame, bytes, at, carried, isTurned);
      return true;
    }
    this.#letGo(carried);
    // an address of the translator's pool that no interface has is nobody's when nothing maps it
    const isNobodys = verdict === 'mine' && !stack.isLocal(ipv4.get.destination(bytes, at) as Ip4);
    if (verdict === 'mine' && !isNobodys) return false;
    nic.refuse(frame, isNobodys ? 'nothing maps this address and port' : verdict);
    return true;
  }

  /**
   * Sends a datagram on. `bytes` is as it arrived; `translated` is the copy that NAT has rewritten already, or undefined.
   * `isTurned`: it came from inside and goes back inside (hairpin).
   */
  forward(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    translated: Carried | undefined,
    isTurned: boolean,
  ): void {
    const stack = this.#stack;
    const seen = translated ? translated.bytes : bytes;
    const seenAt = translated ? translated.at : at;
    const destination = ipv4.get.destination(seen, seenAt) as Ip4;
    const localOnly = stayingHere(ipv4.get.source(seen, seenAt), destination, stack);
    if (localOnly !== undefined) {
      this.#drop(nic, frame, translated, localOnly);
      return;
    }
    const route = stack.routes.lookup(destination);
    const out = route?.nic;
    if (!route || !out) {
      this.#drop(nic, frame, translated, reasonOf(route));
      this.#errors.noWay(bytes, at, route);
      return;
    }
    if (ipv4.get.ttl(bytes, at) <= 1) {
      this.#drop(nic, frame, translated, 'time to live ran out');
      this.#errors.send(ICMP_TIME_EXCEEDED, 0, 0, bytes, at, 'time to live ran out');
      return;
    }
    // what is turned round never leaves the inside, and both its addresses were rewritten: the filter has no say
    const objection = isTurned ? undefined : stack.objection('forward', nic, out, seen, seenAt, 4);
    if (objection) {
      this.#drop(nic, frame, translated, objection.reason);
      this.#errors.reject(objection, bytes, at);
      return;
    }
    const moved = translated ?? this.#carry(frame, bytes, at);
    decrementTtl(moved.bytes, moved.at);
    const isLeaving = !translated && stack.nat?.isOutside(out) === true && !stack.nat.isOutside(nic);
    if (isLeaving && !this.#translateOutbound(nic, frame, bytes, at, moved)) return;
    if (out.clampsMss || nic.clampsMss)
      clampMss(moved.bytes, moved.at, 4, Math.min(out.mtu, nic.mtu) - IPV4_HEADER - TCP_HEADER);
    this.#emit(nic, frame, { bytes, at }, moved, out, route.gateway ?? destination);
  }

  #translateOutbound(nic: Nic, frame: number, bytes: Bytes, at: number, moved: Carried): boolean {
    const nat = this.#stack.nat!;
    const problem = nat.outbound(moved.bytes, moved.at);
    if (problem === undefined) return true;
    this.#drop(nic, frame, moved, problem);
    // the sender could do something about it: RFC 5508 REQ-8
    if (nat.saysWhenFull && isScarcity(problem))
      this.#errors.send(ICMP_UNREACHABLE, UNREACHABLE_PROHIBITED, 0, bytes, at, problem);
    return false;
  }

  /** Puts a datagram on the next link, whole or in fragments. */
  #emit(nic: Nic, frame: number, original: Original, moved: Carried, out: Nic, nextHop: Ip): void {
    const stack = this.#stack;
    const total = ipv4.get.totalLength(moved.bytes, moved.at);
    if (total <= out.mtu) {
      const { bytes, at } = moved;
      const ready =
        moved.frame === -1 ? stack.frameFor(bytes.subarray(at, at + total), ETHERNET_HEADER) : moved.frame;
      stack.neighbours.deliver(out, nextHop, ready, original);
    } else if ((ipv4.get.flags(moved.bytes, moved.at) & IPV4_DF) === 0) {
      this.emitFragments(out, nextHop, moved.bytes, moved.at, out.mtu, original);
      this.#letGo(moved);
    } else {
      this.#drop(nic, frame, moved, `larger than the next link’s ${out.mtu} bytes`);
      const { bytes, at } = original;
      const reason = 'too big for the next link';
      this.#errors.send(ICMP_UNREACHABLE, UNREACHABLE_FRAGMENTATION_NEEDED, out.mtu, bytes, at, reason);
    }
  }

  /** Cuts the datagram at `at` and sends the pieces; `original` is what their sender sent, when that was somebody else. */
  emitFragments(
    out: Nic,
    nextHop: Ip,
    bytes: Bytes,
    at: number,
    mtu: number,
    original: Original | undefined,
  ): void {
    const { neighbours } = this.#stack;
    this.#stack.cutUp(
      bytes,
      ipv4.get.totalLength(bytes, at),
      mtu,
      (emit) => fragmentIpv4(bytes, at, mtu, emit),
      // an error about a datagram is due once
      (piece, isFirst) => neighbours.deliver(out, nextHop, piece, isFirst ? original : undefined),
    );
  }

  /** A copy to change on the way: another frame when it lies in one, a buffer when it was put together here. */
  #carry(frame: number, bytes: Bytes, at: number): Carried {
    const { frames } = this.#stack.world.trace;
    if (frames.slab(frame) !== bytes) return { frame: -1, bytes: bytes.slice(at), at: 0 };
    const copy = frames.copy(frame);
    return { frame: copy, bytes: frames.slab(copy), at: frames.at(copy) + ETHERNET_HEADER };
  }

  #drop(nic: Nic, frame: number, copy: Carried | undefined, reason: string): void {
    nic.refuse(frame, reason);
    if (copy) this.#letGo(copy);
  }

  #letGo({ frame }: Carried): void {
    if (frame !== -1) this.#stack.world.trace.frames.release(frame);
  }
}

/** Why a datagram may not leave its link, if so: link-local ends (RFC 3927 §7), everybody on a network (RFC 2644). */
function stayingHere(source: number, destination: Ip4, stack: IpStack): string | undefined {
  if (source >>> 16 === LINK_LOCAL || destination >>> 16 === LINK_LOCAL)
    return 'a link-local address is not for other links';
  return stack.isBroadcast(destination) ? 'a broadcast is not for other networks' : undefined;
}

/** One hop less, with the checksum corrected rather than computed anew (RFC 1624 §3, equation 3). */
function decrementTtl(bytes: Bytes, at: number): void {
  const before = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  bytes[at + 8]!--;
  const after = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  ipv4.set.checksum(bytes, at, adjustChecksum(ipv4.get.checksum(bytes, at), before, after));
}

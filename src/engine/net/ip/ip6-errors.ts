/**
 * What a machine says about IPv6 packets that come to nothing: ICMPv6 errors to whoever sent them (RFC 4443 §2.4, §3).
 */
import type { Bytes } from '../../base/bytes.ts';
import { isLinkLocal6, isMulticast6 } from '../../base/ip.ts';
import { encodeIcmp6Error } from '../../wire/icmp6.ts';
import {
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TIME_EXCEEDED,
  ICMP6_TOO_BIG,
  ICMP6_UNREACHABLE,
  isIcmp6Error,
  isNd,
  TIME6_REASSEMBLY,
  UNREACHABLE6_ADDRESS,
  UNREACHABLE6_NO_ROUTE,
  UNREACHABLE6_PROHIBITED,
  UNREACHABLE6_REJECT,
} from '../../wire/icmp6-code.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Source } from '../../wire/ipv6.ts';
import { type HeaderProblem, PROTOCOL_ICMP6, upperLayer } from '../../wire/ipv6-extension.ts';
import type { Objection } from '../filter/filter-hook.ts';
import type { Nic } from '../link/nic.ts';
import { readReport6 } from './icmp-report.ts';
import type { IpStack } from './ip-stack.ts';
import { UNSPECIFIED6 } from './link6.ts';
import { type Route, reasonOf } from './route.ts';

export class Ip6Errors {
  readonly #stack: IpStack;

  constructor(stack: IpStack) {
    this.#stack = stack;
  }

  /**
   * Tells the sender of the packet at `at` that something is wrong with it, unless RFC 4443 §2.4 (e) forbids it. `nic` is
   * where it came in. `evenToGroup`: senders to a group are told, too.
   */
  send(
    type: number,
    code: number,
    word: number,
    bytes: Bytes,
    at: number,
    reason: string,
    nic: Nic | undefined,
    evenToGroup = type === ICMP6_TOO_BIG,
  ): void {
    const stack = this.#stack;
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    if (source === UNSPECIFIED6 || isMulticast6(source) || (isMulticast6(destination) && !evenToGroup))
      return;
    const end = Math.min(bytes.length, endOf(bytes, at));
    const layer = upperLayer(bytes, at, end);
    const isFirst = (layer.fragment?.offset ?? 0) === 0;
    const said = bytes[layer.at]!;
    // stricter than RFC 4443 §2.4 (e), which asks for silence about errors and redirects only
    if (isFirst && layer.protocol === PROTOCOL_ICMP6 && (isIcmp6Error(said) || isNd(said))) return;
    const message = encodeIcmp6Error(type, code, word, bytes, at, end);
    const via = isLinkLocal6(source) ? nic : undefined;
    // else from where the packet came in, as on Linux: that tells the sender more (RFC 4443 §2.2)
    const from = stack.isLocal(destination) ? destination : nic && stack.v6.sourceFor(source, nic);
    stack.sendError(message, from, source, reason, type === ICMP6_TOO_BIG, { via });
  }

  /** Something about the headers before the data is wrong. */
  headerProblem(nic: Nic, frame: number, bytes: Bytes, at: number, problem: HeaderProblem): void {
    const { code, pointer, text, evenToGroup } = problem;
    nic.refuse(frame, text);
    if (code !== undefined)
      this.send(ICMP6_PARAMETER_PROBLEM, code, pointer, bytes, at, text, nic, evenToGroup);
  }

  /** No route leads to the packet's destination, or one that leads nowhere. */
  noWay(bytes: Bytes, at: number, route: Route | undefined, nic: Nic): void {
    if (route?.kind === 'blackhole') return;
    const code = !route
      ? UNREACHABLE6_NO_ROUTE
      : route.kind === 'prohibit'
        ? UNREACHABLE6_PROHIBITED
        : UNREACHABLE6_REJECT;
    this.send(ICMP6_UNREACHABLE, code, 0, bytes, at, reasonOf(route), nic);
  }

  /** Nobody on the link answered for the next hop of the packet at `at`, which is as it arrived here: its sender is told. */
  unreachable(bytes: Bytes, at: number, reason: string): void {
    const stack = this.#stack;
    const source = ipv6Source(bytes, at);
    if (!stack.isLocal(source)) {
      this.send(ICMP6_UNREACHABLE, UNREACHABLE6_ADDRESS, 0, bytes, at, reason, undefined);
      return;
    }
    // our own: its transport learns it at once; of its fragments only the first one tells whose
    const end = Math.min(bytes.length, endOf(bytes, at));
    if ((upperLayer(bytes, at, end).fragment?.offset ?? 0) > 0) return;
    const message = encodeIcmp6Error(ICMP6_UNREACHABLE, UNREACHABLE6_ADDRESS, 0, bytes, at, end);
    stack.hear(readReport6(message, -1, 0, message.length, source));
  }

  /** Nobody sent the missing pieces: whoever sent the first one is told (RFC 8200 §4.5). */
  reassemblyTimedOut(nic: Nic, first: Bytes): void {
    const reason = `fragments are missing on ${nic.name}`;
    this.send(ICMP6_TIME_EXCEEDED, TIME6_REASSEMBLY, 0, first, 0, reason, nic);
  }

  /** A packet filter has turned the packet away: says so, where it wants that. */
  reject(objection: Objection, bytes: Bytes, at: number, nic: Nic): void {
    if (objection.action === 'drop') return;
    if (objection.answer === 'prohibited') {
      this.send(ICMP6_UNREACHABLE, UNREACHABLE6_PROHIBITED, 0, bytes, at, objection.reason, nic);
      return;
    }
    const layer = upperLayer(bytes, at, endOf(bytes, at));
    const tcp = this.#stack.transport(layer.protocol);
    tcp?.refuse?.(bytes, layer.at, layer.end - layer.at, ipv6Source(bytes, at), ipv6Destination(bytes, at));
  }
}

function endOf(bytes: Bytes, at: number): number {
  return at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at);
}

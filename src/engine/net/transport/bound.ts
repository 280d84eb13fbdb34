/**
 * Where a socket is bound: which addresses of its machine it answers for, and which two sockets get in each other's way.
 *
 * As in Linux, `0.0.0.0` is every IPv4 address, `::` every IPv6 address, and the dual-stack wildcard, which has no
 * address here, both. The more exactly a socket says where it is, the sooner it is chosen.
 */
import { IP4_ANY } from '../../base/address.ts';
import { formatEndpoint, type Ip } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { ProgramError } from '../../sim/task.ts';
import { IP4_LOOPBACK, IP6_LOOPBACK, type IpStack } from '../ip/ip-stack.ts';

/** An address of this machine, a wildcard of one family, or undefined for every address of both. */
export type Bound = Ip | undefined;

export const IP6_ANY = '::' as Ip6;

/** Whether two sockets of one port would both be meant by some datagram. */
export function overlap(a: Bound, b: Bound): boolean {
  if (a === undefined || b === undefined || a === b) return true;
  if (typeof a !== typeof b) return false;
  return isWildcard(a) || isWildcard(b);
}

/** Whether a socket answers for an address. */
export function answersFor(bound: Bound, address: Ip): boolean {
  return overlap(bound, address);
}

/** 2 for one address, 1 for one family, 0 for both: the highest takes what arrives. */
export function exactness(bound: Bound): number {
  if (bound === undefined) return 0;
  return isWildcard(bound) ? 1 : 2;
}

/** True for `0.0.0.0`, `::`, and both in one. */
export function isWildcard(bound: Bound): boolean {
  return bound === undefined || bound === IP4_ANY || bound === IP6_ANY;
}

/** Whom a program means that connects to `0.0.0.0` or `::`: itself, as in Linux. */
export function loopbackOf(wildcard: Ip): Ip {
  return typeof wildcard === 'number' ? IP4_LOOPBACK : IP6_LOOPBACK;
}

/** 127.0.0.0/8 and ::1 (RFC 6890). */
export function isLoopback(address: Ip): boolean {
  return typeof address === 'number' ? address >>> 24 === 127 : address === IP6_LOOPBACK;
}

/** How events and tables call it: `80` for every address, `127.0.0.1:80`, `[::]:80`. */
export function boundText(bound: Bound, port: number): string {
  return bound === undefined ? String(port) : formatEndpoint(bound, port);
}

/** Throws a ProgramError for an address that this machine does not have. */
export function checkOwn(ip: IpStack, bound: Bound): void {
  if (isWildcard(bound) || ip.isLocal(bound!) || ip.isBroadcast(bound!)) return;
  throw new ProgramError('EADDRNOTAVAIL', `${formatEndpoint(bound!, '*')} is no address of ${ip.name}`);
}

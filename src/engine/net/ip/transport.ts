/**
 * What the internet layer and the protocols above it say to each other.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import { ETHERNET_HEADER } from '../../wire/ethernet.ts';
import { IPV4_HEADER } from '../../wire/ipv4.ts';
import type { Nic } from '../link/nic.ts';
import type { IcmpReport } from './icmp-report.ts';

/** A transport protocol of a machine: takes the payload of a datagram that is for it. */
export interface Transport {
  /** `bytes[at, at + length)` is the payload; the frame is let go after the call. `datagramAt` is the IP header. */
  receive(
    bytes: Bytes,
    at: number,
    length: number,
    source: Ip,
    destination: Ip,
    datagramAt: number,
    nic: Nic,
  ): void;
  /** Says no to a segment in its addressee's name, as a filter that rejects does. TCP alone can. */
  refuse?(bytes: Bytes, at: number, length: number, source: Ip, destination: Ip): void;
  /** An ICMP error about a datagram that this machine sent. */
  handleIcmp(report: IcmpReport): void;
}

/** How a datagram is sent; everything may be left out. */
export interface SendOptions {
  /** Time to live, or hop limit. */
  readonly hopLimit?: number | undefined;
  /**
   * `do`: never cut it up, refuse what is larger than the path's MTU. `want`: find out the path's MTU, and cut up
   * here what is larger: what Linux does unless told otherwise. `dont`: let routers cut it up, too (IPv4).
   */
  readonly fragment?: 'do' | 'want' | 'dont' | undefined;
  /** The interface to leave by: needed for link-local destinations on a machine that has several. */
  readonly via?: Nic | undefined;
  /** Type of service, or traffic class. */
  readonly trafficClass?: number | undefined;
  /** The program has asked to speak to everybody (SO_BROADCAST). */
  readonly mayBroadcast?: boolean | undefined;
}

/** Why nothing was sent, as the system call would say. */
export type SendProblem = 'ENETUNREACH' | 'EHOSTUNREACH' | 'EINVAL' | 'EACCES' | 'EPERM' | 'EMSGSIZE';

export const DEFAULT_HOP_LIMIT = 64;
const IPV6_HEADER = 40;

/** Space before a transport header in a frame that the internet layer completes: 34 bytes, or 54. */
export function transportOffset(destination: Ip): number {
  return ETHERNET_HEADER + (typeof destination === 'number' ? IPV4_HEADER : IPV6_HEADER);
}

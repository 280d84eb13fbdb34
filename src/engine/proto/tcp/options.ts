/**
 * What a host may choose for one connection, and how a connection can break.
 */
import { type Nanoseconds, SECOND } from '../../base/units.ts';
import type { CongestionControl } from './congestion.ts';
import type { TcpProfile } from './profile.ts';

export type TcpError =
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'EPIPE';

/** What an ICMP message says about a segment of this connection (RFC 9293 §3.9.2.2). */
export type IcmpError =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'prohibited'
  | 'time-exceeded';

/**
 * The error that a program sees, and whether the destination itself refused: a hard error, which ends a connection that
 * is opening. (RFC 9293 §3.9.2.2, SHLD-26, would have it end any; see RFC 5927 §5.2.)
 */
export const ICMP_MEANINGS: Readonly<Record<IcmpError, { readonly code: TcpError; readonly hard: boolean }>> =
  {
    'net-unreachable': { code: 'ENETUNREACH', hard: false },
    'host-unreachable': { code: 'EHOSTUNREACH', hard: false },
    'protocol-unreachable': { code: 'EHOSTUNREACH', hard: true },
    'port-unreachable': { code: 'ECONNREFUSED', hard: true },
    prohibited: { code: 'EHOSTUNREACH', hard: false },
    'time-exceeded': { code: 'EHOSTUNREACH', hard: false },
  };

export interface KeepAlive {
  /** Silence before the first probe, between probes, and how many go unanswered before giving up. */
  readonly idle: Nanoseconds;
  readonly interval: Nanoseconds;
  readonly probes: number;
}

/** Linux's defaults: two hours, 75 seconds, nine probes (RFC 9293 §3.8.4 asks for two hours at least). */
export const KEEP_ALIVE: KeepAlive = { idle: 7200 * SECOND, interval: 75 * SECOND, probes: 9 };

export interface TcpOptions {
  readonly localPort: number;
  readonly remotePort: number;
  /** Initial send sequence number, 32 bits: drawn by the host, where RFC 9293 §3.4.1 adds a clock to a keyed hash. */
  readonly iss: number;
  /** Put into each event as `connection`; the host knows the addresses. */
  readonly name?: string;
  /** Default `linux`. */
  readonly profile?: TcpProfile | 'linux' | 'rfc';
  /** The MSS we announce: the link's MTU less 40. Default 1460. */
  readonly mss?: number;
  /** Added to the millisecond clock of the timestamps (RFC 7323 §5.4). Default 0. */
  readonly timestampOffset?: number;
  readonly timestamps?: boolean;
  /** Shift count to offer, −1 for none. */
  readonly windowScale?: number;
  /** A fixed receive window of this many bytes; without it the profile's, which grows. */
  readonly receiveBuffer?: number;
  /** A fixed send buffer of this many bytes; without it the profile's, which grows with the congestion window. */
  readonly sendBuffer?: number;
  /** Switches Nagle's rule off. */
  readonly noDelay?: boolean;
  /** Off unless given (RFC 9293 §3.8.4). */
  readonly keepAlive?: KeepAlive;
  /** Tries smaller segments when nothing gets through (RFC 4821); off unless wanted, as in Linux. */
  readonly mtuProbing?: boolean;
  /** Initial congestion window in segments; without it the profile's. */
  readonly initialWindow?: number;
  /** Makes this connection's congestion control; without it the profile's. */
  readonly congestion?: () => CongestionControl;
}

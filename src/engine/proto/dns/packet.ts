/**
 * What goes into the machines of DNS, and what comes out: messages with where they came from or go to.
 *
 * Resolver, stub and server read no socket. Whoever drives them (a host of the simulation, real sockets, a test) hands
 * each message in as a {@link DnsArrival}, tells with a {@link DnsFailure} what could not be delivered, and sends what
 * it is given as {@link DnsTransmit}. Addresses are of either family.
 *
 * Over TCP a message has two bytes of length before it (RFC 1035 §4.2.2; RFC 7766 §8): the driver adds and takes them.
 * An *exchange* is a number that ties messages to a connection. A machine that asks chooses a new one, and the driver
 * opens a connection when it sees it for the first time; a connection that the other side opened gets its number from
 * the driver, and answers carry it back. A machine that waits for nothing more on a connection that it opened no longer
 * names its exchange in `exchanges()`, and the driver closes it.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { MachineEvent } from '../../trace/event.ts';

export type DnsTransport = 'udp' | 'tcp';

/** A message that came in. */
export interface DnsArrival {
  readonly transport: DnsTransport;
  /** The other side. */
  readonly from: Ip;
  readonly port: number;
  /** The address of this host that it was sent to, where the driver knows it. */
  readonly to?: Ip;
  /** 53 where this host serves; else the port that the question left from. */
  readonly localPort: number;
  /** Over TCP: the connection. */
  readonly exchange?: number;
  /** The message alone, without the length before it. */
  readonly bytes: Bytes;
}

/** A message to send. */
export interface DnsTransmit {
  readonly transport: DnsTransport;
  readonly to: Ip;
  readonly port: number;
  /** Over UDP the port to send from, which the driver opens if need be. Over TCP 0 for a connection to open. */
  readonly localPort: number;
  readonly exchange?: number;
  /** The address of this host to send from; unsaid, the one that suits. */
  readonly from?: Ip;
  readonly bytes: Bytes;
  /** The event that made it necessary, one of those just polled. */
  readonly because?: MachineEvent;
}

/** Why a message did not reach anybody, as far as the network says so. */
export type DnsFailureReason =
  /** ICMP said that nobody listens at the port, or TCP was answered with a reset. */
  | 'refused'
  /** ICMP said that there is no way to the host or its network, or this host knows none. */
  | 'unreachable'
  /** The connection could not be opened in time, or broke before an answer came. */
  | 'broken'
  /** A connection that was open ended in order before an answer came. */
  | 'closed';

/** A message that this host sent could not be delivered. */
export interface DnsFailure {
  readonly transport: DnsTransport;
  readonly to: Ip;
  readonly port: number;
  readonly localPort: number;
  readonly exchange?: number;
  readonly reason: DnsFailureReason;
}

/** The verbs that all machines of DNS have. The order after each call in: events, then transmits, then the time-out. */
export interface DnsMachine {
  handle(arrival: DnsArrival, now: Nanoseconds): void;
  handleFailure(failure: DnsFailure, now: Nanoseconds): void;
  handleTimeout(now: Nanoseconds): void;
  pollEvent(): MachineEvent | undefined;
  pollTransmit(now: Nanoseconds): DnsTransmit | undefined;
  pollTimeout(): Nanoseconds;
  /** UDP ports from which something was asked that is still awaited; the driver closes the others. */
  ports(): readonly number[];
  /** Connections that it opened and still needs; the driver closes the others. */
  exchanges(): readonly number[];
}

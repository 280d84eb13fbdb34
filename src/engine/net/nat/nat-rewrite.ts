/**
 * Reading what identifies a flow from an IPv4 datagram, and putting other addresses and ports into it (RFC 3022 §4).
 *
 * The identifier of an ICMP query stands for both its ports (RFC 5508 §2). Checksums are corrected by the difference and
 * not computed anew (RFC 3022 §4.2): a datagram that was damaged on its way must still be found damaged at its end. In
 * an ICMP error the quoted datagram is rewritten as well, and whatever of it was cut off is left out. Datagrams must be
 * whole: of fragments only the first has ports, so whoever calls puts them together first.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Bytes, readU16, writeU16 } from '../../base/bytes.ts';
import { adjustChecksum, checksum, checksumAdd } from '../../base/checksum.ts';
import {
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_HEADER,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMP_REPLY,
  isIcmpError,
} from '../../wire/icmp.ts';
import {
  IPV4_HEADER,
  IPV4_MF,
  ipv4,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../../wire/ipv4.ts';
import { TCP_HEADER } from '../../wire/tcp.ts';
import { UDP_HEADER } from '../../wire/udp.ts';

/** Whether a datagram asks, answers or reports; TCP and UDP only carry. */
export type Message = 'data' | 'query' | 'answer' | 'error';

export interface Ports {
  readonly protocol: number;
  readonly message: Message;
  readonly transportAt: number;
  readonly source: number;
  readonly destination: number;
  readonly sourceAt: number;
  readonly destinationAt: number;
  /** Where the checksum that covers the ports is. */
  readonly checksumAt: number;
  /** Of TCP; otherwise 0. */
  readonly flags: number;
}

export type Side = 'source' | 'destination';

/** What identifies the flow of the datagram at `at`, or why nothing does. */
export function readPorts(bytes: Bytes, at: number): Ports | string {
  if (ipv4.get.fragmentOffset(bytes, at) !== 0 || (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0)
    return 'a fragment, whose ports nobody can tell';
  const transportAt = at + ipv4HeaderLength(bytes, at);
  return portsAt(
    bytes,
    ipv4.get.protocol(bytes, at),
    transportAt,
    at + ipv4.get.totalLength(bytes, at),
    false,
  );
}

/** The same for the datagram that the ICMP error at `icmpAt` quotes: as much of it as its ports need (RFC 5508 REQ-3). */
export function readQuoted(bytes: Bytes, at: number, icmpAt: number): Ports | string {
  const end = at + ipv4.get.totalLength(bytes, at);
  const quoted = icmpAt + ICMP_HEADER;
  if (checksum(bytes, icmpAt, end - icmpAt) !== 0) return 'an ICMP error with a wrong checksum';
  if (end - quoted < IPV4_HEADER + 8) return QUOTES_TOO_LITTLE;
  const header = ipv4HeaderLength(bytes, quoted);
  if (header < IPV4_HEADER || end - quoted < header + 8) return QUOTES_TOO_LITTLE;
  if (checksum(bytes, quoted, header) !== 0) return 'an ICMP error that quotes a damaged header';
  if (ipv4.get.fragmentOffset(bytes, quoted) !== 0) return 'an ICMP error about a fragment without ports';
  const inner = portsAt(bytes, ipv4.get.protocol(bytes, quoted), quoted + header, end, true);
  return typeof inner !== 'string' && inner.message === 'error' ? 'an ICMP error about an ICMP error' : inner;
}

const QUOTES_TOO_LITTLE = 'an ICMP error that quotes too little';

/** Bytes that a whole message has at least. */
const LEAST: Readonly<Record<number, number>> = {
  [PROTOCOL_ICMP]: ICMP_HEADER,
  [PROTOCOL_TCP]: TCP_HEADER,
  [PROTOCOL_UDP]: UDP_HEADER,
};

function portsAt(
  bytes: Bytes,
  protocol: number,
  transportAt: number,
  end: number,
  isQuoted: boolean,
): Ports | string {
  const least = LEAST[protocol];
  if (least === undefined) return 'a protocol without ports';
  if (!isQuoted && end - transportAt < least) return 'shorter than its protocol’s header';
  if (protocol === PROTOCOL_ICMP) {
    const message = messageOf(bytes[transportAt]!);
    if (message === undefined) return 'an ICMP message that belongs to no flow';
    const id = readU16(bytes, transportAt + 4);
    const idAt = transportAt + 4;
    const checksumAt = transportAt + 2;
    return {
      protocol,
      message,
      transportAt,
      source: id,
      destination: id,
      sourceAt: idAt,
      destinationAt: idAt,
      checksumAt,
      flags: 0,
    };
  }
  const isTcp = protocol === PROTOCOL_TCP;
  return {
    protocol,
    message: 'data',
    transportAt,
    source: readU16(bytes, transportAt),
    destination: readU16(bytes, transportAt + 2),
    sourceAt: transportAt,
    destinationAt: transportAt + 2,
    checksumAt: transportAt + (isTcp ? 16 : 6),
    flags: isTcp && !isQuoted ? bytes[transportAt + 13]! : 0,
  };
}

function messageOf(icmpType: number): Message | undefined {
  if (icmpType === ICMP_ECHO || icmpType === ICMP_TIMESTAMP) return 'query';
  if (icmpType === ICMP_ECHO_REPLY || icmpType === ICMP_TIMESTAMP_REPLY) return 'answer';
  return isIcmpError(icmpType) ? 'error' : undefined;
}

/** Puts another address and port into the datagram at `at`. */
export function rewrite(
  bytes: Bytes,
  at: number,
  ports: Ports,
  side: Side,
  address: Ip4,
  port: number,
): void {
  const before = ipv4.get[side](bytes, at);
  rewriteAddress(bytes, at, side, address);
  const portAt = side === 'source' ? ports.sourceAt : ports.destinationAt;
  const oldPort = readU16(bytes, portAt);
  writeU16(bytes, portAt, port);
  const { checksumAt, protocol } = ports;
  let sum = readU16(bytes, checksumAt);
  if (sum === 0 && protocol === PROTOCOL_UDP) return;
  sum = adjustChecksum(sum, oldPort, port);
  if (protocol !== PROTOCOL_ICMP) sum = adjustForAddress(sum, before, address);
  // UDP sends no zero, which would mean that there is no checksum (RFC 768)
  if (sum === 0 && protocol === PROTOCOL_UDP) sum = 0xffff;
  // the checksum of nothing but zeros is the other zero: an echo reply without an identifier, a sequence and data
  else if (sum === 0 && protocol === PROTOCOL_ICMP && isAllZero(bytes, at, ports)) sum = 0xffff;
  writeU16(bytes, checksumAt, sum);
}

/** Puts another address into the IPv4 header at `at`. */
export function rewriteAddress(bytes: Bytes, at: number, side: Side, address: Ip4): void {
  const before = ipv4.get[side](bytes, at);
  ipv4.set[side](bytes, at, address);
  ipv4.set.checksum(bytes, at, adjustForAddress(ipv4.get.checksum(bytes, at), before, address));
}

/**
 * The same as {@link rewrite} for what the ICMP error at `icmpAt` quotes, whose transport checksum may be cut off; then
 * the ICMP checksum, which covers it all.
 */
export function rewriteQuoted(
  bytes: Bytes,
  at: number,
  icmpAt: number,
  inner: Ports,
  side: Side,
  address: Ip4,
  port: number,
): void {
  const end = at + ipv4.get.totalLength(bytes, at);
  if (inner.checksumAt + 2 <= end) rewrite(bytes, icmpAt + ICMP_HEADER, inner, side, address, port);
  else {
    rewriteAddress(bytes, icmpAt + ICMP_HEADER, side, address);
    writeU16(bytes, side === 'source' ? inner.sourceAt : inner.destinationAt, port);
  }
  // its old value was right (readQuoted has seen to it), so computing it anew hides no damage
  writeU16(bytes, icmpAt + 2, 0);
  writeU16(bytes, icmpAt + 2, checksum(bytes, icmpAt, end - icmpAt));
}

function isAllZero(bytes: Bytes, at: number, { transportAt, checksumAt }: Ports): boolean {
  const end = at + ipv4.get.totalLength(bytes, at);
  const behind = checksumAt + 2;
  return (
    bytes[transportAt] === 0 &&
    bytes[transportAt + 1] === 0 &&
    checksumAdd(0, bytes, behind, end - behind) === 0
  );
}

function adjustForAddress(sum: number, before: number, after: number): number {
  return adjustChecksum(adjustChecksum(sum, before >>> 16, after >>> 16), before & 0xffff, after & 0xffff);
}

/**
 * What a packet filter reads from a datagram of either family: ends, ports, flags, kind of message.
 *
 * The identifier of an ICMP query stands for a port. An ICMP error is read together with what it quotes. Extension
 * headers of IPv6 are stepped over; AH and ESP are protocols of their own, whose contents are opaque. Datagrams should be
 * whole; what is a fragment or too short is `broken`.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Bytes, readU16 } from '../../base/bytes.ts';
import type { Family, Ip } from '../../base/ip.ts';
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
import { IPV6_HEADER, ipv6Destination, ipv6Source } from '../../wire/ipv6.ts';
import { PROTOCOL_ICMP6, upperLayer } from '../../wire/ipv6-extension.ts';
import { TCP_HEADER } from '../../wire/tcp.ts';

/**
 * `data` carries, `query` and `answer` are ICMP's with an identifier, `error` quotes, `link` is ICMP that runs the link
 * itself (neighbours, routers, groups), `broken` cannot be told.
 */
export type TupleKind = 'data' | 'query' | 'answer' | 'error' | 'link' | 'broken';

export interface Tuple {
  readonly protocol: number;
  readonly kind: TupleKind;
  readonly source: Ip;
  readonly destination: Ip;
  /** The identifier for ICMP queries and answers. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly icmpType: number | undefined;
  /** Of TCP; otherwise 0. */
  readonly flags: number;
  /** What an error quotes, if that says anything. */
  readonly quoted: Tuple | undefined;
}

const ICMP6_ECHO = 128;
const ICMP6_ECHO_REPLY = 129;

/** Reads the datagram at `at`, whose IP header is sound. */
export function readTuple(bytes: Bytes, at: number, family: Family): Tuple {
  return family === 4
    ? read4(bytes, at, at + ipv4.get.totalLength(bytes, at), false)
    : read6(bytes, at, bytes.length, false);
}

function read4(bytes: Bytes, at: number, end: number, isQuoted: boolean): Tuple {
  const source = ipv4.get.source(bytes, at) as Ip4;
  const destination = ipv4.get.destination(bytes, at) as Ip4;
  const protocol = ipv4.get.protocol(bytes, at);
  const isLater = ipv4.get.fragmentOffset(bytes, at) !== 0;
  const isPiece = isLater || (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0;
  const dataAt = at + ipv4HeaderLength(bytes, at);
  // an error may quote a first fragment, which has ports
  const dataEnd = (isQuoted ? isLater : isPiece) ? dataAt : end;
  return readUpper(bytes, dataAt, dataEnd, protocol, source, destination, isQuoted);
}

function read6(bytes: Bytes, at: number, limit: number, isQuoted: boolean): Tuple {
  const upper = upperLayer(bytes, at, limit);
  const { fragment } = upper;
  const isLater = fragment !== undefined && fragment.offset > 0;
  const isPiece = isLater || fragment?.more === true;
  const end = (isQuoted ? isLater : isPiece) ? upper.at : upper.end;
  const source = ipv6Source(bytes, at);
  return readUpper(bytes, upper.at, end, upper.protocol, source, ipv6Destination(bytes, at), isQuoted);
}

function readUpper(
  bytes: Bytes,
  at: number,
  end: number,
  protocol: number,
  source: Ip,
  destination: Ip,
  isQuoted: boolean,
): Tuple {
  const tuple = {
    protocol,
    kind: 'broken' as TupleKind,
    source,
    destination,
    sourcePort: undefined as number | undefined,
    destinationPort: undefined as number | undefined,
    icmpType: undefined as number | undefined,
    flags: 0,
    quoted: undefined as Tuple | undefined,
  };
  const isTcp = protocol === PROTOCOL_TCP;
  if (isTcp || protocol === PROTOCOL_UDP) {
    if (end - at < (isTcp && !isQuoted ? TCP_HEADER : 8)) return tuple;
    tuple.kind = 'data';
    tuple.sourcePort = readU16(bytes, at);
    tuple.destinationPort = readU16(bytes, at + 2);
    if (isTcp && !isQuoted) tuple.flags = bytes[at + 13]!;
  } else if (protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMP6) {
    if (end - at < ICMP_HEADER) return tuple;
    const type = bytes[at]!;
    const isV6 = protocol === PROTOCOL_ICMP6;
    tuple.icmpType = type;
    tuple.kind = isV6 ? kindOf6(type) : kindOf4(type);
    if (tuple.kind === 'query' || tuple.kind === 'answer') {
      tuple.sourcePort = readU16(bytes, at + 4);
      tuple.destinationPort = tuple.sourcePort;
    }
    if (tuple.kind === 'error' && !isQuoted) tuple.quoted = readQuoted(bytes, at + ICMP_HEADER, end, isV6);
  } else if (end > at || isQuoted) tuple.kind = 'data';
  return tuple;
}

function readQuoted(bytes: Bytes, at: number, end: number, isV6: boolean): Tuple | undefined {
  if (end - at < (isV6 ? IPV6_HEADER : IPV4_HEADER) || bytes[at]! >> 4 !== (isV6 ? 6 : 4)) return undefined;
  const quoted = isV6 ? read6(bytes, at, end, true) : read4(bytes, at, end, true);
  return quoted.kind === 'broken' ? undefined : quoted;
}

function kindOf4(type: number): TupleKind {
  if (type === ICMP_ECHO || type === ICMP_TIMESTAMP) return 'query';
  if (type === ICMP_ECHO_REPLY || type === ICMP_TIMESTAMP_REPLY) return 'answer';
  return isIcmpError(type) ? 'error' : 'link';
}

/** RFC 4443 §2.1: types below 128 are errors. */
function kindOf6(type: number): TupleKind {
  if (type === ICMP6_ECHO) return 'query';
  if (type === ICMP6_ECHO_REPLY) return 'answer';
  return type < 128 ? 'error' : 'link';
}

/** The type of the query that an ICMP message asks or answers, so that both have one key. */
export function queryTypeOf({ protocol, icmpType }: Tuple): number {
  if (protocol === PROTOCOL_ICMP6) return ICMP6_ECHO;
  return icmpType === ICMP_TIMESTAMP || icmpType === ICMP_TIMESTAMP_REPLY ? ICMP_TIMESTAMP : ICMP_ECHO;
}

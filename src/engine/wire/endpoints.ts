/**
 * Who talks to whom in a frame, in either family: addresses, protocol, ports, and where the transport header lies.
 *
 * For readers that want no more than that of every frame; frame.ts reads the rest. Not here: what an error quotes.
 */
import type { Bytes } from '../base/bytes.ts';
import type { Ip } from '../base/ip.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ethernet } from './ethernet.ts';
import { IPV4_HEADER, IPV4_MF, ipv4, ipv4HeaderLength, PROTOCOL_TCP, PROTOCOL_UDP } from './ipv4.ts';
import { IPV6_HEADER, ipv6Destination, ipv6Source } from './ipv6.ts';
import { upperLayer } from './ipv6-extension.ts';
import { udp } from './udp.ts';

export interface Endpoints {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** 0 when there are none, or when they stand in another fragment. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Where what IP carries begins and ends, as far as it is here; in a later fragment the middle of something. */
  readonly transportAt: number;
  readonly end: number;
  /** What the pieces of one datagram have in common; undefined for whole ones. */
  readonly fragmentOf: number | undefined;
  /** Whether it is the first piece, or whole. */
  readonly isFirst: boolean;
}

/**
 * `undefined` when the frame in `[at, end)` carries no whole IP header. What is behind it may have been cut off: of some
 * frames only the first bytes are kept. Never throws.
 */
export function endpointsOf(bytes: Bytes, at = 0, end = bytes.length): Endpoints | undefined {
  if (end - at < ETHERNET_HEADER) return undefined;
  const ip = at + ETHERNET_HEADER;
  const type = ethernet.get.type(bytes, at);
  if (type === ETHERTYPE_IPV4) return endpoints4(bytes, ip, end);
  return type === ETHERTYPE_IPV6 ? endpoints6(bytes, ip, end) : undefined;
}

function endpoints4(bytes: Bytes, at: number, end: number): Endpoints | undefined {
  const header = end - at < IPV4_HEADER ? 0 : ipv4HeaderLength(bytes, at);
  if (header < IPV4_HEADER || header > end - at || bytes[at]! >> 4 !== 4) return undefined;
  const isFirst = ipv4.get.fragmentOffset(bytes, at) === 0;
  const isPiece = !isFirst || (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0;
  return withPorts(bytes, {
    source: ipv4.get.source(bytes, at),
    destination: ipv4.get.destination(bytes, at),
    protocol: ipv4.get.protocol(bytes, at),
    transportAt: at + header,
    end: Math.min(end, at + Math.max(header, ipv4.get.totalLength(bytes, at))),
    fragmentOf: isPiece ? ipv4.get.identification(bytes, at) : undefined,
    isFirst,
  });
}

function endpoints6(bytes: Bytes, at: number, end: number): Endpoints | undefined {
  if (end - at < IPV6_HEADER || bytes[at]! >> 4 !== 6) return undefined;
  const upper = upperLayer(bytes, at, end);
  const { fragment } = upper;
  const isFirst = fragment === undefined || fragment.offset === 0;
  return withPorts(bytes, {
    source: ipv6Source(bytes, at),
    destination: ipv6Destination(bytes, at),
    protocol: upper.protocol,
    transportAt: upper.at,
    end: upper.end,
    fragmentOf: fragment && (fragment.more || !isFirst) ? fragment.identification : undefined,
    isFirst,
  });
}

function withPorts(bytes: Bytes, ends: Omit<Endpoints, 'sourcePort' | 'destinationPort'>): Endpoints {
  const { protocol, transportAt, end, isFirst } = ends;
  const hasPorts =
    isFirst && (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP) && end - transportAt >= 4;
  return {
    ...ends,
    sourcePort: hasPorts ? udp.get.sourcePort(bytes, transportAt) : 0,
    destinationPort: hasPorts ? udp.get.destinationPort(bytes, transportAt) : 0,
  };
}

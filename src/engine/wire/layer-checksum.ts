/**
 * Whether the checksums in a frame fit the bytes that they cover: of IPv4, ICMP, ICMPv6, UDP and TCP.
 */
import { type Bytes, readU16 } from '../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader4, pseudoHeader6At } from '../base/checksum.ts';
import { icmp } from './icmp.ts';
import { icmp6 } from './icmp6.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from './ipv4.ts';
import { IPV6_HEADER, IPV6_SOURCE, ipv6 } from './ipv6.ts';
import { PROTOCOL_ICMP6, routing } from './ipv6-extension.ts';
import { isFragment, type Layer } from './layers.ts';
import { TCP_HEADER, tcpHeader } from './tcp.ts';
import { UDP_HEADER, udp } from './udp.ts';

export type Checked = 'IPv4' | 'ICMP' | 'ICMPv6' | 'UDP' | 'TCP';

export interface Verdict {
  readonly of: Checked;
  /** Byte offset of the field from the start of its header. */
  readonly offset: number;
  readonly stored: number;
  /** A number, or why there is none. */
  readonly expected: number | 'there is none' | 'a part is missing' | 'the last address stands in the route';
}

/** Which checksum of the frame is wrong, and `undefined` when all that can be checked are right. */
export function checksumFault(bytes: Bytes, layers: readonly Layer[]): Checked | undefined {
  for (const layer of layers) {
    const verdict = verdictOf(bytes, layers, layer);
    if (verdict && typeof verdict.expected === 'number' && verdict.stored !== verdict.expected)
      return verdict.of;
  }
  return undefined;
}

/** Compares the checksum of a layer with the bytes that it covers; `undefined` for layers that have none. */
export function verdictOf(bytes: Bytes, layers: readonly Layer[], layer: Layer): Verdict | undefined {
  const { at, end } = layer;
  switch (layer.name) {
    case 'ipv4':
      if (end - at < 20 || ipv4HeaderLength(bytes, at) !== end - at) return undefined;
      return {
        of: 'IPv4',
        offset: ipv4.offset.checksum,
        stored: ipv4.get.checksum(bytes, at),
        expected: sumWithout(0, bytes, at, end, ipv4.offset.checksum),
      };
    case 'icmp':
      return end - at < 4 ? undefined : judged('ICMP', icmp.offset.checksum, bytes, layers, layer);
    case 'icmp6':
      return end - at < 4 ? undefined : judged('ICMPv6', icmp6.offset.checksum, bytes, layers, layer);
    case 'udp':
      return end - at < UDP_HEADER ? undefined : judged('UDP', udp.offset.checksum, bytes, layers, layer);
    case 'tcp':
      return end - at < TCP_HEADER
        ? undefined
        : judged('TCP', tcpHeader.offset.checksum, bytes, layers, layer);
    default:
      return undefined;
  }
}

const PROTOCOLS = {
  ICMP: PROTOCOL_ICMP,
  ICMPv6: PROTOCOL_ICMP6,
  UDP: PROTOCOL_UDP,
  TCP: PROTOCOL_TCP,
} as const;

function judged(
  of: 'ICMP' | 'ICMPv6' | 'UDP' | 'TCP',
  offset: number,
  bytes: Bytes,
  layers: readonly Layer[],
  layer: Layer,
): Verdict {
  const { at } = layer;
  const stored = readU16(bytes, at + offset);
  const ip = layers.find(({ name }) => name === 'ipv4' || name === 'ipv6')!;
  const isV4 = ip.name === 'ipv4';
  const verdict = { of, offset, stored };
  if (of === 'UDP' && isV4 && stored === 0) return { ...verdict, expected: 'there is none' };
  // A UDP length that cannot be believed hides what is covered; the others cover all that IP carries.
  const isUnsure = of === 'UDP' && layer.problem !== undefined;
  if (ip.problem !== undefined || isUnsure || isFragment(bytes, layers))
    return { ...verdict, expected: 'a part is missing' };
  const route = layers.find(({ name }) => name === 'routing');
  if (route && routing.get.segmentsLeft(bytes, route.at) > 0)
    return { ...verdict, expected: 'the last address stands in the route' };
  const whole = isV4
    ? ip.at + ipv4.get.totalLength(bytes, ip.at)
    : ip.at + IPV6_HEADER + ipv6.get.payloadLength(bytes, ip.at);
  const length = of === 'UDP' ? udp.get.length(bytes, at) : whole - at;
  const protocol = PROTOCOLS[of];
  const start = !isV4
    ? pseudoHeader6At(bytes, ip.at + IPV6_SOURCE, protocol, length)
    : of === 'ICMP'
      ? 0
      : pseudoHeader4(ipv4.get.source(bytes, ip.at), ipv4.get.destination(bytes, ip.at), protocol, length);
  const sum = sumWithout(start, bytes, at, at + length, offset);
  // A computed zero is sent as all ones, because zero means none (RFC 768).
  return { ...verdict, expected: of === 'UDP' ? sum || 0xffff : sum };
}

/** The checksum over `[at, end)` with its own field, an even `offset` in, taken for zero; `start` is added. */
function sumWithout(start: number, bytes: Bytes, at: number, end: number, offset: number): number {
  const behind = at + offset + 2;
  return checksumFinish(checksumAdd(checksumAdd(start, bytes, at, offset), bytes, behind, end - behind));
}

/**
 * MSS clamping: a router lowers the segment size that passing SYNs announce to what its own link carries, so that two
 * ends that never hear of the small link do not send what it cannot take.
 *
 * No RFC asks for it; it changes what the ends said to each other (RFC 9293 §3.7.1 is about what they mean by it), and
 * it helps TCP only. Left out: anything but SYN segments, fragments, IPv6 extension headers.
 */
import { type Bytes, readU16, writeU16 } from '../../base/bytes.ts';
import { adjustChecksum } from '../../base/checksum.ts';
import type { Family } from '../../base/ip.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_TCP } from '../../wire/ipv4.ts';
import { IPV6_HEADER, ipv6 } from '../../wire/ipv6.ts';
import { OPTION_EOL, OPTION_MSS, OPTION_NOP, SYN, TCP_HEADER, tcpHeader } from '../../wire/tcp.ts';

/** Lowers the MSS option of the SYN in the datagram at `at` to `most`. True when it changed anything. */
export function clampMss(bytes: Bytes, at: number, family: Family, most: number): boolean {
  const segment = family === 4 ? segmentIn4(bytes, at) : segmentIn6(bytes, at);
  if (!segment || (bytes[segment.at + 13]! & SYN) === 0) return false;
  const { at: tcpAt } = segment;
  const end = Math.min(segment.end, tcpAt + tcpHeader.get.dataOffset(bytes, tcpAt) * 4);
  for (let option = tcpAt + TCP_HEADER; option < end; ) {
    const kind = bytes[option]!;
    if (kind === OPTION_EOL) return false;
    const length = kind === OPTION_NOP ? 1 : option + 1 < end ? bytes[option + 1]! : 0;
    if (length < (kind === OPTION_NOP ? 1 : 2) || option + length > end) return false;
    if (kind === OPTION_MSS && length === 4) return lower(bytes, tcpAt, option + 2, most);
    option += length;
  }
  return false;
}

/** Where a TCP segment lies. */
interface Span {
  readonly at: number;
  readonly end: number;
}

function segmentIn4(bytes: Bytes, at: number): Span | undefined {
  if (ipv4.get.protocol(bytes, at) !== PROTOCOL_TCP || ipv4.get.fragmentOffset(bytes, at) !== 0)
    return undefined;
  return span(at + ipv4HeaderLength(bytes, at), at + ipv4.get.totalLength(bytes, at));
}

function segmentIn6(bytes: Bytes, at: number): Span | undefined {
  if (ipv6.get.nextHeader(bytes, at) !== PROTOCOL_TCP) return undefined;
  return span(at + IPV6_HEADER, at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at));
}

function span(at: number, end: number): Span | undefined {
  return end - at >= TCP_HEADER ? { at, end } : undefined;
}

function lower(bytes: Bytes, tcpAt: number, valueAt: number, most: number): boolean {
  const before = readU16(bytes, valueAt);
  if (before <= most) return false;
  // an option may begin at an odd byte: then the checksum's words see its halves swapped
  const isOdd = (valueAt - tcpAt) % 2 === 1;
  const swap = (word: number): number => (isOdd ? ((word & 255) << 8) | (word >>> 8) : word);
  writeU16(bytes, valueAt, most);
  const sum = tcpHeader.get.checksum(bytes, tcpAt);
  tcpHeader.set.checksum(bytes, tcpAt, adjustChecksum(sum, swap(before), swap(most)));
  return true;
}

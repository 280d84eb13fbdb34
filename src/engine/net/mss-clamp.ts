/**
 * MSS clamping: a router lowers the segment size that passing SYNs announce to what its own link carries, so that two
 * ends that never hear of the small link do not send what it cannot take.
 *
 * No RFC asks for it; it changes what the ends said to each other (RFC 9293 §3.7.1 is about what they mean by it), and
 * it helps TCP only. Left out: anything but SYN segments, fragments, IPv6 extension headers.
 */
import { type Bytes, readU16, writeU16 } from '../base/bytes.ts';
import { adjustChecksum } from '../base/checksum.ts';
import type { Family } from '../base/ip.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_TCP } from '../wire/ipv4.ts';
import { TCP_HEADER, tcpHeader } from '../wire/tcp.ts';

const SYN = 2;
const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_MSS = 2;
const IPV6_HEADER = 40;

/** Lowers the MSS option of the SYN in the datagram at `at` to `most`. True when it changed anything. */
export function clampMss(bytes: Bytes, at: number, family: Family, most: number): boolean {
  const tcpAt = segmentAt(bytes, at, family);
  if (tcpAt === undefined || (bytes[tcpAt + 13]! & SYN) === 0) return false;
  const end = Math.min(bytes.length, tcpAt + tcpHeader.get.dataOffset(bytes, tcpAt) * 4);
  for (let option = tcpAt + TCP_HEADER; option < end; ) {
    const kind = bytes[option]!;
    if (kind === OPTION_END) return false;
    const length = kind === OPTION_NOTHING ? 1 : bytes[option + 1]!;
    if (length === 0 || option + length > end) return false;
    if (kind === OPTION_MSS && length === 4) return lower(bytes, tcpAt, option + 2, most);
    option += length;
  }
  return false;
}

function segmentAt(bytes: Bytes, at: number, family: Family): number | undefined {
  if (family === 6)
    return bytes[at + 6] === PROTOCOL_TCP && bytes.length >= at + IPV6_HEADER + TCP_HEADER
      ? at + IPV6_HEADER
      : undefined;
  if (ipv4.get.protocol(bytes, at) !== PROTOCOL_TCP || ipv4.get.fragmentOffset(bytes, at) !== 0)
    return undefined;
  const tcpAt = at + ipv4HeaderLength(bytes, at);
  return at + ipv4.get.totalLength(bytes, at) >= tcpAt + TCP_HEADER ? tcpAt : undefined;
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

/**
 * Cutting a datagram that is too long for a link (RFC 791 §2.3 and §3.2 “An Example Fragmentation Procedure”,
 * RFC 8200 §4.5). Putting it together again is in reassembly.ts.
 *
 * IPv4: any router may cut, and cut again what was cut before; whether the Don’t Fragment flag allows it is the
 * caller's to check. Options go into every piece or into the first one alone, as their copied flag says, and the
 * headers of the other pieces get shorter. IPv6: only the sender cuts; what the routers on the way read stays in front
 * of the Fragment header in every piece. Every piece but the last carries as many whole units of eight bytes as fit.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { fixIpv4Checksum, IPV4_HEADER, IPV4_MF, ipv4, ipv4HeaderLength } from '../../wire/ipv4.ts';
import { IPV6_HEADER, IPV6_MIN_MTU, ipv6 } from '../../wire/ipv6.ts';
import {
  FRAGMENT_HEADER,
  NEXT_FRAGMENT,
  perFragmentHeaders,
  upperLayer,
  writeFragmentHeader,
} from '../../wire/ipv6-extension.ts';

/** The smallest MTU of an IPv4 link: the longest header and one unit of data (RFC 791 §3.2). */
export const IPV4_MIN_MTU = 68;

/**
 * Takes one piece: its complete header, valid during the call only, and where in the caller's bytes its data lies.
 * The piece on the wire is `header` followed by `bytes[from, from + length)`.
 */
export type EmitFragment = (header: Bytes, from: number, length: number) => void;

/**
 * Cuts the IPv4 datagram at `at` into pieces of at most `mtu` bytes, and returns how many there are. A datagram that
 * fits is one piece, unchanged. A datagram that is itself a fragment is cut further.
 */
export function fragmentIpv4(bytes: Bytes, at: number, mtu: number, emit: EmitFragment): number {
  if (mtu < IPV4_MIN_MTU) throw new Misuse(`an MTU of ${mtu} bytes, IPv4 needs ${IPV4_MIN_MTU}`);
  const headerLength = ipv4HeaderLength(bytes, at);
  const total = ipv4.get.totalLength(bytes, at);
  const first = bytes.slice(at, at + headerLength);
  if (total <= mtu) {
    emit(first, at + headerLength, total - headerLength);
    return 1;
  }
  const later = withCopiedOptions(first);
  const flags = ipv4.get.flags(bytes, at);
  const unit = ipv4.get.fragmentOffset(bytes, at);
  const end = at + total;
  let pieces = 0;
  for (let from = at + headerLength; from < end; pieces++) {
    const header = pieces === 0 ? first : later;
    const room = (mtu - header.length) & ~7;
    const isLast = end - from <= mtu - header.length;
    const length = isLast ? end - from : room;
    ipv4.set.totalLength(header, 0, header.length + length);
    ipv4.set.flags(header, 0, isLast ? flags : flags | IPV4_MF);
    ipv4.set.fragmentOffset(header, 0, unit + (from - at - headerLength) / 8);
    fixIpv4Checksum(header, 0);
    emit(header, from, length);
    from += length;
  }
  return pieces;
}

/**
 * Cuts the IPv6 packet at `at` into pieces of at most `mtu` bytes that all carry `identification`, and returns how
 * many there are. A packet that fits is one piece, unchanged. Returns 0 when the headers alone do not fit the first
 * piece, where they must all be (RFC 8200 §4.5, RFC 7112 §5): then nothing is emitted.
 */
export function fragmentIpv6(
  bytes: Bytes,
  at: number,
  mtu: number,
  identification: number,
  emit: EmitFragment,
): number {
  if (mtu < IPV6_MIN_MTU) throw new Misuse(`an MTU of ${mtu} bytes, IPv6 needs ${IPV6_MIN_MTU}`);
  const end = at + IPV6_HEADER + ipv6.get.payloadLength(bytes, at);
  if (end - at <= mtu) {
    emit(bytes.slice(at, at + IPV6_HEADER), at + IPV6_HEADER, end - at - IPV6_HEADER);
    return 1;
  }
  const repeated = perFragmentHeaders(bytes, at, end);
  const headers = repeated.end - at;
  const room = (mtu - headers - FRAGMENT_HEADER) & ~7;
  if (room <= 0 || upperLayer(bytes, at, end).at - repeated.end > room) return 0;
  const header = new Uint8Array(headers + FRAGMENT_HEADER);
  header.set(bytes.subarray(at, repeated.end));
  header[repeated.nextHeaderAt - at] = NEXT_FRAGMENT;
  const next = bytes[repeated.nextHeaderAt]!;
  let pieces = 0;
  for (let from = repeated.end; from < end; pieces++) {
    const isLast = end - from <= mtu - header.length;
    const length = isLast ? end - from : room;
    ipv6.set.payloadLength(header, 0, header.length - IPV6_HEADER + length);
    writeFragmentHeader(header, headers, next, from - repeated.end, !isLast, identification);
    emit(header, from, length);
    from += length;
  }
  return pieces;
}

/**
 * The header of all pieces but the first: only the options whose copied flag, the highest bit of their first byte, is
 * set (RFC 791 §3.1). What cannot be read as an option ends the list.
 */
function withCopiedOptions(first: Bytes): Bytes {
  const kept: number[] = [];
  for (let at = IPV4_HEADER; at < first.length; ) {
    const kind = first[at]!;
    if (kind === 0) break;
    const length = kind === 1 ? 1 : (first[at + 1] ?? 0);
    if (length < (kind === 1 ? 1 : 2) || at + length > first.length) break;
    if (kind >= 128) kept.push(...first.subarray(at, at + length));
    at += length;
  }
  const header = new Uint8Array(IPV4_HEADER + ((kept.length + 3) & ~3));
  header.set(first.subarray(0, IPV4_HEADER));
  header.set(kept, IPV4_HEADER);
  header[0] = 0x40 | (header.length / 4);
  return header;
}

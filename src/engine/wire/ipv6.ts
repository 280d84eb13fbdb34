/**
 * The header of the Internet Protocol, version 6 (RFC 8200 §3; RFC 2474 and RFC 3168 for the traffic class; RFC 6437
 * for the flow label).
 *
 * The struct is the fixed header of forty bytes alone. It cannot know its payload, so `payloadLength` is the caller's
 * number; it has no checksum of its own. Not here: what stands between it and the data (ipv6-extension.ts), jumbograms
 * (RFC 2675: a payload length of zero means none here).
 */
import type { Bytes } from '../base/bytes.ts';
import { readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { formatIp6, type Ip6 } from '../base/ip6.ts';
import { knownIp6 } from '../base/ip6-known.ts';
import type { About } from './bits.ts';
import { bits, type Codec, type Decoded, named, struct, u8, u16 } from './codec.ts';
import { CODE_POINTS, checked, ECN, protocolName } from './ipv4.ts';

/** Bytes of the header; it never varies. */
export const IPV6_HEADER = 40;
/** Every link carries packets of this many bytes whole (RFC 8200 §5). */
export const IPV6_MIN_MTU = 1280;

/** Offsets of the addresses from the start of the header. */
export const IPV6_SOURCE = 8;
export const IPV6_DESTINATION = 24;

const SPEC = 'RFC 8200 §3';

/** Sixteen bytes as the canonical text of an address. */
export function address6(label: string, spec: string, about: string): Codec<Ip6> {
  const info: About = { label, spec, about };
  return {
    bits: 128,
    read(cursor) {
      const from = cursor.bit;
      const at = from >>> 3;
      cursor.takeBytes(16);
      const value = ip6At(cursor.bytes, at);
      cursor.leaf(from, info, value, value);
      return value;
    },
    write: (sink, value) => sink.putBytes(knownIp6(value).bytes),
  };
}

export const ipv6 = struct(
  'Internet Protocol, version 6',
  'RFC 8200',
  'Carries a packet from one host to another over any number of links.',
  {
    version: checked(bits(4, 'Version', SPEC, 'Which internet protocol this is: 6.'), (value) =>
      value === 6 ? undefined : `version ${value} in an IPv6 header`,
    ),
    dscp: bits(
      6,
      'Differentiated services',
      'RFC 2474 §3',
      'How routers should treat the packet when others are waiting too.',
      named(CODE_POINTS),
    ),
    ecn: bits(
      2,
      'Congestion notification',
      'RFC 3168 §5',
      'Lets a router say that its queue is growing, instead of dropping the packet.',
      (value) => ECN[value]!,
    ),
    flowLabel: bits(
      20,
      'Flow label',
      'RFC 6437 §2',
      'The same for all packets of one flow, so that a router can keep them on one way without looking further in.',
      (value) => (value === 0 ? 'none' : `0x${value.toString(16).padStart(5, '0')}`),
    ),
    payloadLength: u16(
      'Payload length',
      SPEC,
      'Length of everything behind this header.',
      (value) => `${value} bytes`,
    ),
    nextHeader: u8('Next header', SPEC, 'What stands behind this header.', protocolName),
    hopLimit: u8(
      'Hop limit',
      SPEC,
      'How many more routers may pass the packet on; each takes one off, and at zero it is dropped.',
      (value) => `${value} ${value === 1 ? 'hop' : 'hops'} left`,
    ),
    source: address6('Source', SPEC, 'The host that the packet comes from.'),
    destination: address6('Destination', SPEC, 'The host that the packet is for.'),
  },
  (value) => `${value.source} → ${value.destination}`,
);

export type Ipv6 = Decoded<typeof ipv6>;

/**
 * Why the packet in `[at, end)` must be dropped, or `undefined`. Bytes after the payload length are padding and no
 * fault.
 */
export function ipv6Fault(bytes: Bytes, at: number, end: number): string | undefined {
  if (end - at < IPV6_HEADER) return `truncated: ${end - at} bytes of an IPv6 header`;
  if (bytes[at]! >> 4 !== 6) return `version ${bytes[at]! >> 4} in an IPv6 header`;
  const length = ipv6.get.payloadLength(bytes, at);
  if (length > end - at - IPV6_HEADER)
    return `truncated: a payload of ${length} bytes, ${end - at - IPV6_HEADER} are here`;
  return undefined;
}

/**
 * Writes a header at `at`. `payload` is its length in bytes; the traffic class is dscp and ecn together. Addresses may
 * be sixteen bytes of their own. Allocates nothing for addresses that it wrote before.
 */
export function writeIpv6(
  bytes: Bytes,
  at: number,
  payload: number,
  nextHeader: number,
  hopLimit: number,
  source: Ip6 | Bytes,
  destination: Ip6 | Bytes,
  trafficClass = 0,
  flowLabel = 0,
): void {
  bytes[at] = 0x60 | (trafficClass >> 4);
  bytes[at + 1] = (trafficClass << 4) | (flowLabel >>> 16);
  writeU16(bytes, at + 2, flowLabel);
  writeU16(bytes, at + 4, payload);
  bytes[at + 6] = nextHeader;
  bytes[at + 7] = hopLimit;
  writeIp6(bytes, at + IPV6_SOURCE, source);
  writeIp6(bytes, at + IPV6_DESTINATION, destination);
}

/** Writes the sixteen bytes of an address. */
export function writeIp6(bytes: Bytes, at: number, address: Ip6 | Bytes): void {
  const from = typeof address === 'string' ? knownIp6(address).bytes : address;
  for (let i = 0; i < 16; i += 4) writeU32(bytes, at + i, readU32(from, i));
}

export function ipv6Source(bytes: Bytes, at: number): Ip6 {
  return ip6At(bytes, at + IPV6_SOURCE);
}

export function ipv6Destination(bytes: Bytes, at: number): Ip6 {
  return ip6At(bytes, at + IPV6_DESTINATION);
}

/** A memo of texts by the four words of an address: one place for each hash, the last one written stays. */
const PLACES = 1024;
const words = new Int32Array(4 * PLACES);
const texts: (Ip6 | undefined)[] = new Array<undefined>(PLACES).fill(undefined);

/** The address at `at`. Printing one takes some hundred nanoseconds, so those read lately are kept. */
export function ip6At(bytes: Bytes, at: number): Ip6 {
  if (at + 16 > bytes.length) return formatIp6(bytes, at);
  const a = word(bytes, at);
  const b = word(bytes, at + 4);
  const c = word(bytes, at + 8);
  const d = word(bytes, at + 12);
  const mixed = Math.imul(Math.imul(Math.imul(a ^ 0x9e37_79b9, 31) + b, 31) + c, 31) + d;
  const place = Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b) >>> 22;
  const slot = 4 * place;
  const text = texts[place];
  if (
    text !== undefined &&
    words[slot] === a &&
    words[slot + 1] === b &&
    words[slot + 2] === c &&
    words[slot + 3] === d
  )
    return text;
  const made = formatIp6(bytes, at);
  words[slot] = a;
  words[slot + 1] = b;
  words[slot + 2] = c;
  words[slot + 3] = d;
  texts[place] = made;
  return made;
}

function word(bytes: Bytes, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/**
 * The header of the Internet Protocol, version 4 (RFC 791 §3.1; RFC 2474 and RFC 3168 for the traffic class byte;
 * RFC 6864 for the identification).
 *
 * The struct is the header alone. It cannot know its payload, so `totalLength` is the caller's number; the header
 * length and the checksum follow from the header and are derived. Options stay bytes; a dissection names them. Not
 * here: fragmenting, reassembly, and what any option does.
 */
import { formatIp4, type Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { checksum as internetChecksum } from '../base/checksum.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import type { About, Cursor } from './bits.ts';
import {
  bits,
  type Codec,
  type Decoded,
  derived,
  flags,
  hex,
  lengthOf,
  type NumberCodec,
  named,
  showBytes,
  struct,
  u8,
  u16,
} from './codec.ts';

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

/** Bytes of a header without options. */
export const IPV4_HEADER = 20;
/** Every host can take a datagram of this many bytes (RFC 791 §3.1, Total Length). */
export const IPV4_MIN_RECEIVE = 576;

/** Values of the `flags` field. */
export const IPV4_DF = 2;
export const IPV4_MF = 1;

const SPEC = 'RFC 791 §3.1';

const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'hop-by-hop options',
  [PROTOCOL_ICMP]: 'ICMP',
  2: 'IGMP',
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
  41: 'IPv6',
  43: 'routing header',
  44: 'fragment header',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'ICMPv6',
  59: 'nothing follows',
  60: 'destination options',
  89: 'OSPF',
  132: 'SCTP',
};

/** RFC 2474 §4.2.2 (class selectors), RFC 2597 §6 (AF), RFC 3246 §2.7 (EF), RFC 8622 §6 (LE). */
export const CODE_POINTS: Readonly<Record<number, string>> = {
  0: 'the default',
  1: 'LE, lower effort',
  8: 'CS1',
  10: 'AF11',
  12: 'AF12',
  14: 'AF13',
  16: 'CS2',
  18: 'AF21',
  20: 'AF22',
  22: 'AF23',
  24: 'CS3',
  26: 'AF31',
  28: 'AF32',
  30: 'AF33',
  32: 'CS4',
  34: 'AF41',
  36: 'AF42',
  38: 'AF43',
  40: 'CS5',
  46: 'EF, expedited forwarding',
  48: 'CS6',
  56: 'CS7',
};

export const ECN: readonly string[] = [
  'not capable (Not-ECT)',
  'capable (ECT(1))',
  'capable (ECT(0))',
  'congestion experienced (CE)',
];

/** Option types with their copied flag, as they stand in the first byte. */
const OPTIONS: Readonly<Record<number, readonly [name: string, spec: string]>> = {
  0: ['End of options', 'RFC 791 §3.1'],
  1: ['No operation', 'RFC 791 §3.1'],
  7: ['Record route', 'RFC 791 §3.1'],
  68: ['Internet timestamp', 'RFC 791 §3.1'],
  130: ['Security', 'RFC 1108 §2'],
  131: ['Loose source and record route', 'RFC 791 §3.1'],
  136: ['Stream identifier', 'RFC 791 §3.1'],
  137: ['Strict source and record route', 'RFC 791 §3.1'],
  148: ['Router alert', 'RFC 2113 §2.1'],
};

export const ipv4 = struct(
  'Internet Protocol, version 4',
  'RFC 791',
  'Carries a datagram from one host to another over any number of links.',
  {
    version: checked(bits(4, 'Version', SPEC, 'Which internet protocol this is: 4.'), (value) =>
      value === 4 ? undefined : `version ${value} in an IPv4 header`,
    ),
    ihl: derived(
      checked(
        bits(
          4,
          'Header length',
          SPEC,
          'Where the data begins, counted in words of four bytes; five when there are no options.',
          (value) => `${value * 4} bytes (${value} words)`,
        ),
        (value) => (value >= 5 ? undefined : `a header of ${value} words, at least 5 are needed`),
      ),
      lengthOf(32),
    ),
    dscp: bits(
      6,
      'Differentiated services',
      'RFC 2474 §3',
      'How routers should treat the datagram when others are waiting too.',
      named(CODE_POINTS),
    ),
    ecn: bits(
      2,
      'Congestion notification',
      'RFC 3168 §5',
      'Lets a router say that its queue is growing, instead of dropping the datagram.',
      (value) => ECN[value]!,
    ),
    totalLength: u16(
      'Total length',
      SPEC,
      'Length of header and data together.',
      (value) => `${value} bytes`,
    ),
    identification: u16(
      'Identification',
      'RFC 6864 §4.1',
      'Says which fragments belong together; it means nothing in a datagram that cannot be fragmented.',
      hex(4),
    ),
    flags: flags('Flags', SPEC, 'What routers may do with the size of the datagram.', [
      ['reserved', 'Reserved', 'Must be zero.'],
      ['DF', 'Don’t fragment', 'When set, a router drops the datagram rather than cut it up, and says so.'],
      ['MF', 'More fragments', 'When set, this is not the last fragment.'],
    ]),
    fragmentOffset: bits(
      13,
      'Fragment offset',
      SPEC,
      'Where in the original datagram this piece belongs, in units of eight bytes.',
      (value) => (value === 0 ? '0' : `${value * 8} bytes (${value} units)`),
    ),
    ttl: u8(
      'Time to live',
      SPEC,
      'How many more routers may pass the datagram on; each takes one off, and at zero it is dropped.',
      (value) => `${value} ${value === 1 ? 'hop' : 'hops'} left`,
    ),
    protocol: u8('Protocol', SPEC, 'Which protocol the data belongs to.', protocolName),
    checksum: derived(
      u16(
        'Header checksum',
        SPEC,
        'Guards the header only; every router computes it anew, because it changes the time to live.',
        hex(4),
      ),
      ({ sink, start, end }) => internetChecksum(sink.bytes, start / 8, (end - start) / 8),
    ),
    source: bits<Ip4>(32, 'Source', SPEC, 'The host that the datagram comes from.', formatIp4),
    destination: bits<Ip4>(32, 'Destination', SPEC, 'The host that the datagram is for.', formatIp4),
    options: options(),
  },
  (value) => `${formatIp4(value.source)} → ${formatIp4(value.destination)}`,
);

export type Ipv4 = Decoded<typeof ipv4>;

/** `TCP (6)`; unknown ones in hexadecimal. */
export function protocolName(protocol: number): string {
  return named(PROTOCOLS)(protocol, NO_SCOPE);
}

const NO_SCOPE = { values: {}, start: 0, parent: undefined };

/** Bytes of the header at `at`, as its first byte says. */
export function ipv4HeaderLength(bytes: Bytes, at: number): number {
  return (bytes[at]! & 15) * 4;
}

/**
 * Why the datagram in `[at, end)` must be dropped, its checksum aside (RFC 1812 §5.2.2), or `undefined`.
 * Bytes after the total length are padding and no fault.
 */
export function ipv4Fault(bytes: Bytes, at: number, end: number): string | undefined {
  if (end - at < IPV4_HEADER) return `truncated: ${end - at} bytes of an IPv4 header`;
  if (bytes[at]! >> 4 !== 4) return `version ${bytes[at]! >> 4} in an IPv4 header`;
  const header = ipv4HeaderLength(bytes, at);
  const total = ipv4.get.totalLength(bytes, at);
  if (header < IPV4_HEADER) return `a header of ${header} bytes, at least 20 are needed`;
  if (total < header) return `a total length of ${total} bytes, less than the header’s ${header}`;
  if (total > end - at) return `truncated: ${total} bytes by its total length, ${end - at} are here`;
  return undefined;
}

export function ipv4ChecksumOk(bytes: Bytes, at: number): boolean {
  return internetChecksum(bytes, at, ipv4HeaderLength(bytes, at)) === 0;
}

/** Computes the header checksum anew, after a field was changed. */
export function fixIpv4Checksum(bytes: Bytes, at: number): void {
  ipv4.set.checksum(bytes, at, 0);
  ipv4.set.checksum(bytes, at, internetChecksum(bytes, at, ipv4HeaderLength(bytes, at)));
}

/** Writes a header without options at `at`, checksum included. `payload` is its length in bytes. Allocates nothing. */
export function writeIpv4(
  bytes: Bytes,
  at: number,
  payload: number,
  identification: number,
  flagBits: number,
  ttl: number,
  protocol: number,
  source: number,
  destination: number,
): void {
  bytes[at] = 0x45;
  bytes[at + 1] = 0;
  ipv4.set.totalLength(bytes, at, IPV4_HEADER + payload);
  ipv4.set.identification(bytes, at, identification);
  bytes[at + 6] = flagBits << 5;
  bytes[at + 7] = 0;
  bytes[at + 8] = ttl;
  bytes[at + 9] = protocol;
  ipv4.set.source(bytes, at, source);
  ipv4.set.destination(bytes, at, destination);
  fixIpv4Checksum(bytes, at);
}

/** A number that only some values are legal for: `fault` says what is wrong with the others. */
export function checked(field: NumberCodec, fault: (value: number) => string | undefined): NumberCodec {
  return {
    ...field,
    read(cursor, scope) {
      const at = cursor.bit >> 3;
      const value = field.read(cursor, scope);
      const problem = fault(value);
      if (problem) throw new Malformed(problem, at);
      return value;
    },
  };
}

const OPTIONS_ABOUT: About = {
  label: 'Options',
  spec: SPEC,
  about: 'Rarely used requests to the routers on the way, padded to a whole number of words.',
};

/** The bytes between the fixed header and where `ihl` says the data begins. */
function options(): Codec<Bytes> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const length = (scope.values['ihl'] as number) * 4 - IPV4_HEADER;
      if (!cursor.nodes || length === 0) return cursor.takeBytes(length);
      if (length > cursor.bytesLeft)
        throw new Malformed(`truncated: ${length} bytes of options wanted, ${cursor.bytesLeft} left`);
      const at = cursor.bit >> 3;
      cursor.group(OPTIONS_ABOUT, () => walkOptions(cursor, at + length));
      return cursor.bytes.subarray(at, at + length);
    },
    write(sink, value) {
      if (value.length % 4 !== 0 || value.length > 40)
        throw new Misuse(`${value.length} bytes of IPv4 options`);
      sink.putBytes(value);
    },
  };
}

/** Leaves one node for each option up to the byte offset `end`; everything after the end of options is padding. */
function walkOptions(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  for (let at = cursor.bit >> 3; at < end; at = cursor.bit >> 3) {
    const kind = bytes[at]!;
    const left = end - at;
    const known = Object.hasOwn(OPTIONS, kind)
      ? OPTIONS[kind]!
      : ([`Option 0x${kind.toString(16)}`, SPEC] as const);
    const about: About = {
      label: known[0],
      spec: known[1],
      about: 'One option: its type, its length and its data.',
    };
    const said = kind === 0 ? left : kind === 1 ? 1 : (bytes[at + 1] ?? 0);
    const isBroken = kind > 1 && (left < 2 || said < 2 || said > left);
    const length = isBroken ? left : said;
    const from = cursor.bit;
    const value = cursor.takeBytes(length);
    const text =
      kind === 0 ? `${length - 1} bytes of padding` : kind === 1 ? '' : showBytes(value.subarray(2));
    const node = cursor.leaf(from, about, kind, text);
    if (node && isBroken)
      node.problem = `an option of ${left < 2 ? 'no' : said} bytes where ${left} are left`;
  }
}

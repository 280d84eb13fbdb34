/**
 * The packet that an ICMPv6 error is about, as much of it as the error carries (RFC 4443 §2.4 (c)).
 *
 * Decodes to its bytes. A dissection reads its headers; `quotedDatagram6` reads what a stack needs to find the socket.
 */
import type { Bytes } from '../base/bytes.ts';
import type { Ip6 } from '../base/ip6.ts';
import type { Cursor, Scope } from './bits.ts';
import { type Codec, hex, named, struct, u8, u16 } from './codec.ts';
import { type Quoted, quotationRead, quotedTcp } from './icmp.ts';
import { ICMP6_TYPES, icmp6CodeName } from './icmp6-code.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './ipv4.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Source } from './ipv6.ts';
import {
  destinationOptions,
  type FragmentHeader,
  fragmentHeader,
  hopByHop,
  isExtension,
  NEXT_DESTINATION_OPTIONS,
  NEXT_FRAGMENT,
  NEXT_HOP_BY_HOP,
  NEXT_ROUTING,
  PROTOCOL_ICMP6,
  routing,
  upperLayer,
} from './ipv6-extension.ts';
import { udp } from './udp.ts';

const ECHO_SPEC = 'RFC 4443 §4.1';

const quotedIcmp6 = struct('Quoted ICMPv6 header', 'RFC 4443 §2.1', 'The first eight bytes of the message.', {
  type: u8('Type', 'RFC 4443 §2.1', 'What kind of message this is.', named(ICMP6_TYPES)),
  code: u8('Code', 'RFC 4443 §2.1', 'Which case of that kind.', (value, scope) =>
    icmp6CodeName(scope.values['type'] as number, value),
  ),
  checksum: u16('Checksum', 'RFC 4443 §2.3', 'Guards the addresses and the whole message.', hex(4)),
  identifier: u16('Identifier', ECHO_SPEC, 'Tells one run of ping from another on the same host.', hex(4)),
  sequence: u16('Sequence number', ECHO_SPEC, 'Tells the echoes of one run apart.'),
});

/** The start of an IPv6 packet in a message about it. */
export function quotation6(spec: string): Codec<Bytes> {
  return quotationRead(spec, readHeaders);
}

function readHeaders(cursor: Cursor, scope: Scope): void {
  let next = ipv6.read(cursor, scope).nextHeader;
  // Each header has eight bytes at least and a quotation a thousand and some.
  while (isExtension(next)) {
    const header = extensionOf(next)!.read(cursor, scope);
    if (next === NEXT_FRAGMENT && (header as FragmentHeader).offset > 0) return;
    next = header.nextHeader;
  }
  if (cursor.bytesLeft < 8) return;
  if (next === PROTOCOL_TCP) quotedTcp.read(cursor, scope);
  else if (next === PROTOCOL_UDP) udp.read(cursor, scope);
  else if (next === PROTOCOL_ICMP6) quotedIcmp6.read(cursor, scope);
}

/** The struct of an extension header, by the value that names it. */
export function extensionOf(next: number) {
  switch (next) {
    case NEXT_HOP_BY_HOP:
      return hopByHop;
    case NEXT_ROUTING:
      return routing;
    case NEXT_FRAGMENT:
      return fragmentHeader;
    case NEXT_DESTINATION_OPTIONS:
      return destinationOptions;
    default:
      return undefined;
  }
}

export interface QuotedDatagram6 extends Quoted {
  readonly source: Ip6;
  readonly destination: Ip6;
}

/** Bytes before the quotation in every error: type, code, checksum and one word more. */
const BEFORE = 8;

/** Reads the quotation of the error whose ICMPv6 header is at `at`; `undefined` when it is too short to mean anything. */
export function quotedDatagram6(buffer: Bytes, at: number, end: number): QuotedDatagram6 | undefined {
  const ip = at + BEFORE;
  if (end - ip < IPV6_HEADER || buffer[ip]! >> 4 !== 6) return undefined;
  const upper = upperLayer(buffer, ip, end);
  const isLater = upper.fragment !== undefined && upper.fragment.offset > 0;
  if (isExtension(upper.protocol) && !isLater) return undefined;
  if (end - upper.at < 8) return undefined;
  const hasPorts = !isLater && (upper.protocol === PROTOCOL_TCP || upper.protocol === PROTOCOL_UDP);
  return {
    source: ipv6Source(buffer, ip),
    destination: ipv6Destination(buffer, ip),
    protocol: upper.protocol,
    sourcePort: hasPorts ? udp.get.sourcePort(buffer, upper.at) : 0,
    destinationPort: hasPorts ? udp.get.destinationPort(buffer, upper.at) : 0,
    transportAt: upper.at,
  };
}

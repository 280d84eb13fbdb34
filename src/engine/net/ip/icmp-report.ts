/**
 * An ICMP error as a transport protocol hears of it, the same for both families.
 *
 * Codes of RFC 792, RFC 1812 §5.2.7.1 and RFC 4443 §3 in terms of what they mean for whoever sent the datagram.
 */
import type { Ip4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { ICMP_HEADER, icmpField, type Quoted, quotedDatagram } from '../../wire/icmp.ts';
import { ICMP6_HEADER, icmp6Field } from '../../wire/icmp6.ts';
import { ICMP6_TOO_BIG } from '../../wire/icmp6-code.ts';
import { ipv4 } from '../../wire/ipv4.ts';
import { IPV6_HEADER, ipv6 } from '../../wire/ipv6.ts';
import { quotedDatagram6 } from '../../wire/quotation6.ts';
import { DEFAULT_HOP_LIMIT } from './transport.ts';

export type IcmpErrorKind =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'prohibited'
  | 'too-big'
  | 'time-exceeded'
  | 'reassembly-time-exceeded'
  | 'parameter-problem'
  | 'other';

export interface IcmpReport {
  readonly kind: IcmpErrorKind;
  readonly type: number;
  readonly code: number;
  /** The router or host that says it; our own address when this machine itself found out. */
  readonly from: Ip;
  /** True when no message came: this machine found no neighbour, no route or no room. */
  readonly isOwn: boolean;
  /** For `too-big`: the size that fits, as the message says; 0 when it does not say. */
  readonly mtu: number;
  /** Hop limit that the message arrived with, and the bytes of its datagram. */
  readonly hopLimit: number;
  readonly size: number;
  readonly quoted: Quoted;
  /** Where the quoted datagram begins and the quotation ends, in the buffer that {@link Quoted.transportAt} is of. */
  readonly quotedAt: number;
  readonly bytes: Bytes;
  readonly end: number;
}

/**
 * What the ICMP error at `at` says, or undefined when its quotation is too short to mean anything. `datagramAt` is its
 * IP header, −1 when this machine tells itself.
 */
export function readReport4(
  bytes: Bytes,
  datagramAt: number,
  at: number,
  end: number,
  from: Ip4,
): IcmpReport | undefined {
  const quoted = quotedDatagram(bytes, at, end);
  if (!quoted) return undefined;
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const kind = icmp4Kind(type, code);
  const isOwn = datagramAt === -1;
  return {
    kind,
    type,
    code,
    from,
    isOwn,
    mtu: kind === 'too-big' ? icmpField.nextHopMtu(bytes, at) : 0,
    hopLimit: isOwn ? DEFAULT_HOP_LIMIT : ipv4.get.ttl(bytes, datagramAt),
    size: isOwn ? 0 : ipv4.get.totalLength(bytes, datagramAt),
    quoted,
    quotedAt: at + ICMP_HEADER,
    bytes,
    end,
  };
}

/** {@link readReport4} for ICMPv6. */
export function readReport6(
  bytes: Bytes,
  packetAt: number,
  at: number,
  end: number,
  from: Ip6,
): IcmpReport | undefined {
  const quoted = quotedDatagram6(bytes, at, end);
  if (!quoted) return undefined;
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const isOwn = packetAt === -1;
  return {
    kind: icmp6Kind(type, code),
    type,
    code,
    from,
    isOwn,
    mtu: type === ICMP6_TOO_BIG ? icmp6Field.mtu(bytes, at) : 0,
    hopLimit: isOwn ? DEFAULT_HOP_LIMIT : ipv6.get.hopLimit(bytes, packetAt),
    size: isOwn ? 0 : IPV6_HEADER + ipv6.get.payloadLength(bytes, packetAt),
    quoted,
    quotedAt: at + ICMP6_HEADER,
    bytes,
    end,
  };
}

function icmp4Kind(type: number, code: number): IcmpErrorKind {
  if (type === 11) return code === 1 ? 'reassembly-time-exceeded' : 'time-exceeded';
  if (type === 12) return 'parameter-problem';
  if (type !== 3) return 'other';
  switch (code) {
    case 0:
    case 6:
    case 8:
    case 11:
      return 'net-unreachable';
    case 1:
    case 5:
    case 7:
    case 12:
      return 'host-unreachable';
    case 2:
      return 'protocol-unreachable';
    case 3:
      return 'port-unreachable';
    case 4:
      return 'too-big';
    case 9:
    case 10:
    case 13:
      return 'prohibited';
    default:
      return 'other';
  }
}

function icmp6Kind(type: number, code: number): IcmpErrorKind {
  if (type === 2) return 'too-big';
  if (type === 3) return code === 1 ? 'reassembly-time-exceeded' : 'time-exceeded';
  if (type === 4) return code === 1 ? 'protocol-unreachable' : 'parameter-problem';
  if (type !== 1) return 'other';
  switch (code) {
    case 0:
    case 6:
      return 'net-unreachable';
    case 1:
    case 5:
      return 'prohibited';
    case 4:
      return 'port-unreachable';
    default:
      return 'host-unreachable';
  }
}

/**
 * An ICMP error as a transport protocol hears of it, the same for both families.
 *
 * Codes of RFC 792, RFC 1812 §5.2.7.1 and RFC 4443 §3 in terms of what they mean for whoever sent the datagram.
 */
import type { Bytes } from '../base/bytes.ts';
import type { Ip } from '../base/ip.ts';
import type { Quoted } from '../wire/icmp.ts';

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

export function icmp4Kind(type: number, code: number): IcmpErrorKind {
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

export function icmp6Kind(type: number, code: number): IcmpErrorKind {
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

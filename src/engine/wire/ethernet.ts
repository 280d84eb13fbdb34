/**
 * Ethernet II frames (RFC 894 for IPv4 over Ethernet, RFC 9542 for the code points).
 *
 * A frame of ours ends with its payload: the check sequence exists in effect (a corrupted frame is dropped by its
 * receiver) and not in bytes. Padding to the least length is the sender's; the length of the inner datagram tells it
 * apart. Not here: 802.3 length frames with LLC, VLAN tags, pause frames; their bytes stay payload.
 */
import { formatMac, MAC_BROADCAST, type Mac } from '../base/address.ts';
import { readU32 } from '../base/bytes.ts';
import type { Ip } from '../base/ip.ts';
import { knownIp6 } from '../base/ip6-known.ts';
import { bits, type Decoded, struct, u16 } from './codec.ts';

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_VLAN = 0x8100;
export const ETHERTYPE_IPV6 = 0x86dd;

/** Bytes before the payload. */
export const ETHERNET_HEADER = 14;
/** The shortest frame, without its check sequence: 64 − 4 bytes. Shorter payloads are padded with zeros. */
export const ETHERNET_MIN = 60;
/** The longest payload of an ordinary frame (RFC 894 “Frame Format”). */
export const ETHERNET_MTU = 1500;

const ETHERTYPES: Readonly<Record<number, string>> = {
  [ETHERTYPE_IPV4]: 'IPv4',
  [ETHERTYPE_ARP]: 'ARP',
  [ETHERTYPE_VLAN]: 'VLAN tag',
  [ETHERTYPE_IPV6]: 'IPv6',
};

export const ethernet = struct(
  'Ethernet II',
  'RFC 894',
  'The envelope for one hop: from one network card to another on the same link.',
  {
    destination: bits<Mac>(
      48,
      'Destination',
      'RFC 9542 §2.1',
      'The network card that should take this frame; all ones means every card on the link.',
      showMac,
    ),
    source: bits<Mac>(
      48,
      'Source',
      'RFC 9542 §2.1',
      'The network card that sent this frame on this link.',
      showMac,
    ),
    type: u16('Type', 'RFC 9542 §3', 'Which protocol the payload belongs to.', etherTypeName),
  },
  (value) => `${formatMac(value.source)} → ${showMac(value.destination)}`,
);

export type Ethernet = Decoded<typeof ethernet>;

/** The address, and who it means when it is not one card: `ff:ff:ff:ff:ff:ff, everyone`. */
export function showMac(mac: number): string {
  if (mac === MAC_BROADCAST) return `${formatMac(mac)}, everyone`;
  return isGroupMac(mac) ? `${formatMac(mac)}, a group` : formatMac(mac);
}

/** True for broadcast and multicast: the lowest bit of the first byte (RFC 9542 §2.1.1). */
export function isGroupMac(mac: number): boolean {
  return Math.floor(mac / 0x100_0000_0000) % 2 === 1;
}

/** The card address that a group's packets are sent to: RFC 1112 §6.4 for IPv4, RFC 2464 §7 for IPv6. */
export function groupMac(group: Ip): Mac {
  if (typeof group === 'number') return (0x0100_5e00_0000 + (group & 0x7f_ffff)) as Mac;
  return (0x3333_0000_0000 + readU32(knownIp6(group).bytes, 12)) as Mac;
}

/** `IPv4 (0x0800)`; below 0x05dd the field is a length, from 0x0600 on a type, between them neither (RFC 9542 §3). */
export function etherTypeName(type: number): string {
  if (type < 0x05dd) return `a length: ${type} bytes`;
  const code = `0x${type.toString(16).padStart(4, '0')}`;
  return Object.hasOwn(ETHERTYPES, type) ? `${ETHERTYPES[type]} (${code})` : code;
}

/** Length of the frame that carries `payload` bytes, padding included. */
export function frameLength(payload: number): number {
  return Math.max(ETHERNET_MIN, ETHERNET_HEADER + payload);
}

/** Writes the 14 bytes of the header at `at`. Allocates nothing. */
export function writeEthernet(
  bytes: Uint8Array,
  at: number,
  destination: number,
  source: number,
  type: number,
): void {
  ethernet.set.destination(bytes, at, destination);
  ethernet.set.source(bytes, at, source);
  ethernet.set.type(bytes, at, type);
}

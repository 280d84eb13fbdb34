/**
 * The Address Resolution Protocol for IPv4 over Ethernet (RFC 826), with the probes and announcements of RFC 5227.
 *
 * Not here: other hardware and protocol types; `isArpForIpv4` tells them apart before the fixed fields are read.
 */
import { formatIp4, formatMac, IP4_ANY, type Ip4, type Mac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { bits, type Decoded, named, struct, u8, u16 } from './codec.ts';
import { ETHERTYPE_IPV4, etherTypeName, showMac } from './ethernet.ts';

export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;
/** Bytes of a packet for IPv4 over Ethernet. */
export const ARP_LENGTH = 28;

const HARDWARE_ETHERNET = 1;
const SPEC = 'RFC 826 “Packet format”';

export const arp = struct(
  'Address Resolution Protocol',
  'RFC 826',
  'Asks a link which network card has an internet address, or answers that.',
  {
    hardwareType: u16(
      'Hardware type',
      SPEC,
      'What kind of link the hardware addresses are for.',
      named({ 1: 'Ethernet' }),
    ),
    protocolType: u16('Protocol type', SPEC, 'What kind of protocol address is asked about.', etherTypeName),
    hardwareLength: u8('Hardware address length', SPEC, 'How long each hardware address is.', inBytes),
    protocolLength: u8('Protocol address length', SPEC, 'How long each protocol address is.', inBytes),
    operation: u16(
      'Operation',
      SPEC,
      'Whether this asks or answers.',
      named({ [ARP_REQUEST]: 'request', [ARP_REPLY]: 'reply' }),
    ),
    senderMac: bits<Mac>(
      48,
      'Sender’s MAC address',
      SPEC,
      'The network card of whoever sends this.',
      showMac,
    ),
    senderIp: bits<Ip4>(
      32,
      'Sender’s IP address',
      `${SPEC}, RFC 5227 §1.1`,
      'The internet address of whoever sends this; zero in a probe, which must not touch anyone’s cache.',
      formatIp4,
    ),
    targetMac: bits<Mac>(
      48,
      'Target’s MAC address',
      SPEC,
      'In a reply, whom it is for; in a request it is what is being asked, and has no meaning yet.',
      formatMac,
    ),
    targetIp: bits<Ip4>(
      32,
      'Target’s IP address',
      SPEC,
      'The internet address that is looked for; in a reply, that of whoever looked.',
      formatIp4,
    ),
  },
  arpMeaning,
);

export type Arp = Decoded<typeof arp>;

/** True when the packet at `at` is ARP for IPv4 over Ethernet and whole. */
export function isArpForIpv4(bytes: Bytes, at: number, end: number): boolean {
  return (
    end - at >= ARP_LENGTH &&
    arp.get.hardwareType(bytes, at) === HARDWARE_ETHERNET &&
    arp.get.protocolType(bytes, at) === ETHERTYPE_IPV4 &&
    arp.get.hardwareLength(bytes, at) === 6 &&
    arp.get.protocolLength(bytes, at) === 4
  );
}

/** Writes a whole packet at `at`. Allocates nothing. */
export function writeArp(
  bytes: Bytes,
  at: number,
  operation: number,
  senderMac: number,
  senderIp: number,
  targetMac: number,
  targetIp: number,
): void {
  arp.set.hardwareType(bytes, at, HARDWARE_ETHERNET);
  arp.set.protocolType(bytes, at, ETHERTYPE_IPV4);
  arp.set.hardwareLength(bytes, at, 6);
  arp.set.protocolLength(bytes, at, 4);
  arp.set.operation(bytes, at, operation);
  arp.set.senderMac(bytes, at, senderMac);
  arp.set.senderIp(bytes, at, senderIp);
  arp.set.targetMac(bytes, at, targetMac);
  arp.set.targetIp(bytes, at, targetIp);
}

/** The fields that its meaning rests on. */
interface ArpSaying {
  readonly operation: number;
  readonly senderMac: Mac;
  readonly senderIp: Ip4;
  readonly targetIp: Ip4;
}

/** What it says, in one line: `who has 192.168.1.1? tell 192.168.1.23`. Probe and announcement: RFC 5227 §1.1. */
export function arpMeaning(value: ArpSaying): string {
  const { operation, senderIp, targetIp } = value;
  const sender = formatIp4(senderIp);
  if (operation === ARP_REQUEST && senderIp === IP4_ANY) return `is anyone ${formatIp4(targetIp)}? (probe)`;
  if (operation === ARP_REQUEST && senderIp === targetIp)
    return `${sender} is at ${formatMac(value.senderMac)} (announcement)`;
  if (operation === ARP_REQUEST) return `who has ${formatIp4(targetIp)}? tell ${sender}`;
  if (operation === ARP_REPLY) return `${sender} is at ${formatMac(value.senderMac)}`;
  return `operation ${operation} from ${sender}`;
}

function inBytes(length: number): string {
  return `${length} bytes`;
}

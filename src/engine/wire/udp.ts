/**
 * The header of the User Datagram Protocol (RFC 768; RFC 8200 §8.1 over IPv6).
 *
 * The struct is the header alone: its checksum covers the payload and a pseudo header made of the addresses around
 * it, so `udpChecksum` takes those, of either family: a number is IPv4. Not here: which program owns a port.
 */
import type { Bytes } from '../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../base/checksum.ts';
import type { Ip6 } from '../base/ip6.ts';
import { type Decoded, hex, struct, u16 } from './codec.ts';
import { PROTOCOL_UDP } from './ipv4.ts';

/** Bytes before the payload. */
export const UDP_HEADER = 8;

const SPEC = 'RFC 768 “Fields”';

export const udp = struct(
  'User Datagram Protocol',
  'RFC 768',
  'Brings one message to a program on a host, with no promise that it arrives.',
  {
    sourcePort: u16('Source port', SPEC, 'The program that sent this, and where an answer should go.'),
    destinationPort: u16('Destination port', SPEC, 'The program on the receiving host that this is for.'),
    length: u16('Length', SPEC, 'Length of this header and the data together.', (value) => `${value} bytes`),
    checksum: u16(
      'Checksum',
      SPEC,
      'Guards the addresses, the ports and the data; zero means that the sender computed none.',
      hex(4),
    ),
  },
  (value) => `${value.sourcePort} → ${value.destinationPort}`,
);

export type Udp = Decoded<typeof udp>;

/**
 * The checksum that the message of `length` bytes at `at` should carry, whatever stands in its checksum field. A
 * computed zero is sent as all ones, because zero means none (RFC 768).
 */
export function udpChecksum(
  bytes: Bytes,
  at: number,
  length: number,
  source: number | Ip6,
  destination: number | Ip6,
): number {
  const stored = udp.get.checksum(bytes, at);
  const sum = checksumAdd(pseudoHeader(source, destination, PROTOCOL_UDP, length), bytes, at, length);
  // Ones' complement: taking the stored word out again is adding its complement.
  return checksumFinish(sum + (~stored & 0xffff)) || 0xffff;
}

/** True when the checksum is right, or absent under IPv4: over IPv6 nobody may leave it out (RFC 8200 §8.1). */
export function udpChecksumOk(
  bytes: Bytes,
  at: number,
  length: number,
  source: number | Ip6,
  destination: number | Ip6,
): boolean {
  const stored = udp.get.checksum(bytes, at);
  if (stored === 0) return typeof source === 'number';
  return stored === udpChecksum(bytes, at, length, source, destination);
}

/** Writes the header at `at` in front of `payload` bytes that already stand behind it. Allocates nothing. */
export function writeUdp(
  bytes: Bytes,
  at: number,
  sourcePort: number,
  destinationPort: number,
  payload: number,
  source: number | Ip6,
  destination: number | Ip6,
): void {
  const length = UDP_HEADER + payload;
  udp.set.sourcePort(bytes, at, sourcePort);
  udp.set.destinationPort(bytes, at, destinationPort);
  udp.set.length(bytes, at, length);
  udp.set.checksum(bytes, at, 0);
  udp.set.checksum(bytes, at, udpChecksum(bytes, at, length, source, destination));
}

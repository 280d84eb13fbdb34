/** Datagrams of both families for the tests of cutting and joining, and the pieces they are cut into. */

import type { Ip4 } from '../../../src/engine/base/address.ts';
import { type Bytes, concatBytes } from '../../../src/engine/base/bytes.ts';
import { ip6, parseIp } from '../../../src/engine/base/ip.ts';
import { fragmentIpv4, fragmentIpv6 } from '../../../src/engine/proto/ip/fragment.ts';
import type { Reassembler, Reassembly } from '../../../src/engine/proto/ip/reassembly.ts';
import { ipv4, ipv4ChecksumOk, ipv4Fault } from '../../../src/engine/wire/ipv4.ts';
import { ipv6Fault, writeIpv6 } from '../../../src/engine/wire/ipv6.ts';
import { upperLayer } from '../../../src/engine/wire/ipv6-extension.ts';

const [SOURCE4, DESTINATION4] = ['192.0.2.1', '198.51.100.2'].map(parseIp) as [Ip4, Ip4];
const [SOURCE6, DESTINATION6] = ['2001:db8::1', '2001:db8:1::2'].map(ip6) as [never, never];

/** So many bytes that differ from each other in order and place. */
export function payloadOf(length: number, salt = 0): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + salt) & 255);
}

/** An IPv4 datagram; `options` is a multiple of four bytes. */
export function datagram4(
  payload: Bytes,
  identification = 0x1234,
  options: Bytes = new Uint8Array(0),
): Bytes {
  const header = ipv4.encode({
    version: 4,
    dscp: 10,
    ecn: 2,
    totalLength: 20 + options.length + payload.length,
    identification,
    flags: 0,
    fragmentOffset: 0,
    ttl: 61,
    protocol: 17,
    source: SOURCE4,
    destination: DESTINATION4,
    options,
  });
  return concatBytes([header, payload]);
}

/** An IPv6 packet; `extensions` stand between its header and the payload, and begin with their next-header byte. */
export function packet6(payload: Bytes, next = 17, extensions: Bytes = new Uint8Array(0)): Bytes {
  const header = new Uint8Array(40);
  writeIpv6(header, 0, extensions.length + payload.length, next, 61, SOURCE6, DESTINATION6, 0xb8, 0x12345);
  return concatBytes([header, extensions, payload]);
}

export function cut4(datagram: Bytes, mtu: number, at = 0): Bytes[] {
  const pieces: Bytes[] = [];
  fragmentIpv4(datagram, at, mtu, (header, from, length) =>
    pieces.push(concatBytes([header, datagram.subarray(from, from + length)])),
  );
  return pieces;
}

export function cut6(packet: Bytes, mtu: number, identification = 0xabcd_ef01): Bytes[] {
  const pieces: Bytes[] = [];
  fragmentIpv6(packet, 0, mtu, identification, (header, from, length) =>
    pieces.push(concatBytes([header, packet.subarray(from, from + length)])),
  );
  return pieces;
}

/** Cuts, and cuts the pieces again for each further link. */
export function cutOnPath(datagram: Bytes, mtus: readonly number[]): Bytes[] {
  return mtus.reduce<Bytes[]>((pieces, mtu) => pieces.flatMap((piece) => cut4(piece, mtu)), [datagram]);
}

/** Hands a packet of either family to the machine, after the checks that a stack makes before. */
export function hand(reassembler: Reassembler, packet: Bytes, now = 0): Reassembly {
  if (packet[0]! >> 4 === 4) {
    const fault = ipv4Fault(packet, 0, packet.length) ?? (ipv4ChecksumOk(packet, 0) ? undefined : 'checksum');
    if (fault !== undefined) throw new Error(`the test's own datagram is broken: ${fault}`);
    return reassembler.handleIpv4(packet, 0, now);
  }
  const fault = ipv6Fault(packet, 0, packet.length);
  if (fault !== undefined) throw new Error(`the test's own packet is broken: ${fault}`);
  return reassembler.handleIpv6(packet, 0, upperLayer(packet, 0, packet.length), now);
}

/** What becomes of all packets, one after the other. */
export function handAll(reassembler: Reassembler, packets: readonly Bytes[], now = 0): Reassembly[] {
  return packets.map((packet) => hand(reassembler, packet, now));
}

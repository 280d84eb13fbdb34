/** Datagrams of any shape, put straight onto the card of a machine: what no well-behaved sender would send. */
import { type Ip4, MAC_BROADCAST, parseIp4 } from '../../src/engine/base/address.ts';
import { type Bytes, concatBytes, writeU16 } from '../../src/engine/base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../../src/engine/base/checksum.ts';
import { type Ip, ip6, isMulticast6, parseIp } from '../../src/engine/base/ip.ts';
import type { Ip6 } from '../../src/engine/base/ip6.ts';
import type { Host } from '../../src/engine/net/host.ts';
import type { Nic } from '../../src/engine/net/link/nic.ts';
import { multicastMac } from '../../src/engine/proto/ip/neighbours6.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  writeEthernet,
} from '../../src/engine/wire/ethernet.ts';
import { ipv4 } from '../../src/engine/wire/ipv4.ts';
import { writeIpv6 } from '../../src/engine/wire/ipv6.ts';

export interface Ends {
  readonly from: string;
  readonly to: string;
  readonly ttl?: number;
}

/** A UDP datagram with a right checksum, without an IP header. */
export function udpBetween({ from, to }: Ends, sourcePort: number, port: number, data: Bytes): Bytes {
  const message = new Uint8Array(8 + data.length);
  writeU16(message, 0, sourcePort);
  writeU16(message, 2, port);
  writeU16(message, 4, message.length);
  message.set(data, 8);
  const start = pseudoHeader(parseIp(from), parseIp(to) as Ip6, 17, message.length);
  writeU16(message, 6, checksumFinish(checksumAdd(start, message, 0, message.length)) || 0xffff);
  return message;
}

/** An IPv4 datagram around `payload`. */
export function datagram(
  { from, to, ttl = 64 }: Ends,
  payload: Bytes,
  fields: {
    protocol?: number;
    flags?: number;
    fragmentOffset?: number;
    identification?: number;
    tos?: number;
  } = {},
): Bytes {
  const { protocol = 17, flags = 0, fragmentOffset = 0, identification = 1, tos = 0 } = fields;
  const header = ipv4.encode({
    version: 4,
    dscp: tos >> 2,
    ecn: tos & 3,
    totalLength: 20 + payload.length,
    identification,
    flags,
    fragmentOffset,
    ttl,
    protocol,
    source: parseIp4(from) as Ip4,
    destination: parseIp4(to) as Ip4,
    options: new Uint8Array(0),
  });
  return concatBytes([header, payload]);
}

/** An IPv6 packet around `payload`; `extensions` stand between, and `next` names the first of them. */
export function packet(
  { from, to, ttl = 64 }: Ends,
  payload: Bytes,
  next = 17,
  extensions: Bytes = new Uint8Array(0),
): Bytes {
  const header = new Uint8Array(40);
  writeIpv6(header, 0, extensions.length + payload.length, next, ttl, ip6(from), ip6(to));
  return concatBytes([header, extensions, payload]);
}

/** Lets a machine's card receive a datagram, as from a neighbour. */
export function inject(host: Host, nicName: string, bytes: Bytes, isForAll = false): void {
  const nic = host.ip.nics.find(({ name }) => name === nicName) as Nic;
  const { frames } = host.world.trace;
  const frame = frames.alloc(ETHERNET_HEADER + bytes.length);
  const isV4 = bytes[0]! >> 4 === 4;
  const group = isV4 ? undefined : groupOf(bytes);
  const to = isForAll ? MAC_BROADCAST : (group ?? nic.mac);
  writeEthernet(
    frames.slab(frame),
    frames.at(frame),
    to,
    0x00_00_5e_00_53_ee as typeof to,
    isV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6,
  );
  frames.slab(frame).set(bytes, frames.at(frame) + ETHERNET_HEADER);
  nic.receive(frame);
  frames.release(frame);
}

function groupOf(bytes: Bytes): typeof MAC_BROADCAST | undefined {
  const words = Array.from({ length: 8 }, (_, i) =>
    ((bytes[24 + 2 * i]! << 8) | bytes[25 + 2 * i]!).toString(16),
  );
  const to = ip6(words.join(':'));
  return isMulticast6(to) ? multicastMac(to) : undefined;
}

/** Why frames were refused, in order; at one machine, if it is named. */
export function refusals({ world }: Pick<Host, 'world'>, node?: string): string[] {
  return [...world.trace.events(['frame.refused'])]
    .filter((event) => node === undefined || event.node === node)
    .map(({ b }) => world.trace.textOf(b));
}

/** The ICMP errors that were sent: type, code and whom to. */
export function errorsSent({ world }: Pick<Host, 'world'>, kind = 'icmp.error'): string[] {
  return [...world.trace.events([kind])].map(
    ({ detail }) => `${detail!['type']}/${detail!['code']} to ${detail!['to']}`,
  );
}

export const addressOf = (text: string): Ip => parseIp(text);

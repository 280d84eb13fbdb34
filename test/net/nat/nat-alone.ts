/**
 * A translator without a network around it: datagrams as bytes in, datagrams as bytes out.
 *
 *     10.0.0.x ── inside │ NAT │ outside (192.0.2.1 and, in pools, more) ── anybody
 */
import { type Ip4, parseIp4 } from '../../../src/engine/base/address.ts';
import { type Bytes, fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { checksum, checksumAdd, checksumFinish, pseudoHeader4 } from '../../../src/engine/base/checksum.ts';
import type { Nanoseconds } from '../../../src/engine/base/units.ts';
import { Nic } from '../../../src/engine/net/link/nic.ts';
import { Nat, type NatOptions, type NatVerdict } from '../../../src/engine/net/nat/nat.ts';
import { type NatRow, natTable } from '../../../src/engine/net/nat/nat-rows.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { encodeEcho, encodeIcmpError } from '../../../src/engine/wire/icmp.ts';
import { ipv4, ipv4ChecksumOk, ipv4HeaderLength, writeIpv4 } from '../../../src/engine/wire/ipv4.ts';

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;

export const OUTSIDE = parseIp4('192.0.2.1');

export interface End {
  readonly ip: Ip4;
  readonly port: number;
}

export function end(text: string): End {
  const [ip, port] = text.split(':') as [string, string];
  return { ip: parseIp4(ip), port: Number(port) };
}

/** A UDP or TCP datagram with right checksums, or (`hasSum` false, UDP) with none. */
export function datagram(
  protocol: number,
  from: End,
  to: End,
  { flags = 0x10, data = 'tea', hasSum = true, ttl = 64 } = {},
): Bytes {
  const header = protocol === TCP ? 20 : 8;
  const length = header + data.length;
  const bytes = new Uint8Array(20 + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(20, from.port);
  view.setUint16(22, to.port);
  if (protocol === TCP) {
    view.setUint32(24, 0x1234_5678);
    bytes[32] = 0x50;
    bytes[33] = flags;
  } else view.setUint16(24, length);
  bytes.set(fromLatin1(data), 20 + header);
  writeIpv4(bytes, 0, length, 0x4444, 0, ttl, protocol, from.ip, to.ip);
  if (hasSum) view.setUint16(protocol === TCP ? 36 : 26, transportSum(bytes));
  return bytes;
}

/** What the checksum of a TCP, UDP or ICMP datagram should be, computed from nothing. */
export function transportSum(original: Bytes): number {
  const bytes = original.slice();
  const at = ipv4HeaderLength(bytes, 0);
  const protocol = bytes[9]!;
  const length = ipv4.get.totalLength(bytes, 0) - at;
  const sumAt = at + (protocol === TCP ? 16 : protocol === UDP ? 6 : 2);
  bytes[sumAt] = 0;
  bytes[sumAt + 1] = 0;
  if (protocol === ICMP) return checksum(bytes, at, length);
  const pseudo = pseudoHeader4(ipv4.get.source(bytes, 0), ipv4.get.destination(bytes, 0), protocol, length);
  const sum = checksumFinish(checksumAdd(pseudo, bytes, at, length));
  return protocol === UDP && sum === 0 ? 0xffff : sum;
}

/** An echo request, or (`isReply`) its answer, with `id` for the port of who asks. */
export function echo(from: Ip4, to: Ip4, id: number, isReply = false, data = 'tea'): Bytes {
  const message = encodeEcho(isReply ? 0 : 8, id, 1, fromLatin1(data));
  return icmp(from, to, message);
}

/** An ICMP error from `from` to the source of `about`, which it quotes (the first `most` bytes of it). */
export function icmpError(from: Ip4, about: Bytes, { type = 3, code = 1, most = 548 } = {}): Bytes {
  const to = ipv4.get.source(about, 0) as Ip4;
  return icmp(from, to, encodeIcmpError(type, code, 0, about, 0, Math.min(most, about.length)));
}

function icmp(from: Ip4, to: Ip4, message: Bytes): Bytes {
  const bytes = new Uint8Array(20 + message.length);
  bytes.set(message, 20);
  writeIpv4(bytes, 0, message.length, 0x5555, 0, 64, ICMP, from, to);
  return bytes;
}

/** What somebody would say who answers the datagram as it came: ends exchanged, everything else the same. */
export function answerTo(bytes: Bytes, flags?: number): Bytes {
  const protocol = bytes[9]!;
  const from = sourceOf(bytes);
  const to = destinationOf(bytes);
  if (protocol === ICMP) return echo(to.ip, from.ip, from.port, true);
  return datagram(protocol, to, from, flags === undefined ? {} : { flags });
}

export function sourceOf(bytes: Bytes): End {
  return { ip: ipv4.get.source(bytes, 0) as Ip4, port: portAt(bytes, 0) };
}

export function destinationOf(bytes: Bytes): End {
  return { ip: ipv4.get.destination(bytes, 0) as Ip4, port: portAt(bytes, 2) };
}

function portAt(bytes: Bytes, offset: number): number {
  const at = ipv4HeaderLength(bytes, 0) + (bytes[9] === ICMP ? 4 : offset);
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Both checksums hold, or there is none where none may be. */
export function sumsHold(bytes: Bytes): boolean {
  const at = ipv4HeaderLength(bytes, 0);
  const protocol = bytes[9]!;
  const sumAt = at + (protocol === TCP ? 16 : protocol === UDP ? 6 : 2);
  const sum = (bytes[sumAt]! << 8) | bytes[sumAt + 1]!;
  return ipv4ChecksumOk(bytes, 0) && ((protocol === UDP && sum === 0) || sum === transportSum(bytes));
}

export class NatAlone {
  readonly world: World;
  readonly nat: Nat;

  constructor(options: NatOptions = {}, seed = 1) {
    this.world = new World({ seed });
    const node = { name: 'router', isOn: true, frameArrived: () => {} };
    const nic = new Nic(this.world, node, 'wan', 0x0000_5e00_5301 as never);
    nic.setAddress({ address: OUTSIDE, prefixLength: 24 });
    this.nat = new Nat(this.world, 'router', nic, options);
  }

  get now(): Nanoseconds {
    return this.world.now;
  }

  /** Lets time pass. */
  wait(time: Nanoseconds): void {
    this.world.kernel.run({ until: this.world.now + time });
  }

  /** What leaves outside for a datagram from inside; or why nothing does. */
  out(bytes: Bytes): Bytes | string {
    const copy = bytes.slice();
    return this.nat.outbound(copy, 0) ?? copy;
  }

  /** What goes on inside for a datagram from outside; or `mine`, or why nothing does. */
  in(bytes: Bytes): Bytes | NatVerdict {
    const copy = bytes.slice();
    const verdict = this.nat.inbound(copy, 0);
    return verdict === 'translated' ? copy : verdict;
  }

  /** The same for a datagram from inside to one of the outside addresses. */
  turn(bytes: Bytes): Bytes | NatVerdict {
    const copy = bytes.slice();
    const verdict = this.nat.hairpin(copy, 0);
    return verdict === 'translated' ? copy : verdict;
  }

  /** A datagram that must leave. */
  send(protocol: number, from: string, to: string, flags?: number): Bytes {
    const sent = this.out(datagram(protocol, end(from), end(to), flags === undefined ? {} : { flags }));
    if (typeof sent === 'string') throw new Error(sent);
    return sent;
  }

  /** The rows that hold now. */
  get rows(): NatRow[] {
    return [...this.nat.rows().values()].filter(({ expires }) => expires > this.now);
  }

  /** The table as the trace tells it, and as it is: both ought to be the same. */
  get tables(): { readonly live: [string, NatRow][]; readonly replayed: [string, NatRow][] } {
    const rows = new Map<string, NatRow>();
    for (const event of this.world.trace.events(natTable.kinds)) natTable.apply(rows, event);
    const order = ([a]: [string, NatRow], [b]: [string, NatRow]): number => (a < b ? -1 : 1);
    return { live: [...this.nat.rows()].sort(order), replayed: [...rows].sort(order) };
  }
}

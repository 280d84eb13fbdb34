/**
 * From an internet address to the card that has it, and the datagrams that wait for that. Who is asked and how is the
 * business of the link: ARP in link4.ts, neighbour discovery in link6.ts.
 */
import type { Mac } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { formatIp, type Ip } from '../../base/ip.ts';
import type { ArpRow } from '../../proto/ip/arp.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, writeEthernet } from '../../wire/ethernet.ts';
import type { Nic } from '../link/nic.ts';
import type { IpStack } from './ip-stack.ts';
import { Link4 } from './link4.ts';

/** Linux's `unres_qlen_bytes`, and about what a buffer costs there beside its bytes: some ninety full frames. */
const MAX_WAITING_BYTES = 212_992;
const BUFFER_COST = 768;

/** A datagram as it arrived at a router, before NAT: what an error about it quotes. */
export interface Original {
  readonly bytes: Bytes;
  readonly at: number;
}

interface Waiting {
  readonly frame: number;
  /** A copy: the frame that it arrived in is let go meanwhile. */
  readonly original: Bytes | undefined;
}

/** What waits for one neighbour, in the order it came. */
interface Queue {
  readonly packets: Waiting[];
  bytes: number;
}

/** What there is for an interface. */
interface Side {
  readonly link4: Link4;
  /** By next hop. */
  readonly waiting: Map<Ip, Queue>;
}

export class Neighbours {
  readonly #stack: IpStack;
  readonly #sides = new Map<Nic, Side>();

  constructor(stack: IpStack) {
    this.#stack = stack;
  }

  addNic(nic: Nic): void {
    this.#sides.set(nic, { link4: new Link4(this.#stack, nic), waiting: new Map() });
  }

  /** Sends a complete datagram to a neighbour, now or when its card is known. Takes over the hold on the frame. */
  deliver(nic: Nic, nextHop: Ip, frame: number, original: Original | undefined): void {
    const side = this.#sides.get(nic)!;
    const isV4 = typeof nextHop === 'number';
    const mac = isV4 ? side.link4.lookup(nextHop) : this.#stack.v6.enable(nic).lookup(nextHop);
    if (mac !== undefined) {
      this.transmit(nic, frame, mac, isV4);
      return;
    }
    const { frames } = this.#stack.world.trace;
    const size = frames.size(frame);
    const copy = original?.bytes.slice(original.at, original.at + size);
    this.#queue(nic, side.waiting, nextHop, { frame, original: copy });
    if (isV4) side.link4.solicit(nextHop);
    else this.#stack.v6.enable(nic).solicit(nextHop);
  }

  /** Puts a pair in by hand. */
  learn(nic: Nic, address: Ip, mac: Mac): void {
    if (typeof address === 'number') this.#sides.get(nic)!.link4.learn(address, mac);
    else this.#stack.v6.enable(nic).learn(address, mac);
  }

  /** The neighbour's card is known now: what waited for it goes, in the order it came. */
  resolved(nic: Nic, address: Ip): void {
    const isV4 = typeof address === 'number';
    const mac = isV4
      ? this.#sides.get(nic)!.link4.lookup(address)
      : this.#stack.v6.enable(nic).lookup(address);
    if (mac === undefined) return;
    const { trace } = this.#stack.world;
    const learned = trace.cause;
    for (const { frame } of this.#take(nic, address)) {
      trace.cause = learned;
      this.transmit(nic, frame, mac, isV4);
    }
  }

  /** Nobody answered: what waited is dropped, and its senders are told. */
  failed(nic: Nic, address: Ip): void {
    const { trace } = this.#stack.world;
    const { frames } = trace;
    const failed = trace.cause;
    const reason = `nobody answered for ${formatIp(address)}`;
    for (const { frame, original } of this.#take(nic, address)) {
      trace.cause = failed;
      nic.refuse(frame, reason);
      const bytes = original ?? frames.slab(frame);
      const at = original ? 0 : frames.at(frame) + ETHERNET_HEADER;
      if (typeof address === 'number') this.#stack.v4.errors.unreachable(bytes, at, reason);
      else this.#stack.v6.errors.unreachable(bytes, at, reason);
      frames.release(frame);
    }
  }

  arpArrived(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const problem = this.#sides.get(nic)!.link4.handle(bytes, at, end);
    if (problem !== undefined) nic.refuse(frame, problem);
  }

  clear(): void {
    const { frames } = this.#stack.world.trace;
    for (const { link4, waiting } of this.#sides.values()) {
      for (const { packets } of waiting.values()) for (const { frame } of packets) frames.release(frame);
      waiting.clear();
      link4.clear();
    }
  }

  arpRows(): Map<string, ArpRow> {
    const rows = new Map<string, ArpRow>();
    for (const { link4 } of this.#sides.values()) for (const [key, row] of link4.rows()) rows.set(key, row);
    return rows;
  }

  /** Puts a complete datagram on the link for a card. Takes over the hold on the frame. */
  transmit(nic: Nic, frame: number, mac: Mac, isV4: boolean): void {
    const { frames } = this.#stack.world.trace;
    writeEthernet(frames.slab(frame), frames.at(frame), mac, nic.mac, isV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
    nic.send(frame);
  }

  /** Where too much waits already, the oldest goes (RFC 1122 §2.3.2.2, RFC 4861 §7.2.2), as on Linux. */
  #queue(nic: Nic, waiting: Map<Ip, Queue>, nextHop: Ip, packet: Waiting): void {
    const { frames } = this.#stack.world.trace;
    const queue = waiting.get(nextHop) ?? { packets: [], bytes: 0 };
    waiting.set(nextHop, queue);
    const cost = (one: Waiting): number => frames.size(one.frame) + BUFFER_COST;
    while (queue.bytes >= MAX_WAITING_BYTES) {
      const oldest = queue.packets.shift()!;
      queue.bytes -= cost(oldest);
      nic.refuse(oldest.frame, 'too many packets wait for the neighbour’s card');
      frames.release(oldest.frame);
    }
    queue.packets.push(packet);
    queue.bytes += cost(packet);
  }

  #take(nic: Nic, address: Ip): readonly Waiting[] {
    const { waiting } = this.#sides.get(nic)!;
    const packets = waiting.get(address)?.packets ?? [];
    waiting.delete(address);
    return packets;
  }
}

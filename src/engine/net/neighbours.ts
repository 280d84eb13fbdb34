/**
 * From an internet address to the card that has it: ARP and neighbour discovery of a machine's interfaces, and the
 * datagrams that wait for their answers.
 *
 * The machines (proto/arp, proto/neighbours6) know no clock and no frame; here their questions become frames, their
 * answers let waiting datagrams go, and their failures tell whoever sent those.
 */
import { type Ip4, MAC_BROADCAST, type Mac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { formatIp, type Ip } from '../base/ip.ts';
import { ArpCache, type ArpRow } from '../proto/arp.ts';
import { Timer } from '../sim/timer.ts';
import type { MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { ARP_LENGTH, ARP_REPLY, ARP_REQUEST, arp, isArpForIpv4, writeArp } from '../wire/arp.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ETHERTYPE_IPV4, writeEthernet } from '../wire/ethernet.ts';
import type { IpStack } from './ip-stack.ts';
import { ETHERTYPE_IPV6 } from './ip6-layer.ts';
import type { Nic } from './nic.ts';

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

export class Neighbours {
  readonly #stack: IpStack;
  readonly #arp = new Map<Nic, ArpCache>();
  readonly #timers = new Map<Nic, Timer>();
  /** By next hop; link-local ones may be on several links, so the interface belongs to the key. */
  readonly #waiting = new Map<Nic, Map<Ip, Waiting[]>>();

  constructor(stack: IpStack) {
    this.#stack = stack;
  }

  addNic(nic: Nic): void {
    this.#arp.set(nic, new ArpCache(nic.name));
    this.#timers.set(nic, new Timer(this.#stack.world.kernel, () => this.#arpTimeout(nic)));
    this.#waiting.set(nic, new Map());
  }

  /** Sends a complete datagram to a neighbour, now or when its card is known. Takes over the hold on the frame. */
  deliver(nic: Nic, nextHop: Ip, frame: number, original: Original | undefined): void {
    const now = this.#stack.world.kernel.now;
    const mac =
      typeof nextHop === 'number'
        ? this.#arp.get(nic)!.lookup(nextHop, now)
        : this.#stack.v6.neighbour(nic, nextHop);
    if (mac !== undefined) {
      this.transmit(nic, frame, mac, typeof nextHop === 'number');
      return;
    }
    const { frames } = this.#stack.world.trace;
    const ofNic = this.#waiting.get(nic)!;
    const waiting = ofNic.get(nextHop) ?? [];
    const held = waiting.reduce((sum, one) => sum + frames.size(one.frame) + BUFFER_COST, 0);
    if (held >= MAX_WAITING_BYTES) {
      nic.refuse(
        frame,
        typeof nextHop === 'number'
          ? 'too many packets wait for ARP'
          : 'too many packets wait for the neighbour',
      );
      frames.release(frame);
      return;
    }
    waiting.push({ frame, original: original?.bytes.slice(original.at, original.at + frames.size(frame)) });
    ofNic.set(nextHop, waiting);
    if (typeof nextHop === 'number') {
      this.#arp.get(nic)!.ask(nextHop, now);
      this.#drainArp(nic);
    } else this.#stack.v6.solicit(nic, nextHop);
  }

  /** Puts a pair in by hand. */
  learn(nic: Nic, address: Ip, mac: Mac): void {
    if (typeof address === 'number') {
      this.#arp.get(nic)!.learn(address, mac);
      this.#drainArp(nic);
    } else this.#stack.v6.learn(nic, address, mac);
  }

  /** The neighbour's card is known now: what waited for it goes, in the order it came. */
  resolved(nic: Nic, address: Ip, mac: Mac): void {
    const { trace } = this.#stack.world;
    const learned = trace.cause;
    for (const { frame } of this.#take(nic, address)) {
      trace.cause = learned;
      this.transmit(nic, frame, mac, typeof address === 'number');
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
      if (typeof address === 'number') this.#stack.v4.unreachable(bytes, at, reason);
      else this.#stack.v6.unreachable(bytes, at, reason);
      frames.release(frame);
    }
  }

  arpArrived(nic: Nic, bytes: Bytes, at: number, end: number): void {
    if (!isArpForIpv4(bytes, at, end)) return;
    const cache = this.#arp.get(nic)!;
    const senderIp = arp.get.senderIp(bytes, at) as Ip4;
    const senderMac = arp.get.senderMac(bytes, at) as Mac;
    const isForUs = arp.get.targetIp(bytes, at) === nic.address;
    cache.handle(senderIp, senderMac, isForUs, this.#stack.world.kernel.now);
    const operation = arp.get.operation(bytes, at);
    this.#drainArp(nic);
    if (operation === ARP_REQUEST && isForUs) this.#sendArp(nic, ARP_REPLY, senderMac, senderIp, senderMac);
  }

  clear(): void {
    for (const cache of this.#arp.values()) cache.clear();
    for (const nic of this.#stack.nics) this.#drainArp(nic);
    const { frames } = this.#stack.world.trace;
    for (const ofNic of this.#waiting.values()) {
      for (const waiting of ofNic.values()) for (const { frame } of waiting) frames.release(frame);
      ofNic.clear();
    }
  }

  arpRows(): Map<string, ArpRow> {
    const rows = new Map<string, ArpRow>();
    for (const cache of this.#arp.values()) for (const [key, row] of cache.rows()) rows.set(key, row);
    return rows;
  }

  /** Puts a complete datagram on the link for a card. Takes over the hold on the frame. */
  transmit(nic: Nic, frame: number, mac: Mac, isV4: boolean): void {
    const { frames } = this.#stack.world.trace;
    writeEthernet(frames.slab(frame), frames.at(frame), mac, nic.mac, isV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
    nic.send(frame);
  }

  #take(nic: Nic, address: Ip): readonly Waiting[] {
    const ofNic = this.#waiting.get(nic)!;
    const waiting = ofNic.get(address) ?? [];
    ofNic.delete(address);
    return waiting;
  }

  #sendArp(nic: Nic, operation: number, to: Mac, targetIp: Ip4, targetMac: number): void {
    const { frames } = this.#stack.world.trace;
    const frame = frames.alloc(ETHERNET_HEADER + ARP_LENGTH);
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    writeEthernet(bytes, at, to, nic.mac, ETHERTYPE_ARP);
    writeArp(bytes, at + ETHERNET_HEADER, operation, nic.mac, nic.address!, targetMac, targetIp);
    nic.send(frame);
  }

  /** Does what the ARP machine of an interface asks for: events, requests, packets that waited. */
  #drainArp(nic: Nic): void {
    const cache = this.#arp.get(nic)!;
    const { trace } = this.#stack.world;
    const before = trace.cause;
    this.#recordAll(() => cache.pollEvent());
    for (let ip = cache.pollTransmit(); ip !== undefined; ip = cache.pollTransmit()) {
      if (nic.address !== undefined) this.#sendArp(nic, ARP_REQUEST, MAC_BROADCAST, ip, 0);
    }
    const learned = trace.cause;
    for (let ip = cache.pollResolved(); ip !== undefined; ip = cache.pollResolved()) {
      trace.cause = learned;
      this.resolved(nic, ip, cache.lookup(ip, this.#stack.world.kernel.now)!);
    }
    for (let ip = cache.pollFailed(); ip !== undefined; ip = cache.pollFailed()) {
      trace.cause = learned;
      this.failed(nic, ip);
    }
    trace.cause = before;
    this.#timers.get(nic)!.set(cache.pollTimeout());
  }

  #recordAll(poll: () => MachineEvent | undefined): void {
    const { trace } = this.#stack.world;
    for (let event = poll(); event; event = poll()) {
      const id = this.#stack.record(event);
      if (id !== NONE) trace.cause = id;
    }
  }

  #arpTimeout(nic: Nic): void {
    this.#arp.get(nic)!.handleTimeout(this.#stack.world.kernel.now);
    this.#drainArp(nic);
  }
}

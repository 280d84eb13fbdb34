/**
 * The internet layer of a machine: interfaces with addresses, ARP, routing, forwarding, ICMP.
 *
 * A host and a router are the same stack; forwarding is a switch, NAT a part that may be put in. Checked on receipt:
 * version, lengths, header checksum, time to live (RFC 1812 §5.2.2, §5.3.1). Errors are sent after RFC 1122 §3.2.2 and
 * RFC 1812 §4.3, at any rate (§4.3.2.8 wants a limit). Left out: fragmentation and reassembly (a fragment is refused and says so), options (ignored),
 * multicast, redirects.
 */

import {
  formatIp4,
  IP4_BROADCAST,
  type Ip4,
  inCidr4,
  MAC_BROADCAST,
  type Mac,
  mask4,
} from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { adjustChecksum, checksumAdd, checksumFinish } from '../base/checksum.ts';
import { ArpCache, type ArpRow } from '../proto/arp.ts';
import { Timer } from '../sim/timer.ts';
import type { World } from '../sim/world.ts';
import type { MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { ARP_LENGTH, ARP_REPLY, ARP_REQUEST, arp, isArpForIpv4, writeArp } from '../wire/arp.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ethernet,
  isGroupMac,
  writeEthernet,
} from '../wire/ethernet.ts';
import {
  encodeIcmpError,
  ICMP_ECHO,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  isIcmpError,
  UNREACHABLE_FRAGMENTATION_NEEDED,
  UNREACHABLE_HOST,
  UNREACHABLE_NET,
  UNREACHABLE_PROTOCOL,
} from '../wire/icmp.ts';
import {
  IPV4_DF,
  IPV4_HEADER,
  ipv4,
  ipv4ChecksumOk,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  writeIpv4,
} from '../wire/ipv4.ts';
import type { Nat } from './nat.ts';
import type { Nic, Node } from './nic.ts';
import { networkText, RoutingTable } from './route.ts';

/** A transport protocol of a machine: takes the payload of a datagram that is for it. */
export interface Transport {
  readonly protocol: number;
  /** `bytes[at, at + length)` is the payload; the frame is let go after the call. */
  receive(bytes: Bytes, at: number, length: number, source: Ip4, destination: Ip4, datagramAt: number): void;
  /** An ICMP error about a datagram of ours; `at` is where its ICMP header is. */
  handleIcmp(bytes: Bytes, at: number, end: number): void;
}

/** Space before a transport header in a frame that {@link IpStack.send} completes. */
export const TRANSPORT_OFFSET = ETHERNET_HEADER + IPV4_HEADER;

const MAX_WAITING = 16;
const DEFAULT_TTL = 64;

interface Waiting {
  readonly frame: number;
  readonly cause: number;
}

export class IpStack implements Node {
  readonly name: string;
  readonly world: World;
  readonly nodeId: number;
  readonly nics: Nic[] = [];
  readonly routes = new RoutingTable();
  readonly isForwarding: boolean;
  isOn = true;
  nat: Nat | undefined;
  readonly #arp = new Map<Nic, ArpCache>();
  readonly #arpTimers = new Map<Nic, Timer>();
  readonly #waiting = new Map<Ip4, Waiting[]>();
  readonly #transports: (Transport | undefined)[] = new Array(256).fill(undefined);
  readonly #kinds = new Map<string, number>();
  #identification: number;

  constructor(world: World, name: string, isForwarding: boolean) {
    this.world = world;
    this.name = name;
    this.nodeId = world.trace.node(name);
    this.isForwarding = isForwarding;
    this.#identification = world.random(`${name}/ip-id`).below(0x1_0000);
  }

  addNic(nic: Nic, address: Ip4, prefixLength: number): void {
    nic.address = address;
    nic.prefixLength = prefixLength;
    this.nics.push(nic);
    this.#arp.set(nic, new ArpCache(nic.name));
    this.#arpTimers.set(nic, new Timer(this.world.kernel, () => this.#arpTimeout(nic)));
    this.routes.add({ network: { address, prefixLength }, nic, gateway: undefined });
  }

  /** Puts a neighbour's address into the ARP table of the interface that faces it, until it is forgotten. */
  learn(address: Ip4, mac: Mac): void {
    const nic = this.routes.lookup(address)?.nic;
    if (!nic) return;
    this.#arp.get(nic)!.learn(address, mac);
    this.#drainArp(nic);
  }

  addTransport(transport: Transport): void {
    this.#transports[transport.protocol] = transport;
  }

  /** Records a machine's event under this node. */
  record(event: MachineEvent): number {
    let kind = this.#kinds.get(event.kind);
    if (kind === undefined) {
      kind = this.world.trace.kind(event.kind, 'requests');
      this.#kinds.set(event.kind, kind);
    }
    return this.world.trace.recordDetail(this.world.now, kind, this.nodeId, event.detail);
  }

  isLocal(address: number): boolean {
    const { nics } = this;
    for (let i = 0; i < nics.length; i++) if (nics[i]!.address === address) return true;
    return false;
  }

  /** The address that a datagram to `destination` would come from, or undefined without a route. */
  sourceFor(destination: Ip4): Ip4 | undefined {
    return this.isLocal(destination) ? destination : this.routes.lookup(destination)?.nic.address;
  }

  /** Largest datagram that leaves towards `destination` in one piece. */
  mtuFor(destination: Ip4): number {
    return this.routes.lookup(destination)?.nic.mtu ?? 1500;
  }

  /** Links that this machine forgets its state, as after a restart. */
  clear(): void {
    for (const cache of this.#arp.values()) cache.clear();
    for (const nic of this.nics) this.#drainArp(nic);
    for (const waiting of this.#waiting.values())
      for (const { frame } of waiting) this.world.trace.frames.release(frame);
    this.#waiting.clear();
    this.nat?.clear();
  }

  arpRows(): Map<string, ArpRow> {
    const rows = new Map<string, ArpRow>();
    for (const cache of this.#arp.values()) for (const [key, row] of cache.rows()) rows.set(key, row);
    return rows;
  }

  routeRows(): readonly { network: string; interface: string; gateway: string }[] {
    return this.routes.routes.map((route) => ({
      network: networkText(route.network),
      interface: route.nic.name,
      gateway: route.gateway === undefined ? 'on the link' : formatIp4(route.gateway),
    }));
  }

  /**
   * Sends the frame whose transport part (of `length` bytes) stands at {@link TRANSPORT_OFFSET}: writes the IPv4 and
   * Ethernet headers in front of it. Takes over the caller's hold. False when there is no route.
   */
  send(
    frame: number,
    length: number,
    protocol: number,
    source: Ip4,
    destination: Ip4,
    ttl = DEFAULT_TTL,
  ): boolean {
    const { frames } = this.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    this.#identification = (this.#identification + 1) & 0xffff;
    writeIpv4(
      bytes,
      at + ETHERNET_HEADER,
      length,
      this.#identification,
      IPV4_DF,
      ttl,
      protocol,
      source,
      destination,
    );
    frames.resize(frame, TRANSPORT_OFFSET + length);
    if (this.isLocal(destination)) {
      this.#loopBack(frame);
      return true;
    }
    return this.#route(frame, destination);
  }

  /** Sends an ICMP message of this machine's own. */
  sendIcmp(message: Bytes, source: Ip4 | undefined, destination: Ip4): void {
    const { frames } = this.world.trace;
    const from = source ?? this.sourceFor(destination);
    if (from === undefined) return;
    const frame = frames.alloc(TRANSPORT_OFFSET + message.length);
    frames.slab(frame).set(message, frames.at(frame) + TRANSPORT_OFFSET);
    this.send(frame, message.length, PROTOCOL_ICMP, from, destination);
  }

  /** Tells the sender of the datagram at `at` that something is wrong with it, unless RFC 1122 §3.2.2 forbids it. */
  sendError(type: number, code: number, word: number, bytes: Bytes, at: number, reason: string): void {
    const protocol = ipv4.get.protocol(bytes, at);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at);
    const header = ipv4HeaderLength(bytes, at);
    if (protocol === PROTOCOL_ICMP && isIcmpError(bytes[at + header]!)) return;
    if (
      !isOneHost(source) ||
      this.#isBroadcast(source) ||
      ipv4.get.fragmentOffset(bytes, at) !== 0 ||
      this.#isBroadcast(destination)
    )
      return;
    const end = at + ipv4.get.totalLength(bytes, at);
    this.record({ kind: 'icmp.error', detail: { type, code, to: formatIp4(source), reason } });
    this.sendIcmp(encodeIcmpError(type, code, word, bytes, at, end), undefined, source);
  }

  frameArrived(nic: Nic, frame: number): void {
    const { frames } = this.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    const end = at + frames.size(frame);
    if (!nic.accepts(ethernet.get.destination(bytes, at))) {
      nic.refuse(frame, 'not for this machine');
      return;
    }
    const type = ethernet.get.type(bytes, at);
    if (type === ETHERTYPE_IPV4) this.#datagram(nic, frame, bytes, at + ETHERNET_HEADER, end);
    else if (type === ETHERTYPE_ARP) this.#arpPacket(nic, bytes, at + ETHERNET_HEADER, end);
    else nic.refuse(frame, 'unknown EtherType');
  }

  #datagram(nic: Nic, frame: number, bytes: Bytes, at: number, end: number): void {
    const fault = ipv4Fault(bytes, at, end);
    if (fault !== undefined || !ipv4ChecksumOk(bytes, at)) {
      nic.refuse(frame, fault ?? 'wrong IPv4 checksum');
      return;
    }
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const isForAll = isGroupMac(ethernet.get.destination(bytes, at - ETHERNET_HEADER));
    if (isForAll && destination !== IP4_BROADCAST && !this.#isSubnetBroadcast(nic, destination)) {
      // neither taken (RFC 1122 §3.3.6) nor sent on (RFC 1812 §5.3.4)
      nic.refuse(frame, 'a frame for everybody with a datagram for one');
    } else if (this.isLocal(destination)) {
      if (this.nat?.isOutside(nic)) {
        const translated = this.#copyForward(frame);
        if (this.nat.inbound(frames(this).slab(translated), frames(this).at(translated) + ETHERNET_HEADER)) {
          this.#forward(nic, frame, translated);
          return;
        }
        frames(this).release(translated);
        if (this.#isUnasked(bytes, at)) {
          nic.refuse(frame, 'no flow from inside matches');
          return;
        }
      }
      this.#deliver(nic, frame, bytes, at);
    } else if (destination === IP4_BROADCAST || this.#isSubnetBroadcast(nic, destination)) {
      this.#deliver(nic, frame, bytes, at);
    } else if (this.isForwarding) {
      this.#forward(nic, frame, undefined);
    } else {
      nic.refuse(frame, 'not this machine’s address, and it does not forward');
    }
  }

  /** For nothing on this machine itself: a translator may drop it in silence (RFC 5382 REQ-4a). */
  #isUnasked(bytes: Bytes, at: number): boolean {
    const protocol = ipv4.get.protocol(bytes, at);
    return protocol !== PROTOCOL_ICMP && !this.#transports[protocol];
  }

  #isBroadcast(destination: number): boolean {
    return (
      destination === IP4_BROADCAST || this.nics.some((nic) => this.#isSubnetBroadcast(nic, destination))
    );
  }

  #isSubnetBroadcast(nic: Nic, destination: number): boolean {
    if (nic.address === undefined || nic.prefixLength > 30) return false;
    return (
      inCidr4(destination, { address: nic.address, prefixLength: nic.prefixLength }) &&
      (destination | mask4(nic.prefixLength)) >>> 0 === 0xffff_ffff
    );
  }

  #deliver(nic: Nic, frame: number, bytes: Bytes, at: number): void {
    if (ipv4.get.fragmentOffset(bytes, at) !== 0 || (bytes[at + 6]! & 0x20) !== 0) {
      nic.refuse(frame, 'a fragment; reassembly is not implemented');
      return;
    }
    const header = ipv4HeaderLength(bytes, at);
    const total = ipv4.get.totalLength(bytes, at);
    const protocol = ipv4.get.protocol(bytes, at);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    if (protocol === PROTOCOL_ICMP) {
      this.#icmp(nic, frame, bytes, at + header, at + total, source, destination);
      return;
    }
    const transport = this.#transports[protocol];
    if (transport) transport.receive(bytes, at + header, total - header, source, destination, at);
    else {
      nic.refuse(frame, `no program for protocol ${protocol}`);
      this.sendError(ICMP_UNREACHABLE, UNREACHABLE_PROTOCOL, 0, bytes, at, 'protocol unreachable');
    }
  }

  #icmp(nic: Nic, frame: number, bytes: Bytes, at: number, end: number, source: Ip4, destination: Ip4): void {
    if (end - at < 8 || checksumFinish(checksumAdd(0, bytes, at, end - at)) !== 0) {
      nic.refuse(frame, end - at < 8 ? 'truncated ICMP' : 'wrong ICMP checksum');
      return;
    }
    const type = bytes[at]!;
    if (type === ICMP_ECHO) {
      const reply = bytes.slice(at, end);
      reply[0] = 0;
      reply[2] = 0;
      reply[3] = 0;
      const sum = checksumFinish(checksumAdd(0, reply, 0, reply.length));
      reply[2] = sum >>> 8;
      reply[3] = sum;
      this.sendIcmp(reply, this.isLocal(destination) ? destination : undefined, source);
    } else if (isIcmpError(type) && end - at >= 36) {
      const protocol = ipv4.get.protocol(bytes, at + 8);
      this.#transports[protocol]?.handleIcmp(bytes, at, end);
    } else {
      this.#transports[PROTOCOL_ICMP]?.receive(bytes, at, end - at, source, destination, at);
    }
  }

  /** Sends a datagram on. `translated` is the copy that NAT has rewritten already, or undefined. */
  #forward(nic: Nic, frame: number, translated: number | undefined): void {
    const store = frames(this);
    const received = store.slab(frame);
    const receivedAt = store.at(frame) + ETHERNET_HEADER;
    const ttl = ipv4.get.ttl(received, receivedAt);
    if (ttl <= 1) {
      nic.refuse(frame, 'time to live ran out');
      if (translated !== undefined) store.release(translated);
      this.sendError(ICMP_TIME_EXCEEDED, 0, 0, received, receivedAt, 'time to live ran out');
      return;
    }
    const copy = translated ?? this.#copyForward(frame);
    const bytes = store.slab(copy);
    const at = store.at(copy) + ETHERNET_HEADER;
    decrementTtl(bytes, at);
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const route = this.routes.lookup(destination);
    if (!route) {
      nic.refuse(frame, 'no route');
      store.release(copy);
      this.sendError(ICMP_UNREACHABLE, UNREACHABLE_NET, 0, received, receivedAt, 'no route');
      return;
    }
    if (store.size(copy) - ETHERNET_HEADER > route.nic.mtu) {
      nic.refuse(frame, `larger than the next link’s ${route.nic.mtu} bytes`);
      store.release(copy);
      this.sendError(
        ICMP_UNREACHABLE,
        UNREACHABLE_FRAGMENTATION_NEEDED,
        route.nic.mtu,
        received,
        receivedAt,
        'too big for the next link',
      );
      return;
    }
    if (translated === undefined && this.nat?.isOutside(route.nic)) {
      const problem = this.nat.outbound(bytes, at);
      if (problem !== undefined) {
        nic.refuse(frame, problem);
        store.release(copy);
        return;
      }
    }
    this.#route(copy, destination);
  }

  #copyForward(frame: number): number {
    return frames(this).copy(frame);
  }

  /** Finds the neighbour for a complete datagram and sends it, or lets it wait for ARP. */
  #route(frame: number, destination: Ip4): boolean {
    const store = frames(this);
    const route = this.routes.lookup(destination);
    if (!route) {
      this.nics[0]?.refuse(frame, 'no route');
      store.release(frame);
      return false;
    }
    const nextHop = route.gateway ?? destination;
    const cache = this.#arp.get(route.nic)!;
    const now = this.world.kernel.now;
    const mac = cache.lookup(nextHop, now);
    if (mac !== undefined) {
      this.#transmit(route.nic, frame, mac);
      return true;
    }
    const waiting = this.#waiting.get(nextHop) ?? [];
    if (waiting.length >= MAX_WAITING) {
      route.nic.refuse(frame, 'too many packets wait for ARP');
      store.release(frame);
      return true;
    }
    waiting.push({ frame, cause: this.world.trace.cause });
    this.#waiting.set(nextHop, waiting);
    cache.ask(nextHop, now);
    this.#drainArp(route.nic);
    return true;
  }

  #transmit(nic: Nic, frame: number, mac: Mac): void {
    const store = frames(this);
    writeEthernet(store.slab(frame), store.at(frame), mac, nic.mac, ETHERTYPE_IPV4);
    nic.send(frame);
  }

  #arpPacket(nic: Nic, bytes: Bytes, at: number, end: number): void {
    if (!isArpForIpv4(bytes, at, end)) return;
    const cache = this.#arp.get(nic)!;
    const senderIp = arp.get.senderIp(bytes, at) as Ip4;
    const senderMac = arp.get.senderMac(bytes, at) as Mac;
    const isForUs = arp.get.targetIp(bytes, at) === nic.address;
    cache.handle(senderIp, senderMac, isForUs, this.world.kernel.now);
    const operation = arp.get.operation(bytes, at);
    this.#drainArp(nic);
    if (operation === ARP_REQUEST && isForUs) this.#sendArp(nic, ARP_REPLY, senderMac, senderIp, senderMac);
  }

  #sendArp(nic: Nic, operation: number, to: Mac, targetIp: Ip4, targetMac: number): void {
    const store = frames(this);
    const frame = store.alloc(ETHERNET_HEADER + ARP_LENGTH);
    const bytes = store.slab(frame);
    const at = store.at(frame);
    writeEthernet(bytes, at, to, nic.mac, ETHERTYPE_ARP);
    writeArp(bytes, at + ETHERNET_HEADER, operation, nic.mac, nic.address!, targetMac, targetIp);
    nic.send(frame);
  }

  /** Does what the ARP machine of an interface asks for: events, requests, packets that waited. */
  #drainArp(nic: Nic): void {
    const cache = this.#arp.get(nic)!;
    const { trace } = this.world;
    const before = trace.cause;
    for (let event = cache.pollEvent(); event; event = cache.pollEvent()) {
      const id = this.record(event);
      if (id !== NONE) trace.cause = id;
    }
    for (let ip = cache.pollTransmit(); ip !== undefined; ip = cache.pollTransmit()) {
      this.#sendArp(nic, ARP_REQUEST, MAC_BROADCAST, ip, 0);
    }
    const learned = trace.cause;
    for (let ip = cache.pollResolved(); ip !== undefined; ip = cache.pollResolved()) {
      const mac = cache.lookup(ip, this.world.kernel.now)!;
      for (const { frame } of this.#takeWaiting(ip)) {
        trace.cause = learned;
        this.#transmit(nic, frame, mac);
      }
    }
    for (let ip = cache.pollFailed(); ip !== undefined; ip = cache.pollFailed()) this.#arpFailed(nic, ip);
    trace.cause = before;
    this.#arpTimers.get(nic)!.set(cache.pollTimeout());
  }

  #arpFailed(nic: Nic, ip: Ip4): void {
    const store = frames(this);
    const { trace } = this.world;
    const failed = trace.cause;
    for (const { frame } of this.#takeWaiting(ip)) {
      trace.cause = failed;
      nic.refuse(frame, `nobody answered for ${formatIp4(ip)}`);
      const bytes = store.slab(frame);
      const at = store.at(frame) + ETHERNET_HEADER;
      const source = ipv4.get.source(bytes, at) as Ip4;
      if (this.isLocal(source)) this.#unreachableHere(bytes, at);
      else
        this.sendError(
          ICMP_UNREACHABLE,
          UNREACHABLE_HOST,
          0,
          bytes,
          at,
          `nobody answered for ${formatIp4(ip)}`,
        );
      store.release(frame);
    }
  }

  /** The datagram was our own: its transport learns it at once, as from an ICMP error. */
  #unreachableHere(bytes: Bytes, at: number): void {
    const end = at + ipv4.get.totalLength(bytes, at);
    const message = encodeIcmpError(ICMP_UNREACHABLE, UNREACHABLE_HOST, 0, bytes, at, end);
    this.#transports[ipv4.get.protocol(bytes, at)]?.handleIcmp(message, 0, message.length);
  }

  #takeWaiting(ip: Ip4): readonly Waiting[] {
    const waiting = this.#waiting.get(ip) ?? [];
    this.#waiting.delete(ip);
    return waiting;
  }

  #arpTimeout(nic: Nic): void {
    this.#arp.get(nic)!.handleTimeout(this.world.kernel.now);
    this.#drainArp(nic);
  }

  /** A datagram to ourselves: delivered as an event of its own, without touching a link. */
  #loopBack(frame: number): void {
    const { kernel, trace } = this.world;
    kernel.call(kernel.now, () => {
      const bytes = trace.frames.slab(frame);
      const nic = this.nics[0]!;
      if (this.isOn) this.#deliver(nic, frame, bytes, trace.frames.at(frame) + ETHERNET_HEADER);
      trace.frames.release(frame);
    });
  }
}

/** Not "this host", loopback, multicast, reserved or broadcast: the sources that RFC 1122 §3.2.2 names. */
function isOneHost(address: number): boolean {
  const first = address >>> 24;
  return address !== 0 && first !== 127 && first < 224;
}

function frames(stack: IpStack) {
  return stack.world.trace.frames;
}

/** One hop less, with the checksum corrected rather than computed anew (RFC 1624 §3, equation 3). */
function decrementTtl(bytes: Bytes, at: number): void {
  const before = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  bytes[at + 8]!--;
  const after = (bytes[at + 8]! << 8) | bytes[at + 9]!;
  ipv4.set.checksum(bytes, at, adjustChecksum(ipv4.get.checksum(bytes, at), before, after));
}

/**
 * The internet layer of a machine: its interfaces and addresses, its routes, and the two protocols on them.
 *
 * A host and a router are the same stack; forwarding is a switch, NAT and a packet filter are parts that may be put
 * in. Here is what both families share: which addresses are ours, which route leads where, which source a datagram
 * gets (RFC 1122 §3.3.4.3, RFC 6724), how large it may be, who takes what arrives. IPv4 lies in ip4-layer.ts, IPv6 in
 * ip6-layer.ts, ARP and neighbour discovery in neighbours.ts.
 */
import { IP4_BROADCAST, type Ip4, type Mac } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { type Cidr, formatCidr, networkOf, cidr as prefix } from '../../base/cidr.ts';
import { Misuse } from '../../base/errors.ts';
import { type Family, formatIp, type Ip } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import type { EmitFragment } from '../../proto/ip/fragment.ts';
import { type IcmpIntervals, IcmpLimit } from '../../proto/ip/icmp-limit.ts';
import { PathMtuCache } from '../../proto/ip/path-mtu.ts';
import { Reassembler } from '../../proto/ip/reassembly.ts';
import { Timer } from '../../sim/timer.ts';
import type { World } from '../../sim/world.ts';
import type { MachineEvent } from '../../trace/event.ts';
import { MAX_FRAME } from '../../trace/frames.ts';
import { NONE } from '../../trace/log.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ethernet,
  isGroupMac,
} from '../../wire/ethernet.ts';
import { ICMP6_PARAMETER_PROBLEM } from '../../wire/icmp6-code.ts';
import { ipv4, PROTOCOL_ICMP } from '../../wire/ipv4.ts';
import { PROTOCOL_ICMP6, type UpperLayer } from '../../wire/ipv6-extension.ts';
import type { FilterChain, FilterHook, Objection } from '../filter/filter-hook.ts';
import { Nic, type Node } from '../link/nic.ts';
import type { Nat } from '../nat/nat.ts';
import type { IcmpReport } from './icmp-report.ts';
import { Ip4Layer } from './ip4-layer.ts';
import { Ip6Layer } from './ip6-layer.ts';
import { Neighbours } from './neighbours.ts';
import { type Route, type RouteSpec, RoutingTable, routeRow } from './route.ts';
import { DEFAULT_HOP_LIMIT, type SendOptions, type SendProblem, type Transport } from './transport.ts';

/** A loopback interface has room for the largest datagram and more, as Linux's has. */
export const LOOPBACK_MTU = 65_536;
export const IP4_LOOPBACK = 0x7f00_0001 as Ip4;
export const IP6_LOOPBACK = '::1' as Ip6;

/** Where the first fragment of a datagram came in, and the event that brought it. */
interface FirstPiece {
  readonly nic: Nic;
  readonly cause: number;
}

export class IpStack implements Node {
  readonly name: string;
  readonly world: World;
  readonly nodeId: number;
  readonly nics: Nic[] = [];
  /** Where datagrams to ourselves are said to arrive. It has no cable. */
  readonly loopback: Nic;
  readonly routes = new RoutingTable();
  readonly isForwarding: boolean;
  readonly maxFrame = MAX_FRAME;
  readonly neighbours: Neighbours;
  readonly v4: Ip4Layer;
  readonly v6: Ip6Layer;
  readonly pathMtu = new PathMtuCache();
  isOn = true;
  nat: Nat | undefined;
  filter: FilterHook | undefined;
  readonly #errorLimit: IcmpLimit;
  readonly #reassembler = new Reassembler<FirstPiece>();
  readonly #reassemblyTimer: Timer;
  readonly #transports: (Transport | undefined)[] = new Array(256).fill(undefined);
  readonly #kinds = new Map<string, number>();

  constructor(world: World, name: string, isForwarding: boolean, icmpIntervals?: IcmpIntervals) {
    this.world = world;
    this.name = name;
    this.nodeId = world.trace.node(name);
    this.isForwarding = isForwarding;
    this.#errorLimit = new IcmpLimit(icmpIntervals);
    this.loopback = new Nic(world, this, 'lo', 0 as Mac);
    this.loopback.setAddress({ address: IP4_LOOPBACK, prefixLength: 8 });
    this.neighbours = new Neighbours(this);
    this.v4 = new Ip4Layer(this);
    this.v6 = new Ip6Layer(this);
    this.#reassemblyTimer = new Timer(world.kernel, () => this.#reassemblyTimeout());
  }

  addNic(nic: Nic): void {
    this.nics.push(nic);
    this.neighbours.addNic(nic);
  }

  /** Gives an interface an address, and the route to its neighbours that comes with it. */
  addAddress(nic: Nic, { address, prefixLength }: Cidr): void {
    if (typeof address !== 'number') {
      this.v6.addAddress(nic, address, prefixLength);
      return;
    }
    if (nic.address !== undefined) throw new Misuse(`${this.name} ${nic.name} has an IPv4 address already`);
    nic.setAddress({ address, prefixLength });
    this.record({
      kind: 'address.add',
      detail: {
        interface: nic.name,
        address: formatIp(address),
        prefixLength,
        origin: 'static',
        state: 'preferred',
      },
    });
    this.addConnected(nic, prefix(address, prefixLength));
  }

  /** The route to the neighbours of an interface on a network, which several addresses may share. */
  addConnected(nic: Nic, network: Cidr): void {
    const isThere = this.routes.routes.some(
      (one) =>
        one.nic === nic &&
        one.origin === 'kernel' &&
        formatCidr(one.network) === formatCidr(networkOf(network)),
    );
    if (!isThere) this.addRoute({ network, nic, origin: 'kernel' });
  }

  addRoute(spec: RouteSpec): Route {
    const route = this.routes.add(spec);
    this.record({ kind: 'route.add', detail: { ...routeRow(route) } });
    return route;
  }

  removeRoute(route: Route): void {
    this.routes.remove(route);
    this.record({ kind: 'route.remove', detail: { ...routeRow(route) } });
  }

  /** Puts a neighbour's address into the table of the interface that faces it, until it is forgotten. */
  learn(address: Ip, mac: Mac): void {
    const nic = this.routes.lookup(address)?.nic;
    if (nic) this.neighbours.learn(nic, address, mac);
  }

  addTransport(protocol: number, transport: Transport): void {
    this.#transports[protocol] = transport;
  }

  transport(protocol: number): Transport | undefined {
    return this.#transports[protocol];
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

  /** Records a machine's event, and makes it the cause of what follows in this callback. */
  because(event: MachineEvent): number {
    const id = this.record(event);
    if (id !== NONE) this.world.trace.cause = id;
    return id;
  }

  isLocal(address: Ip): boolean {
    const { nics } = this;
    if (typeof address === 'number') {
      for (let i = 0; i < nics.length; i++) if (nics[i]!.address === address) return true;
      return address >>> 24 === 127;
    }
    for (let i = 0; i < nics.length; i++) if (nics[i]!.owns6(address)) return true;
    return address === IP6_LOOPBACK;
  }

  /** Everybody at once: on a network of ours, or wherever this is heard. IPv6 knows nothing like it. */
  isBroadcast(address: Ip): boolean {
    if (typeof address !== 'number') return false;
    if (address === IP4_BROADCAST) return true;
    const { nics } = this;
    for (let i = 0; i < nics.length; i++) if (nics[i]!.broadcast === address) return true;
    return false;
  }

  /** Whether a translator on this machine has given the port of this address away: then no program here can use it. */
  isTranslated(protocol: number, address: Ip, port: number): boolean {
    return typeof address === 'number' && (this.nat?.isMapped(protocol, address, port) ?? false);
  }

  /** The address that a datagram to `destination` would come from, or undefined without a route. */
  sourceFor(destination: Ip, via?: Nic): Ip | undefined {
    // all of 127.0.0.0/8 is ours, and hears from one address of it
    if (typeof destination === 'number' && destination >>> 24 === 127) return IP4_LOOPBACK;
    if (this.isLocal(destination)) return destination;
    if (typeof destination !== 'number') return this.v6.sourceFor(destination, via);
    return (via ?? this.routes.lookup(destination)?.nic)?.address;
  }

  /** Largest datagram that gets to `destination` in one piece, as far as this machine knows. */
  mtuFor(destination: Ip): number {
    if (this.isLocal(destination)) return LOOPBACK_MTU;
    const nic = this.routes.lookup(destination)?.nic;
    const link = !nic ? 1500 : typeof destination === 'number' ? nic.mtu : nic.mtu6;
    return this.pathMtu.lookup(destination, link, this.world.now);
  }

  /** Takes a router's word for the size that fits; whoever calls this has made sure that the word is about its own. */
  learnMtu({ quoted, quotedAt, mtu, kind, bytes }: IcmpReport): void {
    const { destination } = quoted;
    const nic = this.routes.lookup(destination)?.nic;
    if (kind !== 'too-big' || !nic) return;
    const isV4 = typeof destination === 'number';
    const length = isV4 ? ipv4.get.totalLength(bytes, quotedAt) : Number.MAX_SAFE_INTEGER;
    this.pathMtu.learn(destination, mtu, length, isV4 ? nic.mtu : nic.mtu6, this.world.now);
    for (let event = this.pathMtu.pollEvent(); event; event = this.pathMtu.pollEvent()) this.because(event);
  }

  /**
   * Sends the frame whose transport part (of `length` bytes) stands at `transportOffset(destination)`: writes the
   * headers in front of it. Takes over the caller's hold. False when it cannot leave.
   */
  send(
    frame: number,
    length: number,
    protocol: number,
    source: Ip,
    destination: Ip,
    hopLimit = DEFAULT_HOP_LIMIT,
    trafficClass = 0,
  ): boolean {
    return typeof destination === 'number'
      ? this.v4.send(
          frame,
          length,
          protocol,
          source as Ip4,
          destination,
          hopLimit,
          trafficClass,
          false,
          undefined,
        )
      : this.v6.send(frame, length, protocol, source as Ip6, destination, hopLimit, trafficClass, undefined);
  }

  /** Sends a payload of any size, in fragments where that is allowed. Says why not, if not. */
  sendPayload(
    payload: Bytes,
    protocol: number,
    source: Ip,
    destination: Ip,
    options: SendOptions = {},
  ): SendProblem | undefined {
    return typeof destination === 'number'
      ? this.v4.sendPayload(payload, protocol, source as Ip4, destination, options)
      : this.v6.sendPayload(payload, protocol, source as Ip6, destination, options);
  }

  /** Sends an ICMP message of this machine's own; its checksum is right for IPv4, and filled in for IPv6. */
  sendIcmp(message: Bytes, source: Ip | undefined, destination: Ip, options: SendOptions = {}): void {
    const from = source ?? this.sourceFor(destination, options.via);
    if (from === undefined) return;
    const protocol = typeof destination === 'number' ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
    if (typeof destination !== 'number') this.v6.finishIcmp(message, from as Ip6, destination);
    this.sendPayload(message, protocol, from, destination, options);
  }

  /** Sends an ICMP error, unless its receiver was sent too many lately; about sizes every one counts. */
  sendError(
    message: Bytes,
    source: Ip | undefined,
    receiver: Ip,
    reason: string,
    isAboutSize: boolean,
    options: SendOptions,
  ): void {
    const { trace, now } = this.world;
    const detail = { type: message[0]!, code: message[1]!, to: formatIp(receiver), reason };
    if (!isAboutSize && !this.#errorLimit.allows(receiver, now)) {
      this.record({ kind: 'icmp.limited', detail });
      return;
    }
    const before = trace.cause;
    this.because({ kind: 'icmp.error', detail });
    this.sendIcmp(message, source, receiver, options);
    trace.cause = before;
  }

  /** Hands an ICMP error to the transport whose datagram it is about. Says why nobody believes it, if so. */
  hear(report: IcmpReport | undefined): string | undefined {
    if (!report) return 'an ICMP error that quotes too little';
    if (!this.isLocal(report.quoted.source)) return 'an ICMP error about what another machine sent';
    this.transport(report.quoted.protocol)?.handleIcmp(report);
    return undefined;
  }

  /** What the packet filter has against the datagram at `at`, if anything. */
  objection(
    chain: FilterChain,
    into: Nic | undefined,
    out: Nic | undefined,
    bytes: Bytes,
    at: number,
    family: Family,
  ): Objection | undefined {
    if (!this.filter) return undefined;
    const verdict = this.filter.judge(chain, into?.name, out?.name, bytes, at, family);
    return verdict.action === 'accept' ? undefined : verdict;
  }

  /** A frame with a copy of `content` behind `offset` bytes that are still to be written. */
  frameFor(content: Bytes, offset: number): number {
    const { frames } = this.world.trace;
    const frame = frames.alloc(offset + content.length);
    frames.slab(frame).set(content, frames.at(frame) + offset);
    return frame;
  }

  /** Cuts a datagram of `size` bytes, which lies in `bytes`, and hands the frames of its pieces out in their order. */
  cutUp(
    bytes: Bytes,
    size: number,
    mtu: number,
    cut: (emit: EmitFragment) => number,
    hand: (frame: number, isFirst: boolean) => void,
  ): void {
    const { trace } = this.world;
    const { frames } = trace;
    const pieces: number[] = [];
    cut((header, from, length) => {
      const frame = frames.alloc(ETHERNET_HEADER + header.length + length);
      const to = frames.at(frame) + ETHERNET_HEADER;
      frames.slab(frame).set(header, to);
      frames.slab(frame).set(bytes.subarray(from, from + length), to + header.length);
      pieces.push(frame);
    });
    const before = trace.cause;
    this.because({ kind: 'ip.fragment', detail: { size, mtu, into: pieces.length } });
    for (const [i, frame] of pieces.entries()) hand(frame, i === 0);
    trace.cause = before;
  }

  /** Delivers a datagram to ourselves, as an event of its own that touches no link. Takes over the hold on a frame. */
  toSelf(deliver: () => void, frame?: number): void {
    const { kernel, trace } = this.world;
    kernel.call(kernel.now, () => {
      if (this.isOn) deliver();
      if (frame !== undefined) trace.frames.release(frame);
    });
  }

  frameArrived(nic: Nic, frame: number): void {
    const { frames } = this.world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    const end = at + frames.size(frame);
    const to = ethernet.get.destination(bytes, at);
    if (!nic.accepts(to)) {
      // a card does not trouble its machine with groups that it has not joined
      if (!isGroupMac(to)) nic.refuse(frame, 'not for this machine');
      return;
    }
    const type = ethernet.get.type(bytes, at);
    if (type === ETHERTYPE_IPV4) this.v4.receive(nic, frame, bytes, at + ETHERNET_HEADER, end);
    else if (type === ETHERTYPE_IPV6) this.v6.receive(nic, frame, bytes, at + ETHERNET_HEADER, end);
    else if (type === ETHERTYPE_ARP) this.neighbours.arpArrived(nic, frame, bytes, at + ETHERNET_HEADER, end);
    else nic.refuse(frame, 'unknown EtherType');
  }

  /** One more fragment, its IP header at `at`: the whole datagram when it was the last one missing. */
  reassemble(
    nic: Nic,
    frame: number,
    bytes: Bytes,
    at: number,
    layer?: UpperLayer,
  ): { readonly bytes: Bytes; readonly largest: number } | undefined {
    const { now, trace } = this.world;
    const reassembler = this.#reassembler;
    const piece = { nic, cause: trace.cause };
    const outcome = layer
      ? reassembler.handleIpv6(bytes, at, layer, now, piece)
      : reassembler.handleIpv4(bytes, at, now, piece);
    this.#drainReassembler();
    if (outcome.kind === 'refused') {
      nic.refuse(frame, outcome.reason);
      const { problem, reason } = outcome;
      if (problem && layer)
        this.v6.errors.send(ICMP6_PARAMETER_PROBLEM, problem.code, problem.pointer, bytes, at, reason, nic);
    }
    return outcome.kind === 'whole' ? outcome : undefined;
  }

  #reassemblyTimeout(): void {
    this.#reassembler.handleTimeout(this.world.now);
    this.#drainReassembler();
  }

  /** What became of datagrams: first those whose time ran out, each because of its own first piece. */
  #drainReassembler(): void {
    const reassembler = this.#reassembler;
    const { trace } = this.world;
    const before = trace.cause;
    for (let lost = reassembler.pollExpired(); lost; lost = reassembler.pollExpired()) {
      const { first, source, origin } = lost;
      trace.cause = origin!.cause;
      const event = reassembler.pollEvent();
      if (event) this.because(event);
      // without the piece that names the program, nobody could make anything of an error
      if (first && typeof source === 'number') this.v4.errors.reassemblyTimedOut(origin!.nic, first);
      else if (first) this.v6.errors.reassemblyTimedOut(origin!.nic, first);
    }
    trace.cause = before;
    for (let event = reassembler.pollEvent(); event; event = reassembler.pollEvent()) this.because(event);
    this.#reassemblyTimer.set(reassembler.pollTimeout());
  }

  /** Forgets its state, as after a restart. */
  clear(): void {
    this.neighbours.clear();
    this.#reassembler.clear();
    this.#reassemblyTimer.clear();
    this.#errorLimit.clear();
    this.pathMtu.clear();
    for (let event = this.pathMtu.pollEvent(); event; event = this.pathMtu.pollEvent()) this.record(event);
    this.nat?.clear();
    this.filter?.clear();
    this.v6.clear();
  }
}

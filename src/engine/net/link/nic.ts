/**
 * A network interface: a MAC address, one end of a link, the internet addresses it has, and whoever it belongs to.
 *
 * An address belongs to an interface, not to a machine (RFC 4291 §2.1; RFC 791 §2.3 gives each interface of a host
 * addresses of its own). One IPv4 address at most; any number of IPv6 addresses, each with its state and lifetimes.
 */
import { type Cidr4, type Ip4, MAC_BROADCAST, type Mac, mask4 } from '../../base/address.ts';
import { Misuse } from '../../base/errors.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { MAX_FRAME } from '../../trace/frames.ts';
import { ETHERNET_HEADER, isGroupMac } from '../../wire/ethernet.ts';
import type { Channel, Receiver } from './link.ts';

/** A machine, as its interfaces see it. */
export interface Node {
  readonly name: string;
  /** Off machines hear nothing. */
  readonly isOn: boolean;
  /** The frame is let go after the call; it may not be changed. */
  frameArrived(nic: Nic, frame: number): void;
}

export type AddressState = 'tentative' | 'preferred' | 'deprecated' | 'duplicate';
export type AddressOrigin = 'static' | 'link-local' | 'slaac';

/** An IPv6 address of an interface. */
export interface Address6 {
  readonly address: Ip6;
  readonly prefixLength: number;
  readonly state: AddressState;
  readonly origin: AddressOrigin;
  /** Kernel times; {@link NEVER} for addresses without a lifetime. */
  readonly preferredUntil: Nanoseconds;
  readonly validUntil: Nanoseconds;
}

/** Every IPv6 link carries packets of this size (RFC 8200 §5). */
export const MIN_MTU_V6 = 1280;

export class Nic implements Receiver {
  readonly name: string;
  readonly nodeName: string;
  readonly mac: Mac;
  readonly addresses6: Address6[] = [];
  /** A smaller size for IPv6, where a router has advertised one (RFC 4861 §4.6.4). */
  advertisedMtu: number | undefined;
  /** Set on a router: SYNs that pass here announce no larger segments than this link carries. */
  clampsMss = false;
  #address: Ip4 | undefined;
  #prefixLength = 32;
  #broadcast = -1;
  #mtu = 1500;
  /** Link-layer groups that this card listens to. */
  readonly #groups = new Set<number>();
  readonly #world: World;
  readonly #node: Node;
  readonly #nodeId: number;
  readonly #refused: number;
  #out: Channel | undefined;

  constructor(world: World, node: Node, name: string, mac: Mac) {
    this.#world = world;
    this.#node = node;
    this.name = name;
    this.nodeName = node.name;
    this.mac = mac;
    this.#nodeId = world.trace.node(node.name);
    this.#refused = world.trace.kind('frame.refused');
  }

  /** IPv4 address and prefix, on interfaces that have one. */
  get address(): Ip4 | undefined {
    return this.#address;
  }

  get prefixLength(): number {
    return this.#prefixLength;
  }

  /** Everybody on its network; −1 where there is no such address: networks of one or two have none (RFC 3021 §2). */
  get broadcast(): number {
    return this.#broadcast;
  }

  setAddress({ address, prefixLength }: Cidr4): void {
    this.#address = address;
    this.#prefixLength = prefixLength;
    this.#broadcast = prefixLength > 30 ? -1 : (address | ~mask4(prefixLength)) >>> 0;
  }

  /** Largest IP packet that leaves here in one frame. */
  get mtu(): number {
    return this.#mtu;
  }

  /** Throws {@link Misuse} below 68 (RFC 791 §3.2), below 1280 with IPv6, and above what a frame holds. */
  set mtu(bytes: number) {
    const least = this.addresses6.length > 0 ? MIN_MTU_V6 : 68;
    if (!(bytes >= least && bytes + ETHERNET_HEADER <= MAX_FRAME))
      throw new Misuse(`an MTU of ${bytes} bytes`);
    this.#mtu = bytes;
  }

  /** Largest IPv6 packet that leaves here. */
  get mtu6(): number {
    return this.advertisedMtu === undefined ? this.#mtu : Math.min(this.#mtu, this.advertisedMtu);
  }

  attach(out: Channel): void {
    if (this.#out) throw new Misuse(`${this.nodeName} ${this.name} has a link already`);
    this.#out = out;
  }

  get channel(): Channel | undefined {
    return this.#out;
  }

  join(group: number): void {
    this.#groups.add(group);
  }

  leave(group: number): void {
    this.#groups.delete(group);
  }

  /** True when the interface has this IPv6 address, and may use it. */
  owns6(address: Ip6): boolean {
    const { addresses6 } = this;
    for (let i = 0; i < addresses6.length; i++) {
      const one = addresses6[i]!;
      if (one.address === address) return one.state !== 'tentative' && one.state !== 'duplicate';
    }
    return false;
  }

  /** Its link-local address, once it is known to be nobody else's. */
  get linkLocal(): Ip6 | undefined {
    return this.addresses6.find(({ origin, state }) => origin === 'link-local' && state === 'preferred')
      ?.address;
  }

  /** Takes over the caller's hold on the frame. */
  send(frame: number): void {
    if (!this.#out || !this.#node.isOn) {
      this.refuse(frame, this.#out ? 'the machine is off' : 'no cable');
      this.#world.trace.frames.release(frame);
      return;
    }
    this.#out.send(frame);
  }

  receive(frame: number): void {
    if (!this.#node.isOn) {
      this.refuse(frame, 'the machine is off');
      return;
    }
    this.#node.frameArrived(this, frame);
  }

  /** Records that this machine throws the frame away, and why. */
  refuse(frame: number, reason: string): void {
    const { trace, kernel } = this.#world;
    if (trace.full) trace.record(kernel.now, this.#refused, this.#nodeId, frame, trace.text(reason));
  }

  /** True when a frame for `destination` is for this interface. */
  accepts(destination: number): boolean {
    return (
      destination === this.mac ||
      destination === MAC_BROADCAST ||
      (this.#groups.size > 0 && isGroupMac(destination) && this.#groups.has(destination))
    );
  }
}

export function staticAddress6(address: Ip6, prefixLength: number): Address6 {
  return {
    address,
    prefixLength,
    state: 'preferred',
    origin: 'static',
    preferredUntil: NEVER,
    validUntil: NEVER,
  };
}

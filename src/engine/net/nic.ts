/**
 * A network interface: a MAC address, one end of a link, and whoever it belongs to.
 */
import { type Ip4, MAC_BROADCAST, type Mac } from '../base/address.ts';
import { Misuse } from '../base/errors.ts';
import type { World } from '../sim/world.ts';
import { MAX_FRAME } from '../trace/frames.ts';
import { ETHERNET_HEADER } from '../wire/ethernet.ts';
import type { Channel, Receiver } from './link.ts';

/** A machine, as its interfaces see it. */
export interface Node {
  readonly name: string;
  /** Off machines hear nothing. */
  readonly isOn: boolean;
  /** The frame is let go after the call; it may not be changed. */
  frameArrived(nic: Nic, frame: number): void;
}

export class Nic implements Receiver {
  readonly name: string;
  readonly nodeName: string;
  readonly mac: Mac;
  /** IPv4 address and prefix, on machines that have one. */
  address: Ip4 | undefined;
  prefixLength = 32;
  #mtu = 1500;
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

  /** Largest IP packet that leaves here in one frame. */
  get mtu(): number {
    return this.#mtu;
  }

  /** Throws {@link Misuse} below 68 (RFC 791 §3.1) and above what a frame holds. */
  set mtu(bytes: number) {
    if (!(bytes >= 68 && bytes + ETHERNET_HEADER <= MAX_FRAME)) throw new Misuse(`an MTU of ${bytes} bytes`);
    this.#mtu = bytes;
  }

  attach(out: Channel): void {
    if (this.#out) throw new Misuse(`${this.nodeName} ${this.name} has a link already`);
    this.#out = out;
  }

  get channel(): Channel | undefined {
    return this.#out;
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
    return destination === this.mac || destination === MAC_BROADCAST;
  }
}

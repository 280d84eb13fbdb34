/**
 * A door for whole IP packets: a wire from one machine of the world to whoever is outside. What enters by it is an
 * input; what leaves is handed over as bytes.
 *
 * It answers ARP (RFC 826) for every address of its network but the machine's own, and has no other say: it neither
 * counts hops nor looks into packets. Left out: IPv6.
 */
import type { Mac } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { formatIp } from '../../base/ip.ts';
import type { World } from '../../sim/world.ts';
import { ARP_LENGTH, ARP_REPLY, ARP_REQUEST, arp, isArpForIpv4, writeArp } from '../../wire/arp.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ethernet,
  writeEthernet,
} from '../../wire/ethernet.ts';
import type { Host } from '../host.ts';
import type { Nic, Node } from '../link/nic.ts';
import { type Network, nicOf } from '../network.ts';
import type { OutsideNetwork } from './outside-network.ts';

/** What the machine calls its interface that faces the outside. */
export const OUTSIDE_NIC = 'outside';

export class PacketDoor implements Node {
  readonly name = 'outside';
  readonly isOn = true;
  /** Takes each IP packet that leaves; the bytes are its own. */
  onPacket: ((packet: Bytes) => void) | undefined;
  readonly #world: World;
  readonly #wire: Nic;
  /** The machine's card: packets that enter are for it. */
  readonly #card: Mac;
  readonly #near: number;

  constructor(network: Network, machine: Host, { near }: OutsideNetwork) {
    this.#world = network.world;
    this.#near = near;
    this.#wire = network.lead([machine, OUTSIDE_NIC, `${formatIp(near)}/30`], this, { delay: 0 });
    this.#card = nicOf(machine, OUTSIDE_NIC).mac;
  }

  /** Lets a packet in. Larger than the wire's MTU it is a {@link Misuse}; what is wrong with it otherwise, the machine finds. */
  enter(packet: Bytes): void {
    if (packet.length > this.#wire.mtu) throw new Misuse(`a packet of ${packet.length} bytes`);
    const { frames } = this.#world.trace;
    const frame = frames.alloc(ETHERNET_HEADER + packet.length);
    const at = frames.at(frame);
    writeEthernet(frames.slab(frame), at, this.#card, this.#wire.mac, ETHERTYPE_IPV4);
    frames.slab(frame).set(packet, at + ETHERNET_HEADER);
    this.#wire.send(frame);
  }

  frameArrived(nic: Nic, frame: number): void {
    const { frames } = this.#world.trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame) + ETHERNET_HEADER;
    const end = at + frames.size(frame) - ETHERNET_HEADER;
    const type = ethernet.get.type(bytes, at - ETHERNET_HEADER);
    if (type === ETHERTYPE_IPV4) this.onPacket?.(bytes.slice(at, end));
    else if (type === ETHERTYPE_ARP && isArpForIpv4(bytes, at, end)) this.#answer(bytes, at);
    else nic.refuse(frame, 'nothing for the outside');
  }

  #answer(bytes: Bytes, at: number): void {
    const asked = arp.get.targetIp(bytes, at);
    if (arp.get.operation(bytes, at) !== ARP_REQUEST || asked === this.#near) return;
    const mac = arp.get.senderMac(bytes, at) as Mac;
    const { frames } = this.#world.trace;
    const frame = frames.alloc(ETHERNET_HEADER + ARP_LENGTH);
    const slab = frames.slab(frame);
    const to = frames.at(frame);
    writeEthernet(slab, to, mac, this.#wire.mac, ETHERTYPE_ARP);
    const sender = arp.get.senderIp(bytes, at);
    writeArp(slab, to + ETHERNET_HEADER, ARP_REPLY, this.#wire.mac, asked, mac, sender);
    this.#wire.send(frame);
  }
}

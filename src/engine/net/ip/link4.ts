/**
 * What an interface needs to speak IPv4 on its link: the Address Resolution Protocol (RFC 826). The machine (proto/ip/arp)
 * knows no clock and no bytes; here its questions are written and its answers read.
 */
import { type Ip4, MAC_BROADCAST, type Mac } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { ArpCache, type ArpRow } from '../../proto/ip/arp.ts';
import { ARP_LENGTH, ARP_REPLY, ARP_REQUEST, arp, isArpForIpv4, writeArp } from '../../wire/arp.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, writeEthernet } from '../../wire/ethernet.ts';
import type { Nic } from '../link/nic.ts';
import type { IpStack } from './ip-stack.ts';
import { NeighbourDriver } from './neighbour-driver.ts';

export class Link4 {
  readonly #stack: IpStack;
  readonly #nic: Nic;
  readonly #cache: ArpCache;
  readonly #driver: NeighbourDriver<Ip4>;

  constructor(stack: IpStack, nic: Nic) {
    this.#stack = stack;
    this.#nic = nic;
    this.#cache = new ArpCache(nic.name);
    this.#driver = new NeighbourDriver(stack, nic, this.#cache, {
      about: (address) => address,
      ask: (address) => {
        if (nic.address !== undefined) this.#send(ARP_REQUEST, MAC_BROADCAST, address, 0);
      },
    });
  }

  /** The card to send a datagram to, when it is known. */
  lookup(address: Ip4): Mac | undefined {
    return this.#cache.lookup(address, this.#stack.world.now);
  }

  /** Starts asking who has the address. */
  solicit(address: Ip4): void {
    this.#cache.ask(address, this.#stack.world.now);
    this.#driver.drain();
  }

  /** Puts a pair in by hand. */
  learn(address: Ip4, mac: Mac): void {
    this.#cache.learn(address, mac);
    this.#driver.drain();
  }

  /** Takes the ARP packet at `at`. Says why it is refused, if it is. */
  handle(bytes: Bytes, at: number, end: number): string | undefined {
    if (!isArpForIpv4(bytes, at, end)) return 'not ARP as it should be';
    const senderIp = arp.get.senderIp(bytes, at) as Ip4;
    const senderMac = arp.get.senderMac(bytes, at) as Mac;
    const isForUs = arp.get.targetIp(bytes, at) === this.#nic.address;
    this.#cache.handle(senderIp, senderMac, isForUs, this.#stack.world.now);
    this.#driver.drain();
    if (isForUs && arp.get.operation(bytes, at) === ARP_REQUEST)
      this.#send(ARP_REPLY, senderMac, senderIp, senderMac);
    return undefined;
  }

  rows(): Map<string, ArpRow> {
    return this.#cache.rows();
  }

  clear(): void {
    this.#cache.clear();
    this.#driver.drain();
  }

  #send(operation: number, to: Mac, targetIp: Ip4, targetMac: number): void {
    const nic = this.#nic;
    const { frames } = this.#stack.world.trace;
    const frame = frames.alloc(ETHERNET_HEADER + ARP_LENGTH);
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    writeEthernet(bytes, at, to, nic.mac, ETHERTYPE_ARP);
    writeArp(bytes, at + ETHERNET_HEADER, operation, nic.mac, nic.address!, targetMac, targetIp);
    nic.send(frame);
  }
}

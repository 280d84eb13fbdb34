/**
 * What an interface needs to speak IPv6 on its link: its groups and neighbour discovery (RFC 4861 §7), and, where
 * wanted, autoconfiguration (RFC 4862) or, on a router, advertisements (RFC 4861 §6.2): those are in autoconf6.ts.
 *
 * The machine (proto/ip/neighbours6) knows no clock and no bytes; here its questions are written and its answers read. An
 * address given by hand is ours at once: duplicate address detection is for those that an interface makes up itself.
 * Left out: multicast listener reports (switches here flood groups), redirects.
 */
import type { Mac } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { cidr } from '../../base/cidr.ts';
import { Malformed } from '../../base/errors.ts';
import { ip6, isMulticast6 } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import { eui64, joinAddress } from '../../proto/ip/autoconf.ts';
import { macIn, ndFault } from '../../proto/ip/nd-check.ts';
import {
  ALL_NODES,
  ALL_ROUTERS,
  answerTo,
  multicastMac,
  NeighbourCache6,
  type NeighbourRow,
  REACHABLE_TIME,
  RETRANS_TIMER,
  type Solicit,
  solicitedNode,
} from '../../proto/ip/neighbours6.ts';
import { ETHERNET_HEADER } from '../../wire/ethernet.ts';
import { fixIcmp6Checksum, type Icmp6, icmp6 } from '../../wire/icmp6.ts';
import { ND_NEIGHBOUR_ADVERTISEMENT, ND_NEIGHBOUR_SOLICITATION } from '../../wire/icmp6-code.ts';
import { IPV6_HEADER, writeIpv6 } from '../../wire/ipv6.ts';
import { PROTOCOL_ICMP6 } from '../../wire/ipv6-extension.ts';
import { ND_SOURCE_MAC, ND_TARGET_MAC, type NdOption } from '../../wire/nd-option.ts';
import { type Address6, type Nic, staticAddress6 } from '../link/nic.ts';
import type { IpStack } from './ip-stack.ts';
import { NeighbourDriver } from './neighbour-driver.ts';

/** The hop limit that proves a neighbour (RFC 4861 §3.1). */
export const ND_HOP_LIMIT = 255;
export const UNSPECIFIED6 = ip6('::');
const LINK_LOCAL_BITS = 64;

/** A decoded message of neighbour discovery. */
export interface NdMessage {
  readonly message: Icmp6;
  readonly source: Ip6;
  readonly destination: Ip6;
}

/** Takes the messages that autoconfiguration and advertising are about. */
export interface NdListener {
  /** True when the message is about an address that is not ours to answer for yet. */
  handle(message: NdMessage): boolean;
  /** A neighbour that was a router is none any more. */
  demoted(router: Ip6): void;
  /** The machine restarts. */
  clear(): void;
}

export class Link6 {
  readonly nic: Nic;
  readonly stack: IpStack;
  /** Autoconfiguration or advertising, when this interface does either. */
  listener: NdListener | undefined;
  readonly #cache: NeighbourCache6;
  readonly #driver: NeighbourDriver<Solicit>;
  readonly #groups = new Map<Ip6, number>();

  constructor(stack: IpStack, nic: Nic) {
    this.stack = stack;
    this.nic = nic;
    const random = stack.world.random(`${stack.name}/${nic.name}/nd`);
    // between half and one and a half times (RFC 4861 §6.3.2)
    this.#cache = new NeighbourCache6(nic.name, { randomFactor: () => 0.5 + random.float() });
    this.#driver = new NeighbourDriver(stack, nic, this.#cache, {
      about: ({ target }) => target,
      ask: ({ target, to }) => this.#ask(target, to),
    });
    this.join(ALL_NODES);
    if (stack.isForwarding) this.join(ALL_ROUTERS);
  }

  join(group: Ip6): void {
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    this.nic.join(multicastMac(group));
  }

  leave(group: Ip6): void {
    const left = (this.#groups.get(group) ?? 0) - 1;
    if (left > 0) this.#groups.set(group, left);
    else this.#groups.delete(group);
    const mac = multicastMac(group);
    if (![...this.#groups.keys()].some((other) => multicastMac(other) === mac)) this.nic.leave(mac);
  }

  hasJoined(group: Ip6): boolean {
    return this.#groups.has(group);
  }

  isTentative(address: Ip6): boolean {
    return this.nic.addresses6.some((one) => one.address === address && one.state === 'tentative');
  }

  /**
   * Gives the interface an address by hand, and a link-local one of its own card if it has none yet (RFC 4291 §2.1): taken
   * for granted, for it had that long before the run.
   */
  addStatic(address: Ip6, prefixLength: number): void {
    const { trace } = this.stack.world;
    const before = trace.cause;
    if (this.nic.linkLocal === undefined)
      this.#grant({ ...staticAddress6(linkLocalOf(this.nic.mac), LINK_LOCAL_BITS), origin: 'link-local' });
    this.#grant(staticAddress6(address, prefixLength));
    trace.cause = before;
  }

  #grant(address: Address6): void {
    this.put(address);
    this.stack.addConnected(this.nic, cidr(address.address, address.prefixLength));
  }

  /** Adds an address, or gives the one that is there another state or other lifetimes. */
  put(address: Address6, why = 'given by hand'): void {
    const { addresses6, name } = this.nic;
    const at = addresses6.findIndex((one) => one.address === address.address);
    if (at < 0) {
      addresses6.push(address);
      this.join(solicitedNode(address.address));
    } else addresses6[at] = address;
    this.stack.because({
      kind: at < 0 ? 'address.add' : 'address.state',
      detail: { interface: name, ...address, why },
    });
  }

  remove(address: Ip6): void {
    const { addresses6, name } = this.nic;
    const at = addresses6.findIndex((one) => one.address === address);
    if (at < 0) return;
    addresses6.splice(at, 1);
    this.leave(solicitedNode(address));
    this.stack.because({ kind: 'address.remove', detail: { interface: name, address } });
  }

  // ── neighbours ──

  /** The card to send a packet to, when it is known. Puts a neighbour on trial that was not heard for long. */
  lookup(address: Ip6): Mac | undefined {
    const mac = this.#cache.lookup(address, this.stack.world.now);
    if (this.#cache.hasNews) this.#drain();
    return mac;
  }

  /** Starts asking who has the address. */
  solicit(address: Ip6): void {
    this.#cache.ask(address, this.stack.world.now);
    this.#drain();
  }

  learn(address: Ip6, mac: Mac): void {
    this.#cache.learn(address, mac);
    this.#drain();
  }

  /** A transport has heard from this neighbour, or from beyond it. */
  confirm(address: Ip6): void {
    this.#cache.confirm(address, this.stack.world.now);
    this.#drain();
  }

  /** Whether some neighbour is being asked, or about to be: then it is worth knowing who was heard. */
  get isAnyoneOnTrial(): boolean {
    return this.#cache.isAnyoneOnTrial;
  }

  /** Whether nobody has answered for the address, and nobody was heard from it since. */
  hasFailed(address: Ip6): boolean {
    return this.#cache.hasFailed(address);
  }

  rows(): Map<string, NeighbourRow> {
    return this.#cache.rows();
  }

  get cache(): NeighbourCache6 {
    return this.#cache;
  }

  /** Takes the message at `at`, whose checksum and hop limit are right. Says why it is refused, if it is. */
  handle(bytes: Bytes, at: number, end: number, source: Ip6, destination: Ip6): string | undefined {
    let message: Icmp6;
    try {
      message = icmp6.decode(bytes, at, end);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return error.message;
    }
    const fault = ndFault(message, source, destination);
    if (fault !== undefined) return fault;
    const isTaken = this.listener?.handle({ message, source, destination }) ?? false;
    if (isTaken) return undefined;
    if (message.type === ND_NEIGHBOUR_SOLICITATION) this.#solicited(message, source);
    else if (message.type === ND_NEIGHBOUR_ADVERTISEMENT) this.#advertised(message);
    this.#drain();
    return undefined;
  }

  #solicited({ body }: Icmp6, source: Ip6): void {
    const { target, options } = body as { target: Ip6; options: readonly NdOption[] };
    const mac = macIn(options, ND_SOURCE_MAC);
    const owned = this.nic.addresses6.find(({ address }) => address === target);
    if (!owned || owned.state === 'tentative' || owned.state === 'duplicate') return;
    if (source !== UNSPECIFIED6) this.#cache.handleSolicitation(source, mac);
    this.#drain();
    const answer = answerTo(source);
    this.send(target, answer.to, {
      type: ND_NEIGHBOUR_ADVERTISEMENT,
      code: 0,
      checksum: 0,
      body: {
        router: this.stack.isForwarding ? 1 : 0,
        solicited: answer.isSolicited ? 1 : 0,
        override: answer.isOverride ? 1 : 0,
        reserved: 0,
        target,
        options: [{ type: ND_TARGET_MAC, value: this.nic.mac }],
      },
    });
  }

  #advertised({ body }: Icmp6): void {
    const { target, router, solicited, override, options } = body as {
      target: Ip6;
      router: number;
      solicited: number;
      override: number;
      options: readonly NdOption[];
    };
    this.#cache.handleAdvertisement(
      {
        target,
        mac: macIn(options, ND_TARGET_MAC),
        isRouter: router === 1,
        isSolicited: solicited === 1,
        isOverride: override === 1,
      },
      this.stack.world.now,
    );
  }

  /** Sends a message of neighbour discovery: to a group at once, to a neighbour through the cache. */
  send(source: Ip6, destination: Ip6, message: Icmp6, card?: Mac): void {
    const { frames } = this.stack.world.trace;
    const body = icmp6.encode(message);
    fixIcmp6Checksum(body, 0, body.length, source, destination);
    const frame = frames.alloc(ETHERNET_HEADER + IPV6_HEADER + body.length);
    const at = frames.at(frame) + ETHERNET_HEADER;
    const slab = frames.slab(frame);
    writeIpv6(slab, at, body.length, PROTOCOL_ICMP6, ND_HOP_LIMIT, source, destination);
    slab.set(body, at + IPV6_HEADER);
    const mac = card ?? (isMulticast6(destination) ? multicastMac(destination) : undefined);
    if (mac !== undefined) this.stack.neighbours.transmit(this.nic, frame, mac, false);
    else this.stack.neighbours.deliver(this.nic, destination, frame, undefined);
  }

  /** Asks who has `target`: everybody who might, or the one card that is on trial. */
  #ask(target: Ip6, to: Solicit['to']): void {
    const source = this.stack.v6.sourceFor(target, this.nic) ?? this.nic.linkLocal;
    if (source === undefined) return;
    const isForGroup = to === 'multicast';
    this.send(
      source,
      isForGroup ? solicitedNode(target) : target,
      {
        type: ND_NEIGHBOUR_SOLICITATION,
        code: 0,
        checksum: 0,
        body: { reserved: 0, target, options: [{ type: ND_SOURCE_MAC, value: this.nic.mac }] },
      },
      isForGroup ? undefined : to,
    );
  }

  /** Does what the neighbour cache asks for: events, questions, packets that waited, routers that are none any more. */
  #drain(): void {
    this.#driver.drain();
    const cache = this.#cache;
    for (let router = cache.pollDemoted(); router !== undefined; router = cache.pollDemoted())
      this.listener?.demoted(router);
  }

  clear(): void {
    this.#cache.clear();
    this.#cache.setTimes(REACHABLE_TIME, RETRANS_TIMER);
    this.nic.advertisedMtu = undefined;
    this.listener?.clear();
    this.#drain();
  }
}

/** `fe80::` and the modified EUI-64 identifier of the card (RFC 4291 Appendix A, RFC 2464 §4 and §5). */
export function linkLocalOf(mac: Mac): Ip6 {
  return joinAddress(ip6('fe80::'), eui64(mac));
}

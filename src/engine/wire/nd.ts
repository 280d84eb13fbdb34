/**
 * Neighbour Discovery as a node reads and writes it (RFC 4861): messages as values, with the checks that decide whether
 * one may be believed (§6.1, §7.1, §8.1), and the groups that they are sent to.
 *
 * Encoded messages carry no checksum yet: `fixIcmp6Checksum` knows the addresses. Not here: what is done with a message.
 */
import type { Mac } from '../base/address.ts';
import { type Bytes, readU16, readU32 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { formatIp6, type Ip6 } from '../base/ip6.ts';
import { knownIp6 } from '../base/ip6-known.ts';
import { type Icmp6, icmp6 } from './icmp6.ts';
import {
  isNd,
  ND_NEIGHBOUR_ADVERTISEMENT,
  ND_NEIGHBOUR_SOLICITATION,
  ND_REDIRECT,
  ND_ROUTER_ADVERTISEMENT,
  ND_ROUTER_SOLICITATION,
} from './icmp6-code.ts';
import { IPV6_DESTINATION, IPV6_SOURCE, ipv6 } from './ipv6.ts';
import {
  ND_MTU,
  ND_NAME_SERVERS,
  ND_NONCE,
  ND_PREFIX,
  ND_ROUTE,
  ND_SOURCE_MAC,
  ND_TARGET_MAC,
  type NdOption,
} from './nd-option.ts';

/** Only neighbours can send this: every router takes one off (RFC 4861 §3.1). */
export const ND_HOP_LIMIT = 255;

export const IP6_ANY = '::' as Ip6;
export const IP6_LOOPBACK = '::1' as Ip6;
/** RFC 4291 §2.7.1. */
export const IP6_ALL_NODES = 'ff02::1' as Ip6;
export const IP6_ALL_ROUTERS = 'ff02::2' as Ip6;

/** The group that whoever has `address` listens to: `ff02::1:ff00:0/104` and its last 24 bits (RFC 4291 §2.7.1). */
export function solicitedNode(address: Ip6): Ip6 {
  const group = SOLICITED.slice();
  group.set(knownIp6(address).bytes.subarray(13), 13);
  return formatIp6(group);
}

const SOLICITED = knownIp6('ff02::1:ff00:0' as Ip6).bytes;

export interface PrefixInformation {
  readonly prefix: Ip6;
  readonly prefixLength: number;
  readonly onLink: boolean;
  readonly autonomous: boolean;
  /** Seconds; {@link ND_FOREVER} never ends. */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

export interface RouteInformation {
  readonly prefix: Ip6;
  readonly prefixLength: number;
  readonly preference: Preference;
  readonly lifetime: number;
}

export interface NameServers {
  readonly addresses: readonly Ip6[];
  readonly lifetime: number;
}

/** RFC 4191 §2.1: 1 is high, 0 medium, −1 low. */
export type Preference = -1 | 0 | 1;

export interface RouterSolicitation {
  readonly kind: 'router solicitation';
  readonly sourceMac: Mac | undefined;
}

export interface RouterAdvertisement {
  readonly kind: 'router advertisement';
  /** 0: not said. */
  readonly hopLimit: number;
  readonly managed: boolean;
  readonly other: boolean;
  readonly preference: Preference;
  /** Seconds for which it is a default router; 0 when it is none. */
  readonly lifetime: number;
  /** Milliseconds; 0: not said. */
  readonly reachableTime: number;
  readonly retransTimer: number;
  readonly sourceMac: Mac | undefined;
  readonly mtu: number | undefined;
  readonly prefixes: readonly PrefixInformation[];
  readonly routes: readonly RouteInformation[];
  readonly nameServers: readonly NameServers[];
}

export interface NeighbourSolicitation {
  readonly kind: 'neighbour solicitation';
  readonly target: Ip6;
  readonly sourceMac: Mac | undefined;
  readonly nonce: Bytes | undefined;
}

export interface NeighbourAdvertisement {
  readonly kind: 'neighbour advertisement';
  readonly target: Ip6;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly targetMac: Mac | undefined;
}

export interface Redirect {
  readonly kind: 'redirect';
  readonly target: Ip6;
  readonly destination: Ip6;
  readonly targetMac: Mac | undefined;
}

export type NdMessage =
  | RouterSolicitation
  | RouterAdvertisement
  | NeighbourSolicitation
  | NeighbourAdvertisement
  | Redirect;

/** A message that must be dropped without a word, and why. */
export interface NdFault {
  readonly kind: 'fault';
  readonly problem: string;
}

/**
 * Reads the message in `[at, end)` behind the IPv6 header at `ipAt`. Every check of RFC 4861 §6.1, §7.1 and §8.1 is
 * made, but for the checksum and for who a redirect may come from.
 */
export function readNd(buffer: Bytes, ipAt: number, at: number, end: number): NdMessage | NdFault {
  let message: Icmp6;
  try {
    message = icmp6.decode(buffer, at, end);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'fault', problem: error.message };
  }
  const problem = envelopeProblem(buffer, ipAt, message);
  if (problem !== undefined) return { kind: 'fault', problem };
  const value = ndMessage(message);
  const wrong = contentProblem(buffer, ipAt, value);
  return wrong === undefined ? value : { kind: 'fault', problem: wrong };
}

function envelopeProblem(buffer: Bytes, ipAt: number, { type, code }: Icmp6): string | undefined {
  if (!isNd(type)) return `type ${type} is not Neighbour Discovery`;
  const hops = ipv6.get.hopLimit(buffer, ipAt);
  if (hops !== ND_HOP_LIMIT) return `a hop limit of ${hops}: it does not come from a neighbour`;
  if (code !== 0) return `code ${code}`;
  const fromRouter = type === ND_ROUTER_ADVERTISEMENT || type === ND_REDIRECT;
  if (fromRouter && !isLinkLocalAt(buffer, ipAt + IPV6_SOURCE))
    return 'its source is not a link-local address';
  return undefined;
}

function contentProblem(buffer: Bytes, ipAt: number, message: NdMessage): string | undefined {
  const isNameless = isZeroAt(buffer, ipAt + IPV6_SOURCE);
  const isToGroup = buffer[ipAt + IPV6_DESTINATION] === 0xff;
  switch (message.kind) {
    case 'router solicitation':
      if (isNameless && message.sourceMac !== undefined)
        return 'a card’s address without an internet address';
      return undefined;
    case 'router advertisement':
      return undefined;
    case 'neighbour solicitation':
      if (isGroup(message.target)) return 'it asks for a group';
      if (!isNameless) return undefined;
      if (!isSolicitedNodeAt(buffer, ipAt + IPV6_DESTINATION))
        return 'it asks without an address, and not the group of those who may have the target';
      return message.sourceMac === undefined ? undefined : 'a card’s address without an internet address';
    case 'neighbour advertisement':
      if (isGroup(message.target)) return 'it is about a group';
      return isToGroup && message.solicited ? 'it says that it was asked for, and is for a group' : undefined;
    case 'redirect':
      if (isGroup(message.destination)) return 'it is about a group';
      if (message.target === message.destination) return undefined;
      return isLinkLocalAt(knownIp6(message.target).bytes, 0)
        ? undefined
        : 'the better way is neither the destination nor a router by its link-local address';
  }
}

/** `fe80::/10` (RFC 4291 §2.5.6). */
function isLinkLocalAt(buffer: Bytes, at: number): boolean {
  return (readU16(buffer, at) & 0xffc0) === 0xfe80;
}

function isZeroAt(buffer: Bytes, at: number): boolean {
  for (let i = 0; i < 16; i += 4) if (readU32(buffer, at + i) !== 0) return false;
  return true;
}

function isSolicitedNodeAt(buffer: Bytes, at: number): boolean {
  for (let i = 0; i < 13; i++) if (buffer[at + i] !== SOLICITED[i]) return false;
  return true;
}

/** `ff00::/8` (RFC 4291 §2.7). */
function isGroup(address: Ip6): boolean {
  return knownIp6(address).bytes[0] === 0xff;
}

/** A message of Neighbour Discovery that was decoded whole, as a value; nothing of it is checked. */
export function ndMessage({ type, body }: Icmp6): NdMessage {
  // biome-ignore lint/suspicious/noExplicitAny: the type says which body this is
  const { options, ...rest } = body as any;
  const list = options as readonly NdOption[];
  const sourceMac = macIn(list, ND_SOURCE_MAC);
  const targetMac = macIn(list, ND_TARGET_MAC);
  switch (type) {
    case ND_ROUTER_SOLICITATION:
      return { kind: 'router solicitation', sourceMac };
    case ND_ROUTER_ADVERTISEMENT:
      return {
        kind: 'router advertisement',
        hopLimit: rest.hopLimit,
        managed: rest.managed === 1,
        other: rest.other === 1,
        preference: preferenceOf(rest.preference),
        lifetime: rest.lifetime,
        reachableTime: rest.reachableTime,
        retransTimer: rest.retransTimer,
        sourceMac,
        ...advertised(list),
      };
    case ND_NEIGHBOUR_SOLICITATION: {
      const nonce = list.find((option) => option.type === ND_NONCE)?.value as Bytes | undefined;
      return { kind: 'neighbour solicitation', target: rest.target, sourceMac, nonce };
    }
    case ND_NEIGHBOUR_ADVERTISEMENT:
      return {
        kind: 'neighbour advertisement',
        target: rest.target,
        router: rest.router === 1,
        solicited: rest.solicited === 1,
        override: rest.override === 1,
        targetMac,
      };
    default:
      return { kind: 'redirect', target: rest.target, destination: rest.destination, targetMac };
  }
}

function macIn(options: readonly NdOption[], type: number): Mac | undefined {
  for (const option of options)
    if (option.type === type && typeof option.value === 'number') return option.value;
  return undefined;
}

/** A reserved value counts as medium (RFC 4191 §2.2); two’s complement in two bits. */
function preferenceOf(bits: number): Preference {
  return bits === 1 ? 1 : bits === 3 ? -1 : 0;
}

function advertised(
  options: readonly NdOption[],
): Pick<RouterAdvertisement, 'mtu' | 'prefixes' | 'routes' | 'nameServers'> {
  let mtu: number | undefined;
  const prefixes: PrefixInformation[] = [];
  const routes: RouteInformation[] = [];
  const nameServers: NameServers[] = [];
  for (const { type, value } of options) {
    // Of an unusual length: passed over, like options that are not known (RFC 4861 §6.1.2).
    if (value instanceof Uint8Array || typeof value === 'number') continue;
    if (type === ND_MTU && 'mtu' in value) mtu = value.mtu;
    else if (type === ND_PREFIX && 'validLifetime' in value)
      prefixes.push({
        prefix: value.prefix,
        prefixLength: value.prefixLength,
        onLink: value.onLink === 1,
        autonomous: value.autonomous === 1,
        validLifetime: value.validLifetime,
        preferredLifetime: value.preferredLifetime,
      });
    else if (type === ND_ROUTE && 'preference' in value) {
      // RFC 4191 §2.3: an option with the reserved preference is to be ignored.
      if (value.preference !== 2 && value.prefixLength <= 8 * value.prefix.length)
        routes.push({
          prefix: wholePrefix(value.prefix),
          prefixLength: value.prefixLength,
          preference: preferenceOf(value.preference),
          lifetime: value.lifetime,
        });
    } else if (type === ND_NAME_SERVERS && 'addresses' in value)
      nameServers.push({ addresses: value.addresses, lifetime: value.lifetime });
  }
  return { mtu, prefixes, routes, nameServers };
}

function wholePrefix(cut: Bytes): Ip6 {
  const whole = new Uint8Array(16);
  whole.set(cut);
  return formatIp6(whole);
}

/** The message as bytes, its checksum zero. */
export function encodeNd(message: NdMessage): Bytes {
  switch (message.kind) {
    case 'router solicitation':
      return encode(ND_ROUTER_SOLICITATION, {
        reserved: 0,
        options: macOption(ND_SOURCE_MAC, message.sourceMac),
      });
    case 'router advertisement':
      return encode(ND_ROUTER_ADVERTISEMENT, {
        hopLimit: message.hopLimit,
        managed: Number(message.managed),
        other: Number(message.other),
        homeAgent: 0,
        preference: message.preference & 3,
        proxy: 0,
        reserved: 0,
        lifetime: message.lifetime,
        reachableTime: message.reachableTime,
        retransTimer: message.retransTimer,
        options: advertisedOptions(message),
      });
    case 'neighbour solicitation': {
      const nonce = message.nonce === undefined ? [] : [{ type: ND_NONCE, value: message.nonce }];
      const options = [...macOption(ND_SOURCE_MAC, message.sourceMac), ...nonce];
      return encode(ND_NEIGHBOUR_SOLICITATION, { reserved: 0, target: message.target, options });
    }
    case 'neighbour advertisement':
      return encode(ND_NEIGHBOUR_ADVERTISEMENT, {
        router: Number(message.router),
        solicited: Number(message.solicited),
        override: Number(message.override),
        reserved: 0,
        target: message.target,
        options: macOption(ND_TARGET_MAC, message.targetMac),
      });
    case 'redirect':
      return encode(ND_REDIRECT, {
        reserved: 0,
        target: message.target,
        destination: message.destination,
        options: macOption(ND_TARGET_MAC, message.targetMac),
      });
  }
}

type Body = Parameters<typeof icmp6.encode>[0]['body'];

function encode(type: number, body: Body): Bytes {
  return icmp6.encode({ type, code: 0, checksum: 0, body });
}

function macOption(type: number, mac: Mac | undefined): NdOption[] {
  return mac === undefined ? [] : [{ type, value: mac }];
}

/** In the order in which radvd and Linux routers write them. */
function advertisedOptions(message: RouterAdvertisement): NdOption[] {
  const options: NdOption[] = [];
  for (const one of message.prefixes)
    options.push({
      type: ND_PREFIX,
      value: {
        prefixLength: one.prefixLength,
        onLink: Number(one.onLink),
        autonomous: Number(one.autonomous),
        routerAddress: 0,
        reserved: 0,
        validLifetime: one.validLifetime,
        preferredLifetime: one.preferredLifetime,
        unused: 0,
        prefix: one.prefix,
      },
    });
  for (const one of message.routes)
    options.push({
      type: ND_ROUTE,
      value: {
        prefixLength: one.prefixLength,
        reserved: 0,
        preference: one.preference & 3,
        unused: 0,
        lifetime: one.lifetime,
        prefix: knownIp6(one.prefix).bytes.slice(0, 8 * Math.ceil(one.prefixLength / 64)),
      },
    });
  for (const { addresses, lifetime } of message.nameServers)
    options.push({ type: ND_NAME_SERVERS, value: { reserved: 0, lifetime, addresses: [...addresses] } });
  if (message.mtu !== undefined) options.push({ type: ND_MTU, value: { reserved: 0, mtu: message.mtu } });
  options.push(...macOption(ND_SOURCE_MAC, message.sourceMac));
  return options;
}

// What there is to say of an address that was read: its network, its kind, who may see it, its other names; and whether
// a second one is its neighbour.
import {
  type AddressKind,
  broadcastOf,
  type Cidr,
  commonPrefixLength,
  containsCidr,
  firstOf,
  formatCidr,
  formatIp,
  formatMac,
  hostsOf,
  inCidr,
  ip4Within,
  ipToBigInt,
  isV4,
  kindOf,
  kindOfPrefix,
  lastOf,
  macWithin,
  netmaskOf,
  networkOf,
  reverseName,
  reverseZone,
  sizeOf,
  widthOf,
  wildcardOf,
} from '../engine/addresses.ts';
import { formatNumber } from '../engine/format.ts';
import type { Reading } from './address-reading.ts';

export interface Fact {
  readonly term: string;
  /** Addresses and other things to copy, each of which may break into lines. */
  readonly code: readonly string[];
  /** The word between them. */
  readonly between: 'to' | 'or';
  /** Words behind them. */
  readonly words: string;
}

/** The bits of an address, the first one first. */
export function bitsOf(cidr: Cidr): readonly (0 | 1)[] {
  const width = widthOf(isV4(cidr.address) ? 4 : 6);
  const text = ipToBigInt(cidr.address).toString(2).padStart(width, '0');
  return [...text].map((bit) => (bit === '1' ? 1 : 0));
}

/** What the address is: its own kind where it stands for itself, that of the prefix where it is a network. */
export function kindText({ cidr }: Reading): {
  readonly kind: AddressKind;
  readonly inside: readonly AddressKind[];
} {
  const isAddress =
    networkOf(cidr).address !== cidr.address || cidr.prefixLength === widthOf(isV4(cidr.address) ? 4 : 6);
  return isAddress ? { kind: kindOf(cidr.address), inside: [] } : kindOfPrefix(cidr);
}

/** How far a datagram to such an address may go, in one sentence; nothing where `seenBy` has said it. */
export function reachText({ id, asDestination, forwardable, globallyReachable }: AddressKind): string {
  if (SAID.has(id) || asDestination === false) return '';
  if (globallyReachable === undefined) return 'How far it reaches depends on the address inside.';
  if (globallyReachable) return 'Routers pass it on, beyond their own network too.';
  return forwardable
    ? 'Routers pass it on inside; the internet does not carry it.'
    : 'No router passes it on.';
}

const SAID: ReadonlySet<AddressKind['id']> = new Set(['global', 'documentation', 'deprecated', 'discard']);

export function factsOf(reading: Reading): readonly Fact[] {
  const { cidr } = reading;
  const { address } = cidr;
  const facts: Fact[] = [fact('Canonical', [canonicalText(reading)], roleText(reading))];
  if (reading.given !== undefined) facts.push(...networkFacts(cidr));
  if (isV4(address)) {
    const hex = `0x${address.toString(16).padStart(8, '0')}`;
    facts.push(fact('As a number', [String(address), hex], '', 'or'));
  } else {
    const within = ip4Within(address);
    if (within) facts.push(fact('IPv4 inside', [formatIp(within.address)], withinWords[within.by]));
    const mac = macWithin(address);
    if (mac !== undefined)
      facts.push(fact('MAC inside', [formatMac(mac)], 'the card from which the last 64 bits were made'));
  }
  const isNetwork = reading.given !== undefined && sizeOf(cidr) > 1n && networkOf(cidr).address === address;
  facts.push(
    isNetwork ? fact('Reverse zone', [reverseZone(cidr)]) : fact('Reverse name', [reverseName(address)]),
  );
  return facts;
}

/** The one text of this address: RFC 5952 for IPv6, the zone and the prefix length as they were given. */
export function canonicalText({ cidr, given, zone }: Reading): string {
  const text = `${formatIp(cidr.address)}${zone === undefined ? '' : `%${zone}`}`;
  return given === undefined ? text : `${text}/${cidr.prefixLength}`;
}

const withinWords = {
  mapped: 'a program speaks IPv4 with it through an IPv6 socket',
  compatible: 'an old form of tunnel',
  NAT64: 'a translator sends the packet on to it',
  '6to4': 'the tunnel ends there',
  Teredo: 'the client’s public address, its bits turned around',
} as const;

function networkFacts(cidr: Cidr): Fact[] {
  const size = sizeOf(cidr);
  const isIpv4 = isV4(cidr.address);
  const masks = isIpv4 ? `netmask ${formatIp(netmaskOf(cidr))}, wildcard ${formatIp(wildcardOf(cidr))}` : '';
  const { name, block } = kindOf(cidr.address);
  const beyond = containsCidr(block, cidr)
    ? ''
    : `larger than ${formatCidr(block)}, so not all of it is ${name.toLowerCase()}`;
  const facts = [fact('Network', [formatCidr(networkOf(cidr))], [masks, beyond].filter(Boolean).join('; '))];
  if (size === 1n) return facts;
  facts.push(
    fact('From, to', [formatIp(firstOf(cidr)), formatIp(lastOf(cidr))], `${countText(size)} addresses`),
  );
  const { first, last, count } = hostsOf(cidr);
  const broadcast = broadcastOf(cidr);
  if (broadcast !== undefined) {
    facts.push(
      fact(
        'For machines',
        [formatIp(first), formatIp(last)],
        `${countText(count)}, without the network’s own and the broadcast address`,
      ),
    );
    facts.push(fact('Broadcast', [formatIp(broadcast)]));
  } else if (isIpv4)
    facts.push(fact('For machines', [formatIp(first), formatIp(last)], 'both ends of one link; RFC 3021'));
  return facts;
}

/** `256`, `2^64`: above a trillion nobody reads the digits. */
export function countText(count: bigint): string {
  if (count < 1_000_000_000_000n) return formatNumber(Number(count));
  return `2^${count.toString(2).length - 1}`;
}

/** What this address is in its network. */
function roleText({ cidr, given }: Reading): string {
  if (given === undefined || sizeOf(cidr) <= 2n) return '';
  if (networkOf(cidr).address === cidr.address)
    return isV4(cidr.address) ? 'the network itself; no machine has this address' : 'the network itself';
  if (broadcastOf(cidr) === cidr.address)
    return 'the broadcast address: it means every machine of the network';
  return 'an address in this network';
}

function fact(term: string, code: readonly string[], words = '', between: Fact['between'] = 'to'): Fact {
  return { term, code, between, words };
}

/** Whether a second address is a neighbour of the first, and what follows from it. */
export function compareTyped(
  reading: Reading,
  other: Reading,
): { readonly same: boolean; readonly text: string } {
  const { cidr } = reading;
  const [own, theirs] = [formatIp(cidr.address), formatIp(other.cidr.address)];
  const shared = commonPrefixLength(cidr.address, other.cidr.address);
  if (shared === undefined)
    return {
      same: false,
      text: 'No. One is IPv4, the other IPv6: a machine needs an address of each to speak with both.',
    };
  const same = inCidr(other.cidr.address, cidr);
  const width = widthOf(isV4(cidr.address) ? 4 : 6);
  if (shared === width) return { same: true, text: 'It is the same address.' };
  const found =
    shared === 0 ? 'They differ in their very first bit' : `They share their first ${bitCount(shared)}`;
  if (cidr.prefixLength === width && reading.given === undefined)
    return { same: false, text: `${found}. Whether that is enough only a prefix length can say.` };
  const needs = cidr.prefixLength === 0 ? 'the prefix needs none' : `the prefix needs ${cidr.prefixLength}`;
  const way = same ? `${own} looks for ${theirs} on its own link.` : `${own} sends it to a router.`;
  const verdict = `${same ? 'Yes' : 'No'}. ${found}, and ${needs}. ${way}`;
  // Two machines may have been given different lengths: then each is right by its own
  const back = other.given === undefined ? same : inCidr(cidr.address, other.cidr);
  if (back === same) return { same, text: verdict };
  return {
    same,
    text: `${verdict} But ${theirs}, by its own /${other.cidr.prefixLength}, would say ${back ? 'yes' : 'no'}: one of the two is set wrong.`,
  };
}

function bitCount(count: number): string {
  return count === 1 ? 'bit' : `${count} bits`;
}

/**
 * The most specific of several networks around an address, and how far around the address that stays true.
 *
 * Longest prefix first, as routers, access lists and name servers with answers by region choose. Pure.
 */
import { type Cidr, cidr, commonPrefixLength, containsCidr, firstOf, widthOf } from '../base/cidr.ts';
import { familyOf, type Ip } from '../base/ip.ts';

export interface PrefixMatch {
  /** The index of the longest network around the address; undefined when none holds all of it. */
  readonly index: number | undefined;
  /**
   * Bits of the address that must be known for this choice: every address that has them in common gets the same one. It
   * is more than `where` has, when `where` lies across the border of a network.
   */
  readonly bits: number;
}

/** `where` is an address as a network of full length, or as much of one as is known. Of two equal networks the first counts. */
export function longestPrefix(networks: readonly Cidr[], where: Cidr): PrefixMatch {
  let index: number | undefined;
  for (const [at, network] of networks.entries()) {
    if (!containsCidr(network, where)) continue;
    if (index === undefined || network.prefixLength > networks[index]!.prefixLength) index = at;
  }
  let bits = index === undefined ? 0 : networks[index]!.prefixLength;
  for (const network of networks) {
    if (containsCidr(network, where)) continue;
    const common = commonPrefixLength(firstOf(network), firstOf(where));
    if (common === undefined) continue; // the other family
    const isInside = containsCidr(where, network);
    bits = Math.max(bits, isInside ? network.prefixLength : common + 1);
  }
  return { index, bits };
}

/** The whole of an address, as a network of one. */
export function hostPrefix(address: Ip): Cidr {
  return cidr(address, widthOf(familyOf(address)));
}

/**
 * Which of its addresses a host speaks from, and which of the other side's it tries first (RFC 6724), as pure functions
 * over plain records.
 *
 * Every comparison names the rule that decided, so that a choice can be explained. IPv4 takes part as IPv4-mapped
 * addresses do (§2.1, §3.2). Source rule 5.5 (a prefix that the next hop has advertised) counts when the caller knows who
 * advertised what.
 */

import { writeU32 } from '../../base/bytes.ts';
import { type Cidr6, commonPrefixLength, inCidr6At } from '../../base/cidr.ts';
import { familyOf, type Ip, ip6, isV4 } from '../../base/ip.ts';
import { formatIp6, type Ip6 } from '../../base/ip6.ts';
import { knownIp6 } from '../../base/ip6-known.ts';

/** RFC 4291 §2.7: the scope field of a group, and what it corresponds to among other addresses (RFC 6724 §3.1). */
export const SCOPE_INTERFACE = 1;
export const SCOPE_LINK = 2;
export const SCOPE_SITE = 5;
export const SCOPE_GLOBAL = 14;

/** One line of the policy table (RFC 6724 §2.1): higher precedence is tried first, equal labels belong together. */
export interface Policy {
  readonly prefix: Cidr6;
  readonly precedence: number;
  readonly label: number;
}

function policy(prefix: string, prefixLength: number, precedence: number, label: number): Policy {
  return { prefix: { address: ip6(prefix), prefixLength }, precedence, label };
}

/** RFC 6724 §2.1, the longest prefixes first. */
export const DEFAULT_POLICY: readonly Policy[] = [
  policy('::1', 128, 50, 0),
  policy('::ffff:0:0', 96, 35, 4),
  policy('::', 96, 1, 3),
  policy('2001::', 32, 5, 5),
  policy('2002::', 16, 30, 2),
  policy('3ffe::', 16, 1, 12),
  policy('fec0::', 10, 1, 11),
  policy('fc00::', 7, 3, 13),
  policy('::', 0, 40, 1),
];

/** An address that a host could speak from. */
export interface SourceCandidate {
  readonly address: Ip;
  /** Bits of its network's prefix: what is shared beyond them does not count (§2.2). */
  readonly prefixLength: number;
  /** The interface that has it. */
  readonly interface: string;
  readonly isDeprecated?: boolean;
  /** Of a mobile host (RFC 6275): reached wherever it is, or where it is just now. Some addresses are both. */
  readonly isHome?: boolean;
  readonly isCareOf?: boolean;
  /** RFC 8981; preferred over others, as §5 rule 7 says. */
  readonly isTemporary?: boolean;
  /** The router that advertised its prefix, for rule 5.5. */
  readonly advertisedBy?: Ip6;
}

/** What is known about the way to a destination. */
export interface SourceContext {
  /** The interface that the packet leaves by, for rule 5. */
  readonly interface?: string;
  readonly nextHop?: Ip6;
  readonly policies?: readonly Policy[];
}

/** Which one is better, and by which rule. `undefined` when no rule tells them apart. */
export interface Verdict {
  readonly better: 'a' | 'b';
  readonly rule: string;
}

export interface ChosenSource<C extends SourceCandidate = SourceCandidate> {
  readonly source: C;
  /** The rules by which it beat the others, in the order of the candidates; empty when it was alone. */
  readonly rules: readonly string[];
}

/**
 * The address to speak from to `destination` (RFC 6724 §5), `undefined` when there is none of its family. Candidates are
 * those that may be used at all: none that is tentative; for link-local destinations and groups only those of the
 * outgoing interface (§4). Between equals the first wins.
 */
export function selectSource<C extends SourceCandidate>(
  destination: Ip,
  candidates: readonly C[],
  context: SourceContext = {},
): ChosenSource<C> | undefined {
  let source: C | undefined;
  const rules: string[] = [];
  for (const candidate of candidates) {
    if (familyOf(candidate.address) !== familyOf(destination)) continue;
    if (!source) {
      source = candidate;
      continue;
    }
    const verdict = compareSources(destination, source, candidate, context);
    rules.push(verdict?.rule ?? 'the first of equals');
    if (verdict?.better === 'b') source = candidate;
  }
  return source && { source, rules };
}

/** RFC 6724 §5, rules 1 to 8 in order. */
export function compareSources(
  destination: Ip,
  a: SourceCandidate,
  b: SourceCandidate,
  { interface: outgoing, nextHop, policies = DEFAULT_POLICY }: SourceContext = {},
): Verdict | undefined {
  const scopeA = scopeOf(a.address);
  const scopeB = scopeOf(b.address);
  const wanted = scopeOf(destination);
  const label = labelOf(destination, policies);
  return (
    is(a.address === destination, b.address === destination, '1: the destination itself') ??
    // the smaller scope wins unless it is too small to get there
    (scopeA < scopeB
      ? verdict(scopeA < wanted ? 'b' : 'a', '2: fitting scope')
      : scopeB < scopeA
        ? verdict(scopeB < wanted ? 'a' : 'b', '2: fitting scope')
        : undefined) ??
    is(!a.isDeprecated, !b.isDeprecated, '3: not deprecated') ??
    home(a, b) ??
    (outgoing === undefined
      ? undefined
      : is(a.interface === outgoing, b.interface === outgoing, '5: the outgoing interface’s own')) ??
    (nextHop === undefined
      ? undefined
      : is(a.advertisedBy === nextHop, b.advertisedBy === nextHop, '5.5: advertised by the next hop')) ??
    is(labelOf(a.address, policies) === label, labelOf(b.address, policies) === label, '6: matching label') ??
    is(a.isTemporary === true, b.isTemporary === true, '7: temporary') ??
    more(shared(a, destination), shared(b, destination), '8: longest common prefix')
  );
}

/** A destination and the address that would be spoken from, `undefined` when it cannot be reached at all. */
export interface DestinationCandidate {
  readonly address: Ip;
  readonly source: SourceCandidate | undefined;
  /** Reached through a tunnel that carries IPv6 over IPv4. */
  readonly isEncapsulated?: boolean;
}

/** The order in which to try destinations (RFC 6724 §6). Stable: equals keep the order that DNS gave them. */
export function orderDestinations<D extends DestinationCandidate>(
  destinations: readonly D[],
  policies: readonly Policy[] = DEFAULT_POLICY,
): D[] {
  return [...destinations].sort((a, b) => {
    const verdict = compareDestinations(a, b, policies);
    return verdict === undefined ? 0 : verdict.better === 'a' ? -1 : 1;
  });
}

/** RFC 6724 §6, rules 1 to 10 in order; rule 10 is to leave things as they are. */
export function compareDestinations(
  a: DestinationCandidate,
  b: DestinationCandidate,
  policies: readonly Policy[] = DEFAULT_POLICY,
): Verdict | undefined {
  const usable = is(a.source !== undefined, b.source !== undefined, '1: usable');
  if (usable || !a.source || !b.source) return usable;
  const scopeA = scopeOf(a.address);
  const scopeB = scopeOf(b.address);
  const sameLabel = ({ address, source }: DestinationCandidate) =>
    labelOf(address, policies) === labelOf(source!.address, policies);
  return (
    is(scopeA === scopeOf(a.source.address), scopeB === scopeOf(b.source.address), '2: matching scope') ??
    is(!a.source.isDeprecated, !b.source.isDeprecated, '3: source not deprecated') ??
    home(a.source, b.source) ??
    is(sameLabel(a), sameLabel(b), '5: matching label') ??
    more(precedenceOf(a.address, policies), precedenceOf(b.address, policies), '6: higher precedence') ??
    is(!a.isEncapsulated, !b.isEncapsulated, '7: native transport') ??
    more(-scopeA, -scopeB, '8: smaller scope') ??
    // Rule 9 compares within one family only
    (familyOf(a.address) === familyOf(b.address)
      ? more(shared(a.source, a.address), shared(b.source, b.address), '9: longest common prefix')
      : undefined)
  );
}

/**
 * The scope of an address (RFC 6724 §3.1, §3.2; RFC 4291 §2.7 for groups). IPv4: link-local and loopback addresses have
 * link scope, all others, private ones too, are global.
 */
export function scopeOf(address: Ip): number {
  if (isV4(address)) return address >>> 24 === 127 || address >>> 16 === 0xa9fe ? SCOPE_LINK : SCOPE_GLOBAL;
  const { bytes } = knownIp6(address);
  if (bytes[0] === 0xff) return bytes[1]! & 15;
  if (isMapped(address))
    return bytes[12] === 127 || (bytes[12] === 169 && bytes[13] === 254) ? SCOPE_LINK : SCOPE_GLOBAL;
  if (address === '::1') return SCOPE_LINK;
  const ten = (bytes[0]! << 2) | (bytes[1]! >> 6);
  return ten === 0x3fa ? SCOPE_LINK : ten === 0x3fb ? SCOPE_SITE : SCOPE_GLOBAL;
}

/** `link`, `site`, `global`, `host`: as `ip addr` calls the scope of an address of ours. */
export function scopeName(address: Ip): 'host' | 'link' | 'site' | 'global' {
  if (isV4(address) ? address >>> 24 === 127 : address === '::1') return 'host';
  const scope = scopeOf(address);
  return scope <= SCOPE_LINK ? 'link' : scope <= SCOPE_SITE ? 'site' : 'global';
}

export function labelOf(address: Ip, policies: readonly Policy[] = DEFAULT_POLICY): number {
  return policyFor(address, policies)?.label ?? -1;
}

export function precedenceOf(address: Ip, policies: readonly Policy[] = DEFAULT_POLICY): number {
  return policyFor(address, policies)?.precedence ?? 0;
}

/** The line with the longest prefix that covers the address. */
function policyFor(address: Ip, policies: readonly Policy[]): Policy | undefined {
  const bytes = knownIp6(isV4(address) ? mapped(address) : address).bytes;
  let best: Policy | undefined;
  for (const line of policies) {
    const { prefix } = line;
    if (best && best.prefix.prefixLength >= prefix.prefixLength) continue;
    if (inCidr6At(bytes, 0, knownIp6(prefix.address).bytes, prefix.prefixLength)) best = line;
  }
  return best;
}

function mapped(address: number): Ip6 {
  const bytes = new Uint8Array(16);
  bytes[10] = 0xff;
  bytes[11] = 0xff;
  writeU32(bytes, 12, address);
  return formatIp6(bytes);
}

function isMapped(address: Ip6): boolean {
  return address.startsWith('::ffff:') && address.includes('.');
}

/** CommonPrefixLen(S, D) of §2.2: the source's host part does not count. */
function shared({ address, prefixLength }: SourceCandidate, destination: Ip): number {
  return Math.min(commonPrefixLength(address, destination) ?? 0, prefixLength);
}

/** Rule 4: home and care-of at once before anything else; a home address before one that is only where the host is now. */
function home(a: SourceCandidate, b: SourceCandidate): Verdict | undefined {
  const isBoth = (one: SourceCandidate) => one.isHome === true && one.isCareOf === true;
  const both = is(isBoth(a), isBoth(b), '4: home address');
  if (both) return both;
  if (isBoth(a) || (a.isHome === b.isHome && a.isCareOf === b.isCareOf)) return undefined;
  if (a.isHome && b.isCareOf) return verdict('a', '4: home address');
  return b.isHome && a.isCareOf ? verdict('b', '4: home address') : undefined;
}

function verdict(better: 'a' | 'b', rule: string): Verdict {
  return { better, rule };
}

function is(a: boolean, b: boolean, rule: string): Verdict | undefined {
  return a === b ? undefined : verdict(a ? 'a' : 'b', rule);
}

function more(a: number, b: number, rule: string): Verdict | undefined {
  return a === b ? undefined : verdict(a > b ? 'a' : 'b', rule);
}

/**
 * Prefixes of either family and their arithmetic (RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * A {@link Cidr} is an address and the length of its network's prefix; host bits may be set (`192.168.1.23/24` is an
 * interface, {@link networkOf} gives its network). Whatever compares, splits or joins looks at the prefix alone and
 * answers with networks. Sizes and positions are bigints: half of IPv6 does not fit a number.
 */
import { type Cidr4, formatIp4, type Ip4, inCidr4, mask4, parseCidr4 } from './address.ts';
import { type Bytes, readU32, writeU32 } from './bytes.ts';
import { Malformed, Misuse } from './errors.ts';
import { type Family, familyOf, type Ip, ip6, ip6Bytes, isV4 } from './ip.ts';
import { formatIp6, type Ip6 } from './ip6.ts';

export interface Cidr6 {
  readonly address: Ip6;
  readonly prefixLength: number;
}

export type Cidr = Cidr4 | Cidr6;

/** At most so many networks come out of one call: a /8 in /24s, not an IPv6 site in addresses. */
export const MOST_SUBNETS = 65_536;

// ── text ──

/** `192.168.1.23/24`, `2001:db8::/32`. Throws {@link Malformed}. */
export function parseCidr(text: string): Cidr {
  return text.includes(':') ? parseCidr6(text) : parseCidr4(text);
}

/** `2001:db8::1/64`. Throws {@link Malformed}. */
export function parseCidr6(text: string): Cidr6 {
  const slash = text.indexOf('/');
  const length = text.slice(slash + 1);
  if (slash < 0 || !/^(?:\d|[1-9]\d|1[01]\d|12[0-8])$/.test(length))
    throw new Malformed(`not an IPv6 prefix: ${text.slice(0, 60)}`);
  return { address: ip6(text.slice(0, slash)), prefixLength: Number(length) };
}

export function formatCidr(cidr: Cidr): string {
  return `${isCidr4(cidr) ? formatIp4(cidr.address) : cidr.address}/${cidr.prefixLength}`;
}

export function isCidr4(cidr: Cidr): cidr is Cidr4 {
  return typeof cidr.address === 'number';
}

/** An address with a length, checked. */
export function cidr(address: Ip, prefixLength: number): Cidr {
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > widthOf(familyOf(address)))
    throw new Misuse(`no prefix of an IPv${familyOf(address)} address has ${prefixLength} bits`);
  return { address, prefixLength } as Cidr;
}

// ── numbers ──

/** How many bits an address has. */
export function widthOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** An address as the number that its bits make. */
export function ipToBigInt(address: Ip): bigint {
  if (isV4(address)) return BigInt(address);
  const bytes = ip6Bytes(address);
  let value = 0n;
  for (let at = 0; at < 16; at += 4) value = (value << 32n) | BigInt(readU32(bytes, at));
  return value;
}

/** The address of a number. Throws {@link Misuse} when the family has no such address. */
export function ipFromBigInt(family: Family, value: bigint): Ip {
  if (value < 0n || value >> BigInt(widthOf(family)) !== 0n)
    throw new Misuse(`no IPv${family} address has the number ${value}`);
  if (family === 4) return Number(value) as Ip4;
  const bytes = new Uint8Array(16);
  for (let at = 12, rest = value; at >= 0; at -= 4, rest >>= 32n)
    writeU32(bytes, at, Number(rest & 0xffff_ffffn));
  return formatIp6(bytes);
}

// ── one prefix ──

/** The same prefix with its host bits cleared. */
export function networkOf(cidr: Cidr): Cidr {
  if (isCidr4(cidr))
    return {
      address: ((cidr.address & mask4(cidr.prefixLength)) >>> 0) as Ip4,
      prefixLength: cidr.prefixLength,
    };
  const bytes = ip6Bytes(cidr.address);
  maskBytes(bytes, cidr.prefixLength);
  return { address: formatIp6(bytes), prefixLength: cidr.prefixLength };
}

/** Whether no host bit is set. */
export function isNetwork(cidr: Cidr): boolean {
  return networkOf(cidr).address === cidr.address;
}

export function firstOf(cidr: Cidr): Ip {
  return networkOf(cidr).address;
}

export function lastOf(cidr: Cidr): Ip {
  const { family, start, size } = spanOf(cidr);
  return ipFromBigInt(family, start + size - 1n);
}

/** How many addresses the prefix covers, the network's own and the broadcast address included. */
export function sizeOf(cidr: Cidr): bigint {
  return 1n << BigInt(widthOf(familyOf(cidr.address)) - cidr.prefixLength);
}

/**
 * The directed broadcast address (RFC 919 §7): all host bits one. IPv6 has none, and a link of two addresses (RFC 3021)
 * or a single address has none to spare.
 */
export function broadcastOf(cidr: Cidr): Ip4 | undefined {
  if (!isCidr4(cidr) || cidr.prefixLength > 30) return undefined;
  return ((cidr.address | ~mask4(cidr.prefixLength)) >>> 0) as Ip4;
}

/** First and last address that a machine may have: in IPv4 without the network's own and the broadcast address. */
export function hostsOf(cidr: Cidr): { readonly first: Ip; readonly last: Ip; readonly count: bigint } {
  const { family, start, size } = spanOf(cidr);
  const spare = family === 4 && size > 2n ? 1n : 0n;
  return {
    first: ipFromBigInt(family, start + spare),
    last: ipFromBigInt(family, start + size - 1n - spare),
    count: size - 2n * spare,
  };
}

/** `255.255.255.0`; in IPv6, where nobody writes it, the same bits as an address. */
export function netmaskOf(cidr: Cidr): Ip {
  const width = widthOf(familyOf(cidr.address));
  return ipFromBigInt(familyOf(cidr.address), (1n << BigInt(width)) - sizeOf(cidr));
}

/** The netmask's opposite, `0.0.0.255`, as access lists write it. */
export function wildcardOf(cidr: Cidr): Ip {
  return ipFromBigInt(familyOf(cidr.address), sizeOf(cidr) - 1n);
}

/** The length that a netmask stands for, and `undefined` when its ones are not all at the left. */
export function prefixLengthOfMask(mask: Ip4): number | undefined {
  const ones = Math.clz32(~mask);
  return mask4(ones) === mask ? ones : undefined;
}

// ── an address and a prefix ──

/** Whether an address lies inside a prefix; never across families. */
export function inCidr(address: Ip, cidr: Cidr): boolean {
  if (isCidr4(cidr)) return isV4(address) && inCidr4(address, cidr);
  return !isV4(address) && inCidr6At(ip6Bytes(address), 0, ip6Bytes(cidr.address), cidr.prefixLength);
}

/** The same on bytes: sixteen of them at `at` against a network's sixteen. For tables that look up every packet. */
export function inCidr6At(bytes: Bytes, at: number, network: Bytes, prefixLength: number): boolean {
  const whole = prefixLength >> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== network[i]) return false;
  const rest = prefixLength & 7;
  return rest === 0 || ((bytes[at + whole]! ^ network[whole]!) & (0xff00 >> rest) & 0xff) === 0;
}

/** How many leading bits two addresses share; `undefined` across families. RFC 6724 §2.2 caps it at a source’s prefix. */
export function commonPrefixLength(a: Ip, b: Ip): number | undefined {
  if (familyOf(a) !== familyOf(b)) return undefined;
  if (isV4(a)) return Math.clz32(a ^ (b as Ip4));
  const x = ip6Bytes(a);
  const y = ip6Bytes(b as Ip6);
  for (let at = 0; at < 16; at += 4) {
    const differ = readU32(x, at) ^ readU32(y, at);
    if (differ !== 0) return at * 8 + Math.clz32(differ);
  }
  return 128;
}

// ── two prefixes ──

export function equalCidr(a: Cidr, b: Cidr): boolean {
  return a.prefixLength === b.prefixLength && networkOf(a).address === networkOf(b).address;
}

/** Whether every address of `inner` lies in `outer`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && inCidr(inner.address, outer);
}

/** Whether they share an address. Prefixes never cross: then one contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return containsCidr(a, b) || containsCidr(b, a);
}

/** The order of numbers: IPv4 first, then by first address, then the shorter prefix. */
export function compareCidr(a: Cidr, b: Cidr): number {
  const x = spanOf(a);
  const y = spanOf(b);
  if (x.family !== y.family) return x.family - y.family;
  if (x.start !== y.start) return x.start < y.start ? -1 : 1;
  return a.prefixLength - b.prefixLength;
}

// ── splitting and joining ──

/** How many networks of `prefixLength` bits fit. */
export function subnetCount(cidr: Cidr, prefixLength: number): bigint {
  checkLonger(cidr, prefixLength);
  return 1n << BigInt(prefixLength - cidr.prefixLength);
}

/** The `index`th network of `prefixLength` bits inside. */
export function subnetAt(cidr: Cidr, prefixLength: number, index: bigint): Cidr {
  if (index < 0n || index >= subnetCount(cidr, prefixLength))
    throw new Misuse(`${formatCidr(cidr)} has no /${prefixLength} number ${index}`);
  const { family, start } = spanOf(cidr);
  const step = 1n << BigInt(widthOf(family) - prefixLength);
  return { address: ipFromBigInt(family, start + index * step), prefixLength } as Cidr;
}

/** All networks of `prefixLength` bits inside, in order; at most {@link MOST_SUBNETS}. */
export function subnets(cidr: Cidr, prefixLength: number): Cidr[] {
  const count = subnetCount(cidr, prefixLength);
  if (count > BigInt(MOST_SUBNETS)) throw new Misuse(`${formatCidr(cidr)} has ${count} /${prefixLength}`);
  return Array.from({ length: Number(count) }, (_, i) => subnetAt(cidr, prefixLength, BigInt(i)));
}

/** The network of `prefixLength` bits around this one; one bit shorter when no length is given. */
export function supernet(cidr: Cidr, prefixLength = cidr.prefixLength - 1): Cidr {
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > cidr.prefixLength)
    throw new Misuse(`no /${prefixLength} is a supernet of ${formatCidr(cidr)}`);
  return networkOf({ ...cidr, prefixLength } as Cidr);
}

/** The fewest prefixes that cover exactly the same addresses, in order (RFC 4632 §4.1: aggregation, which adds nothing here). */
export function collapse(set: readonly Cidr[]): Cidr[] {
  const done: Cidr[] = [];
  for (const next of set.map(networkOf).sort(compareCidr)) {
    const top = done.at(-1);
    if (top !== undefined && containsCidr(top, next)) continue;
    done.push(next);
    // Two halves make a whole, which may be the half of a greater whole: at most one step for each bit
    while (done.length > 1 && isOtherHalf(done.at(-2)!, done.at(-1)!))
      done.push(supernet(done.splice(-2)[0]!));
  }
  return done;
}

/** The fewest prefixes that cover the addresses from `first` to `last`, both included. */
export function rangeToCidrs(first: Ip, last: Ip): Cidr[] {
  const family = familyOf(first);
  let at = ipToBigInt(first);
  const end = ipToBigInt(last);
  if (family !== familyOf(last) || at > end) throw new Misuse('a range runs upward, within one family');
  const found: Cidr[] = [];
  // Each step takes the largest block that starts here and ends in time: at most two blocks of each size
  while (at <= end) {
    let bits = 0;
    while (
      bits < widthOf(family) &&
      (at >> BigInt(bits)) % 2n === 0n &&
      at + (2n << BigInt(bits)) - 1n <= end
    )
      bits++;
    found.push({ address: ipFromBigInt(family, at), prefixLength: widthOf(family) - bits } as Cidr);
    at += 1n << BigInt(bits);
  }
  return found;
}

/** What is left of `from` without `hole`: nothing, all of it, or one prefix for each bit in which they differ in length. */
export function subtract(from: Cidr, hole: Cidr): Cidr[] {
  if (!overlaps(from, hole)) return [networkOf(from)];
  const left: Cidr[] = [];
  for (let length = from.prefixLength + 1; length <= hole.prefixLength; length++) {
    const kept = supernet(hole, length);
    const bit = 1n << BigInt(widthOf(familyOf(hole.address)) - length);
    const { family, start } = spanOf(kept);
    left.push({ address: ipFromBigInt(family, start ^ bit), prefixLength: length } as Cidr);
  }
  return left.sort(compareCidr);
}

/** What is left of a set without all the holes, as few prefixes as can be. */
export function subtractAll(set: readonly Cidr[], holes: readonly Cidr[]): Cidr[] {
  let left = collapse(set);
  for (const hole of collapse(holes)) left = left.flatMap((part) => subtract(part, hole));
  return collapse(left);
}

// ── parts ──

function spanOf(cidr: Cidr): { readonly family: Family; readonly start: bigint; readonly size: bigint } {
  return {
    family: familyOf(cidr.address),
    start: ipToBigInt(networkOf(cidr).address),
    size: sizeOf(cidr),
  };
}

/** Whether `a` and `b` (in order) are the two halves of one prefix. */
function isOtherHalf(a: Cidr, b: Cidr): boolean {
  return (
    a.prefixLength === b.prefixLength &&
    a.prefixLength > 0 &&
    !equalCidr(a, b) &&
    containsCidr(supernet(a), b)
  );
}

function maskBytes(bytes: Bytes, prefixLength: number): void {
  for (let bit = prefixLength; bit < 128; bit = (bit | 7) + 1) bytes[bit >> 3]! &= 0xff00 >> (bit & 7);
}

function checkLonger(cidr: Cidr, prefixLength: number): void {
  const width = widthOf(familyOf(cidr.address));
  if (!Number.isInteger(prefixLength) || prefixLength < cidr.prefixLength || prefixLength > width)
    throw new Misuse(`${formatCidr(cidr)} has no subnets of ${prefixLength} bits`);
}

/**
 * What an address carries inside, and the name it has in the reverse tree of the DNS.
 *
 * An IPv6 address may hold an IPv4 address (tunnels and translators) or a MAC address (RFC 4291 appendix A). Reverse
 * names are RFC 1035 §3.5 and RFC 3596 §2.5.
 */
import type { Ip4, Mac } from './address.ts';
import { readU32 } from './bytes.ts';
import { type Cidr, inCidr6At, networkOf, parseCidr6 } from './cidr.ts';
import { formatIp, type Ip, ip6Bytes, isV4 } from './ip.ts';
import type { Ip6 } from './ip6.ts';

export interface Ip4Within {
  readonly by: 'mapped' | 'compatible' | 'NAT64' | '6to4' | 'Teredo';
  readonly address: Ip4;
}

/** The IPv4 address that an IPv6 address holds, as far as its prefix says where. */
export function ip4Within(address: Ip6): Ip4Within | undefined {
  const bytes = ip6Bytes(address);
  const at = (offset: number) => readU32(bytes, offset) as Ip4;
  const found = HOLDERS.find(({ network, length }) => inCidr6At(bytes, 0, network, length));
  // ::/96 holds `::` and `::1`, too, which are addresses of their own (RFC 4291 §2.5.5.1)
  if (found === undefined || (found.by === 'compatible' && at(12) < 2)) return undefined;
  // Teredo hides the client's address from careless translators by turning its bits around (RFC 4380 §4)
  return { by: found.by, address: (found.by === 'Teredo' ? ~at(12) >>> 0 : at(found.at)) as Ip4 };
}

/** Where each holds it: RFC 4291 §2.5.5, RFC 6052 §2.2, RFC 3056 §2, RFC 4380 §4. */
const HOLDERS = (
  [
    ['mapped', '::ffff:0.0.0.0/96', 12],
    ['compatible', '::/96', 12],
    ['NAT64', '64:ff9b::/96', 12],
    ['6to4', '2002::/16', 2],
    ['Teredo', '2001::/32', 12],
  ] as const
).map(([by, text, at]) => {
  const { address, prefixLength } = parseCidr6(text);
  return { by, network: ip6Bytes(address), length: prefixLength, at };
});

/**
 * The MAC address from which an interface identifier was made: `ff:fe` in its middle, and one bit turned around (RFC
 * 4291 appendix A). An identifier may look so by chance, once in 65,536 times.
 */
export function macWithin(address: Ip6): Mac | undefined {
  const id = ip6Bytes(address).subarray(8);
  if (id[3] !== 0xff || id[4] !== 0xfe) return undefined;
  const high = ((id[0]! ^ 2) * 0x1_0000 + id[1]! * 0x100 + id[2]!) * 0x100_0000;
  return (high + id[5]! * 0x1_0000 + id[6]! * 0x100 + id[7]!) as Mac;
}

/** The name to ask for a PTR record: the parts of an address backwards, `80.2.0.192.in-addr.arpa.`. */
export function reverseName(address: Ip): string {
  return `${labels(address).reverse().join('.')}.${isV4(address) ? 'in-addr' : 'ip6'}.arpa.`;
}

/**
 * The zone in which the reverse names of a network lie: its own when its prefix ends between labels (every 8 bits in
 * IPv4, every 4 in IPv6), else the next one around it.
 */
export function reverseZone(network: Cidr): string {
  const { address, prefixLength } = networkOf(network);
  const count = Math.floor(prefixLength / (isV4(address) ? 8 : 4));
  const parts = labels(address).slice(0, count).reverse();
  return [...parts, isV4(address) ? 'in-addr' : 'ip6', 'arpa.'].join('.');
}

function labels(address: Ip): string[] {
  if (isV4(address)) return formatIp(address).split('.');
  return [...ip6Bytes(address)].flatMap((byte) => [(byte >> 4).toString(16), (byte & 15).toString(16)]);
}

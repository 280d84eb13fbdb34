/**
 * Addresses, interfaces and networks as people write them, read strictly: zones and netmasks are known, guesses are
 * not made.
 *
 * The grammar is that of Python's `ipaddress` (3.9.5 and later), which is also RFC 4291 §2.2 and §2.3 and RFC 6943
 * §3.1.1's strict dotted decimal; a test holds both against each other. A zone (`%eth0`, RFC 4007 §11) names a link on
 * one machine and stays beside the address, of which it is no part. What browsers read more generously is url-host.ts.
 */
import { isIp4, parseIp4 } from './address.ts';
import { type Cidr, isNetwork, networkOf, prefixLengthOfMask } from './cidr.ts';
import { Malformed } from './errors.ts';
import { type Ip, ip6, isV4 } from './ip.ts';

export interface ZonedIp {
  readonly address: Ip;
  /** What stands behind `%`: any text but an empty one, and never with IPv4. */
  readonly zone: string | undefined;
}

export interface ZonedCidr {
  readonly cidr: Cidr;
  readonly zone: string | undefined;
}

/** `192.0.2.80`, `2001:db8::80`, `fe80::1%eth0`. Throws {@link Malformed}. */
export function readAddress(text: string): ZonedIp {
  if (isIp4(text)) return { address: parseIp4(text), zone: undefined };
  const percent = text.indexOf('%');
  if (percent < 0) return { address: ip6(text), zone: undefined };
  const zone = text.slice(percent + 1);
  // A slash would begin a prefix length, a second % another zone
  if (zone === '' || /[%/]/.test(zone)) throw new Malformed(`not a zone: ${zone.slice(0, 60)}`);
  return { address: ip6(text.slice(0, percent)), zone };
}

/**
 * `192.168.1.23/24`: an address and the network around it. The network may be given by length, in IPv4 also by
 * netmask (`/255.255.255.0`) or wildcard (`/0.0.0.255`); without one it is the address alone. Throws {@link Malformed}.
 */
export function readInterface(text: string): ZonedCidr {
  const [host, mask, ...more] = text.split('/');
  if (more.length > 0) throw new Malformed(`more than one prefix length: ${text.slice(0, 60)}`);
  const { address, zone } = readAddress(host!);
  const prefixLength = mask === undefined ? (isV4(address) ? 32 : 128) : readMask(mask, isV4(address));
  return { cidr: { address, prefixLength } as Cidr, zone };
}

/**
 * `192.168.1.0/24`: a network. With host bits set it is refused when reading strictly, and else they are cleared, with
 * the zone, which belonged to the host. Throws {@link Malformed}.
 */
export function readNetwork(text: string, strict = true): ZonedCidr {
  const read = readInterface(text);
  if (isNetwork(read.cidr)) return read;
  if (strict) throw new Malformed(`host bits are set: ${text.slice(0, 60)}`);
  return { cidr: networkOf(read.cidr), zone: undefined };
}

/** The prefix length that a text behind the slash means. */
function readMask(text: string, dotted: boolean): number {
  if (/^\d+$/.test(text)) {
    const length = Number(text);
    if (length <= (dotted ? 32 : 128)) return length;
  } else if (dotted && isIp4(text)) {
    const mask = parseIp4(text);
    // A netmask first, so that 0.0.0.0 is every address; what is none may be a wildcard
    const length = prefixLengthOfMask(mask) ?? prefixLengthOfMask((~mask >>> 0) as typeof mask);
    if (length !== undefined) return length;
  }
  throw new Malformed(`not a prefix length${dotted ? ' or netmask' : ''}: ${text.slice(0, 60)}`);
}

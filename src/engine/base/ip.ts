/**
 * An internet address of either family, as a value: a number is IPv4, a canonical text is IPv6.
 *
 * Both compare with `===` and serve as keys of a `Map`. What belongs to one family alone lies in address.ts and
 * ip6.ts.
 */
import { formatIp4, type Ip4, isIp4, parseIp4 } from './address.ts';
import type { Bytes } from './bytes.ts';
import { formatIp6, type Ip6, parseIp6 } from './ip6.ts';

export type Ip = Ip4 | Ip6;
export type Family = 4 | 6;

export function isV4(address: Ip): address is Ip4 {
  return typeof address === 'number';
}

export function familyOf(address: Ip): Family {
  return typeof address === 'number' ? 4 : 6;
}

export function formatIp(address: Ip): string {
  return typeof address === 'number' ? formatIp4(address) : address;
}

/** Dotted decimal or any text form of RFC 4291 §2.2. Throws {@link Malformed}. */
export function parseIp(text: string): Ip {
  return isIp4(text) ? parseIp4(text) : ip6(text);
}

/** The canonical value of an IPv6 text. Throws {@link Malformed}. */
export function ip6(text: string): Ip6 {
  return formatIp6(parseIp6(text));
}

/** The sixteen bytes of an address. */
export function ip6Bytes(address: Ip6): Bytes {
  return parseIp6(address);
}

/** fe80::/10 (RFC 4291 §2.5.6). */
export function isLinkLocal6(address: Ip6): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}

/** ff00::/8 (RFC 4291 §2.7). */
export function isMulticast6(address: Ip6): boolean {
  return /^ff[0-9a-f]{2}:/.test(address);
}

/** `192.0.2.80:80`, `[2001:db8::80]:80` (RFC 5952 §6). */
export function formatEndpoint(address: Ip, port: number | string): string {
  return typeof address === 'number' ? `${formatIp4(address)}:${port}` : `[${address}]:${port}`;
}

/**
 * Link and internet addresses as values that compare with `===` and serve as keys of a `Map`.
 *
 * `Mac` and `Ip4` are branded numbers (48 and 32 bits, unsigned). Text forms: colon hexadecimal; dotted decimal in
 * its strict form only, as RFC 6943 §3.1.1 advises: four decimal parts, and as in RFC 3986 §3.2.2 no leading zeros.
 */
import { Malformed } from './errors.ts';

export type Mac = number & { readonly __mac: unique symbol };
export type Ip4 = number & { readonly __ip4: unique symbol };

export interface Cidr4 {
  readonly address: Ip4;
  readonly prefixLength: number;
}

export const MAC_BROADCAST = 0xffff_ffff_ffff as Mac;
export const IP4_ANY = 0 as Ip4;
export const IP4_BROADCAST = 0xffff_ffff as Ip4;

export function isIp4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** Strict dotted decimal. Throws {@link Malformed}. */
export function parseIp4(text: string): Ip4 {
  if (!isIp4(text)) throw new Malformed(`not an IPv4 address: ${text.slice(0, 60)}`);
  const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) as Ip4;
}

export function formatIp4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The bits that a prefix fixes, as a 32-bit mask. */
export function mask4(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
}

/** `192.168.1.23/24`: an address and the length of its network's prefix. Throws {@link Malformed}. */
export function parseCidr4(text: string): Cidr4 {
  const slash = text.indexOf('/');
  const length = text.slice(slash + 1);
  if (slash < 0 || !/^(?:\d|[12]\d|3[0-2])$/.test(length))
    throw new Malformed(`not an IPv4 prefix: ${text.slice(0, 60)}`);
  return { address: parseIp4(text.slice(0, slash)), prefixLength: Number(length) };
}

export function formatCidr4(cidr: Cidr4): string {
  return `${formatIp4(cidr.address)}/${cidr.prefixLength}`;
}

export function inCidr4(address: number, network: Cidr4): boolean {
  return ((address ^ network.address) & mask4(network.prefixLength)) === 0;
}

/** `00:00:5e:00:53:01`. Throws {@link Malformed}. */
export function parseMac(text: string): Mac {
  if (!/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text))
    throw new Malformed(`not a MAC address: ${text.slice(0, 60)}`);
  return Number.parseInt(text.replaceAll(':', ''), 16) as Mac;
}

export function formatMac(mac: number): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replace(/(..)(?=.)/g, '$1:');
}

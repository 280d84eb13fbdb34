/**
 * Addresses as Node's sockets take and tell them: texts, with a zone behind a link-local one, and IPv4 in IPv6's clothes
 * (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) where a socket of IPv6 speaks to one of IPv4.
 */
import { ip4Within } from '../base/address-within.ts';
import { formatIp, type Ip, isLinkLocal6, isV4, parseIp } from '../base/ip.ts';
import type { Host } from '../net/host.ts';
import type { Bound } from '../net/transport/bound.ts';

/** As `socket.address()` gives it. */
export interface SocketName {
  address: string;
  family: 'IPv4' | 'IPv6';
  port: number;
}

export interface Place {
  /** What goes into packets. */
  readonly ip: Ip;
  /** How the program sees it. */
  readonly isV6: boolean;
}

/**
 * What a text means to a socket. Undefined for a link-local address that does not say on which interface, which Linux
 * calls an invalid argument.
 */
export function placeOf(host: Host, text: string): Place | undefined {
  const [plain = '', zone] = text.split('%');
  const ip = parseIp(plain);
  if (isV4(ip)) return { ip, isV6: false };
  if (isLinkLocal6(ip) && !host.ip.nics.some(({ name }) => name === zone)) return undefined;
  const within = ip4Within(ip);
  return { ip: within?.by === 'mapped' ? within.address : ip, isV6: true };
}

/** A name of a socket that is one of IPv6, or of IPv4; undefined is the wildcard of both. */
export function nameOf(address: Bound, port: number, isV6: boolean): SocketName {
  if (!isV6) return { address: formatIp(address!), family: 'IPv4', port };
  const shown = address === undefined ? '::' : isV4(address) ? `::ffff:${formatIp(address)}` : address;
  return { address: shown, family: 'IPv6', port };
}

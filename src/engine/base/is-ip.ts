/**
 * Whether a text is an address, as `node:net` answers: `isIP`, `isIPv4`, `isIPv6`.
 *
 * Strict dotted decimal, any text form of RFC 4291 §2.2, and behind `%` a zone of letters, digits, `-`, `.` and `:`
 * (Node's own choice; RFC 4007 §11.2 leaves it to the system).
 */
import { isIp4 } from './address.ts';
import { isIp6 } from './ip6.ts';

/** 4, 6, or 0 for what is no address. */
export function isIP(text: string): 0 | 4 | 6 {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0;
}

export function isIPv4(text: string): boolean {
  return isIp4(text);
}

export function isIPv6(text: string): boolean {
  const percent = text.indexOf('%');
  if (percent < 0) return isIp6(text);
  return /^[0-9a-zA-Z.:-]+$/.test(text.slice(percent + 1)) && isIp6(text.slice(0, percent));
}

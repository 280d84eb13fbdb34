/**
 * The name that `-x` looks up: that of an address, or of the beginning of one (RFC 1035 §3.5, RFC 3596 §2.5).
 */
import { reverseName } from '../../base/address-within.ts';
import { parseIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';

/** Of an address, or of the beginning of one; other text is put under in-addr.arpa, too, as dig -x does. */
export function reverseOf(text: string): string {
  if (isIP(text) !== 0) return reverseName(parseIp(text));
  return `${text.split('.').reverse().join('.')}.in-addr.arpa.`;
}

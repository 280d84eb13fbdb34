/**
 * Names under which addresses are looked up: in-addr.arpa (RFC 1035 §3.5) and ip6.arpa (RFC 3596 §2.5).
 */
import { toHex } from '../../base/bytes.ts';
import { parseIp6 } from '../../base/ip6.ts';
import { isIP } from '../../base/is-ip.ts';

/** Of an address, or of the beginning of one; other text is put under in-addr.arpa, too, as dig -x does. */
export function reverseName(text: string): string {
  if (isIP(text) === 6) {
    const digits = [...toHex(parseIp6(text))].reverse();
    return `${digits.join('.')}.ip6.arpa.`;
  }
  return `${text.split('.').reverse().join('.')}.in-addr.arpa.`;
}

/**
 * The bytes and the checksum sum of IPv6 addresses that are in use.
 *
 * An address is a text in the engine and sixteen bytes on the wire. A stack writes the same few of them into every
 * packet, and reading a text takes some hundred nanoseconds: so what was read is kept. A memo, not state: it changes
 * no result, and it has a size.
 */
import { type Bytes, readU32 } from './bytes.ts';
import { type Ip6, parseIp6 } from './ip6.ts';

export interface KnownIp6 {
  /** The sixteen bytes. Shared: never write into them. */
  readonly bytes: Bytes;
  /** The four 32-bit words added up, for a checksum's pseudo header. */
  readonly sum: number;
}

const MOST = 4096;
const known = new Map<Ip6, KnownIp6>();

/** Throws Malformed when the text is no address, which a branded one always is. */
export function knownIp6(address: Ip6): KnownIp6 {
  const found = known.get(address);
  if (found) return found;
  const bytes = parseIp6(address);
  let sum = 0;
  for (let at = 0; at < 16; at += 4) sum += readU32(bytes, at);
  // All at once, because which of them is the oldest is nobody's business.
  if (known.size >= MOST) known.clear();
  const made = { bytes, sum };
  known.set(address, made);
  return made;
}

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
 */
import { type Bytes, readU32 } from './bytes.ts';
import type { Ip6 } from './ip6.ts';
import { knownIp6 } from './ip6-known.ts';

/** Below this many bytes the set-up of the fast way costs more than it saves. */
const WORTH_WORDS = 64;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The 32-bit view of the buffer that was summed last: frames of a run lie in few slabs. A memo, not state. */
let viewedBuffer: ArrayBufferLike | undefined;
let view: Int32Array = new Int32Array(0);

/**
 * Adds `bytes[at, at + length)` to a running sum. The sum is kept unfolded in a double: 32-bit words are added
 * whole (RFC 1071 §2 (C)) and carries are deferred (§2 (1)). 2^53 / 2^32 words is far beyond any packet. An odd last
 * byte is padded with zero on the right.
 */
export function checksumAdd(sum: number, bytes: Bytes, at: number, length: number): number {
  const end = at + length;
  let i = at;
  if (length >= WORTH_WORDS && ((bytes.byteOffset + at) & 1) === 0) {
    if (((bytes.byteOffset + i) & 2) !== 0) {
      sum += (bytes[i]! << 8) | bytes[i + 1]!;
      i += 2;
    }
    const words = (end - i) >>> 2;
    sum += wordSum(bytes, i, words);
    i += words * 4;
  }
  for (; i + 1 < end; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (i < end) sum += bytes[i]! << 8;
  return sum;
}

/** Sum of aligned 32-bit words, read in the machine's order and swapped once at the end (RFC 1071 §2 (B)). */
function wordSum(bytes: Bytes, at: number, words: number): number {
  if (bytes.buffer !== viewedBuffer) {
    viewedBuffer = bytes.buffer;
    view = new Int32Array(viewedBuffer, 0, viewedBuffer.byteLength >>> 2);
  }
  const from = (bytes.byteOffset + at) >>> 2;
  const to = from + words;
  // halves in 32-bit integers, which engines add without converting; 16,384 words of 65,535 stay below 2^31
  let sum = 0;
  for (let i = from; i < to; ) {
    const end = Math.min(to, i + 16_384);
    let low = 0;
    let high = 0;
    for (; i < end; i++) {
      const word = view[i]!;
      low = (low + (word & 0xffff)) | 0;
      high = (high + (word >>> 16)) | 0;
    }
    sum += high * 0x1_0000 + low;
  }
  if (!IS_LITTLE_ENDIAN) return sum;
  const folded = fold(sum);
  return ((folded & 255) << 8) | (folded >>> 8);
}

/** Ones' complement sum of the 16-bit halves of an unfolded sum below 2^53. */
function fold(sum: number): number {
  const low = sum >>> 0;
  const high = Math.floor(sum / 0x1_0000_0000);
  let folded = (low >>> 16) + (low & 0xffff) + (high >>> 16) + (high & 0xffff);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

/** Folds a sum of {@link checksumAdd} to 16 bits and complements it. */
export function checksumFinish(sum: number): number {
  return ~fold(sum) & 0xffff;
}

/** The checksum of one run of bytes. Over data that holds a right checksum the result is 0. */
export function checksum(bytes: Bytes, at = 0, length = bytes.length - at): number {
  return checksumFinish(checksumAdd(0, bytes, at, length));
}

/** Sum of the IPv4 pseudo header (RFC 9293 §3.1, RFC 768), to start {@link checksumAdd} with. */
export function pseudoHeader4(source: number, destination: number, protocol: number, length: number): number {
  return source + destination + protocol + length;
}

/** Sum of the IPv6 pseudo header (RFC 8200 §8.1), to start {@link checksumAdd} with. */
export function pseudoHeader6(source: Ip6, destination: Ip6, protocol: number, length: number): number {
  return knownIp6(source).sum + knownIp6(destination).sum + protocol + length;
}

/**
 * The same with both addresses as they stand one behind the other in a header: `addressesAt` is the offset of the
 * source. With a routing header that is not used up the destination is another one, and this is the wrong function.
 */
export function pseudoHeader6At(bytes: Bytes, addressesAt: number, protocol: number, length: number): number {
  let sum = protocol + length;
  for (let at = addressesAt; at < addressesAt + 32; at += 4) sum += readU32(bytes, at);
  return sum;
}

/** The pseudo header of the family that the addresses belong to; a number is IPv4. Both must be of one family. */
export function pseudoHeader(
  source: number | Ip6,
  destination: number | Ip6,
  protocol: number,
  length: number,
): number {
  if (typeof source === 'number') return pseudoHeader4(source, destination as number, protocol, length);
  return pseudoHeader6(source, destination as Ip6, protocol, length);
}

/** A checksum after one 16-bit word changed: HC' = ~(~HC + ~m + m') (RFC 1624 §3, equation 3). */
export function adjustChecksum(sum: number, before: number, after: number): number {
  let total = (~sum & 0xffff) + (~before & 0xffff) + after;
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

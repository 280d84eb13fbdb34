/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
 */
import type { Bytes } from './bytes.ts';

/**
 * Adds `bytes[at, at + length)` to a running sum. The sum is kept unfolded in a double: 32-bit words are added
 * whole (RFC 1071 §2 (C), carries are deferred), which halves the work of 16-bit words. 2^53 / 2^32 words is
 * far beyond any packet. An odd last byte is padded with zero on the right.
 */
export function checksumAdd(sum: number, bytes: Bytes, at: number, length: number): number {
  const end = at + length;
  const lastWhole = at + (length & ~7);
  let i = at;
  for (; i < lastWhole; i += 8) {
    sum +=
      (((bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!) >>> 0) +
      (((bytes[i + 4]! << 24) | (bytes[i + 5]! << 16) | (bytes[i + 6]! << 8) | bytes[i + 7]!) >>> 0);
  }
  for (; i + 1 < end; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (i < end) sum += bytes[i]! << 8;
  return sum;
}

/** Folds a sum of {@link checksumAdd} to 16 bits and complements it. */
export function checksumFinish(sum: number): number {
  let folded = (sum % 0x1_0000_0000) + Math.floor(sum / 0x1_0000_0000);
  folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  folded = (folded & 0xffff) + (folded >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** The checksum of one run of bytes. Over data that holds a right checksum the result is 0. */
export function checksum(bytes: Bytes, at = 0, length = bytes.length - at): number {
  return checksumFinish(checksumAdd(0, bytes, at, length));
}

/** Sum of the IPv4 pseudo header (RFC 9293 §3.1, RFC 768), to start {@link checksumAdd} with. */
export function pseudoHeader4(source: number, destination: number, protocol: number, length: number): number {
  return source + destination + protocol + length;
}

/** A checksum after one 16-bit word changed: HC' = ~(~HC + ~m + m') (RFC 1624 §3, equation 3). */
export function adjustChecksum(sum: number, before: number, after: number): number {
  let total = (~sum & 0xffff) + (~before & 0xffff) + after;
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

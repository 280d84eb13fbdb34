/**
 * IPv6 addresses: 16 bytes on the wire, a branded canonical text as a value that compares with `===`.
 *
 * Reading follows RFC 4291 §2.2 (three text forms), printing follows RFC 5952 §4 (lower case, no leading zeros, the
 * longest run of at least two zero groups as `::`, the first of equals). No zone index (RFC 4007) and no prefix.
 */
import { isIp4, parseIp4 } from './address.ts';
import type { Bytes } from './bytes.ts';
import { writeU32 } from './bytes.ts';
import { Malformed, Misuse } from './errors.ts';

/** The canonical text of an IPv6 address, as {@link formatIp6} writes it. */
export type Ip6 = string & { readonly __ip6: unique symbol };

/** Reads any legal text form into 16 bytes. Throws {@link Malformed}. */
export function parseIp6(text: string): Bytes {
  const bytes = new Uint8Array(16);
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2) throw notIp6(text);
  const head = readGroups(halves[0]!, halves.length === 1, text);
  const tail = halves.length === 2 ? readGroups(halves[1]!, true, text) : [];
  const missing = 16 - head.length - tail.length;
  // `::` stands for one group of zeros or more (RFC 4291 §2.2 (2)), so it may not be there for nothing
  if (halves.length === 2 ? missing < 2 : missing !== 0) throw notIp6(text);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** The canonical text of 16 bytes (RFC 5952 §4; §5 for IPv4-mapped addresses, whose last 32 bits are dotted decimal). */
export function formatIp6(bytes: Bytes, at = 0): Ip6 {
  if (at + 16 > bytes.length) throw new Misuse(`an IPv6 address has 16 bytes, not ${bytes.length - at}`);
  if (!isMapped(bytes, at)) return formatGroups(bytes, at, 8) as Ip6;
  const dotted = `${bytes[at + 12]}.${bytes[at + 13]}.${bytes[at + 14]}.${bytes[at + 15]}`;
  return `${formatGroups(bytes, at, 6)}:${dotted}` as Ip6;
}

/** The same without a dotted end, as URLs have it: `::ffff:c000:250`. No {@link Ip6}, which has one text only. */
export function formatIp6Hex(bytes: Bytes, at = 0): string {
  return formatGroups(bytes, at, 8);
}

/** The first `count` groups, the longest run of at least two zero groups among them as `::`. */
function formatGroups(bytes: Bytes, at: number, count: number): string {
  let zerosAt = -1;
  let zeros = 1; // a single zero group is never shortened, RFC 5952 §4.2.2
  for (let i = 0, run = 0; i < count; i++) {
    run = group(bytes, at, i) === 0 ? run + 1 : 0;
    if (run > zeros) {
      zeros = run;
      zerosAt = i - run + 1;
    }
  }
  let text = '';
  for (let i = 0; i < count; i++) {
    if (i === zerosAt) {
      text += '::';
      i += zeros - 1;
    } else {
      text += (text !== '' && !text.endsWith(':') ? ':' : '') + group(bytes, at, i).toString(16);
    }
  }
  return text;
}

export function isIp6(text: string): boolean {
  try {
    parseIp6(text);
    return true;
  } catch {
    return false;
  }
}

function group(bytes: Bytes, at: number, index: number): number {
  return (bytes[at + 2 * index]! << 8) | bytes[at + 2 * index + 1]!;
}

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
function isMapped(bytes: Bytes, at: number): boolean {
  for (let i = 0; i < 5; i++) if (group(bytes, at, i) !== 0) return false;
  return group(bytes, at, 5) === 0xffff;
}

/** The bytes of colon-separated groups; the last may be dotted decimal when `last` says that the address ends here. */
function readGroups(text: string, last: boolean, whole: string): number[] {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (let i = 0; i < groups.length; i++) {
    const part = groups[i]!;
    if (last && i === groups.length - 1 && isIp4(part)) {
      const four = new Uint8Array(4);
      writeU32(four, 0, parseIp4(part));
      bytes.push(...four);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw notIp6(whole);
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

function notIp6(text: string): Malformed {
  return new Malformed(`not an IPv6 address: ${text.slice(0, 60)}`);
}

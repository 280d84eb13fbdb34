/**
 * The host of a URL as browsers read it (WHATWG URL §3.5, "host parsing", for special schemes): a name, or an address
 * in any of the forms that C's inet_aton left behind.
 *
 * `127.1`, `0x7f.1`, `2130706433` and `0177.0.0.1` are all 127.0.0.1 here, and nothing of the kind to a strict reader:
 * a check that reads one way before a fetch that reads the other lets through what it meant to stop (RFC 6943 §3.1.1).
 *
 * Not done: international names. A character that stands for ASCII letters, digits or a dot (fullwidth `１`, `。`) is
 * mapped as UTS 46 does; any other beyond ASCII is {@link Unsupported}, and names with `xn--` are not checked.
 */
import { formatIp4, type Ip4 } from './address.ts';
import { fromUtf8, toUtf8 } from './bytes.ts';
import { Malformed, Unsupported } from './errors.ts';
import { type Ip, ip6, ip6Bytes, isV4 } from './ip.ts';
import { formatIp6Hex } from './ip6.ts';

export type UrlHost =
  | { readonly kind: 'address'; readonly address: Ip }
  | { readonly kind: 'name'; readonly name: string };

/** Reads what stands between `//` and the port of a URL. Throws {@link Malformed} and {@link Unsupported}. */
export function parseUrlHost(text: string): UrlHost {
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw notHost(text, 'its bracket is not closed');
    // A zone is refused with every other `%`: browsers never took RFC 6874, and RFC 9844 made it obsolete
    return { kind: 'address', address: ip6(text.slice(1, -1)) };
  }
  const name = mapToAscii(percentDecode(text)).toLowerCase();
  if (name === '') throw notHost(text, 'it is empty');
  for (let i = 0; i < name.length; i++)
    if (isForbidden(name.charCodeAt(i))) throw notHost(text, `${JSON.stringify(name[i])} may not be in it`);
  return endsInNumber(name) ? { kind: 'address', address: parseLooseIp4(name) } : { kind: 'name', name };
}

/** The host as it stands in a URL: IPv6 in brackets and, unlike RFC 5952 §5, never with a dotted end. */
export function formatUrlHost(host: UrlHost): string {
  if (host.kind === 'name') return host.name;
  return isV4(host.address) ? formatIp4(host.address) : `[${formatIp6Hex(ip6Bytes(host.address))}]`;
}

/**
 * IPv4 in one to four parts, each decimal, octal (`0…`) or hexadecimal (`0x…`); the last fills all bytes that are left.
 * Throws {@link Malformed}.
 */
export function parseLooseIp4(text: string): Ip4 {
  const parts = text.split('.');
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  if (parts.length > 4) throw notHost(text, 'it has more than four parts');
  const values = parts.map(parseNumber);
  let address = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const isLast = i === values.length - 1;
    if (value === undefined)
      throw notHost(text, `${parts[i] === '' ? 'nothing' : parts[i]!.slice(0, 20)} is no number`);
    if (value >= (isLast ? PLACE[i]! * 256 : 256))
      throw notHost(text, `${parts[i]!.slice(0, 20)} is too large`);
    address += isLast ? value : value * PLACE[i]!;
  }
  return address as Ip4;
}

/** What a one is worth in each of four parts. */
const PLACE: readonly number[] = [0x100_0000, 0x1_0000, 0x100, 1];

/** Whether the last part, a final dot aside, is a number: then all must be an address, and no name may end so. */
function endsInNumber(name: string): boolean {
  const parts = name.split('.');
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  const last = parts.at(-1)!;
  return /^\d+$/.test(last) || parseNumber(last) !== undefined;
}

/** A number in C's notation, `undefined` for what is none; `0x` alone is zero, as in the standard. */
function parseNumber(part: string): number | undefined {
  if (/^0x[0-9a-f]*$/i.test(part)) return part.length === 2 ? 0 : Number.parseInt(part.slice(2), 16);
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8);
  return /^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : undefined;
}

/** WHATWG URL §3.2, forbidden domain code points, of which those above ASCII are gone by now. */
function isForbidden(unit: number): boolean {
  return unit <= 0x20 || unit === 0x7f || '#%/:<>?@[\\]^|'.includes(String.fromCharCode(unit));
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = fromUtf8(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const digits = String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0);
    const isEscape = bytes[i] === 0x25 && /^[0-9a-fA-F]{2}$/.test(digits);
    out.push(isEscape ? Number.parseInt(digits, 16) : bytes[i]!);
    if (isEscape) i += 2;
  }
  return toUtf8(Uint8Array.from(out));
}

/** UTS 46 for characters whose mapping is ASCII: the three ideographic dots, and what NFKC makes letters and digits. */
function mapToAscii(text: string): string {
  let ascii = '';
  for (const character of text) {
    if (character <= '\x7f') ascii += character;
    else if ('\u3002\uff0e\uff61'.includes(character)) ascii += '.';
    else {
      const mapped = character.normalize('NFKC').toLowerCase();
      // A compatibility character that hides a dot or a slash (U+2488 is `1.`) is one that UTS 46 forbids
      if (!/^[0-9a-z-]+$/.test(mapped)) throw new Unsupported(`not an ASCII host: ${text.slice(0, 60)}`);
      ascii += mapped;
    }
  }
  return ascii;
}

function notHost(text: string, why: string): Malformed {
  return new Malformed(`not a host, ${why}: ${text.slice(0, 60)}`);
}

/**
 * What fetch does without a network: `data:` and `blob:` URLs (Fetch §4.2, §6), and the ports that it refuses (§2.9).
 */
import { fromBase64 } from './base64.ts';

/** The ports of other protocols, which a request could be mistaken for. */
const BAD_PORTS = new Set([
  ...[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104,
  ],
  ...[
    109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  ],
  ...[526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049],
  ...[3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

export function isBadPort(url: URL): boolean {
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.port !== '' && BAD_PORTS.has(Number(url.port));
}

export interface DataResource {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The resource in a `data:` URL; undefined when there is none. */
export function dataResource(url: URL): DataResource | undefined {
  const [whole] = url.href.split('#');
  const comma = whole!.indexOf(',');
  if (comma < 0) return undefined;
  let type = whole!.slice('data:'.length, comma).trim();
  let bytes = percentDecoded(whole!.slice(comma + 1));
  const marked = /;[ ]*base64$/i.exec(type);
  if (marked) {
    const binary = fromBase64(String.fromCharCode(...bytes));
    if (binary === undefined) return undefined;
    bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    type = type.slice(0, marked.index);
  }
  if (type.startsWith(';')) type = `text/plain${type}`;
  return { type: /^[^/;\s]+\/[^/;\s]+/.test(type) ? mediaType(type) : 'text/plain;charset=US-ASCII', bytes };
}

function mediaType(text: string): string {
  const [essence, ...parameters] = text.split(';').map((part) => part.trim());
  const kept = parameters.map((one) => one.split('=')).filter(([name, value]) => name && value !== undefined);
  return [
    essence!.toLowerCase(),
    ...kept.map(([name, ...value]) => `${name!.toLowerCase()}=${value.join('=')}`),
  ].join(';');
}

function percentDecoded(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const hex = text[i] === '%' ? /^[0-9a-f]{2}/i.exec(text.slice(i + 1, i + 3))?.[0] : undefined;
    bytes.push(hex === undefined ? text.charCodeAt(i) : Number.parseInt(hex, 16));
    if (hex !== undefined) i += 2;
  }
  return Uint8Array.from(bytes);
}

// A dissected frame as the bytes panel needs it: every field in order, which one a byte belongs to, what two
// dissections of one packet differ in. Bits and bytes count from the start of the frame.
import type { Node } from '#engine/wire/bits.ts';

export interface Field {
  readonly node: Node;
  /** Position in the list of all fields. */
  readonly index: number;
  /** 1 for a layer. */
  readonly level: number;
  readonly parent: Field | undefined;
  readonly children: readonly Field[];
  /** Place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
  /** `dns`, `ip`…: colour of the layer it stands in. */
  readonly layer: string;
  /** Labels from the layer down, the same for the same field of another frame. */
  readonly path: string;
}

/** All fields below the root, parents before their children. */
export function fieldsOf(tree: Node): Field[] {
  const fields: Field[] = [];
  const walk = (
    node: Node,
    level: number,
    parent: Field | undefined,
    place: number,
    siblings: number,
  ): Field => {
    const same = parent ? parent.children.filter((one) => one.node.label === node.label).length : 0;
    const name = same > 0 ? `${node.label} ${same + 1}` : node.label;
    const children: Field[] = [];
    const field: Field = {
      node,
      index: fields.length,
      level,
      parent,
      children,
      place,
      siblings,
      layer: node.layer ?? parent?.layer ?? 'link',
      path: parent ? `${parent.path}/${name}` : name,
    };
    fields.push(field);
    node.children.forEach((child, i) => {
      children.push(walk(child, level + 1, field, i + 1, node.children.length));
    });
    return field;
  };
  tree.children.forEach((child, i) => {
    walk(child, 1, undefined, i + 1, tree.children.length);
  });
  return fields;
}

/** First byte, and the one behind the last. A field of three bits has the whole byte that they stand in. */
export function bytesOf(node: {
  readonly bitStart: number;
  readonly bitLength: number;
}): readonly [number, number] {
  return [node.bitStart >> 3, Math.ceil((node.bitStart + node.bitLength) / 8)];
}

/** The fields without children that have a bit in this byte, in order. */
export function leavesAt(fields: readonly Field[], byte: number): Field[] {
  return fields.filter(({ node, children }) => {
    if (children.length > 0 || node.bitLength === 0) return false;
    const [from, to] = bytesOf(node);
    return byte >= from && byte < to;
  });
}

/** What a reader finds open: the innermost layer, and in it whatever holds more than plain fields. */
export function openAtFirst(fields: readonly Field[]): Set<string> {
  const innermost = fields.findLast((field) => field.level === 1);
  const open = new Set<string>();
  const walk = (field: Field): void => {
    const holdsGroups = field.children.some((child) => child.children.length > 0);
    if (field !== innermost && !holdsGroups) return;
    open.add(field.path);
    field.children.forEach(walk);
  };
  if (innermost) walk(innermost);
  return open;
}

/** The fields that are seen when these paths are open. */
export function visible(fields: readonly Field[], open: ReadonlySet<string>): Field[] {
  return fields.filter((field) => {
    for (let above = field.parent; above; above = above.parent) if (!open.has(above.path)) return false;
    return true;
  });
}

export interface Change {
  readonly field: Field;
  readonly was: string;
}

/** The plain fields that say something else than in `before`: what routers did to the packet on its way. */
export function changesSince(before: readonly Field[], now: readonly Field[]): Change[] {
  const old = new Map(
    before.filter((field) => field.children.length === 0).map((field) => [field.path, field]),
  );
  return now.flatMap((field) => {
    if (field.children.length > 0) return [];
    const was = old.get(field.path)?.node.text;
    return was === undefined || was === field.node.text ? [] : [{ field, was }];
  });
}

/** Labels are sentences' beginnings; legends and breadcrumbs want the usual short name. */
export function shortLayer(label: string): string {
  return SHORT.find(([start]) => label.startsWith(start))?.[1] ?? label;
}

const SHORT: readonly (readonly [string, string])[] = [
  ['Ethernet', 'Ethernet'],
  ['Address Resolution', 'ARP'],
  ['Internet Protocol, version 6', 'IPv6'],
  ['Internet Protocol', 'IPv4'],
  ['Internet Control Message Protocol, version 6', 'ICMPv6'],
  ['Internet Control', 'ICMP'],
  ['User Datagram', 'UDP'],
  ['Transmission Control', 'TCP'],
  ['Domain Name', 'DNS'],
  ['Hypertext', 'HTTP'],
  ['HTTP', 'HTTP'],
];

/** The letter in the layer's shape. */
export function letterOf(field: Field): string {
  const name = shortLayer(field.node.label);
  if (name === 'UDP') return 'U';
  return { link: 'L', ip: 'I', transport: 'T', dns: 'D', tls: 'S', http: 'H' }[field.layer] ?? 'A';
}

/** `RFC 791 §3.1, RFC 5227 §1.1` → pieces, those that name an RFC with the address of the section. */
export function specParts(
  spec: string,
): readonly { readonly text: string; readonly href: string | undefined }[] {
  const parts: { text: string; href: string | undefined }[] = [];
  let at = 0;
  for (const found of spec.matchAll(/RFC (\d+)(?: (?:§|Appendix )([A-Z0-9][\d.]*))?/g)) {
    if (found.index > at) parts.push({ text: spec.slice(at, found.index), href: undefined });
    const section = found[2]?.replace(/\.$/, '');
    const anchor =
      section === undefined ? '' : /^[A-Z]/.test(section) ? `#appendix-${section}` : `#section-${section}`;
    parts.push({ text: found[0], href: `https://www.rfc-editor.org/rfc/rfc${found[1]}${anchor}` });
    at = found.index + found[0].length;
  }
  if (at < spec.length) parts.push({ text: spec.slice(at), href: undefined });
  return parts;
}

/** `76–77`, `14`, and for parts of a byte `bits 0–3 of byte 14`. Bits count from the most significant. */
export function placeText({
  bitStart,
  bitLength,
}: {
  readonly bitStart: number;
  readonly bitLength: number;
}): string {
  const [from, to] = bytesOf({ bitStart, bitLength });
  if (bitStart % 8 === 0 && bitLength % 8 === 0)
    return to - from === 1 ? `byte ${from}` : `bytes ${from}–${to - 1}`;
  const first = bitStart - from * 8;
  const last = first + bitLength - 1;
  const bits = bitLength === 1 ? `bit ${first}` : `bits ${first}–${last}`;
  return to - from === 1 ? `${bits} of byte ${from}` : `${bits} of bytes ${from}–${to - 1}`;
}

/** The bytes of a field in hexadecimal, at most so many; its bits when it is only part of bytes. */
export function rawText(
  bytes: Uint8Array,
  { bitStart, bitLength }: { readonly bitStart: number; readonly bitLength: number },
  most = 16,
): string {
  if (bitStart % 8 !== 0 || bitLength % 8 !== 0) {
    let text = '';
    const end = bitStart + Math.min(bitLength, 32);
    for (let bit = bitStart; bit < end; bit++) text += (bytes[bit >> 3]! >> (7 - (bit & 7))) & 1;
    return text;
  }
  const [from, to] = bytesOf({ bitStart, bitLength });
  const shown = Array.from(bytes.subarray(from, Math.min(to, from + most)), hexByte).join(' ');
  return to - from > most ? `${shown} …` : shown;
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

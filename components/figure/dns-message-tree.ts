// One DNS message out of the dissection of a frame: places count from its first byte, as compression pointers do. And the
// same as a small JSON value, for the page’s HTML: the texts that fields have in common stand once.
import type { Node } from '#engine/wire/bits.ts';
import type { FrameView } from '../engine/figure.ts';
import { bytesOf } from '../player/fields.ts';

export interface DnsMessageBytes {
  readonly bytes: Uint8Array;
  /** The message; its fields are the children. */
  readonly root: Node;
  /** The trace kept headers only: bytes are missing. */
  readonly cut: boolean;
}

/** Undefined for a frame that holds no message, such as a part of a TCP stream. */
export function messageIn({ bytes, tree, cut }: FrameView): DnsMessageBytes | undefined {
  const root = tree.children.find(({ layer }) => layer === 'dns');
  if (!root || root.bitStart % 8 !== 0) return undefined;
  const [from, to] = bytesOf(root);
  return { bytes: bytes.slice(from, to), root: moved(root, -from * 8), cut };
}

function moved(node: Node, by: number): Node {
  return {
    ...node,
    bitStart: node.bitStart + by,
    ...(node.refers && { refers: { ...node.refers, bitStart: node.refers.bitStart + by } }),
    children: node.children.map((child) => moved(child, by)),
  };
}

/** The first message bit of its section: header, question and so on are told apart by it. */
export const HEADER_BITS = 96;

type PackedNode = readonly [
  kind: number,
  bitStart: number,
  bitLength: number,
  text: string,
  value: number | string | boolean | null,
  children: readonly PackedNode[],
  refers?: readonly [bitStart: number, bitLength: number] | null,
  problem?: string,
];

export interface PackedMessage {
  readonly hex: string;
  readonly cut: boolean;
  /** Label, section of a specification, and what it is, for each kind of field. */
  readonly kinds: readonly (readonly [label: string, spec: string, about: string])[];
  readonly root: PackedNode;
}

export function packMessage({ bytes, root, cut }: DnsMessageBytes): PackedMessage {
  const kinds: [string, string, string][] = [];
  const known = new Map<string, number>();
  const pack = (node: Node): PackedNode => {
    const kind = [node.label, node.spec, node.about] as [string, string, string];
    const key = kind.join('\n');
    if (!known.has(key)) known.set(key, kinds.push(kind) - 1);
    const plain = [
      known.get(key)!,
      node.bitStart,
      node.bitLength,
      node.text,
      node.value ?? null,
      node.children.map(pack),
    ] as const;
    if (!node.refers && node.problem === undefined) return plain;
    const refers = node.refers ? ([node.refers.bitStart, node.refers.bitLength] as const) : null;
    return node.problem === undefined ? [...plain, refers] : [...plain, refers, node.problem];
  };
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { hex, cut, root: pack(root), kinds };
}

export function unpackMessage({ hex, cut, kinds, root }: PackedMessage): DnsMessageBytes {
  const unpack = ([kind, bitStart, bitLength, text, value, children, refers, problem]: PackedNode): Node => {
    const [label, spec, about] = kinds[kind]!;
    return {
      label,
      spec,
      about,
      bitStart,
      bitLength,
      text,
      value: value ?? undefined,
      children: children.map(unpack),
      ...(refers && { refers: { bitStart: refers[0], bitLength: refers[1] } }),
      ...(problem !== undefined && { problem }),
    };
  };
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
  return { bytes, cut, root: { ...unpack(root), layer: 'dns' } };
}

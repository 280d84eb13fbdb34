/**
 * The law of every dissection: the leaves, in order, cover the buffer bit by bit, without a gap or an overlap, and
 * every parent covers exactly its children. Shared by the tests of all formats.
 */
import type { Node } from '../../src/engine/wire/bits.ts';

/** The first breach of the law as a sentence, or `undefined`. */
export function partitionFault(root: Node, bits: number): string | undefined {
  if (root.bitStart !== 0 || root.bitLength !== bits)
    return `the root covers ${root.bitStart}+${root.bitLength}, not 0+${bits}`;
  return faultBelow(root);
}

function faultBelow(node: Node): string | undefined {
  if (node.children.length === 0)
    return node.bitLength > 0 || node.bitStart === 0 ? undefined : emptyLeaf(node);
  let at = node.bitStart;
  for (const child of node.children) {
    if (child.bitStart !== at) return `${child.label} starts at bit ${child.bitStart}, ${at} expected`;
    const fault = faultBelow(child);
    if (fault) return fault;
    at += child.bitLength;
  }
  const end = node.bitStart + node.bitLength;
  return at === end ? undefined : `${node.label} ends at bit ${end}, its children at ${at}`;
}

/** Groups that read nothing (an empty list of records) are nodes of no width; they break nothing. */
function emptyLeaf(node: Node): string | undefined {
  return node.bitLength < 0 ? `${node.label} has a negative width` : undefined;
}

/** All leaves in order. */
export function leaves(node: Node): Node[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leaves);
}

/** The first node below `root` with this label, depth first. Throws when there is none, so that a test cannot pass by absence. */
export function find(root: Node, label: string): Node {
  const found = search(root, label);
  if (!found) throw new Error(`no node “${label}” below “${root.label}”`);
  return found;
}

function search(node: Node, label: string): Node | undefined {
  if (node.label === label) return node;
  for (const child of node.children) {
    const found = search(child, label);
    if (found) return found;
  }
  return undefined;
}

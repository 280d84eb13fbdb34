/**
 * A program's secrets, which are none: random bytes from the stream of chance that bears its name.
 */
import type { UUID } from 'node:crypto';
import type { NodeProcess } from '../node-process.ts';

/** Fills `into` with random bytes. */
export function fillRandom(node: NodeProcess, into: Uint8Array): void {
  const stream = node.host.world.random(`program:${node.host.name}/${node.name}/crypto`);
  for (let i = 0; i < into.length; i += 4) {
    const word = stream.u32();
    for (let j = 0; j < 4 && i + j < into.length; j++) into[i + j] = word >>> (8 * j);
  }
}

export function randomBytes(node: NodeProcess, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  fillRandom(node, bytes);
  return bytes;
}

/** A version 4 UUID (RFC 9562 §5.4). */
export function randomUuid(node: NodeProcess): UUID {
  const bytes = randomBytes(node, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

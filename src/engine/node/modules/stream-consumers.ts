/**
 * `node:stream/consumers`: everything that a stream gives, as one value.
 */
import type { NodeProcess } from '../node-process.ts';
import { type Blob, blobs } from '../web/blob.ts';
import { packages } from './packages.ts';

type Consumers = typeof import('node:stream/consumers');
/** Anything that gives its pieces one after the other. */
type Source = Parameters<Consumers['text']>[0];

export function consumers(node: NodeProcess) {
  const { Buffer } = node.load(packages).buffer;

  async function buffer(source: Source): Promise<Buffer<ArrayBuffer>> {
    const pieces: Uint8Array[] = [];
    for await (const piece of source) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }
  async function text(source: Source): Promise<string> {
    const decoder = new TextDecoder();
    let found = '';
    for await (const piece of source)
      found += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    return found + decoder.decode();
  }
  return {
    async arrayBuffer(source: Source): Promise<ArrayBuffer> {
      const { buffer: bytes, byteOffset, byteLength } = await buffer(source);
      return bytes.slice(byteOffset, byteOffset + byteLength);
    },
    async blob(source: Source): Promise<Blob> {
      const { Blob } = node.load(blobs);
      return new Blob([await buffer(source)]);
    },
    buffer,
    async bytes(source: Source): Promise<Uint8Array<ArrayBuffer>> {
      return new Uint8Array(await buffer(source));
    },
    text,
    async json(source: Source): Promise<unknown> {
      return JSON.parse(await text(source));
    },
  };
}

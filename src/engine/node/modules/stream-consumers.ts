/**
 * `node:stream/consumers`: everything that a stream gives, as one value.
 */
import type { Readable } from 'node:stream';
import type { NodeProcess } from '../node-process.ts';
import { blobs } from '../web/blob.ts';
import { packages } from './packages.ts';

type Source = AsyncIterable<Uint8Array | string> | Readable;

export function consumers(node: NodeProcess) {
  const { Buffer } = node.load(packages).buffer;

  async function buffer(source: Source): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of source)
      pieces.push(typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece as Uint8Array));
    return Buffer.concat(pieces);
  }
  async function text(source: Source): Promise<string> {
    const decoder = new TextDecoder();
    let found = '';
    for await (const piece of source)
      found += typeof piece === 'string' ? piece : decoder.decode(piece as Uint8Array, { stream: true });
    return found + decoder.decode();
  }
  return {
    async arrayBuffer(source: Source): Promise<ArrayBuffer> {
      const { buffer: bytes, byteOffset, byteLength } = await buffer(source);
      return bytes.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    },
    async blob(source: Source): Promise<unknown> {
      const { Blob } = node.load(blobs);
      return new Blob([await buffer(source)]);
    },
    buffer,
    async bytes(source: Source): Promise<Uint8Array> {
      return new Uint8Array(await buffer(source));
    },
    text,
    async json(source: Source): Promise<unknown> {
      return JSON.parse(await text(source));
    },
  };
}

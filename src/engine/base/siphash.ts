/**
 * SipHash-2-4: a keyed hash of 64 bits for short inputs (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
 *
 * A function whose values nobody can guess without the key: DNS cookies are made with it (RFC 9018 §4.4). Words of 64
 * bits are pairs of 32-bit halves, low half first, as they lie in memory (little-endian). Not a hash for long data.
 */
import type { Bytes } from './bytes.ts';
import { Misuse } from './errors.ts';

/** The eight bytes of the hash, in the order of the reference implementation. `key` has sixteen bytes. */
export function sipHash24(key: Bytes, message: Bytes): Bytes {
  if (key.length !== 16) throw new Misuse(`a SipHash key has 16 bytes, not ${key.length}`);
  const k = new DataView(key.buffer, key.byteOffset, 16);
  const [k0, k1, k2, k3] = [0, 4, 8, 12].map((at) => k.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  // "somepseudorandomlygeneratedbytes" in four words, with the key mixed in
  const v = Uint32Array.of(
    k0 ^ 0x70736575,
    k1 ^ 0x736f6d65,
    k2 ^ 0x6e646f6d,
    k3 ^ 0x646f7261,
    k0 ^ 0x6e657261,
    k1 ^ 0x6c796765,
    k2 ^ 0x79746573,
    k3 ^ 0x74656462,
  );
  // The last word ends in the length, so that no two messages are padded to the same words
  const padded = new Uint8Array(((message.length >> 3) + 1) * 8);
  padded.set(message);
  padded[padded.length - 1] = message.length;
  const words = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 8) {
    const low = words.getUint32(at, true);
    const high = words.getUint32(at + 4, true);
    v[6]! ^= low;
    v[7]! ^= high;
    rounds(v, 2);
    v[0]! ^= low;
    v[1]! ^= high;
  }
  v[4]! ^= 0xff;
  rounds(v, 4);
  const hash = new Uint8Array(8);
  const out = new DataView(hash.buffer);
  out.setUint32(0, v[0]! ^ v[2]! ^ v[4]! ^ v[6]!, true);
  out.setUint32(4, v[1]! ^ v[3]! ^ v[5]! ^ v[7]!, true);
  return hash;
}

/** The paper's SipRound, `count` times. Word i of the state lies at 2i. */
function rounds(v: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    add(v, 0, 2);
    rotate(v, 2, 13);
    xor(v, 2, 0);
    rotate(v, 0, 32);
    add(v, 4, 6);
    rotate(v, 6, 16);
    xor(v, 6, 4);
    add(v, 0, 6);
    rotate(v, 6, 21);
    xor(v, 6, 0);
    add(v, 4, 2);
    rotate(v, 2, 17);
    xor(v, 2, 4);
    rotate(v, 4, 32);
  }
}

function add(v: Uint32Array, to: number, from: number): void {
  const low = v[to]! + v[from]!;
  v[to + 1] = v[to + 1]! + v[from + 1]! + (low > 0xffff_ffff ? 1 : 0);
  v[to] = low;
}

function xor(v: Uint32Array, to: number, from: number): void {
  v[to]! ^= v[from]!;
  v[to + 1]! ^= v[from + 1]!;
}

/** To the left by 1 to 32 bits. */
function rotate(v: Uint32Array, at: number, bits: number): void {
  const low = v[at]!;
  const high = v[at + 1]!;
  v[at] = bits === 32 ? high : (low << bits) | (high >>> (32 - bits));
  v[at + 1] = bits === 32 ? low : (high << bits) | (low >>> (32 - bits));
}

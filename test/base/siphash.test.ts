import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/engine/base/bytes.ts';
import { sipHash24 } from '../../src/engine/base/siphash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

describe('SipHash-2-4', () => {
  // The reference implementation’s vectors (message 00 01 02 … under key 00 … 0f); that of 15 bytes is appendix A of the
  // paper. `openssl mac -macopt size:8 -macopt hexkey:000102030405060708090a0b0c0d0e0f SIPHASH` gives the same.
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [2, '5a4fa9d909806c0d'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
    [16, 'db9bc2577fcc2a3f'],
    [63, '724506eb4c328a95'],
  ])('of %i bytes', (length, hash) => {
    expect(toHex(sipHash24(KEY, message(length)))).toBe(hash);
  });

  it('depends on every byte of key and message, and wants a whole key', () => {
    const hashes = new Set([toHex(sipHash24(KEY, message(20)))]);
    for (let i = 0; i < 16; i++) {
      const key = KEY.slice();
      key[i]! ^= 1;
      hashes.add(toHex(sipHash24(key, message(20))));
    }
    for (let i = 0; i < 20; i++) {
      const bytes = message(20);
      bytes[i]! ^= 0x80;
      hashes.add(toHex(sipHash24(KEY, bytes)));
    }
    expect(hashes.size).toBe(37);
    expect(() => sipHash24(fromHex('0011'), message(1))).toThrow(/16 bytes/);
  });
});

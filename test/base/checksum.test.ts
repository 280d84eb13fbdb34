import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { checksum, checksumAdd, checksumFinish, pseudoHeader4 } from '../../src/engine/base/checksum.ts';

/** The definition, word by word, carry by carry. */
function naive(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

describe('the Internet checksum', () => {
  it('gives the sum of the example in RFC 1071 §3', () => {
    // The text adds 0001 f203 f4f5 f6f7 to ddf2 before complementing.
    expect(checksum(fromHex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  it('equals the definition, at any offset and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 120 }), fc.nat(9), (bytes, at) => {
        const from = Math.min(at, bytes.length);
        return checksum(bytes, from) === naive(bytes.subarray(from));
      }),
    );
    const ones = new Uint8Array(65_535).fill(255);
    expect(checksum(ones)).toBe(naive(ones));
    expect(checksum(new Uint8Array(65_534))).toBe(0xffff);
  });

  it('is zero over data that holds a right one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 80 }), (bytes) => {
        bytes[2] = bytes[3] = 0;
        const sum = checksum(bytes);
        bytes[2] = sum >> 8;
        bytes[3] = sum & 255;
        return checksum(bytes) === 0;
      }),
    );
  });

  it('can be summed in even pieces, the pseudo header first', () => {
    const bytes = fromHex('c0000250c6336401001100080035003500080000');
    const sum = checksumAdd(pseudoHeader4(0xc0000250, 0xc6336401, 17, 8), bytes, 12, 8);
    expect(checksumFinish(sum)).toBe(naive(bytes));
  });
});

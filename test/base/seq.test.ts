import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../../src/engine/base/seq.ts';

describe('sequence numbers', () => {
  it('wraps', () => {
    expect(seqAdd(0xffffffff, 1)).toBe(0);
    expect(seqAdd(0xfffffff0, 0x20)).toBe(0x10);
    expect(seqAdd(5, -6)).toBe(0xffffffff);
    expect(seqLt(0xffffffff, 0)).toBe(true);
    expect(seqGt(0, 0xffffffff)).toBe(true);
  });

  it('orders by signed distance below 2^31', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
        (a, distance) => {
          const b = (a + distance + 2 ** 32) % 2 ** 32;
          expect(seqAdd(a, distance)).toBe(b);
          expect(seqDiff(b, a)).toBe(distance);
          expect([seqLt(a, b), seqLe(a, b), seqGt(a, b), seqGe(a, b)]).toEqual([
            distance > 0,
            distance >= 0,
            distance < 0,
            distance <= 0,
          ]);
          expect(seqMax(a, b)).toBe(distance > 0 ? b : a);
          expect(seqMax(b, a)).toBe(distance > 0 ? b : a);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity, unitOf } from '../../components/quiz/quantity.ts';

const value = (text: string, unit: string) => {
  const read = parseQuantity(text, unit);
  return read.ok ? read.value / unitOf(unit)[1] : read.why;
};

describe('numbers with units, as people type them', () => {
  it.each([
    ['202 ms', 'ms', 202],
    ['202ms', 'ms', 202],
    ['202', 'ms', 202],
    ['0.2 s', 'ms', 200],
    ['0,2 s', 'ms', 200],
    ['.2s', 'ms', 200],
    ['about 202 milliseconds', 'ms', 202],
    ['~ 202 ms.', 'ms', 202],
    ['202 000 µs', 'ms', 202],
    ['202000 us', 'ms', 202],
    ['2e2 ms', 'ms', 200],
    ['1,400 bytes', 'bytes', 1400],
    ['1.4 kB', 'bytes', 1400],
    ['1,4 kB', 'bytes', 1400],
    ['1.4 KB', 'bytes', 1400],
    ['1 KiB', 'bytes', 1024],
    ['1400', 'bytes', 1400],
    ['1\u00a0400 B', 'bytes', 1400],
    ['1.400.000 bytes', 'bytes', 1_400_000],
    ['1,400,000.5', 'bytes', 1_400_000.5],
    ['1.400,5', 'bytes', 1400.5],
    ['20 Mbps', 'Mbit/s', 20],
    ['20,000 kbit/s', 'Mbit/s', 20],
    ['5 %', '%', 5],
    ['5,000 km', 'km', 5000],
    ['three'.replace('three', '3'), 'round trips', 3],
    ['3 round trips', 'round trips', 3],
    ['1 round trip', 'round trips', 1],
    ['62', '', 62],
    ['−4 ms', 'ms', -4],
    ['４０ ms', 'ms', 40],
  ])('%s in %s is %s', (text, unit, wanted) => {
    expect(value(text, unit)).toBeCloseTo(wanted, 9);
  });

  it.each([
    ['', 'ms', /Write one number and its unit, such as 12 ms/],
    ['soon', 'ms', /Write one number/],
    ['3 kB', 'ms', /That is a number of bytes; the answer is a time/],
    ['20 Mbit/s', 'ms', /That is a rate/],
    ['5 furlongs', 'ms', /“furlongs” is no unit/],
    ['5 furlongs', '', /bare number/],
    ['5 bytes', 'packets', /That is a number of bytes/],
    ['1 s 200 ms', 'ms', /no unit/],
    ['1,40,00 ms', 'ms', /Write one number/],
    ['1.2.3 ms', 'ms', /Write one number/],
    ['9'.repeat(81), 'ms', /too long/],
  ])('%s in %s is refused with a sentence', (text, unit, why) => {
    expect(value(text, unit)).toMatch(why);
  });

  it('never throws, and reads finite numbers only, whatever is typed', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.,e-+ _’msKkBi%/\u00a0\u2212٣') });
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 120 }), digits);
    fc.assert(
      fc.property(text, fc.constantFrom('ms', 'bytes', '', 'packets', 'Mbit/s', '%'), (typed, unit) => {
        const read = parseQuantity(typed, unit);
        expect(read.ok ? Number.isFinite(read.value) : read.why.length > 5).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back what a page prints, with thousands grouped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom('ms', 'bytes', 'km'), (number, unit) => {
        expect(value(`${number.toLocaleString('en-US')}\u00a0${unit}`, unit)).toBeCloseTo(number, 6);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { Misuse } from '../../src/engine/base/errors.ts';
import { cbrt, exp, ln, pow } from '../../src/engine/base/math.ts';

/** xorshift32, so that the sampled points are the same every time. */
function* numbers(count: number, seed: number): Generator<number> {
  let s = seed;
  for (let i = 0; i < count; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    yield (s >>> 0) / 2 ** 32;
  }
}

function expectClose(actual: number, wanted: number, relative: number, what: string): void {
  if (actual === wanted) return;
  const error = Math.abs(actual - wanted) / Math.abs(wanted);
  expect(error, `${what}: ${actual} against ${wanted}`).toBeLessThanOrEqual(relative);
}

describe('math from + − × ÷ and the square root', () => {
  it('takes logarithms over the whole range of doubles', () => {
    for (const x of [
      1,
      Math.E,
      0.5,
      2,
      10,
      1e-300,
      1e300,
      5e-324,
      Number.MAX_VALUE,
      Number.MIN_VALUE * 7,
      1 + 2 ** -52,
      1 - 2 ** -53,
    ]) {
      expectClose(ln(x), Math.log(x), 1e-15, `ln ${x}`);
    }
    for (const r of numbers(20_000, 1)) {
      const x = 10 ** (r * 600 - 300);
      expectClose(ln(x), Math.log(x), 1e-15, `ln ${x}`);
      // Near 1 the logarithm is tiny and every lost bit shows.
      const y = 1 + (r - 0.5) / 8;
      expectClose(ln(y), Math.log(y), 1e-15, `ln ${y}`);
    }
    expect(ln(1)).toBe(0);
    for (const bad of [0, -1, Number.NaN, Infinity]) expect(() => ln(bad)).toThrow(Misuse);
  });

  it('exponentiates, down into the subnormals', () => {
    for (const r of numbers(20_000, 2)) {
      const x = r * 1400 - 690;
      expectClose(exp(x), Math.exp(x), 1e-15, `exp ${x}`);
      const y = (r - 0.5) / 100;
      expectClose(exp(y), Math.exp(y), 1e-15, `exp ${y}`);
    }
    expect(exp(0)).toBe(1);
    expect(exp(710)).toBe(Infinity);
    expect(exp(-746)).toBe(0);
    expectClose(exp(-740), Math.exp(-740), 1e-2, 'exp -740');
    expectClose(exp(709.78), Math.exp(709.78), 1e-15, 'exp 709.78');
  });

  it('raises to powers: whole ones by multiplying, others through ln and exp', () => {
    for (const r of numbers(5_000, 3)) {
      const x = r * 100 + 0.01;
      for (const n of [1, 2, 3, 7]) expectClose(pow(x, n), x ** n, 1e-15, `${x}^${n}`);
      const y = r * 4 - 2;
      // The error of ln is multiplied by y ln x: a few units more than a single rounding.
      expectClose(pow(x, y), x ** y, 5e-15, `${x}^${y}`);
    }
    expect([pow(0, 0), pow(0, 2), pow(0, -1), pow(5, 0), pow(2, 10), pow(2, -2)]).toEqual([
      1,
      0,
      Infinity,
      1,
      1024,
      0.25,
    ]);
  });

  it('takes cube roots', () => {
    for (const r of numbers(10_000, 4)) {
      const x = 10 ** (r * 200 - 100);
      expectClose(cbrt(x), Math.cbrt(x), 1e-15, `cbrt ${x}`);
      expectClose(cbrt(-x), Math.cbrt(-x), 1e-15, `cbrt ${-x}`);
    }
    expect([cbrt(0), cbrt(27), cbrt(-8)]).toEqual([0, 3, -2]);
  });
});

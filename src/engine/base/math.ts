/**
 * Logarithm, exponential, powers and cube root from + − × ÷ and the square root alone.
 *
 * IEEE 754 fixes those operations to the last bit; engines differ in the last bit of `Math.log`, `exp`, `pow`, and
 * a run must give the same digest everywhere. Relative error below 4e-16 over the tested range.
 */
import { Misuse } from './errors.ts';

const LN2_HIGH = 0.6931471803691238; // the upper 32 bits, so that k × LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const scratch = new DataView(new ArrayBuffer(8));

/** 2^k for −1022 ≤ k ≤ 1023, by writing the exponent. */
function powerOfTwo(k: number): number {
  scratch.setUint32(0, (k + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** Natural logarithm of a positive finite number. */
export function ln(x: number): number {
  if (!(x > 0) || x === Infinity) throw new Misuse(`ln of ${x}`);
  let shift = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: a subnormal has no exponent to read
    shift = -54;
  }
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  let k = (high >>> 20) - 1023 + shift;
  scratch.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = scratch.getFloat64(0);
  if (m > 1.4142135623730951) {
    m /= 2;
    k += 1;
  }
  // ln m = 2 artanh(f), f = (m − 1)/(m + 1), |f| < 0.172: twelve terms reach the last bit
  const f = (m - 1) / (m + 1);
  const f2 = f * f;
  let series = 0;
  for (let n = 25; n >= 3; n -= 2) series = f2 * (1 / n + series);
  const lnM = 2 * f + 2 * f * series;
  return k * LN2_HIGH + (lnM + k * LN2_LOW);
}

/** e to the power x; 0 below −745, Infinity above 709.78. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let series = 1;
  for (let n = 18; n >= 1; n--) series = 1 + (r / n) * series;
  if (k < -1021) return series * powerOfTwo(k + 60) * powerOfTwo(-60);
  return k > 1023 ? series * powerOfTwo(1023) * 2 : series * powerOfTwo(k);
}

/** x to the power y for x ≥ 0. Integer exponents up to 64 multiply out. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (x === 0) return y > 0 ? 0 : Infinity;
  if (Number.isInteger(y) && Math.abs(y) <= 64) {
    let result = 1;
    let base = x;
    for (let n = Math.abs(y); n > 0; n >>= 1) {
      if (n & 1) result *= base;
      base *= base;
    }
    return y > 0 ? result : 1 / result;
  }
  return exp(y * ln(x));
}

/** Cube root, polished by two Newton steps. */
export function cbrt(x: number): number {
  if (x === 0) return 0;
  const magnitude = Math.abs(x);
  let root = exp(ln(magnitude) / 3);
  for (let i = 0; i < 2; i++) root -= (root * root * root - magnitude) / (3 * root * root);
  return x < 0 ? -root : root;
}

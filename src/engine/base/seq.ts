/**
 * Arithmetic on 32-bit sequence numbers that wrap (RFC 9293 §3.4; RFC 1982 with SERIAL_BITS 32).
 * All values are unsigned 32-bit numbers; comparisons hold for distances below 2^31.
 */
export function seqAdd(a: number, n: number): number {
  return (a + n) >>> 0;
}

/** `a − b` as a signed distance. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function seqLt(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function seqLe(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

export function seqGt(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

export function seqGe(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

export function seqMax(a: number, b: number): number {
  return seqGt(a, b) ? a : b;
}

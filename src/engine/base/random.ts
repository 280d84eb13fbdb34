/**
 * Chance that can be repeated: xorshift64 (Marsaglia 2003, shifts 13, 7, 17) in two 32-bit halves.
 *
 * The same generator as the reference measurements on Linux, so that a loss pattern can be replayed there. It is
 * no source of secrets.
 */
import { ln } from './math.ts';

export class Random {
  #high: number;
  #low: number;

  /** The state is `seed × 0x9E3779B97F4A7C15 + 1`, modulo 2^64; `seed` is an integer below 2^53. */
  constructor(seed: number) {
    const state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n) || 1n;
    this.#high = Number(state >> 32n) | 0;
    this.#low = Number(state & 0xffff_ffffn) | 0;
  }

  #step(): void {
    let h = this.#high;
    let l = this.#low;
    h ^= (h << 13) | (l >>> 19);
    l ^= l << 13;
    l ^= (l >>> 7) | (h << 25);
    h ^= h >>> 7;
    h ^= (h << 17) | (l >>> 15);
    l ^= l << 17;
    this.#high = h;
    this.#low = l;
  }

  /** A number in [0, 1) with 53 random bits: the upper 53 of the new state. */
  float(): number {
    this.#step();
    return ((this.#high >>> 0) * 2097152 + (this.#low >>> 11)) / 9007199254740992;
  }

  /** An unsigned 32-bit number: the upper half of the new state. */
  u32(): number {
    this.#step();
    return this.#high >>> 0;
  }

  /** An integer in [0, n), n at most 2^32. */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  /** An exponentially distributed number with the given mean. */
  exponential(mean: number): number {
    return -ln(1 - this.float()) * mean;
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.float() < p;
  }
}

/** FNV-1a over the UTF-16 units, 32 bits: turns the name of a stream into part of its seed. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The stream called `name` of a run with `seed`: independent of which other streams exist. */
export function namedRandom(seed: number, name: string): Random {
  return new Random(
    (hashName(name) * 2097152 + (hashName(`${name}#${seed}`) >>> 11)) % Number.MAX_SAFE_INTEGER,
  );
}

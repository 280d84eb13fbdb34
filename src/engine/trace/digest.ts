/**
 * A running fingerprint of a run in two 32-bit lanes: equal runs give equal digests in every engine.
 *
 * Built for speed and difference, not against an adversary: each lane is a multiply-xor over 32-bit words with its
 * own odd constants, so a change in any word changes both lanes with near certainty.
 */

import type { Bytes } from '../base/bytes.ts';
import { hashName } from '../base/random.ts';
import type { Detail } from './event.ts';

/** The two lanes between two words. */
export type Lanes = readonly [a: number, b: number];

export class Digest {
  #a = 0x243f6a88;
  #b = 0x13198a2e;

  word(value: number): void {
    const x = value | 0;
    this.#a = Math.imul(this.#a ^ x, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = (Math.imul(this.#b, 0x85ebca77) + x) | 0;
    this.#b ^= this.#b >>> 13;
  }

  /** An integer beyond 32 bits, such as a time. */
  long(value: number): void {
    this.word(value);
    this.word(value / 0x1_0000_0000);
  }

  text(value: string): void {
    this.word(hashName(value));
    this.word(value.length);
  }

  /** One event of a trace; `kind` and `node` are hashes of their names. */
  event(time: number, kind: number, node: number, cause: number, a: number, b: number): void {
    this.long(time);
    this.word(kind);
    this.word(node);
    this.word(cause);
    this.word(a);
    this.word(b);
  }

  /** What an event has to say beyond that. */
  detail(detail: Detail): void {
    for (const key of Object.keys(detail)) {
      this.text(key);
      this.text(String(detail[key]));
    }
  }

  bytes(bytes: Bytes, at: number, length: number): void {
    let a = this.#a;
    let b = this.#b;
    const end = at + length;
    const lastWhole = at + (length & ~3);
    let i = at;
    for (; i < lastWhole; i += 4) {
      const x = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
      a = Math.imul(a ^ x, 0x9e3779b1);
      a ^= a >>> 15;
      b = (Math.imul(b, 0x85ebca77) + x) | 0;
    }
    for (; i < end; i++) {
      a = Math.imul(a ^ bytes[i]!, 0x9e3779b1);
      b = (Math.imul(b, 0x85ebca77) + bytes[i]!) | 0;
    }
    this.#a = a;
    this.#b = b ^ (b >>> 13);
    this.word(length);
  }

  get lanes(): Lanes {
    return [this.#a, this.#b];
  }

  /** Goes on from where another one stood: past bytes that are no longer there. */
  skipTo([a, b]: Lanes): void {
    this.#a = a;
    this.#b = b;
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return (this.#a >>> 0).toString(16).padStart(8, '0') + (this.#b >>> 0).toString(16).padStart(8, '0');
  }
}

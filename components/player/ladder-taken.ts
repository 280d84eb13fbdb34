// Which room of the ladder is taken: samples of lines and words, found by their height.
import type { Point } from './ladder-arrows.ts';

const BUCKET = 32;

export class Taken {
  readonly #buckets = new Map<number, Point[]>();
  isFree(samples: readonly Point[], apartX: number, apartY: number): boolean {
    return samples.every((sample) => {
      const bucket = Math.floor(sample.y / BUCKET);
      for (let at = bucket - 1; at <= bucket + 1; at++) {
        for (const other of this.#buckets.get(at) ?? []) {
          if (Math.abs(other.x - sample.x) < apartX && Math.abs(other.y - sample.y) < apartY) return false;
        }
      }
      return true;
    });
  }
  add(samples: readonly Point[]): void {
    for (const sample of samples) {
      const bucket = Math.floor(sample.y / BUCKET);
      const list = this.#buckets.get(bucket);
      if (list) list.push(sample);
      else this.#buckets.set(bucket, [sample]);
    }
  }
}

/** Points on the way from one to the other, at most `step` px apart. */
export function along(a: Point, b: Point, step: number): Point[] {
  const count = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / step));
  return Array.from({ length: count + 1 }, (_, i) => ({
    x: a.x + ((b.x - a.x) * i) / count,
    y: a.y + ((b.y - a.y) * i) / count,
  }));
}

/** Points all over a box, as close as letters are high. */
export function box(x: number, y: number, width: number, height: number): Point[] {
  const samples: Point[] = [];
  for (let dx = 0; dx <= width; dx += 8)
    for (let dy = 0; dy <= height; dy += 8) samples.push({ x: x + dx, y: y + dy });
  return samples;
}

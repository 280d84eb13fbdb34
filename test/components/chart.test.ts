// What charts stand on: scales that go both ways, marks at round values with room for their words, lines with gaps.
import { describe, expect, it } from 'vitest';
import { linePath, samples } from '../../components/chart/line.ts';
import { linearScale, logScale } from '../../components/chart/scale.ts';
import { decadeTicks, roomyTicks, roundTicks } from '../../components/chart/ticks.ts';
import { textWidth } from '../../components/player/textwidth.ts';

describe('scales', () => {
  it('lie where they should', () => {
    const linear = linearScale([0, 10], [100, 0]);
    expect([0, 2.5, 10].map(linear.at)).toEqual([100, 75, 0]);
    const log = logScale([1, 1000], [0, 300]);
    expect([1, 10, 100, 1000].map((value) => Math.round(log.at(value) * 1e6) / 1e6)).toEqual([
      0, 100, 200, 300,
    ]);
    // twice as much is as far, wherever
    expect(log.at(8) - log.at(4)).toBeCloseTo(log.at(800) - log.at(400), 9);
  });
  it('go back, and hold to their ends', () => {
    for (const scale of [linearScale([3, 9], [10, 250]), logScale([0.01, 172_800], [400, 0])]) {
      for (const part of [0, 0.2, 0.5, 0.99, 1]) {
        const px = scale.range[0] + part * (scale.range[1] - scale.range[0]);
        expect(scale.at(scale.from(px))).toBeCloseTo(px, 6);
      }
      expect(scale.from(-1e6)).toBe(scale.range[0] < scale.range[1] ? scale.domain[0] : scale.domain[1]);
      expect(scale.from(scale.range[1])).toBe(scale.domain[1]);
    }
  });
  it('refuse what has no room or no logarithm', () => {
    expect(() => logScale([0, 10], [0, 1])).toThrow(RangeError);
    expect(() => linearScale([1, 1], [0, 1])).toThrow(RangeError);
    expect(() => linearScale([1, 2], [5, 5])).toThrow(RangeError);
  });
});

describe('ticks', () => {
  const text = String;
  it('are round, within, and not too many', () => {
    const values = (low: number, high: number, most: number) =>
      roundTicks(linearScale([low, high], [0, 100]), most, text).map(({ value }) => value);
    expect(values(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(values(3, 47, 5)).toEqual([10, 20, 30, 40]);
    expect(values(0, 100, 4)).toEqual([0, 50, 100]);
    expect(values(0, 0.4, 4).map((value) => Number(value.toPrecision(3)))).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    for (let high = 1; high < 2000; high += 37) {
      const found = values(0, high, 6);
      expect(found.length, `0 to ${high}`).toBeLessThanOrEqual(7);
      expect(found.length, `0 to ${high}`).toBeGreaterThan(2);
    }
  });
  it('at powers of ten', () => {
    expect(decadeTicks(logScale([0.5, 2000], [0, 1]), text).map(({ value }) => value)).toEqual([
      1, 10, 100, 1000,
    ]);
    expect(decadeTicks(logScale([1000, 0.01], [0, 1]), text).length).toBe(6);
  });
  it('have room for their words; the first in the list go first', () => {
    const scale = linearScale([0, 100], [0, 200]);
    const ticks = [50, 0, 55, 90, 100].map((value) => ({ value, text: `${value} seconds` }));
    const kept = roomyTicks(scale, ticks, { gap: 8, within: [-40, 240] });
    expect(kept.map(({ value }) => value)).toEqual(
      [0, 50, 90].filter((value) => kept.some((one) => one.value === value)),
    );
    expect(kept.map(({ value }) => value)).toContain(50);
    for (const [i, a] of kept.entries())
      for (const b of kept.slice(i + 1)) {
        const gap =
          scale.at(b.value) -
          scale.at(a.value) -
          (textWidth(a.text, 12.5, 'regular') + textWidth(b.text, 12.5, 'regular')) / 2;
        expect(gap).toBeGreaterThanOrEqual(8);
      }
    expect(roomyTicks(scale, ticks, { within: [0, 200] }).map(({ value }) => value)).not.toContain(0);
  });
});

describe('lines', () => {
  it('are interrupted where there is nothing', () => {
    expect(linePath([[0, 1], [1.25, 2], undefined, [3, 4], [5, 6.04]])).toBe('M0 1L1.3 2M3 4L5 6');
    expect(linePath([undefined, undefined])).toBe('');
  });
  it('reach both ends', () => {
    const found = samples(logScale([1, 10_000], [0, 80]), 4);
    expect(found.map((value) => Math.round(value * 1000) / 1000)).toEqual([1, 10, 100, 1000, 10_000]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../src/engine/base/errors.ts';
import {
  durationText,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  MILLISECOND,
  NEVER,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
  percentText,
  rateText,
  SECOND,
} from '../../src/engine/base/units.ts';

describe('durations', () => {
  it('reads a number and its unit', () => {
    expect(parseDuration('50ms')).toBe(50 * MILLISECOND);
    expect(parseDuration(' 1.5 s ')).toBe(1.5 * SECOND);
    expect([parseDuration('20us'), parseDuration('20µs'), parseDuration('7ns')]).toEqual([20_000, 20_000, 7]);
    expect(parseDuration('2h')).toBe(7200 * SECOND);
    expect(parseDuration('104min')).toBeLessThan(NEVER);
  });

  it('reads back what it writes', () => {
    // Up to 2^50 ns, thirteen days: beyond that a product of doubles may be off by one.
    fc.assert(fc.property(fc.nat(2 ** 50), (time) => parseDuration(durationText(time)) === time));
    expect(durationText(25 * MILLISECOND)).toBe('25ms');
    expect(durationText(200_000)).toBe('200us');
  });

  it('writes for people', () => {
    expect(formatDuration(202 * MILLISECOND)).toBe('202\u00a0ms');
    expect(formatDuration(500_000, 1)).toBe('0.5\u00a0ms');
    expect(formatDuration(34_250 * MILLISECOND)).toBe('34.3\u00a0s');
    expect(formatDuration(1234 * MILLISECOND)).toBe('1,234\u00a0ms');
  });

  it.each(['', '50', 'ms', '-1ms', '1e3ms', '50 fortnights', '1.ms', '1,5ms', '5constructor'])(
    'refuses %j',
    (text) => {
      expect(() => parseDuration(text)).toThrow(Malformed);
    },
  );
});

describe('rates, sizes, ratios', () => {
  it('reads and writes rates both ways', () => {
    expect(parseRate('20Mbit/s')).toBe(20_000_000);
    expect(formatRate(20_000_000)).toBe('20\u00a0Mbit/s');
    for (const rate of [0, 1, 999, 56_000, 1_500_000, 20_000_000, 10 ** 9, 25 * 10 ** 8])
      expect(parseRate(rateText(rate))).toBe(rate);
    expect(() => parseRate('20MB/s')).toThrow(Malformed);
  });

  // A known fault: the product 2.01 × 1e6 is 2,009,999.9999999998, and parseRate does not round. Falls when it is mended.
  it('reads a decimal rate to whole bits a second', () => {
    expect(parseRate('2.01Mbit/s')).toBe(2_010_000);
  });

  it('reads sizes', () => {
    expect([parseSize('125kB'), parseSize('1MiB'), parseSize('64KiB'), parseSize('1B')]).toEqual([
      125_000, 1_048_576, 65_536, 1,
    ]);
  });

  it('reads and writes percentages both ways', () => {
    expect(parsePercent('1%')).toBe(0.01);
    expect(percentText(0.015)).toBe('1.5%');
    expect(formatPercent(0.5)).toBe('50\u00a0%');
    for (let tenths = 0; tenths <= 1000; tenths++) {
      expect(percentText(parsePercent(`${tenths / 10}%`))).toBe(`${tenths / 10}%`);
    }
  });

  it('groups thousands and drops empty decimals', () => {
    expect(formatNumber(1234567.8, 1)).toBe('1,234,567.8');
    expect(formatNumber(1000)).toBe('1,000');
    expect(formatNumber(2.5, 3)).toBe('2.5');
    expect(formatNumber(-2.7541, 2)).toBe('−2.75');
    expect(formatNumber(-0.001, 1)).toBe('0');
  });
});

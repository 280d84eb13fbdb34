import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, readGuess, writeGuess } from '../../components/author/guess-reading.ts';

describe('a typed guess', () => {
  test.each<[string, string, number | undefined]>([
    ['55', 'ms', 55],
    [' 55 ms ', 'ms', 55],
    ['55ms', 'ms', 55],
    ['1.2', 's', 1.2],
    ['1,2', 's', 1.2],
    ['1,200', 'ms', 1200],
    ['1,200.5', 'ms', 1200.5],
    ['1,200,000', '', 1_200_000],
    ['.5', 's', 0.5],
    ['5.', 's', 5],
    ['1.2 s', 'ms', 1200],
    ['1,200 ms', 's', 1.2],
    ['0', 'ms', 0],
    ['', 'ms', undefined],
    ['many', 'ms', undefined],
    ['-5', 'ms', undefined],
    ['5 minutes', 'ms', undefined],
    ['5 ms', '', undefined],
    ['1.2.3', 'ms', undefined],
    ['1,2,3', 'ms', undefined],
    ['.', 'ms', undefined],
    ['9'.repeat(16), 'ms', undefined],
    ['toString', 'ms', undefined],
  ])('%j asked for in %j is %j', (typed, unit, number) => {
    expect(readGuess(typed, unit)).toBe(number);
  });

  test('anything can be typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('ms', 's', ''), (typed, unit) => {
        const number = readGuess(typed, unit);
        expect(number === undefined || (Number.isFinite(number) && number >= 0)).toBe(true);
      }),
    );
  });

  test('what is written is read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom('ms', 's', ''), (number, unit) => {
        expect(readGuess(writeGuess(number, unit), unit)).toBe(number);
      }),
    );
    expect(writeGuess(1200, 'ms')).toBe('1,200\u00a0ms');
    expect(readGuess(writeGuess(1.25, 's'), 's')).toBe(1.25);
  });
});

test('a guess near the truth is right, and else on one side of it', () => {
  expect(judge(95, 100, 0.05)).toBe('right');
  expect(judge(94.9, 100, 0.05)).toBe('low');
  expect(judge(105.1, 100, 0.05)).toBe('high');
  expect(judge(0, 0, 0.1)).toBe('right');
});

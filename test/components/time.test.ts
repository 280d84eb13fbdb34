import { describe, expect, it } from 'vitest';
import {
  counted,
  grouped,
  inSentence,
  lastBefore,
  milliseconds,
  withUnit,
} from '../../components/player/time.ts';

describe('numbers of the panels', () => {
  it('keep their places, and group thousands', () => {
    expect(milliseconds(96_495_000, 3)).toBe('96.495');
    expect(milliseconds(0)).toBe('0.0');
    expect(milliseconds(1_202_400_000)).toBe('1,202.4');
    expect(withUnit(50_000_000, 0)).toBe('50\u00a0ms');
    expect(grouped(1_234_567)).toBe('1,234,567');
    expect(counted(1, 'byte')).toBe('1\u00a0byte');
    expect(counted(2436, 'byte')).toBe('2,436\u00a0bytes');
  });
});

describe('lastBefore', () => {
  const items = [{ time: 1 }, { time: 1 }, { time: 5 }];
  it('finds the last that is not later', () => {
    expect([0, 1, 4, 5, 9].map((now) => lastBefore(items, now))).toEqual([-1, 1, 1, 2, 2]);
    expect(lastBefore([], 3)).toBe(-1);
  });
});

describe('inSentence', () => {
  it('puts an article before what is not a name', () => {
    expect(
      ['Home router', 'ISP router', 'Maya’s laptop', 'Transit A', '.example server', 'Resolver'].map(
        inSentence,
      ),
    ).toEqual([
      'the home router',
      'the ISP router',
      'Maya’s laptop',
      'Transit A',
      '.example server',
      'the resolver',
    ]);
  });
});

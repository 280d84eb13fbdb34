/** What a lab says of a run. */
import { describe, expect, it } from 'vitest';
import { answered, deedsOf, isSolved, news, score } from '../../components/figure/lab/lab-reading.ts';
import type { GoalView, InputView } from '../../src/engine/inspect/view.ts';

const goal = (name: string, state: GoalView['state']): GoalView => ({
  name,
  label: `Goal ${name}`,
  about: '',
  state,
  because: '',
  time: undefined,
});
const input = (time: number, what: string, detail: InputView['detail'] = {}): InputView => ({
  time,
  what,
  detail,
  text: `${what} ${time}`,
});

describe('goals', () => {
  it('are counted, and solved when all are met', () => {
    expect(score([goal('a', 'met'), goal('b', 'open')])).toBe('1 of 2 goals is met.');
    expect(score([goal('a', 'met'), goal('b', 'met'), goal('c', 'missed')])).toBe('2 of 3 goals are met.');
    expect(score([goal('a', 'met')])).toBe('All goals are met.');
    expect(isSolved([goal('a', 'met'), goal('b', 'missed')])).toBe(false);
    expect(isSolved([goal('a', 'met')])).toBe(true);
    expect(isSolved([])).toBe(false);
  });

  it('that changed are told, and only those', () => {
    const before = [goal('a', 'open'), goal('b', 'met'), goal('c', 'missed'), goal('d', 'met')];
    const after = [goal('a', 'met'), goal('b', 'missed'), goal('c', 'open'), goal('d', 'met')];
    expect(news(before, after)).toBe('Met now: Goal a. No longer met: Goal b. 2 of 4 goals are met.');
    expect(news(after, after)).toBe('2 of 4 goals are met.');
  });
});

describe('what was done', () => {
  const inputs = [
    input(30, 'restart'),
    input(10, 'type'),
    input(20, 'zone'),
    input(40, 'diagnose', { answer: 'shop' }),
    input(5, 'interrupt'),
    input(35, 'diagnose', { answer: 'root' }),
    input(1, 'off'),
  ];

  it('stands in order of time, without what stands elsewhere, each with its place among the inputs', () => {
    expect(deedsOf(inputs)).toEqual([
      { at: 6, time: 1, text: 'off 1' },
      { at: 0, time: 30, text: 'restart 30' },
      { at: 5, time: 35, text: 'diagnose 35' },
      { at: 3, time: 40, text: 'diagnose 40' },
    ]);
  });

  it('of several answers the latest in the run counts', () => {
    expect(answered(inputs)).toBe('shop');
    expect(answered([input(1, 'off')])).toBeUndefined();
  });
});

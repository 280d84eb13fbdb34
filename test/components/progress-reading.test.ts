// What counts as read, and what is counted of a chapter.
import { describe, expect, it } from 'vitest';
import { Attention, secondsFor } from '../../components/progress/attention.ts';
import type { CourseChapter } from '../../components/progress/course.ts';
import { nothing } from '../../components/progress/schema.ts';
import { ProgressStore } from '../../components/progress/store.ts';
import { tally, together } from '../../components/progress/tally.ts';
import { dueCount, forecast, nextDue, waitText } from '../../components/review/due.ts';
import { joining } from '../../components/review/join.ts';
import { ground, NOON } from './progress-memory.ts';

const measure = (section: string, words: number, parts: number, figures = 0) => ({
  section,
  words,
  parts,
  figures,
});

describe('a section is read', () => {
  const long = measure('long', 200, 2);

  it('after the time that a fast reader needs, and not before', () => {
    const attention = new Attention([long]);
    const seen = [{ section: 'long', height: 500, parts: [0, 1] }];
    const need = secondsFor(long);
    expect(need).toBe(30);
    for (let i = 0; i < need - 1; i++) expect(attention.attend(seen, 1)).toEqual([]);
    expect(attention.attend(seen, 1)).toEqual(['long']);
    expect(attention.attend(seen, 1)).toEqual([]);
  });

  it('never with a part that was passed by, however long the rest was looked at', () => {
    const attention = new Attention([long]);
    for (let i = 0; i < 100; i++)
      expect(attention.attend([{ section: 'long', height: 500, parts: [0] }], 1)).toEqual([]);
    expect(attention.attend([{ section: 'long', height: 9, parts: [1] }], 1)).toEqual(['long']);
  });

  it('never by a scroll that shows each part for a moment', () => {
    const attention = new Attention([long]);
    for (let i = 0; i < 10; i++)
      expect(attention.attend([{ section: 'long', height: 500, parts: [i % 2] }], 0.3)).toEqual([]);
  });

  it('with time for its figures', () => {
    expect(secondsFor(measure('x', 0, 3, 3))).toBe(15);
    expect(secondsFor(measure('x', 1, 1))).toBe(3);
  });

  it('while others are in view, by the room it takes, and those that are done leave theirs', () => {
    const attention = new Attention([measure('small', 20, 1), measure('large', 60, 1)]);
    const seen = [
      { section: 'small', height: 100, parts: [0] },
      { section: 'large', height: 300, parts: [0] },
    ];
    const read: [number, string][] = [];
    for (let second = 1; second <= 12; second++)
      for (const section of attention.attend(seen, 1)) read.push([second, section]);
    // 3 s at a quarter, 9 s at three quarters: both at 12 s, a second each gives no more than a second
    expect(read).toEqual([
      [12, 'small'],
      [12, 'large'],
    ]);
    const alone = new Attention([measure('small', 20, 1), measure('large', 60, 1)]);
    let seconds = 0;
    const first = [
      { ...seen[0]!, height: 300 },
      { ...seen[1]!, height: 100 },
    ];
    while (!alone.attend(first, 1).includes('large')) seconds++;
    expect(seconds + 1).toBe(12);
  });

  it('counts what it does not know for nothing', () => {
    const attention = new Attention([]);
    expect(attention.attend([{ section: 'x', height: 10, parts: [0] }], 10)).toEqual([]);
  });
});

const chapter: CourseChapter = {
  slug: 'one',
  number: 1,
  title: 'One',
  href: '/one/',
  sections: ['a', 'b', 'c'].map((slug) => ({ slug, text: slug, words: 10 })),
  guesses: ['g1', 'g2', 'g3'],
  quiz: ['q1', 'q2'],
  cards: ['one/x', 'one/y', 'one/z'],
  labs: ['l1', 'l2'],
};

describe('a chapter’s numbers', () => {
  it('count what the course still has, as the reader left it', () => {
    const place = ground();
    const store = new ProgressStore(place);
    expect(Object.values(tally(nothing, chapter, NOON)).every((value) => value === 0)).toBe(true);
    store.markRead('one', 'a');
    store.markRead('one', 'gone');
    store.setRead('one', 'b', false);
    store.keepAnswer('one', 'q1', { right: true, tries: 2, given: '' });
    store.keepAnswer('one', 'old', { right: true, tries: 1, given: '' });
    store.keepGuess('one', 'g1', '0', true);
    store.keepGuess('one', 'g2', '0', false);
    store.keepGuess('one', 'g3', '0');
    store.addCards(['one/x', 'one/y', 'one/gone']);
    store.keepSolved('one', 'l2');
    store.keepSolved('one', 'gone');
    store.setCardsOut(['one/y'], 'hand');
    const one = tally(store.$progress.get(), chapter, NOON);
    expect(one).toEqual({
      read: 1,
      right: 1,
      answered: 1,
      guessedRight: 1,
      guessedWrong: 1,
      cards: 1,
      due: 1,
      solved: 1,
    });
    expect(together([one, one])).toMatchObject({ read: 2, due: 2, solved: 2 });
  });
});

describe('cards', () => {
  const deck = { chapter: 'one', ids: ['one/x', 'one/y', 'one/z'] };

  it('join with the quiz, read or answered, and new ones after their chapter’s others', () => {
    const store = new ProgressStore(ground());
    store.markRead('one', 'a');
    expect(joining(store.$progress.get(), [deck])).toEqual([]);
    store.markRead('one', 'quiz');
    expect(joining(store.$progress.get(), [deck])).toEqual(deck.ids);
    store.setRead('one', 'quiz', false);
    expect(joining(store.$progress.get(), [deck])).toEqual([]);
    store.keepAnswer('one', 'q1', { right: false, tries: 1, given: '' });
    expect(joining(store.$progress.get(), [deck])).toEqual(deck.ids);
    const other = new ProgressStore(ground());
    other.addCards(['one/x']);
    other.setCardsOut(['one/x'], 'hand');
    expect(joining(other.$progress.get(), [deck])).toEqual(['one/y', 'one/z']);
  });

  it('are due by the clock, and fall on their days', () => {
    const store = new ProgressStore(ground());
    const day = 86_400_000;
    store.addCards(['one/x']);
    const at = (due: number) => ({ due, stability: 1, difficulty: 5, state: 2, reps: 1, lapses: 0 });
    const midnight = new Date(NOON);
    midnight.setHours(24, 0, 0, 0);
    store.keepCards({
      'one/y': at(midnight.getTime() - 1),
      'one/z': at(midnight.getTime()),
      'two/late': at(NOON - 40 * day),
      'two/far': at(NOON + 20 * day),
      'two/out': { ...at(NOON), out: 'gone' },
    });
    const progress = store.$progress.get();
    expect(dueCount(progress, NOON)).toBe(2);
    expect(nextDue(progress, NOON)).toBe(midnight.getTime() - 1);
    const days = forecast(progress, NOON);
    expect(days).toHaveLength(14);
    expect(days.map(({ count }) => count)).toEqual([3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(nextDue(nothing, NOON)).toBeUndefined();
  });

  it.each([
    [-5, '1 min'],
    [61_000, '1 min'],
    [600_000, '10 min'],
    [3_600_000, '1 hour'],
    [23 * 3_600_000, '23 hours'],
    [86_400_000, '1 day'],
    [8 * 86_400_000, '8 days'],
    [90 * 86_400_000, '3 months'],
    [365 * 86_400_000, '1 year'],
  ])('come again in words: %i ms', (wait, text) => {
    expect(waitText(wait)).toBe(text.replace(' ', '\u00a0'));
  });
});

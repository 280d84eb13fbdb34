// The review without a page: the scheduler between two shapes of a card, the order of a sitting, its end, its undo.
import fc from 'fast-check';
import { createEmptyCard, fsrs } from 'ts-fsrs';
import { describe, expect, it } from 'vitest';
import type { CardState } from '../../components/progress/schema.ts';
import { newCard } from '../../components/progress/store.ts';
import { grades, outcomes } from '../../components/review/schedule.ts';
import { answer, begin, limits, next, queue, undo } from '../../components/review/session.ts';
import { NOON } from './progress-memory.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const known = (due: number, more: Partial<CardState> = {}): CardState => ({
  due,
  stability: 3,
  difficulty: 5,
  state: 2,
  reps: 2,
  lapses: 0,
  step: 0,
  days: 3,
  last: due - 3 * DAY,
  ...more,
});

describe('the scheduler', () => {
  it('says the same as ts-fsrs itself, answer by answer', () => {
    const own = fsrs({
      enable_fuzz: false,
      request_retention: 0.9,
      maximum_interval: 365,
      relearning_steps: ['10m'],
      learning_steps: ['1m', '10m'],
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(40)), { maxLength: 12 }),
        (run) => {
          let now = NOON;
          let ours = newCard(now);
          let theirs = createEmptyCard(new Date(now));
          for (const [grade, late] of run) {
            ours = outcomes(ours, now)[grades[grade]!];
            theirs = own.next(theirs, new Date(now), (grade + 1) as 1 | 2 | 3 | 4).card;
            expect(ours.due).toBe(theirs.due.getTime());
            expect(ours.stability).toBe(theirs.stability);
            expect(ours.state).toBe(theirs.state);
            expect([ours.reps, ours.lapses]).toEqual([theirs.reps, theirs.lapses]);
            now = ours.due + late * DAY;
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('puts harder answers before easier ones, and nothing far beyond a year', () => {
    const { again, hard, good, easy } = outcomes(known(NOON, { stability: 2000 }), NOON);
    expect(again.due).toBeLessThan(hard.due);
    expect(hard.due).toBeLessThanOrEqual(good.due);
    expect(good.due).toBeLessThanOrEqual(easy.due);
    // each easier answer is at least a day later than the one before it
    expect(easy.due).toBeLessThanOrEqual(NOON + 367 * DAY);
    expect(again.lapses).toBe(1);
  });

  it('shows a new card again within minutes', () => {
    const { again, good } = outcomes(newCard(NOON), NOON);
    expect(again.due).toBe(NOON + MINUTE);
    expect(good.due).toBe(NOON + 10 * MINUTE);
  });

  it('takes any card that the store lets through, and keeps fields that it does not know', () => {
    const any = fc.record(
      {
        due: fc.integer({ min: 0, max: 7e12 }),
        stability: fc.double({ min: 0, max: 36_500, noNaN: true }),
        difficulty: fc.double({ min: 0, max: 10, noNaN: true }),
        state: fc.integer({ min: 0, max: 3 }),
        reps: fc.nat(1000),
        lapses: fc.nat(1000),
        step: fc.nat(100),
        days: fc.nat(36_500),
        last: fc.integer({ min: 0, max: 7e12 }),
      },
      { requiredKeys: ['due', 'stability', 'difficulty', 'state', 'reps', 'lapses'] },
    );
    fc.assert(
      fc.property(any, (card) => {
        const after = outcomes({ ...card, future: 1 } as CardState, NOON);
        for (const grade of grades) {
          expect(after[grade].due).toBeGreaterThan(NOON);
          expect(Number.isFinite(after[grade].stability)).toBe(true);
          expect(after[grade]).toMatchObject({ future: 1 });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sitting', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const limit = limits[0]!;
  const cards = {
    a: newCard(NOON),
    b: known(NOON - DAY),
    c: known(NOON - 2 * DAY),
    d: known(NOON - MINUTE, { state: 1 }),
    e: known(NOON + DAY),
    f: known(NOON - DAY, { out: 'hand' }),
    stranger: known(NOON - DAY),
  };

  it('asks first what is being learned, then what is longest due, then what is new', () => {
    expect(queue(cards, ids, NOON)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('brings a forgotten card a little early rather than end without it', () => {
    const soon = { a: known(NOON + MINUTE, { state: 3 }), b: known(NOON + 10 * MINUTE, { state: 1 }) };
    expect(queue(soon, ids, NOON)).toEqual(['a']);
    expect(queue({ ...soon, c: known(NOON) }, ids, NOON)).toEqual(['c']);
  });

  it('ends when nothing is due, when its time is over, when its cards are', () => {
    const session = begin(NOON, limit);
    expect(next(session, cards, ids, NOON)).toEqual({ kind: 'card', id: 'd', left: 4 });
    expect(next(session, {}, ids, NOON)).toEqual({ kind: 'end', why: 'done' });
    expect(next(session, cards, ids, NOON + limit.minutes * MINUTE)).toEqual({ kind: 'end', why: 'time' });
    let full = session;
    for (let i = 0; i < limit.cards; i++) full = answer(full, 'a', 'good', cards.a);
    expect(next(full, cards, ids, NOON)).toEqual({ kind: 'end', why: 'cards' });
    expect(next({ ...full, answered: full.answered.slice(2) }, cards, ids, NOON)).toMatchObject({ left: 2 });
  });

  it('takes the last answer back, with the card as it was', () => {
    const session = answer(answer(begin(NOON, limit), 'd', 'good', cards.d), 'c', 'again', cards.c);
    const back = undo(session)!;
    expect(back.last).toEqual({ id: 'c', grade: 'again', before: cards.c });
    expect(back.session.answered.map(({ id }) => id)).toEqual(['d']);
    expect(undo(begin(NOON, limit))).toBeUndefined();
  });
});

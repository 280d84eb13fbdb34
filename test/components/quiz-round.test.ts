import fc from 'fast-check';
import { expect, test } from 'vitest';
import { begin, current, heading, mastered, missed, next } from '../../components/quiz/round.ts';

const ids = ['a', 'b', 'c'];
const right = { right: true, tries: 1 };
const wrong = { right: false, tries: 2 };

test('a first visit asks everything, a later one goes on where the last one stopped', () => {
  expect(begin(ids, {})).toEqual({ kind: 'all', ids, at: 0 });
  const later = begin(ids, { a: wrong, c: right });
  expect([current(later), heading(later, ids)]).toEqual(['b', 'Question 2 of 3']);
  // c is answered already, so the round is over after b.
  expect(current(next(later, { a: wrong, c: right }, new Set(['b'])))).toBeUndefined();
});

test('when all are answered only what was missed comes again', () => {
  const round = begin(ids, { a: wrong, b: right, c: wrong });
  expect(round).toEqual({ kind: 'missed', ids: ['a', 'c'], at: 0 });
  expect(heading(next(round, {}, new Set()), ids)).toBe('Missed before: 2 of 2');
});

test('when all are right nothing is asked', () => {
  expect(current(begin(ids, { a: right, b: right, c: right }))).toBeUndefined();
});

test('starting over asks again what was answered', () => {
  const answers = { a: right, b: right, c: right };
  let round = { kind: 'all' as const, ids, at: 0 };
  const asked: string[] = [];
  const fresh = new Set(ids);
  for (let at = current(round); at !== undefined; at = current(round)) {
    asked.push(at);
    round = next(round, answers, fresh) as typeof round;
  }
  expect(asked).toEqual(ids);
});

test('names that every object has are no answers', () => {
  const odd = ['constructor', 'tostring', '__proto__'];
  expect(missed(odd, {})).toEqual([]);
  expect(begin(odd, {}).at).toBe(0);
});

test('asking only what was missed ends, however the reader answers', () => {
  const answers = fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(right, wrong), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(answers, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (kept, luck) => {
      const now: Record<string, typeof right> = { ...kept };
      for (let turn = 0; turn < 12; turn++) {
        const round = begin(ids, now);
        const id = current(round);
        if (id === undefined) break;
        now[id] = luck[turn] ? right : wrong;
        if (turn > 8) now[id] = right;
      }
      expect(missed(ids, now).length + mastered(ids, now).length).toBe(3);
    }),
  );
});

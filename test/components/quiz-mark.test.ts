import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Given, Item } from '../../components/quiz/item.ts';
import { type Mark, mark, normalise, placesOf, solution } from '../../components/quiz/mark.ts';
import { disordered, shuffled } from '../../components/quiz/shuffle.ts';
import { aloud, check, givenText, show, startTurn } from '../../components/quiz/turn.ts';
import {
  byte,
  choice,
  field,
  items,
  machine,
  match,
  number,
  order,
  packet,
  several,
  text,
} from './quiz-items.ts';

const picks = (...at: number[]): Given => ({ by: 'picks', picks: at });
const typed = (words: string): Given => ({ by: 'typing', text: words });
const verdict = (item: Item, given: Given) => mark(item, given).verdict;
const said = (found: Mark) => (found.verdict === 'unready' ? found.why : found.said?.html);

describe('marks', () => {
  it('a choice: the right one alone, and what is said about a wrong one', () => {
    expect(verdict(choice, picks())).toBe('unready');
    expect(verdict(choice, picks(0, 1))).toBe('unready');
    expect(mark(choice, picks(1))).toMatchObject({ verdict: 'right', rows: [{ at: 1, right: true }] });
    expect(said(mark(choice, picks(1)))).toBe('Because of choice.');
    expect(mark(choice, picks(2))).toMatchObject({
      verdict: 'wrong',
      rows: [{ at: 2, right: false, said: { html: 'Blue is wrong.' } }],
    });
  });

  it('several: all of them and none besides', () => {
    expect(verdict(several, picks(0, 2))).toBe('right');
    expect(verdict(several, picks(2, 0))).toBe('right');
    expect(said(mark(several, picks(0)))).toBe('Right so far, and one is missing.');
    expect(said(mark(several, picks(0, 1)))).toBe('Also, one is missing.');
    expect(said(mark(several, picks(1)))).toBe('Also, two are missing.');
    expect(mark(several, picks(0, 2, 3))).toMatchObject({
      verdict: 'wrong',
      said: undefined,
      // What is right keeps its reasons for the answer.
      rows: [{ said: undefined }, { said: undefined }, { said: { html: 'Four is wrong.' } }],
    });
  });

  it('an order: up to the first step that stands where another belongs', () => {
    const put = (...steps: number[]): Given => ({ by: 'order', order: steps });
    expect(verdict(order, put(0, 1, 2, 3))).toBe('right');
    expect(mark(order, put(0, 2, 1, 3))).toMatchObject({
      verdict: 'wrong',
      rows: [
        { at: 0, right: true },
        { at: 2, right: false, said: { html: 'third comes later.' } },
      ],
    });
    expect(verdict(order, put(0, 1, 2))).toBe('unready');
    expect(verdict(order, put(0, 0, 1, 2))).toBe('unready');
  });

  it('pairs: each row by itself', () => {
    const pair = (...pairs: (number | undefined)[]): Given => ({ by: 'pairs', pairs });
    expect(verdict(match, pair(2, 0))).toBe('right');
    expect(verdict(match, pair(2, undefined))).toBe('unready');
    expect(verdict(match, pair(2, 7))).toBe('unready');
    expect(mark(match, pair(2, 1))).toMatchObject({
      verdict: 'wrong',
      rows: [
        { right: true, said: undefined },
        { right: false, said: { html: 'A dog does not.' } },
      ],
    });
  });

  it.each([
    ['202 ms', 'right'],
    ['0.2 s', 'right'],
    ['198', 'right'],
    ['197.9', 'wrong'],
    ['206.1 ms', 'wrong'],
    ['3 kB', 'unready'],
    ['', 'unready'],
  ])('a number: %s is %s', (given, wanted) => {
    expect(verdict(number, typed(given))).toBe(wanted);
  });

  it('a number that others arrive at is told how, any other on which side it lies', () => {
    expect(said(mark(number, typed('152')))).toBe('One round trip short.');
    expect(said(mark(number, typed('10')))).toBe('Too little. Count again.');
    expect(said(mark(number, typed('1 s')))).toBe('Too much. Count again.');
  });

  it('a text: forms, case, quotes, spaces', () => {
    for (const form of ['round trip', ' Round  Trip. ', '“round trip”', '`RTT`', 'rtt'])
      expect(verdict(text, typed(form)), form).toBe('right');
    expect(said(mark(text, typed('PING')))).toBe('That is a program.');
    expect(said(mark(text, typed('?')))).toBe('There and back.');
    expect(verdict({ ...text, exact: true }, typed('rtt'))).toBe('wrong');
    expect(verdict({ ...text, exact: true }, typed('RTT'))).toBe('right');
  });

  it('a place: the right ones, the known wrong ones, all others', () => {
    expect(verdict(packet, picks(1))).toBe('right');
    expect(said(mark(packet, picks(0)))).toBe('That one asks.');
    expect(said(mark(packet, picks(2)))).toBe('Too late.');
    expect(verdict(packet, picks(99))).toBe('unready');
    expect([field, byte, machine].map(placesOf)).toEqual([3, 20, 2]);
    expect(verdict(byte, picks(8))).toBe('right');
  });
});

test.each(items.map((item) => [item.id, item] as const))('%s: its solution is right', (_, item) => {
  expect(verdict(item, solution(item))).toBe('right');
  expect(said(mark(item, solution(item)))).toBe(`Because of ${item.id}.`);
});

test('choices in another order get the same marks', () => {
  const any = fc.constantFrom(choice, several);
  fc.assert(
    fc.property(any, fc.nat(), fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 4 }), (item, seed, at) => {
      const given = at.filter((one) => one < item.choices.length);
      const places = shuffled(item.choices.length, seed, item.id);
      const moved = { ...item, choices: places.map((place) => item.choices[place]!) };
      const found = mark(item, picks(...given));
      const other = mark(moved, picks(...given.map((one) => places.indexOf(one))));
      expect(other.verdict).toBe(found.verdict);
      if (found.verdict === 'unready' || other.verdict === 'unready') return;
      expect(other.said).toEqual(found.said);
      const texts = (rows: typeof found.rows, of: typeof choice.choices) =>
        rows.map((row) => `${of[row.at]!.html} ${row.right} ${row.said?.html}`);
      expect(texts(other.rows, moved.choices)).toEqual(texts(found.rows, item.choices));
    }),
  );
});

test('no answer, however strange, throws; and only the right one is right', () => {
  const whole = fc.oneof(fc.integer({ min: -2, max: 30 }), fc.double());
  const given: fc.Arbitrary<Given> = fc.oneof(
    fc.record({ by: fc.constant('picks' as const), picks: fc.array(whole) }),
    fc.record({ by: fc.constant('order' as const), order: fc.array(whole) }),
    fc.record({ by: fc.constant('pairs' as const), pairs: fc.array(fc.option(whole, { nil: undefined })) }),
    fc.record({ by: fc.constant('typing' as const), text: fc.string({ unit: 'binary', maxLength: 600 }) }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...items), given, (item, any) => {
      const found = mark(item, any);
      if (found.verdict === 'unready') expect(found.why).not.toBe('');
      if (found.verdict === 'right' && any.by === 'pairs') expect(any.pairs.slice(0, 2)).toEqual([2, 0]);
      const turn = check({ ...startTurn(item, [0, 1, 2, 3]), given: any }, item);
      expect(turn.tries).toBe(found.verdict === 'unready' ? 0 : 1);
      expect(aloud(turn, item)).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.boolean(), (words, exact) => {
      const once = normalise(words, exact);
      // A dot behind a dot is the one thing that is taken off one at a time.
      if (!once.endsWith('.')) expect(normalise(once, exact)).toBe(once);
    }),
  );
});

test('an order to begin with is never the right one, and the same seed gives the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(), (count, seed) => {
      const found = disordered(count, seed, 'x');
      expect([...found].sort()).toEqual([...found.keys()]);
      expect(found).not.toEqual([...found.keys()]);
      expect(disordered(count, seed, 'x')).toEqual(found);
    }),
  );
  expect(shuffled(6, 1, 'a')).not.toEqual(shuffled(6, 1, 'b'));
});

test('the answer that is shown says what it is, and keeps the mark on what was wrong', () => {
  const wrong = check({ ...startTurn(choice, []), given: picks(0) }, choice);
  const shown = show(wrong, choice);
  expect(shown.rows.map(({ at, right }) => [at, right])).toEqual([
    [0, false],
    [1, true],
  ]);
  expect(aloud(shown, choice)).toBe('Red: Not this one. Red is wrong. Green: It is this. Because of choice.');
  expect(aloud(show(startTurn(number, []), number), number)).toBe('The answer is 202 ms. Because of number.');
  expect(aloud(wrong, choice)).toBe('Red: Not this one. Red is wrong.');
});

test('what is kept of an answer is short', () => {
  expect(givenText(choice, picks(0))).toBe('Red');
  expect(givenText(packet, picks(1))).toBe('Packet 5');
  expect(givenText(byte, picks(8))).toBe('Byte 22');
  expect(givenText(match, { by: 'pairs', pairs: [2, undefined] })).toBe('purrs; ');
  expect(givenText(text, typed('x'.repeat(500)))).toHaveLength(200);
});

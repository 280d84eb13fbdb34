// What the spoofing race says of a run, beside what the engine's claims say of it; and where its lines lie.
import { expect, test } from 'vitest';
import { leaveReading, takeReading } from '../../components/figure/spoofing/race-handover.ts';
import { layOut, strokeAt } from '../../components/figure/spoofing/race-layout.ts';
import { countOf, fieldsOf, strokeText, verdictOf } from '../../components/figure/spoofing/race-words.ts';
import { Session } from '../../src/engine/export/session.ts';

function readingOf(set: Record<string, string> = {}) {
  const session = Session.start({ scenario: 'spoofing', set, seed: 1, inputs: [] }).finish();
  return { session, reading: session.forgery()! };
}

const CARELESS = { ids: 'sequential', ports: 'fixed' };

test('a run without races has no reading', () => {
  const session = Session.start({ scenario: 'home-lan', set: {}, seed: 1, inputs: [] }).finish();
  expect(session.forgery()).toBeUndefined();
});

test('the verdict says what the claims say', () => {
  for (const set of [{}, CARELESS, { ...CARELESS, cookies: 'on' }]) {
    const { session, reading } = readingOf(set);
    const claims = session.run.claims();
    const verdict = verdictOf(reading);
    expect(
      verdict.strong.startsWith(claims['outcome']!.value === 'poisoned' ? 'Poisoned' : 'Not poisoned'),
    ).toBe(true);
    expect(reading.odds).toBe(claims['odds']!.value);
    expect(reading.landed).toBe(claims['landed']!.value);
    if (claims['outcome']!.value === 'poisoned')
      expect(verdict.rest).toContain(String(claims['landed']!.value));
    const even =
      reading.odds === 'certain' ? 'one race' : `${reading.even.races} races: ${reading.even.time}`;
    expect(even).toBe(claims['evenOdds']!.value);
  }
});

test('every answer is counted once', () => {
  const sets: Record<string, string>[] = [{}, CARELESS, { ports: 'fixed' }];
  for (const set of sets) {
    const { strokes } = readingOf(set).reading.race;
    const fates = ['believed', 'ports', 'ids', 'letters', 'cookie', 'late', 'lost'] as const;
    expect(fates.reduce((sum, fate) => sum + countOf(strokes, fate), 0)).toBe(strokes.length);
  }
});

test('the field that the resolver names is one that does not fit; all fit in an answer that is believed', () => {
  const names = { ports: 'To port', ids: 'Id', letters: 'Name', cookie: 'Cookie' } as const;
  const sets: Record<string, string>[] = [
    {},
    { ports: 'fixed' },
    { ...CARELESS, case: 'mixed' },
    { ...CARELESS, cookies: 'on' },
  ];
  for (const set of sets) {
    const { reading } = readingOf(set);
    for (const stroke of reading.race.strokes) {
      const [misfit] = fieldsOf(reading, stroke).filter(({ fits }) => !fits);
      expect(misfit!.name).toBe(names[stroke.fate as keyof typeof names]);
    }
  }
  const { reading } = readingOf(CARELESS);
  const [first] = reading.race.strokes;
  expect(fieldsOf(reading, first!).every(({ fits }) => fits)).toBe(true);
  expect(strokeText(reading, 0)).toBe('Forged answer 1 of 29, believed: everything fits.');
});

test('slopes are latencies, and every stroke is found where it lies', () => {
  const { reading } = readingOf();
  for (const width of [620, 390]) {
    const layout = layOut(reading.race, width);
    const pace = layout.time.at(10e6 + reading.race.begun) - layout.time.at(reading.race.begun);
    const [way] = layout.strokes;
    // twelve milliseconds from Eve to the resolver
    expect((way!.y2 - way!.y1) / pace).toBeCloseTo(1.2, 2);
    expect((layout.question!.y2 - layout.question!.y1) / pace).toBeCloseTo(2.1, 1);
    for (const [i, line] of layout.strokes.entries()) {
      expect(strokeAt(layout, line!.x1, line!.y1)).toBe(i);
      expect(strokeAt(layout, (line!.x1 + line!.x2) / 2, (line!.y1 + line!.y2) / 2)).toBe(i);
    }
    expect(layout.truth!.y2).toBeLessThan(layout.height);
  }
});

test('a race that the page carries is small, and ends no element', () => {
  const { reading } = readingOf({ guesses: '50' });
  const json = leaveReading('key', reading);
  expect(json.length).toBeLessThan(20_000);
  expect(json).not.toContain('<');
  expect(JSON.parse(json)).toEqual(takeReading('key'));
});

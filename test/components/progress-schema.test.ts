// Data from outside: the chain of migrations, the bounds, the laws of merging, and a thousand hostile files.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeSentence, planImport, writeFile } from '../../components/progress/exchange.ts';
import { isSame, merge } from '../../components/progress/merge.ts';
import { migrate, parseProgress, steps } from '../../components/progress/migrate.ts';
import { nothing, type Progress, readProgress, VERSION } from '../../components/progress/schema.ts';
import { KEY, ProgressStore } from '../../components/progress/store.ts';
import { hostileText } from './progress-hostile.ts';
import { ground, NOON } from './progress-memory.ts';

const parsed = (value: unknown) => parseProgress(JSON.stringify(value), NOON);
function progressOf(value: unknown): Progress {
  const found = parsed(value);
  if (found.kind !== 'read') throw new Error(found.kind);
  return found.progress;
}

describe('migrations', () => {
  it('have a step from every version to the next', () => {
    expect(Object.keys(steps).map(Number)).toEqual(Array.from({ length: VERSION - 1 }, (_, i) => i + 1));
  });

  it('walk the chain one version at a time', () => {
    const chain = {
      1: (raw: object) => ({ ...raw, path: 'a' }),
      2: (raw: { path?: string }) => ({ ...raw, path: `${raw.path}b` }),
      3: (raw: { path?: string }) => ({ ...raw, path: `${raw.path}c` }),
    };
    expect(migrate({ kept: 1 }, 1, chain, 4)).toEqual({ kept: 1, path: 'abc' });
    expect(migrate({ path: 'x' }, 3, chain, 4)).toEqual({ path: 'xc' });
    expect(migrate({ path: 'x' }, 4, chain, 4)).toEqual({ path: 'x' });
  });

  it('1 → 2 dates what had no date, and knows that a list was what the page had seen', () => {
    const one = {
      version: 1,
      later: { field: true },
      chapters: {
        'one-request': {
          read: ['start', 'next'],
          answers: { q: { right: true, tries: 2, given: 'b' } },
          guesses: { g: '1' },
        },
      },
      cards: { 'one-request/a': { due: 9, stability: 1, difficulty: 5, state: 2, reps: 3, lapses: 1 } },
    };
    expect(parsed(one)).toEqual({
      kind: 'read',
      faults: [],
      progress: {
        version: 2,
        later: { field: true },
        erased: { at: 0, before: 0 },
        chapters: {
          'one-request': {
            read: {
              start: { at: 0, read: true, by: 'view' },
              next: { at: 0, read: true, by: 'view' },
            },
            answers: { q: { at: 0, right: true, tries: 2, given: 'b' } },
            guesses: { g: { at: 0, choice: '1' } },
            solved: {},
          },
        },
        cards: {
          'one-request/a': { at: 0, due: 9, stability: 1, difficulty: 5, state: 2, reps: 3, lapses: 1 },
        },
        settings: {},
      },
    });
  });
});

describe('reading', () => {
  it('keeps what a later version may have written, in every place', () => {
    const value = {
      version: 2,
      theme: { of: ['the', 'future'] },
      chapters: {
        one: {
          notes: { a: 'b' },
          read: { start: { at: 1, read: true, by: 'view', words: 40 } },
        },
      },
      cards: { 'one/a': { at: 1, due: 1, stability: 1, difficulty: 1, state: 1, reps: 1, lapses: 1, x: 2 } },
    };
    const progress = progressOf(value) as Progress & Record<string, unknown>;
    expect(progress.theme).toEqual({ of: ['the', 'future'] });
    expect(progress.chapters.one).toMatchObject({ notes: { a: 'b' }, read: { start: { words: 40 } } });
    expect(progress.cards['one/a']).toMatchObject({ x: 2 });
  });

  it.each([
    ['a date that is none', { at: 'yesterday', read: true, by: 'view' }],
    ['no date', { read: true, by: 'view' }],
    ['a mark that is none', { at: 1, read: 'yes', by: 'view' }],
    ['an unknown hand', { at: 1, read: true, by: 'robot' }],
    ['a list', [1]],
  ])('leaves out and names what does not fit: %s', (_, start) => {
    const found = parsed({ version: 2, chapters: { one: { read: { start } } } });
    expect(found).toMatchObject({ faults: ['chapters.one.read.start'] });
    expect(found).toMatchObject({ progress: { chapters: { one: { read: {} } } } });
  });

  it('lets no entry come from the future', () => {
    const read = { start: { at: NOON + 1e10, read: true, by: 'view' } };
    const mark = progressOf({ version: 2, chapters: { one: { read } } }).chapters.one!.read.start!;
    expect(mark.at).toBe(NOON);
  });

  it('reads dates as files write them', () => {
    const read = { start: { at: '2026-11-20T10:00:00.000Z', read: true, by: 'hand' } };
    expect(progressOf({ version: 2, chapters: { one: { read } } }).chapters.one!.read.start!.at).toBe(
      NOON - 7_200_000,
    );
  });

  it('takes a name from the prototype for none', () => {
    const text =
      '{"version":2,"__proto__":{"polluted":1},"chapters":{"__proto__":{"read":{}},"constructor":{"read":{}},"one":{"__proto__":{"x":1},"read":{"__proto__":{"at":1,"read":true,"by":"view"}}}},"cards":{"constructor/prototype":{"at":1}}}';
    const found = parseProgress(text, NOON);
    expect(found).toMatchObject({ kind: 'read' });
    if (found.kind !== 'read') return;
    expect(Object.keys(found.progress.chapters)).toEqual(['one']);
    expect(Object.getPrototypeOf(found.progress)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(found.progress.chapters.one)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

/** Any progress that the reader function lets through. */
const name = fc.constantFrom('a', 'b', 'c', 'd');
const at = fc.integer({ min: 0, max: 4 });
const entries = <T>(entry: fc.Arbitrary<T>) => fc.dictionary(name, entry, { maxKeys: 4 });
const anyProgress: fc.Arbitrary<Progress> = fc
  .record({
    version: fc.constant(2),
    erased: fc.constant({ at: 0, before: 0 }),
    chapters: entries(
      fc.record({
        read: entries(fc.record({ at, read: fc.boolean(), by: fc.constantFrom('view', 'hand') })),
        answers: entries(fc.record({ at, right: fc.boolean(), tries: at, given: fc.string() })),
        guesses: entries(fc.record({ at, choice: fc.string() })),
        future: at,
      }),
    ),
    settings: entries(fc.record({ at, value: fc.oneof(fc.string(), fc.boolean(), fc.integer()) })),
    extra: at,
  })
  .map((raw) => readProgress(raw, NOON).progress);

describe('merging', () => {
  it('has no order, no doubles, and nothing of its own', () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, anyProgress, (a, b, c) => {
        const ab = merge(a, b);
        expect(isSame(ab, merge(b, a))).toBe(true);
        expect(isSame(merge(ab, b), ab)).toBe(true);
        expect(isSame(merge(a, a), a)).toBe(true);
        expect(isSame(merge(ab, c), merge(a, merge(b, c)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('loses no entry', () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, (a, b) => {
        const all = merge(a, b);
        for (const one of [a, b])
          for (const [chapter, { read }] of Object.entries(one.chapters))
            for (const section of Object.keys(read))
              expect(all.chapters[chapter]!.read[section]).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});

describe('files', () => {
  function reader() {
    const store = new ProgressStore(ground());
    store.markRead('one', 'start');
    store.keepAnswer('one', 'q', { right: false, tries: 1, given: 'a' });
    store.keepGuess('one', 'g', '1', true);
    store.keepSolved('one', 'lab');
    store.addCards(['one/a']);
    store.keepSetting('minutes', 5);
    return store;
  }

  it('go there and back', () => {
    const text = writeFile(reader().$progress.get(), NOON);
    expect(text).toContain('"version": 2');
    expect(text).toContain('"at": "2026-11-20T12:00:00.000Z"');
    const other = new ProgressStore(ground());
    const plan = planImport(other.$progress.get(), text, NOON);
    if (plan.kind !== 'plan') throw new Error(plan.sentence);
    expect(plan.faults).toEqual([]);
    expect(plan.changes.map(changeSentence)).toEqual([
      '1 section is added.',
      '1 answer is added.',
      '1 guess is added.',
      '1 lab is added.',
      '1 card is added.',
      '1 setting is added.',
    ]);
    other.restore(plan.file);
    expect({ ...other.$progress.get(), erased: 0 }).toEqual({ ...reader().$progress.get(), erased: 0 });
    // once more changes nothing
    expect(planImport(other.$progress.get(), text, NOON)).toMatchObject({ changes: [] });
  });

  it('bring back what was erased since', () => {
    const store = reader();
    const text = writeFile(store.$progress.get(), NOON);
    store.erase();
    const plan = planImport(store.$progress.get(), text, NOON);
    if (plan.kind !== 'plan') throw new Error(plan.sentence);
    store.restore(plan.file);
    expect(Object.keys(store.$progress.get().chapters.one!.read)).toEqual(['start']);
  });

  it('never take back what is later here, and say so', () => {
    const early = reader();
    const text = writeFile(early.$progress.get(), NOON);
    const place = ground();
    place.time = NOON + 1000;
    const store = new ProgressStore(place);
    store.keepAnswer('one', 'q', { right: true, tries: 2, given: 'b' });
    const plan = planImport(store.$progress.get(), text, place.time);
    if (plan.kind !== 'plan') throw new Error(plan.sentence);
    expect(plan.changes.map(changeSentence)).toContain('1 answer of yours is later and stays.');
    store.restore(plan.file);
    expect(store.$progress.get().chapters.one!.answers.q!.given).toBe('b');
    expect(Object.keys(store.$progress.get().chapters.one!.read)).toEqual(['start']);
  });

  it('of a newer version are refused, of version 1 are migrated', () => {
    expect(planImport(nothing, '{"version":3}', NOON)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringMatching(/newer version.*Nothing was changed/),
    });
    const old = '{"version":1,"chapters":{"one":{"read":["start"],"answers":{},"guesses":{}}},"cards":{}}';
    expect(planImport(nothing, old, NOON)).toMatchObject({ kind: 'plan', changes: [{ added: 1 }] });
  });

  it.each(['', 'null', '7', '[]', '{"version":2', `${' '.repeat(2_000_001)}{"version":2}`])(
    'that are none are refused in words: %#',
    (text) => {
      expect(planImport(nothing, text, NOON)).toMatchObject({
        kind: 'refused',
        sentence: expect.stringMatching(/^This file/),
      });
    },
  );
});

describe('a thousand hostile files', () => {
  it('leave a store that reads itself, and the language as it was', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const place = ground();
        const store = new ProgressStore(place);
        store.markRead('mine', 'start');
        const plan = planImport(store.$progress.get(), text, NOON);
        if (plan.kind === 'plan') {
          store.restore(plan.file);
          for (const change of plan.changes) expect(changeSentence(change)).toMatch(/\.$/);
        }
        expect(store.$progress.get().chapters.mine!.read.start).toBeDefined();
        const again = parseProgress(place.storage().items.get(KEY)!, NOON);
        expect(again).toMatchObject({ kind: 'read', faults: [] });
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  it('are taken as stored data as well', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const place = ground();
        place.storage().items.set(KEY, text);
        const store = new ProgressStore(place);
        store.markRead('mine', 'start');
        store.hear(text);
        expect(store.$progress.get().chapters.mine!.read.start).toBeDefined();
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});

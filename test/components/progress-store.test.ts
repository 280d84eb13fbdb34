// The store on every kind of ground: kept, full, blocked, damaged, written by another tab or another version.
import { describe, expect, it } from 'vitest';
import { isSame } from '../../components/progress/merge.ts';
import { KEY, ProgressStore } from '../../components/progress/store.ts';
import { FakeStorage, ground, NOON } from './progress-memory.ts';

const right = { right: true, tries: 1, given: 'b' };
const read = (store: ProgressStore, chapter = 'one') =>
  Object.entries(store.$progress.get().chapters[chapter]?.read ?? {}).flatMap(([name, mark]) =>
    mark.read ? [name] : [],
  );

describe('what is kept', () => {
  it('is there on the next visit', () => {
    const place = ground();
    const first = new ProgressStore(place);
    first.markRead('one', 'start');
    first.keepAnswer('one', 'q1', right);
    first.keepGuess('one', 'g1', '2', false);
    first.keepSolved('one', 'lab');
    first.addCards(['one/a', 'one/b']);
    const second = new ProgressStore(place);
    expect(second.$progress.get()).toEqual(first.$progress.get());
    expect(second.$progress.get().chapters.one).toEqual({
      read: { start: { at: NOON, read: true, by: 'view' } },
      answers: { q1: { at: NOON, ...right } },
      guesses: { g1: { at: NOON, choice: '2', right: false } },
      solved: { lab: { at: NOON } },
    });
    expect(Object.keys(second.$progress.get().cards)).toEqual(['one/a', 'one/b']);
    expect(second.$memory.get()).toEqual({ kind: 'kept', sentence: '' });
  });

  it('is what the reader said by hand, whatever the page sees later', () => {
    const store = new ProgressStore(ground());
    store.markRead('one', 'start');
    store.setRead('one', 'start', false);
    expect(read(store)).toEqual([]);
    store.markRead('one', 'start');
    expect(read(store)).toEqual([]);
    store.setRead('one', 'start', true);
    expect(read(store)).toEqual(['start']);
  });

  it('has bounds: names, texts, counts', () => {
    const store = new ProgressStore(ground());
    for (const name of ['__proto__', 'constructor', 'toString', '', 'a b', 'x'.repeat(81), '<b>']) {
      store.markRead(name, 'start');
      store.markRead('one', name);
      store.keepAnswer('one', name, right);
      store.keepGuess('one', name, 'x');
      store.addCards([name, `one/${name}`, `${name}/a`]);
    }
    expect(store.$progress.get().chapters).toEqual({});
    expect(store.$progress.get().cards).toEqual({});
    store.keepGuess('one', 'g', 'x'.repeat(5000));
    expect(store.$progress.get().chapters.one!.guesses.g!.choice).toHaveLength(200);
    for (let i = 0; i < 300; i++) store.markRead('two', `s${i}`);
    const kept = Object.keys(store.$progress.get().chapters.two!.read);
    expect(kept).toHaveLength(200);
    for (let i = 0; i < 100; i++) store.markRead(`c${i}`, 's');
    expect(Object.keys(store.$progress.get().chapters)).toHaveLength(64);
  });

  it('never makes room by dropping what is just being written', () => {
    const place = ground();
    const later = { at: NOON + 3_600_000, read: true, by: 'view' };
    const many = <T>(count: number, value: T) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]));
    const due = { due: 1, stability: 1, difficulty: 5, state: 2, reps: 1, lapses: 0, at: later.at };
    const cards = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`n/c${i}`, due]));
    const chapters = many(64, { read: many(1, later) });
    place.storage().items.set(KEY, JSON.stringify({ version: 2, chapters, cards }));
    const store = new ProgressStore(place);
    expect(store.$aside.get()).toEqual([]);
    store.markRead('mine', 'start');
    store.addCards(['mine/card']);
    expect(read(store, 'mine')).toEqual(['start']);
    expect(store.$progress.get().cards['mine/card']).toBeDefined();
    expect(Object.keys(store.$progress.get().chapters)).toHaveLength(64);
    expect(Object.keys(store.$progress.get().cards)).toHaveLength(2000);
  });

  it('wins over what was there before, even when the clock was set back', () => {
    const place = ground();
    const store = new ProgressStore(place);
    store.keepAnswer('one', 'q', { right: false, tries: 1, given: 'a' });
    place.time -= 3_600_000;
    store.keepAnswer('one', 'q', { right: true, tries: 2, given: 'b' });
    expect(new ProgressStore(place).$progress.get().chapters.one!.answers.q!.given).toBe('b');
  });

  it('adds a card once, and takes it out and back with what was learned', () => {
    const store = new ProgressStore(ground());
    store.addCards(['one/a']);
    store.keepCards({ 'one/a': { due: 5, stability: 3, difficulty: 5, state: 2, reps: 2, lapses: 0 } });
    store.addCards(['one/a']);
    store.setCardsOut(['one/a', 'one/unknown'], 'hand');
    expect(store.$progress.get().cards).toEqual({
      'one/a': expect.objectContaining({ due: 5, reps: 2, out: 'hand' }),
    });
    store.setCardsOut(['one/a'], undefined);
    expect(store.$progress.get().cards['one/a']).not.toHaveProperty('out');
    expect(store.$progress.get().cards['one/a']).toMatchObject({ due: 5, reps: 2 });
  });
});

describe('two tabs', () => {
  /** Two stores over one storage; what one writes, the other hears when `deliver` is called. */
  function pair() {
    const storage = new FakeStorage();
    const [a, b] = [new ProgressStore(ground(storage)), new ProgressStore(ground(storage))];
    return { storage, a, b };
  }

  it('lose no answer, though neither has heard of the other', () => {
    const { storage, a, b } = pair();
    a.keepAnswer('one', 'q1', right);
    b.keepAnswer('one', 'q2', right);
    a.keepAnswer('one', 'q3', right);
    const third = new ProgressStore(ground(storage));
    expect(Object.keys(third.$progress.get().chapters.one!.answers).sort()).toEqual(['q1', 'q2', 'q3']);
  });

  it('agree when they have heard, and then write no more', () => {
    const { storage, a, b } = pair();
    a.keepAnswer('one', 'q1', right);
    const early = storage.items.get(KEY)!;
    b.keepAnswer('one', 'q2', right);
    storage.items.set(KEY, early); // the two wrote at the same moment, and b’s was overtaken
    b.hear(early);
    a.hear(storage.items.get(KEY)!);
    expect(isSame(a.$progress.get(), b.$progress.get())).toBe(true);
    expect(Object.keys(a.$progress.get().chapters.one!.answers)).toHaveLength(2);
    const { writes } = storage;
    a.hear(storage.items.get(KEY)!);
    b.hear(storage.items.get(KEY)!);
    expect(storage.writes).toBe(writes);
  });

  it('forget together when one erases, and remember together when that is undone', () => {
    const { storage, a, b } = pair();
    a.markRead('one', 'start');
    a.addCards(['one/a']);
    b.hear(storage.items.get(KEY)!);
    const undo = a.erase();
    b.hear(storage.items.get(KEY)!);
    expect(b.$progress.get().chapters).toEqual({});
    expect(b.$progress.get().cards).toEqual({});
    b.markRead('one', 'next');
    expect(read(b)).toEqual(['next']);
    undo();
    b.hear(storage.items.get(KEY)!);
    for (const store of [a, b]) {
      expect(read(store).sort()).toEqual(['next', 'start']);
      expect(Object.keys(store.$progress.get().cards)).toEqual(['one/a']);
    }
  });

  it('forget when the reader cleared the data of the site', () => {
    const { a, storage } = pair();
    a.markRead('one', 'start');
    storage.items.clear();
    a.hear(null);
    expect(a.$progress.get().chapters).toEqual({});
    expect(storage.items.size).toBe(0);
  });
});

describe('where nothing can be kept', () => {
  it('works for the visit when storage is blocked, and says so', () => {
    const place = ground();
    place.storage().isBlocked = true;
    const store = new ProgressStore(place);
    expect(store.$memory.get().kind).toBe('blocked');
    store.markRead('one', 'start');
    store.keepAnswer('one', 'q', right);
    expect(read(store)).toEqual(['start']);
    expect(store.$memory.get().sentence).toMatch(/keeps nothing.*until you close or leave/);
    expect(() => store.erase()()).not.toThrow();
    expect(read(store)).toEqual(['start']);
  });

  it('works for the visit when storage is full, says so, and stores all once there is room', () => {
    const place = ground();
    const storage = place.storage();
    storage.items.set('other', 'x'.repeat(1000));
    storage.room = 1010;
    const store = new ProgressStore(place);
    store.markRead('one', 'start');
    expect(store.$memory.get()).toMatchObject({ kind: 'full', sentence: expect.stringMatching(/no room/) });
    expect(read(store)).toEqual(['start']);
    storage.items.delete('other');
    store.markRead('one', 'next');
    expect(store.$memory.get().kind).toBe('kept');
    expect(read(new ProgressStore(place))).toEqual(['start', 'next']);
  });

  it('stays below a megabyte', () => {
    const place = ground();
    const long = { at: 1, ...right, given: 'x'.repeat(200) };
    const answers = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`q${i}`, long]));
    const chapters = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`c${i}`, { answers }]));
    place.storage().items.set(KEY, JSON.stringify({ version: 2, chapters }));
    const store = new ProgressStore(place);
    for (let i = 0; i < 200 && store.$memory.get().kind === 'kept'; i++)
      store.keepAnswer('one', `q${i}`, { ...right, given: long.given });
    expect(store.$aside.get()).toEqual([]);
    expect(store.$memory.get().kind).toBe('full');
    expect(place.storage().items.get(KEY)!.length).toBeLessThanOrEqual(1_000_000);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a cut text', '{"version":2,"chapters":{"one":'],
    ['no object', '[1,2,3]'],
    ['no version', '{"chapters":{}}'],
    ['a version that is none', '{"version":"2"}'],
    ['a text without end', `"${'x'.repeat(1_000_001)}"`],
  ])('is set aside as it was found: %s', (_, text) => {
    const place = ground();
    place.storage().items.set(KEY, text);
    const store = new ProgressStore(place);
    expect(store.$aside.get()).toEqual([{ key: 'roundtrip:set-aside-1', text }]);
    store.markRead('one', 'start');
    expect(place.storage().items.get('roundtrip:set-aside-1')).toBe(text);
    expect(read(new ProgressStore(place))).toEqual(['start']);
    expect(new ProgressStore(place).$aside.get()).toHaveLength(1);
    store.dropAside('roundtrip:set-aside-1');
    expect(new ProgressStore(place).$aside.get()).toEqual([]);
  });

  it('is set aside whole when a part is damaged, and the rest is used', () => {
    const place = ground();
    const text = JSON.stringify({
      version: 2,
      chapters: { one: { read: { start: { at: 5, read: true, by: 'view' }, next: 7 } } },
    });
    place.storage().items.set(KEY, text);
    const store = new ProgressStore(place);
    expect(read(store)).toEqual(['start']);
    expect(store.$aside.get().map((one) => one.text)).toEqual([text]);
  });

  it('is not written over when there is no room for it beside', () => {
    const place = ground();
    const text = `{"version":2,${'x'.repeat(500)}`;
    place.storage().items.set(KEY, text);
    place.storage().room = 800;
    const store = new ProgressStore(place);
    store.markRead('one', 'start');
    expect(store.$memory.get()).toMatchObject({ kind: 'damaged' });
    expect(place.storage().items.get(KEY)).toBe(text);
    expect(read(store)).toEqual(['start']);
  });

  it('is kept five times, and no sixth is written over', () => {
    const place = ground();
    for (let i = 1; i <= 6; i++) {
      place.storage().items.set(KEY, `broken ${i}`);
      new ProgressStore(place).markRead('one', 'start');
    }
    expect(place.storage().items.get(KEY)).toBe('broken 6');
  });

  it('is not touched when a newer version wrote it', () => {
    const place = ground();
    const text = '{"version":99,"chapters":"somehow else"}';
    place.storage().items.set(KEY, text);
    const store = new ProgressStore(place);
    store.markRead('one', 'start');
    expect(place.storage().items.get(KEY)).toBe(text);
    expect(store.$memory.get()).toMatchObject({ kind: 'newer', sentence: expect.stringMatching(/Reload/) });
    expect(store.$aside.get()).toEqual([]);
  });

  it('forgets the damaged ones as well when all is erased, and brings them back', () => {
    const place = ground();
    place.storage().items.set(KEY, 'broken');
    const store = new ProgressStore(place);
    const undo = store.erase();
    expect([...place.storage().items.values()].join()).not.toContain('broken');
    undo();
    expect(store.$aside.get().map((one) => one.text)).toEqual(['broken']);
  });
});

// What the site remembers of its reader, in the reader's own browser: sections read, answers, guesses, cards. It lies in
// localStorage under one key. Every function here is safe on any state of the storage and never throws; where nothing
// can be kept it works for the visit, and `$memory` says so in a sentence.
//
// Two tabs: before each write the store reads what is there and merges it in, and it hears of the other's writes. What
// cannot be read is set aside under another key, never overwritten; what a newer version wrote is not touched.
import { atom, type ReadableAtom, type WritableAtom } from 'nanostores';
import { isSame, merge, newest, withEntry } from './merge.ts';
import { MAX_STORE, type Parsed, parseProgress } from './migrate.ts';
import {
  type Answer,
  type CardState,
  type ChapterProgress,
  type Dated,
  isCardId,
  isName,
  MAX_CARDS,
  MAX_CHAPTERS,
  MAX_ENTRIES,
  MAX_SETTINGS,
  MAX_TEXT,
  noChapter,
  nothing,
  type Progress,
  type ReadMark,
  type Setting,
} from './schema.ts';

export type { Answer, CardState, ChapterProgress, Progress } from './schema.ts';

export const KEY = 'roundtrip';
const ASIDE = 'roundtrip:set-aside';
/** So many damaged memories are kept; then nothing is written over the next one either. */
const MAX_ASIDE = 5;
/** Stored dates may be so much ahead of the clock: another tab counts up, and clocks are put right. */
const GRACE = 86_400_000;

export interface MemoryState {
  readonly kind: 'kept' | 'blocked' | 'full' | 'newer' | 'damaged';
  /** For people; empty while everything is kept. */
  readonly sentence: string;
}

const sentences: Readonly<Record<MemoryState['kind'], string>> = {
  kept: '',
  blocked:
    'This browser keeps nothing for this site, so your progress is remembered until you close or leave the page.',
  full: 'This browser has no room left for this site, so what you do now is remembered until you close or leave the page.',
  newer:
    'Another tab has stored your progress with a newer version of this site. Reload the page to go on; until then, nothing is stored.',
  damaged:
    'What this browser kept of your progress cannot be read, and there was no room to set it aside. Nothing is written over it, so what you do now is remembered until you close or leave the page.',
};

/** A memory that could not be read, as it was found. */
export interface SetAside {
  readonly key: string;
  readonly text: string;
}

/** What a store stands on; a page gives localStorage, a test what it likes. */
export interface Ground {
  /** May throw, and so may everything it gives. */
  readonly storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class ProgressStore {
  readonly $progress: ReadableAtom<Progress>;
  readonly $memory: ReadableAtom<MemoryState>;
  readonly $aside: ReadableAtom<readonly SetAside[]>;
  readonly #data: WritableAtom<Progress> = atom(nothing);
  readonly #state: WritableAtom<MemoryState> = atom({ kind: 'kept', sentence: '' });
  readonly #aside: WritableAtom<readonly SetAside[]> = atom([]);
  readonly #ground: Ground;
  /** What we know to lie in the storage. */
  #stored: string | null = null;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.$progress = this.#data;
    this.$memory = this.#state;
    this.$aside = this.#aside;
    this.#lookAside();
    this.refresh();
  }

  // ── storage ──

  /** Reads what lies in the storage, and takes it in. */
  refresh(): void {
    try {
      this.#takeIn(this.#ground.storage().getItem(KEY));
    } catch {
      this.#say('blocked');
    }
  }

  /** What another tab wrote, or `null` when the reader cleared the site's data: then this tab forgets as well. */
  hear(text: string | null): void {
    if (text !== null) {
      if (this.#takeIn(text) && this.#isMore(text)) this.#write(this.#data.get());
      return;
    }
    this.#stored = null;
    this.#data.set(nothing);
  }

  /** Merges what the storage says into what we know. False when it must not be written over. */
  #takeIn(text: string | null): boolean {
    if (text === null || text === this.#stored) return true;
    const found = this.#parse(text);
    if (found.kind === 'newer') {
      this.#say('newer');
      return false;
    }
    const isWhole = found.kind === 'read' && found.faults.length === 0;
    if (!isWhole && !this.#setAside(text)) {
      this.#say('damaged');
      return false;
    }
    this.#stored = text;
    if (found.kind === 'read') this.#data.set(merge(this.#data.get(), found.progress));
    return true;
  }

  #parse(text: string): Parsed {
    return parseProgress(text, this.#ground.now() + GRACE);
  }

  #isMore(text: string): boolean {
    const found = this.#parse(text);
    return found.kind !== 'read' || !isSame(found.progress, this.#data.get());
  }

  #save(progress: Progress): void {
    this.#data.set(progress);
    try {
      if (!this.#takeIn(this.#ground.storage().getItem(KEY))) return;
    } catch {
      this.#say('blocked');
      return;
    }
    this.#write(this.#data.get());
  }

  #write(progress: Progress): void {
    const text = JSON.stringify(progress);
    if (text.length > MAX_STORE) {
      this.#say('full');
      return;
    }
    try {
      this.#ground.storage().setItem(KEY, text);
      this.#stored = text;
      this.#say('kept');
    } catch (error) {
      // A storage that still reads and no longer writes has no room.
      this.#say(isQuota(error) ? 'full' : 'blocked');
    }
  }

  #say(kind: MemoryState['kind']): void {
    if (this.#state.get().kind !== kind) this.#state.set({ kind, sentence: sentences[kind] });
  }

  // ── what could not be read ──

  #lookAside(): void {
    const found: SetAside[] = [];
    try {
      for (let i = 1; i <= MAX_ASIDE; i++) {
        const key = `${ASIDE}-${i}`;
        const text = this.#ground.storage().getItem(key);
        if (text !== null) found.push({ key, text });
      }
    } catch {
      // `refresh` will say it.
    }
    this.#aside.set(found);
  }

  #setAside(text: string): boolean {
    const known = this.#aside.get();
    if (known.some((one) => one.text === text)) return true;
    try {
      for (let i = 1; i <= MAX_ASIDE; i++) {
        const key = `${ASIDE}-${i}`;
        if (this.#ground.storage().getItem(key) !== null) continue;
        this.#ground.storage().setItem(key, text);
        this.#aside.set([...known, { key, text }]);
        return true;
      }
    } catch {
      // No room for a second copy: the first one stays where it is.
    }
    return false;
  }

  /** Lets go of a memory that could not be read; the reader has it in a file, or does not want it. */
  dropAside(key: string): void {
    try {
      this.#ground.storage().removeItem(key);
    } catch {
      return;
    }
    this.#aside.set(this.#aside.get().filter((one) => one.key !== key));
  }

  // ── changes ──

  /** A date for an entry: now; and later than the one it replaces, and than the last erasing, whatever the clock says. */
  #date(before?: Dated): number {
    return Math.max(this.#ground.now(), (before?.at ?? -1) + 1, this.#data.get().erased.before);
  }

  /** What is known of a chapter. */
  chapter(name: string): ChapterProgress {
    return own(this.#data.get().chapters, name) ?? noChapter;
  }

  #change(chapter: string, by: (was: ChapterProgress) => ChapterProgress): void {
    if (!isName(chapter)) return;
    const progress = this.#data.get();
    const then = by(this.chapter(chapter));
    const chapters = withEntry(progress.chapters, chapter, then, MAX_CHAPTERS, newest);
    this.#save({ ...progress, chapters });
  }

  #enter<T extends object>(
    entries: Readonly<Record<string, T & Dated>>,
    name: string,
    entry: T,
    most = MAX_ENTRIES,
  ): Readonly<Record<string, T & Dated>> {
    const dated = { ...entry, at: this.#date(own(entries, name)) };
    return withEntry(entries, name, dated, most, ({ at }) => at);
  }

  markRead(chapter: string, section: string): void {
    // What the reader has set by hand, the page does not set again.
    if (isName(section) && this.chapter(chapter).read[section] === undefined)
      this.#mark(chapter, section, { read: true, by: 'view' });
  }

  setRead(chapter: string, section: string, read: boolean): void {
    if (isName(section)) this.#mark(chapter, section, { read, by: 'hand' });
  }

  #mark(chapter: string, section: string, mark: Omit<ReadMark, 'at'>): void {
    this.#change(chapter, (was) => ({ ...was, read: this.#enter(was.read, section, mark) }));
  }

  keepAnswer(chapter: string, item: string, { right, tries, given }: Answer): void {
    const answer = { right, tries, given: given.slice(0, MAX_TEXT) };
    if (isName(item))
      this.#change(chapter, (was) => ({ ...was, answers: this.#enter(was.answers, item, answer) }));
  }

  keepGuess(chapter: string, question: string, choice: string, right?: boolean): void {
    const guess = { choice: choice.slice(0, MAX_TEXT), ...(right !== undefined && { right }) };
    if (isName(question))
      this.#change(chapter, (was) => ({ ...was, guesses: this.#enter(was.guesses, question, guess) }));
  }

  keepSolved(chapter: string, lab: string): void {
    if (isName(lab) && this.chapter(chapter).solved[lab] === undefined)
      this.#change(chapter, (was) => ({ ...was, solved: this.#enter(was.solved, lab, {}) }));
  }

  keepCards(cards: Readonly<Record<string, CardState>>): void {
    const progress = this.#data.get();
    let entries = progress.cards;
    for (const [id, card] of Object.entries(cards))
      if (isCardId(id)) entries = this.#enter(entries, id, card, MAX_CARDS);
    if (entries !== progress.cards) this.#save({ ...progress, cards: entries });
  }

  /** Puts cards that were never there into the review, due at once, in the order given. */
  addCards(ids: readonly string[]): void {
    const now = this.#ground.now();
    const known = this.#data.get().cards;
    const fresh = ids.filter((id) => own(known, id) === undefined);
    this.keepCards(Object.fromEntries(fresh.map((id) => [id, newCard(now)])));
  }

  /** Takes cards out of the review, or back in (`undefined`); what was learned of them stays. */
  setCardsOut(ids: readonly string[], out: CardState['out']): void {
    const changed: Record<string, CardState> = {};
    for (const id of ids) {
      const card = own(this.#data.get().cards, id);
      if (card === undefined || card.out === out) continue;
      const { out: _, ...rest } = card;
      changed[id] = out === undefined ? rest : { ...rest, out };
    }
    this.keepCards(changed);
  }

  keepSetting(name: string, value: Setting['value']): void {
    const progress = this.#data.get();
    if (isName(name))
      this.#save({
        ...progress,
        settings: this.#enter(progress.settings, name, { value }, MAX_SETTINGS),
      });
  }

  // ── the whole ──

  /** Forgets everything, here and in other tabs. Gives the function that brings it back. */
  erase(): () => void {
    const was = this.#data.get();
    const aside = this.#aside.get();
    const before = this.#date({ at: latest(was) });
    this.#save({ ...nothing, erased: { at: this.#date(was.erased), before } });
    for (const { key } of aside) this.dropAside(key);
    return () => {
      this.restore(was);
      for (const { text } of aside) this.#setAside(text);
    };
  }

  /** Takes a memory in and keeps what it says, also what was erased since. */
  restore(memory: Progress): void {
    const now = this.#data.get();
    const erased = { at: this.#date(now.erased), before: memory.erased.before };
    this.#save(merge({ ...now, erased }, { ...memory, erased }));
  }
}

export const newCard = (now: number): CardState => ({
  due: now,
  stability: 0,
  difficulty: 0,
  state: 0,
  reps: 0,
  lapses: 0,
});

/** An entry that is there, and nothing that every object has from birth. */
const own = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

/** The date of the last entry of all. */
function latest(progress: Progress): number {
  let found = 0;
  for (const chapter of Object.values(progress.chapters)) found = Math.max(found, newest(chapter));
  for (const { at } of [...Object.values(progress.cards), ...Object.values(progress.settings)])
    found = Math.max(found, at);
  return found;
}

/** By name, and by the number that older engines gave it. */
function isQuota(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: number };
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED' || code === 22;
}

// ── the page's store ──

const inPage = typeof document !== 'undefined';
export const store = new ProgressStore({
  storage: () => {
    if (!inPage) throw new Error('no storage while the page is built');
    return localStorage;
  },
  now: () => (inPage ? Date.now() : 0),
});
if (inPage) {
  addEventListener('storage', ({ key, newValue }) => {
    if (key === KEY || key === null) store.hear(newValue);
  });
  // A page that comes back from the history may have missed what other tabs wrote.
  addEventListener('pageshow', ({ persisted }) => persisted && store.refresh());
}

export const $progress: ReadableAtom<Progress> = store.$progress;
export const $memory: ReadableAtom<MemoryState> = store.$memory;

/** A section that has been read, seen by the page itself. */
export const markRead = (chapter: string, section: string): void => store.markRead(chapter, section);

/** The same, or its opposite, said by the reader. */
export const setRead = (chapter: string, section: string, read: boolean): void =>
  store.setRead(chapter, section, read);

export const keepAnswer = (chapter: string, item: string, answer: Answer): void =>
  store.keepAnswer(chapter, item, answer);

/** `choice` is an index or a text; `right` says whether it was the right one, where the question has one. */
export const keepGuess = (chapter: string, question: string, choice: string, right?: boolean): void =>
  store.keepGuess(chapter, question, choice, right);

/** A lab or an exercise that was solved. */
export const keepSolved = (chapter: string, lab: string): void => store.keepSolved(chapter, lab);

export const answersOf = (chapter: string): Readonly<Record<string, Answer>> =>
  store.chapter(chapter).answers;

export const guessOf = (chapter: string, question: string): string | undefined =>
  own(store.chapter(chapter).guesses, question)?.choice;

/** `id` is `<chapter>/<card>`. */
export const keepCard = (id: string, card: CardState): void => store.keepCards({ [id]: card });

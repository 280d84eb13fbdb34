// What the site remembers of its reader, in the reader's own browser: sections read, quiz answers, guesses, cards.
// Every function here is safe on any state of the storage and never throws; where nothing can be kept, it works for
// the visit, and `$memory` says so.
import { atom, type ReadableAtom } from 'nanostores';

export interface Answer {
  readonly right: boolean;
  readonly tries: number;
  readonly given: string;
}

/** A card's place in spaced repetition. Times in milliseconds since 1970. */
export interface CardState {
  readonly due: number;
  readonly stability: number;
  readonly difficulty: number;
  /** 0 new, 1 learning, 2 review, 3 relearning. */
  readonly state: number;
  readonly reps: number;
  readonly lapses: number;
}

export interface ChapterProgress {
  readonly read: readonly string[];
  readonly answers: Readonly<Record<string, Answer>>;
  readonly guesses: Readonly<Record<string, string>>;
}

export interface Progress {
  readonly version: 1;
  readonly chapters: Readonly<Record<string, ChapterProgress>>;
  readonly cards: Readonly<Record<string, CardState>>;
}

export interface MemoryState {
  readonly kind: 'kept' | 'blocked' | 'full';
  /** For people; empty while everything is kept. */
  readonly sentence: string;
}

const KEY = 'roundtrip';
const nothing: Progress = { version: 1, chapters: {}, cards: {} };
const noChapter: ChapterProgress = { read: [], answers: {}, guesses: {} };
const kept: MemoryState = { kind: 'kept', sentence: '' };

function load(): Progress {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return found?.version === 1 ? found : nothing;
  } catch {
    return nothing;
  }
}

const inPage = typeof document !== 'undefined';
const $data = atom<Progress>(inPage ? load() : nothing);
const $state = atom<MemoryState>(kept);
export const $progress: ReadableAtom<Progress> = $data;
export const $memory: ReadableAtom<MemoryState> = $state;

function save(progress: Progress): void {
  $data.set(progress);
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
    $state.set(kept);
  } catch {
    $state.set({
      kind: 'blocked',
      sentence: 'This browser keeps nothing for the site, so what you do is remembered until you leave.',
    });
  }
}

function change(chapter: string, by: (was: ChapterProgress) => ChapterProgress): void {
  const progress = $data.get();
  save({
    ...progress,
    chapters: { ...progress.chapters, [chapter]: by(progress.chapters[chapter] ?? noChapter) },
  });
}

export function markRead(chapter: string, section: string): void {
  if (!$data.get().chapters[chapter]?.read.includes(section))
    change(chapter, (was) => ({ ...was, read: [...was.read, section] }));
}

export function keepAnswer(chapter: string, item: string, answer: Answer): void {
  change(chapter, (was) => ({ ...was, answers: { ...was.answers, [item]: answer } }));
}

/** `choice` is an index or a text; `right` says whether it was the right one, where the caller knows. */
export function keepGuess(chapter: string, question: string, choice: string, _right?: boolean): void {
  change(chapter, (was) => ({ ...was, guesses: { ...was.guesses, [question]: choice.slice(0, 200) } }));
}

export function answersOf(chapter: string): Readonly<Record<string, Answer>> {
  return $data.get().chapters[chapter]?.answers ?? {};
}

export function guessOf(chapter: string, question: string): string | undefined {
  return $data.get().chapters[chapter]?.guesses[question];
}

/** `id` is `<chapter>/<card>`. */
export function keepCard(id: string, card: CardState): void {
  const progress = $data.get();
  save({ ...progress, cards: { ...progress.cards, [id]: card } });
}

// The shape of what the site remembers, and the one way in for data from outside: storage and files are read field by
// field, with a bound on every name, text, number and count. What does not fit is left out and named; fields that this
// version does not know are kept (a later one may have written them), up to a size. Written by hand: this file is
// 1.7 kB of script (gzip), the whole store 4.4.

export const VERSION = 2;

/** When something became so. The later of two wins, wherever they meet: tabs, files. Milliseconds since 1970. */
export interface Dated {
  readonly at: number;
}

/** A section of a chapter. `read: false` is a mark taken back by hand, which the page must not set again by itself. */
export interface ReadMark extends Dated {
  readonly read: boolean;
  readonly by: 'view' | 'hand';
}

export interface Answer {
  readonly right: boolean;
  readonly tries: number;
  /** What the reader gave, at most {@link MAX_TEXT} characters. */
  readonly given: string;
}

/** A guess before a run; `right` where the question has a right answer. */
export interface Guess extends Dated {
  readonly choice: string;
  readonly right?: boolean;
}

export interface ChapterProgress {
  readonly read: Readonly<Record<string, ReadMark>>;
  readonly answers: Readonly<Record<string, Answer & Dated>>;
  readonly guesses: Readonly<Record<string, Guess>>;
  /** Labs and exercises by name. */
  readonly solved: Readonly<Record<string, Dated>>;
}

/** A card's place in spaced repetition: what ts-fsrs keeps, under names that say what they are. */
export interface CardState {
  /** Milliseconds since 1970. */
  readonly due: number;
  /** Days until the chance to remember has fallen to nine in ten. */
  readonly stability: number;
  /** From 1 to 10; 0 for a card that was never shown. */
  readonly difficulty: number;
  /** 0 new, 1 learning, 2 review, 3 relearning. */
  readonly state: number;
  /** How often it was answered, and how often it was forgotten. */
  readonly reps: number;
  readonly lapses: number;
  /** Which of the short steps of learning it is on. */
  readonly step?: number;
  /** Days between the last answer and `due`. */
  readonly days?: number;
  /** When it was answered last. */
  readonly last?: number;
  /** Not in the review: taken out by the reader's hand, or gone from the course. */
  readonly out?: 'hand' | 'gone';
}

export interface Setting extends Dated {
  readonly value: string | number | boolean;
}

export interface Progress {
  readonly version: typeof VERSION;
  /** What is dated before `before` was erased; a tab that still remembers it must forget it. */
  readonly erased: Dated & { readonly before: number };
  /** By the page's name without its folder: `0-one-request`. */
  readonly chapters: Readonly<Record<string, ChapterProgress>>;
  /** By `<chapter>/<card>`. */
  readonly cards: Readonly<Record<string, CardState & Dated>>;
  readonly settings: Readonly<Record<string, Setting>>;
}

export const nothing: Progress = {
  version: VERSION,
  erased: { at: 0, before: 0 },
  chapters: {},
  cards: {},
  settings: {},
};
export const noChapter: ChapterProgress = { read: {}, answers: {}, guesses: {}, solved: {} };

export const MAX_CHAPTERS = 64;
/** Entries of one kind in one chapter. */
export const MAX_ENTRIES = 200;
export const MAX_CARDS = 2000;
export const MAX_SETTINGS = 32;
export const MAX_TEXT = 200;
const MAX_NAME = 80;
const MAX_FAULTS = 20;
const MAX_COUNT = 1_000_000;
/** A hundred years of days: beyond, a stability says nothing. */
const MAX_DAYS = 36_500;
/** The year 2200. */
const MAX_TIME = 7_258_118_400_000;
/** What is kept of fields that nobody here knows: so deep, so many values, texts so long. */
const UNKNOWN = { depth: 4, values: 200, text: 1000 };

/**
 * Names of chapters, sections, questions: what slugs are made of. Names that every object has from birth are refused,
 * so that looking one up in a plain record never finds a stranger.
 */
export function isName(name: string): boolean {
  return name.length <= MAX_NAME && /^[\p{L}\p{N}_-][\p{L}\p{N}_.:-]*$/u.test(name) && !(name in {});
}

export function isCardId(id: string): boolean {
  const parts = id.split('/');
  return parts.length === 2 && parts.every(isName);
}

export type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Reading {
  readonly progress: Progress;
  /** Where something did not fit and was left out, at most {@link MAX_FAULTS} of them. */
  readonly faults: readonly string[];
}

/** Reads data of this version. No entry gets a date after `latest`: one from the future would win for ever. */
export function readProgress(raw: Fields, latest: number): Reading {
  const faults: string[] = [];
  const look: Look = {
    latest,
    fault(where) {
      if (faults.length < MAX_FAULTS) faults.push(where.slice(0, 120));
    },
  };
  const erased = isFields(raw.erased) ? raw.erased : {};
  const chapters = readRecord(raw.chapters, 'chapters', MAX_CHAPTERS, isName, readChapter, look);
  const progress: Progress = {
    ...unknownOf(raw, ['version', 'erased', 'chapters', 'cards', 'settings']),
    version: VERSION,
    erased: { at: dateOf(erased.at, latest) ?? 0, before: dateOf(erased.before, latest) ?? 0 },
    chapters,
    cards: readRecord(raw.cards, 'cards', MAX_CARDS, isCardId, dated(readCard), look),
    settings: readRecord(raw.settings, 'settings', MAX_SETTINGS, isName, dated(readSetting), look),
  };
  return { progress, faults };
}

interface Look {
  readonly latest: number;
  fault(where: string): void;
}
type Read<T> = (raw: Fields, look: Look, where: string) => T | undefined;

function readRecord<T>(
  raw: unknown,
  where: string,
  most: number,
  isKey: (key: string) => boolean,
  read: Read<T>,
  look: Look,
): Record<string, T> {
  const found: Record<string, T> = {};
  if (raw === undefined) return found;
  if (!isFields(raw)) {
    look.fault(where);
    return found;
  }
  let count = 0;
  for (const [key, value] of Object.entries(raw)) {
    if (count === most) {
      look.fault(`${where}: more than ${most}`);
      break;
    }
    const entry = isKey(key) && isFields(value) ? read(value, look, `${where}.${key}`) : undefined;
    if (entry === undefined) look.fault(`${where}.${key}`);
    else {
      found[key] = entry;
      count++;
    }
  }
  return found;
}

function readChapter(raw: Fields, look: Look, where: string): ChapterProgress {
  const record = <T>(name: string, read: Read<T>) =>
    readRecord(raw[name], `${where}.${name}`, MAX_ENTRIES, isName, dated(read), look);
  return {
    ...unknownOf(raw, ['read', 'answers', 'guesses', 'solved']),
    read: record('read', readMark),
    answers: record('answers', readAnswer),
    guesses: record('guesses', readGuess),
    solved: record('solved', (entry) => unknownOf(entry, ['at'])),
  };
}

/** Reads the date of an entry, then what `read` makes of the rest. */
function dated<T>(read: Read<T>): Read<T & Dated> {
  return (raw, look, where) => {
    const at = dateOf(raw.at, look.latest);
    const entry = at === undefined ? undefined : read(raw, look, where);
    return entry === undefined || at === undefined ? undefined : { ...entry, at };
  };
}

const readMark: Read<Omit<ReadMark, 'at'>> = (raw) =>
  typeof raw.read === 'boolean' && (raw.by === 'view' || raw.by === 'hand')
    ? { ...unknownOf(raw, ['at', 'read', 'by']), read: raw.read, by: raw.by }
    : undefined;

const readAnswer: Read<Answer> = (raw) => {
  const tries = number(raw.tries, 0, MAX_COUNT);
  return typeof raw.right === 'boolean' && isText(raw.given) && tries !== undefined
    ? {
        ...unknownOf(raw, ['at', 'right', 'tries', 'given']),
        right: raw.right,
        tries: Math.floor(tries),
        given: raw.given,
      }
    : undefined;
};

const readGuess: Read<Omit<Guess, 'at'>> = (raw) =>
  isText(raw.choice)
    ? {
        ...unknownOf(raw, ['at', 'choice', 'right']),
        choice: raw.choice,
        ...(typeof raw.right === 'boolean' && { right: raw.right }),
      }
    : undefined;

const readSetting: Read<Omit<Setting, 'at'>> = (raw) => {
  const { value } = raw;
  const isGood =
    isText(value) || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  return isGood ? { ...unknownOf(raw, ['at', 'value']), value } : undefined;
};

const cardFields = 'at due stability difficulty state reps lapses step days last out'.split(' ');
const readCard: Read<CardState> = (raw) => {
  const due = timeOf(raw.due);
  const stability = number(raw.stability, 0, MAX_DAYS);
  const difficulty = number(raw.difficulty, 0, 10);
  const state = number(raw.state, 0, 3);
  const reps = number(raw.reps, 0, MAX_COUNT);
  const lapses = number(raw.lapses, 0, MAX_COUNT);
  if (due === undefined || stability === undefined || difficulty === undefined) return undefined;
  if (state === undefined || !Number.isInteger(state)) return undefined;
  if (reps === undefined || lapses === undefined) return undefined;
  const step = number(raw.step, 0, 100);
  const days = number(raw.days, 0, MAX_DAYS);
  const last = timeOf(raw.last);
  return {
    ...unknownOf(raw, cardFields),
    due,
    stability,
    difficulty,
    state,
    reps: Math.floor(reps),
    lapses: Math.floor(lapses),
    ...(step !== undefined && { step: Math.floor(step) }),
    ...(days !== undefined && { days }),
    ...(last !== undefined && { last }),
    ...((raw.out === 'hand' || raw.out === 'gone') && { out: raw.out }),
  };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;

function number(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}

/** A moment: milliseconds, or as files write it, `2026-11-20T12:00:00.000Z`. */
function timeOf(value: unknown): number | undefined {
  const isWritten = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value);
  const time = isWritten ? Date.parse(value) : value;
  return typeof time === 'number' && time >= 0 && time <= MAX_TIME ? Math.floor(time) : undefined;
}

/** A moment that has been. */
function dateOf(value: unknown, latest: number): number | undefined {
  const time = timeOf(value);
  return time === undefined ? undefined : Math.min(time, latest);
}

/** Fields that nobody here knows, copied within bounds. */
function unknownOf(raw: Fields, known: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const left = { values: UNKNOWN.values };
  for (const key of Object.keys(raw)) {
    if (known.includes(key) || !isName(key)) continue;
    const value = copy(raw[key], UNKNOWN.depth, left);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function copy(value: unknown, depth: number, left: { values: number }): unknown {
  if (left.values-- <= 0 || depth === 0) return undefined;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return value.length <= UNKNOWN.text ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.slice(0, UNKNOWN.values).map((item) => copy(item, depth - 1, left));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (!isFields(value)) return undefined;
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const inner = isName(key) ? copy(value[key], depth - 1, left) : undefined;
    if (inner !== undefined) found[key] = inner;
  }
  return found;
}

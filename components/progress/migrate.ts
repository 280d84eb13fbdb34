// From text to progress of this version: older data walks up a chain of pure functions, one version each; newer data is
// refused, whole and untouched. The functions see data that nobody has checked yet: they must take anything.
import { type Fields, isFields, type Progress, readProgress, VERSION } from './schema.ts';

/** Longer texts are not parsed: a course read from end to end takes some 100 kB. */
export const MAX_STORE = 1_000_000;

export type Parsed =
  | { readonly kind: 'read'; readonly progress: Progress; readonly faults: readonly string[] }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'unreadable'; readonly why: string };

/** `steps[n]` makes version n + 1 of version n. */
export const steps: Readonly<Record<number, (raw: Fields) => Fields>> = { 1: fromOne };

/**
 * Version 1 had sections read as a list and guesses as plain texts, all without dates, and its cards knew less. What has
 * no date gets the earliest: anything that is known better wins over it.
 */
function fromOne(raw: Fields): Fields {
  const chapters = each(raw.chapters, (chapter) => ({
    ...chapter,
    read: Object.fromEntries(
      (Array.isArray(chapter.read) ? chapter.read : [])
        .filter((name) => typeof name === 'string')
        .map((name) => [name, { at: 0, read: true, by: 'view' }]),
    ),
    answers: each(chapter.answers, (answer) => ({ ...answer, at: 0 })),
    guesses: isFields(chapter.guesses)
      ? Object.fromEntries(Object.entries(chapter.guesses).map(([name, choice]) => [name, { at: 0, choice }]))
      : {},
  }));
  return { ...raw, version: 2, chapters, cards: each(raw.cards, (card) => ({ ...card, at: 0 })) };
}

/** `by` for every value that has fields; the others stay as they are, for the reader to refuse. */
function each(raw: unknown, by: (fields: Fields) => Fields): unknown {
  if (!isFields(raw)) return raw;
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, isFields(value) ? by(value) : value]),
  );
}

/** Walks `raw` up to {@link VERSION}. `chain` and `to` are given by tests only. */
export function migrate(raw: Fields, from: number, chain = steps, to = VERSION): Fields {
  let data = raw;
  for (let version = from; version < to; version++) data = chain[version]!(data);
  return data;
}

export function parseProgress(text: string, latest: number, most = MAX_STORE): Parsed {
  if (text.length > most) return { kind: 'unreadable', why: `it is longer than ${most / 1_000_000} MB` };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', why: 'it is not JSON, or its end is missing' };
  }
  if (!isFields(raw)) return { kind: 'unreadable', why: 'it holds no progress' };
  const { version } = raw;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return { kind: 'unreadable', why: 'it names no version' };
  if (version > VERSION) return { kind: 'newer', version };
  return { kind: 'read', ...readProgress(migrate(raw, version), latest) };
}

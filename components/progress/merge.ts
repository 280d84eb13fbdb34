// Two memories of one reader become one: entry by entry, the later wins, and nothing that only one of them holds is
// lost. The order of the two does not matter, and merging twice changes nothing: so tabs and files agree in the end.
import {
  type ChapterProgress,
  type Dated,
  MAX_CARDS,
  MAX_CHAPTERS,
  MAX_ENTRIES,
  MAX_SETTINGS,
  noChapter,
  type Progress,
} from './schema.ts';

type Entries<T> = Readonly<Record<string, T>>;

export function merge(a: Progress, b: Progress): Progress {
  const erased = later(a.erased, b.erased);
  const alive = <T extends Dated>(entries: Entries<T>): Entries<T> => since(entries, erased.before);
  // What has no date (fields of later versions) is the eraser's, once one of the two has erased.
  const undated = <T extends object>(one: T, two: T): T => {
    if (a.erased.at === b.erased.at) return greater(one, two);
    return a.erased.at > b.erased.at ? one : two;
  };
  const chapters: Record<string, ChapterProgress> = {};
  for (const name of new Set([...Object.keys(a.chapters), ...Object.keys(b.chapters)])) {
    const one = a.chapters[name] ?? noChapter;
    const two = b.chapters[name] ?? noChapter;
    const unite = <T extends Dated>(x: Entries<T>, y: Entries<T>) => alive(bounded(union(x, y), MAX_ENTRIES));
    const chapter: ChapterProgress = {
      ...undated(one, two),
      read: unite(one.read, two.read),
      answers: unite(one.answers, two.answers),
      guesses: unite(one.guesses, two.guesses),
      solved: unite(one.solved, two.solved),
    };
    if (newest(chapter) >= 0 || erased.before === 0) chapters[name] = chapter;
  }
  return {
    ...undated(a, b),
    version: a.version,
    erased,
    chapters: boundedBy(chapters, MAX_CHAPTERS, newest),
    cards: alive(bounded(union(a.cards, b.cards), MAX_CARDS)),
    settings: bounded(union(a.settings, b.settings), MAX_SETTINGS),
  };
}

/** Whether two memories say the same, in whatever order. */
export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

export function union<T extends Dated>(a: Entries<T>, b: Entries<T>): Entries<T> {
  const all: Record<string, T> = { ...a };
  for (const [name, entry] of Object.entries(b)) all[name] = name in all ? later(all[name]!, entry) : entry;
  return all;
}

/** The later entry; of two from the same moment always the same one, whichever comes first. */
function later<T extends Dated>(a: T, b: T): T {
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return canonical(a) >= canonical(b) ? a : b;
}

function since<T extends Dated>(entries: Entries<T>, moment: number): Entries<T> {
  if (moment === 0) return entries;
  return Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry.at >= moment));
}

/** Drops the oldest where there are too many. */
export function bounded<T extends Dated>(entries: Entries<T>, most: number): Entries<T> {
  return boundedBy(entries, most, (entry) => entry.at);
}

export function boundedBy<T>(entries: Entries<T>, most: number, date: (entry: T) => number): Entries<T> {
  const all = Object.entries(entries);
  if (all.length <= most) return entries;
  return Object.fromEntries(all.sort(([, a], [, b]) => date(b) - date(a)).slice(0, most));
}

/** `entries` with one more, for which the oldest of the others makes room. */
export function withEntry<T>(
  entries: Entries<T>,
  name: string,
  entry: T,
  most: number,
  date: (entry: T) => number,
): Entries<T> {
  const { [name]: _, ...others } = entries;
  return { ...boundedBy(others, most - 1, date), [name]: entry };
}

/** The date of a chapter's last entry; −1 when it has none. */
export function newest(chapter: ChapterProgress): number {
  let found = -1;
  for (const { read, answers, guesses, solved } of [chapter])
    for (const entries of [read, answers, guesses, solved])
      for (const { at } of Object.values(entries)) found = Math.max(found, at);
  return found;
}

/** Both objects' fields; where they differ, always the same one, whichever comes first. */
function greater<T extends object>(a: T, b: T): T {
  const all: Record<string, unknown> = { ...(b as Record<string, unknown>) };
  for (const [name, value] of Object.entries(a))
    if (!(name in all) || canonical(value) > canonical(all[name])) all[name] = value;
  return all as T;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

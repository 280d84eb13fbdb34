// Progress as a file: written for people (dates as dates, indented, a sentence on top), read like anything from outside.
// Nothing of the reader's is lost by an import: entries come in, and where both know one, the later stays.
import { isSame, merge } from './merge.ts';
import { MAX_STORE, parseProgress } from './migrate.ts';
import { type ChapterProgress, type Dated, noChapter, type Progress, VERSION } from './schema.ts';

/** A file may be so much longer than what is stored: it is indented. */
export const MAX_FILE = 2 * MAX_STORE;
const about =
  'Progress in Roundtrip: what you read, answered and reviewed. Import it on the Progress page of the course.';
const dates = new Set(['at', 'before', 'due', 'last']);

export function writeFile(progress: Progress, now: number): string {
  const whole = { about, exported: new Date(now).toISOString(), ...progress };
  const text = JSON.stringify(
    whole,
    (name, value) => (dates.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value),
    2,
  );
  return `${text}\n`;
}

export const fileName = (now: number): string =>
  `roundtrip-progress-${new Date(now).toISOString().slice(0, 10)}.json`;

/** What an import does to one kind of entry. */
export interface Change {
  /** `section` for 1, `sections` for more. */
  readonly one: string;
  readonly many: string;
  readonly added: number;
  readonly changed: number;
  /** The file says something else, and what is here is later. */
  readonly kept: number;
}

export type Plan =
  | { readonly kind: 'refused'; readonly sentence: string }
  | {
      readonly kind: 'plan';
      /** What to hand to the store. */
      readonly file: Progress;
      readonly changes: readonly Change[];
      /** Where the file held what does not fit; left out. */
      readonly faults: readonly string[];
    };

/** Reads a file and says what importing it would change. Changes nothing. */
export function planImport(mine: Progress, text: string, now: number): Plan {
  const refuse = (sentence: string): Plan => ({ kind: 'refused', sentence });
  if (text.length > MAX_FILE)
    return refuse(`This file is longer than ${MAX_FILE / 1_000_000} MB: it is not one of this site's.`);
  const found = parseProgress(text, now, MAX_FILE);
  if (found.kind === 'newer')
    return refuse(
      `This file was written by a newer version of the site (its form is ${found.version}, this page knows ${VERSION}). Reload the page and try again. Nothing was changed.`,
    );
  if (found.kind === 'unreadable')
    return refuse(`This file cannot be read: ${found.why}. Nothing was changed.`);
  // What was erased elsewhere is no reason to erase here, and what was erased here comes back because it is asked for.
  const { about: _, exported: __, ...progress } = found.progress as Progress & Record<string, unknown>;
  const file = { ...progress, erased: { at: 0, before: 0 } } as Progress;
  const all = merge({ ...mine, erased: file.erased }, file);
  return { kind: 'plan', file, changes: changesOf(mine, file, all), faults: found.faults };
}

type Entries = Readonly<Record<string, Dated>>;

function changesOf(mine: Progress, file: Progress, all: Progress): Change[] {
  const inChapters = (pick: (chapter: ChapterProgress) => Entries) => (progress: Progress) =>
    Object.fromEntries(
      Object.entries(progress.chapters).flatMap(([name, chapter]) =>
        Object.entries(pick({ ...noChapter, ...chapter })).map(([entry, value]) => [
          `${name}/${entry}`,
          value,
        ]),
      ),
    );
  const kinds: readonly [one: string, many: string, pick: (progress: Progress) => Entries][] = [
    ['section', 'sections', inChapters((chapter) => chapter.read)],
    ['answer', 'answers', inChapters((chapter) => chapter.answers)],
    ['guess', 'guesses', inChapters((chapter) => chapter.guesses)],
    ['lab', 'labs', inChapters((chapter) => chapter.solved)],
    ['card', 'cards', (progress) => progress.cards],
    ['setting', 'settings', (progress) => progress.settings],
  ];
  return kinds.flatMap(([one, many, pick]) => {
    const [here, there, then] = [pick(mine), pick(file), pick(all)];
    let [added, changed, kept] = [0, 0, 0];
    for (const [name, entry] of Object.entries(there)) {
      if (here[name] === undefined) added += then[name] === undefined ? 0 : 1;
      else if (!isSame(here[name], then[name])) changed++;
      else if (!isSame(here[name], entry)) kept++;
    }
    return added + changed + kept > 0 ? [{ one, many, added, changed, kept }] : [];
  });
}

/** One sentence for one kind: “5 sections are added, 1 is changed to a later state, 2 of yours are later and stay.” */
export function changeSentence({ one, many, added, changed, kept }: Change): string {
  const be = (count: number) => (count === 1 ? 'is' : 'are');
  const parts: string[] = [];
  const name = (count: number) => (parts.length > 0 ? `${count}` : `${count} ${count === 1 ? one : many}`);
  if (added > 0) parts.push(`${name(added)} ${be(added)} added`);
  if (changed > 0) parts.push(`${name(changed)} ${be(changed)} changed to the later state of the file`);
  if (kept > 0) parts.push(`${name(kept)} of yours ${be(kept)} later and ${kept === 1 ? 'stays' : 'stay'}`);
  const text = parts.join(', ');
  return `${text}.`;
}

// The glossary as its authors write it (content/glossary.yaml), checked as a whole: what one entry may hold, that no two
// entries claim the same words, that every word in brackets leads to another entry and never round in a circle.
// Runs while the site is built and in tests; no page carries it. Links to sections of chapters are checked where the
// chapters are known (course.ts).
import { z } from 'astro/zod';
import { LineCounter, parseDocument } from 'yaml';

const words = z.string().trim().min(2).max(60);
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1)]);

export const entrySchema = z.strictObject({
  /** As it stands in running text: lower case unless it is a name. */
  term: words,
  /** What it is short for: a form, too. */
  long: words.optional(),
  /** Other forms that prose uses: plurals, verbs, other names. */
  forms: z.array(words).default([]),
  /** One to three sentences. `[words]` leads to another entry, backticks set code. */
  means: z.string().trim().min(30).max(340),
  /** The chapter that explains it. */
  chapter: z.number().int().min(0).max(12),
  /** The section of that chapter, as in its address. */
  section: z
    .string()
    .regex(/^[a-z\d]+(-[a-z\d]+)*$/, 'is the end of a section’s address: “break-it”')
    .optional(),
  /** Where it is defined: `RFC 9499 §6`, or several. `course` where no RFC does: the words are ours. */
  source: z.union([
    z.literal('course').transform((): string[] => []),
    oneOrMore(z.string().regex(/^RFC [1-9]\d* §\d+(\.\d+)*$/, 'is written “RFC 9499 §6”')),
  ]),
  /** Other entries worth reading next that the definition does not lead to. */
  see: z.array(words).default([]),
});
export type WrittenEntry = z.output<typeof entrySchema>;

/** A piece of a definition. `id` names the entry that it leads to. */
export type Part = { readonly text: string; readonly id?: string; readonly isCode?: true };

export interface Entry extends Omit<WrittenEntry, 'see' | 'means'> {
  readonly id: string;
  readonly parts: readonly Part[];
  readonly see: readonly { readonly id: string; readonly term: string }[];
}

const MAX_SENTENCES = 3;
const normal = (text: string) => text.toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ').trim();
export const idOf = (term: string) =>
  normal(term)
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-|-$/g, '');
/** Where a term stands in a list from A to Z. */
const rank = (term: string) => idOf(term);
export const titleOf = (term: string) => term.charAt(0).toUpperCase() + term.slice(1);

/** Reads the file. Throws one error that names every mistake in it. */
export function readEntries(text: string): WrittenEntry[] {
  const lines = new LineCounter();
  const file = parseDocument(text, { lineCounter: lines });
  if (file.errors.length > 0) throw mistakes(file.errors.map(({ message }) => message.trim()));
  const found = z.array(z.unknown()).safeParse(file.toJS());
  if (!found.success) throw mistakes(['the file is a list, each entry begun with “- term:”']);
  const said: string[] = [];
  const entries: WrittenEntry[] = [];
  for (const [i, written] of found.data.entries()) {
    const entry = entrySchema.safeParse(written);
    if (entry.success) entries.push(entry.data);
    else {
      const name = (written as { term?: unknown } | null)?.term ?? `entry ${i + 1}`;
      said.push(...entry.error.issues.map(({ path, message }) => `${name}: ${path.join('.')} ${message}`));
    }
  }
  if (said.length === 0) said.push(...new Glossary(entries).faults);
  if (said.length > 0) throw mistakes(said);
  return entries;
}

const mistakes = (list: readonly string[]) => new Error(`content/glossary.yaml:\n  ${list.join('\n  ')}`);

/** All entries by every form of theirs. */
export class Glossary {
  readonly entries: readonly Entry[];
  /** What is wrong between entries: empty when they come from {@link readEntries}. */
  readonly faults: readonly string[];
  readonly #byForm = new Map<string, WrittenEntry>();

  constructor(written: readonly WrittenEntry[]) {
    const faults = [...this.#collect(written)];
    this.entries = written.map((entry) => this.#connect(entry, faults));
    if (faults.length === 0) faults.push(...circles(this.entries));
    this.faults = faults;
  }

  /** The entry for words in prose, in whatever case. */
  find(text: string): Entry | undefined {
    const found = this.#byForm.get(normal(text));
    return found && this.entries.find(({ term }) => term === found.term);
  }

  /** Terms that the words may have meant. */
  near(text: string): string[] {
    const start = normal(text).slice(0, 4);
    return [
      ...new Set([...this.#byForm].filter(([form]) => form.includes(start)).map(([, { term }]) => term)),
    ];
  }

  *#collect(written: readonly WrittenEntry[]): Iterable<string> {
    for (const [i, entry] of written.entries()) {
      const { term, long, forms, means } = entry;
      for (const form of [term, ...(long === undefined ? [] : [long]), ...forms]) {
        const other = this.#byForm.get(normal(form));
        if (other) yield `${term}: “${form}” already belongs to “${other.term}”`;
        else this.#byForm.set(normal(form), entry);
      }
      const before = written[i - 1]?.term;
      if (before !== undefined && rank(term) <= rank(before))
        yield `${term}: stands after “${before}”; the file goes from A to Z`;
      const sentences = means.match(/[.?!](?=\s+[^\sa-z]|$)/g)?.length ?? 0;
      if (sentences < 1 || sentences > MAX_SENTENCES || !/[.?!]$/.test(means))
        yield `${term}: means ${sentences} sentences; one to ${MAX_SENTENCES}, each with its full stop`;
    }
  }

  #connect(entry: WrittenEntry, faults: string[]): Entry {
    const { term, means, see, ...rest } = entry;
    const lead = (text: string, where: string) => {
      const to = this.#byForm.get(normal(text));
      if (!to) faults.push(`${term}: ${where} “${text}”, which has no entry`);
      else if (to === entry) faults.push(`${term}: ${where} itself`);
      return to;
    };
    const parts = partsOf(means).map((part): Part => {
      if (part.id === undefined) return part;
      const to = lead(part.text, 'leans on');
      return { ...part, id: idOf(to?.term ?? part.text) };
    });
    const seen = new Set(parts.map(({ id }) => id));
    const next = see.map((text) => {
      const to = lead(text, 'sees')?.term ?? text;
      if (seen.has(idOf(to)))
        faults.push(`${term}: sees “${text}”, where its definition or its list leads already`);
      seen.add(idOf(to));
      return { id: idOf(to), term: to };
    });
    return { ...rest, term, id: idOf(term), parts, see: next };
  }
}

/** Splits `a [b] c` and code; the id of a lead is filled in by whoever knows the entries. */
export function partsOf(means: string): Part[] {
  return means
    .replace(/\s+/g, ' ')
    .split(/(\[[^\]]+\]|`[^`]+`)/)
    .filter((piece) => piece !== '')
    .map((piece): Part => {
      const inner = piece.slice(1, -1);
      if (piece.startsWith('[')) return { text: inner, id: '' };
      return piece.startsWith('`') ? { text: inner, isCode: true } : { text: piece };
    });
}

export const plainText = (parts: readonly Part[]) => parts.map(({ text }) => text).join('');

/** Definitions that lean on each other in a circle explain nothing: follow the brackets, and you must come to an end. */
function circles(entries: readonly Entry[]): string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const done = new Set<string>();
  const faults: string[] = [];
  const walk = (entry: Entry, way: readonly string[]): void => {
    const at = way.indexOf(entry.term);
    if (at >= 0) {
      faults.push(
        `${entry.term}: definitions lean on each other: ${[...way.slice(at), entry.term].join(' > ')}`,
      );
      return;
    }
    if (done.has(entry.id)) return;
    for (const { id } of entry.parts) if (id !== undefined) walk(byId.get(id)!, [...way, entry.term]);
    done.add(entry.id);
  };
  for (const entry of entries) walk(entry, []);
  return faults;
}

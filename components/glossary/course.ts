// The glossary of this build, with the places that its entries point to: chapters that exist, sections that are there.
// A term of a chapter that is not written yet has no link; a section that is not there stops the build.
import { getCollection, render } from 'astro:content';
import { type Entry, Glossary } from './entry.ts';

export interface Place {
  readonly text: string;
  /** From the root of the site; the base path is put before it with all other links of a page. */
  readonly href: string;
}

let known: Promise<Glossary> | undefined;

export function glossary(): Promise<Glossary> {
  // While the course is being written the file changes under us.
  if (import.meta.env.DEV) known = undefined;
  known ??= getCollection('glossary').then((found) => new Glossary(found.map(({ data }) => data)));
  return known;
}

async function chapterOf({ chapter }: Entry) {
  const found = await getCollection('docs', ({ data }) => data.chapter === chapter);
  return found.find(({ data }) => import.meta.env.DEV || !data.draft);
}

export async function placeOf(entry: Entry): Promise<Place | undefined> {
  const chapter = await chapterOf(entry);
  if (!chapter) return undefined;
  const at = entry.section === undefined ? '' : `#${entry.section}`;
  return { text: `Chapter\u00a0${entry.chapter}`, href: `/${chapter.id}/${at}` };
}

/** Throws when an entry names a section that its chapter does not have. */
export async function checkSections(entries: readonly Entry[]): Promise<void> {
  const faults: string[] = [];
  for (const entry of entries.filter(({ section }) => section !== undefined)) {
    const chapter = await chapterOf(entry);
    const headings = chapter ? (await render(chapter)).headings.map(({ slug }) => slug) : [];
    if (!headings.includes(entry.section!))
      faults.push(
        `${entry.term}: chapter ${entry.chapter} has no section “${entry.section}”; it has ${headings.join(', ')}`,
      );
  }
  if (faults.length > 0) throw new Error(`content/glossary.yaml:\n  ${faults.join('\n  ')}`);
}

/** `RFC 9499 §6` in the RFC Editor's own pages. */
export function addressOf(source: string): string {
  const [, rfc, section] = /^RFC (\d+) §(.+)$/.exec(source)!;
  return `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`;
}

// What the course holds at this commit: every list, link and count in the shell is read from here, so that the site
// never promises a page that does not exist.
import { type CollectionEntry, getCollection } from 'astro:content';
import { href } from './href.ts';

export interface Chapter {
  id: string;
  number: number;
  title: string;
  summary: string;
  minutes: number | undefined;
  href: string;
}

export interface Page {
  id: string;
  title: string;
  href: string;
}

type Entry = CollectionEntry<'docs'>;

async function published(): Promise<Entry[]> {
  return (await getCollection('docs')).filter((entry) => import.meta.env.DEV || !entry.data.draft);
}

export async function chapters(): Promise<Chapter[]> {
  const found = (await published()).filter(
    (entry) => entry.id.startsWith('chapters/') && entry.data.chapter !== undefined,
  );
  return found
    .map((entry) => ({
      id: entry.id,
      number: entry.data.chapter!,
      title: entry.data.title,
      summary: entry.data.summary ?? entry.data.description ?? '',
      minutes: entry.data.minutes,
      href: href(`/${entry.id}/`),
    }))
    .sort((a, b) => a.number - b.number);
}

/** Reference pages by title; the colophon comes last, as in a book. */
export async function reference(): Promise<Page[]> {
  const found = (await published()).filter((entry) => entry.id.startsWith('reference/'));
  const last = (page: Page) => (page.id === 'reference/colophon' ? 1 : 0);
  return found
    .map((entry) => ({ id: entry.id, title: entry.data.title, href: href(`/${entry.id}/`) }))
    .sort((a, b) => last(a) - last(b) || (a.title < b.title ? -1 : 1));
}

/** The page before and after this one: along the chapters, or along the reference. */
export async function neighbours(id: string): Promise<{ prev?: Chapter | Page; next?: Chapter | Page }> {
  const row: (Chapter | Page)[] = id.startsWith('chapters/') ? await chapters() : [];
  const at = row.findIndex((page) => page.id === id);
  return at < 0 ? {} : { prev: row[at - 1], next: row[at + 1] };
}

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

export interface Lab extends Page {
  /** The name under which a solution is kept. */
  name: string;
  summary: string;
  minutes: number | undefined;
  /** The chapter that it comes after, by its file's name, and as a page if that is written. */
  after: string;
  chapter: Chapter | undefined;
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

/** Incident labs by the chapter that they come after, then as their authors ordered them. */
export async function labs(): Promise<Lab[]> {
  const found = (await published()).filter((entry) => entry.id.startsWith('labs/'));
  const written = await chapters();
  return found
    .map((entry) => {
      const { after, title, summary, description, minutes, sidebar } = entry.data;
      if (after === undefined)
        throw new Error(`content/${entry.id}: a lab says after which chapter it comes`);
      return {
        id: entry.id,
        name: entry.id.slice('labs/'.length),
        title,
        href: href(`/${entry.id}/`),
        summary: summary ?? description ?? '',
        minutes,
        after,
        chapter: written.find((chapter) => chapter.id === `chapters/${after}`),
        order: sidebar.order ?? 99,
      };
    })
    .sort((a, b) => (a.after === b.after ? a.order - b.order : a.after < b.after ? -1 : 1));
}

/** Reference pages by title; the colophon comes last, as in a book. */
export async function reference(): Promise<Page[]> {
  const found = (await published()).filter((entry) => entry.id.startsWith('reference/'));
  const last = (page: Page) => (page.id === 'reference/colophon' ? 1 : 0);
  return found
    .map((entry) => ({ id: entry.id, title: entry.data.title, href: href(`/${entry.id}/`) }))
    .sort((a, b) => last(a) - last(b) || (a.title < b.title ? -1 : 1));
}

/** The page before and after this one: along the chapters, or along the labs. */
export async function neighbours(id: string): Promise<{ prev?: Chapter | Page; next?: Chapter | Page }> {
  const row: (Chapter | Page)[] = id.startsWith('chapters/')
    ? await chapters()
    : id.startsWith('labs/')
      ? await labs()
      : [];
  const at = row.findIndex((page) => page.id === id);
  return at < 0 ? {} : { prev: row[at - 1], next: row[at + 1] };
}

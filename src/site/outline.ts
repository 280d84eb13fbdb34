// What a reader can do in the course, for the pages that keep count of it: chapters with their sections (and how long
// each is), questions, quiz items, cards. Read from the content itself, so that no list has to be kept beside it.
import { getCollection, getEntry, render } from 'astro:content';
import { parse } from 'yaml';
import type { CourseChapter, CourseSection } from '../../components/progress/course.ts';
import type { CardText } from '../../components/review/card.ts';
import { type Chapter, chapters, labs } from './course.ts';

export interface Outline extends Chapter {
  /** The name under which progress is kept: the id without its folder. */
  readonly slug: string;
  readonly sections: readonly CourseSection[];
  /** Ids of guesses and quiz items. */
  readonly guesses: readonly string[];
  readonly quiz: readonly string[];
  readonly cards: readonly CardText[];
  /** Names of the incident labs that come after it. */
  readonly labs: readonly string[];
}

// Not a collection's business here: only the ids of the items are needed, whatever kinds of items there are.
const quizzes = import.meta.glob<string>('../../content/quiz/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

let known: Promise<readonly Outline[]> | undefined;

/** In the order of the chapters. Computed once for a build; while one writes, for every page anew. */
export function outline(): Promise<readonly Outline[]> {
  if (import.meta.env.DEV) return readOutline();
  return (known ??= readOutline());
}

export async function outlineOf(id: string): Promise<Outline | undefined> {
  return (await outline()).find((chapter) => chapter.id === id);
}

async function readOutline(): Promise<readonly Outline[]> {
  const cards = await getCollection('cards');
  const list = await chapters();
  const incidents = await labs();
  for (const { id } of cards)
    if (!list.some((chapter) => slugOf(chapter.id) === id))
      throw new Error(`content/cards/${id}.yaml belongs to no chapter`);
  return Promise.all(
    list.map(async (chapter) => {
      const slug = slugOf(chapter.id);
      const entry = (await getEntry('docs', chapter.id))!;
      const { headings } = await render(entry);
      const words = wordsBySection(entry.body ?? '');
      const sections = headings
        .filter(({ depth }) => depth === 2)
        .map(({ slug, text }, i) => ({ slug, text, words: words[i] ?? 0 }));
      const own = cards.find(({ id }) => id === slug)?.data.cards ?? [];
      for (const { id, see } of own)
        if (!headings.some((heading) => heading.slug === see))
          throw new Error(`content/cards/${slug}.yaml, card ${id}: the chapter has no heading “${see}”`);
      return {
        ...chapter,
        slug,
        sections,
        guesses: guessesIn(entry.body ?? ''),
        quiz: quizOf(slug),
        cards: own,
        labs: incidents.filter(({ after }) => after === slug).map(({ name }) => name),
      };
    }),
  );
}

const slugOf = (id: string) => id.replace(/^chapters\//, '');

function wordsBySection(body: string): number[] {
  const [, ...sections] = body.split(/^## .*$/m);
  return sections.map(
    (text) => text.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}’'-]*/gu)?.length ?? 0,
  );
}

function guessesIn(body: string): string[] {
  return [...body.matchAll(/<(?:Guess|Predict)\b[^>]*?\sid="([^"]+)"/g)].map((match) => match[1]!);
}

function quizOf(slug: string): string[] {
  const text = Object.entries(quizzes).find(([path]) => path.endsWith(`/${slug}.yaml`))?.[1];
  const { items } = (text ? parse(text) : {}) as { items?: { id: string }[] };
  return (items ?? []).map(({ id }) => id);
}

/** The same as the pages of progress and review want it: names and lengths, no texts. */
export async function courseForReaders(): Promise<CourseChapter[]> {
  return (await outline()).map(({ slug, number, title, href, sections, guesses, quiz, cards, labs }) => ({
    slug,
    number,
    title,
    href,
    sections,
    guesses,
    quiz,
    cards: cards.map(({ id }) => `${slug}/${id}`),
    labs,
  }));
}

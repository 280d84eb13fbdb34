// Quizzes as their authors wrote them: each can be built, names places that are there, types no number that a run
// could give, and asks in more ways than one.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Item } from '../../components/quiz/item.ts';
import { mark, solution } from '../../components/quiz/mark.ts';
import { placesOf } from '../../components/quiz/places.ts';
import { prepareQuiz } from '../../components/quiz/prepare.ts';
import { quizSchema, type WrittenItem } from '../../components/quiz/schema.ts';
import { pages } from './prose.ts';

const folder = fileURLToPath(new URL('../../content/quiz/', import.meta.url));
const chapters = new Map(pages().map((page) => [page.file.replace(/^.*\//, '').replace(/\.mdx$/, ''), page]));
const quizzes = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({
    chapter: file.replace(/\.yaml$/, ''),
    written: quizSchema.parse(parse(readFileSync(folder + file, 'utf8'))),
  }));

/** As Astro's slugs are made, for headings of plain words. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/ /g, '-');

function placesIn(chapter: string): Map<string, string> {
  const body = chapters.get(chapter)?.body ?? '';
  const headings = [...body.matchAll(/^#{2,3} (.+)$/gm)].map(([, text]) => ({
    slug: slug(text!),
    text: text!,
  }));
  return placesOf(body, headings);
}

/** Texts of an item, without those that are code or claims. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace(/`[^`]*`/g, '').replace(/\{[^{}]*\}/g, '')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (technical.has(key) ? [] : textsOf(inner)));
}
const technical = new Set([
  'id',
  'kind',
  'see',
  'run',
  'among',
  'packet',
  'target',
  'by',
  'right',
  'near',
  'within',
  'accept',
  'given',
]);
const texts = (item: WrittenItem) => [
  ...textsOf(item),
  ...('choices' in item
    ? item.choices.flatMap((one) => textsOf('right' in one ? one.right : one.wrong))
    : []),
];

/** Digits that name something instead of counting it. */
const names = /\bIPv[46]\b|\bHTTP\/\d(\.\d)?|\bRFC \d+( §[\d.]+)?|\bTLS 1\.\d|\bport \d+/g;

test('there are quizzes, and each belongs to a chapter that shows it', () => {
  expect(quizzes.length).toBeGreaterThan(0);
  for (const { chapter } of quizzes)
    expect(chapters.get(chapter)?.body, chapter).toContain(`<Quiz chapter="${chapter}" />`);
});

describe.each(quizzes)('$chapter', ({ chapter, written }) => {
  test('asks six to ten times, in at least five ways', () => {
    expect(written.items.length).toBeGreaterThanOrEqual(6);
    expect(written.items.length).toBeLessThanOrEqual(10);
    expect(new Set(written.items.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(5);
  });

  test('types no number that a run could give', () => {
    for (const item of written.items) {
      for (const text of texts(item))
        expect(text.replace(names, ''), `${item.id}: ${text}`).not.toMatch(/\d/);
    }
  });

  test('can be built, every place is there, and its answers are right', async () => {
    const find = (page: string | undefined, id: string) => {
      const text = placesIn(page ?? chapter).get(id);
      return text === undefined ? undefined : { href: `#${id}`, text };
    };
    const { items } = await prepareQuiz(chapter, written, find);
    for (const item of items) expect(mark(item, solution(item)).verdict, item.id).toBe('right');
    // Small enough to stand in a page.
    expect(JSON.stringify(items).length).toBeLessThan(40_000);
  });

  test('every wrong choice is answered', async () => {
    const find = (_: string | undefined, id: string) => ({ href: `#${id}`, text: id });
    const { items } = await prepareQuiz(chapter, written, find);
    const silent = items.flatMap((item: Item) =>
      item.kind === 'choice' ? item.choices.filter((one) => !one.right && !one.said?.see) : [],
    );
    expect(silent).toEqual([]);
  });
});

test('a typed number is found, code and claims are not', () => {
  const said = (ask: string) => textsOf({ ask }).join(' ').replace(names, '');
  expect(said('After 202 ms?')).toMatch(/\d/);
  expect(said('After {ttfb loss=5% seed=1}, `10.0.0.1`, over IPv4?')).not.toMatch(/\d/);
});

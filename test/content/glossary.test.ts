// The glossary's file: what it may not say, that its sections exist, and how chapters use it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Glossary, idOf, partsOf, plainText, readEntries } from '../../components/glossary/entry.ts';
import { type Page, pages } from './prose.ts';

const text = readFileSync(new URL('../../content/glossary.yaml', import.meta.url), 'utf8');
const glossary = new Glossary(readEntries(text));
const chapters = pages().filter(({ file }) => file.startsWith('chapters/'));

// ── the file ──

test('the course’s glossary has no mistake, and is more than a handful', () => {
  expect(glossary.faults).toEqual([]);
  expect(glossary.entries.length).toBeGreaterThan(50);
});

test('a section that an entry names is there', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-');
  for (const { term, chapter, section } of glossary.entries) {
    if (section === undefined) continue;
    const page = chapters.find(({ file }) => file.startsWith(`chapters/${chapter}-`));
    const sections = [...(page?.body.matchAll(/^## (.+)$/gm) ?? [])].map((match) => slug(match[1]!));
    expect(sections, term).toContain(section);
  }
});

test('a word is found by every form of it, in whatever case', () => {
  expect(glossary.find('Stub  Resolvers')?.term).toBe('stub resolver');
  expect(glossary.find('address resolution protocol')?.term).toBe('ARP');
  expect(glossary.find('stub')).toBeUndefined();
  expect(glossary.near('resolve')).toContain('stub resolver');
  for (const { term } of glossary.entries) expect(glossary.find(term)!.id, term).toBe(idOf(term));
});

test('a definition is text, code and words that lead on', () => {
  expect(partsOf('A [b c] of\n  `d`.')).toEqual([
    { text: 'A ' },
    { text: 'b c', id: '' },
    { text: ' of ' },
    { text: 'd', isCode: true },
    { text: '.' },
  ]);
  const parts = glossary.find('stub resolver')!.parts;
  expect(parts.find(({ id }) => id !== undefined)).toEqual({
    text: 'recursive resolver',
    id: 'recursive-resolver',
  });
  expect(plainText(parts)).toMatch(/leaves to a recursive resolver\.$/);
});

// ── mistakes ──

const entry = (term: string, more: Record<string, unknown> = {}) => ({
  term,
  means: 'Something that is explained here in some words.',
  chapter: 1,
  source: 'RFC 791 §3.2',
  ...more,
});
/** YAML is a superset of JSON. */
const read =
  (...entries: unknown[]) =>
  () =>
    readEntries(JSON.stringify(entries));

describe('a mistake stops the build', () => {
  test.each<[string, unknown[], RegExp]>([
    [
      'a form that two entries claim',
      [entry('hop'), entry('jump', { forms: ['Hop'] })],
      /“Hop” already belongs to “hop”/,
    ],
    ['a form said twice', [entry('hop', { forms: ['hop'] })], /“hop” already belongs/],
    [
      'a long form that is another’s',
      [entry('ARP', { long: 'ask around' }), entry('ask around')],
      /already belongs to “ARP”/,
    ],
    ['no entry to see', [entry('hop', { see: ['jump'] })], /hop: sees “jump”, which has no entry/],
    ['itself to see', [entry('hop', { see: ['hop'] })], /hop: sees itself/],
    [
      'to see what the definition leads to',
      [entry('hop', { means: 'One step from here to the next [jump].', see: ['jump'] }), entry('jump')],
      /hop: sees “jump”, where/,
    ],
    [
      'no entry to lean on',
      [entry('hop', { means: 'One step from here to the next [jump].' })],
      /hop: leans on “jump”/,
    ],
    [
      'definitions in a circle',
      [
        entry('hop', { means: 'What is a little less far than a [jump].' }),
        entry('jump', { means: 'What is a little farther than a [leap].' }),
        entry('leap', { means: 'What is a little farther than a [hop].' }),
      ],
      /hop: definitions lean on each other: hop > jump > leap > hop/,
    ],
    ['no order', [entry('jump'), entry('hop')], /hop: stands after “jump”/],
    [
      'four sentences',
      [entry('hop', { means: 'One is here. Two is here. Three is here. Four is here.' })],
      /4 sentences/,
    ],
    ['no full stop', [entry('hop', { means: 'a fragment without its end, and so on' })], /0 sentences/],
    ['a definition too short', [entry('hop', { means: 'A step.' })], /hop: means/],
    ['a definition too long', [entry('hop', { means: `${'word '.repeat(80)}.` })], /hop: means/],
    ['no source', [entry('hop', { source: undefined })], /hop: source/],
    ['a source without its section', [entry('hop', { source: 'RFC 791' })], /hop: source/],
    ['a chapter that will never be', [entry('hop', { chapter: 13 })], /hop: chapter/],
    ['a section that is no address', [entry('hop', { section: 'Break it' })], /hop: section is the end/],
    ['a field that nobody knows', [entry('hop', { meaning: 'x' })], /meaning/],
    ['an entry without a name', [{ means: 'x' }], /entry 1: term/],
  ])('%s', (_, entries, said) => {
    expect(read(...entries)).toThrow(said);
  });

  test('damaged YAML, with its line', () => {
    expect(() => readEntries('- term: a\n  term: b\n')).toThrow(/unique at line 2/);
    expect(() => readEntries('term: a\n')).toThrow(/a list/);
  });

  test('all of them are named at once', () => {
    expect(read(entry('hop', { source: 'x' }), entry('jump', { chapter: 99 }))).toThrow(
      /hop: source[\s\S]*jump: chapter/,
    );
  });
});

test('entries may see each other, and may lean on one another without a circle', () => {
  expect(read(entry('hop', { see: ['jump'] }), entry('jump', { see: ['hop'] }))).not.toThrow();
  expect(
    read(
      entry('hop', { means: 'What is a little less far than a [jump].' }),
      entry('jump', { see: ['hop'] }),
    ),
  ).not.toThrow();
});

// ── in prose ──

interface Use {
  readonly id: string;
  readonly section: string;
  readonly paragraph: string;
}

/** Every `<Gloss>` of a page; throws where one names no entry, as the build does. */
function usesOf({ file, body }: Pick<Page, 'file' | 'body'>): Use[] {
  return body.split(/^(?=## )/m).flatMap((part) =>
    part.split(/\n\s*\n/).flatMap((paragraph) =>
      [...paragraph.matchAll(/<Gloss(?:\s+term="([^"]*)")?>([\s\S]*?)<\/Gloss>/g)].map(([, term, words]) => {
        const found = glossary.find(term ?? words!);
        if (!found) throw new Error(`${file}: the glossary has no “${term ?? words}”`);
        return { id: found.id, section: /^## (.*)/.exec(part)?.[1] ?? '', paragraph };
      }),
    ),
  );
}

/** A page full of underlines says that everything is hard. */
const MOST_IN_A_PARAGRAPH = 4;
const MOST_IN_A_CHAPTER = 2;

function faultsOf(page: Pick<Page, 'file' | 'body'>): string[] {
  const uses = usesOf(page);
  const faults: string[] = [];
  const count = (one: (use: Use) => string) => Map.groupBy(uses, one);
  for (const [key, { length }] of count(({ id, section }) => `${id} in “${section}”`))
    if (length > 1) faults.push(`${key}: ${length} times`);
  for (const [id, { length }] of count(({ id }) => id))
    if (length > MOST_IN_A_CHAPTER) faults.push(`${id}: ${length} times in one page`);
  for (const [paragraph, { length }] of count(({ paragraph }) => paragraph))
    if (length > MOST_IN_A_PARAGRAPH) faults.push(`${length} terms in “${paragraph.slice(0, 60)}…”`);
  for (const [place, text] of [
    ['a heading', /^#.*<Gloss/m],
    ['a link', /\[[^\]\n]*<Gloss[^\]\n]*\]\(/],
    ['a row of the cheat sheet', /<Term\b(?:(?!<\/Term>)[\s\S])*<Gloss/],
    ['a term', /<Gloss[^>]*>(?:(?!<\/Gloss>)[\s\S])*<Gloss/],
  ] as const)
    if (text.test(page.body)) faults.push(`a term stands in ${place}`);
  return faults;
}

test.each(pages())('$file uses the glossary with measure', (page) => {
  expect(faultsOf(page)).toEqual([]);
});

test('chapters send readers to the glossary', () => {
  for (const page of chapters) expect(usesOf(page).length, page.file).toBeGreaterThan(5);
});

test('excess is found', () => {
  const faults = (body: string) => faultsOf({ file: 'x.mdx', body });
  expect(() => faults('A <Gloss>strange thing</Gloss>.')).toThrow(/no “strange thing”/);
  expect(faults('A <Gloss>hop</Gloss> and a <Gloss term="hop">jump</Gloss>.')).toEqual([
    'hop in “”: 2 times',
  ]);
  const section = (name: string) => `## ${name}\n\nA <Gloss>hop</Gloss>.\n\n`;
  expect(faults(section('a') + section('b'))).toEqual([]);
  expect(faults(section('a') + section('b') + section('c'))).toEqual(['hop: 3 times in one page']);
  const many = ['hop', 'host', 'link', 'port', 'frame'].map((word) => `<Gloss>${word}</Gloss>`).join(' ');
  expect(faults(many)[0]).toMatch(/^5 terms in/);
  expect(faults('## A <Gloss>hop</Gloss>')).toEqual(['a term stands in a heading']);
  expect(faults('[a <Gloss>hop</Gloss>](/x/)')).toEqual(['a term stands in a link']);
  expect(faults('<Term name="x">a <Gloss>hop</Gloss></Term>')).toEqual([
    'a term stands in a row of the cheat sheet',
  ]);
});

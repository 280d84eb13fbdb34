// Cards as authors write them: the schema finds mistakes, every claim can be read, no number is typed, and none is so
// long that it is a page.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { readClaim } from '../../components/engine/claims.ts';
import { inline, plain } from '../../components/quiz/inline.ts';
import { cardsSchema } from '../../components/review/card.ts';

const folder = new URL('../../content/cards/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const cardsOf = (file: string) => cardsSchema.parse(parse(readFileSync(new URL(file, folder), 'utf8'))).cards;
const chapterOf = (file: string) =>
  readFileSync(new URL(`../chapters/${file.replace('.yaml', '.mdx')}`, folder), 'utf8');

test('there are cards', () => {
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  const cards = cardsOf(file);
  const texts = cards.flatMap(({ id, front, back, figure }) => [
    [`${id}, front`, front] as const,
    [`${id}, back`, back] as const,
    [`${id}, figure`, figure?.says ?? ''] as const,
  ]);

  it.each(texts)('types no number: %s', (_, text) => {
    const bare = text.replace(/\{[^}]*\}|`[^`]*`|RFC \d+|§[\d.]+|HTTP\/[\d.]+|IPv[46]|TLS [\d.]+/g, '');
    expect(bare.match(/\d/g) ?? []).toEqual([]);
    expect(bare).not.toMatch(
      /\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(milliseconds?|seconds|packets|bytes|queries|questions|machines|connections|round trips)\b/i,
    );
  });

  it.each(texts)('reads its claims: %s', (_, text) => {
    expect(() => inline(text, readClaim)).not.toThrow();
  });

  it('asks briefly, and answers in a few sentences', () => {
    for (const { id, front, back } of cards) {
      expect(plain(front, readClaim).length, id).toBeLessThan(180);
      expect(plain(back, readClaim).length, id).toBeLessThan(340);
      expect(front.trim(), id).toMatch(/[?.]$/);
    }
  });

  it('leads to figures that the chapter has', () => {
    const chapter = chapterOf(file);
    for (const { figure } of cards)
      if (figure?.living)
        expect(chapter).toMatch(new RegExp(`<Player id="${figure.living}" scenario="${figure.scenario}"`));
  });
});

describe('the schema', () => {
  const card = (i: number) => ({ id: `c${i}`, front: 'Why?', back: 'Because.', see: 'here' });
  const eight = Array.from({ length: 8 }, (_, i) => card(i));
  const faults = (cards: unknown) =>
    cardsSchema
      .safeParse({ cards })
      .error?.issues.map(({ message, path }) => `${path.join('.')}: ${message}`) ?? [];

  it('takes eight to fifteen cards', () => {
    expect(faults(eight)).toEqual([]);
    expect(faults(eight.slice(1))).toHaveLength(1);
    expect(faults(Array.from({ length: 16 }, (_, i) => card(i)))).toHaveLength(1);
  });

  it.each([
    ['two cards of one name', [...eight, card(0)], /two cards are called “c0”/],
    ['a name that is none', [...eight, { ...card(9), id: 'C 9' }], /small letters/],
    ['a word that is not known', [...eight, { ...card(9), bakc: 'x' }], /bakc/],
    ['no answer', [...eight, { ...card(9), back: '' }], /cards\.8\.back/],
    [
      'a figure that does not say what it shows',
      [...eight, { ...card(9), figure: { scenario: 'first-request', cursor: 1 } }],
      /says/,
    ],
  ])('finds %s', (_, cards, message) => {
    expect(faults(cards).join('\n')).toMatch(message);
  });
});

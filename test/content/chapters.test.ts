// What every chapter has: its front matter, an honest reading time, its parts in order, sections for what it cites.
import { describe, expect, test } from 'vitest';
import { pages, proseOf } from './prose.ts';

const chapters = pages().filter(({ file }) => file.startsWith('chapters/'));
const front = (frontMatter: string, name: string) =>
  new RegExp(`^${name}: *"?(.*?)"?$`, 'm').exec(frontMatter)?.[1];
const wordsIn = (text: string) =>
  text.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}’'-]*/gu)?.length ?? 0;

test('there are chapters', () => {
  expect(chapters.length).toBeGreaterThan(0);
});

describe.each(chapters)('$file', ({ file, frontMatter, body }) => {
  const words = wordsIn(proseOf(body, { notes: false }));

  test('has its front matter', () => {
    expect(front(frontMatter, 'chapter')).toBe(/^chapters\/(\d+)-/.exec(file)?.[1]);
    for (const name of ['title', 'summary', 'description', 'reviewed', 'minutes'])
      expect(front(frontMatter, name), name).toBeTruthy();
    expect(front(frontMatter, 'reviewed')).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('is as long as a chapter', () => {
    expect(words).toBeGreaterThan(1500);
    expect(words).toBeLessThan(3000);
  });

  test('says how long it takes, guesses and figures included', () => {
    const minutes = Number(front(frontMatter, 'minutes'));
    const reading = words / 200;
    const guesses = body.match(/<Guess\b/g)?.length ?? 0;
    const figures = body.match(/<(Bill|[A-Z]\w+(?=[^<>]*\scaption=))\b/g)?.length ?? 0;
    expect(minutes).toBeGreaterThanOrEqual(Math.floor(reading + guesses * 0.5));
    expect(minutes).toBeLessThanOrEqual(Math.ceil(reading + guesses + figures * 2));
  });

  test('opens with a lead and has the parts of a chapter in order', () => {
    expect(body.replace(/^import .*$/gm, '').trim()).toMatch(/^<Lead>/);
    const headings = [...body.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
    const parts = ['Turn the knobs', 'Break it', 'In production', 'What people get wrong', 'In one breath'];
    expect(headings.filter((heading) => parts.includes(heading))).toEqual(parts);
    // The table of contents holds texts only.
    for (const heading of body.matchAll(/^#+ (.+)$/gm)) expect(heading[1]).not.toContain('<');
  });

  test('asks before it shows', () => {
    expect(body.match(/<Guess\b/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
  });

  test('cites RFCs with their section, in notes', () => {
    for (const [note] of body.matchAll(/<Note>[\s\S]*?<\/Note>/g)) {
      for (const [, after] of note.matchAll(/RFC \d+([\s\S]{0,6})/g)) expect(note, after).toMatch(/§\d|\(\d/);
    }
    expect(proseOf(body, { notes: false })).not.toMatch(/RFC \d/);
  });
});

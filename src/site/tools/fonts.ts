// Makes src/site/fonts/: the letters that the course is written with, cut out of the faces (`npm run fonts`). A first visit
// fetches half as much; other letters come from the whole faces (base.css) when a page has one.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';

interface Face {
  /** Its file in src/site/fonts, without ending. */
  readonly name: string;
  /** Where the whole face lies in node_modules. */
  readonly from: string;
}

export const FACES: readonly Face[] = [
  { name: 'text', from: '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2' },
  { name: 'text-italic', from: '@fontsource/source-sans-3/files/source-sans-3-latin-400-italic.woff2' },
  {
    name: 'code',
    from: '@fontsource-variable/source-code-pro/files/source-code-pro-latin-wght-normal.woff2',
  },
];

/** From a space to a tilde, and what prose, units and names of the story have besides. */
export const LETTERS = [
  ...Array.from({ length: 0x7e - 0x20 + 1 }, (_, i) => String.fromCodePoint(0x20 + i)),
  ...'\u{a0}§µ·×÷ãéñü\u{2009}–—‘’“”…\u{202f}−',
].join('');

/** The same as base.css says it. */
export const RANGE = [
  'U+20-7E',
  ...[...LETTERS].slice(95).map((letter) => `U+${letter.codePointAt(0)!.toString(16).toUpperCase()}`),
].join(', ');

export function fileOf({ name }: Face): URL {
  return new URL(`../fonts/${name}.woff2`, import.meta.url);
}

export function small({ from }: Face): Promise<Buffer> {
  const whole = readFileSync(fileURLToPath(new URL(`../../../node_modules/${from}`, import.meta.url)));
  return subsetFont(whole, LETTERS, { targetFormat: 'woff2' });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const face of FACES) writeFileSync(fileOf(face), await small(face));

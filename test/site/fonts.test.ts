// The small faces are cut out of the faces that are installed, and the style sheet says which letters they have.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FACES, fileOf, RANGE, small } from '../../src/site/tools/fonts.ts';

const css = readFileSync(new URL('../../src/site/base.css', import.meta.url), 'utf8');

test.each(FACES)('$name is what “npm run fonts” makes', async (face) => {
  expect(readFileSync(fileOf(face)).equals(await small(face))).toBe(true);
  const rule = css
    .split('@font-face')
    .find((one) => one.includes(`./fonts/${face.name}.woff2`))!
    .split('}')[0]!;
  expect(rule).toContain(`unicode-range: ${RANGE};`);
  // of two rules for a letter the later one counts
  expect(css.indexOf(face.from)).toBeGreaterThan(0);
  expect(css.indexOf(face.from)).toBeLessThan(css.indexOf(`./fonts/${face.name}.woff2`));
});

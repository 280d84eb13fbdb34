// `npm run test:site`: builds the course twice (at the root and under a sub-path) and tries it in a browser.
// Arguments go to Playwright, for example: npm run test:site -- --project pages -g search
import { findChromium } from './browser.ts';
import { resultFile, run } from './steps.ts';

const builds = [
  { SITE: 'https://roundtrip.example', OUT_DIR: './dist', BASE_PATH: '/' },
  { SITE: 'https://roundtrip.example', OUT_DIR: './dist-base', BASE_PATH: '/course' },
];
for (const env of process.env.SITE_BUILT ? [] : builds) {
  if (!run('astro', ['build', '--silent'], env)) process.exit(1);
}
const held = run(
  'playwright',
  ['test', '--config', 'test/site/playwright.config.ts', ...process.argv.slice(2)],
  {
    CHROMIUM: await findChromium(),
    PLAYWRIGHT_JSON_OUTPUT_NAME: process.env.SITE_RESULTS ?? resultFile('site.json'),
  },
);
process.exit(held ? 0 : 1);

// Laws for every page: accessible in both themes, silent under its policy, no wider than the window, light to load.
import { gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { basePort, pages } from './dist.ts';

const widths = [320, 390, 768, 1440, 1920];
const scriptBudget = 60_000;
/** What the served subset of the text face can draw (its unicode-range in the font package), and nothing beside it. */
const drawable =
  /[^\u0000-\u00ff\u0131\u0152\u0153\u02bb\u02bc\u02c6\u02da\u02dc\u2000-\u206f\u20ac\u2122\u2212\u2215\ufeff]/gu;

/** Collects what the page complains about. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('requestfailed', (request) => heard.push(`${request.url()} ${request.failure()?.errorText}`));
  return heard;
}

const themes = ['light', 'dark'] as const;

for (const [index, path] of pages().entries()) {
  // The terminals' pages are one page with many worlds, and so are the playgrounds': every second of them is looked at in
  // the dark.
  const isOneOfMany = /^\/(?:terminal|playgrounds)\/./.test(path);
  for (const colorScheme of isOneOfMany ? [themes[index % 2]!] : themes) {
    test(`${path} is accessible and silent, ${colorScheme}`, async ({ browser }) => {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 1440, height: 900 },
      });
      const page = await context.newPage();
      const heard = complaints(page);
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const { violations } = await axe(page).analyze();
        const said = violations.map(
          (violation) =>
            `${violation.id} at ${width}: ${violation.nodes.map((node) => node.html).join(' | ')}`,
        );
        expect(said).toEqual([]);
      }
      expect(heard).toEqual([]);
      await context.close();
    });
  }

  test(`${path} fits every window`, async ({ page }) => {
    await page.goto(path);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const over = await page.evaluate(() => {
        const room = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= room) return [];
        return [...document.querySelectorAll('body *')]
          .filter((node) => node.getBoundingClientRect().right > room + 0.5)
          .map((node) => node.outerHTML.slice(0, 120))
          .slice(0, 5);
      });
      expect(over, `at ${width}`).toEqual([]);
    }
  });

  test(`${path} loads little script, and draws only what its fonts hold`, async ({ page }) => {
    const scripts: Promise<[string, number]>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script')
        scripts.push(response.body().then((body) => [response.url(), gzipSync(body).length]));
    });
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    const sizes = await Promise.all(scripts);
    const total = sizes.reduce((all, [, size]) => all + size, 0);
    expect(total, sizes.map(([url, size]) => `${size} ${url}`).join('\n')).toBeLessThanOrEqual(scriptBudget);
    // Arrows of the packet list are drawn; their character lies under the drawing, transparent, to be copied and read out.
    await page.locator('.rt-arrow > span').evaluateAll((nodes) => {
      for (const node of nodes) node.remove();
    });
    // biome-ignore lint/performance/useDomNodeTextContent: what is drawn is the question, and textContent has the scripts in it
    const text = await page.locator('body').innerText();
    expect([...new Set(text.match(drawable) ?? [])], 'characters without a glyph').toEqual([]);
  });

  test(`${path} says the same without script`, async ({ browser }) => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(path);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await context.close();
  });
}

test('a page under a sub-path finds its parts', async ({ page }) => {
  const heard = complaints(page);
  await page.goto(`http://localhost:${basePort}/course/`);
  await page.waitForLoadState('networkidle');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Colophon' }).click();
  await expect(page).toHaveURL(/\/course\/reference\/colophon\/$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Colophon');
  expect(heard).toEqual([]);
});

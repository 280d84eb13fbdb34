// Progress in a browser: what is noticed, what is kept, two tabs, every kind of bad storage, files there and back.
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import fc from 'fast-check';
import { hostileText } from '../components/progress-hostile.ts';
import { axe } from './axe.ts';
import { chapter, complaints, KEY, kept, lay, mark, reader } from './kept.ts';

const page0 = `/chapters/${chapter}/`;
const side = (page: Page) => page.getByRole('navigation', { name: 'Course' });
const facts = (page: Page) => page.locator('.you-facts').first();
async function barriers(page: Page, ...parts: string[]): Promise<string[]> {
  const builder = axe(page);
  for (const part of parts) builder.include(part);
  const { violations } = await builder.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

test.describe('reading', () => {
  test('is noticed by the time in view, and never by a scroll past', async ({ page }) => {
    await page.clock.install({ time: new Date('2026-11-20T12:00:00Z') });
    await page.goto(page0);
    await page.locator('.chapter-end:not([hidden])').waitFor({ state: 'attached' });
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (let y = 0; y < height; y += 500) {
      await page.evaluate((top) => window.scrollTo({ top, behavior: 'instant' }), y);
      await page.clock.runFor(150);
    }
    expect(await kept(page)).toBeNull();

    const heading = page.locator('#each-arrow-costs-something');
    const link = side(page).getByRole('link', { name: 'Each arrow costs something' });
    await page.setViewportSize({ width: 1280, height: 1000 });
    for (const offset of [-100, 500]) {
      await heading.evaluate((node, by) => {
        window.scrollTo({ top: node.getBoundingClientRect().top + scrollY + by, behavior: 'instant' });
      }, offset);
      await page.clock.runFor(5000);
    }
    await expect(link).not.toContainText('read');
    for (const offset of [-100, 500]) {
      await heading.evaluate((node, by) => {
        window.scrollTo({ top: node.getBoundingClientRect().top + scrollY + by, behavior: 'instant' });
      }, offset);
      await page.clock.runFor(60_000);
    }
    await expect(link).toContainText(', read');
    const { chapters } = await kept(page);
    expect(chapters[chapter].read['each-arrow-costs-something']).toMatchObject({ read: true, by: 'view' });
    expect(chapters[chapter].read['turn-the-knobs']).toBeUndefined();
    await expect(side(page).getByRole('link', { name: /One request/ })).toContainText(', begun');
  });

  test('is not counted when nobody is there', async ({ page }) => {
    await page.clock.install({ time: new Date('2026-11-20T12:00:00Z') });
    await page.goto(page0);
    await page.locator('.chapter-end:not([hidden])').waitFor({ state: 'attached' });
    await page.locator('#in-code').evaluate((node) => node.scrollIntoView({ behavior: 'instant' }));
    // The scroll is a sign of life, and is told a frame later.
    await page.waitForTimeout(500);
    await page.clock.fastForward(130_000);
    await page.clock.runFor(300_000);
    expect(await kept(page)).toBeNull();
  });

  test('can be said and taken back by hand', async ({ page }) => {
    await page.goto(page0);
    const end = page.getByRole('region', { name: 'Your progress' });
    await end.getByRole('button', { name: 'Mark all as read' }).click();
    await expect(end).toContainText('You have read this chapter.');
    await expect(side(page).getByRole('link', { name: /One request\s*, read$/ })).toBeVisible();
    await end.getByRole('button', { name: 'Mark it as not read' }).click();
    await expect(side(page).getByRole('link', { name: /One request\s*$/ })).toBeVisible();
    await end.getByRole('link', { name: 'Your progress' }).click();
    await expect(facts(page)).toContainText('0 of');
  });
});

test('the page says what was done, and marks are set by keyboard', async ({ context, page }) => {
  await lay(context, JSON.stringify(reader(Date.now())));
  await page.goto('/progress/');
  await expect(facts(page)).toContainText('2 of');
  await expect(facts(page)).toContainText('guesses: 1 right, 0 wrong');
  await expect(facts(page)).toContainText('quiz: 1 of');
  await expect(facts(page)).toContainText('3 due');
  const summary = page.locator('.you-chapter summary').first();
  await summary.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const first = page.getByRole('checkbox', { name: 'Where does the time go?' });
  await expect(first).toBeFocused();
  await expect(first).toBeChecked();
  await page.keyboard.press('Space');
  await expect(facts(page)).toContainText('1 of');
  expect((await kept(page)).chapters[chapter].read['where-does-the-time-go']).toMatchObject({
    read: false,
    by: 'hand',
  });
});

test('erasing asks first, by keyboard too, and can be undone until the page is left', async ({
  context,
  page,
}) => {
  await lay(context, JSON.stringify(reader(Date.now())));
  await page.goto('/progress/');
  const erase = page.getByRole('button', { name: 'Erase', exact: true });
  await erase.focus();
  await page.keyboard.press('Enter');
  const ask = page.getByRole('region', { name: 'Erase' });
  await expect(ask).toBeFocused();
  await expect(ask).toContainText('2 section marks, 1 answer, 1 guess');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(facts(page)).toContainText('0 of');
  expect((await kept(page)).cards).toEqual({});
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(facts(page)).toContainText('2 of');
  await page.reload();
  await expect(facts(page)).toContainText('2 of');
  await erase.click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(facts(page)).toContainText('2 of');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`accessible with progress in it, ${colorScheme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    await lay(context, JSON.stringify(reader(Date.now())));
    const page = await context.newPage();
    await page.goto('/progress/');
    await page.locator('.you-chapter summary').first().click();
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    expect(await barriers(page)).toEqual([]);
    await page.setInputFiles('input[type=file]', {
      name: 'more.json',
      mimeType: 'application/json',
      buffer: Buffer.from(
        JSON.stringify({ version: 2, chapters: { [chapter]: { read: { quiz: mark(), x: 1 } } } }),
      ),
    });
    await expect(page.getByRole('region', { name: 'Import' })).toContainText('1 section is added.');
    expect(await barriers(page)).toEqual([]);
    await page.goto(page0);
    await page.locator('.chapter-end:not([hidden])').scrollIntoViewIfNeeded();
    // pages.spec.ts looks at whole chapters
    expect(await barriers(page, '.chapter-end', '#course-menu')).toEqual([]);
    await context.close();
  });
}

test('a phone has room for all of it', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await lay(context, JSON.stringify(reader(Date.now())));
  const page = await context.newPage();
  await page.goto('/progress/');
  await page.locator('.you-chapter summary').first().click();
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  for (const name of ['Save as a file', 'Import a file', 'Erase everything']) {
    const box = (await page.getByRole('button', { name }).boundingBox())!;
    expect(box.height, name).toBeGreaterThanOrEqual(44);
  }
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(side(page).getByRole('link', { name: /One request\s*, begun$/ })).toBeVisible();
  await context.close();
});

test('two tabs agree, and lose nothing of each other', async ({ context }) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await one.goto('/progress/');
  await two.goto('/progress/');
  for (const page of [one, two]) await page.locator('.you-chapter summary').first().click();
  await one.getByRole('checkbox', { name: 'Where does the time go?' }).check();
  await expect(two.getByRole('checkbox', { name: 'Where does the time go?' })).toBeChecked();
  await Promise.all([
    one.getByRole('checkbox', { name: 'Break it' }).check(),
    two.getByRole('checkbox', { name: 'Who is who' }).check(),
  ]);
  for (const page of [one, two]) await expect(facts(page)).toContainText('3 of');
  expect(Object.keys((await kept(one)).chapters[chapter].read)).toHaveLength(3);
  await two.getByRole('button', { name: 'Erase', exact: true }).click();
  await two.getByRole('button', { name: 'Erase everything' }).click();
  await expect(facts(one)).toContainText('0 of');
  await two.getByRole('button', { name: 'Undo' }).click();
  await expect(facts(one)).toContainText('3 of');
});

test.describe('where nothing can be kept', () => {
  const blocked = () =>
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      },
    });
  const full = () => {
    Storage.prototype.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    };
  };

  for (const [name, script, sentence] of [
    ['blocked', blocked, /keeps nothing for this site.*until you close or leave/],
    ['full', full, /no room left.*until you close or leave/],
  ] as const) {
    test(`${name} storage: the visit works, and the page says so`, async ({ page }) => {
      const heard = complaints(page);
      await page.addInitScript(script);
      await page.goto(page0);
      const end = page.getByRole('region', { name: 'Your progress' });
      await end.getByRole('button', { name: 'Mark all as read' }).click();
      await expect(end).toContainText('You have read this chapter.');
      await expect(end.getByRole('status')).toContainText(sentence);
      await expect(side(page).getByRole('link', { name: /One request\s*, read$/ })).toBeVisible();

      await page.goto('/progress/');
      await page.locator('.you-chapter summary').first().click();
      await page.getByRole('checkbox', { name: 'Break it' }).check();
      await expect(facts(page)).toContainText('1 of');
      await expect(page.locator('.you .memory-said')).toContainText(sentence);
      expect(heard).toEqual([]);
    });
  }

  test('damaged storage is set aside, said, and given as a file', async ({ context, page }) => {
    const text = '{"version":2,"chapters":{"0-one-request":{"read":{"quiz":{"at":1';
    await lay(context, text);
    await page.goto('/progress/');
    const said = page.locator('.you-aside');
    await expect(said).toContainText('could not be read');
    await page.locator('.you-chapter summary').first().click();
    await page.getByRole('checkbox', { name: 'Break it' }).check();
    await page.reload();
    await expect(facts(page)).toContainText('1 of');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      said.getByRole('button', { name: 'save it' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toBe(text);
    await said.getByRole('button', { name: 'delete it' }).click();
    await expect(said).toBeHidden();
  });

  test('what a newer version stored is left alone', async ({ context, page }) => {
    const text = '{"version":99,"chapters":["in another form"]}';
    await lay(context, text);
    await page.goto('/progress/');
    await expect(page.locator('.you .memory-said')).toContainText('newer version');
    await page.locator('.you-chapter summary').first().click();
    await page.getByRole('checkbox', { name: 'Break it' }).check();
    expect(await page.evaluate((key) => localStorage.getItem(key), KEY)).toBe(text);
  });
});

test.describe('files', () => {
  const choose = (page: Page, text: string, name = 'file.json') =>
    page.setInputFiles('input[type=file]', {
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
  const preview = (page: Page) => page.getByRole('region', { name: 'Import' });

  test('take progress away and bring it back', async ({ context, page }) => {
    await lay(context, JSON.stringify(reader(Date.now())));
    await page.goto('/progress/');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^roundtrip-progress-\d{4}-\d\d-\d\d\.json$/);
    const text = readFileSync(await download.path(), 'utf8');
    const before = await kept(page);
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    await page.getByRole('button', { name: 'Erase everything' }).click();
    await expect(facts(page)).toContainText('0 of');
    await choose(page, text);
    await expect(preview(page)).toBeFocused();
    await expect(preview(page)).toContainText('2 sections are added.');
    await expect(preview(page)).toContainText('12 cards are added.');
    await preview(page).getByRole('button', { name: 'Import' }).click();
    await expect(facts(page)).toContainText('2 of');
    const after = await kept(page);
    expect({ ...after, erased: 0 }).toEqual({ ...before, erased: 0 });
    await choose(page, text);
    await expect(preview(page)).toContainText('holds nothing that is not here');
  });

  test('of a newer version are refused, of an older one migrated, others refused in words', async ({
    context,
    page,
  }) => {
    await lay(context, JSON.stringify(reader(Date.now())));
    await page.goto('/progress/');
    await expect(facts(page)).toContainText('2 of');
    const before = await kept(page);
    await choose(page, '{"version":3,"chapters":{}}');
    await expect(preview(page)).toContainText('written by a newer version');
    for (const text of ['', 'not json', '[]', '{"version":"two"}', '{']) {
      await choose(page, text);
      await expect(preview(page)).toContainText('cannot be read');
    }
    expect(await kept(page)).toEqual(before);
    await choose(page, `{"version":1,"chapters":{"${chapter}":{"read":["break-it"]}}}`);
    await preview(page).getByRole('button', { name: 'Import' }).click();
    await expect(facts(page)).toContainText('3 of');
  });

  test('made to break the page do not', async ({ page }) => {
    test.setTimeout(180_000);
    const heard = complaints(page);
    await page.goto('/progress/');
    await page.locator('.you-chapter summary').first().click();
    await page.getByRole('checkbox', { name: 'Break it' }).check();
    for (const text of fc.sample(hostileText, { numRuns: 200, seed: 7 })) {
      await choose(page, text, '<img src=x onerror=alert(1)>.json');
      const button = preview(page).getByRole('button').first();
      await button.click();
      await expect(preview(page)).toBeHidden();
    }
    await expect(page.getByRole('checkbox', { name: 'Break it' })).toBeChecked();
    expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([]);
    for (const path of [page0, '/review/', '/progress/', '/']) {
      await page.goto(path);
      await page.waitForLoadState('networkidle');
    }
    await expect(facts(page)).toHaveCount(0);
    expect(heard).toEqual([]);
  });
});

test('without script the page shows what there is to do, and says what it cannot know', async ({
  browser,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/progress/');
  await expect(page.locator('noscript p')).toContainText('kept by a script');
  await expect(page.locator('noscript p')).toBeVisible();
  await expect(page.getByRole('link', { name: 'One request' }).last()).toBeVisible();
  await expect(facts(page)).toContainText('sections');
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await page.goto(page0);
  await expect(page.locator('.chapter-end')).toBeHidden();
  await context.close();
});

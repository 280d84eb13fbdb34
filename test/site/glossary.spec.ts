// Cards of glossary terms, by mouse, keyboard and finger, and with no script; the page from A to Z; search finds it.
import { gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';

const chapter = '/chapters/0-one-request/';
const glossary = '/reference/glossary/';
/** A term in the middle of a paragraph, whose card leads on to another entry. */
const term = (page: Page) => page.locator('a.gloss[data-gloss="stub-resolver"]').first();
const card = (page: Page) => page.locator('#gloss-stub-resolver');

async function goTo(page: Page, path = chapter): Promise<void> {
  await page.goto(path);
  await term(page).scrollIntoViewIfNeeded();
  await page.mouse.move(5, 5);
  await expect(term(page)).toHaveAttribute('aria-expanded', 'false');
}

/** The middle of the window, so that the sticky head is not in the way. */
const centre = (page: Page) =>
  term(page).evaluate((node) => node.scrollIntoView({ block: 'center', behavior: 'instant' }));

test('a card opens on hover, beside the text, and covers none of it', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  await centre(page);
  await term(page).hover();
  await expect(card(page)).toBeVisible();
  await expect(card(page)).toContainText('The part of the operating system that asks for names.');
  await expect(card(page)).toContainText('RFC\u00a09499\u00a0§6');
  await expect(term(page)).toHaveAttribute('aria-expanded', 'true');
  const box = (await card(page).boundingBox())!;
  const line = (await term(page).boundingBox())!;
  const paragraph = (await page.locator('.prose > p', { has: term(page) }).boundingBox())!;
  expect(box.x).toBeGreaterThan(paragraph.x + paragraph.width);
  expect(box.x + box.width).toBeLessThanOrEqual(1440);
  expect(Math.abs(box.y - line.y)).toBeLessThan(220);
  // No note shows half under it.
  const notes = page.locator('.prose > .notes');
  for (const note of await notes.all()) {
    const other = (await note.boundingBox())!;
    const apart = other.y + other.height <= box.y || other.y >= box.y + box.height;
    if (!apart) await expect(note).toHaveCSS('visibility', 'hidden');
  }
  await page.mouse.move(5, 5);
  await expect(card(page)).toBeHidden();
  for (const note of await notes.all()) await expect(note).toHaveCSS('visibility', 'visible');
});

test('a pointer that only passes opens nothing', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  await centre(page);
  const line = (await term(page).boundingBox())!;
  await page.mouse.move(line.x + 5, line.y + 5);
  await page.mouse.move(5, 5);
  await page.waitForTimeout(400);
  await expect(card(page)).toBeHidden();
});

test('the pointer may go to the card, which stays, and its links can be pressed', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  await centre(page);
  await term(page).hover();
  await expect(card(page)).toBeVisible();
  const from = (await term(page).boundingBox())!;
  const to = (await card(page).boundingBox())!;
  // Slowly, over the gap between text and margin: longer than the card waits for a pointer that has left.
  for (let i = 1; i <= 20; i++) {
    const share = i / 20;
    await page.mouse.move(
      from.x + from.width / 2 + share * (to.x + 40 - from.x - from.width / 2),
      from.y + 10 + share * (to.y + 20 - from.y - 10),
    );
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(700);
  await expect(card(page)).toBeVisible();
  await card(page).getByRole('link', { name: 'recursive resolver' }).click();
  await expect(page).toHaveURL(/\/reference\/glossary\/#recursive-resolver$/);
});

test('Esc puts a card away that hover brought, and leaves the page as it is', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  await centre(page);
  await term(page).hover();
  await expect(card(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`${chapter}$`));
});

test('focus opens the card; Tab goes into it and on; Esc comes back to the term', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  // A key, so that the focus is one that shows.
  await page.keyboard.press('Shift');
  await term(page).focus();
  await expect(card(page)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(card(page).getByRole('link', { name: 'recursive resolver' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(term(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
  await expect(term(page)).toBeFocused();
  await page.waitForTimeout(300);
  await expect(card(page)).toBeHidden();
});

test('Tab leaves the card at its end for what comes after the term', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await goTo(page);
  await page.keyboard.press('Shift');
  await term(page).focus();
  const links = await card(page).getByRole('link').count();
  for (let i = 0; i <= links; i++) await page.keyboard.press('Tab');
  await expect(card(page)).toBeHidden();
  const isAfter = await term(page).evaluate(
    (node) =>
      (node.compareDocumentPosition(document.activeElement!) & Node.DOCUMENT_POSITION_FOLLOWING) > 0 &&
      document.activeElement!.closest('.prose') !== null,
  );
  expect(isAfter).toBe(true);
});

test('a term says its definition to a screen reader before anything opens', async ({ page }) => {
  await goTo(page);
  await expect(term(page)).toHaveAccessibleDescription(
    /^The part of the operating system .* recursive resolver\.$/,
  );
  await expect(term(page)).toHaveAccessibleName('stub resolver');
  for (const link of await page.locator('a.gloss').all()) {
    await expect(link).toHaveAccessibleDescription(/\.$/);
    await expect(page.locator(`#${await link.getAttribute('aria-controls')}`)).toHaveCount(1);
  }
});

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a tap opens the card under the paragraph, another puts it away', async ({ page }) => {
    await goTo(page);
    await centre(page);
    const paragraph = page.locator('.prose > p', { has: term(page) });
    const was = (await term(page).boundingBox())!.y;
    await term(page).tap();
    await expect(card(page)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${chapter}$`));
    const box = (await card(page).boundingBox())!;
    const above = (await paragraph.boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(above.y + above.height);
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    expect(Math.abs((await term(page).boundingBox())!.y - was)).toBeLessThan(2);
    await term(page).tap();
    await expect(card(page)).toBeHidden();
  });

  test('one card at a time, and the line under the finger stays', async ({ page }) => {
    await goTo(page);
    await centre(page);
    await term(page).tap();
    const other = page.locator('a.gloss[data-gloss="root-server"]').first();
    const was = (await other.boundingBox())!.y;
    await other.tap();
    await expect(card(page)).toBeHidden();
    await expect(page.locator('#gloss-root-server')).toBeVisible();
    expect(Math.abs((await other.boundingBox())!.y - was)).toBeLessThan(2);
  });

  test('Close is large enough for a finger, and puts the card away', async ({ page }) => {
    await goTo(page);
    await centre(page);
    await term(page).tap();
    const close = card(page).getByRole('button', { name: 'Close' });
    const { width, height } = (await close.boundingBox())!;
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
    await close.tap();
    await expect(card(page)).toBeHidden();
    await expect(term(page)).toBeFocused();
  });

  test('the page does not grow wider with a card open', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await goTo(page);
    await centre(page);
    await term(page).tap();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});

test('a narrow window with a keyboard: Enter opens, Enter closes', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  await goTo(page);
  await page.keyboard.press('Shift');
  await term(page).focus();
  await page.waitForTimeout(200);
  await expect(card(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(card(page)).toBeHidden();
});

test('a finger on a wide screen opens the card and stays on the page', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, hasTouch: true });
  const page = await context.newPage();
  await goTo(page);
  await centre(page);
  await term(page).tap();
  await expect(card(page)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`${chapter}$`));
  await page
    .locator('.prose > p')
    .first()
    .tap({ position: { x: 5, y: 5 } });
  await expect(card(page)).toBeHidden();
  await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`an open card is accessible, ${colorScheme}, ${width}`, async ({ browser }) => {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      await goTo(page);
      await page.keyboard.press('Shift');
      await term(page).focus();
      if (width < 900) await page.keyboard.press('Enter');
      await expect(card(page)).toBeVisible();
      const { violations } = await axe(page).include('.prose > p').include('.gloss-card').analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      ).toEqual([]);
      await context.close();
    });
  }
}

test('without script a term is a link to its entry, and no card is in the way', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(chapter);
  await expect(page.locator('.gloss-card:visible')).toHaveCount(0);
  await term(page).click();
  await expect(page).toHaveURL(/\/reference\/glossary\/#stub-resolver$/);
  await expect(page.getByRole('heading', { name: 'Stub resolver' })).toBeInViewport();
  await context.close();
});

test('the script of the cards is small', async ({ page }) => {
  await page.goto(chapter);
  const scripts = await page
    .locator('script[type=module]')
    .evaluateAll((nodes) =>
      nodes.map((node) => ({ src: (node as HTMLScriptElement).src, text: node.textContent })),
    );
  const texts = await Promise.all(
    scripts.map(async ({ src, text }) => (src ? (await page.request.get(src)).text() : (text ?? ''))),
  );
  const found = texts.filter((text) => text.includes('a.gloss'));
  expect(found).toHaveLength(1);
  expect(gzipSync(found[0]!).length).toBeLessThan(2000);
});

test('the page has every entry once, under its letter, with what it leans on', async ({ page }) => {
  await page.goto(glossary);
  const entries = page.locator('.glossary-entry');
  expect(await entries.count()).toBeGreaterThan(50);
  const ids = await page.locator('.glossary h3').evaluateAll((nodes) => nodes.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
  const letters = page.getByRole('navigation', { name: 'Letters' }).getByRole('link');
  expect(await letters.count()).toBe(new Set(ids.map((id) => id[0])).size);
  await letters.filter({ hasText: 'R' }).click();
  await expect(page.getByRole('heading', { name: 'R', exact: true })).toBeInViewport();
  for (const lead of await page.locator('.glossary .gloss-lead').all())
    expect(ids).toContain((await lead.getAttribute('href'))!.replace('#', '').replace(glossary, ''));
});

test('search finds an entry by its name', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('/');
  await page.keyboard.type('hairpinning');
  const found = page.locator('.search-results').getByRole('link', { name: /^Hairpinning/ });
  await expect(found).toBeVisible({ timeout: 15_000 });
  await found.click();
  await expect(page).toHaveURL(/\/reference\/glossary\/#hairpinning$/);
});

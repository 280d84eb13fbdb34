// The frame around the pages: search, theme, skip link, menu, notes, the page that is not there.
import { expect, test } from '@playwright/test';
import { axe } from './axe.ts';
import { basePort } from './dist.ts';

const colophon = '/reference/colophon/';

test('/ opens the search, which loads only then, and finds', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/');
  await page.locator('button[data-open-modal]:not([disabled])').waitFor();
  await page.waitForLoadState('networkidle');
  expect(asked.filter((url) => url.includes('pagefind'))).toEqual([]);
  await page.keyboard.press('/');
  const box = page.getByRole('searchbox', { name: 'Search the course' });
  await expect(box).toBeFocused();
  await box.fill('typeface');
  await box.fill('colophon');
  const first = page.locator('.search-results a').first();
  await expect(first).toHaveText('Colophon');
  const { violations } = await axe(page).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await expect(first).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/reference\/colophon\//);
});

test('the search says when it finds nothing, and Escape gives the page back', async ({ page }) => {
  await page.goto(colophon);
  await page.locator('button[data-open-modal]:not([disabled])').click();
  await page.getByRole('searchbox').fill('zzqqxx');
  await expect(page.getByRole('status')).toContainText('Nothing about');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.locator('[data-open-modal]')).toBeFocused();
});

test('the search works under a sub-path', async ({ page }) => {
  await page.goto(`http://localhost:${basePort}/course/`);
  await page.locator('button[data-open-modal]:not([disabled])').click();
  await page.getByRole('searchbox').fill('colophon');
  await page.locator('.search-results a').first().click();
  await expect(page).toHaveURL(/\/course\/reference\/colophon\//);
});

test('the chosen theme stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  const html = page.locator('html');
  const toggle = page.getByRole('button', { name: 'Dark theme' });
  await expect(html).toHaveAttribute('data-theme', 'light');
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  await toggle.click();
  await expect(html).toHaveAttribute('data-theme', 'dark');
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await page.goto(colophon);
  await expect(html).toHaveAttribute('data-theme', 'dark');
});

test('the first Tab offers to skip to the content', async ({ page }) => {
  await page.goto(colophon);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#_top$/);
});

test('what is not there answers 404, in words', async ({ page }) => {
  const response = await page.goto('/chapters/none/');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'The request arrived. The page is not here.',
  );
});

test('a phone has the course in a menu', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(colophon);
  const course = page.getByRole('navigation', { name: 'Course' });
  await expect(course).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(course).toBeVisible();
  await course.getByRole('link', { name: 'Type and colour' }).click();
  await expect(course).toBeHidden();
  await expect(page).toHaveURL(/#type-and-colour$/);
});

test('a note stands beside its paragraph, or after it on a phone, and leads back', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(colophon);
  const reference = page.locator('#to-note-1');
  const note = page.locator('#note-1');
  const paragraph = page.locator('p:has(#to-note-1)');
  const boxes = async () => ({
    note: (await note.boundingBox())!,
    paragraph: (await paragraph.boundingBox())!,
  });
  let at = await boxes();
  expect(at.note.x).toBeGreaterThan(at.paragraph.x + at.paragraph.width);
  expect(Math.abs(at.note.y - at.paragraph.y)).toBeLessThan(12);
  await reference.click();
  await expect(page).toHaveURL(/#note-1$/);
  await page.setViewportSize({ width: 390, height: 844 });
  at = await boxes();
  expect(at.note.y).toBeGreaterThanOrEqual(at.paragraph.y + at.paragraph.height);
  await note.getByRole('link', { name: 'back to the text' }).click();
  await expect(page).toHaveURL(/#to-note-1$/);
});

test('only the scripts of the course run', async ({ page }) => {
  await page.goto('/');
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.planted = true';
    document.body.append(script);
    return 'planted' in window;
  });
  expect(ran).toBe(false);
});

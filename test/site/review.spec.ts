// The review in a browser: a sitting by keyboard, its clock, its undo; what loads when; cards without script.
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { chapter, complaints, kept, lay, reader } from './kept.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
/** Begins a sitting, and turns its first card. */
async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click();
  await turn(page);
}
async function turn(page: Page): Promise<void> {
  await expect(page.locator('.sitting-front')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: /^Good in/ })).toBeEnabled();
}
const sitting = (page: Page) => page.getByRole('region', { name: 'A sitting' });
const cardOf = async (page: Page, id: string) => (await kept(page)).cards[`${chapter}/${id}`];

test('a sitting by keyboard: turn, grade, undo, end; the same answers give the same days', async ({
  context,
  page,
}) => {
  const heard = complaints(page);
  await page.clock.install({ time: NOON });
  await lay(context, JSON.stringify(reader(NOON)));
  await page.goto('/review/');
  await expect(page.getByText('3 cards are due.')).toBeVisible();
  await page.getByRole('button', { name: 'Begin' }).focus();
  await page.keyboard.press('Enter');
  const front = page.locator('.sitting-front');
  await expect(front).toBeFocused();
  await expect(front).toContainText('For what does the laptop wait');
  await expect(page.locator('.sitting-back')).toHaveCount(0);
  await page.keyboard.press('1');
  expect((await cardOf(page, 'three-waits')).reps).toBe(2);
  await page.keyboard.press('Space');
  await expect(page.locator('.sitting-back')).toBeFocused();
  await expect(page.locator('.sitting-back')).toContainText('For the name, for the connection');
  await expect(page.getByRole('button', { name: 'Good in 16 days' })).toBeEnabled();
  await page.keyboard.press('3');
  await expect(sitting(page).getByRole('status')).toContainText('Good: again in 16\u00a0days.');
  const good = await cardOf(page, 'three-waits');
  expect(good.reps).toBe(3);
  expect(Math.round((good.due - NOON) / DAY)).toBe(16);

  await expect(front).toContainText('The laptop is waiting.');
  await page.keyboard.press('u');
  await expect(front).toContainText('For what does the laptop wait');
  expect(await cardOf(page, 'three-waits')).toMatchObject({ reps: 2, due: NOON - 3 * DAY });
  for (const key of ['4', '3', '1']) {
    await turn(page);
    await page.keyboard.press(key);
    await expect(page.locator('.sitting-back')).toHaveCount(0);
  }
  expect((await cardOf(page, 'silence')).lapses).toBe(1);
  await expect(sitting(page)).toContainText('3 cards in');
  await expect(sitting(page)).toContainText('1 of them to see again soon');
  await page.keyboard.press('Escape');
  await expect(page.getByText('Nothing is due. The next card comes in 10')).toBeVisible();
  await page.clock.runFor(11 * 60_000);
  await expect(page.getByText('1 card is due.')).toBeVisible();
  await page.reload();
  await expect(page.getByText('1 card is due.')).toBeVisible();
  expect(heard).toEqual([]);
});

test('a sitting ends when its time is over', async ({ context, page }) => {
  await page.clock.install({ time: NOON });
  await lay(context, JSON.stringify(reader(NOON)));
  await page.goto('/review/');
  await page.getByLabel('a sitting of').selectOption('3');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.clock.runFor(4 * 60_000);
  await turn(page);
  await page.keyboard.press('3');
  await expect(sitting(page)).toContainText('The time of this sitting is over.');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await expect(page.getByLabel('a sitting of')).toHaveValue('3');
});

test('the scheduler loads with the first sitting and nowhere else', async ({ context, page }) => {
  await lay(context, JSON.stringify(reader(Date.now())));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const scheduler = () => asked.filter((url) => /schedule\.[\w-]+\.js/.test(url));
  for (const path of ['/', `/chapters/${chapter}/`, '/progress/', '/review/']) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    expect(scheduler(), path).toEqual([]);
  }
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect.poll(() => scheduler().length).toBe(1);
});

test('cards join when the quiz was read, or when they are added; and can be taken out', async ({ page }) => {
  await page.goto('/review/');
  await expect(page.getByText('No cards are in your review yet.')).toBeVisible();
  await page.goto(`/chapters/${chapter}/`);
  const end = page.getByRole('region', { name: 'Your progress' });
  await end.getByRole('button', { name: 'Add them now' }).click();
  await expect(end.getByRole('link', { name: 'your review' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('12 cards are due.')).toBeVisible();
  await page.getByRole('button', { name: 'Take them out: One request' }).click();
  await expect(page.getByText('No cards are in your review yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Add them: One request' }).click();
  await expect(page.getByText('12 cards are due.')).toBeVisible();
  await page.evaluate(() => localStorage.clear());
  await page.goto('/progress/');
  await page.locator('.you-chapter summary').first().click();
  await page.getByRole('checkbox', { name: 'Quiz' }).check();
  await page.goto('/review/');
  await expect(page.getByText('12 cards are due.')).toBeVisible();
});

test('the header counts what is due, quietly, and as time passes', async ({ context, page }) => {
  await page.clock.install({ time: NOON });
  await lay(context, JSON.stringify(reader(NOON)));
  await page.goto('/');
  const link = page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: /^Review/ });
  await expect(link).toHaveAccessibleName('Review 3 cards are due');
  await page.clock.fastForward(DAY + 1000);
  await expect(link).toHaveAccessibleName('Review 4 cards are due');
});

test('the forecast says the same as a picture and as a table', async ({ context, page }) => {
  await page.clock.install({ time: NOON });
  await lay(context, JSON.stringify(reader(NOON)));
  await page.goto('/review/');
  await expect(page.locator('.review-forecast .review-count')).toHaveText(['3', '1']);
  await page.getByText('The same as a table').click();
  await expect(page.getByRole('row', { name: /^Today/ })).toContainText('3');
  await expect(page.locator('.review-forecast tbody tr')).toHaveCount(14);
});

test('a card’s moment leads to the same moment of the living figure', async ({ context, page }) => {
  await page.clock.install({ time: NOON });
  await lay(context, JSON.stringify(reader(NOON)));
  await page.goto('/review/');
  await begin(page);
  // The ladder's parts refer to each other by name: a copy must have names of its own.
  await expect(page.locator('.sitting [id$=-copy]').first()).toBeAttached();
  const ids = await page.locator('[id]').evaluateAll((nodes) => nodes.map((node) => node.id));
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  await page.keyboard.press('3');
  const picture = page.getByRole('img', { name: /A DNS question is on its way/ });
  await expect(picture).toBeVisible();
  await page.clock.resume();
  await page.locator('.sitting').getByRole('link', { name: 'Open this moment in the figure' }).click();
  await expect(page).toHaveURL(new RegExp(`/chapters/${chapter}/#rt=first-request`));
  await expect(page.locator('#first .rt-now, #first [data-time], #first').first()).toContainText('60.0');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`accessible in every state, ${colorScheme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
    await lay(context, JSON.stringify(reader(Date.now())));
    const page = await context.newPage();
    const barriers = async () =>
      (await axe(page).analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
      );
    await page.goto('/review/');
    await page.getByText('The same as a table').click();
    await page.locator('.card summary').first().click();
    expect(await barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Begin' }).click();
    expect(await barriers()).toEqual([]);
    for (let i = 0; i < 3; i++) {
      await turn(page);
      expect(await barriers()).toEqual([]);
      await page.keyboard.press('3');
    }
    await expect(sitting(page)).toContainText('3 cards in');
    expect(await barriers()).toEqual([]);
    await context.close();
  });
}

test('a phone: nothing is too wide, grades are easy to hit and always in reach', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await lay(context, JSON.stringify(reader(Date.now())));
  const page = await context.newPage();
  await page.goto('/review/');
  await page.getByRole('button', { name: 'Begin' }).tap();
  for (let i = 0; i < 3; i++) {
    await page.getByRole('button', { name: /^Show the answer/ }).tap();
    for (const name of ['Again', 'Hard', 'Good', 'Easy']) {
      const button = page.getByRole('button', { name: new RegExp(`^${name}`) });
      await expect(button).toBeEnabled();
      await expect(button).toBeInViewport();
      const box = (await button.boundingBox())!;
      expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(44);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByRole('button', { name: /^Good/ }).tap();
  }
  await context.close();
});

test('another tab may answer a card: the sitting goes on', async ({ context }) => {
  await lay(context, JSON.stringify(reader(Date.now())));
  const [one, two] = [await context.newPage(), await context.newPage()];
  for (const page of [one, two]) {
    await page.goto('/review/');
    await begin(page);
  }
  await one.keyboard.press('3');
  await two.keyboard.press('3');
  for (const page of [one, two])
    await expect(page.locator('.sitting-front')).toContainText('The laptop is waiting.');
  const both = await Promise.all([one, two].map((page) => kept(page)));
  expect(both[0]).toEqual(both[1]);
});

test('storage that gives nothing: the review works for the visit', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('no', 'SecurityError');
      },
    });
  });
  const heard = complaints(page);
  await page.goto('/review/');
  await page.getByRole('button', { name: 'Add them: One request' }).click();
  await expect(page.locator('.review .memory-said')).toContainText('keeps nothing');
  await begin(page);
  await page.keyboard.press('4');
  await expect(sitting(page)).toContainText('1 done');
  expect(heard).toEqual([]);
});

test('without script every card can be read, its picture too', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/review/');
  await expect(page.locator('noscript p')).toContainText('you can read the cards here');
  await expect(page.locator('noscript p')).toBeVisible();
  const card = page.locator(`#card-${chapter}-who-walks`);
  await card.locator('summary').click();
  await expect(card).toContainText('The resolver walks from the root.');
  await expect(card.getByRole('img', { name: /A DNS question/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Begin' })).toHaveCount(0);
  await context.close();
});

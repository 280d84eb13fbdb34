// Predictions: committed to, set beside what the run gave, kept, taken back; by mouse, keyboard and finger; in two tabs;
// with a storage that is blocked; and with no script at all.
import { expect, type Page, test } from '@playwright/test';
import { Session } from '../../src/engine/export/session.ts';
import { axe } from './axe.ts';

const chapter = '/chapters/0-one-request/';
const guess = (page: Page, id = 'first-byte') => page.locator(`#guess-${id}`);
const explained = (page: Page) => page.getByText('Nothing was ready');

const claim = (name: string, set: Record<string, string> = {}, seed = 1) => {
  const { claims } = Session.start({ scenario: 'first-request', set, seed, inputs: [] }).finish().view();
  return Number(claims.find((one) => one.name === name)!.value);
};
const ttfb = `${Math.round(claim('ttfb') / 1e6)}\u00a0ms`;
/** The run is watched before the answer is told: six seconds at most. */
const told = { timeout: 10_000 };

async function commit(page: Page, choice: number): Promise<void> {
  const form = guess(page);
  await form.getByRole('radio').nth(choice).check();
  await form.getByRole('button', { name: 'Commit and run' }).click();
}

test('nothing is committed to before something is chosen, and the figure stays as it is', async ({
  page,
}) => {
  await page.goto(chapter);
  const form = guess(page);
  await form.scrollIntoViewIfNeeded();
  await form.getByRole('button', { name: 'Commit' }).click();
  await expect(form.getByRole('status')).toHaveText(/^Choose one first/);
  await expect(form.getByRole('radio').first()).toBeFocused();
  await expect(explained(page)).toBeHidden();
  await page.waitForTimeout(300);
  await expect(page.locator('#first').getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('committing runs the figure; at the moment that was asked for, the guess meets the run', async ({
  page,
}) => {
  await page.goto(chapter);
  const form = guess(page);
  await form.scrollIntoViewIfNeeded();
  await expect(page.locator('#first[data-live]')).toBeAttached();
  const mine = (await form.locator('.guess-choices label').nth(1).textContent())!.trim();
  await commit(page, 1);
  await expect(page.locator('#first').getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(form.getByRole('status')).toHaveText('Now watch the run.');
  await expect(form.locator('[data-was=right]')).toHaveCount(0);
  await expect(explained(page)).toBeHidden();
  await expect(form.getByRole('status')).toHaveText(
    `You guessed ${mine}. The run: ${ttfb}. Not quite.`,
    told,
  );
  await expect(form.getByRole('status').locator('data.claim')).toHaveAttribute(
    'value',
    String(claim('ttfb')),
  );
  await expect(form.locator('[data-was=right]')).toHaveText(/202/);
  await expect(form.locator('[data-was=yours]')).toHaveCount(1);
  await expect(form.getByRole('radio').first()).toBeDisabled();
  // The explanation stands after what it explains.
  await expect(explained(page)).toBeVisible();
  const figure = (await page.locator('figure', { has: page.locator('#first') }).boundingBox())!;
  expect((await explained(page).boundingBox())!.y).toBeGreaterThan(figure.y + figure.height);
  // Both to one scale.
  const [its, whole] = await page
    .locator('.guess-told .guess-bars i')
    .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().width));
  expect(its! / whole!).toBeCloseTo(56 / 202, 1);
  // The other questions wait for theirs.
  await expect(guess(page, 'faster-line').locator('[data-was]')).toHaveCount(0);
});

test('stopping the run tells the answer at once', async ({ page }) => {
  await page.goto(chapter);
  await guess(page).scrollIntoViewIfNeeded();
  await expect(page.locator('#first[data-live]')).toBeAttached();
  await commit(page, 3);
  await page.locator('#first').getByRole('button', { name: 'Pause' }).click();
  await expect(guess(page).getByRole('status')).toHaveText(/The run: .* That is it\.$/, { timeout: 1500 });
});

test('the keyboard alone', async ({ page }) => {
  await page.goto(chapter);
  const form = guess(page);
  await form.getByRole('radio').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(form.getByRole('status')).toHaveText(/Not quite/, told);
  await page.reload();
  await form.getByRole('button', { name: 'Guess again' }).focus();
  await page.keyboard.press('Enter');
  await expect(form.getByRole('radio').first()).toBeFocused();
  await expect(form.getByRole('radio').nth(1)).not.toBeChecked();
});

test('a kept guess is there on the next visit, with its day, and can be taken back', async ({ page }) => {
  await page.goto(chapter);
  await commit(page, 1);
  await page.reload();
  const form = guess(page);
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  await expect(form.getByRole('status')).toHaveText(
    new RegExp(`^You guessed after about .* on ${day}\\. The run: ${ttfb}\\. Not quite\\.$`),
  );
  await expect(form.getByRole('radio').nth(1)).toBeChecked();
  await expect(form.getByRole('button', { name: 'Commit' })).toBeHidden();
  await expect(explained(page)).toBeHidden();
  await form.getByText('Show the answer').click();
  await expect(explained(page)).toBeVisible();
  await form.getByRole('button', { name: 'Guess again' }).click();
  await expect(form.getByRole('button', { name: 'Commit' })).toBeVisible();
  await expect(form.locator('[data-was]')).toHaveCount(0);
  await expect(form.getByRole('status')).toHaveText('');
  await page.reload();
  await expect(form.getByRole('button', { name: 'Commit' })).toBeVisible();
  await expect(form.getByRole('radio', { checked: true })).toHaveCount(0);
});

test('a guess may be skipped, and that is kept, too', async ({ page }) => {
  await page.goto(chapter);
  const form = guess(page);
  await form.getByText('skip the guess').click();
  await expect(explained(page)).toBeVisible();
  await expect(form.locator('[data-was=yours]')).toHaveCount(0);
  await page.reload();
  await expect(form.getByRole('status')).toHaveText(/^You skipped this one on \d/);
  await form.getByRole('button', { name: 'Guess now' }).click();
  await commit(page, 3);
  await expect(form.getByRole('status')).toHaveText(/That is it\.$/, told);
});

test('a number is typed with or without its unit, and is judged by the claim', async ({ page }) => {
  await page.goto(chapter);
  const form = guess(page, 'faster-line');
  const field = form.getByRole('textbox', { name: /Your guess/ });
  await expect(field).toHaveAccessibleDescription('ms');
  await field.press('Enter');
  await expect(form.getByRole('status')).toHaveText(/^Type a number first, in ms/);
  await field.fill('soon');
  await field.press('Enter');
  await expect(form.getByRole('status')).toHaveText(/^Type a number first/);
  await field.fill('0.04 s');
  await field.press('Enter');
  const run = `${Math.round(claim('ttfb', { rate: '100Mbit/s' }) / 1e6)}\u00a0ms`;
  await expect(form.getByRole('status')).toHaveText(`You guessed 40\u00a0ms. The run: ${run}. Too low.`);
  await expect(form.getByText('she hardly gains anything')).toBeVisible();
  await page.reload();
  await expect(field).toHaveValue('40');
  await form.getByRole('button', { name: 'Guess again' }).click();
  await expect(field).toBeFocused();
  await field.fill('200');
  await field.press('Enter');
  await expect(form.getByRole('status')).toHaveText(/That is it\.$/);
});

test('where the right choice is words, the run’s claim still stands beside it', async ({ page }) => {
  await page.goto(chapter);
  const form = guess(page, 'lost-syn');
  await form.getByRole('radio').first().check();
  await form.getByRole('button', { name: 'Commit' }).click();
  const late = Math.round(claim('ttfb', { loss: '5%' }, 20) / 1e6).toLocaleString('en-US');
  await expect(form.getByRole('status')).toHaveText(
    `You guessed about one round trip later. The run: the first byte after ${late}\u00a0ms. Not quite.`,
  );
});

test('two tabs show the same', async ({ context }) => {
  const one = await context.newPage();
  const two = await context.newPage();
  await one.goto(chapter);
  await two.goto(chapter);
  await commit(one, 1);
  await expect(guess(two).getByRole('status')).toHaveText(/^You guessed after about/);
  await expect(guess(two).getByRole('radio').nth(1)).toBeChecked();
  await guess(two).getByRole('button', { name: 'Guess again' }).click();
  await expect(guess(one).getByRole('button', { name: 'Commit' })).toBeVisible();
  await expect(guess(one).getByRole('status')).toHaveText('');
});

test('a guess whose words are no choice any more is still told', async ({ page }) => {
  await page.goto(chapter);
  await commit(page, 1);
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('roundtrip')!);
    kept.chapters['0-one-request'].guesses['first-byte'].choice = 'after <b>lunch</b>';
    localStorage.setItem('roundtrip', JSON.stringify(kept));
  });
  await page.reload();
  await expect(guess(page).getByRole('status')).toHaveText(/^You guessed after <b>lunch<\/b> on /);
  await expect(guess(page).getByRole('radio', { checked: true })).toHaveCount(0);
});

test('with a blocked storage it works for the visit', async ({ page }) => {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
  });
  await page.goto(chapter);
  await commit(page, 1);
  await expect(guess(page).getByRole('status')).toHaveText(/The run: /, told);
  await expect(explained(page)).toBeVisible();
  expect(heard).toEqual([]);
});

test('a figure that sleeps when its guess is committed runs when it wakes', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 500 });
  await page.goto(chapter);
  await guess(page)
    .getByText('Before you run it')
    .evaluate((node) => node.scrollIntoView({ block: 'end' }));
  // The event alone: the page does not move, so that nothing wakes the figure.
  await guess(page).evaluate((form: HTMLFormElement) => {
    form.querySelectorAll('input')[1]!.checked = true;
    form.requestSubmit();
  });
  const isWaiting = () => guess(page).evaluate((form) => (form as HTMLElement).dataset.waits === '');
  if (await isWaiting()) await page.locator('#first').scrollIntoViewIfNeeded();
  await expect(page.locator('#first').getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(await isWaiting()).toBe(false);
});

test('without script the choices can be ticked, the answer unfolds, and nothing to press does nothing', async ({
  browser,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(chapter);
  const form = guess(page);
  await expect(form.getByRole('button')).toHaveCount(0);
  await form.getByRole('radio').nth(1).check();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`${chapter}$`));
  await form.getByText('Show the answer').click();
  await expect(explained(page)).toBeVisible();
  await context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`a kept guess is accessible and fits, ${colorScheme}, ${width}`, async ({ browser }) => {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      await page.goto(chapter);
      await commit(page, 1);
      const field = guess(page, 'faster-line').getByRole('textbox');
      await field.fill('40');
      await field.press('Enter');
      await expect(explained(page)).toBeVisible(told);
      const look = async () => {
        const { violations } = await axe(page).include('.guess').include('.guess-told').analyze();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
      };
      expect(await look()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.reload();
      await expect(guess(page).getByRole('status')).toHaveText(/^You guessed/);
      const { violations } = await axe(page).include('.guess').analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      await context.close();
    });
  }
}

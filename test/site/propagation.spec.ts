// The figure about a name that moves in a harness of its own, over the real run: keyboard, phone, both themes, without
// script, labels, what it says beside what the run's claims say.
import { expect, type Locator, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(
    new URL('../components/propagation-harness.tsx', import.meta.url),
    'Propagation',
  );
});

async function open(page: Page, query = ''): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

// ── as it is found ──

for (const [theme, width] of [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const) {
  test(`no barrier that axe knows, ${theme}, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, `theme=${theme}`);
    await page.locator('summary').click();
    const { violations } = await axe(page).exclude('h1').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`)).toEqual([]);
  });
}

for (const width of [320, 390, 768, 1440]) {
  test(`nothing is wider than the page, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page);
    await page.locator('summary').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  });
}

for (const width of [1440, 390]) {
  test(`coming to life changes nothing that is seen, ${width} px`, async ({ page }) => {
    const look = () => page.locator('figure').first().screenshot({ animations: 'disabled' });
    await page.setViewportSize({ width, height: 2000 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, 'dead');
    const before = await look();
    await open(page);
    await page.waitForTimeout(300);
    expect((await look()).equals(before)).toBe(true);
  });

  for (const cursor of [0, 23, 24.5, 30.5, 49])
    test(`no label lies on another, ${width} px, at ${cursor} h`, async ({ page }) => {
      await page.setViewportSize({ width, height: 2000 });
      await open(page, `cursor=${cursor}&set=old:kept`);
      expect(await collisions(page)).toEqual([]);
    });
}

/** Texts of the figure whose boxes meet. */
async function collisions(page: Page): Promise<string[]> {
  return page.locator('figure svg').evaluateAll((drawings) =>
    drawings
      .map((drawing) => drawing.closest('.spread-map, .spread-strip'))
      .filter((one, i, all) => one !== null && all.indexOf(one) === i)
      .flatMap((part) => {
        const boxes = [...part!.querySelectorAll('text:not(.spread-letter)')]
          .map((text) => ({ text: text.textContent ?? '', box: text.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0);
        return boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter(
              (b) =>
                a.box.left < b.box.right - 1 &&
                b.box.left < a.box.right - 1 &&
                a.box.top < b.box.bottom - 3 &&
                b.box.top < a.box.bottom - 3,
            )
            .map((b) => `${a.text} on ${b.text}`),
        );
      }),
  );
}

// ── what it says ──

const moment = (page: Page): Locator => page.getByRole('slider', { name: 'Moment' });
const key = (page: Page): Locator => page.locator('.spread-key');
const row = (page: Page, city: string): Locator => page.locator('.spread-table tbody tr', { hasText: city });

test('without script the chosen moment is there, and the table', async ({ page }) => {
  await open(page, 'dead');
  await expect(page.locator('.spread-time')).toHaveText(/after the change/);
  await expect(key(page)).toContainText('lost');
  await expect(page.locator('.spread-table tbody tr')).toHaveCount(6);
  await expect(page.locator('.spread-all')).toContainText('orders are lost');
  await expect(page.locator('.world-wide .world-name')).toHaveCount(6);
});

test('keys move the cursor: caches run out, orders add up', async ({ page }) => {
  await open(page, 'cursor=23.5');
  await page.locator('summary').click();
  await moment(page).focus();
  await expect(moment(page)).toHaveAttribute('aria-valuetext', /^Friday.11:30, 30.min before the change$/);
  await page.keyboard.press('ArrowRight');
  await expect(moment(page)).toHaveAttribute('aria-valuetext', /^Friday.11:40/);
  await page.keyboard.press('Shift+ArrowRight');
  await expect(moment(page)).toHaveAttribute('aria-valuetext', /^Friday.12:40, 40.min after/);
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  // twelve hours and more after the change nobody has the old address
  await expect(moment(page)).toHaveAttribute('aria-valuetext', /^Saturday.00:40/);
  await expect(key(page)).toContainText('0 would give the old address');
  await expect(key(page)).toContainText('76 lost');
  await expect(row(page, 'Lisbon')).toContainText(/the new address|it would ask/);
  await page.keyboard.press('Home');
  await expect(key(page)).toContainText('0 taken by the old server');
  await expect(row(page, 'Tokyo')).toContainText('the old address');
  await page.keyboard.press('End');
  await expect(key(page)).toContainText('0 would give the old address');
});

test('a press on the bars goes there', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 });
  await open(page);
  const strip = page.locator('.spread-strip');
  const { width } = (await strip.boundingBox())!;
  await strip.click({ position: { x: 34 + (width - 48) / 2, y: 70 } });
  await expect(moment(page)).toHaveAttribute('aria-valuetext', /^Friday.12:5\d/);
});

test('a knob makes another run: nothing is lost when the TTL was lowered in time', async ({ page }) => {
  await open(page);
  await expect(page.locator('.spread-all')).toContainText('76 of 699');
  await page.getByRole('radio', { name: 'one old TTL before' }).check();
  await expect(page.locator('.spread-all')).toContainText('0 of 699');
  await expect(page.locator('.spread-bar-lost')).toHaveCount(0);
  await page.getByRole('radio', { name: 'kept running' }).check();
  await page.getByRole('radio', { name: 'with the change' }).check();
  await expect(page.locator('.spread-noted', { hasText: 'old server off' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page.locator('.spread-all')).toContainText('76 of 699');
});

test('time passes on request, and at once for who asked for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await expect(page.getByRole('button', { name: 'Play' })).toBeHidden();
  await page.getByRole('button', { name: 'To the change' }).click();
  await expect(page.locator('.spread-clock')).toHaveText(/Friday.12:00/);
  await page.getByRole('button', { name: '6 h' }).click();
  await expect(page.locator('.spread-clock')).toHaveText(/Friday.18:00/);
  for (let i = 0; i < 4; i++) await page.getByRole('button', { name: '6 h' }).click();
  // the run ends before that
  await expect(page.locator('.spread-clock')).toHaveText(/Saturday.13:5/);
  await expect(page.getByRole('button', { name: '6 h' })).toBeDisabled();
});

test('played from its start it takes its time, also before the whole run is there', async ({ page }) => {
  await open(page, 'cursor=0');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForTimeout(1200);
  const [at, end] = await moment(page).evaluate((slider) =>
    ['aria-valuenow', 'aria-valuemax'].map((name) => Number(slider.getAttribute(name))),
  );
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(end! / 2);
});

test('it plays, and says where it stands when it stops', async ({ page }) => {
  await open(page, 'cursor=23');
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(page.locator('.spread-time')).toHaveText(/after the change/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('status').last()).toHaveText(/of 6 resolvers \d would give the old address/);
});

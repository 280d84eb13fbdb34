// The Player on the built landing page and chapter: what it shows without script, that hydration moves nothing, its
// keys, its knobs and faults, links, comparison, what a screen reader finds, and how much script it costs.
import { gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';

const chapter = '/chapters/0-one-request/';
const nbsp = /\u00a0/g;

const player = (page: Page) => page.locator('.rt-player').first();
const readout = async (page: Page) =>
  ((await player(page).locator('.rt-readout').textContent()) ?? '').replace(nbsp, ' ');

async function open(page: Page, path = '/', fragment = ''): Promise<void> {
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(path + fragment);
  await page.evaluate(() => document.fonts.ready);
  await player(page).scrollIntoViewIfNeeded();
  await expect(player(page)).toHaveAttribute('data-live', '');
}

const press = (page: Page, name: string) => player(page).getByRole('button', { name, exact: true }).click();

for (const width of [1440, 390]) {
  test(`without script the moment is there, and with it nothing moves (${width})`, async ({ browser }) => {
    const shots: Buffer[] = [];
    for (const javaScriptEnabled of [false, true]) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        javaScriptEnabled,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.goto('/');
      await page.waitForLoadState('networkidle');
      await player(page).scrollIntoViewIfNeeded();
      if (javaScriptEnabled) await expect(player(page)).toHaveAttribute('data-live', '');
      shots.push(await player(page).screenshot());
      if (!javaScriptEnabled) {
        await expect(player(page).locator('.rt-sentence')).toContainText('ChaiCart');
        await page.getByText('The run in words').click();
        expect(await page.locator('.rt-words-of-run tr:visible').count()).toBeGreaterThan(40);
      }
      await context.close();
    }
    expect(shots[0]!.equals(shots[1]!)).toBe(true);
  });
}

for (const path of ['/', chapter]) {
  // one page a test: a second one would find its scripts in the cache
  test(`at most 60 kB of script come before the first interaction, and no worker: ${path}`, async ({
    page,
  }) => {
    let bytes = 0;
    const scripts: Promise<void>[] = [];
    page.on('response', (response) => {
      if (!response.url().endsWith('.js')) return;
      scripts.push(response.body().then((body) => void (bytes += gzipSync(body).length)));
    });
    await open(page, path);
    await page.waitForLoadState('networkidle');
    await Promise.all(scripts);
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(60_000);
    expect(page.workers()).toHaveLength(0);
  });
}

test('keys: steps, conversation, ends, help, back', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await player(page).getByRole('slider', { name: 'Moment' }).focus();
  const now = () => expect.poll(() => readout(page));
  await page.keyboard.press('Home');
  await now().toBe('0.0 ms');
  await page.keyboard.press('ArrowRight');
  await now().not.toBe('0.0 ms');
  const first = await readout(page);
  await page.keyboard.press('ArrowRight');
  await now().not.toBe(first);
  await page.keyboard.press('ArrowLeft');
  await now().toBe(first);
  await page.keyboard.press('Shift+ArrowRight');
  await now().not.toBe(first);
  await page.keyboard.press('End');
  await now().toBe('392.4 ms');
  await page.keyboard.press('Home');
  await now().toBe('0.0 ms');
  await page.keyboard.press('?');
  await expect(player(page).getByText('play, pause')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(player(page).getByText('play, pause')).toBeHidden();
});

test('Space plays and pauses, and the cursor moves on', async ({ page }) => {
  await open(page);
  await player(page).getByRole('slider', { name: 'Moment' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(player(page).getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(() => readout(page)).not.toBe('0.0 ms');
  await page.keyboard.press('Space');
  // the frame that was being drawn when the key came is still drawn
  await expect(player(page).getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  const still = await readout(page);
  await page.waitForTimeout(200);
  expect(await readout(page)).toBe(still);
});

test('with reduced motion, playing goes from event to event', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await player(page).getByRole('slider', { name: 'Moment' }).focus();
  await page.keyboard.press('Home');
  const seen = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const out = document.querySelector('.rt-readout')!;
        const texts: string[] = [];
        new MutationObserver(() => texts.push(out.textContent!)).observe(out, {
          characterData: true,
          subtree: true,
          childList: true,
        });
        setTimeout(() => resolve(texts), 2500);
      }),
  );
  await page.keyboard.press('Space');
  const texts = await seen;
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.length).toBeLessThan(6);
});

test('Enter in the address bar plays the run', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await page.getByRole('button', { name: 'Enter' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(player(page).getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('a machine shows its tables as of the cursor', async ({ page }) => {
  await open(page, '/', '#rt=first-request&t=238.4&open=map');
  const router = player(page).getByRole('button', { name: /^Home router/ });
  await router.focus();
  await page.keyboard.press('Enter');
  const tables = player(page).getByRole('region', { name: 'Tables of Home router' });
  await expect(tables.getByText('as of 238.4')).toBeVisible();
  await expect(tables.getByRole('cell', { name: /192\.168\.1\.23/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tables).toBeHidden();
});

test('by keyboard, a machine is stopped and started where it stands on the map', async ({ page }) => {
  await open(page, '/', '#rt=first-request&t=120&open=map');
  const router = player(page).getByRole('button', { name: /^Transit A/ });
  await router.focus();
  await page.keyboard.press('Enter');
  const tables = player(page).getByRole('region', { name: 'Tables of Transit A' });
  await tables.getByRole('button', { name: 'Stop it' }).press('Enter');
  await expect(player(page).getByRole('button', { name: /^Transit A .*, off/ })).toBeVisible();
  await tables.getByRole('button', { name: 'Start it' }).press('Enter');
  await expect(player(page).getByRole('button', { name: /^Transit A .*, off/ })).toBeHidden();
});

test('by keyboard, a link is cut on the map, and the cut taken back', async ({ page }) => {
  await open(page, '/', '#rt=first-request&t=120&open=map');
  const link = player(page).getByRole('button', { name: /^Link Transit A – Transit B/ });
  await link.focus();
  await page.keyboard.press('Enter');
  await player(page)
    .getByRole('button', { name: /^Cut this link from 120\.0/ })
    .press('Enter');
  await expect(link).toHaveAccessibleName(/, cut$/);
  await expect(player(page).locator('.rt-wire-cut')).toHaveCount(1);
  await player(page)
    .getByRole('button', { name: /^Undo the cut/ })
    .press('Enter');
  await expect(player(page).locator('.rt-wire-cut')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(player(page).getByRole('region', { name: 'Link Transit A – Transit B' })).toBeHidden();
});

test('a machine that waits says how long', async ({ page }) => {
  await open(page, '/', '#rt=first-request&set.server=down&t=250&open=map');
  await expect(player(page).locator('.rt-waiting')).toHaveCount(2);
  await expect(player(page).getByText(/^847\sms left$/)).toBeVisible();
});

test('the reader chooses how much is read aloud, for the visit', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '/', '#rt=first-request&t=0&open=map');
  const aloud = player(page).locator('.rt-aloud');
  const step = () => press(page, 'Next event');
  await step();
  await expect(aloud).not.toBeEmpty();
  await player(page).getByRole('slider', { name: 'Moment' }).focus();
  await page.keyboard.press('?');
  await player(page).getByRole('radio', { name: 'nothing' }).check();
  await expect(aloud).toBeEmpty();
  await player(page).getByRole('radio', { name: 'every event' }).check();
  await page.reload();
  await expect(player(page)).toHaveAttribute('data-live', '');
  await expect(aloud).not.toBeEmpty();
  await page.evaluate(() => {
    location.hash = location.hash.replace('t=0', 't=40');
  });
  await expect(aloud).toContainText(/events, then: .+\. .+\./);
});

test('on a phone, what More opens takes its place', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  const more = player(page).getByRole('button', { name: 'More', exact: true });
  for (const name of ['Faults', 'Take away']) {
    await more.click();
    await press(page, name);
    await expect(player(page).getByRole('group', { name })).toBeVisible();
    await expect(more).toHaveAttribute('aria-expanded', 'false');
  }
  await more.click();
  await expect(player(page).getByRole('group', { name: 'Take away' })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(more).toHaveAttribute('aria-expanded', 'false');
  await expect(more).toBeFocused();
});

test('the ladder opens where the cursor is', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await press(page, 'Ladder');
  const line = player(page).locator('.rt-ladder-now').first();
  const box = player(page).locator('.rt-ladder-scroll');
  await expect
    .poll(async () => {
      const [a, b] = [await line.boundingBox(), await box.boundingBox()];
      return a !== null && b !== null && a.y > b.y && a.y < b.y + b.height;
    })
    .toBe(true);
});

test('dropping a packet makes another run; Compare shows both; Undo takes it back', async ({ page }) => {
  await open(page, '/', '#rt=first-request&t=101&p=10&open=ladder');
  await player(page).getByRole('button', { name: 'Drop it' }).click();
  await expect(player(page).getByText('dropped, by your fault')).toBeVisible();
  await press(page, 'Compare');
  const changed = player(page).getByRole('region', { name: 'What changed' });
  await expect(changed.getByRole('row', { name: /First byte/ })).toContainText('+1,000');
  await expect(player(page).getByText('folded').first()).toBeVisible();
  await changed.getByRole('button', { name: 'Undo' }).click();
  await expect(player(page).getByText('dropped, by your fault')).toBeHidden();
});

test('a knob makes another run, and the numbers in the text follow', async ({ page }) => {
  await page.goto(chapter);
  const figure = page.locator('#knobs');
  await figure.scrollIntoViewIfNeeded();
  await expect(figure).toHaveAttribute('data-live', '');
  const number = page.locator('.claim[data-figure=knobs]').first();
  const before = (await number.textContent()) ?? '';
  await figure.getByRole('button', { name: 'Knobs' }).click();
  const slider = figure.getByRole('slider', { name: 'Distance to ChaiCart' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(number).not.toHaveText(before);
});

test('a link gives exactly this back, and a bad one says what is wrong', async ({ page }) => {
  await open(page, '/', '#rt=first-request&v=1&set.distance=40ms&t=101.5&p=11&open=ladder');
  await expect.poll(() => readout(page)).toBe('101.5 ms');
  await expect(player(page).getByRole('button', { name: 'Ladder' })).toHaveAttribute('aria-pressed', 'true');
  await page.goto('/#rt=first-request&set.distance=zebra&t=oops');
  await page.reload();
  await expect(player(page).getByRole('status').filter({ hasText: 'oops' })).toBeVisible();
});

test('a link reaches the figure it names, far down a page', async ({ page }) => {
  await page.goto(`${chapter}#rt=first-request&v=1&f=knobs&set.distance=100ms&t=50&open=map`);
  const figure = page.locator('#knobs');
  await expect(figure).toBeInViewport();
  await expect(figure.locator('.rt-readout')).toHaveText(/^50\.0/);
  await expect(figure.getByRole('button', { name: 'Map' })).toHaveAttribute('aria-pressed', 'true');
});

test('nothing for a screen reader to stumble on', async ({ page }) => {
  for (const path of ['/', chapter]) {
    for (const panel of ['map', 'ladder']) {
      await open(page, path, `#rt=first-request&t=158&p=11&open=${panel}`);
      for (const theme of ['light', 'dark'] as const) {
        await page.evaluate((name) => {
          document.documentElement.dataset.theme = name;
        }, theme);
        const { violations } = await axe(page).include('.rt-player').analyze();
        expect(
          violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`,
          ),
          `${path} ${panel} ${theme}`,
        ).toEqual([]);
      }
    }
  }
});

test('the map gives way: no sideways scrolling at 320 px', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  for (const panel of ['map', 'ladder', 'packets', 'transcript']) {
    await open(page, '/', `#rt=first-request&t=158&p=11&open=${panel}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  }
});

test('what a finger presses is large enough', async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await open(page);
  const small = await player(page)
    .locator('button:visible')
    .evaluateAll((buttons) =>
      buttons
        .map((button) => ({
          name: button.textContent || button.ariaLabel,
          box: button.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.width < 44 || box.height < 44)
        .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
    );
  expect(small).toEqual([]);
  await context.close();
});

// The figures of the chapter about DNS in a harness of their own: a message bit by bit over real runs, the TTL dial, the
// world map. Keyboard, phone, both themes, without script, labels, what they say.
import { expect, type Locator, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/dns-figures-harness.tsx', import.meta.url), 'Names');
});

async function open(page: Page, query: string): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

const MESSAGE = 'show=message&scenario=first-request&packet=10';
const REFERRAL = 'show=message&scenario=first-request&packet=7&compare=1';
const DIAL = 'show=dial';
const WORLD = 'show=world';

// ── as they are found ──

for (const [name, query] of Object.entries({
  message: MESSAGE,
  referral: REFERRAL,
  dial: DIAL,
  world: WORLD,
})) {
  for (const [theme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const) {
    test(`${name}: no barrier that axe knows, ${theme}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, `${query}&theme=${theme}`);
      for (const table of await page.locator('summary').all()) await table.click();
      const { violations } = await axe(page).exclude('h1').analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`)).toEqual([]);
    });
  }

  for (const width of [320, 390, 768, 1440]) {
    test(`${name}: nothing is wider than the page, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await open(page, query);
      for (const table of await page.locator('summary').all()) await table.click();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    });
  }

  for (const width of [1440, 390]) {
    test(`${name}: coming to life changes nothing that is seen, ${width} px`, async ({ page }) => {
      const look = () => page.locator('figure').first().screenshot({ animations: 'disabled' });
      await page.setViewportSize({ width, height: 2000 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, `${query}&dead`);
      const before = await look();
      await open(page, query);
      await page.waitForTimeout(300);
      expect((await look()).equals(before)).toBe(true);
    });
  }
}

// ── a message, bit by bit ──

const rows = (page: Page): Locator => page.getByRole('option');
const about = (page: Page): Locator => page.locator('.dm-about');
const cell = (page: Page, name: string | RegExp): Locator =>
  page.locator('.dm-grid').getByRole('button', { name }).first();

test('message: the whole message is there without script, its table too', async ({ page }) => {
  await open(page, `${MESSAGE}&dead`);
  expect(await rows(page).count()).toBeGreaterThanOrEqual(8);
  await expect(page.getByRole('option', { selected: true })).toContainText('Resolver');
  expect(await page.locator('.dm-line').count()).toBeGreaterThanOrEqual(14);
  // every field once, the rest of those that go on in the next row aside
  const fields = await page.locator('.dm-cell:not(.dm-continues)').count();
  await expect(page.locator('.dm-table tbody tr')).toHaveCount(fields);
  await expect(about(page)).toContainText('RFC 1035 §4.1.4');
});

test('message: arrow keys go through the fields, pages through the sections', async ({ page }) => {
  await open(page, `${MESSAGE}&field=ID`);
  const focused = () => page.evaluate(() => document.activeElement?.querySelector('.unseen')?.textContent);
  await cell(page, /^ID/).focus();
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toBe('Response: set');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('Opcode: QUERY (0)');
  await expect(about(page)).toContainText('bits 1–4 of byte 2');
  await page.keyboard.press('End');
  expect(await focused()).toBe('Address: 192.0.2.80');
  await page.keyboard.press('PageUp');
  expect(await focused()).toBe('Owner: c0 0c points to chaicart.example');
  await page.keyboard.press('PageUp');
  expect(await focused()).toBe('Label: chaicart');
  await page.keyboard.press('PageUp');
  expect(await focused()).toMatch(/^ID: 0x/);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowRight');
  // a label that goes on in the next row is one stop
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('Root label: .');
  await expect(page.locator('.dm-cell[tabindex="0"]')).toHaveCount(1);
  await expect(cell(page, /^Root label/)).toHaveAccessibleDescription(/Root label.*byte 29/);
});

test('message: a pointer shows the bytes that it points to, and leads there', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 });
  await open(page, `${MESSAGE}&field=ID`);
  await expect(page.locator('.dm-connector')).toHaveCount(0);
  await cell(page, /^Owner/).click();
  await expect(page.locator('.dm-target')).toHaveCount(4);
  await expect(page.locator('.dm-connector')).toBeVisible();
  await expect(page.locator('.rt-byte.rt-hex-selected')).toHaveText(['c0', '0c']);
  await expect(page.locator('.rt-byte.rt-hex-referred')).toHaveCount(18);
  await page.getByRole('button', { name: 'Go to byte 12' }).click();
  await expect(about(page)).toContainText('Label');
  await expect(about(page)).toContainText('bytes 12–20');
});

test('message: cells and bytes lead to each other', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1400 });
  await open(page, `${MESSAGE}&field=ID`);
  await cell(page, /^TTL/).hover();
  await expect(about(page)).toContainText('Seconds for which the record may be kept');
  await expect(page.locator('.rt-byte.rt-hex-hovered')).toHaveText(['00', '00', '01', '2c']);
  await page.mouse.move(5, 5);
  await expect(about(page)).toContainText('ID');
  await page.locator('[data-byte="2"].rt-byte').click();
  await expect(cell(page, /^Response/)).toHaveAttribute('aria-pressed', 'true');
  // again: the next field in that byte
  await page.locator('[data-byte="2"].rt-byte').click();
  await expect(cell(page, /^Opcode/)).toHaveAttribute('aria-pressed', 'true');
});

test('message: says why a field has its value', async ({ page }) => {
  await open(page, `${MESSAGE}&field=ID`);
  await expect(page.locator('.dm-why')).toContainText('192.0.2.53 has authority.');
  await expect(about(page)).toContainText('The resolver repeats what Maya’s laptop wrote in packet 3.');
  await cell(page, /^TTL/).click();
  await expect(about(page)).toContainText('ChaiCart’s name server said so in packet 9');
});

test('message: arrow keys choose another, and its bytes come', async ({ page }) => {
  await open(page, `${MESSAGE}&field=ID`);
  const list = page.getByRole('listbox');
  await list.focus();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('option', { selected: true })).toContainText('ns1.chaicart.example');
  await expect(page.locator('.dm-why')).toContainText('has A records of');
  await page.keyboard.press('Home');
  await expect(page.getByRole('option', { selected: true })).toContainText('Maya’s laptop');
  await expect(about(page)).toContainText('Maya’s laptop chose it for this question.');
  await expect(page.getByRole('button', { name: 'Compare' })).toHaveCount(0);
  expect(await list.getAttribute('aria-activedescendant')).toBe('anatomy-list-3');
  await rows(page).nth(4).click();
  await expect(page.locator('.dm-section-head')).toHaveText([
    'Header',
    'Question section',
    'Authority section',
    'Additional section',
  ]);
});

test('message: compares its header with the question’s, by more than colour', async ({ page }) => {
  await open(page, MESSAGE);
  await expect(page.locator('.dm-changed')).toHaveCount(0);
  await page.getByRole('button', { name: 'Compare with the question' }).click();
  const changed = await page
    .locator('.dm-changed')
    .evaluateAll((cells) => cells.map((one) => one.querySelector('.unseen')?.textContent));
  expect(changed).toContain('Response: set, in the question not set');
  expect(changed).toContain('Answers: 1, in the question 0');
  expect(changed.some((one) => one!.startsWith('ID'))).toBe(false);
  await cell(page, /^Answers/).click();
  await expect(about(page)).toContainText('in the question it was 0');
  await page.getByRole('button', { name: 'Compare with the question' }).click();
  await expect(page.locator('.dm-changed')).toHaveCount(0);
});

test('message: OPT says what its borrowed fields mean', async ({ page }) => {
  await open(page, REFERRAL);
  await expect(page.locator('.dm-record-head').last()).toHaveText('. OPT');
  await cell(page, /^UDP payload size/).click();
  await expect(about(page)).toContainText('1232 bytes');
  await expect(about(page)).toContainText('RFC 6891 §6.2.3');
  await expect(cell(page, /^DNSSEC OK/)).toContainText('DO');
});

test('message: follows the Player: its run, and the packet that is selected there', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1400 });
  await open(page, `${MESSAGE}&of=1`);
  await expect(page.getByRole('option', { selected: true })).toContainText('Resolver → Maya’s laptop');
  await page
    .locator('.rt-player [role="row"], .rt-player tr')
    .filter({ hasText: 'ask a.nic.example' })
    .first()
    .click();
  await expect(page.getByRole('option', { selected: true })).toContainText('Root server');
  await expect(page.locator('.dm-section-head').nth(2)).toHaveText('Authority section');
});

test('message: on a phone a bit is a cell that can be read, and the explanation stays in sight', async ({
  browser,
}) => {
  const context = await browser.newContext({
    viewport: { width: 358, height: 800 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await open(page, `${MESSAGE}&field=ID`);
  for (const one of await page.locator('.dm-line-flags .dm-cell').all()) {
    const { width, height } = (await one.boundingBox())!;
    expect(width).toBeGreaterThanOrEqual(20);
    expect(height).toBeGreaterThanOrEqual(44);
  }
  const overflowing = await page
    .locator('.dm-short, .dm-bit, .dm-letters > span')
    .evaluateAll((all) =>
      all.filter((one) => one.scrollWidth > one.parentElement!.clientWidth + 1).map((one) => one.textContent),
    );
  expect(overflowing).toEqual([]);
  await cell(page, /^Truncated/).scrollIntoViewIfNeeded();
  await cell(page, /^Truncated/).tap();
  await expect(about(page)).toContainText('it did not fit (TC)');
  const box = (await about(page).boundingBox())!;
  expect(box.y + box.height).toBeLessThanOrEqual(800);
  expect(box.y).toBeGreaterThan(0);
  await context.close();
});

// ── the dial ──

const dial = (page: Page): Locator => page.getByRole('slider', { name: 'TTL' });
const said = (page: Page): Locator => page.locator('.ttl-said');

test('dial: without script the sentence and the table stand there', async ({ page }) => {
  await open(page, `${DIAL}&resolvers=1&visits=10&dead`);
  await expect(said(page)).toContainText('At 5 min: 12 queries an hour at the authoritative server');
  await page.locator('summary').click();
  await expect(page.getByRole('row', { name: /^1 h/ })).toContainText('after 1 h');
  await expect(page.getByRole('row')).toHaveCount(6);
});

test('dial: keys go from step to step, from mark to mark, and to the ends', async ({ page }) => {
  await open(page, `${DIAL}&resolvers=1&visits=10`);
  await dial(page).focus();
  await page.keyboard.press('PageUp');
  await expect(said(page)).toContainText('At 1 h: 1 query an hour');
  await page.keyboard.press('ArrowLeft');
  await expect(said(page)).toContainText('At 45 min');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await expect(said(page)).toContainText('At 1 min');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(said(page)).toContainText('At 1 s');
  await page.keyboard.press('End');
  await expect(said(page)).toContainText('the last one after 2 days');
  await expect(dial(page)).toHaveAttribute('aria-valuetext', /^2\sdays$/);
  await expect(page.locator('p[role=status]')).toContainText('At 2 days');
});

for (const width of [1200, 390]) {
  test(`dial: the thumb, the line and the pointer agree, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 1100 });
    await open(page, DIAL);
    const line = async () => (await page.locator('.chart-now').boundingBox())!;
    const input = (await dial(page).boundingBox())!;
    const inset = width < 720 ? 10 : 7;
    for (const key of ['Home', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'End']) {
      await dial(page).press(key);
      const { x, width: thick } = await line();
      const part = Number(await dial(page).inputValue()) / 1000;
      const thumb = input.x + inset + part * (input.width - 2 * inset);
      expect(Math.abs(x + thick / 2 - thumb), key).toBeLessThan(1.5);
    }
    const charts = (await page.locator('.ttl-charts').boundingBox())!;
    await page.mouse.move(charts.x + 62, charts.y + 100);
    await page.mouse.down();
    await expect(said(page)).toContainText('At 1 s');
    await page.mouse.move(charts.x + charts.width - 13, charts.y + 100, { steps: 4 });
    await expect(said(page)).toContainText('At 2 days');
    await page.mouse.up();
    await page.mouse.move(charts.x + 62, charts.y + 100);
    await expect(said(page)).toContainText('At 2 days');
  });
}

test('dial: popularity moves the curve and the numbers, and the table with them', async ({ page }) => {
  await open(page, DIAL);
  const curve = () => page.locator('.chart-line').first().getAttribute('d');
  const before = await curve();
  await page.getByRole('slider', { name: 'Resolvers that ask' }).focus();
  await page.keyboard.press('End');
  await expect(page.locator('output').first()).toHaveText('100,000');
  expect(await curve()).not.toBe(before);
  await page.getByRole('slider', { name: 'Visits in all' }).focus();
  await page.keyboard.press('Home');
  await expect(said(page)).toContainText('at least half of the visits move at once');
  await page.getByRole('radio', { name: 'evenly' }).check({ force: true });
  await page.locator('summary').click();
  await expect(page.getByRole('row', { name: /^1 day/ })).toContainText('at once');
});

test('dial: no words on one another, nor over the edge, wherever one stands', async ({ page }) => {
  for (const width of [1200, 358]) {
    await page.setViewportSize({ width, height: 1100 });
    for (const query of ['', '&visits=0.1', '&resolvers=1&visits=100000', '&split=even&visits=5']) {
      await open(page, `${DIAL}${query}`);
      for (const key of ['Home', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'End']) {
        await dial(page).press(key);
        const faults = await page.locator('.ttl-charts').evaluate((svg) => {
          const texts = [...svg.querySelectorAll('text')].map((text) => ({
            text: text.textContent,
            box: text.getBoundingClientRect(),
          }));
          const room = svg.getBoundingClientRect();
          const found = texts.filter(
            ({ box }) =>
              box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 6,
          );
          const pairs = texts.flatMap((a, i) =>
            texts
              .slice(i + 1)
              .filter(
                (b) =>
                  a.box.left < b.box.right &&
                  b.box.left < a.box.right &&
                  a.box.top + 3 < b.box.bottom - 3 &&
                  b.box.top + 3 < a.box.bottom - 3,
              )
              .map((b) => `${a.text} on ${b.text}`),
          );
          return [...found.map(({ text }) => `${text} is outside`), ...pairs];
        });
        expect(faults, `${width} ${query} ${key}`).toEqual([]);
      }
    }
  }
});

test('dial: what there is to press is large enough for a finger', async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await open(page, DIAL);
  for (const one of await page.locator('.ttl input[type="range"], .ttl .rt-choice label, .ttl summary').all())
    expect((await one.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await context.close();
});

// ── the world ──

for (const width of [1040, 768, 390, 320]) {
  test(`world: every city has its name, on no other, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, WORLD);
    const names = page.locator('.world-name:visible');
    await expect(names).toHaveCount(12);
    const boxes = await names.evaluateAll((all) =>
      all.map((one) => ({ name: one.textContent, box: one.getBoundingClientRect().toJSON() as DOMRect })),
    );
    for (const [i, a] of boxes.entries()) {
      expect(a.box.left, a.name!).toBeGreaterThanOrEqual(0);
      expect(a.box.right, a.name!).toBeLessThanOrEqual(width);
      for (const b of boxes.slice(i + 1)) {
        const meet =
          a.box.left < b.box.right &&
          b.box.left < a.box.right &&
          a.box.top + 2 < b.box.bottom - 2 &&
          b.box.top + 2 < a.box.bottom - 2;
        expect(meet, `${a.name}, ${b.name}`).toBe(false);
      }
    }
  });
}

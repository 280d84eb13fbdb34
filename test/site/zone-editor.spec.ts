// The zone editor in a harness of its own, over a real run: editing, checking, loading, taking back; keyboard, phone, both
// themes, without script, by link.
import { expect, type Locator, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/zone-harness.tsx', import.meta.url), 'Zones');
});

async function open(page: Page, query = 't=30000', fragment = ''): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}${fragment}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

const editor = (page: Page): Locator => page.getByRole('textbox', { name: 'ChaiCart’s zone, as text' });
const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
const found = (page: Page): Locator => page.getByRole('region', { name: 'What is wrong with it' });
const loads = (page: Page): Locator => page.getByRole('region', { name: 'Loaded' });
const caches = (page: Page): Locator => page.getByRole('region', { name: 'What the caches hold' });
const queries = (page: Page): Locator =>
  page.getByRole('region', { name: 'What the name servers were asked' });
const textOf = async (page: Page): Promise<string> =>
  (await page.locator('.cm-line').allTextContents()).join('\n');

/** Replaces a word of the text: by mouse and keyboard, as people do. */
async function edit(page: Page, word: string, by: string): Promise<void> {
  if ((await editor(page).count()) === 0) await button(page, 'Edit it').click();
  await editor(page).waitFor();
  const line = page.locator('.cm-line', { hasText: word }).first();
  await line.click();
  await page.keyboard.press('Home');
  const at = (await line.textContent())!.indexOf(word);
  for (let i = 0; i < at; i++) await page.keyboard.press('ArrowRight');
  for (let i = 0; i < word.length; i++) await page.keyboard.press('Delete');
  await page.keyboard.type(by);
}

// ── as it is found ──

for (const [theme, width] of [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const) {
  test(`no barrier that axe knows, before and while one edits, ${theme}, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, `t=30000&theme=${theme}`);
    const violations = async (): Promise<string[]> =>
      (await axe(page).exclude('h1').analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`,
      );
    expect(await violations()).toEqual([]);
    await edit(page, '192.0.2.80', '192.0.2.800');
    await expect(found(page)).toContainText('1 error');
    await button(page, /^Load it at/).click();
    await expect(loads(page)).toContainText('refused');
    expect(await violations()).toEqual([]);
  });
}

for (const width of [320, 390, 768, 1440]) {
  test(`nothing is wider than the page, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page);
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await excess()).toBeLessThanOrEqual(0);
    await button(page, 'Edit it').click();
    await editor(page).waitFor();
    expect(await excess()).toBeLessThanOrEqual(0);
  });
}

for (const width of [1440, 390]) {
  test(`coming to life changes nothing that is seen, and the editor stands where the text stood, ${width} px`, async ({
    page,
  }) => {
    const look = () => page.locator('figure').first().screenshot({ animations: 'disabled' });
    await page.setViewportSize({ width, height: 2200 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, 't=30000&dead');
    const before = await look();
    await open(page);
    await page.waitForTimeout(300);
    expect((await look()).equals(before)).toBe(true);
    const box = async (selector: string, text: string) =>
      page.evaluate(
        ([selector, text]) => {
          const walker = document.createTreeWalker(document.querySelector(selector!)!, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (!node.textContent!.includes(text!)) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const { left, top } = range.getBoundingClientRect();
            return [Math.round(left), Math.round(top)];
          }
          return [];
        },
        [selector, text],
      );
    const drawn = await box('.zone-drawn', 'SOA');
    await button(page, 'Edit it').click();
    await editor(page).waitFor();
    expect(await box('.cm-content', 'SOA')).toEqual(drawn);
  });
}

test('without script the text, what is in it, the queries and the caches are there', async ({ page }) => {
  await open(page, 't=30000&dead');
  await expect(page.locator('.zone-drawn')).toContainText('$ORIGIN chaicart.example.');
  await expect(found(page)).toContainText('Note');
  await expect(queries(page).locator('tbody tr')).toHaveCount(6);
  await expect(caches(page)).toContainText('laptop, system');
});

// ── editing ──

test('a fault stands under the word and in the list; pressing it leads there; mending it takes it away', async ({
  page,
}) => {
  await open(page);
  await edit(page, '192.0.2.80', '192.0.2.800');
  await expect(found(page)).toContainText('1 error');
  await expect(page.locator('.cm-lintRange-error')).toHaveText('192.0.2.800');
  await page
    .getByRole('status')
    .filter({ hasText: 'Found in the zone: 1 error' })
    .waitFor({ state: 'attached' });
  await button(page, 'line 15').click();
  await page.keyboard.type('192.0.2.81');
  await expect(found(page)).not.toContainText('Error');
  expect(await textOf(page)).toMatch(/A {6}192\.0\.2\.81$/m);
  // the serial did not grow
  await expect(found(page)).toContainText('Write 2026112002 or more');
  await button(page, 'Raise the serial').click();
  await expect(found(page)).not.toContainText('Write 2026112002');
  expect(await textOf(page)).toContain('2026112002  ; serial');
});

test('a press on the text opens the editor there, and Tab leaves it', async ({ page }) => {
  await open(page);
  const line = await page.locator('.zone-drawn pre .zone-type', { hasText: 'CAA' }).boundingBox();
  await page.mouse.click(line!.x + 1, line!.y + line!.height / 2);
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type('X');
  expect(await textOf(page)).toContain('XCAA');
  await page.keyboard.press('Tab');
  await expect(button(page, 'Raise the serial')).toBeFocused();
  await expect(editor(page)).toHaveAccessibleDescription(/Tab leaves the editor/);
});

test('who types fast keeps every letter', async ({ page }) => {
  await open(page);
  await button(page, 'Edit it').click();
  await editor(page).waitFor();
  await page.keyboard.press('Control+End');
  const typed = 'shop A 192.0.2.80 ; '.repeat(6);
  await page.keyboard.type(typed);
  await page.waitForTimeout(600);
  expect(await textOf(page)).toMatch(new RegExp(`${typed.replaceAll('.', '\\.')}$`));
});

// ── loading ──

test('a zone that cannot be served is refused, and nobody notices anything', async ({ page }) => {
  await open(page);
  await edit(page, 'A      192.0.2.80', 'CNAME  edge.hoster.example.');
  await button(page, /^Load it at 30/).click();
  await expect(loads(page)).toContainText('refused');
  await expect(loads(page)).toContainText('CNAME');
  await page.getByRole('button', { name: '5 min', exact: true }).click();
  await expect(page.locator('.rt-readout')).toHaveText('330.00 s');
  await expect(caches(page)).not.toContainText('edge.hoster');
  await button(page, /^Take back/).click();
  await expect(loads(page)).toContainText('as it was at the start');
  // the work is not lost
  expect(await textOf(page)).toContain('edge.hoster');
});

test('a new address is old in the caches until their time is over; the link carries it all; start over undoes it', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await edit(page, '192.0.2.80', '192.0.2.180');
  await button(page, 'Raise the serial').click();
  await button(page, /^Load it at 30/).click();
  await expect(loads(page)).toContainText('served, serial 2026112002');
  await expect(loads(page)).toContainText('ns2 follows.');
  await expect(caches(page)).toContainText('5 old');
  const shop = caches(page).locator('tbody tr', { hasText: 'chaicart.example A' });
  await expect(shop.first()).toContainText('old');
  await page.getByRole('button', { name: '5 min', exact: true }).click();
  await expect(shop.first()).toContainText('192.0.2.180');
  await expect(caches(page)).toContainText('nothing old');
  await expect(queries(page)).toContainText('192.0.2.180');
  await queries(page).getByRole('button', { name: 'ns2' }).click();
  for (const cell of await queries(page).locator('tbody tr td:nth-child(2)').allTextContents())
    expect(cell).toBe('ns2');

  await button(page, 'Take away').click();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByText('Copy a link to exactly this').click();
  await expect(page.locator('.rt-over [role=status]')).not.toHaveText('');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const fragment = link.slice(link.indexOf('#'));
  expect(fragment.length).toBeLessThan(2_000);
  await page.goto('about:blank');
  await open(page, 't=30000', fragment);
  await expect(loads(page)).toContainText('served, serial 2026112002');
  await expect(page.locator('.zone-drawn')).toContainText('192.0.2.180');
  await button(page, 'Start over').click();
  await expect(page.locator('.zone-drawn')).not.toContainText('192.0.2.180');
  await expect(loads(page)).toContainText('as it was at the start');
});

// ── on its page ──

test('in the chapter: drawn without script, and the editor comes only when somebody edits', async ({
  page,
  browser,
}) => {
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto('/chapters/2-dns/');
  await expect(plain.locator('#zone .zone-drawn')).toContainText('$ORIGIN chaicart.example.');
  await expect(button(plain, /^Load it at/)).toBeHidden();
  await plain.close();

  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(request.url()));
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/chapters/2-dns/');
  const figure = page.locator('#zone');
  await figure.scrollIntoViewIfNeeded();
  await page.locator('#zone[data-live]').waitFor();
  const ours = () => scripts.filter((url) => /zone-mirror|\/zones\./.test(url));
  expect(ours()).toEqual([]);
  await figure.getByRole('button', { name: 'Edit it' }).click();
  await figure.getByRole('textbox').waitFor();
  expect(ours()).not.toEqual([]);
  // nothing is cut off at the right
  const wide = () =>
    figure.locator('.zone-caches .rt-tables-rows').evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(await wide()).toBeLessThanOrEqual(0);
});

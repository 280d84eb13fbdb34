// The address explorer on its own, over the markup that it was built with: keyboard, pointer, phone, screen reader.
import { type BrowserContextOptions, expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/address-harness.tsx', import.meta.url), 'Addresses');
});

async function open(page: Page, query = ''): Promise<void> {
  await bundled.serve(page.context());
  await page.goto(`${bundled.origin}${query}`);
  await page.waitForSelector('main[data-alive]');
}

const field = (page: Page) => page.getByLabel('Address or prefix');
const boundary = (page: Page) => page.getByRole('slider', { name: 'Prefix length' });
const fact = (page: Page, term: string) =>
  page.locator('dt', { hasText: new RegExp(`^${term}$`) }).locator('+ dd');

test('what is typed is read, and said once the reader pauses', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('status')).toHaveText('');
  await field(page).fill('100.64.0.1/10');
  await expect(fact(page, 'Kind')).toContainText('Shared address space');
  await expect(fact(page, 'Network')).toContainText('100.64.0.0/10');
  await expect(page.getByRole('status')).toContainText('100.64.0.1/10: Shared address space');
  await expect(page.getByRole('link', { name: 'RFC 6598 §7' })).toHaveAttribute('href', /rfc6598#section-7$/);
});

test('a fault is named beside the field, and what was right last stays', async ({ page }) => {
  await open(page);
  await field(page).fill('192.168.1.256/24');
  await expect(field(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page)).toHaveAccessibleDescription(
    /256 is too large: eight bits hold 255 at most. Below is still 192\.168\.1\.23\/24/,
  );
  await expect(fact(page, 'Network')).toContainText('192.168.1.0/24');
  await field(page).fill('192.168.1.25/24');
  await expect(field(page)).toHaveAttribute('aria-invalid', 'false');
  await expect(fact(page, 'Canonical')).toContainText('192.168.1.25/24');
});

test('readers that disagree stand side by side', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: '010.0.0.1' }).click();
  await expect(field(page)).toHaveValue('010.0.0.1');
  await expect(page.locator('.addr-readers li')).toHaveText([
    /A strict parser\s*refuses/,
    /A browser\s*8\.0\.0\.1/,
    /One that skips zeros\s*10\.0\.0\.1/,
  ]);
});

test('the arrow keys move the boundary, and the text follows', async ({ page }) => {
  await open(page);
  await boundary(page).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(field(page)).toHaveValue('192.168.1.23/23');
  await expect(boundary(page)).toBeFocused();
  await expect(boundary(page)).toHaveAttribute('aria-valuetext', '23 bits, 192.168.0.0/23, 512 addresses');
  await page.keyboard.press('PageDown');
  await expect(field(page)).toHaveValue('192.168.1.23/15');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(boundary(page)).toHaveAttribute('aria-valuenow', '0');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await expect(field(page)).toHaveValue('192.168.1.23/32');
});

for (const [what, options, initial] of [
  ['on a desk', { viewport: { width: 1200, height: 900 } }, '192.168.1.23/24'],
  ['on a desk, IPv6', { viewport: { width: 1200, height: 900 } }, '2001:db8::1/64'],
  ['on a phone', { viewport: { width: 390, height: 844 } }, '192.168.1.23/24'],
  ['on a phone, IPv6', { viewport: { width: 390, height: 844 } }, '2001:db8::1/64'],
] as const satisfies readonly (readonly [string, BrowserContextOptions, string])[]) {
  test(`the boundary stands where it says, and goes where it is dragged, ${what}`, async ({ browser }) => {
    const page = await (await browser.newContext(options)).newPage();
    await open(page, `?initial=${encodeURIComponent(initial)}`);
    const width = initial.includes(':') ? 128 : 32;
    const bit = async (n: number) => (await page.locator(`[data-bit="${n}"]`).boundingBox())!;
    for (const to of [
      0,
      1,
      7,
      8,
      13,
      16,
      17,
      31,
      32,
      ...(width === 128 ? [33, 48, 63, 64, 100, 127, 128] : []),
    ]) {
      // Press in the right half of the bit before, or the left half of the first
      const box = await bit(Math.max(0, to - 1));
      await page.mouse.move(box.x + box.width * (to === 0 ? 0.2 : 0.8), box.y + 6);
      await page.mouse.down();
      await page.mouse.up();
      await expect(boundary(page)).toHaveAttribute('aria-valuenow', String(to));
      const edge = (await boundary(page).boundingBox())!;
      const middle = edge.x + edge.width / 2;
      const before = await bit(Math.max(0, to - 1));
      const wanted = to === 0 ? before.x : before.x + before.width;
      expect(Math.abs(middle - wanted), `/${to}`).toBeLessThan(9);
      expect(edge.y < before.y + before.height && edge.y + edge.height > before.y, `/${to}`).toBe(true);
    }
    const [from, to] = [await bit(20), await bit(9)];
    await page.mouse.move(from.x + 1, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 1, to.y + 5, { steps: 5 });
    await expect(field(page)).toHaveValue(initial.replace(/\/.*/, '/9'));
    await page.mouse.up();
    await page.mouse.move(from.x + 1, from.y + 5);
    await expect(field(page)).toHaveValue(initial.replace(/\/.*/, '/9'));
    await page.context().close();
  });
}

test('a second address is a neighbour or not, and the bits say why', async ({ page }) => {
  await open(page);
  await page.getByLabel('Same network?').fill('192.168.1.77');
  await expect(page.locator('.addr-second')).toContainText('Yes. They share their first 25 bits');
  await expect(page.locator('.addr-differs')).toHaveCount(4);
  await boundary(page).focus();
  for (let n = 0; n < 2; n++) await page.keyboard.press('ArrowRight');
  await expect(page.locator('.addr-second')).toContainText(
    'No. They share their first 25 bits, and the prefix needs 26',
  );
  await page.getByLabel('Same network?').fill('nowhere');
  await expect(page.locator('.addr-second')).toContainText('That is a name');
  await expect(page.locator('.addr-differs')).toHaveCount(0);
});

test('what was typed before the script was there is kept', async ({ page }) => {
  await open(page, '?typed=127.1');
  await expect(field(page)).toHaveValue('127.1');
  await expect(fact(page, 'Kind')).toContainText('Loopback');
});

for (const [theme, width] of [
  ['light', 1200],
  ['dark', 390],
] as const) {
  test(`axe finds nothing, and nothing sticks out: ${theme}, ${width} px`, async ({ browser }) => {
    const page = await (await browser.newContext({ viewport: { width, height: 800 } })).newPage();
    for (const initial of [
      '192.168.1.23/24',
      '010.0.0.1',
      'fe80::200:5eff:fe00:5301%eth0/64',
      '255.255.255.255',
      '::',
    ]) {
      await open(page, `?theme=${theme}&other=10.0.0.1&initial=${encodeURIComponent(initial)}`);
      const { violations } = await axe(page).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        initial,
      ).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), initial).toBeLessThanOrEqual(
        width,
      );
    }
    // Text at twice its size, or a page of 320 px
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await page.context().close();
  });
}

test('what there is to press is large enough for a finger', async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await open(page);
  for (const one of await page.locator('.addr button, .addr input').all()) {
    const box = (await one.boundingBox())!;
    expect(box.height).toBeGreaterThanOrEqual(44);
  }
  const box = (await page.locator('[data-bit="11"]').boundingBox())!;
  await page.touchscreen.tap(box.x + 1, box.y + 5);
  await expect(field(page)).toHaveValue('192.168.1.23/11');
  await context.close();
});

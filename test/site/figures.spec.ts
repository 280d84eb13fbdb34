// The figures of the chapter about addresses over real runs, in a harness of their own: keyboard, phone, both themes,
// without script, and what they say aloud.
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/figures-harness.tsx', import.meta.url), 'Figures');
});

async function open(page: Page, query: string): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

const WAY = 'show=way&scenario=home-lan&packet=7&link=3&field=IPv4 / Source';
const ROUTES = 'show=routes&scenario=longest-prefix&machine=router&to=10.20.30.7';
const NAT = 'show=nat&scenario=nat&t=60&of=1';
const FULL = 'show=nat&scenario=nat-exhaustion&t=1500';

// ── as they are found ──

for (const [name, query] of Object.entries({ way: WAY, routes: ROUTES, table: NAT, full: FULL })) {
  for (const theme of ['light', 'dark']) {
    for (const width of [1440, 390]) {
      test(`${name}: no barrier that axe knows, ${theme}, ${width} px`, async ({ page }) => {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ reducedMotion: 'reduce' });
        await open(page, `${query}&theme=${theme}`);
        const { violations } = await axe(page).exclude('h1').analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`)).toEqual([]);
      });
    }
  }

  for (const width of [320, 390, 768, 1440]) {
    test(`${name}: nothing is wider than the page, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await open(page, query);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
    });
  }

  test(`${name}: coming to life changes nothing that is seen`, async ({ page }) => {
    const look = () => page.locator('figure').first().screenshot({ animations: 'disabled' });
    await page.setViewportSize({ width: 1440, height: 1400 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, `${query}&dead`);
    const before = await look();
    await open(page, query);
    // what is asked for when it lives: the same tables once more
    await page.waitForTimeout(300);
    expect((await look()).equals(before)).toBe(true);
  });
}

// ── a packet on every link ──

const cell = (page: Page, row: number, link: number) => page.locator(`[data-at="${row}.${link}"]`);
const about = (page: Page) => page.locator('.enc-about');

test('way: arrow keys go along the way and through the fields, and the field in hand is explained', async ({
  page,
}) => {
  await open(page, WAY);
  await expect(page.getByRole('grid')).toHaveCount(1);
  await expect(about(page)).toContainText('Source');
  await expect(about(page)).toContainText('the home router changed it from 192.168.1.23');
  // one stop of the tab key
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.at);
  const start = await focused();
  const [row, link] = start!.split('.').map(Number) as [number, number];
  expect(link).toBe(2);
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe(`${row}.${link + 1}`);
  await expect(about(page)).toContainText('as on the link before');
  await page.keyboard.press('Home');
  expect(await focused()).toBe(`${row}.0`);
  await expect(about(page)).toContainText('as Maya’s laptop wrote it');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe(`${row}.5`);
  await page.keyboard.press('PageUp');
  await expect(about(page)).toContainText('Time to live');
  await page.keyboard.press('ArrowUp');
  await expect(about(page)).toContainText('Ethernet');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'RFC 9542 §3' })).toBeFocused();
});

test('way: the cell in hand is described to who cannot see the explanation', async ({ page }) => {
  await open(page, WAY);
  await cell(page, 6, 2).focus();
  await expect(cell(page, 6, 2)).toHaveAccessibleDescription(/Source.*Here it says 203\.0\.113\.77/);
  await expect(cell(page, 6, 2)).toContainText('Changed: 203.0.113.77');
  await expect(cell(page, 6, 3)).not.toContainText('Changed');
});

test('way: the pointer explains without taking in hand', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 });
  await open(page, WAY);
  await cell(page, 0, 4).hover();
  await expect(about(page)).toContainText('Destination');
  await page.mouse.move(5, 5);
  await expect(about(page)).toContainText('Source');
  await cell(page, 0, 4).click();
  await page.mouse.move(5, 5);
  await expect(about(page)).toContainText('Destination');
});

test('way: what changed is marked by more than colour, and only that', async ({ page }) => {
  await open(page, WAY);
  // time to live: new on each link behind a router
  const row = page.getByRole('row', { name: 'Time to live' });
  await expect(row.locator('.enc-changed')).toHaveCount(4);
  await expect(row.locator('.enc-changed').first()).toContainText('Changed: 63 hops left');
  await expect(page.getByRole('row', { name: /^Destination 192/ }).locator('.enc-changed')).toHaveCount(0);
  await expect(page.getByRole('row', { name: 'Why' })).toContainText('NAT: its own address');
});

test('way: a phone shows one link at a time', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 900 });
  await open(page, WAY);
  const steps = page.locator('.enc-steps');
  await expect(steps).toContainText('Home router → ISP router');
  await expect(steps).toContainText('link 3 of 6');
  await expect(page.locator('td[data-at]:visible')).toHaveCount(13);
  await expect(cell(page, 6, 2)).toContainText('was 192.168.1.23');
  await page.getByRole('button', { name: 'Previous link' }).click();
  await expect(steps).toContainText('link 2 of 6');
  await expect(page.getByRole('row', { name: 'Why' })).toContainText('Changes nothing');
  await page.getByRole('button', { name: 'Previous link' }).click();
  await expect(page.getByRole('button', { name: 'Previous link' })).toBeDisabled();
  const box = await page.getByRole('button', { name: 'Next link' }).boundingBox();
  expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);
});

test('way: IPv6 on the same way', async ({ page }) => {
  await open(page, 'show=way&scenario=dual-stack&packet=icmpv6.type == 128&link=3&field=IPv6 / Hop limit');
  await expect(page.locator('.enc-layer', { hasText: 'IPv6' })).toHaveCount(1);
  await expect(page.locator('.enc-layer', { hasText: 'ICMPv6' })).toHaveCount(1);
  await expect(about(page)).toContainText('Hop limit');
  await expect(page.getByRole('row', { name: 'Why' })).not.toContainText('NAT');
});

// ── the longest prefix ──

const field = (page: Page) => page.getByLabel('Destination');
const said = (page: Page) => page.locator('.lpm-said');
const winner = (page: Page) => page.locator('.lpm-wins');

test('routes: what is typed is matched, and said once the reader pauses', async ({ page }) => {
  await open(page, ROUTES);
  await expect(winner(page)).toContainText('10.20.30.0/24');
  await expect(page.getByRole('status')).toHaveText('');
  await field(page).fill('10.20.30.40');
  await expect(winner(page)).toContainText('10.20.30.40/32');
  await expect(winner(page)).toContainText('wins: 32\u00a0bits');
  await expect(said(page)).toContainText('10.20.30.40/32 is the longest of 5 prefixes that fit.');
  await expect(page.getByRole('status')).toContainText('The packet goes out by host');
  await field(page).fill('10.20.28.1');
  await expect(winner(page)).toContainText('10.20.0.0/16');
  await expect(page.getByRole('row', { name: /^10\.20\.30\.0\/24/ })).toContainText('bit 23 differs');
});

test('routes: a destination can be picked, by keyboard too', async ({ page }) => {
  await open(page, ROUTES);
  const button = page.getByRole('button', { name: '192.0.2.80' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(field(page)).toHaveValue('192.0.2.80');
  await expect(winner(page)).toContainText('default');
  await expect(button).toHaveAttribute('aria-pressed', 'true');
});

test('routes: a fault is named, and what was right last stays', async ({ page }) => {
  await open(page, ROUTES);
  for (const [typed, fault] of [
    ['10.20.30.256', /256 is too large/],
    ['10.20.30.0/24', /A packet goes to one address/],
    ['', /Type an address/],
    ['chaicart.example', /That is a name/],
  ] as const) {
    await field(page).fill(typed);
    await expect(field(page)).toHaveAttribute('aria-invalid', 'true');
    await expect(field(page)).toHaveAccessibleDescription(fault);
    await expect(said(page)).toContainText('Below is still 10.20.30.7.');
  }
  await field(page).fill(' 10.9.9.9 ');
  await expect(field(page)).toHaveAttribute('aria-invalid', 'false');
  await expect(winner(page)).toContainText('10.0.0.0/8');
});

test('routes: the other family has its own routes', async ({ page }) => {
  await open(page, 'show=routes&scenario=dual-stack&machine=home-router&to=192.0.2.80');
  await expect(winner(page)).toContainText('default');
  await field(page).fill('2001:db8:77:1::5');
  await expect(winner(page)).toContainText('2001:db8:77:1::/64');
  await expect(page.getByRole('row', { name: /^2001:db8:a5::\/64/ })).toContainText('bit 41 differs');
  await open(page, ROUTES);
  await field(page).fill('2001:db8::1');
  await expect(said(page)).toContainText('This table has no routes for IPv6.');
});

// ── the translation table ──

const table = (page: Page) => page.getByRole('group', { name: 'NAT', exact: true });

test('table: follows the Player that it belongs to, both ways', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, NAT);
  const figure = page.locator('#nat');
  await expect(figure).toContainText('as of 60.0\u00a0ms');
  await expect(table(page).getByRole('row')).toHaveCount(4);
  await page.locator('#flat').getByRole('button', { name: 'Back to the start' }).click();
  await expect(figure).toContainText('as of 0.0\u00a0ms');
  await expect(table(page)).toContainText('Nothing in it at this moment.');
  await page.getByRole('button', { name: '10\u00a0s', exact: true }).click();
  await expect(figure).toContainText('as of 10.00\u00a0s');
  await expect(page.locator('#flat .rt-readout')).toHaveText('10.00\u00a0s');
});

test('table: rows run out as time passes, and say when', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, NAT);
  const row = table(page).getByRole('row', { name: /^UDP 192\.168\.1\.25/ });
  await expect(row).toContainText('5\u00a0min');
  const minute = page.getByRole('button', { name: '1\u00a0min' });
  await minute.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#nat').getByRole('status')).toContainText('have passed');
  await expect(row).toContainText('4\u00a0min 2\u00a0s');
  await minute.click();
  await expect(table(page)).not.toContainText('ICMP 192.168.1.24');
  await page.getByRole('button', { name: '5\u00a0min' }).click();
  await expect(table(page)).toContainText('Nothing in it at this moment.', { timeout: 10_000 });
  // the run went on because somebody slept, and its timeline says so
  await expect(page.locator('#flat .rt-phases')).toContainText('sleep');
});

test('table: time passes before the reader’s eyes, and stops when told', async ({ page }) => {
  await open(page, NAT);
  const minute = page.getByRole('button', { name: '1\u00a0min' });
  await minute.click();
  await expect(minute).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('#nat')).toContainText(/as of [1-5]\d\.\d\d\u00a0s/);
  await minute.click();
  await expect(minute).toHaveAttribute('aria-pressed', 'false');
  const stopped = await page.locator('.nat-time').textContent();
  await page.waitForTimeout(400);
  await expect(page.locator('.nat-time')).toHaveText(stopped!);
});

test('table: another span takes the place of the one that passes', async ({ page }) => {
  await open(page, NAT);
  const minute = page.getByRole('button', { name: '1\u00a0min' });
  const five = page.getByRole('button', { name: '5\u00a0min' });
  await minute.click();
  await expect(page.locator('#nat')).toContainText(/as of [1-5]\d\.\d\d\u00a0s/);
  await five.click();
  await expect(minute).toHaveAttribute('aria-pressed', 'false');
  await expect(page.locator('#nat').getByRole('status')).toContainText('5\u00a0min have passed');
  await expect(five).toHaveAttribute('aria-pressed', 'false');
});

test('full: ports are counted, refusals listed with their reason', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, FULL);
  const figure = page.locator('#nat');
  await expect(figure).toContainText('TCP ports: 8 of 8 in use, none free');
  await expect(figure).toContainText('Refused');
  await expect(figure.locator('.nat-tables li')).toHaveCount(4);
  await expect(figure.locator('.nat-tables li').first()).toContainText(
    '192.168.1.23 to 192.0.2.80: no outside port is free',
  );
  // its own timeline
  await figure.getByRole('button', { name: 'Back to the start' }).click();
  await expect(figure).toContainText('TCP ports: 0 of 8 in use, 8 free');
  await expect(figure).not.toContainText('Refused');
});

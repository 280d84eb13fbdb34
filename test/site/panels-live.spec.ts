// The Player's panels on a page of the course: real runs, answered by the worker.
import { expect, type Locator, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';

async function player(page: Page): Promise<Locator> {
  await page.goto('/');
  const figure = page.locator('.rt-player').first();
  await expect(figure).toBeVisible();
  await page.waitForLoadState('networkidle');
  return figure;
}

const open = (figure: Locator, name: string) => figure.getByRole('button', { name, exact: true }).click();

/** The row of the laptop's first SYN. */
const syn = (figure: Locator) => figure.locator('[data-row]').filter({ hasText: ' SYN seq 0' }).first();

for (const theme of ['light', 'dark'] as const) {
  test(`panels and menus are without accessibility faults, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const figure = await player(page);
    const faults: string[] = [];
    const look = async (what: string) => {
      const { violations } = await axe(page).include('.rt-player').analyze();
      faults.push(...violations.map(({ id, nodes }) => `${what} ${id}: ${nodes[0]!.html}`));
    };
    await open(figure, 'Packets');
    await syn(figure).click();
    await expect(figure.getByRole('tree')).toBeVisible();
    await look('Packets');
    await open(figure, 'Why');
    await expect(figure.locator('.rt-why li').nth(3)).toBeVisible();
    await look('Why');
    await open(figure, 'Waterfall');
    await figure.locator('.rt-request-plot').first().focus();
    await look('Waterfall');
    await open(figure, 'Transcript');
    await expect(figure.locator('.rt-line').nth(10)).toBeVisible();
    await look('Transcript');
    for (const menu of ['Knobs', 'Faults', 'Take away']) {
      await open(figure, menu);
      await expect(figure.getByRole('group', { name: menu })).toBeVisible();
      await look(menu);
    }
    expect(faults).toEqual([]);
  });
}

test('the filter speaks the engine’s language, and says where it was not understood', async ({ page }) => {
  const figure = await player(page);
  await open(figure, 'Packets');
  const field = figure.getByRole('textbox', { name: 'Display filter' });
  const count = figure.locator('.rt-filter-count');
  await field.fill('arp');
  await expect(count).toHaveText(/^2 of \d+ packets$/);
  await field.fill('dns || tcp.flags.sin == 1');
  await expect(figure.getByRole('alert')).toContainText(/column 8/i);
  await expect(figure.getByRole('alert').locator('mark')).toHaveText('tcp.flags.sin');
});

test('NAT and routers are seen in the bytes', async ({ page }) => {
  const figure = await player(page);
  await open(figure, 'Packets');
  await syn(figure).click();
  const stages = figure.getByRole('combobox', { name: 'The packet on its way' });
  await stages.selectOption({ index: 1 });
  const changed = figure.locator('.rt-stages');
  await expect(changed).toContainText('Time to live was 64');
  await expect(changed).toContainText('Source was 192.168.1.23');
  await expect(figure.locator('.rt-field-problem'), 'NAT keeps the checksums right').toHaveCount(0);
});

test('a dropped SYN costs a second, and comes back', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const figure = await player(page);
  await open(figure, 'Packets');
  await syn(figure).click();
  await open(figure, 'Faults');
  const menu = figure.getByRole('group', { name: 'Faults' });
  await menu.getByRole('button', { name: 'Drop it' }).click();
  await expect(menu).toContainText('In force: 1');
  await expect(menu).toContainText(/SYN dropped at \d+/);
  await page.keyboard.press('Escape');
  await open(figure, 'Waterfall');
  const first = figure.getByRole('slider', { name: /^Parts of / }).first();
  await first.press('ArrowRight');
  await expect(first).toHaveAttribute('aria-valuetext', /^Connect: .* 1,050\.\d\sms$/);
  await open(figure, 'Faults');
  await menu.getByRole('button', { name: /^undo/ }).click();
  await expect(menu).toContainText('In force: none');
});

test('a knob runs the world again at once', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const figure = await player(page);
  await open(figure, 'Waterfall');
  await open(figure, 'Knobs');
  const knob = figure.getByRole('slider', { name: 'Distance to ChaiCart' });
  await expect(knob).toHaveAttribute('aria-valuetext', /^25\sms one way$/);
  for (let i = 0; i < 3; i++) await knob.press('ArrowRight');
  await expect(knob).toHaveAttribute('aria-valuetext', /^50\sms one way, was 25$/);
  const first = figure.getByRole('slider', { name: /^Parts of / }).first();
  await expect(first.locator('.rt-bar-label').nth(1)).toHaveText(/Connect 100\sms/);
  await figure.getByRole('button', { name: 'Reset' }).click();
  await expect(knob).toHaveAttribute('aria-valuetext', /^25\sms one way$/);
  await expect(first.locator('.rt-bar-label').nth(1)).toHaveText(/Connect 50\sms/);
});

test('the capture that is taken away is one', async ({ page }) => {
  const figure = await player(page);
  await open(figure, 'Take away');
  const saved = page.waitForEvent('download');
  await figure.getByRole('button', { name: 'Capture for Wireshark' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('first-request.pcapng');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  expect(bytes.subarray(0, 4).toString('hex'), 'a section header block').toBe('0a0d0d0a');
  expect(bytes.length).toBeGreaterThan(10_000);
});

test('at 320 px every panel fits', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  const figure = await player(page);
  for (const panel of ['Packets', 'Why', 'Waterfall', 'Transcript']) {
    await open(figure, panel);
    if (panel === 'Packets') await syn(figure).click();
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), panel).toBeLessThanOrEqual(320);
  }
});

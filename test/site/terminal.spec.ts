// The terminal on a page: typed by keyboard alone, on a phone, without script, from a link of a friend and of an enemy.
import { type BrowserContext, expect, type Locator, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { complaints } from './kept.ts';

const figure = (page: Page): Locator => page.locator('.rt-player').first();
const term = (page: Page): Locator => page.locator('.rt-term').first();
const field = (page: Page): Locator => term(page).getByRole('textbox');
const rows = (page: Page): Locator => term(page).locator('[data-row]');
const state = (page: Page): Locator => term(page).locator('.rt-term-state');
const readout = async (page: Page): Promise<string> =>
  (await figure(page).locator('.rt-readout').textContent())!.replaceAll('\u00a0', ' ');
/** The screen as it reads at this moment: what has not happened is left out. */
const happened = (page: Page): Promise<string> =>
  term(page).evaluate((root) => {
    const rows = root.querySelector('.rt-term-rows')!.cloneNode(true) as HTMLElement;
    for (const one of rows.querySelectorAll('.rt-term-future, .rt-term-status')) one.remove();
    return [...rows.children]
      .map((row) => row.textContent)
      .join('\n')
      .trimEnd();
  });

async function open(page: Page, path = '/terminal/', isStill = true): Promise<void> {
  if (isStill) await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(path);
  // The page is drawn for both widths until the browser knows which one it is.
  await expect(page.locator('.rt-if-wide')).toHaveCount(0);
  await expect(field(page)).toBeVisible();
}

async function enter(page: Page, line: string): Promise<void> {
  await field(page).fill(line);
  await field(page).press('Enter');
}

test('by keyboard alone: to the prompt, a command, its packets and its output', async ({ page }) => {
  const heard = complaints(page);
  await open(page, '/terminal/', false);
  for (let i = 0; i < 60 && !(await field(page).evaluate((one) => one === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('ping -c 2 192.0.2.80');
  await page.keyboard.press('Enter');
  // While it runs, packets are on their way, and output that is still to come is grey.
  await expect(figure(page).locator('.rt-map .rt-packet').first()).toBeVisible();
  const last = rows(page).filter({ hasText: '2 packets transmitted, 2 received' });
  await expect(last.locator('.rt-term-out')).toHaveClass(/rt-term-future/);
  await expect(state(page)).toContainText('ping is running');
  await expect(last.locator('.rt-term-out')).not.toHaveClass(/rt-term-future/, { timeout: 20_000 });
  await expect(state(page)).toContainText('Type a command');
  await expect(field(page)).toBeFocused();
  await expect(figure(page).getByRole('button', { name: 'Play' })).toBeVisible();
  expect(heard).toEqual([]);
});

test('a screen reader hears the output as it happens, and not what is to come', async ({ page }) => {
  await open(page);
  const log = term(page).getByRole('log');
  await expect(log).toHaveText('');
  await enter(page, 'ping -c 1 192.0.2.80');
  await expect(log).toContainText('64 bytes from 192.0.2.80');
  await expect(log).toContainText('0% packet loss');
  await enter(page, 'false');
  await expect(log).toContainText('Exit status 1.');
  await expect(rows(page).last().locator('.rt-term-status')).toHaveText('exit status 1');
});

test('Ctrl-C stops what runs, at the cursor; without anything to stop it empties the line', async ({
  page,
}) => {
  await open(page, '/terminal/', false);
  await enter(page, 'ping 192.0.2.80');
  await expect(state(page)).toContainText('does not end by itself');
  await expect(
    rows(page)
      .filter({ hasText: /icmp_seq=2 / })
      .locator('.rt-term-future'),
  ).toHaveCount(0, {
    timeout: 20_000,
  });
  await field(page).press('Control+c');
  await expect(rows(page).filter({ hasText: '^C' })).toBeVisible();
  await expect(rows(page).filter({ hasText: 'packets transmitted' }).last()).toContainText(/^[2-4] packets/);
  await expect(rows(page).filter({ hasText: 'icmp_seq=9' })).toHaveCount(0);
  await field(page).fill('never mind');
  await field(page).press('Control+c');
  await expect(field(page)).toHaveValue('');
});

test('the arrow keys bring lines back, on the next page too', async ({ page }) => {
  await open(page);
  await enter(page, 'hostname');
  await expect(rows(page).last()).toHaveText('laptop');
  await enter(page, 'ip route');
  await expect(rows(page).last()).toContainText('192.168.1.0/24');
  await field(page).fill('unfinished');
  await field(page).press('ArrowUp');
  await expect(field(page)).toHaveValue('ip route');
  await field(page).press('ArrowUp');
  await expect(field(page)).toHaveValue('hostname');
  await field(page).press('ArrowUp');
  await expect(field(page), 'then what the run’s own people typed').toHaveValue('ping -c 1 192.0.2.80');
  for (let i = 0; i < 3; i++) await field(page).press('ArrowDown');
  await expect(field(page)).toHaveValue('unfinished');
  await page.reload();
  await expect(field(page)).toBeVisible();
  await field(page).press('ArrowUp');
  await expect(field(page)).toHaveValue('ip route');
});

test('Tab completes and lists, and never holds anybody', async ({ page }) => {
  await open(page);
  await field(page).focus();
  await page.keyboard.type('ping tel');
  await page.keyboard.press('Tab');
  await expect(field(page)).toHaveValue('ping television ');
  await field(page).fill('ip ');
  await page.keyboard.press('Tab');
  const words = term(page).getByRole('list', { name: 'Words that fit' });
  await expect(words.getByRole('button', { name: 'route' })).toBeVisible();
  await expect(term(page).getByRole('status')).toContainText(/^\d words fit: address/);
  await words.getByRole('button', { name: 'route' }).click();
  await expect(field(page)).toHaveValue('ip route ');
  await expect(field(page)).toBeFocused();
  await field(page).fill('nonsense x');
  await page.keyboard.press('Tab');
  await expect(state(page)).toContainText('Esc leaves');
  await expect(field(page)).toBeFocused();
  // Three ways out: Escape, Shift+Tab, and Tab at an empty prompt.
  await page.keyboard.press('Escape');
  await expect(figure(page).getByRole('button', { name: 'Play' })).toBeFocused();
  await field(page).focus();
  await page.keyboard.press('Shift+Tab');
  await expect(field(page)).not.toBeFocused();
  await field(page).fill('');
  await page.keyboard.press('Tab');
  await expect(field(page)).not.toBeFocused();
});

test('at an empty prompt, Space lets the run go on', async ({ page }) => {
  await open(page, '/terminal/', false);
  await expect(state(page)).toContainText('Output in grey has not happened yet.');
  await field(page).focus();
  await page.keyboard.press('Space');
  await expect(figure(page).getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(() => readout(page)).not.toBe('0.0 ms');
  await page.keyboard.press('Space');
  await expect(figure(page).getByRole('button', { name: 'Play' })).toBeVisible();
});

test('a line is a way to its moment, by mouse and by keyboard, and has a reason', async ({ page }) => {
  await open(page);
  const reply = rows(page).filter({ hasText: 'ttl=60 time=52.1 ms' });
  await reply.click();
  await expect.poll(() => readout(page)).toBe('152.1 ms');
  await expect(reply).toHaveAttribute('aria-current', 'step');
  await state(page).getByRole('button', { name: 'Why?' }).click();
  const why = figure(page).locator('.rt-why');
  await expect(why).toContainText('64 bytes from 192.0.2.80');
  await expect(why.locator('li').last()).toContainText('echo reply');
  await expect(term(page), 'the terminal stays').toBeVisible();
  // Rows are one stop of Tab; the arrow keys go from one to the next.
  await reply.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => readout(page)).toBe('0.0 ms');
  await page.keyboard.press('Escape');
  await expect(field(page)).toBeFocused();
});

test('other machines have prompts of their own; root has another sign', async ({ page }) => {
  await open(page);
  await term(page).getByRole('combobox').selectOption('Home router, as root');
  await expect(term(page).locator('.rt-term-prompt')).toHaveText('root@home-router:~# ');
  await expect(figure(page).locator('.rt-machine.rt-here')).toContainText('Home router');
  await enter(page, 'ip route');
  await expect(rows(page).filter({ hasText: 'default via 203.0.113.65' })).toBeVisible();
});

test('a paste of several lines enters each; the last waits for its Enter', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await field(page).focus();
  await page.evaluate(() => navigator.clipboard.writeText('hostname\nhostname -I\nip ro'));
  await page.keyboard.press('ControlOrMeta+v');
  await expect(rows(page).last()).toContainText('192.168.1.23');
  await expect(rows(page).filter({ hasText: '$ hostname' })).toHaveCount(2);
  await expect(field(page)).toHaveValue('ip ro');
  await term(page).getByRole('button', { name: 'Copy' }).click();
  await expect(term(page).getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await happened(page));
  expect(copied).toMatch(/^maya@laptop:~\$ ping -c 1 192\.168\.1\.25\nPING /);
});

test('clear puts the screen away, and starting over takes back what was typed', async ({ page }) => {
  await open(page);
  await enter(page, 'hostname');
  await expect(rows(page).last()).toHaveText('laptop');
  await enter(page, 'clear');
  await expect(rows(page)).toHaveCount(0);
  await enter(page, 'hostname');
  await expect(rows(page)).toHaveCount(2);
  await field(page).press('Control+l');
  await expect(rows(page)).toHaveCount(0);
  await term(page).getByRole('button', { name: 'Start over' }).click();
  await expect(rows(page).filter({ hasText: 'hostname' })).toHaveCount(0);
  await expect(term(page).getByRole('button', { name: 'Start over' })).toHaveCount(0);
});

test('a run that is full says so, and can start over', async ({ page }) => {
  const inputs = Array.from({ length: 63 }, (_, i) => `do=${200 + i},type,machine:laptop,line:hostname`);
  await open(page, `/terminal/#rt=home-lan&v=1&${inputs.join('&')}`);
  await expect(rows(page).filter({ hasText: 'hostname' })).toHaveCount(63);
  await enter(page, 'ip a');
  await expect(state(page)).toContainText('A run takes 64 inputs');
  await expect(field(page)).toHaveValue('ip a');
  await state(page).getByRole('button', { name: 'Start over' }).click();
  await expect(rows(page).filter({ hasText: 'hostname' })).toHaveCount(0);
  await field(page).press('Enter');
  await expect(rows(page).filter({ hasText: 'inet 192.168.1.23/24' })).toBeVisible();
});

/** Everything of the run that the page shows, as data: two runs with the same digest, and no others, agree on it. */
async function everything(page: Page): Promise<string> {
  await figure(page).getByRole('button', { name: 'Take away' }).click();
  const download = page.waitForEvent('download');
  await figure(page)
    .getByRole('button', { name: /Everything, as data/ })
    .click();
  const path = await (await download).path();
  await page.keyboard.press('Escape');
  const { readFileSync } = await import('node:fs');
  return readFileSync(path, 'utf8');
}

test('a link with typed lines brings the same run and the same screen', async ({ page, browser }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await enter(page, 'ping -c 2 192.0.2.80 && echo "it’s 100%"');
  await expect(rows(page).last()).toHaveText('it’s 100%');
  await term(page).getByRole('combobox').selectOption('Home router, as root');
  await enter(page, 'ip neigh');
  await expect(rows(page).last()).toContainText('lladdr 00:00:5e');
  const screen = await happened(page);
  const time = await readout(page);
  const data = await everything(page);
  await figure(page).getByRole('button', { name: 'Take away' }).click();
  await figure(page)
    .getByRole('button', { name: /Copy a link/ })
    .click();
  await expect(figure(page)).toContainText('The link is on the clipboard.');
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const context: BrowserContext = await browser.newContext({ acceptDownloads: true });
  const other = await context.newPage();
  await open(other, link);
  await expect(rows(other).last(), 'at the machine where somebody typed last').toContainText(
    'lladdr 00:00:5e',
  );
  expect(await happened(other)).toBe(screen);
  await expect.poll(() => readout(other)).toBe(time);
  expect(await everything(other)).toBe(data);
  await context.close();
});

test('a hostile link is refused in a sentence, and the figure stays whole', async ({ page }) => {
  const heard = complaints(page);
  const link =
    '#rt=home-lan&v=1&do=200,type,machine:laptop,line:echo%1B%5B2J&do=200,type,machine:laptop,line:hostname';
  await open(page, `/terminal/${link}`);
  await expect(figure(page).getByRole('status').filter({ hasText: 'no keyboard types' })).toBeVisible();
  await expect(rows(page).last()).toHaveText('laptop');
  await open(page, '/terminal/#rt=home-lan&v=1&do=200,type,machine:nobody,line:hostname');
  await page.reload();
  await expect(figure(page).locator('.rt-message')).toContainText('no machine');
  await enter(page, 'hostname');
  await expect(rows(page).last()).toHaveText('laptop');
  // What looks like markup is text.
  await enter(page, `echo '<img src=x onerror=alert(1)>'`);
  await expect(rows(page).last()).toHaveText('<img src=x onerror=alert(1)>');
  expect(heard).toEqual([]);
});

test('faults and knobs work on what was typed', async ({ page }) => {
  await open(page);
  await enter(page, 'ping -c 1 -W 1 192.0.2.80');
  await expect(rows(page).filter({ hasText: '1 received, 0% packet loss' })).toHaveCount(3);
  await page.goto(
    '/terminal/#rt=home-lan&v=1&do=0,cut,from:isp,to:transit-a&do=152.1,type,machine:laptop,line:ping%20-c%201%20-W%201%20192.0.2.80',
  );
  await page.reload();
  await expect(rows(page).filter({ hasText: '100% packet loss' }).first()).toBeVisible();
  await figure(page).getByRole('button', { name: 'Faults' }).click();
  await expect(figure(page).getByText('In force: 1'), 'a typed line is no fault').toBeVisible();
});

for (const theme of ['light', 'dark'] as const) {
  test(`without accessibility faults in every state, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open(page);
    const faults: string[] = [];
    const look = async (what: string): Promise<void> => {
      const { violations } = await axe(page).include('.rt-player').analyze();
      faults.push(...violations.map(({ id, nodes }) => `${what} ${id}: ${nodes[0]!.html}`));
    };
    await look('before');
    await rows(page).nth(3).click();
    await look('a row chosen');
    await field(page).fill('ping -');
    await field(page).press('Tab');
    await expect(term(page).getByRole('list', { name: 'Words that fit' })).toBeVisible();
    await look('candidates');
    await enter(page, 'ping -c 1 192.0.2.80; false');
    await expect(rows(page).last()).toContainText('rtt min');
    await look('at rest');
    await page.setViewportSize({ width: 390, height: 844 });
    await look('a phone');
    expect(faults).toEqual([]);
  });
}

test('on a phone the terminal comes first, the map is one press away, and fingers find their keys', async ({
  browser,
}) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/terminal/');
  await expect(field(page)).toBeVisible();
  await enter(page, 'ping -c 1 192.0.2.80');
  await expect(rows(page).last()).toContainText('rtt min');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const small = await term(page)
    .locator('button:visible, select:visible')
    .evaluateAll((all) =>
      all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent),
    );
  expect(small).toEqual([]);
  await term(page).getByRole('button', { name: 'Earlier line' }).click();
  await expect(field(page)).toHaveValue('ping -c 1 192.0.2.80');
  await field(page).fill('hostn');
  await term(page).getByRole('button', { name: 'Tab' }).click();
  await expect(field(page)).toHaveValue('hostname ');
  await figure(page).getByRole('button', { name: 'Map', exact: true }).click();
  await expect(figure(page).locator('.rt-map')).toBeVisible();
  await figure(page).getByRole('button', { name: 'Terminal', exact: true }).click();
  await expect(rows(page).filter({ hasText: 'rtt min' }).last()).toBeVisible();
  await context.close();
});

test('without script the lines stand there as text, up to the moment and beyond it', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/terminal/');
  const there = page.locator('.rt-if-wide .rt-term');
  await expect(there).toContainText('64 bytes from 192.0.2.80: icmp_seq=1 ttl=60 time=52.1 ms');
  await expect(there).toContainText('Output in grey has not happened yet.');
  await expect(there.getByText('to let it run')).toBeHidden();
  await expect(there.getByRole('button', { name: 'Copy' })).toBeHidden();
  await expect(there.getByRole('textbox')).toHaveCount(0);
  await context.close();
});

test('what the page was drawn with stays where it is when the script comes', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const shifts = await page.addInitScript(() => {
    Object.assign(globalThis, { moved: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        (globalThis as unknown as { moved: number }).moved += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  void shifts;
  await open(page);
  await page.waitForLoadState('networkidle');
  const moved = await page.evaluate(() => (globalThis as unknown as { moved: number }).moved);
  expect(moved).toBeLessThan(0.02);
});

test('a figure about something else has a terminal as well, and loads it when it is opened', async ({
  page,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await page.waitForLoadState('networkidle');
  expect(asked.filter((url) => /Terminal[^/]*\.js/.test(url))).toEqual([]);
  await figure(page).getByRole('button', { name: 'Terminal', exact: true }).click();
  await expect(field(page)).toBeVisible();
  await expect(figure(page).locator('.rt-map'), 'the map stays beside it').toBeVisible();
  expect(asked.some((url) => /Terminal[^/]*\.js/.test(url))).toBe(true);
  await enter(page, 'ip route get 192.0.2.80');
  await expect(rows(page).nth(1)).toContainText('192.0.2.80 via 192.168.1.1');
});

// The Player's panels one by one, over a run made by hand (test/components/fixture.ts): what keyboard, screen reader,
// phone and large text find there. The harness is bundled here and served from memory.
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

const panels = ['Packets', 'Why', 'Waterfall', 'Transcript', 'Table', 'Knobs', 'Faults', 'TakeAway', 'Keys'];
let bundled: Bundled;

test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/harness.tsx', import.meta.url), 'Panels');
});

async function open(page: Page, panel: string, query = ''): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?panel=${panel}&${query}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
}

/** What the panels told the store. */
const state = (page: Page) =>
  page.evaluate(() => {
    // biome-ignore lint/suspicious/noExplicitAny: the harness leaves its figure on the window
    const figure = (window as any).figure;
    return {
      cursor: figure.$cursor.get() as number,
      packet: figure.$packet.get() as number | undefined,
      request: figure.$request.get(),
    };
  });

for (const theme of ['light', 'dark']) {
  for (const panel of panels) {
    test(`${panel} is without accessibility faults, ${theme}, wide and narrow`, async ({ page }) => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await open(page, panel, `theme=${theme}&packet=3`);
      if (panel === 'Packets') await expect(page.getByRole('tree')).toBeVisible();
      if (panel === 'Why') await expect(page.getByText('HTTP wants a connection')).toBeVisible();
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 700 });
        const { violations } = await axe(page).analyze();
        expect(violations.map(({ id, nodes }) => `${width} ${id}: ${nodes[0]!.html}`)).toEqual([]);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth),
          'no sideways scrolling',
        ).toBeLessThanOrEqual(width);
      }
    });
  }
}

for (const panel of panels) {
  test(`${panel} keeps its words inside the page with text twice as large`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await open(page, panel, 'packet=3');
    await page.addStyleTag({ content: 'html { font-size: 200% }' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
  });
}

test('everything to press is large enough, for a mouse and for a finger', async ({ browser }) => {
  for (const [least, options] of [
    [24, { viewport: { width: 1280, height: 900 } }],
    [44, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ] as const) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const small: string[] = [];
    for (const panel of panels) {
      await open(page, panel, 'packet=3');
      if (panel === 'Packets') {
        await expect(page.getByRole('slider', { name: 'Bytes' })).toBeVisible();
        const all = page.getByRole('button', { name: 'All fields' });
        if (await all.isVisible()) await all.click();
      }
      small.push(
        ...(await page.evaluate(
          ([least, panel]) =>
            [
              ...document.querySelectorAll<HTMLElement>(
                'main :is(button, select, summary, input:not([type="radio"]), label:has([type="radio"]), [role="treeitem"], [role="slider"], [data-row])',
              ),
            ]
              // The frame around a text field is pressed like the field.
              .map((element) =>
                element.closest('.rt-filter-field') && element.matches('input')
                  ? element.parentElement!
                  : element,
              )
              .filter(
                (element) =>
                  element.checkVisibility() && element.getBoundingClientRect().height < least - 0.5,
              )
              .map(
                (element) =>
                  `${panel}: ${element.outerHTML.slice(0, 90)} ${element.getBoundingClientRect().height}`,
              ),
          [least, panel] as const,
        )),
      );
    }
    expect(small).toEqual([]);
    await context.close();
  }
});

test('keys walk the packets, enter the bytes, walk the fields, and lead back', async ({ page }) => {
  await open(page, 'Packets');
  await page.getByRole('row', { name: '192.168.1.1? tell' }).press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  expect((await state(page)).packet).toBe(2);
  const row = page.getByRole('row', { name: 'Query 0x8d21' });
  await expect(row).toBeFocused();
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('End');
  expect((await state(page)).packet).toBe(12);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('treeitem', { name: 'Domain Name System, query' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { name: 'Domain Name System, query' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('treeitem', { name: 'ID' })).toBeFocused();
  await expect(page.locator('.rt-about')).toContainText('bytes 42–43 · 8d 21');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('treeitem', { name: 'Domain Name System, query' })).toHaveAttribute(
    'aria-expanded',
    'false',
  );
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('treeitem', { name: 'User Datagram Protocol' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row).toBeFocused();
});

test('fields and bytes lead to each other', async ({ page }) => {
  await open(page, 'Packets', 'packet=3');
  // The owner of the answer: a pointer to the name in the question.
  await page.locator('.rt-byte[data-byte="76"]').click();
  const pointer = page.getByRole('treeitem', { name: 'Compression pointer' });
  await expect(pointer).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.rt-byte.rt-hex-selected')).toHaveText(['c0', '0c']);
  await expect(page.locator('.rt-byte.rt-hex-referred')).toHaveCount(18);
  await expect(page.locator('.rt-about a')).toHaveAttribute(
    'href',
    'https://www.rfc-editor.org/rfc/rfc1035#section-4.1.4',
  );
  await page.getByRole('treeitem', { name: 'TTL' }).click();
  await expect(page.locator('.rt-byte.rt-hex-selected')).toHaveText(['00', '00', '01', '2c']);
  const hex = page.getByRole('slider', { name: 'Bytes' });
  await hex.press('ArrowRight');
  await expect(page.getByRole('treeitem', { name: 'Data length' })).toHaveAttribute('aria-selected', 'true');
  await expect(hex).toHaveAttribute('aria-valuetext', /^byte 86, 00, Data length/);
  // Two fields share byte 44; pressing again goes to the next.
  await page.locator('.rt-byte[data-byte="44"]').click();
  await expect(page.getByRole('treeitem', { name: 'Response set' })).toHaveAttribute('aria-selected', 'true');
  await page.locator('.rt-byte[data-byte="44"]').click();
  await expect(page.getByRole('treeitem', { name: 'Opcode' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.rt-about')).toContainText('bits 1–4 of byte 44 · 0000');
});

test('a packet can be seen as each router sent it on, with what changed', async ({ page }) => {
  await open(page, 'Packets', 'packet=4');
  const stages = page.getByRole('combobox', { name: 'The packet on its way' });
  await expect(stages.locator('option')).toHaveText([
    'As Maya’s laptop sent it',
    'As the home router sent it on',
    'As ChaiCart’s server received it',
  ]);
  await stages.selectOption('As ChaiCart’s server received it');
  const list = page.locator('.rt-stages');
  await expect(list).toContainText('Time to live was 64 hops left');
  await expect(list).toContainText('Source was 192.168.1.23');
  await list.getByRole('button', { name: 'Time to live' }).click();
  await expect(page.locator('.rt-about')).toContainText('62 hops left; it was 64 hops left when it was sent');
});

test('wrong bytes are said to be wrong', async ({ page }) => {
  // The NAT of the hand-made run forgets the checksum of TCP, which covers the addresses.
  await open(page, 'Packets', 'packet=4');
  await page
    .getByRole('combobox', { name: 'The packet on its way' })
    .selectOption('As the home router sent it on');
  await page.getByRole('treeitem', { name: /^Checksum/ }).click();
  await expect(page.locator('.rt-about')).toContainText('Broken. The TCP checksum is wrong');
});

test('the filter chooses, and says what it does not understand and where', async ({ page }) => {
  await open(page, 'Packets');
  const field = page.getByRole('textbox', { name: 'Display filter' });
  await expect(page.getByRole('status')).toHaveText('13 packets');
  await field.fill('dns');
  await expect(page.getByRole('status')).toHaveText('2 of 13 packets');
  await expect(page.locator('[data-row]')).toHaveCount(2);
  await field.fill('tcp or dsn');
  await expect(page.getByRole('alert')).toContainText('There is no field or protocol “dsn”');
  await expect(page.getByRole('alert').locator('mark')).toHaveText('dsn');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('[data-row]'), 'the last sound list stays').toHaveCount(2);
  await field.press('Escape');
  await expect(page.getByRole('status')).toHaveText('13 packets');
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('Enter on a packet that is not selected yet waits for its bytes', async ({ page }) => {
  await open(page, 'Packets');
  await page.getByRole('row', { name: '192.168.1.1? tell' }).press('Enter');
  await expect(page.getByRole('treeitem', { name: 'Address Resolution Protocol' })).toBeFocused();
});

test('of a long list only what is in sight is in the page', async ({ page }) => {
  await open(page, 'Packets', 'times=100');
  expect(await page.locator('[data-row]').count()).toBeLessThan(120);
  await page.locator('[data-row="0"]').press('End');
  await expect(page.locator('[data-row="1299"]')).toBeFocused();
  await expect(page.locator('[data-row="1299"]')).toBeInViewport();
  expect(await page.locator('[data-row]').count()).toBeLessThan(120);
});

test('why, transcript and waterfall lead to their moments', async ({ page }) => {
  await open(page, 'Why', 'packet=4');
  await page.getByRole('button', { name: 'The laptop asked its resolver' }).click();
  expect(await state(page)).toMatchObject({ cursor: 2e6, packet: 2 });
  await open(page, 'Transcript');
  await expect(page.locator('[aria-current]')).toContainText('opens a connection');
  await page.getByRole('button', { name: 'stores A 192.0.2.80' }).click();
  expect(await state(page)).toMatchObject({ cursor: 90.407e6, packet: 3 });
  await expect(page.locator('[aria-current]')).toContainText('stores A');
  await open(page, 'Waterfall');
  const row = page.getByRole('slider', { name: 'Parts of http://chaicart.example/' }).first();
  await row.press('ArrowRight');
  await expect(row).toHaveAttribute('aria-valuetext', /^Connect: 96\.5 to 146\.6\sms, 50\.1\sms$/);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  expect((await state(page)).cursor).toBe(202.4e6);
  await page.getByText('As a table').click();
  await expect(page.getByRole('row', { name: 'Connect' })).toContainText('50.1');
});

test('knobs turn by keyboard, and go back', async ({ page }) => {
  await open(page, 'Knobs');
  const distance = page.getByRole('slider', { name: 'Distance to ChaiCart' });
  await expect(distance).toHaveAttribute('aria-valuetext', /^40\sms one way, was 25$/);
  await distance.press('ArrowRight');
  await expect(distance).toHaveAttribute('aria-valuetext', /^80\sms one way, was 25$/);
  expect((await state(page)).request.set).toEqual({ distance: '80ms' });
  await page.getByRole('radio', { name: 'cold' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect
    .poll(async () => (await state(page)).request.set)
    .toEqual({ distance: '80ms', caches: 'warm' });
  await page.getByRole('button', { name: 'Reset' }).click();
  expect((await state(page)).request.set).toEqual({ distance: '40ms' });
});

test('faults strike the packet and the network, and can be taken back', async ({ page }) => {
  await open(page, 'Faults', 'packet=5');
  await page.getByRole('button', { name: 'Drop it' }).press('d');
  await expect(page.getByText('In force: 2')).toBeVisible();
  expect((await state(page)).request.inputs[1]).toEqual({
    time: 121.546e6,
    what: 'drop',
    detail: { from: 'server', to: 'isp', ordinal: 1 },
  });
  await page.getByRole('combobox').selectOption('Home router to Switch');
  await page.getByRole('button', { name: 'Delay it' }).click();
  expect((await state(page)).request.inputs[2]).toMatchObject({
    what: 'delay',
    detail: { from: 'home', to: 'switch', ordinal: 3, extra: 50e6 },
  });
  await page.getByRole('button', { name: 'Cut a link' }).click();
  await page.getByRole('button', { name: 'Home router – ISP router' }).click();
  expect((await state(page)).request.inputs[3]).toEqual({
    time: 96.5e6,
    what: 'cut',
    detail: { from: 'home', to: 'isp' },
  });
  await page.getByRole('button', { name: 'Stop a machine' }).click();
  await page.getByRole('button', { name: 'Resolver', exact: true }).click();
  expect((await state(page)).request.inputs[4]).toEqual({
    time: 96.5e6,
    what: 'off',
    detail: { machine: 'resolver' },
  });
  await page
    .getByRole('button', { name: /^undo.*drop/ })
    .first()
    .click();
  await expect(page.getByText('In force: 4')).toBeVisible();
});

test('what is taken away', async ({ page, context }) => {
  await open(page, 'TakeAway');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Capture for Wireshark' }).click();
  expect((await saved).suggestedFilename()).toBe('first-request.pcapng');
  await expect(page.getByRole('status')).toContainText('first-request.pcapng, 6 bytes');
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: 'http://localhost' });
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByRole('status')).toHaveText('The link is on the clipboard.');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('#rt=');
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
  });
  await page.getByRole('button', { name: 'Run it in the terminal' }).click();
  await expect(page.getByRole('textbox', { name: 'To copy by hand' })).toHaveValue(
    /^roundtrip run first-request/,
  );
});

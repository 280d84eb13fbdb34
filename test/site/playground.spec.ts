// The playground in a harness of its own, where what runs it does as the code tells it (test/components/playground-harness):
// running, stopping, editing, keeping, sharing; keyboard, phone, both themes, without script. Then on its pages.
import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';
import { pages } from './dist.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/playground-harness.tsx', import.meta.url), 'Playground');
});

async function open(page: Page, query = '', fragment = ''): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}${fragment}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: true });
const tab = (page: Page, name: string): Locator => page.getByRole('tab', { name });
const editor = (page: Page, file = 'server.js'): Locator =>
  page.getByRole('textbox', { name: `${file}, editor` });
const drawn = (page: Page, file = 'server.js'): Locator => page.getByRole('group', { name: `${file}, code` });
const output = (page: Page, program?: string): Locator =>
  page.getByRole('region', program ? { name: `Output of ${program}`, exact: true } : { name: /^Output: / });
const textOf = async (page: Page): Promise<string> =>
  (await page.locator('.cm-line').allTextContents()).join('\n');
const spoken = (page: Page, text: string | RegExp) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor({ state: 'attached' });

/** Opens the editor and puts the cursor at the text's beginning. */
async function edit(page: Page): Promise<void> {
  await button(page, 'Edit').click();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press('Control+Home');
}

// ── as it is found ──

for (const [theme, width] of [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const) {
  test(`no barrier that axe knows: found, running, edited, with what it says, ${theme}, ${width} px`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, `theme=${theme}`);
    const violations = async (): Promise<string[]> =>
      (await axe(page).exclude('h1').analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`,
      );
    expect(await violations()).toEqual([]);
    await button(page, 'Run').click();
    await expect(output(page, 'client')).toContainText('exit 1');
    await button(page, 'in order').click();
    await button(page, 'Keys').click();
    expect(await violations()).toEqual([]);
    await button(page, 'Keys').click();
    await edit(page);
    await page.keyboard.type('impo');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('server');
    await expect(page.getByRole('search')).toContainText('found');
    expect(await violations()).toEqual([]);
    await button(page, 'Reset').click();
    await button(page, 'New file').click();
    await page.keyboard.type('../x');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('letters');
    expect(await violations()).toEqual([]);
  });
}

for (const width of [320, 390, 768, 1024, 1440]) {
  test(`nothing is wider than the page, and nothing lies over what can be pressed, ${width} px`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const query of ['', 'project=plain']) {
      await open(page, query);
      const excess = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(await excess()).toBeLessThanOrEqual(0);
      await button(page, 'Run').click();
      await expect(output(page, 'client')).toContainText('exit 1');
      await edit(page);
      expect(await excess()).toBeLessThanOrEqual(0);
      const small = await page.locator('.pg button:visible').evaluateAll((all) =>
        all
          .map((one) => [one.textContent, one.getBoundingClientRect()] as const)
          .filter(([, box]) => box.width < 24 || box.height < 20)
          .map(([text]) => text),
      );
      expect(small).toEqual([]);
    }
  });
}

test('at twice the size of text nothing is lost', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page);
  await page.addStyleTag({ content: ':root { font-size: 200% }' });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  const notes = await page
    .locator('.pg-file:not(.pg-shut) .pg-notes > li')
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom] as const),
    );
  for (const [i, [top]] of notes.entries()) if (i > 0) expect(top).toBeGreaterThanOrEqual(notes[i - 1]![1]);
});

for (const width of [1440, 390]) {
  test(`coming to life changes nothing that is seen, and the editor stands where the code stood, ${width} px`, async ({
    page,
  }) => {
    const look = () => page.locator('figure').first().screenshot({ animations: 'disabled' });
    await page.setViewportSize({ width, height: 1600 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, 'dead');
    const before = await look();
    await open(page);
    await page.waitForTimeout(300);
    expect((await look()).equals(before)).toBe(true);
    const place = (root: string, text: string) =>
      page.evaluate(
        ([root, text]) => {
          const walker = document.createTreeWalker(document.querySelector(root!)!, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (!node.textContent!.includes(text!)) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const { left, top } = range.getBoundingClientRect();
            return [Math.round(left), Math.round(top + scrollY)];
          }
          return [];
        },
        [root, text],
      );
    const was = [await place('.pg-drawn', 'import'), await place('.pg-drawn', 'listen(')];
    await edit(page);
    expect([await place('.cm-content', 'import'), await place('.cm-content', 'listen(')]).toEqual(was);
  });
}

test('without script each file can be read, with its notes', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto('/playgrounds/tiny-server/');
  for (const text of ['createServer(', 'AbortSignal', '"type": "module"'])
    await expect(page.locator('.pg-drawn', { hasText: text }).first()).toBeVisible();
  await expect(page.getByText('It must be cheap').first()).toBeVisible();
  await expect(page.getByText('Running it needs JavaScript')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Run' })).toBeHidden();
});

// ── running ──

test('Run prints by program, says what is an error in words, leads to the line, and counts nothing twice', async ({
  page,
}) => {
  await open(page);
  await button(page, 'Run').click();
  await expect(output(page, 'server')).toContainText('261.3 ms');
  await expect(output(page, 'server')).toContainText('connection from 192.168.1.23');
  await expect(output(page, 'server')).toContainText('exit 0, after');
  await expect(output(page, 'client').locator('.pg-err')).toHaveText(/error output:/);
  await spoken(page, /Ended after .* client ended with exit code 1. 4\slines of output, 1 of them errors/);
  // the editor was not needed for it
  await expect(page.locator('.cm-editor')).toHaveCount(0);
  await button(page, 'client.js:4:9').click();
  await expect(tab(page, 'client.js')).toHaveAttribute('aria-selected', 'true');
  await expect(editor(page, 'client.js')).toBeFocused();
  await page.keyboard.type('X');
  expect(await textOf(page)).toContain("await feXtch('http");
  await expect(output(page)).toContainText('of the code before your last change');
  await button(page, 'in order').click();
  await expect(output(page).locator('.pg-merged li')).toHaveCount(4);
});

test('what does not end is stopped by Stop, and by the key', async ({ page }) => {
  await open(page);
  await edit(page);
  await page.keyboard.type('// hang\n');
  await page.keyboard.press('Control+Enter');
  await expect(button(page, 'Stop')).toBeVisible();
  await button(page, 'Stop').click();
  await expect(output(page)).toContainText('You stopped it.');
  await editor(page).focus();
  await page.keyboard.press('Control+Enter');
  await expect(button(page, 'Stop')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(button(page, 'Run')).toBeVisible();
  await expect(editor(page)).toBeFocused();
  expect(await textOf(page)).toContain('// hang\nimport');
});

test('a project that cannot be run says why', async ({ page }) => {
  await open(page);
  await edit(page);
  await page.keyboard.type('// fault package.json says nothing of processes\n');
  await button(page, 'Run').click();
  await expect(output(page)).toContainText('not run');
  await expect(output(page)).toContainText('package.json says nothing of processes');
});

test('Packets opens the Player on this very run', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await edit(page);
  await page.keyboard.type('// packets\n');
  await button(page, 'Run').click();
  await output(page)
    .getByRole('button', { name: /^Packets/ })
    .click();
  const player = page.locator('.rt-player');
  await expect(player.getByText('who has 192.168.1.25?').first()).toBeVisible();
  await player
    .getByRole('tab', { name: 'Map' })
    .or(player.getByRole('button', { name: 'Map', exact: true }))
    .first()
    .click();
  await expect(player.locator('svg').first()).toBeVisible();
  await output(page)
    .getByRole('button', { name: /^Packets/ })
    .click();
  await expect(player).toHaveCount(0);
});

// ── editing ──

test('a press on the code opens the editor there; marking text does not', async ({ page }) => {
  await open(page);
  const keyword = await page.locator('.pg-drawn .pg-keyword', { hasText: 'const' }).first().boundingBox();
  await page.mouse.move(keyword!.x + 1, keyword!.y + 10);
  await page.mouse.down();
  await page.mouse.move(keyword!.x + 100, keyword!.y + 10, { steps: 4 });
  await page.mouse.up();
  await page.waitForTimeout(200);
  await expect(page.locator('.cm-editor')).toHaveCount(0);
  await page.mouse.click(keyword!.x + 300, keyword!.y + 60);
  await page.mouse.click(keyword!.x + 1, keyword!.y + 10);
  await expect(editor(page)).toBeFocused();
});

test('Tab indents; Escape and Tab leave, Control M and Tab too; both are told', async ({ page }) => {
  await open(page);
  await edit(page);
  await page.keyboard.press('Tab');
  expect(await textOf(page)).toMatch(/^ {2}import/);
  await expect(editor(page)).toHaveAccessibleDescription(/Escape, then Tab, leaves the editor.*Control M/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(editor(page)).not.toBeFocused();
  await editor(page).focus();
  await page.keyboard.press('Control+m');
  await page.keyboard.press('Tab');
  await expect(editor(page)).not.toBeFocused();
  expect(await textOf(page)).toMatch(/^ {2}import/);
});

test('who types fast keeps every letter, also where nobody looks', async ({ page, context }) => {
  await open(page);
  await edit(page);
  await context.newPage();
  const typed = '// a letter after the other; '.repeat(8);
  await page.keyboard.type(typed);
  await page.waitForTimeout(400);
  expect(await textOf(page)).toMatch(new RegExp(`^${typed}import`));
});

test('each file has a history of its own, and find finds', async ({ page }) => {
  await open(page);
  await edit(page);
  await page.keyboard.type('// one\n');
  await tab(page, 'client.js').click();
  await editor(page, 'client.js').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// two\n');
  await tab(page, 'server.js').click();
  await editor(page).focus();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.cm-content')).not.toContainText('// one');
  await tab(page, 'client.js').click();
  await expect(page.locator('.cm-content')).toContainText('// two');
  await editor(page, 'client.js').focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('client');
  await expect(page.getByRole('search')).toContainText(/\d found/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('search')).toContainText('1 of');
  await page.keyboard.press('Escape');
  await expect(editor(page, 'client.js')).toBeFocused();
});

test('what cannot be read is marked, and F8 leads there', async ({ page }) => {
  await open(page);
  await edit(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('const = 1;');
  await expect(page.locator('.cm-lintRange-error, .cm-lintPoint-error').first()).toBeVisible();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  await expect(page.locator('.cm-activeLine')).toContainText('const = 1');
});

test('files are added, named well, kept, and taken away again', async ({ page }) => {
  await open(page);
  await button(page, 'New file').click();
  await page.getByRole('textbox', { name: 'Name of the new file' }).fill('server.js');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('already');
  await page.getByRole('textbox', { name: 'Name of the new file' }).fill('lib/retry.js');
  await page.keyboard.press('Enter');
  await expect(editor(page, 'lib/retry.js')).toBeFocused();
  await page.keyboard.type('export const tries = 3;');
  await open(page);
  await tab(page, 'lib/retry.js').click();
  await expect(drawn(page, 'lib/retry.js')).toContainText('tries = 3');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(tab(page, 'lib/retry.js')).toHaveCount(0);
  await expect(button(page, 'Reset')).toHaveAttribute('aria-disabled', 'true');
});

// ── keeping ──

test('what is changed is there the next time, until it is reset; a reset can be taken back', async ({
  page,
}) => {
  await open(page);
  await edit(page);
  await page.keyboard.type('// mine\n');
  await open(page);
  await expect(drawn(page)).toContainText('// mine');
  // painted without the editor
  await expect(drawn(page).locator('.pg-comment', { hasText: '// mine' })).toBeVisible();
  await expect(page.locator('.cm-editor')).toHaveCount(0);
  await button(page, 'Reset').click();
  await expect(drawn(page)).not.toContainText('// mine');
  await button(page, 'Bring mine back').click();
  await expect(drawn(page)).toContainText('// mine');
  await button(page, 'Reset').click();
  await open(page);
  await expect(drawn(page)).not.toContainText('// mine');
});

test('where nothing can be kept it says so, and nothing is lost', async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await open(page);
  await edit(page);
  await page.keyboard.type('// mine\n');
  await expect(page.getByText('This browser has no room left')).toBeVisible();
  await tab(page, 'client.js').click();
  await tab(page, 'server.js').click();
  await expect(page.locator('.cm-content')).toContainText('// mine');
});

test('two tabs go along with each other', async ({ page, context }) => {
  await open(page);
  const other = await context.newPage();
  await open(other);
  await edit(page);
  await page.keyboard.type('// first\n');
  await expect(drawn(other)).toContainText('// first');
  await edit(other);
  await other.keyboard.type('// second\n');
  await expect(page.locator('.cm-content')).toContainText('// second');
});

// ── sharing ──

test('a link carries the code: it is shown as somebody else’s and runs when Run is pressed', async ({
  page,
  browser,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'own');
  await edit(page);
  await page.keyboard.type('// print 5 server out from a stranger\n');
  await button(page, 'Share').click();
  await spoken(page, 'The link is on the clipboard');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('playgrounds/noted/#code=noted.');
  const fragment = link.slice(link.indexOf('#'));
  expect(fragment.length).toBeLessThan(600);

  const theirs = await (await browser.newContext()).newPage();
  await open(theirs, 'own', fragment);
  await expect(theirs.getByText('Somebody else’s code.')).toBeVisible();
  await expect(drawn(theirs)).toContainText('from a stranger');
  await theirs.waitForTimeout(500);
  await expect(output(theirs)).not.toContainText('from a stranger');
  expect(await theirs.evaluate(() => localStorage.length)).toBe(0);
  await button(theirs, 'Run').click();
  await expect(output(theirs, 'server')).toContainText('from a stranger');
  await button(theirs, 'Reset to the course’s').click();
  await expect(drawn(theirs)).not.toContainText('from a stranger');
  expect(await theirs.evaluate(() => location.hash)).toBe('');
});

test('a link that cannot be read is refused in a sentence', async ({ page }) => {
  for (const [fragment, why] of [
    ['#code=noted.00000000.AAAA', 'damaged'],
    ['#code=other.00000000.AAAA', 'another playground'],
    [`#code=noted.00000000.${'A'.repeat(9000)}`, 'longer than 8 kB'],
    ['#code=%3Cscript%3E', 'not well written'],
  ] as const) {
    await page.goto('about:blank');
    await open(page, 'own', fragment);
    await expect(page.getByText('The code in this link was not read')).toContainText(why);
    await expect(drawn(page)).toContainText('createServer');
  }
});

test('what is too long for a link is offered as a file', async ({ page }) => {
  await open(page);
  await edit(page);
  let noise = '';
  for (let i = 1; noise.length < 24_000; i = (i * 48271) % 2147483647) noise += i.toString(36);
  await page.keyboard.insertText(`// ${noise}\n`);
  await button(page, 'Share').click();
  await spoken(page, /more than 8,192 are not read again. Download/);
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()]);
  expect(file.suggestedFilename()).toBe('noted.zip');
  const inside = unzipSync(await readFile(await file.path()));
  expect(Object.keys(inside)).toEqual(['noted/server.js', 'noted/client.js', 'noted/package.json']);
  expect(new TextDecoder().decode(inside['noted/server.js'])).toContain(noise);
});

// ── by keyboard alone ──

test('all of it by keyboard: files, editing, running, a place, the keys', async ({ page }) => {
  await open(page);
  const focused = () =>
    page.evaluate(
      () => document.activeElement!.textContent!.trim() || document.activeElement!.getAttribute('aria-label'),
    );
  const to = async (name: string): Promise<void> => {
    for (let i = 0; i < 40 && (await focused()) !== name; i++) await page.keyboard.press('Tab');
    expect(await focused()).toBe(name);
    // it is seen where the focus is
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).not.toBe('none');
  };
  await to('server.js');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('client.js');
  await expect(drawn(page, 'client.js')).toBeVisible();
  await page.keyboard.press('End');
  await expect(tab(page, 'package.json')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Home');
  await to('Run');
  await page.keyboard.press('Enter');
  await expect(output(page, 'client')).toContainText('exit 1');
  await page.keyboard.press('?');
  await expect(page.getByRole('table', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('table', { name: 'Keys' })).toHaveCount(0);
  await page.locator('body').press('Tab');
  await button(page, 'Run').focus();
  await to('Edit');
  await page.keyboard.press('Enter');
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// here\n');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await to('client.js:4:9');
  await page.keyboard.press('Enter');
  await expect(editor(page, 'client.js')).toBeFocused();
});

test('a note’s number leads to its line', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /show line 13/ }).click();
  await expect(page.locator('.pg-drawn .pg-lit')).toContainText('server.listen');
  await edit(page);
  await page.keyboard.type('\n\n');
  await expect(page.getByRole('button', { name: /show line 15/ })).toBeVisible();
});

// ── on its pages ──

test('every project has a page, and the list names it', async ({ page }) => {
  const own = pages().filter((path) => /^\/playgrounds\/./.test(path));
  expect(own.length).toBeGreaterThan(1);
  await page.goto('/playgrounds/');
  for (const path of own) await expect(page.locator(`main a[href="${path}"]`)).toBeVisible();
});

test('nothing loads before it is used; completion names what Node offers', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/playgrounds/tiny-server/');
  await page.locator('.pg[data-live]').or(page.locator('.pg')).first().waitFor();
  await page.waitForLoadState('networkidle');
  const late = () =>
    asked.filter(
      (path) =>
        /\/(editor|sandbox|carry|share-link|stackblitz|worker|RunPlayer|words)[./-]/.test(path) &&
        !path.endsWith('.css'),
    );
  expect(late()).toEqual([]);
  await button(page, 'Edit').click();
  await editor(page).waitFor();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type("import { stat } from 'node:ht");
  await expect(page.getByRole('option', { name: 'node:http', exact: true })).toBeVisible();
  expect(late().some((path) => path.includes('sandbox'))).toBe(false);
});

test('on its page: the programs run in the sandbox, and their packets are those of this run', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/playgrounds/tiny-server/');
  await expect(page.locator('.pg')).toHaveAttribute('data-live', '');
  await button(page, 'Run').click();
  await expect(output(page, 'server')).toContainText('listening on 8080');
  await expect(output(page, 'client')).toContainText('/health: 200 after');
  await expect(output(page, 'client')).toContainText('exit 0, after');
  await output(page)
    .getByRole('button', { name: /^Packets/ })
    .click();
  await expect(page.locator('.rt-player').getByText('GET /health').first()).toBeVisible();
});

test('on its page: Run is heard, however early it was pressed', async ({ page }) => {
  await page.route(/\/_astro\/Playground\..*\.js$/, async (route) => {
    await new Promise((done) => setTimeout(done, 1000));
    await route.continue();
  });
  await page.goto('/playgrounds/tiny-server/', { waitUntil: 'commit' });
  await button(page, 'Run').click();
  await expect(page.locator('.pg')).toHaveAttribute('data-waits', '');
  await expect(output(page, 'server')).toContainText('listening on 8080');
  await expect(page.locator('.pg')).not.toHaveAttribute('data-waits');
});

test('on its page: code that was changed runs as it is, and an error leads to its line', async ({ page }) => {
  await page.goto('/playgrounds/tiny-server/');
  await expect(page.locator('.pg')).toHaveAttribute('data-live', '');
  await tab(page, 'client.js').click();
  await button(page, 'Edit').click();
  await expect(editor(page, 'client.js')).toBeFocused();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type("console.log('mine');\nnotThere();\n");
  await page.keyboard.press('Control+Enter');
  await expect(output(page, 'client')).toContainText('mine');
  await expect(output(page, 'client')).toContainText('exit 1');
  await output(page, 'client')
    .getByRole('button', { name: /^client\.js:2/ })
    .first()
    .click();
  await expect(page.locator('.cm-activeLine')).toHaveText('notThere();');
});

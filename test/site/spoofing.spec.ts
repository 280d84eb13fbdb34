// The spoofing race in a harness of its own, over real runs: switches, keyboard, pointer, phone, both themes, without
// script, labels.
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;
test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/spoofing-harness.tsx', import.meta.url), 'Spoofing');
});

async function open(page: Page, query = ''): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}`);
  await page.waitForSelector('main[data-alive]');
  await page.evaluate(() => document.fonts.ready);
}

const CARELESS = 'ids:sequential,ports:fixed';
const MODES = ['', CARELESS, `${CARELESS},case:mixed,cookies:on,guesses:200`, 'attack:kaminsky,guesses:10'];

for (const [theme, width] of [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const) {
  test(`no barrier that axe knows, ${theme}, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, `theme=${theme}&set=${CARELESS}`);
    await page.locator('.sp-table summary').click();
    const { violations } = await axe(page).exclude('h1').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target)}`)).toEqual([]);
  });
}

for (const width of [320, 390, 768, 1440]) {
  test(`nothing is wider than the page, no label lies on another, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 1200 });
    for (const mode of MODES) {
      await open(page, `set=${mode}`);
      await page.locator('.sp-table summary').click();
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over, mode).toBeLessThanOrEqual(0);
      expect(await collisions(page), mode).toEqual([]);
    }
  });
}

/**
 * Words of the drawing that meet: those along slopes as boxes that are turned with them, by whether one has a corner in
 * the other.
 */
async function collisions(page: Page): Promise<string[]> {
  return page.locator('.sp-ladder:visible').evaluate((drawing) => {
    const words = [...drawing.querySelectorAll<SVGTextElement>('text')].map((text) => {
      const { x, y, width, height } = text.getBBox();
      const to = text.getScreenCTM()!;
      const [left, right, top, bottom] = [x + 1, x + width - 1, y + 3, y + height - 3];
      const corners = [
        [left, top],
        [right, top],
        [right, bottom],
        [left, bottom],
        [(left + right) / 2, (top + bottom) / 2],
      ].map(([px, py]) => new DOMPoint(px, py).matrixTransform(to));
      return { text: text.textContent, from: to.inverse(), box: { left, right, top, bottom }, corners };
    });
    const holds = (one: (typeof words)[number], point: DOMPoint): boolean => {
      const { x, y } = point.matrixTransform(one.from);
      return x > one.box.left && x < one.box.right && y > one.box.top && y < one.box.bottom;
    };
    return words.flatMap((a) =>
      words
        .filter((b) => a !== b && b.corners.some((corner) => holds(a, corner)))
        .map((b) => `${a.text} on ${b.text}`),
    );
  });
}

for (const width of [1440, 390])
  test(`coming to life changes nothing that is seen, ${width} px`, async ({ page }) => {
    const look = () => page.locator('figure').screenshot({ animations: 'disabled' });
    await page.setViewportSize({ width, height: 2200 });
    await open(page, 'dead');
    const before = await look();
    await open(page);
    await page.waitForTimeout(300);
    expect((await look()).equals(before)).toBe(true);
  });

test('without script the race is there, and the table', async ({ page }) => {
  await open(page, 'dead');
  await expect(page.locator('.sp-verdict')).toHaveText(
    /^Not poisoned: 50.forged answers came to the wrong port\./,
  );
  await expect(page.locator('.sp-table tbody tr')).toHaveCount(51);
  await expect(page.locator('.sp-total')).toContainText('1 in 84,557,169');
});

test('switches make another race; one more defence, and Eve loses', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 });
  await open(page);
  const choose = (group: string, name: string) =>
    page.getByRole('radiogroup', { name: group }).getByRole('radio', { name, exact: true }).check();
  await choose('Ids of the resolver’s questions', 'in sequence');
  await expect(page.locator('.sp-total')).toContainText('1 in 1,290');
  await choose('Ports they leave from', 'one');
  await expect(page.locator('.sp-verdict')).toContainText('Poisoned: forged answer 1 was believed');
  await expect(page.locator('.sp-total')).toContainText('certain');
  await expect(page.locator('.sp-fate')).toHaveText('believed');
  await choose('Cookies', 'exchanged');
  await expect(page.locator('.sp-verdict')).toContainText('had the wrong cookie');
  await expect(page.locator('.sp-why')).toContainText('its cookie is not the one that was sent');
  await choose('Eve wants', 'the whole zone');
  await expect(page.locator('.sp-which')).toContainText(/^race 6 of 6, \d{5}\.chaicart\.example$/);
});

test('another race has another question', async ({ page }) => {
  await open(page);
  const asked = page.locator('.sp-fields tbody td:nth-child(2)');
  const before = await asked.allTextContents();
  await page.getByRole('button', { name: 'Race again' }).click();
  await expect(asked.first()).not.toHaveText(before[0]!);
  await expect(page.locator('.sp-verdict')).toContainText('Not poisoned');
});

test('keys and pointer choose an answer, which says why it was refused', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 1200 });
  await open(page, 'set=ports:fixed');
  const slider = page.getByRole('slider', { name: /Forged answer/ });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(slider).toHaveAttribute(
    'aria-valuetext',
    /^Forged answer 1 of 50, wrong id: its ID is \d+, the query had another\.$/,
  );
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.sp-pick-head')).toContainText('Forged answer 2 of 50');
  await page.keyboard.press('End');
  const id = (await page.locator('.sp-misfit td').last().textContent())!;
  await expect(page.locator('.sp-why')).toContainText(`its ID is ${id.split(/\s/)[0]}`);
  const box = (await page.locator('.sp-surface').boundingBox())!;
  // on Eve's lane, where the first one leaves
  await page.mouse.move(box.x + 46 + (box.width - 46) * 0.1, box.y + 14);
  await expect(page.locator('.sp-pick-head')).toContainText('Forged answer 1 of 50');
});

// The incident labs: solved in the page with keyboard, terminal and editor; shared by link; remembered; readable without
// script; accessible; no wider than a phone.
import { expect, type Locator, type Page, test } from '@playwright/test';
import { writeLink } from '../../components/engine/link.ts';
import { findScenario } from '../../src/engine/scenario/all.ts';
import { type Attempt, edited, type Lab } from '../scenario/labs/attempt.ts';
import { migration } from '../scenario/labs/migration.ts';
import { outage } from '../scenario/labs/outage.ts';
import { worksForMe } from '../scenario/labs/works-for-me.ts';
import { axe } from './axe.ts';

const labs: readonly (readonly [string, Lab])[] = [
  ['/labs/the-migration/', migration],
  ['/labs/the-outage/', outage],
  ['/labs/works-for-me/', worksForMe],
];

const goals = (page: Page): Locator => page.locator('.lab-goals > li');
const goalsOf = (scenario: string): number => Object.keys(findScenario(scenario).goals!).length;

const linkTo = ({ scenario }: Lab, { inputs }: Attempt): string =>
  writeLink({
    figure: 'desk',
    request: { scenario, set: {}, seed: 1, inputs },
    version: findScenario(scenario).version,
  });

/** Scrolls to the desk, and again when the page has gone to what its link shows, the Player above. */
async function wake(page: Page): Promise<void> {
  await expect(async () => {
    await page.locator('#desk-desk').scrollIntoViewIfNeeded();
    await expect(page.locator('#desk-desk[data-alive]')).toHaveCount(1, { timeout: 2000 });
  }).toPass({ timeout: 30_000 });
}

for (const [path, lab] of labs) {
  test(`${path} by link: a solution meets all goals, is remembered, and unfolds the post-mortem`, async ({
    page,
  }) => {
    await page.goto(path + linkTo(lab, lab.solutions[0]!));
    await wake(page);
    await expect(page.locator('.lab-goals > .lab-met')).toHaveCount(goalsOf(lab.scenario));
    await expect(page.locator('.lab-solved')).toBeVisible();
    await expect(page.locator('#desk-after')).toHaveAttribute('open', '');
    await page.goto('/labs/');
    await expect(page.locator('.lab-list-solved')).toHaveCount(1);
  });

  test(`${path} by link: a tempting way misses the goals that it misses, and the reason is behind a press`, async ({
    page,
  }) => {
    const trap = lab.traps[0]!;
    await page.goto(path + linkTo(lab, trap));
    await wake(page);
    const missing = Object.keys(trap.fails).length;
    await expect(page.locator('.lab-goals > .lab-met')).toHaveCount(goalsOf(lab.scenario) - missing);
    const first = page.locator('.lab-goals > li:not(.lab-met)').first();
    await first.locator('summary').click();
    await expect(first.locator('details p')).toHaveText(Object.values(trap.fails)[0]!.because);
    await expect(page.locator('#desk-after')).not.toHaveAttribute('open', '');
  });

  test(`${path} without script: story, goals, hints and post-mortem can be read`, async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(path);
    await expect(goals(page)).toHaveCount(goalsOf(lab.scenario));
    await expect(page.locator('.lab-goals > .lab-met')).not.toHaveCount(goalsOf(lab.scenario));
    for (const summary of await page.locator('.lab-hint > summary, .lab-after > summary').all())
      await summary.click();
    await expect(page.locator('.lab-hint')).toHaveCount(3);
    await expect(page.locator('.lab-hint .lab-hint .lab-hint > :not(summary)').first()).toBeVisible();
    await expect(page.locator('.lab-after > :not(summary)').first()).toBeVisible();
    await expect(page.locator('#desk-desk')).toContainText('SOA');
    await context.close();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const)
    test(`${path}: no barrier that axe knows with everything open, and no wider than the page, ${colorScheme}, ${width}`, async ({
      browser,
    }) => {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 900 },
      });
      const page = await context.newPage();
      await page.goto(path + linkTo(lab, lab.solutions[0]!));
      await wake(page);
      await expect(page.locator('.lab-solved')).toBeVisible();
      for (const summary of await page.locator('.lab-goals summary, .lab-hint > summary').all())
        await summary.click();
      const { violations } = await axe(page).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      ).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      await context.close();
    });
}

test('“Works for me” is solved by hand: a line at the prompt, a zone in the editor, keys only', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/labs/works-for-me/');
  await page.locator('#desk').scrollIntoViewIfNeeded();
  const prompt = page.locator('#desk').getByRole('textbox').first();
  await prompt.focus();
  await page.keyboard.type('echo 127.0.0.1 localhost | sudo tee /etc/hosts');
  await page.keyboard.press('Enter');
  await expect(page.locator('#desk .rt-term-screen')).toContainText(/\n?127\.0\.0\.1 localhost\s*dev@/);
  await wake(page);
  const desk = page.locator('#desk-desk');
  await desk.getByRole('button', { name: 'Edit it' }).press('Enter');
  const editor = desk.locator('.cm-content');
  await editor.focus();
  await page.keyboard.press('Control+A');
  const zone = edited(
    'lab-works-for-me',
    'ns1',
    ['2026112001', '2026112002'],
    [/86400( +; how long)/, '300$1'],
  );
  await page.keyboard.insertText(`${zone}shop  300  A  192.0.2.80\n`);
  await desk.getByRole('button', { name: /^Load it/ }).press('Enter');
  await expect(page.locator('.lab-goals > .lab-met')).toHaveCount(4);
  await expect(desk.getByText('Solved.')).toBeVisible();
  await expect(desk.locator('[role=status]').filter({ hasText: 'All goals are met.' })).toHaveCount(1);
});

test('“The outage”: a diagnosis and a switch are inputs, and can be taken back', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/labs/the-outage/');
  await wake(page);
  const desk = page.locator('#desk-desk');
  await desk.getByRole('radio', { name: /public resolver is broken/ }).check();
  await desk.getByRole('button', { name: /^Say so/ }).press('Enter');
  const diagnosis = goals(page).first();
  await expect(diagnosis).toHaveClass(/lab-missed/);
  await desk.getByRole('button', { name: 'Restart ns1' }).press('Enter');
  await expect(goals(page).nth(1)).toHaveClass(/lab-met/);
  await expect(desk.locator('.lab-deeds > li')).toHaveCount(2);
  await desk
    .locator('.lab-deeds > li', { hasText: 'restarted' })
    .getByRole('button', { name: /Take back/ })
    .press('Enter');
  await expect(goals(page).nth(1)).toHaveClass(/lab-open/);
  await expect(desk.locator('.lab-deeds > li')).toHaveCount(1);
});

// The first chapter: its numbers come from runs, its bill adds up and fits.
import { expect, test } from '@playwright/test';
import { Session } from '../../src/engine/export/session.ts';
import { pages } from './dist.ts';

const chapter = '/chapters/0-one-request/';
const milliseconds = (nanoseconds: number) => `${Math.round(nanoseconds / 1e6)}\u00a0ms`;

test('the course has the chapter and the page about its limits', () => {
  expect(pages()).toContain(chapter);
  expect(pages()).toContain('/reference/fidelity/');
});

test('numbers are what the engine says now, and say what they count', async ({ page }) => {
  await page.goto(chapter);
  const { claims } = Session.start({ scenario: 'first-request', set: {}, seed: 1, inputs: [] })
    .finish()
    .view();
  const ttfb = claims.find(({ name }) => name === 'ttfb')!;
  const shown = page.locator(`data.claim[value="${ttfb.value}"]`);
  expect(await shown.count()).toBeGreaterThan(2);
  for (const node of await shown.all()) await expect(node).toHaveText(milliseconds(Number(ttfb.value)));
  const all = await page
    .locator('.claim')
    .evaluateAll((nodes) =>
      nodes.map((node) => ({ text: node.textContent ?? '', about: node.getAttribute('title') ?? '' })),
    );
  expect(all.length).toBeGreaterThan(50);
  for (const { text, about } of all) {
    expect(text.trim(), about).not.toMatch(/^$|–|NaN|undefined/);
    expect(about, text).toMatch(/\. Run “first-request”.*\.$/);
  }
});

test('headings go down one level at a time, and each has a place to link to', async ({ page }) => {
  for (const path of pages().filter((one) => /^\/(chapters|reference)\//.test(one))) {
    await page.goto(path);
    const headings = await page
      .locator('main :is(h1, h2, h3, h4)')
      .evaluateAll((nodes) => nodes.map((node) => ({ level: Number(node.tagName[1]), id: node.id })));
    expect(headings[0]?.level, path).toBe(1);
    for (const [i, { level, id }] of headings.entries()) {
      expect(id, path).not.toBe('');
      if (i > 0) expect(level - headings[i - 1]!.level, `${path}#${id}`).toBeLessThanOrEqual(1);
    }
    expect(headings.filter(({ level }) => level === 1)).toHaveLength(1);
  }
});

for (const width of [320, 390, 760, 900, 1120, 1440]) {
  test(`the bill is whole and no label runs into another at ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(chapter);
    const bill = page.locator('svg.bill:visible');
    await expect(bill).toHaveCount(1);
    await expect(bill).toHaveAttribute('aria-label', /Name .*Connect .*together/);
    const boxes = await bill.locator('text').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return { text: node.textContent, left, right, top, bottom };
      }),
    );
    for (const [i, a] of boxes.entries()) {
      expect(a.left, `${a.text} at the left edge`).toBeGreaterThanOrEqual(0);
      expect(a.right, `${a.text} at the right edge`).toBeLessThanOrEqual(width);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 3 || b.bottom <= a.top + 3;
        expect(apart, `${a.text} over ${b.text}`).toBe(true);
      }
    }
    const bars = await bill
      .locator('rect')
      .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().width));
    const whole = (await bill.boundingBox())!.width;
    expect(Math.abs(bars.reduce((sum, one) => sum + one) - whole)).toBeLessThan(2);
  });
}

test('numbers bound to a figure follow its knobs', async ({ page }) => {
  await page.goto(chapter);
  const bound = page.locator('.claim[data-figure="knobs"]').first();
  await expect(bound).toHaveText('202\u00a0ms');
  const figure = page.locator('figure.rt-figure', { hasText: 'Move the distance' });
  await figure.scrollIntoViewIfNeeded();
  await figure.locator('[data-menu=knobs]').click();
  await figure.getByRole('slider', { name: /Distance/ }).press('ArrowRight');
  const { claims } = Session.start({
    scenario: 'first-request',
    set: { distance: '30ms' },
    seed: 1,
    inputs: [],
  })
    .finish()
    .view();
  await expect(bound).toHaveText(milliseconds(Number(claims.find(({ name }) => name === 'ttfb')!.value)));
  // What is not bound stays as it was written.
  const written = Session.start({ scenario: 'first-request', set: {}, seed: 1, inputs: [] }).finish().view();
  const first = written.claims.find(({ name }) => name === 'ttfb')!.value;
  await expect(page.locator(`.claim:not([data-figure])[value="${first}"]`).first()).toHaveText('202\u00a0ms');
});

test('a bound number is written in every style as the build writes it', async ({ page }) => {
  await page.goto(chapter);
  const written = await page.evaluate(() => {
    const follow = (data: Record<string, string>) => {
      const node = document.createElement('data');
      node.className = 'claim';
      Object.assign(node.dataset, { figure: 'test', ...data });
      document.body.append(node);
      return node;
    };
    const nodes = [
      follow({ claim: 'a' }),
      follow({ claim: 'a', minus: 'b' }),
      follow({ claim: 'a', as: 's' }),
      follow({ claim: 'n', as: 'words' }),
      follow({ claim: 'a', minus: 'gone' }),
      follow({ claim: 'none' }),
    ];
    const time = (name: string, value: number | undefined, text: string) => ({
      name,
      kind: 'time',
      value,
      text,
    });
    const claims = [
      time('a', 3_140_272_435, '3,140\u00a0ms'),
      time('b', 3_138_000_000, 'b'),
      time('gone', undefined, '–'),
      { name: 'n', kind: 'count', value: 2, text: '2' },
    ];
    dispatchEvent(new CustomEvent('roundtrip:run', { detail: { figure: 'test', scenario: 's', claims } }));
    return nodes.map((node) => node.textContent);
  });
  expect(written).toEqual(['3,140\u00a0ms', '2.3\u00a0ms', '3.1\u00a0s', 'two', '–', '']);
});

// No label of a figure lies on another: every label box of the map and the ladder at thirty moments, on three widths; and
// of every scenario there is, in a harness, at a few busy moments.
import { expect, type Page, test } from '@playwright/test';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { type Bundled, bundlePage } from './bundle.ts';

/** Pairs of labels whose boxes meet. Slanted ones are compared by their corners, along their sides (separating axes). */
async function collisions(page: Page): Promise<string[]> {
  return page
    .locator('.rt-player')
    .first()
    .evaluate((root) => {
      type Corner = readonly [x: number, y: number];
      const labels = [...root.querySelectorAll<SVGGraphicsElement | HTMLElement>('[data-label]')].flatMap(
        (element) => {
          if (element.checkVisibility && !element.checkVisibility()) return [];
          // What has scrolled out of its box, or half out, is not in the figure now.
          const room = element.closest('.rt-ladder-scroll')?.getBoundingClientRect();
          const outer = element.getBoundingClientRect();
          const head = element.closest('.rt-lanes') ? 0 : 54;
          if (room && (outer.top < room.top + head || outer.bottom > room.bottom)) return [];
          if (!(element instanceof SVGGraphicsElement)) {
            const box = element.getBoundingClientRect();
            if (box.width === 0) return [];
            const corners: Corner[] = [
              [box.left, box.top + 2],
              [box.right, box.top + 2],
              [box.right, box.bottom - 2],
              [box.left, box.bottom - 2],
            ];
            return [{ text: element.textContent ?? '', corners }];
          }
          const box = element.getBBox();
          const matrix = element.getScreenCTM()!;
          const corner = (x: number, y: number): Corner => {
            const point = new DOMPoint(x, y).matrixTransform(matrix);
            return [point.x, point.y];
          };
          // A line of type is higher than its letters.
          const top = box.y + 3;
          const bottom = box.y + box.height - 3;
          return [
            {
              text: element.textContent ?? '',
              corners: [
                corner(box.x, top),
                corner(box.x + box.width, top),
                corner(box.x + box.width, bottom),
                corner(box.x, bottom),
              ],
            },
          ];
        },
      );
      const meets = (a: readonly Corner[], b: readonly Corner[]): boolean => {
        for (const shape of [a, b]) {
          for (let i = 0; i < 4; i++) {
            const [x0, y0] = shape[i]!;
            const [x1, y1] = shape[(i + 1) % 4]!;
            const along = (corners: readonly Corner[]) =>
              corners.map(([x, y]) => (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0));
            const one = along(a);
            const two = along(b);
            if (Math.max(...one) <= Math.min(...two) || Math.max(...two) <= Math.min(...one)) return false;
          }
        }
        return true;
      };
      const found: string[] = [];
      labels.forEach((a, i) => {
        for (const b of labels.slice(i + 1))
          if (meets(a.corners, b.corners)) found.push(`${a.text} | ${b.text}`);
      });
      return found;
    });
}

const states = [
  { name: 'map', fragment: '&open=map' },
  { name: 'map, slow line', fragment: '&set.rate=0.5Mbit/s&open=map' },
  { name: 'map, machines wait', fragment: '&set.server=down&open=map' },
  {
    name: 'map, a link cut and a machine off',
    fragment: '&do=120,cut,from:transit-a,to:transit-b&do=200,off,machine:isp&open=map',
  },
  { name: 'ladder', fragment: '&open=ladder' },
  { name: 'ladder, packets lost', fragment: '&set.loss=5%25&open=ladder' },
  { name: 'ladder, a link cut', fragment: '&do=120,cut,from:transit-a,to:transit-b&open=ladder' },
  { name: 'ladder, server off', fragment: '&set.server=down&open=ladder' },
];

for (const width of [390, 768, 1440]) {
  for (const { name, fragment } of states) {
    test(`no label lies on another: ${name}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(`/#rt=first-request${fragment}&t=0`);
      const player = page.locator('.rt-player').first();
      await player.scrollIntoViewIfNeeded();
      await expect(player).toHaveAttribute('data-live', '');
      await expect(player.locator('.rt-readout')).toHaveText(/^0\.0/);
      await page.evaluate(() => document.fonts.ready);
      const slider = player.getByRole('slider', { name: 'Moment' });
      const end = Number(await slider.getAttribute('aria-valuemax'));
      for (let i = 0; i <= 29; i++) {
        const time = Math.floor((end * i) / 29);
        await page.evaluate((at) => {
          location.hash = location.hash.replace(/t=[\d.]+/, `t=${at}`);
        }, time);
        await expect(slider).toHaveAttribute('aria-valuenow', String(time));
        expect(await collisions(page), `at ${time} ms`).toEqual([]);
      }
    });
  }
}

let harness: Bundled;
test.beforeAll(async () => {
  harness = await bundlePage(new URL('../components/figures-harness.tsx', import.meta.url), 'Figures');
});

/** Moments of a run that are looked at: middles of its packets' ways, spread over the run. */
const MOMENTS = 5;

for (const { name } of scenarios) {
  for (const width of [390, 1440]) {
    test(`no label lies on another: scenario ${name}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await harness.serve(page.context());
      await page.goto(`${harness.origin}?scenario=${name}&panel=map&width=${Math.min(width, 1200)}`);
      const player = page.locator('.rt-player');
      await expect(player).toHaveAttribute('data-live', '');
      await page.evaluate(() => document.fonts.ready);
      // biome-ignore lint/suspicious/noExplicitAny: the harness leaves the run on the window
      const view = await page.evaluate(() => (window as any).view as { time: number; end: number }[]);
      const moments = Array.from({ length: MOMENTS }, (_, i) => {
        const { time, end } = view[Math.floor((view.length - 1) * (i / (MOMENTS - 1)))]!;
        return Math.round(time + (end - time) * 0.45) / 1e6;
      });
      const slider = player.getByRole('slider', { name: 'Moment' });
      for (const panel of ['map', 'ladder']) {
        for (const time of moments) {
          await page.evaluate(
            (hash) => (location.hash = hash),
            `#rt=${name}&v=${1}&open=${panel}&t=${time.toFixed(6)}`,
          );
          await expect(slider).toHaveAttribute('aria-valuenow', String(Math.round(time * 10) / 10));
          await expect(player.locator(`.rt-panel-${panel}`)).toBeVisible();
          expect(await collisions(page), `${panel} at ${time} ms`).toEqual([]);
          if (panel === 'map') expect(await strays(page), `map at ${time} ms`).toEqual([]);
        }
      }
    });
  }
}

/** Machines and their words that lie outside the area of the map that they belong to, or outside the map. */
async function strays(page: Page): Promise<string[]> {
  return page.locator('.rt-map-drawing').evaluate((map) => {
    const inside = (box: DOMRect, room: DOMRect) =>
      box.left >= room.left - 1 &&
      box.right <= room.right + 1 &&
      box.top >= room.top - 1 &&
      box.bottom <= room.bottom + 1;
    const areas = [...map.querySelectorAll('.rt-area')].map((area) => area.getBoundingClientRect());
    const found: string[] = [];
    for (const machine of map.querySelectorAll('.rt-machine')) {
      const glyph = machine.querySelector('.rt-machine-glyph')!.getBoundingClientRect();
      const own = areas.find((area) => inside(glyph, area));
      if (!own) found.push(`${machine.textContent}: no area`);
      const name = machine.querySelector('[data-label="name"]');
      if (!name) found.push(`${machine.getAttribute('aria-label')}: no name`);
      for (const words of machine.querySelectorAll('[data-label]'))
        if (own && !inside(words.getBoundingClientRect(), own))
          found.push(`${words.textContent}: outside its area`);
    }
    return found;
  });
}

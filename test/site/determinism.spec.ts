// One engine, two machines: every scenario gives the same digest in Chromium as in Node. The engine is bundled for the
// browser as it stands, without a polyfill: that it can be is a test of its own.
import { expect, test } from '@playwright/test';
import { build, type Rollup } from 'vite';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run, type RunSpec } from '../../src/engine/scenario/run.ts';
import { variantsOf } from '../scenario/variants.ts';

const entry = new URL('./digests.ts', import.meta.url).pathname;

async function bundle(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'silent',
    define: {},
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ['iife'], name: 'roundtrip' },
      target: 'esnext',
    },
  })) as Rollup.RollupOutput[];
  const [{ output }] = built;
  return output[0].code;
}

test('the engine runs in Chromium to the same last byte as in Node', async ({ page }) => {
  const specs: RunSpec[] = scenarios.flatMap((scenario) => variantsOf(scenario, 5).map(({ spec }) => spec));
  const here = specs.map((spec) => new Run(spec).finish().world.trace.digest);
  const code = await bundle();
  await page.goto('about:blank');
  await page.addScriptTag({ content: code });
  const there = await page.evaluate(
    (wanted) =>
      (globalThis as unknown as { roundtrip: { digests(s: RunSpec[]): string[] } }).roundtrip.digests(wanted),
    specs,
  );
  expect(there).toEqual(here);
  expect(new Set(here).size, 'different worlds have different digests').toBe(specs.length);
});

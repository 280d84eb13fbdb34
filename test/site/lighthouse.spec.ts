// Lighthouse as on a phone with a slow network, the median of three runs: 95 or more in every category.
import { chromium, expect, test } from '@playwright/test';
import lighthouse from 'lighthouse';
import { flags } from '../tools/browser.ts';
import { pages, port } from './dist.ts';

const least = 95;
const debugPort = 9333;
// One page of each kind, and of the chapters the last, which has the most figures.
const kinds = ['/', '/reference/glossary/', '/terminal/'];
const chapters = pages().filter((page) => page.startsWith('/chapters/'));
const chosen = [...pages().filter((page) => kinds.includes(page)), chapters.at(-1)!];

test.describe.configure({ mode: 'serial' });

for (const path of chosen) {
  test(`${path} scores ${least} or more`, async () => {
    test.setTimeout(240_000);
    const runs: Record<string, number[]> = {};
    const low: string[] = [];
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: [...flags, `--remote-debugging-port=${debugPort}`],
    });
    try {
      for (let run = 0; run < 3; run++) {
        const result = await lighthouse(`http://localhost:${port}${path}`, {
          port: debugPort,
          output: 'json',
          logLevel: 'error',
        });
        for (const [name, category] of Object.entries(result!.lhr.categories)) {
          (runs[name] ??= []).push(Math.round((category.score ?? 0) * 100));
          for (const { id, weight } of category.auditRefs) {
            const audit = result!.lhr.audits[id]!;
            if (weight > 0 && audit.score !== null && audit.score < 0.9)
              low.push(`${name}: ${audit.id} ${audit.displayValue ?? ''}`);
          }
        }
        // Two good runs out of three decide the median.
        if (run === 1 && Object.values(runs).every((scores) => scores.every((score) => score >= least)))
          break;
      }
    } finally {
      await browser.close();
    }
    const medians = Object.fromEntries(
      Object.entries(runs).map(([name, scores]) => [
        name,
        scores.toSorted((a, b) => a - b)[Math.floor((scores.length - 1) / 2)]!,
      ]),
    );
    console.log(`${path} ${JSON.stringify(medians)}`);
    for (const [name, median] of Object.entries(medians))
      expect(median, `${name}\n${low.join('\n')}`).toBeGreaterThanOrEqual(least);
  });
}

// `npm run picture`: the README's picture, taken from the built course: the first figure of chapter 0 at work.
// Needs `dist/` (npm run build).
import { spawn } from 'node:child_process';
import { chromium } from '@playwright/test';
import { findChromium, flags } from './browser.ts';

const port = 4398;
const server = spawn('astro', ['preview', '--ignore-lock', '--port', String(port)], { stdio: 'ignore' });
try {
  const browser = await chromium.launch({ executablePath: await findChromium(), args: flags });
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 1.5 });
  await open(`http://localhost:${port}/`);
  await page.locator('.rt-player').first().screenshot({ path: 'public/one-request.png' });
  await browser.close();

  /** The server needs a moment; a minute is more than it ever took. */
  async function open(url: string): Promise<void> {
    for (let tries = 0; tries < 120; tries++) {
      try {
        await page.goto(url, { waitUntil: 'networkidle' });
        return;
      } catch {
        await page.waitForTimeout(500);
      }
    }
    throw new Error(`${url} does not answer: is the course built?`);
  }
} finally {
  server.kill();
}

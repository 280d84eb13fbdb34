import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { flags } from '../tools/browser.ts';
import { basePort, port } from './dist.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const serve = (at: number, env: Record<string, string>) => ({
  command: `astro preview --ignore-lock --port ${at}`,
  cwd: root,
  env,
  url: `http://localhost:${at}${env.BASE_PATH}`,
  reuseExistingServer: false,
});

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: `${root}test-results`,
  forbidOnly: true,
  fullyParallel: true,
  // One more than cores: some tests wait for what a page must not do.
  workers: 3,
  retries: 0,
  reporter: [['list'], ['json']],
  timeout: 60_000,
  // Far beyond what a page needs: a machine that stands still for a while is no fault of the page.
  expect: { timeout: 30_000 },
  use: {
    baseURL: `http://localhost:${port}`,
    launchOptions: { executablePath: process.env.CHROMIUM, args: flags },
  },
  projects: [
    { name: 'pages', testIgnore: 'lighthouse.spec.ts' },
    // Measures time, so it runs by itself, when the rest is done.
    { name: 'lighthouse', testMatch: 'lighthouse.spec.ts', dependencies: ['pages'], fullyParallel: false },
  ],
  webServer: [
    serve(port, { OUT_DIR: './dist', BASE_PATH: '/' }),
    serve(basePort, { OUT_DIR: './dist-base', BASE_PATH: '/course/' }),
  ],
});

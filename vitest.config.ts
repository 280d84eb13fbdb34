import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // interop needs real programs and its own runner; the browser tests belong to Playwright.
    exclude: [...configDefaults.exclude, 'test/interop/**', 'test/site/**'],
    passWithNoTests: false,
    // A run with .only would pass while testing next to nothing.
    allowOnly: false,
    coverage: { include: ['src/engine/**'], reporter: ['text-summary', 'html'] },
  },
});

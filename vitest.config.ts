import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // interop needs real programs, and has its own runner (test/tools/interop.ts).
    exclude: [...configDefaults.exclude, 'test/interop/**'],
    passWithNoTests: false,
    // A run with .only would pass while testing next to nothing.
    allowOnly: false,
    coverage: { include: ['src/engine/**'], reporter: ['text-summary', 'html'] },
  },
});

import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // interop needs real programs, and has its own runner (test/tools/interop.ts).
    exclude: [...configDefaults.exclude, 'test/interop/**'],
    passWithNoTests: false,
    // Vitest leaves one core to whoever is at the machine; on two that is half of it.
    maxWorkers: '100%',
    // Far above what any test takes: a loaded machine is no fault of the code.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A run with .only would pass while testing next to nothing.
    allowOnly: false,
    coverage: { include: ['src/engine/**'], reporter: ['text-summary', 'html'] },
  },
});

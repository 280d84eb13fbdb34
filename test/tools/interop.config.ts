import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that only read files with a real program: they may run side by side. */
const readers = ['test/interop/tshark*.test.ts', 'test/interop/{dns-text,named-checkzone}.test.ts'];
const common = { testTimeout: 60_000, passWithNoTests: true, allowOnly: false };

export default defineConfig({
  root: fileURLToPath(new URL('../../', import.meta.url)),
  resolve: { tsconfigPaths: true },
  test: {
    ...common,
    projects: [
      {
        extends: true,
        test: { ...common, name: 'files', include: readers, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        // Real programs on one machine share its ports and its cores: one file at a time, and patience.
        test: {
          ...common,
          name: 'machine',
          include: ['test/interop/**/*.test.ts'],
          exclude: readers,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

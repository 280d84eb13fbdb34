// The runner of tests in the style of Node's own tells what passes from what fails, waits, hangs or cannot be here.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { judge, lineFor, testFiles } from '../tools/node-compat.ts';

const folder = fileURLToPath(new URL('../node-compat/parallel-style/', import.meta.url));

const EXPECTED: Readonly<Record<string, RegExp>> = {
  'test-is-not-called.js': /^not ok \S+: AssertionError \[ERR_ASSERTION\]: too late/,
  'test-misses-a-call.js': /^not ok \S+: Mismatched wanted function calls\. Expected exactly 2, actual 0\.$/,
  'test-needs-internals.js': /^skipped \S+: needs Node’s internals$/,
  'test-needs-what-is-not-here.js':
    /^skipped \S+: needs (node:)?child_process: it is about the machine beneath/,
  'test-never-lets-go.js': /^not ok \S+: did not let go for 4 s$/,
  'test-passes-esm.mjs': /^ok \S+$/,
  'test-passes.js': /^ok \S+$/,
  'test-runs-for-ever.js': /^not ok \S+: still ran after 30 s of virtual time$/,
  'test-skips-itself.js': /^skipped \S+: missing crypto$/,
  'test-throws.js':
    /^not ok \S+: AssertionError \[ERR_ASSERTION\]: Expected values to be strictly equal: 2 !== 3/,
};

test('all files of the folder are expected', () => {
  expect(testFiles(folder)).toEqual(Object.keys(EXPECTED));
});

test.each(Object.entries(EXPECTED))(
  '%s',
  async (file, line) => {
    expect(lineFor(await judge(folder, file, file.includes('never') ? 4 : 60))).toMatch(line);
  },
  90_000,
);

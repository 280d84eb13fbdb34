// The cases of test/node-compat/cases hold on real Node and in the simulation, with the same assertions.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

const folder = fileURLToPath(new URL('../node-compat/cases/', import.meta.url));
const subjects = readdirSync(folder).filter((name) => name.endsWith('.cjs') && name !== 'case.cjs');
const harness = readFileSync(`${folder}case.cjs`, 'utf8');

const lines = (output: string): string[] => output.trimEnd().split('\n');
const counts: number[] = [];

describe.each(subjects)('%s', (name) => {
  const source = readFileSync(folder + name, 'utf8');

  test('on Node', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', folder + name], {
      encoding: 'utf8',
    });
    const said = lines(stdout);
    expect(said.filter((line) => !line.startsWith('ok ')).slice(0, -1), stderr).toEqual([]);
    expect(said.at(-1)).toMatch(/^\d+ cases of /);
    counts.push(said.length - 1);
  });

  test('in the simulation', async () => {
    const { stdout, stderr } = await runProgram(source, { files: { 'case.cjs': harness } });
    const said = lines(stdout);
    expect(said.filter((line) => !line.startsWith('ok ')).slice(0, -1), stderr).toEqual([]);
    expect(said.at(-1), stderr).toMatch(/^\d+ cases of /);
    expect(said.length - 1).toBe(counts.at(-1));
  });
});

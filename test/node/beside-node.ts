// Runs the same source on the real Node and in the simulation.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RunProgramOptions, runProgram } from './run-program.ts';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

/** What the real Node prints; `source` is the text of a CommonJS file. */
export function runReal(source: string, env: Readonly<Record<string, string>> = {}): Promise<Printed> {
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  const file = join(folder, 'main.js');
  writeFileSync(file, source);
  return new Promise((resolve) => {
    const { NODE_OPTIONS: _, ...outside } = process.env;
    const child = execFile(
      process.execPath,
      [file],
      { env: { ...outside, ...env, NO_COLOR: '1' }, timeout: 30_000 },
      (error, stdout, stderr) => {
        rmSync(folder, { recursive: true });
        const code = error ? Number(error.code ?? 1) : 0;
        resolve({ stdout, stderr: stderr.replaceAll(folder, '/app'), code });
      },
    );
    child.stdin?.end();
  });
}

/** Both must print the same, and something. Gives what they print. */
export async function expectSame(source: string, options: RunProgramOptions = {}): Promise<string> {
  const [real, ours] = await Promise.all([runReal(source, options.env), runProgram(source, options)]);
  const masked = ({ stdout, stderr }: Printed): string => stdout + stderr.replace(/\(node:\d+\)/g, '(node)');
  expect(masked(ours), 'the simulation says').toBe(masked(real));
  expect(ours.code).toBe(real.code);
  expect(real.stdout).not.toBe('');
  return real.stdout;
}

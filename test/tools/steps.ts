// Runs the parts of a check one after another and keeps the count of tests.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const results = `${root}node_modules/.cache/roundtrip/`;

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

export function resultFile(name: string): string {
  mkdirSync(results, { recursive: true });
  rmSync(results + name, { force: true });
  return results + name;
}

export function run(command: string, args: string[], env: Record<string, string> = {}): boolean {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}`, ...env },
  });
  return done.status === 0;
}

/** Starts a part that takes one core and lets the next begin; the promise prints what it said when it has ended. */
export function runBeside(name: string, command: string, args: string[]): () => Promise<boolean> {
  const said = resultFile(`${name}.log`);
  const file = openSync(said, 'w');
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', file, file],
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  return async () => {
    const held = await ended;
    process.stdout.write(readFileSync(said, 'utf8'));
    return held;
  };
}

export function vitestCount(file: string): Count {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    // A file that does not even load fails without a failed test in it.
    failed: Math.max(report.numFailedTests, report.success ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function playwrightCount(file: string): Count {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

export const line = ({ passed, failed, skipped }: Count) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

export const sum = (counts: Count[]): Count => ({
  passed: counts.reduce((all, count) => all + count.passed, 0),
  failed: counts.reduce((all, count) => all + count.failed, 0),
  skipped: counts.reduce((all, count) => all + count.skipped, 0),
});

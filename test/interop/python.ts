/** Python as a model: one process answers a whole list of questions. */
import { spawnSync } from 'node:child_process';

/** Runs `script` with `questions` as JSON on its standard input; it prints its answers as JSON. */
export function askPython<Answer>(script: string, questions: unknown): Answer {
  const run = spawnSync('python3', ['-I', '-c', script], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 120_000,
  });
  if (run.error !== undefined || run.status !== 0)
    throw new Error(`python3 failed: ${run.error?.message ?? run.stderr.slice(0, 2000)}`);
  return JSON.parse(run.stdout) as Answer;
}

/** 3.9.5 began to refuse leading zeros (CVE-2021-29921) and to know zones: older ones are no model. */
export const WANTED = [3, 9, 5] as const;

/** Why Python cannot be asked, and `undefined` when it can. */
export function pythonFault(): string | undefined {
  const run = spawnSync('python3', ['-I', '-c', 'import sys; print(*sys.version_info[:3])'], {
    encoding: 'utf8',
  });
  if (run.error !== undefined || run.status !== 0) return 'python3 is not on this machine';
  const version = run.stdout.trim().split(' ').map(Number);
  const at = WANTED.findIndex((wanted, i) => version[i] !== wanted);
  return at >= 0 && version[at]! < WANTED[at]! ? `python3 is ${version.join('.')}, too old` : undefined;
}

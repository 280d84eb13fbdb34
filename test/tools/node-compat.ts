// `npm run test:node-compat -- DIR`: runs each file of a folder that is written as Node's own `test/parallel` is against
// the simulated Node, and prints a line for each: `ok`, `not ok` and why, `skipped` and why. The last line has the totals.
//
// Each file has a world, a thread and a limit of its own: 30 s of virtual time, 20 s of real time. The status says only
// whether the runner ran. None of Node's own files are here: DIR is a checkout's `test/parallel`, or part of it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Ran } from './compat-worker.ts';

export type Verdict = 'ok' | 'not ok' | 'skipped';

export interface Result {
  readonly file: string;
  readonly verdict: Verdict;
  /** One line; empty for what passed. */
  readonly why: string;
}

const REAL_SECONDS = 20;
const WORKER = new URL('./compat-worker.ts', import.meta.url);

/** Files of a folder, in order. */
export function testFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.m?js$/.test(name) && statSync(join(folder, name)).isFile())
    .sort();
}

/** Runs one file. `realSeconds` bounds what never lets go. */
export async function judge(folder: string, file: string, realSeconds = REAL_SECONDS): Promise<Result> {
  const path = join(folder, file);
  const beforehand = needsBeneath(readFileSync(path, 'utf8'));
  if (beforehand !== undefined) return { file, verdict: 'skipped', why: beforehand };
  const ran = await inThread(path, realSeconds);
  if (typeof ran === 'string') return { file, verdict: 'not ok', why: ran };
  return { file, ...verdictOf(ran) };
}

/** What a test says it needs of the Node that runs it. */
function needsBeneath(text: string): string | undefined {
  const flags = /^\/\/ Flags:(.*)$/m.exec(text)?.[1]?.trim() ?? '';
  if (/--expose[-_]internals/.test(flags)) return 'needs Node’s internals';
  if (/--expose[-_]gc/.test(flags)) return 'needs the garbage collector';
  const other = flags
    .split(/\s+/)
    .filter((flag) => flag !== '' && !/^--(no-)?(warnings|pending-deprecation)$/.test(flag));
  return other.length > 0 ? `needs ${other.join(' ')}` : undefined;
}

function inThread(path: string, realSeconds: number): Promise<Ran | string> {
  return new Promise((done) => {
    const worker = new Worker(WORKER, { workerData: path, execArgv: [], stderr: true, stdout: true });
    let fault = '';
    const end = (result: Ran | string): void => {
      clearTimeout(timer);
      done(result);
      void worker.terminate();
    };
    const timer = setTimeout(() => end(`did not let go for ${realSeconds} s`), realSeconds * 1000);
    worker.stderr.on('data', (data) => {
      fault += String(data);
    });
    worker.on('message', (ran: Ran) => end(ran));
    worker.on('error', (error: Error) =>
      end(`the simulation failed: ${lineOf(String(error.stack ?? error))}`),
    );
    worker.on('exit', () => end(`the thread ended: ${lineOf(fault)}`));
  });
}

function verdictOf({ code, output, end }: Ran): Pick<Result, 'verdict' | 'why'> {
  const skipped = /^1\.\.0 # Skipped: (.*)$/m.exec(output)?.[1];
  if (skipped !== undefined) return { verdict: 'skipped', why: skipped };
  const missing = /No such built-in module: (\S+)\. The simulated Node has none: (.*)/.exec(output);
  if (missing) return { verdict: 'skipped', why: `needs ${missing[1]}: ${missing[2]}` };
  if (code === 0) return { verdict: 'ok', why: '' };
  if (code === undefined)
    return {
      verdict: 'not ok',
      why: end === 'events' ? 'too many events' : 'still ran after 30 s of virtual time',
    };
  return { verdict: 'not ok', why: lineOf(output) || `exit status ${code}` };
}

/** The line of some output that says most. */
function lineOf(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => /^(?:Uncaught\s)?(?:\w*Error|AssertionError)\b.*:/.test(line)) ??
    lines.find((line) => /^Mismatched|so it was stopped/.test(line)) ??
    lines.find((line) => line !== '' && !/^(file:|\/app|\^|Node\.js)/.test(line)) ??
    '';
  // what was expected stands below
  const at = lines.indexOf(said);
  const more = /:$/.test(said)
    ? lines
        .slice(at + 1)
        .filter((line) => line !== '')
        .slice(0, 3)
    : [];
  return [said, ...more].join(' ').slice(0, 300);
}

export function lineFor({ file, verdict, why }: Result): string {
  return why === '' ? `${verdict} ${file}` : `${verdict} ${file}: ${why}`;
}

async function main(folder: string, wanted: RegExp): Promise<void> {
  const files = testFiles(folder).filter((file) => wanted.test(file));
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const result = await judge(folder, file);
      results.push(result);
      console.log(lineFor(result));
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, lane));
  const count = (verdict: Verdict): number => results.filter((one) => one.verdict === verdict).length;
  console.log(`${count('ok')} passed, ${count('not ok')} failed, ${count('skipped')} skipped`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, pattern = ''] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('usage: npm run test:node-compat -- DIR [PATTERN]');
    process.exitCode = 2;
  } else await main(resolve(folder), new RegExp(pattern));
}

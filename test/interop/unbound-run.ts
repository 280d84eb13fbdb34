/** Unbound in many hierarchies at once: each worker has a network namespace of its own. Linux, root and unbound needed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Outcome } from './unbound-questions.ts';

const WORKER = new URL('./unbound-worker.ts', import.meta.url).pathname;
/** They wait for time-outs nearly all of their time. */
const WORKERS = 8;

const open = new Set<string>();
process.once('exit', () => {
  for (const namespace of open) remove(namespace);
});

/** Outcomes in the order in which they are ready. */
export async function resolveWithUnbound(
  seeds: readonly number[],
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  const left = [...seeds];
  const count = Math.min(WORKERS, left.length);
  await Promise.all(
    Array.from({ length: count }, (_, i) => work(`rt-unbound-${process.pid}-${i}`, left, onOutcome)),
  );
}

async function work(namespace: string, left: number[], onOutcome: (outcome: Outcome) => void): Promise<void> {
  inside(['ip', 'netns', 'add', namespace]);
  open.add(namespace);
  try {
    inside(['ip', '-n', namespace, 'link', 'set', 'lo', 'up']);
    const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, WORKER], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await feed(child, left, onOutcome);
  } finally {
    remove(namespace);
  }
}

/** Gives a worker one seed after the other. Ends when it has ended. */
function feed(child: ChildProcess, left: number[], onOutcome: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let seed: number | undefined;
    const next = (): void => {
      seed = left.shift();
      if (seed === undefined) child.stdin!.end();
      else child.stdin!.write(`${seed}\n`);
    };
    createInterface({ input: child.stdout! }).on('line', (line) => {
      onOutcome(JSON.parse(line) as Outcome);
      next();
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0 && seed === undefined) resolve();
      else reject(new Error(`the worker of seed ${seed} ended with ${status}`));
    });
    next();
  });
}

/** The namespace, and whatever a worker that broke left in it. */
function remove(namespace: string): void {
  open.delete(namespace);
  const { stdout } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' });
  // one that has just ended by itself makes no fuss here
  spawnSync('kill', ['-KILL', ...stdout.split('\n').filter(Boolean)], { stdio: 'ignore' });
  spawnSync('ip', ['netns', 'del', namespace], { stdio: 'ignore' });
}

function inside([program, ...args]: readonly string[]): void {
  const { status, stderr } = spawnSync(program!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

// `npm run bench`, `npm run bench -- --json FILE`, `npm run bench -- queue dns`: how fast the engine is beside others.
// Each bench runs in a process of its own, so that none is compiled for what another did. Numbers are per second of
// processor time, medians of several runs; ratios say more than numbers, as peers run on the same machine.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './measure.ts';

const BENCHES = {
  queue: () => import('./queue.ts'),
  queueing: () => import('./queueing.ts'),
  dns: () => import('./dns.ts'),
  bulk: () => import('./bulk.ts'),
  request: () => import('./request.ts'),
} satisfies Record<string, () => Promise<{ rows: () => Promise<Row[]> }>>;
type Bench = keyof typeof BENCHES;
const names = Object.keys(BENCHES) as Bench[];

async function rowsOf(bench: Bench): Promise<Row[]> {
  const { rows } = await BENCHES[bench]();
  return rows();
}

function inOwnProcess(bench: Bench): Row[] {
  const done = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--only', bench], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (done.status !== 0) throw new Error(`the bench ${bench} failed`);
  return JSON.parse(done.stdout) as Row[];
}

function rate(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : `${(value / 1e3).toFixed(0)} k`;
}

function line({ name, unit, ours, peer, peerName, ratio, target }: Row): string {
  const theirs = peer === null ? '–' : rate(peer);
  const times = ratio === null ? '' : `${ratio.toFixed(2)} ×`;
  const wanted = target === null ? '' : `≥ ${target} ×`;
  return [
    name.padEnd(34),
    unit.padEnd(11),
    rate(ours).padStart(9),
    theirs.padStart(9),
    times.padStart(8),
    wanted.padStart(8),
    ` ${peerName}`,
  ].join(' ');
}

const args = process.argv.slice(2);
if (args[0] === '--only') {
  console.log(JSON.stringify(await rowsOf(args[1] as Bench)));
} else {
  const json = args.indexOf('--json');
  const file = json < 0 ? undefined : args[json + 1];
  if (json >= 0 && file === undefined) throw new Error('--json wants the name of a file');
  const named = json < 0 ? args : args.toSpliced(json, 2);
  const unknown = named.find((one) => !(names as string[]).includes(one));
  if (unknown !== undefined) throw new Error(`no bench is called ${unknown}; there are ${names.join(', ')}`);
  console.log(
    [
      ''.padEnd(34),
      'per CPU s'.padEnd(11),
      'ours'.padStart(9),
      'peer'.padStart(9),
      'ratio'.padStart(8),
      'wanted'.padStart(8),
      ' peer',
    ].join(' '),
  );
  const all: Row[] = [];
  for (const bench of named.length > 0 ? (named as Bench[]) : names) {
    const rows = inOwnProcess(bench);
    for (const one of rows) console.log(line(one));
    all.push(...rows);
  }
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

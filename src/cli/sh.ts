/**
 * `roundtrip sh SCENARIO MACHINE -- LINE`: types a line at a machine's prompt, and prints what comes back as a terminal
 * would; without a line, one after another from standard input.
 *
 * Output comes when the run is over, in the order of virtual time; the program's status becomes the command's own.
 */
import { readFileSync } from 'node:fs';
import { Malformed } from '#engine/base/errors.ts';
import { parseDuration } from '#engine/base/units.ts';
import { Run } from '#engine/scenario/run.ts';
import { readArguments, readSeed, readSettings } from './arguments.ts';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  seed: { type: 'string' },
  at: { type: 'string' },
} as const;

/** Of a line that the scenario's end cut short. */
const CUT_SHORT = 124;

/** What was printed, in order. */
export interface Piece {
  readonly stream: 'out' | 'err';
  readonly text: string;
}

export interface ShellOutcome {
  readonly status: number;
  readonly pieces: readonly Piece[];
}

/** A word as a shell must be given it; what stands between commands stays what it is. */
function quoted(word: string): string {
  if (word === ';' || word === '&&' || word === '||' || /^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

export function sh(args: readonly string[], input: () => string = readStandardInput): ShellOutcome {
  const dashes = args.indexOf('--');
  const before = dashes < 0 ? args : args.slice(0, dashes);
  const { positionals, values } = readArguments('sh', before, OPTIONS, ['SCENARIO', 'MACHINE']);
  const [scenario, machine] = positionals as [string, string];
  const run = new Run({
    scenario,
    set: readSettings(values.set ?? []),
    seed: readSeed(values.seed ?? '1'),
    inputs: [],
  });
  if (!run.scenario.terminals) throw new Malformed(`${scenario} has no prompt to type at`);
  const words = dashes < 0 ? [] : args.slice(dashes + 1);
  // one word is a whole line, as for `sh -c`
  const typed = words.length === 1 ? words[0]! : words.map(quoted).join(' ');
  const lines = words.length > 0 ? [typed] : input().split('\n');
  const start = values.at === undefined ? 0 : parseDuration(values.at);
  if (start > run.until) throw new Malformed(`--at ${values.at} is after the end of ${scenario}`);
  run.world.kernel.run({ until: start, maxEvents: run.scenario.maxEvents });
  let status = 0;
  const pieces: Piece[] = [];
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const printed = runLine(run, machine, line);
    status = printed.status;
    pieces.push(...printed.pieces);
  }
  return { status, pieces };
}

/** Types one line now, and runs the world until it has ended, or the scenario has. */
function runLine(run: Run, machine: string, line: string): ShellOutcome {
  const { world } = run;
  world.checkInput('type', { machine, line });
  const from = world.trace.length;
  world.input(world.now, 'type', { machine, line });
  const { kernel } = world;
  for (let next = from; ; ) {
    const isLate = kernel.processed >= run.scenario.maxEvents;
    const end = isLate ? 'idle' : kernel.run({ until: run.until, maxEvents: 1 });
    for (; next < world.trace.length; next++) {
      const { kind, node } = world.trace.event(next);
      if (kind !== 'shell.exit' || node !== machine) continue;
      const printed = readLine(run, machine, from);
      if (printed) return printed;
    }
    if (end === 'events') continue;
    const text = `roundtrip: ${run.scenario.name} ended at ${world.now / 1e9} s, before this did\n`;
    const { pieces } = readLine(run, machine, from, true)!;
    return { status: CUT_SHORT, pieces: [...pieces, { stream: 'err', text }] };
  }
}

/** What the line that was typed at event `from` has printed, once it is over. */
function readLine(run: Run, machine: string, from: number, isCut = false): ShellOutcome | undefined {
  let number: unknown;
  let typed = -1;
  const pieces: Piece[] = [];
  const kinds = ['input', 'shell.run', 'shell.output', 'shell.exit', 'shell.refused'];
  for (const { id, kind, node, cause, detail } of run.world.trace.events(kinds, from)) {
    if (kind === 'input' && typed < 0 && detail!['what'] === 'type') typed = id;
    if (node !== machine) continue;
    if (kind === 'shell.refused' && cause === typed)
      return { status: CUT_SHORT, pieces: [{ stream: 'err', text: `roundtrip: ${detail!['reason']}\n` }] };
    if (kind === 'shell.run' && cause === typed) number = detail!['run'];
    if (number === undefined || detail!['run'] !== number) continue;
    if (kind === 'shell.exit') return { status: Number(detail!['status']), pieces };
    if (kind === 'shell.output')
      pieces.push({ stream: detail!['stream'] === 'err' ? 'err' : 'out', text: String(detail!['text']) });
  }
  return isCut ? { status: CUT_SHORT, pieces } : undefined;
}

function readStandardInput(): string {
  return readFileSync(0, 'utf8');
}

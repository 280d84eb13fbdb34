/**
 * `roundtrip run SCENARIO`: runs it, prints it, writes it.
 */
import { writeFileSync } from 'node:fs';
import { Malformed } from '#engine/base/errors.ts';
import { parseDuration } from '#engine/base/units.ts';
import type { Tap } from '#engine/export/capture.ts';
import { Session } from '#engine/export/session.ts';
import { claimText } from '#engine/inspect/build-view.ts';
import { rerun } from '../bridge/recording.ts';
import { readArguments, readSeed, readSettings } from './arguments.ts';
import { readInputs } from './serve.ts';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  seed: { type: 'string' },
  until: { type: 'string' },
  text: { type: 'boolean' },
  json: { type: 'boolean' },
  claims: { type: 'boolean' },
  transcript: { type: 'boolean' },
  pcap: { type: 'string' },
  at: { type: 'string' },
  inputs: { type: 'string' },
} as const;

interface Asked {
  readonly inputs?: string;
  readonly set?: string[];
  readonly seed?: string;
  readonly until?: string;
}

export function run(args: readonly string[]): string {
  const { positionals, values } = readArguments('run', args, OPTIONS, ['SCENARIO']);
  const forms = (['text', 'json', 'claims', 'transcript'] as const).filter((form) => values[form]);
  if (forms.length > 1) throw new Malformed(`--${forms[0]} and --${forms[1]} exclude each other`);
  if (values.at !== undefined && values.pcap === undefined && forms[0] !== undefined && forms[0] !== 'text')
    throw new Malformed('--at says where packets are seen: it goes with --text or --pcap');
  const session = start(positionals[0]!, values);
  const tap = readTap(session, values.at);
  session.finish();
  if (values.pcap !== undefined) write(values.pcap, session.pcapng(tap));
  if (values.json) return session.json();
  if (values.claims) return claims(session) + goals(session);
  if (values.transcript) return session.transcript();
  return session.text(tap);
}

function start(scenario: string, { inputs, set, seed, until }: Asked): Session {
  if (inputs !== undefined) {
    if (set || seed !== undefined || until !== undefined)
      throw new Malformed('--inputs brings its own parameters, seed and end');
    return Session.of(rerun(readInputs(inputs, scenario)));
  }
  return Session.start(
    { scenario, set: readSettings(set ?? []), seed: readSeed(seed ?? '1'), inputs: [] },
    until === undefined ? {} : { until: parseDuration(until) },
  );
}

function readTap(session: Session, machine: string | undefined): Tap {
  if (machine === undefined) return 'makers';
  session.run.network.machine(machine);
  return { machine };
}

/** Throws {@link Malformed} when the file cannot be written. */
export function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'its folder does not exist',
      ENOTDIR: 'its folder is a file',
      EACCES: 'not allowed',
      EISDIR: 'it is a folder',
      ENOSPC: 'the disk is full',
    };
    throw new Malformed(`cannot write ${file}: ${reasons[code ?? ''] ?? code}`);
  }
}

/** Name, value, and what exactly it is; parts on lines of their own. */
function claims(session: Session): string {
  const read = session.run.claims();
  return Object.entries(session.run.scenario.claims)
    .map(([name, { about }]) => {
      const claim = read[name]!;
      const parts = Object.entries(claim.parts ?? {}).map(
        ([part, value]) => `  ${part.padEnd(24)} ${String(value).padStart(9)}\n`,
      );
      const text = claimText(claim).replaceAll('\u00a0', ' ');
      return `${name.padEnd(26)} ${text.padStart(9)}   ${about}\n${parts.join('')}`;
    })
    .join('');
}

/** How the goals of a lab stand, and why. */
function goals(session: Session): string {
  const read = session.run.goals();
  return Object.entries(session.run.scenario.goals ?? {})
    .map(([name, { label }]) => {
      const { state, because } = read[name]!;
      return `goal ${name.padEnd(21)} ${state.padStart(9)}   ${label}: ${because.replaceAll('\u00a0', ' ')}\n`;
    })
    .join('');
}

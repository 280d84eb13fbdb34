/**
 * `roundtrip play DIR`: runs the programs of a project on its scenario's machines, and prints what they print as it comes.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Malformed } from '#engine/base/errors.ts';
import { formatNumber, MILLISECOND } from '#engine/base/units.ts';
import { Session } from '#engine/export/session.ts';
import { readProject } from '#engine/node/project.ts';
import { type ProgramOutput, Programs } from '#engine/scenario/programs.ts';
import { readArguments, readSeed, readSettings } from './arguments.ts';
import { nodeRealm } from './node-realm.ts';
import { write } from './run.ts';
import { shelf } from './shelf.ts';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  seed: { type: 'string' },
  plain: { type: 'boolean' },
  text: { type: 'boolean' },
  transcript: { type: 'boolean' },
  pcap: { type: 'string' },
} as const;

/** What no project means when it lies in a folder with other things. */
const LEFT_OUT = new Set(['node_modules', '.git', 'roundtrip.mjs']);
const MAX_FILES = 1000;

export type Print = (stream: 'out' | 'err', text: string) => void;

/** Gives the exit status: 1 when a program failed or the run was cut, 2 when it was asked wrongly. */
export async function play(args: readonly string[], print: Print): Promise<number> {
  try {
    return await playProject(args, print);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    print('err', `roundtrip: ${error.message.replaceAll('\n', ' ')}\n`);
    return 2;
  }
}

async function playProject(args: readonly string[], print: Print): Promise<number> {
  const { positionals, values } = readArguments('play', args, OPTIONS, ['DIR']);
  const project = readProject(readFolder(positionals[0]!));
  const width = Math.max(...project.programs.map(({ name }) => name.length));
  const lines = new LinePrinter(print, width);
  const realm = nodeRealm(shelf());
  try {
    const programs = new Programs(project, realm, {
      set: readSettings(values.set ?? []),
      ...(values.seed !== undefined && { seed: readSeed(values.seed) }),
      onOutput: (output) => {
        if (values.plain) print(output.stream === 'stdout' ? 'out' : 'err', output.text);
        else lines.put(output);
      },
    });
    await programs.finish();
    lines.end();
    const session = Session.of(programs.run);
    if (values.pcap !== undefined) write(values.pcap, session.pcapng());
    if (values.text) print('out', session.text());
    if (values.transcript) print('out', session.transcript());
    const { cutShort } = programs;
    if (cutShort !== undefined) print('err', `roundtrip: ${cutShort}\n`);
    const failed = programs.programs.filter(({ process }) => process?.ended !== 0);
    return cutShort === undefined && failed.every(({ spec }) => spec.isService) ? 0 : 1;
  } finally {
    realm.end();
  }
}

/** Output in whole lines, each with its time and its program. */
class LinePrinter {
  readonly #print: Print;
  readonly #width: number;
  readonly #begun = new Map<string, ProgramOutput>();

  constructor(print: Print, width: number) {
    this.#print = print;
    this.#width = width;
  }

  put(output: ProgramOutput): void {
    const key = `${output.program} ${output.stream}`;
    const begun = this.#begun.get(key);
    const whole = (begun?.text ?? '') + output.text;
    const end = whole.lastIndexOf('\n');
    for (const line of whole.slice(0, Math.max(end, 0)).split('\n'))
      if (end >= 0) this.#line({ ...output, time: begun?.time ?? output.time, text: line });
    const rest = whole.slice(end + 1);
    if (rest === '') this.#begun.delete(key);
    else this.#begun.set(key, { ...output, text: rest });
  }

  /** What came without the end of its line. */
  end(): void {
    for (const output of this.#begun.values()) this.#line(output);
  }

  #line({ program, stream, text, time }: ProgramOutput): void {
    const at = formatNumber(time / MILLISECOND, 3).padStart(12);
    this.#print(stream === 'stdout' ? 'out' : 'err', `${at} ms  ${program.padEnd(this.#width)}  ${text}\n`);
  }
}

function readFolder(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      if (LEFT_OUT.has(name)) continue;
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (files.size >= MAX_FILES) throw new Malformed(`${folder} holds more than ${MAX_FILES} files`);
      else files.set(relative(folder, path), readFileSync(path, 'utf8'));
    }
  };
  try {
    walk(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof Malformed) throw error;
    throw new Malformed(
      `${folder}: ${code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such folder' : code}`,
    );
  }
  return files;
}

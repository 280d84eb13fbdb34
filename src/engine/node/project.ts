/**
 * A project: an ordinary Node project, whose package.json says in the field `roundtrip` on which machines of which
 * scenario its programs run.
 *
 * Projects come from links and from people's storage: whatever is wrong is a {@link Malformed} with a sentence, and
 * everything has a bound.
 */
import { Malformed } from '../base/errors.ts';
import { type Nanoseconds, parseDuration, SECOND } from '../base/units.ts';
import { MAX_ALL_BYTES, MAX_FILE_BYTES, ProgramFiles } from './program-files.ts';

/** One program of a project. */
export interface ProgramSpec {
  /** What people call it. Two programs have two names. */
  readonly name: string;
  /** The machine that it runs on. */
  readonly on: string;
  /** The file that it starts with: `server.js`. */
  readonly run: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Runs until all that are no services have ended; then it is told to end. */
  readonly isService: boolean;
  /** When it starts, from the beginning of the run. */
  readonly start: Nanoseconds;
}

export interface Project {
  readonly title: string;
  readonly scenario: string;
  /** Parameter texts of the scenario that differ from the defaults. */
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
  /** When the run is cut, whatever goes on. */
  readonly until: Nanoseconds;
  readonly programs: readonly ProgramSpec[];
  /** By path from the project's folder. */
  readonly files: ReadonlyMap<string, string>;
}

const MAX_PROGRAMS = 16;
const MAX_FILES = 400;
const MAX_TEXT = 200;
const MAX_ARGS = 32;
const MAX_ENV = 64;
const MAX_VALUE = 1000;
const MAX_UNTIL = 3600 * SECOND;
const FILE = /^(?:[^/\0]+\/)*[^/\0]+$/;

/** Where the project lies on each machine. */
export const PROJECT_FOLDER = '/app';

/** Reads package.json among the files. Throws {@link Malformed}. */
export function readProject(files: ReadonlyMap<string, string>): Project {
  checkFiles(files);
  const text = files.get('package.json');
  if (text === undefined) throw new Malformed('the project has no package.json');
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw new Malformed(`package.json is no JSON: ${(error as Error).message.slice(0, MAX_TEXT)}`);
  }
  const field = record(record(whole, 'package.json')['roundtrip'], 'its field “roundtrip”');
  const programs = list(field['processes'], 'processes').map(readProgram);
  if (programs.length === 0) throw new Malformed('roundtrip.processes names no program');
  if (programs.length > MAX_PROGRAMS) throw new Malformed(`more than ${MAX_PROGRAMS} programs`);
  for (const { name, run } of programs) {
    if (programs.filter((one) => one.name === name).length > 1)
      throw new Malformed(`two programs are called ${name}`);
    if (!files.has(run)) throw new Malformed(`${name} should run ${run}, which is not among the files`);
  }
  return {
    title: field['title'] === undefined ? 'A project' : phrase(field['title'], 'title'),
    scenario: phrase(field['scenario'], 'scenario'),
    set: texts(field['set'], 'set'),
    seed: field['seed'] === undefined ? 1 : seed(field['seed']),
    until: field['until'] === undefined ? 60 * SECOND : time(field['until'], 'until', MAX_UNTIL),
    programs,
    files,
  };
}

/** The files as each machine has them: a copy for each, in {@link PROJECT_FOLDER}. */
export function filesOf({ files }: Project): ProgramFiles {
  return new ProgramFiles([...files].map(([name, text]) => [`${PROJECT_FOLDER}/${name}`, text] as const));
}

function checkFiles(files: ReadonlyMap<string, string>): void {
  if (files.size > MAX_FILES) throw new Malformed(`a project of more than ${MAX_FILES} files`);
  let all = 0;
  for (const [name, text] of files) {
    const shown = name.slice(0, 60);
    if (
      !FILE.test(name) ||
      name.length > MAX_TEXT ||
      name.split('/').some((part) => part === '..' || part === '.')
    )
      throw new Malformed(`“${shown}” cannot be the name of a file`);
    if (text.length > MAX_FILE_BYTES)
      throw new Malformed(`${shown} is longer than ${MAX_FILE_BYTES} characters`);
    all += text.length;
  }
  if (all > MAX_ALL_BYTES) throw new Malformed(`the files are longer than ${MAX_ALL_BYTES} characters`);
}

function readProgram(value: unknown): ProgramSpec {
  const entry = record(value, 'an entry of “processes”');
  const name = phrase(entry['name'], 'name');
  const of = (what: string): string => `${what} of ${name}`;
  const args = entry['args'] === undefined ? [] : list(entry['args'], of('args'));
  if (args.length > MAX_ARGS) throw new Malformed(`${name} has more than ${MAX_ARGS} arguments`);
  const isService = entry['service'] ?? false;
  if (typeof isService !== 'boolean') throw new Malformed(`${of('service')} is neither true nor false`);
  return {
    name,
    on: phrase(entry['on'], of('on')),
    run: phrase(entry['run'], of('run')),
    args: args.map((arg) => phrase(arg, of('args'), MAX_VALUE)),
    env: texts(entry['env'], of('env')),
    isService,
    start: entry['start'] === undefined ? 0 : time(entry['start'], of('start'), MAX_UNTIL),
  };
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === undefined) throw new Malformed(`${what} is missing`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`${what} is no object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is no list`);
  return value;
}

function phrase(value: unknown, what: string, most = MAX_TEXT): string {
  if (typeof value !== 'string' || value === '') throw new Malformed(`${what} is no text`);
  if (value.length > most) throw new Malformed(`${what} is longer than ${most} characters`);
  return value;
}

function texts(value: unknown, what: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const entries = Object.entries(record(value, what));
  if (entries.length > MAX_ENV) throw new Malformed(`${what} has more than ${MAX_ENV} entries`);
  return Object.fromEntries(
    entries.map(([name, one]) => {
      if (typeof one !== 'string' || one.length > MAX_VALUE || name.length > MAX_TEXT)
        throw new Malformed(`${what}: ${name.slice(0, 40)} is no text of at most ${MAX_VALUE} characters`);
      return [name, one];
    }),
  );
}

function seed(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Malformed('seed is no whole number from 0');
  return value;
}

function time(value: unknown, what: string, most: Nanoseconds): Nanoseconds {
  const read = typeof value === 'string' && /^\d/.test(value) ? durationIn(value) : Number.NaN;
  if (!(read >= 0 && read <= most))
    throw new Malformed(`${what} is no time such as 200ms or 5s, up to ${most / SECOND}s`);
  return read;
}

function durationIn(text: string): Nanoseconds {
  try {
    return parseDuration(text);
  } catch {
    return Number.NaN;
  }
}

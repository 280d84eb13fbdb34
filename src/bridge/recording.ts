/**
 * A session with the outside as a file: JSON, one object a line. The first line says which world it was, then every
 * input with its virtual time, in order; the last line, which a killed session lacks, how the run looked at its end.
 *
 *     {"roundtrip":"inputs","format":1,"scenario":"first-request","version":1,"set":{},"seed":1,"machines":["resolver"]}
 *     {"time":1200345678,"what":"outside.datagram","machine":"resolver","port":53,"from":40123,"bytes":"a1b2…"}
 *     {"end":5000000000,"digest":"0123456789abcdef"}
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Malformed } from '#engine/base/errors.ts';
import { SECOND } from '#engine/base/units.ts';
import { Outside, type OutsideLayout, replay } from '#engine/net/outside/outside.ts';
import { findScenario } from '#engine/scenario/all.ts';
import { Run } from '#engine/scenario/run.ts';
import type { Input } from '#engine/sim/world.ts';
import type { Detail } from '#engine/trace/event.ts';
import { Unavailable } from './unavailable.ts';

const FORMAT = 1;
const FLUSH_CHARACTERS = 65_536;
/** More than a person or a test does; about 200 MB of file. */
export const MOST_INPUTS = 1_000_000;

/** Which world a session took place in. */
export interface RecordedWorld {
  readonly scenario: string;
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly layout: OutsideLayout;
}

export interface Recording extends RecordedWorld {
  readonly inputs: readonly Input[];
  /** When it ended; a moment after the last input when the file does not say. */
  readonly end: number;
  readonly digest: string | undefined;
}

/** Writes a session while it goes on. */
export class Recorder {
  count = 0;
  readonly #file: number;
  #text = '';

  /** Throws {@link Unavailable} when the file cannot be written. */
  constructor(path: string, { scenario, set, seed, layout }: RecordedWorld) {
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw new Unavailable(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`);
    }
    const { version } = findScenario(scenario);
    this.#line({ roundtrip: 'inputs', format: FORMAT, scenario, version, set, seed, ...layout });
  }

  /** False when the file holds as many as it may. */
  add({ time, what, detail }: Input): boolean {
    this.#line({ time, what, ...detail });
    this.count += 1;
    return this.count < MOST_INPUTS;
  }

  finish(end: number, digest: string): void {
    this.#line({ end, digest });
    this.flush();
    closeSync(this.#file);
  }

  flush(): void {
    writeSync(this.#file, this.#text);
    this.#text = '';
  }

  #line(value: object): void {
    this.#text += `${JSON.stringify(value)}\n`;
    if (this.#text.length > FLUSH_CHARACTERS) this.flush();
  }
}

/** Reads a file's text. Throws {@link Malformed} with the line and what is wrong there. */
export function readRecording(text: string): Recording {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MOST_INPUTS + 2) throw new Malformed(`a recording of more than ${MOST_INPUTS} inputs`);
  const world = readHead(parse(lines[0] ?? '', 1));
  const inputs: Input[] = [];
  let last: Detail | undefined;
  for (let i = 1; i < lines.length; i++) {
    // a session that was killed may have left half a line
    if (i === lines.length - 1 && !text.endsWith('\n')) break;
    const value = parse(lines[i]!, i + 1);
    if (last) throw new Malformed(`line ${i + 1}: the recording had ended`);
    if ('end' in value) last = value;
    else inputs.push(readInput(value, i + 1, inputs.at(-1)?.time ?? -1));
  }
  const latest = inputs.at(-1)?.time ?? 0;
  const end = last ? Number(last['end']) : latest + SECOND;
  if (!Number.isSafeInteger(end) || end < latest) throw new Malformed('a recording ends after its inputs');
  return { ...world, inputs, end, digest: typeof last?.['digest'] === 'string' ? last['digest'] : undefined };
}

/** Runs a recorded session again. Throws {@link Malformed} when an input makes no sense in this world. */
export function rerun({ scenario, set, seed, layout, inputs, end }: Recording): Run {
  const run = new Run({ scenario, set, seed, inputs: [] }, { keeper: () => {} });
  new Outside(run.network, layout);
  replay(run.network, inputs, end);
  run.end = 'until';
  return run;
}

function parse(line: string, number: number): Detail {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Malformed(`line ${number}: not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed(`line ${number}: not an object`);
  return value as Detail;
}

function readHead(head: Detail): RecordedWorld {
  if (head['roundtrip'] !== 'inputs') throw new Malformed('line 1: not a recording of inputs');
  if (head['format'] !== FORMAT)
    throw new Malformed(`line 1: format ${head['format']}; this program reads ${FORMAT}`);
  const { scenario, version, seed, door } = head;
  const set = head['set'] as unknown;
  const machines = head['machines'] as unknown;
  const isSet =
    typeof set === 'object' && set !== null && Object.values(set).every((one) => typeof one === 'string');
  const areMachines = Array.isArray(machines) && machines.every((one) => typeof one === 'string');
  const isDoor = door === undefined || typeof door === 'string';
  if (typeof scenario !== 'string' || typeof seed !== 'number' || !isSet || !areMachines || !isDoor)
    throw new Malformed('line 1: it names scenario, version, set, seed and machines');
  const now = findScenario(scenario).version;
  if (version !== now)
    throw new Malformed(`recorded with version ${version} of ${scenario}, which is at ${now}: another world`);
  const layout: OutsideLayout = { machines, ...(door === undefined ? {} : { door }) };
  return { scenario, set: set as Record<string, string>, seed, layout };
}

function readInput(value: Detail, line: number, after: number): Input {
  const { time, what, ...detail } = value;
  if (typeof what !== 'string' || !Number.isSafeInteger(time) || Number(time) <= after)
    throw new Malformed(`line ${line}: an input has a time later than the one before, and says what it is`);
  return { time: Number(time), what, detail };
}

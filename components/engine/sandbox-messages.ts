// What goes into the sandbox and comes out of it. What comes out was said by a stranger: by whatever a reader's program
// made of the worker that it ran in. It is looked at like a link: known kinds, bounded texts and lists, nothing executed.
import { Malformed } from '#engine/base/errors.ts';
import type { RunSpec } from '#engine/scenario/run.ts';
import type { RunEnd } from '#engine/sim/kernel.ts';

/** What a program wrote at once. */
export interface SandboxOutput {
  readonly program: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** Kernel nanoseconds. */
  readonly time: number;
}

/** How one program ended; `code` and `time` are undefined when it was still running at the end. */
export interface ProgramEnd {
  readonly name: string;
  readonly code: number | undefined;
  /** Kernel nanoseconds. */
  readonly time: number | undefined;
  /** Why it was stopped, as a sentence. */
  readonly stopped: string | undefined;
}

/** The run itself, as far as it can be asked for its packets. `parcel` is looked at by who asks (trace/parcel.ts). */
export interface SandboxRun {
  readonly spec: RunSpec;
  readonly until: number;
  readonly end: RunEnd;
  readonly digest: string;
  readonly parcel: unknown;
}

export interface SandboxEnd {
  readonly programs: readonly ProgramEnd[];
  /** Kernel nanoseconds. */
  readonly end: number;
  readonly packets: number;
  /** Why it ended before its programs had, as a sentence. */
  readonly cut: string | undefined;
  /** Why there was no run at all. */
  readonly fault: string | undefined;
  readonly run: SandboxRun | undefined;
}

export type FromSandbox =
  | { readonly kind: 'ready' }
  /** Between slices: it lets go, and this is its time in kernel nanoseconds. */
  | { readonly kind: 'alive'; readonly time: number }
  | { readonly kind: 'output'; readonly output: readonly SandboxOutput[] }
  | { readonly kind: 'done'; readonly done: SandboxEnd }
  /** The worker is gone, or was ended for what it did. */
  | { readonly kind: 'broken'; readonly why: string };

export type ToSandbox =
  | { readonly kind: 'shelf'; readonly shelf: readonly (readonly [path: string, text: string])[] }
  | { readonly kind: 'run'; readonly files: readonly (readonly [name: string, text: string])[] }
  | { readonly kind: 'stop' };

/** Bounds on what is listened to: messages a second, pieces of output in a message, programs, characters. */
export const SANDBOX_LIMITS = {
  messagesPerSecond: 400,
  pieces: 5000,
  programs: 32,
  nameChars: 80,
  outputChars: 2_000_000,
  /** Over the whole run. */
  allOutputChars: 40_000_000,
  sentenceChars: 2000,
  knobs: 32,
} as const;

/** Throws {@link Malformed} for what no sandbox of ours says. */
export function readFromSandbox(stranger: unknown): FromSandbox {
  const message = record(stranger);
  switch (message['kind']) {
    case 'ready':
      return { kind: 'ready' };
    case 'alive':
      return { kind: 'alive', time: time(message['time']) };
    case 'output':
      return { kind: 'output', output: readOutput(message['output']) };
    case 'done':
      return { kind: 'done', done: readEnd(message['done']) };
    case 'broken':
      return { kind: 'broken', why: text(message['why'], SANDBOX_LIMITS.sentenceChars) };
    default:
      throw new Malformed('the sandbox says something that is not known');
  }
}

/**
 * Buffers inside a message, to be handed on with it: those of columns in lists and objects, as deep as a parcel is.
 */
export function buffersIn(message: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth < 0 || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer && value.byteLength > 0) found.add(value.buffer);
    } else if (!Array.isArray(value)) for (const one of Object.values(value)) look(one, depth - 1);
    else if (value.length <= MOST_LISTED) for (const one of value) look(one, depth - 1);
  };
  look(message, DEPTH);
  return [...found];
}

/** `done.run.parcel.chunks[].time` */
const DEPTH = 7;
const MOST_LISTED = 1000;

// ── the parts

function readOutput(stranger: unknown): SandboxOutput[] {
  let room: number = SANDBOX_LIMITS.outputChars;
  return list(stranger, SANDBOX_LIMITS.pieces).map((one) => {
    const piece = record(one);
    const { stream } = piece;
    if (stream !== 'stdout' && stream !== 'stderr') throw new Malformed('no program has such a stream');
    const said = text(piece['text'], room);
    room -= said.length;
    return {
      program: text(piece['program'], SANDBOX_LIMITS.nameChars),
      stream,
      text: said,
      time: time(piece['time']),
    };
  });
}

function readEnd(stranger: unknown): SandboxEnd {
  const end = record(stranger);
  return {
    programs: list(end['programs'], SANDBOX_LIMITS.programs).map((one) => {
      const program = record(one);
      const { code, time: when } = program;
      return {
        name: text(program['name'], SANDBOX_LIMITS.nameChars),
        code: code === undefined ? undefined : whole(code, 255),
        time: when === undefined ? undefined : time(when),
        stopped: sentence(program['stopped']),
      };
    }),
    end: time(end['end']),
    packets: whole(end['packets'], 1e9),
    cut: sentence(end['cut']),
    fault: sentence(end['fault']),
    run: end['run'] === undefined ? undefined : readRun(end['run']),
  };
}

const ENDS: readonly unknown[] = ['idle', 'until', 'events', 'stopped'];

function readRun(stranger: unknown): SandboxRun {
  const run = record(stranger);
  const spec = record(run['spec']);
  const set = Object.entries(record(spec['set']));
  if (set.length > SANDBOX_LIMITS.knobs) throw new Malformed('the run has too many settings');
  if (!ENDS.includes(run['end'])) throw new Malformed('the run ended in no known way');
  if (typeof run['digest'] !== 'string' || !/^[0-9a-f]{16}$/.test(run['digest']))
    throw new Malformed('the run has no fingerprint');
  return {
    spec: {
      scenario: text(spec['scenario'], SANDBOX_LIMITS.nameChars),
      set: Object.fromEntries(set.map(([name, value]) => [text(name, 40), text(value, 64)])),
      seed: whole(spec['seed'], Number.MAX_SAFE_INTEGER),
      // what happens in a playground, its programs do
      inputs: [],
    },
    until: time(run['until']),
    end: run['end'] as RunEnd,
    digest: run['digest'],
    parcel: run['parcel'],
  };
}

function record(stranger: unknown): Readonly<Record<string, unknown>> {
  if (typeof stranger !== 'object' || stranger === null || Array.isArray(stranger))
    throw new Malformed('the sandbox says something that is not well written');
  return stranger as Readonly<Record<string, unknown>>;
}

function list(stranger: unknown, limit: number): readonly unknown[] {
  if (!Array.isArray(stranger) || stranger.length > limit)
    throw new Malformed('the sandbox says more than anybody would read');
  return stranger;
}

function text(stranger: unknown, limit: number): string {
  if (typeof stranger !== 'string')
    throw new Malformed('the sandbox says something that is not well written');
  if (stranger.length > limit) throw new Malformed('the sandbox says more than anybody would read');
  return stranger;
}

function sentence(stranger: unknown): string | undefined {
  return stranger === undefined ? undefined : text(stranger, SANDBOX_LIMITS.sentenceChars);
}

function whole(stranger: unknown, limit: number): number {
  if (!Number.isSafeInteger(stranger) || (stranger as number) < 0 || (stranger as number) > limit)
    throw new Malformed('the sandbox says a number that makes no sense');
  return stranger as number;
}

const time = (stranger: unknown): number => whole(stranger, Number.MAX_SAFE_INTEGER);

// Runs a project inside the sandbox's worker (engine/scenario/programs.ts): in steps, so that the page hears of it and can
// stop it.
import { MILLISECOND } from '#engine/base/units.ts';
import { readProject } from '#engine/node/project.ts';
import { type ProgramState, Programs } from '#engine/scenario/programs.ts';
import type { Run } from '#engine/scenario/run.ts';
import type { RunEnd } from '#engine/sim/kernel.ts';
import type { Trace } from '#engine/trace/log.ts';
import type { ProgramEnd, SandboxOutput } from './sandbox-messages.ts';
import type { ClosedRealm } from './sandbox-realm.ts';

export type Files = readonly (readonly [name: string, text: string])[];

export interface Hooks {
  onOutput(piece: SandboxOutput): void;
  /** Called often, with the kernel's time; what it gives is waited for. */
  breathe(time: number): Promise<void> | undefined;
  /** Why it should end now, as a sentence. */
  whyStop(): string | undefined;
}

export interface Ended {
  readonly run: Run;
  readonly until: number;
  readonly end: RunEnd;
  readonly programs: readonly ProgramEnd[];
  /** Why it ended before its programs had, as a sentence. */
  readonly cut: string | undefined;
}

/** Kernel events between two looks at the clock, and events of the trace after which a run is cut. */
const STEP = 1000;
const MOST_RECORDED = 1_500_000;

/** Throws `Malformed` with a sentence for people when the project makes no sense. */
export async function runProject(files: Files, realm: ClosedRealm, hooks: Hooks): Promise<Ended> {
  let cut: string | undefined;
  const look = (): void => {
    const { world } = programs.run;
    cut ??= hooks.whyStop();
    if (world.trace.length > MOST_RECORDED) cut ??= 'More happened than can be kept, so the run was cut.';
    if (cut !== undefined) programs.stop();
  };
  const programs: Programs = new Programs(
    readProject(new Map(files)),
    // a turn of a program is a sign of life, however few of them the kernel's next step has
    {
      ...realm,
      turn: () => {
        look();
        return hooks.breathe(programs.run.world.now) ?? realm.turn();
      },
    },
    { onOutput: (piece) => hooks.onOutput(piece) },
  );
  const { world } = programs.run;
  realm.setClock(() => world.epochSeconds * 1000 + world.now / MILLISECOND);
  while (!(await programs.advance(STEP))) {
    look();
    await hooks.breathe(world.now);
  }
  return {
    run: programs.run,
    until: programs.until,
    end: cut === undefined ? ENDS[programs.end!] : 'stopped',
    programs: programs.programs.map((state) => endOf(state, world.trace)),
    cut: cut ?? programs.cutShort,
  };
}

const ENDS = { ended: 'idle', until: 'until', events: 'events' } as const;

function endOf({ spec, process, ended }: ProgramState, trace: Trace): ProgramEnd {
  let stopped: string | undefined;
  for (const { detail } of trace.events(['program.stopped']))
    if (detail?.['pid'] === process?.pid) stopped = `${spec.name} ${String(detail?.['why'])}.`;
  return { name: spec.name, code: process?.ended, time: ended, stopped };
}

/** How many packets its machines sent: frames that were no copy of one that arrived. */
export function packetsOf(trace: Trace): number {
  const { frames } = trace;
  const seen = new Set<number>();
  for (const { a } of trace.events(['frame.sent'])) if (frames.origin(a) < 0) seen.add(a);
  return seen.size;
}

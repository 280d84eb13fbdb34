// Runs a playground's project on the simulated network, and gives what each program printed.
import { readProject } from '../../../src/engine/node/project.ts';
import { Programs } from '../../../src/engine/scenario/programs.ts';
import { nodeRealm } from '../in-node.ts';
import type { Printed } from './real-world.ts';

export interface Simulated {
  /** By program. */
  readonly printed: ReadonlyMap<string, Printed>;
  readonly programs: Programs;
  /** Kernel seconds until the last program had ended. */
  readonly seconds: number;
}

/** `files`: by path from the project's folder. */
export async function runSimulated(files: ReadonlyMap<string, string>): Promise<Simulated> {
  const texts = new Map<string, { stdout: string; stderr: string }>();
  const realm = nodeRealm();
  try {
    const programs = new Programs(readProject(files), realm, {
      onOutput: ({ program, stream, text }) => {
        const so = texts.get(program) ?? { stdout: '', stderr: '' };
        texts.set(program, { ...so, [stream]: so[stream] + text });
      },
    });
    await programs.finish();
    const printed = programs.programs.map(({ spec, process }): [string, Printed] => [
      spec.name,
      { stdout: '', stderr: '', ...texts.get(spec.name), end: process?.ended ?? 'still running' },
    ]);
    const seconds = Math.max(...programs.programs.map(({ ended }) => ended ?? Number.NaN)) / 1e9;
    return { printed: new Map(printed), programs, seconds };
  } finally {
    realm.end();
  }
}

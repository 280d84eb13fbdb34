// Who runs a project: the sandbox on a page, something of its own in a test. The playground knows this much of it and no
// more.
import type { RunRequest } from '#engine/inspect/view.ts';
import type { Chunk } from './output.ts';
import type { SourceFile } from './project.ts';

export interface Progress {
  /** `starting`: the simulator is fetched and made ready. */
  readonly phase: 'starting' | 'running';
  /** Kernel nanoseconds. */
  readonly time: number;
}

/** How one program ended. */
export interface ProgramEnd {
  readonly name: string;
  /** Undefined when it was still running at the end. */
  readonly code?: number | undefined;
  /** Kernel nanoseconds. */
  readonly time?: number | undefined;
  /** Why it was stopped, as a sentence; undefined when it ended by itself. */
  readonly stopped?: string | undefined;
}

export interface Outcome {
  readonly programs: readonly ProgramEnd[];
  /** Kernel nanoseconds at the end. */
  readonly end: number;
  /** Why the run ended before its programs had, as a sentence: the reader stopped it, it did not let go, it flooded. */
  readonly cut?: string | undefined;
  /** Why there was no run at all: a file that cannot be read, a package.json that says nothing. */
  readonly fault?: string | undefined;
  /** Packets that the programs caused, and what the Player asks for them. */
  readonly packets: number;
  readonly request?: RunRequest | undefined;
}

export interface RunHandlers {
  onOutput(chunk: Chunk): void;
  onProgress(progress: Progress): void;
}

export interface Runner {
  /** Rejects only when the runner itself could not be had. */
  run(files: readonly SourceFile[], handlers: RunHandlers): Promise<Outcome>;
  /** Ends the run that goes on; its promise resolves. */
  stop(): void;
}

// The page's door to the sandbox: readers' programs run in a worker inside a frame whose origin is nobody's and whose
// policy allows no network (src/site/integrations/sandbox.ts). One frame, one worker, one run: what programs did to their
// realm ends with it, and the next frame is made ready when one was used.
//
// What comes out is looked at like a link (sandbox-messages.ts, engine/trace/parcel.ts). A program that does not let go,
// a flood, a frame that dies: the frame is taken away and the reader is told. The page never waits for anything in there.
import type { RunRequest } from '#engine/inspect/view.ts';
import { keepForeign } from './foreign-runs.ts';
import {
  type ProgramEnd,
  readFromSandbox,
  SANDBOX_LIMITS,
  type SandboxEnd,
  type SandboxOutput,
} from './sandbox-messages.ts';
import { SandboxRoom } from './sandbox-room.ts';

export type { ProgramEnd, SandboxOutput } from './sandbox-messages.ts';

export interface SandboxFile {
  /** Path from the project's folder. */
  readonly name: string;
  readonly text: string;
}

export interface SandboxProgress {
  /** `starting`: the simulator is fetched and made ready. */
  readonly phase: 'starting' | 'running';
  /** Kernel nanoseconds. */
  readonly time: number;
}

export interface SandboxHandlers {
  onOutput(piece: SandboxOutput): void;
  onProgress(progress: SandboxProgress): void;
}

export interface SandboxOutcome {
  readonly programs: readonly ProgramEnd[];
  /** Kernel nanoseconds at the end. */
  readonly end: number;
  /** Why the run ended before its programs had, as a sentence. */
  readonly cut?: string | undefined;
  /** Why there was no run at all. */
  readonly fault?: string | undefined;
  /** Packets that the run sent, and what the Player asks for them; none when the sandbox had to be taken away. */
  readonly packets: number;
  readonly request?: RunRequest | undefined;
}

/** Milliseconds. Without a sign of life for so long, a program hangs; one that is stopped has so long to end by itself. */
const HANG_MS = 3000;
const STOP_MS = 80;

const HUNG =
  'A program did not let go for three seconds (an endless loop?), so all of them were stopped. Nothing of the run was kept.';
const STOPPED = 'You stopped it while a program did not let go: nothing of the run was kept.';
const FLOODED = 'The programs said more than anybody would read, so they were stopped.';
const NONSENSE = 'The sandbox said something that it never says, so it was taken away.';

export class Sandbox {
  readonly #address: string;
  #spare: SandboxRoom | undefined;
  #going: Going | undefined;

  /** `address`: of the sandbox's page, on this site. */
  constructor(address: string) {
    this.#address = address;
  }

  /** Makes a sandbox ready before it is needed. */
  prepare(): void {
    this.#spare ??= new SandboxRoom(this.#address);
  }

  /** Ends the run before, if one goes on. Rejects only when there is no sandbox to be had. */
  async run(files: readonly SandboxFile[], handlers: SandboxHandlers): Promise<SandboxOutcome> {
    this.#going?.end('Another run took its place.');
    this.prepare();
    const room = this.#spare!;
    this.#spare = undefined;
    const going = new Going(room, files, handlers);
    this.#going = going;
    try {
      return await going.outcome;
    } finally {
      room.close();
      if (this.#going === going) this.#going = undefined;
      // the next run finds its worker warm
      this.prepare();
    }
  }

  /** Ends the run that goes on, within a tenth of a second; its promise resolves. */
  stop(): void {
    this.#going?.stop();
  }
}

/** A run that goes on. How it ends is said once. */
class Going {
  readonly outcome: Promise<SandboxOutcome>;
  readonly #room: SandboxRoom;
  readonly #handlers: SandboxHandlers;
  readonly #flood = new Flood();
  #settle!: { resolve(outcome: SandboxOutcome): void; reject(why: unknown): void };
  #watch: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;
  /** While it is being stopped, signs of life give it no more time. */
  #isStopping = false;

  constructor(room: SandboxRoom, files: readonly SandboxFile[], handlers: SandboxHandlers) {
    this.#room = room;
    this.#handlers = handlers;
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    handlers.onProgress({ phase: 'starting', time: 0 });
    room.onMessage = (stranger) => this.#take(stranger);
    room.ready.then(
      () => {
        if (this.#isStopping) return;
        room.send({ kind: 'run', files: files.map(({ name, text }) => [name, text] as const) });
        this.#tell(0);
        this.#expect();
      },
      (why: unknown) => this.#settle.reject(why),
    );
  }

  /** Takes the sandbox away: nothing of the run is kept but what was heard of it. */
  end(cut: string): void {
    this.#finish({ programs: [], end: this.#latest, cut, packets: 0 });
  }

  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#room.send({ kind: 'stop' });
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.end(STOPPED), STOP_MS);
  }

  #finish(outcome: SandboxOutcome): void {
    clearTimeout(this.#watch);
    this.#room.onMessage = () => {};
    this.#settle.resolve(outcome);
  }

  #expect(): void {
    clearTimeout(this.#watch);
    // a page that was busy itself hears what came meanwhile before it judges
    this.#watch = setTimeout(() => {
      this.#watch = setTimeout(() => this.end(HUNG), 50);
    }, HANG_MS);
  }

  #tell(time: number): void {
    this.#latest = time;
    this.#handlers.onProgress({ phase: 'running', time });
  }

  #take(stranger: unknown): void {
    let message: ReturnType<typeof readFromSandbox>;
    try {
      message = readFromSandbox(stranger);
    } catch {
      this.end(NONSENSE);
      return;
    }
    if (!this.#isStopping) this.#expect();
    const output = message.kind === 'output' ? message.output : [];
    if (!this.#flood.takes(output)) this.end(FLOODED);
    else if (message.kind === 'alive') this.#tell(message.time);
    else if (message.kind === 'output') {
      for (const piece of output) this.#handlers.onOutput(piece);
      this.#tell(output.at(-1)?.time ?? this.#latest);
    } else if (message.kind === 'done') this.#finish(outcomeOf(message.done));
    else if (message.kind === 'broken') this.end(message.why);
  }
}

/** Counts what comes out of a sandbox. */
class Flood {
  #second = 0;
  #messages = 0;
  #chars = 0;

  takes(output: readonly SandboxOutput[]): boolean {
    const now = Math.floor(performance.now() / 1000);
    if (now !== this.#second) [this.#second, this.#messages] = [now, 0];
    this.#messages += 1;
    for (const { text } of output) this.#chars += text.length;
    return (
      // those of two seconds of the frame's may come in one of ours
      this.#messages <= 2 * SANDBOX_LIMITS.messagesPerSecond && this.#chars <= SANDBOX_LIMITS.allOutputChars
    );
  }
}

let runs = 0;

function outcomeOf({ programs, end, packets, cut, fault, run }: SandboxEnd): SandboxOutcome {
  if (!run) return { programs, end, packets, cut, fault };
  // the page names it: no sandbox can speak for another run
  runs += 1;
  const request: RunRequest = { ...run.spec, playground: { id: `run-${runs}`, digest: run.digest } };
  keepForeign(request, run);
  return { programs, end, packets, cut, fault, request };
}

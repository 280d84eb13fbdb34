/**
 * A scenario with people's own programs on its machines: the world of a {@link Run}, driven through a {@link Drive}.
 *
 * The same function for the page's sandbox, the command line and the tests: whoever runs it advances it in steps and
 * hears what is printed. A service runs until all that are no services have ended; then it gets SIGTERM, and SIGKILL
 * after five more seconds. Equal projects, settings and seeds give equal runs.
 */
import { SystemResolver } from '../app/system-resolver.ts';
import { Malformed } from '../base/errors.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import { Host } from '../net/host.ts';
import { Drive } from '../node/drive.ts';
import { NodeProcess, type OutputStream } from '../node/node-process.ts';
import { startProgram } from '../node/program.ts';
import type { ProgramFiles } from '../node/program-files.ts';
import { filesOf, PROJECT_FOLDER, type ProgramSpec, type Project } from '../node/project.ts';
import type { Realm } from '../node/realm.ts';
import type { TraceLevel } from '../trace/log.ts';
import { Run } from './run.ts';

export interface ProgramOutput {
  readonly program: string;
  readonly stream: OutputStream;
  readonly text: string;
  /** Kernel time. */
  readonly time: Nanoseconds;
}

export interface ProgramsOptions {
  /** Parameter texts in place of the project's. */
  readonly set?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly level?: TraceLevel;
  readonly onOutput?: (output: ProgramOutput) => void;
}

/** How a program stands. */
export interface ProgramState {
  readonly spec: ProgramSpec;
  /** Undefined before it starts. */
  process: NodeProcess | undefined;
  /** Kernel time of its end. */
  ended: Nanoseconds | undefined;
}

/** How long a service may take to end once it was told to. */
const PATIENCE = 5 * SECOND;
/** After the last program's end, what is under way still arrives. */
const LINGER = SECOND;

export class Programs {
  readonly project: Project;
  readonly run: Run;
  readonly programs: readonly ProgramState[];
  /** Set when the run is over: everything has ended, the time is up, or the scenario's number of events is reached. */
  end: 'ended' | 'until' | 'events' | undefined;
  readonly #drive: Drive;
  readonly #onOutput: (output: ProgramOutput) => void;
  readonly #files = new Map<Host, ProgramFiles>();
  #isLingering = false;

  /** Builds the world. Throws {@link Malformed} with a sentence for people. */
  constructor(project: Project, realm: Realm, options: ProgramsOptions = {}) {
    this.project = project;
    this.run = new Run(
      {
        scenario: project.scenario,
        set: { ...project.set, ...options.set },
        seed: options.seed ?? project.seed,
        inputs: [],
      },
      options.level === undefined ? {} : { level: options.level },
    );
    this.#drive = new Drive(this.run.world, realm);
    this.#onOutput = options.onOutput ?? (() => {});
    this.programs = project.programs.map((spec) => ({ spec, process: undefined, ended: undefined }));
    const { kernel } = this.run.world;
    for (const state of this.programs) {
      const host = this.#hostOf(state.spec);
      kernel.call(state.spec.start, () => this.#start(state, host));
    }
  }

  /** The time after which the run is cut. */
  get until(): Nanoseconds {
    return Math.min(this.project.until, this.run.until);
  }

  /** Runs at most about `maxEvents` events more; true when the run is over. */
  async advance(maxEvents: number): Promise<boolean> {
    if (this.end !== undefined) return true;
    const { kernel } = this.run.world;
    const left = this.run.scenario.maxEvents - kernel.processed;
    const end = await this.#drive.run({ until: this.until, maxEvents: Math.min(maxEvents, left) });
    if (end === 'stopped' || end === 'idle') this.end = this.#isOver ? 'ended' : 'until';
    else if (end === 'until') this.end = 'until';
    else if (kernel.processed >= this.run.scenario.maxEvents) this.end = 'events';
    return this.end !== undefined;
  }

  async finish(): Promise<this> {
    while (!(await this.advance(100_000)));
    return this;
  }

  /** Ends the run after the turn that is running. */
  stop(): void {
    this.#drive.stop();
  }

  /** Why the run was over before its programs were, as a sentence; undefined when they had all ended. */
  get cutShort(): string | undefined {
    if (this.end === undefined || this.end === 'ended') return undefined;
    const running = this.programs.filter(({ ended }) => ended === undefined).map(({ spec }) => spec.name);
    const who = running.length > 0 ? ` ${running.join(', ')} had not ended.` : '';
    if (this.end === 'events') return `The run was cut after ${this.run.scenario.maxEvents} events.${who}`;
    return `The run was cut at ${this.until / SECOND} s.${who}`;
  }

  get #isOver(): boolean {
    return this.programs.every(({ ended }) => ended !== undefined);
  }

  #hostOf({ name, on }: ProgramSpec): Host {
    const machine = this.run.network.machine(on);
    if (!(machine instanceof Host))
      throw new Malformed(`${name} cannot run on ${on}, which runs no programs`);
    return machine;
  }

  #start(state: ProgramState, host: Host): void {
    const { spec } = state;
    let files = this.#files.get(host);
    if (!files) {
      files = filesOf(this.project);
      this.#files.set(host, files);
    }
    const path = `${PROJECT_FOLDER}/${spec.run}`;
    state.process = new NodeProcess(this.#drive, {
      name: spec.name,
      host,
      resolver: SystemResolver.of(host),
      files,
      argv: ['/usr/local/bin/node', path, ...spec.args],
      env: spec.env,
      cwd: PROJECT_FOLDER,
      onOutput: (stream, text) =>
        this.#onOutput({ program: spec.name, stream, text, time: this.run.world.now }),
      onExit: () => this.#ended(state),
    });
    startProgram(state.process, path);
  }

  #ended(state: ProgramState): void {
    const { kernel } = this.run.world;
    state.ended = kernel.now;
    const others = this.programs.filter(({ ended }) => ended === undefined);
    if (others.some(({ spec }) => !spec.isService)) return;
    if (others.length === 0 && !this.#isLingering) {
      this.#isLingering = true;
      kernel.call(kernel.now + LINGER, () => this.stop());
    }
    if (state.spec.isService) return;
    // an event of its own: this one belongs to the program that has ended
    kernel.call(kernel.now, () => {
      for (const { process } of others) process?.kill('SIGTERM');
    });
    kernel.call(kernel.now + PATIENCE, () => {
      for (const { process } of others) process?.kill('SIGKILL');
    });
  }
}

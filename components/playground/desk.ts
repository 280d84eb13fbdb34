// The store of one playground: the files as the reader has them and whose they are, what is open, and the run. It keeps
// what is changed, takes in what a link brings, and starts a run only when it is told to. Nothing here draws.
import { atom, type ReadableAtom, type WritableAtom } from 'nanostores';
import { EditKeeper, type KeepFault, keepSentence, type Shelf } from './kept-edits.ts';
import { type Chunk, noOutput, type Output, OutputLog } from './output.ts';
import { filesFault, nameFault, type Project, type SourceFile, sameFiles } from './project.ts';
import type { Outcome, Progress, Runner } from './runner.ts';

/** Whose files are shown. */
export type Origin = 'course' | 'own' | 'shared';

export interface RunView {
  readonly phase: 'none' | 'starting' | 'running' | 'ended';
  /** Kernel nanoseconds. */
  readonly time: number;
  readonly output: Output;
  readonly outcome?: Outcome | undefined;
  /** The files were changed since. */
  readonly isOld: boolean;
}

/** A choice between two states of the files that only the reader can make. */
export interface Choice {
  readonly kind: 'course-changed' | 'other-tab';
  readonly sentence: string;
}

export interface DeskOptions {
  readonly project: Project;
  readonly shelf: Shelf;
  /** Called at the first run. */
  readonly runner: () => Promise<Runner>;
  /** Called when a link is read: what inflates it loads by then. */
  readonly reader?: () => Promise<typeof import('./share-link.ts')>;
}

const nothingRun: RunView = { phase: 'none', time: 0, output: noOutput, isOld: false };
const CHANGED =
  'The course has changed this project since you did. You see your own files; its notes may no longer fit.';

export class Desk {
  readonly project: Project;
  readonly $files: ReadableAtom<readonly SourceFile[]>;
  /** Counts how often the files became others without having been edited. */
  readonly $outside: ReadableAtom<number>;
  readonly $origin: ReadableAtom<Origin>;
  readonly $run: ReadableAtom<RunView>;
  /** Why changes are not kept, and what a link was about: a sentence, or empty. */
  readonly $memory: ReadableAtom<string>;
  readonly $notice: ReadableAtom<string>;
  readonly $choice: ReadableAtom<Choice | undefined>;
  /** Name of the open file. */
  readonly $open: WritableAtom<string>;
  /** What a reset put away. */
  readonly $putAway: ReadableAtom<readonly SourceFile[] | undefined>;
  readonly #files: WritableAtom<readonly SourceFile[]>;
  readonly #outside: WritableAtom<number> = atom(0);
  readonly #origin: WritableAtom<Origin> = atom('course');
  readonly #run: WritableAtom<RunView> = atom(nothingRun);
  readonly #memory: WritableAtom<string> = atom('');
  readonly #notice: WritableAtom<string> = atom('');
  readonly #choice: WritableAtom<Choice | undefined> = atom(undefined);
  readonly #putAway: WritableAtom<readonly SourceFile[] | undefined> = atom(undefined);
  readonly #options: DeskOptions;
  readonly #keeper: EditKeeper;
  #runner: Runner | undefined;
  /** Of the run that goes on; a later one makes its news old. */
  #turn = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.project = options.project;
    this.#keeper = new EditKeeper(options.project.name, options.shelf);
    this.$files = this.#files = atom(options.project.files);
    this.$open = atom(options.project.files[0]!.name);
    this.$outside = this.#outside;
    this.$origin = this.#origin;
    this.$run = this.#run;
    this.$memory = this.#memory;
    this.$notice = this.#notice;
    this.$choice = this.#choice;
    this.$putAway = this.#putAway;
  }

  // ── whose files ──

  /** Takes in what the reader left here the last time. */
  remember(): void {
    const kept = this.#keeper.read();
    if (!kept || sameFiles(kept.files, this.project.files)) return;
    this.#show(kept.files, 'own');
    if (kept.version !== this.project.version)
      this.#choice.set({ kind: 'course-changed', sentence: CHANGED });
  }

  /** Another tab wrote: where nothing is at stake here its files are taken, else the reader is asked. */
  hear(): void {
    if (this.#origin.get() === 'shared' || !this.#keeper.isBehind()) return;
    const mine = this.#files.get();
    if (!sameFiles(mine, this.#keeper.known()?.files ?? this.project.files)) {
      this.#choice.set({ kind: 'other-tab', sentence: keepSentence('other') });
      return;
    }
    const theirs = this.#keeper.read();
    this.#show(theirs?.files ?? this.project.files, theirs ? 'own' : 'course');
  }

  /** Of the two states that a choice is between, the one on the screen. */
  keepMine(): void {
    this.#choice.set(undefined);
    this.#keep(true);
  }

  /** The other one: the course's, or the other tab's. */
  takeTheirs(): void {
    const choice = this.#choice.get();
    this.#choice.set(undefined);
    if (choice?.kind === 'course-changed') this.reset();
    else {
      const kept = this.#keeper.read();
      this.#show(kept?.files ?? this.project.files, kept ? 'own' : 'course');
      this.#memory.set('');
    }
  }

  /** Shows what a link carries. Nothing of it runs, and nothing of the reader's is written over. */
  async follow(fragment: string): Promise<void> {
    const read = this.#options.reader ?? (() => import('./share-link.ts'));
    try {
      const { readShareLink } = await read();
      const found = readShareLink(this.project, fragment);
      if (found.kind === 'refused') {
        this.#notice.set(found.sentence);
        return;
      }
      if (sameFiles(found.files, this.project.files)) return;
      this.#choice.set(undefined);
      this.#show(found.files, 'shared');
      this.#notice.set(
        found.isOld
          ? 'The course has changed this project since the link was made; the two may no longer fit together.'
          : '',
      );
    } catch {
      this.#notice.set('What reads the code in this link could not be loaded. Is the network there?');
    }
  }

  /** Shared files become the reader's own. */
  adopt(): void {
    if (this.#origin.get() !== 'shared') return;
    this.#origin.set('own');
    this.#notice.set('');
    this.#keep(true);
  }

  /** Back to the course's files; what was there can be brought back until the page is left. */
  reset(): void {
    const was = this.#files.get();
    const isShared = this.#origin.get() === 'shared';
    this.#choice.set(undefined);
    this.#notice.set('');
    if (!isShared) {
      this.#keeper.forget();
      this.#memory.set('');
      this.#putAway.set(sameFiles(was, this.project.files) ? undefined : was);
    }
    this.#show(this.project.files, 'course');
    // Under a link lies what the reader had before.
    if (isShared) this.remember();
  }

  bringBack(): void {
    const files = this.#putAway.get();
    if (!files) return;
    this.#show(files, 'own');
    this.#keep(true);
  }

  /** True when this browser holds files of the reader's own under those of a link. */
  hasOwn(): boolean {
    const kept = this.#keeper.read();
    return kept !== undefined && !sameFiles(kept.files, this.project.files);
  }

  #show(files: readonly SourceFile[], origin: Origin): void {
    if (origin !== 'course') this.#putAway.set(undefined);
    this.#files.set(files);
    this.#outside.set(this.#outside.get() + 1);
    this.#origin.set(origin);
    if (!files.some(({ name }) => name === this.$open.get())) this.$open.set(files[0]!.name);
    this.#age();
  }

  // ── changing ──

  edit(name: string, text: string): void {
    const files = this.#files.get();
    if (files.find((file) => file.name === name)?.text === text) return;
    this.#change(files.map((file) => (file.name === name ? { name, text } : file)));
  }

  /** Why there can be no such file, as a sentence; undefined when there is one now. */
  add(name: string, text = ''): string | undefined {
    const files = this.#files.get();
    if (files.some((file) => file.name === name)) return `There is a file ${name} already.`;
    const fault = nameFault(name) ?? filesFault([...files, { name, text }]);
    if (fault) return fault;
    this.#change([...files, { name, text }]);
    this.$open.set(name);
    return undefined;
  }

  /** Files that the reader added may go. */
  remove(name: string): void {
    if (this.isOfCourse(name)) return;
    const files = this.#files.get().filter((file) => file.name !== name);
    if (this.$open.get() === name) this.$open.set(files[0]!.name);
    this.#change(files);
  }

  isOfCourse(name: string): boolean {
    return this.project.files.some((file) => file.name === name);
  }

  #change(files: readonly SourceFile[]): void {
    this.#files.set(files);
    this.#age();
    if (this.#origin.get() === 'shared') return;
    this.#putAway.set(undefined);
    if (sameFiles(files, this.project.files) && this.#choice.get() === undefined) {
      this.#origin.set('course');
      this.#keeper.forget();
      this.#memory.set('');
      return;
    }
    this.#origin.set('own');
    this.#keep(false);
  }

  #keep(isChosen: boolean): void {
    const fault: KeepFault | undefined = this.#keeper.keep(
      { version: this.project.version, files: this.#files.get() },
      isChosen,
    );
    if (fault === 'other') this.#choice.set({ kind: 'other-tab', sentence: keepSentence(fault) });
    this.#memory.set(fault === 'other' ? '' : keepSentence(fault));
  }

  // ── running ──

  async run(): Promise<void> {
    const turn = ++this.#turn;
    this.#runner?.stop();
    const log = new OutputLog();
    const put = (change: Partial<RunView>): void => {
      if (turn === this.#turn) this.#run.set({ ...this.#run.get(), ...change });
    };
    let due = false;
    const onOutput = (chunk: Chunk): void => {
      if (turn !== this.#turn) return;
      log.add(chunk);
      // Many lines come at once: they are drawn at once.
      if (due) return;
      due = true;
      queueMicrotask(() => {
        due = false;
        put({ output: log.shown() });
      });
    };
    const onProgress = ({ phase, time }: Progress): void => put({ phase, time });
    this.#run.set({ ...nothingRun, phase: 'starting' });
    const files = this.#files.get();
    try {
      this.#runner ??= await this.#options.runner();
      if (turn !== this.#turn) return;
      const outcome = await this.#runner.run(files, { onOutput, onProgress });
      put({ phase: 'ended', time: outcome.end, outcome, output: log.shown() });
    } catch {
      put({
        phase: 'ended',
        output: log.shown(),
        outcome: {
          programs: [],
          end: 0,
          packets: 0,
          fault: 'The simulator could not be loaded. Is the network there?',
        },
      });
    }
  }

  stop(): void {
    if (this.#runner && this.isRunning()) {
      this.#runner.stop();
      return;
    }
    // Still being fetched: nothing has begun.
    if (!this.isRunning()) return;
    this.#turn++;
    this.#run.set(nothingRun);
  }

  isRunning(): boolean {
    const { phase } = this.#run.get();
    return phase === 'starting' || phase === 'running';
  }

  /** What was run is no longer what is shown. */
  #age(): void {
    const run = this.#run.get();
    if (run.phase !== 'none' && !run.isOld) this.#run.set({ ...run, isOld: true });
  }
}

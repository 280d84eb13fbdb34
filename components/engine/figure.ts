// The store of one figure: which run it shows, when in it, and what is open. Panels read its atoms and call its verbs;
// nothing here draws, and nothing here computes a network: runs come from the page (at first) and from the worker.
import { atom, type ReadableAtom, type WritableAtom } from 'nanostores';
import type {
  CacheView,
  InputView,
  NameServerLog,
  RunRequest,
  RunView,
  TableView,
  WhyStep,
} from '#engine/inspect/view.ts';
import {
  type Answers,
  type Completion,
  type ExportKind,
  type FrameView,
  keyOf,
  Superseded,
} from './answers.ts';
import { lastSent, sameDetail, samePacket } from './counterpart.ts';
import { advance, foldsOf } from './idle.ts';
import { type LinkState, type NewInput, writeLink } from './link.ts';
import type { PanelName } from './panel.ts';

export type { ExportKind, FrameView } from './answers.ts';
export type { NewInput } from './link.ts';
export { type PanelName, panelNames } from './panel.ts';

/** A line that waits at a prompt for its Enter. */
export interface Draft {
  readonly line: string;
  /** Where, when not at the terminal that is open. */
  readonly machine?: string | undefined;
}

/** An event that the reader asks about, and the question in words. */
export interface Question {
  readonly event: number;
  readonly text: string;
}

/** An input that is added with others and stays only where the run with it needs it. */
export interface Guard {
  readonly input: NewInput;
  isNeeded(view: RunView): boolean;
}

export type MenuName = 'knobs' | 'faults' | 'takeaway' | 'keys';

export interface Figure {
  readonly id: string;
  readonly title: string;
  /** The run that is shown. The first one comes from the page and may lack what only later panels need; see `complete`. */
  readonly $view: ReadableAtom<RunView>;
  /** What the shown run was made from. */
  readonly $request: ReadableAtom<RunRequest>;
  /** The other run of Compare, while it is on. */
  readonly $before: ReadableAtom<RunView | undefined>;
  /** Kernel nanoseconds. */
  readonly $cursor: ReadableAtom<number>;
  readonly $playing: ReadableAtom<boolean>;
  /** Virtual nanoseconds per second of reading time. */
  readonly $speed: ReadableAtom<number>;
  /** Selected packet and machine, as indices into the view. */
  readonly $packet: ReadableAtom<number | undefined>;
  readonly $machine: ReadableAtom<number | undefined>;
  /** Selected link: the first of its two channels. With a link selected no machine is, and the other way round. */
  readonly $channel: ReadableAtom<number | undefined>;
  /** What Why explains instead of the packet or the moment; undefined again as soon as either changes. */
  readonly $question: ReadableAtom<Question | undefined>;
  /** The machine whose terminal is in use. */
  readonly $prompt: WritableAtom<number | undefined>;
  /** A line that the page's prose offers to the terminal. */
  readonly $draft: ReadableAtom<Draft | undefined>;
  /** The reader is at a prompt: the terminal speaks, and the timeline keeps silent. */
  readonly $typing: WritableAtom<boolean>;
  /** Open panels, one or two. */
  readonly $panels: ReadableAtom<readonly PanelName[]>;
  readonly $menu: ReadableAtom<MenuName | undefined>;
  readonly $busy: ReadableAtom<boolean>;
  readonly $message: ReadableAtom<string | undefined>;
  /** False while the page is built: nothing to press yet. */
  readonly live: boolean;
  /** The reader asked for less motion. */
  readonly hasLessMotion: boolean;
  /** True once the reader has opened a panel or a comparison: before that, the page stays as it was drawn. */
  readonly isTouched: boolean;
  /** True for a run that took place in a playground: nothing in it can be changed here, and no link leads to it. */
  readonly isFixed: boolean;
  seek(time: number): void;
  /** To the end of the run, or to a moment before. */
  play(until?: number): void;
  pause(): void;
  setSpeed(nanosecondsPerSecond: number): void;
  stepMoment(by: 1 | -1): void;
  stepConversation(by: 1 | -1): void;
  selectPacket(index: number | undefined): void;
  selectMachine(index: number | undefined): void;
  selectChannel(index: number | undefined): void;
  /** `beside` keeps the panel that is open (the first one) and opens a second. */
  open(panel: PanelName, beside?: boolean): void;
  /** Opens Why with this question; a terminal stays open beside it. */
  ask(question: Question): void;
  /** Puts a line into the terminal, and opens it; undefined once it has been taken. */
  offer(draft: Draft | undefined): void;
  /** Makes `panel` the open one without the reader having asked: nothing is fetched for it. */
  settle(panel: PanelName): void;
  toggleMenu(menu: MenuName | undefined): void;
  setKnob(name: string, text: string): void;
  /** Back to the run that the page was written with. */
  reset(): void;
  /** Runs again with these inputs in place of those that there are. True when that run is shown. */
  setInputs(inputs: readonly NewInput[], guard?: Guard): Promise<boolean>;
  addInput(input: NewInput): void;
  /** By position in the view's `inputs`. */
  removeInput(index: number): void;
  setCompare(on: boolean): void;
  /** Back to the run before. */
  undo(): void;
  dismiss(): void;
  /** Shows what a link says; `problems` are sentences about what in it could not be read. */
  follow(state: LinkState, problems: readonly string[]): void;
  frame(frame: number): Promise<FrameView>;
  tables(machine: string, time: number): Promise<readonly TableView[]>;
  nameServerLog(): Promise<NameServerLog>;
  caches(time: number): Promise<readonly CacheView[]>;
  why(event: number): Promise<readonly WhyStep[]>;
  filter(expression: string): Promise<readonly number[]>;
  complete(machine: string, line: string): Promise<Completion>;
  exportAs(kind: ExportKind): Promise<Blob>;
  /** Address of exactly this state, as a fragment: `#rt=…`. */
  link(): string;
  /** The same run in a terminal. */
  command(): string;
}

export interface FigureOptions {
  readonly id: string;
  readonly title?: string;
  readonly view: RunView;
  readonly request: RunRequest;
  /** False when the page carries only what its moment needs. */
  readonly complete: boolean;
  readonly cursor: number;
  readonly packet?: number | undefined;
  readonly machine?: number | undefined;
  readonly prompt?: number | undefined;
  readonly panels: readonly PanelName[];
  readonly live: boolean;
  /** Called at the first question; on a page this loads the client, which starts the worker. */
  readonly answers: () => Promise<Answers>;
  readonly reducedMotion?: () => boolean;
}

/** 1 s of reading = 40 ms of the run. */
export const DEFAULT_SPEED = 40_000_000;
const STEP_MS = 220;

export function createFigure(options: FigureOptions): Figure {
  return new FigureStore(options);
}

interface Shown {
  readonly request: RunRequest;
  readonly view: RunView;
}

class FigureStore implements Figure {
  readonly id: string;
  readonly live: boolean;
  readonly $view: WritableAtom<RunView>;
  readonly $request: WritableAtom<RunRequest>;
  readonly $before: WritableAtom<RunView | undefined> = atom(undefined);
  readonly $cursor: WritableAtom<number>;
  readonly $playing: WritableAtom<boolean> = atom(false);
  readonly $speed: WritableAtom<number> = atom(DEFAULT_SPEED);
  readonly $packet: WritableAtom<number | undefined>;
  readonly $machine: WritableAtom<number | undefined>;
  readonly $channel: WritableAtom<number | undefined> = atom(undefined);
  readonly $question: WritableAtom<Question | undefined> = atom(undefined);
  readonly $prompt: WritableAtom<number | undefined>;
  readonly $draft: WritableAtom<Draft | undefined> = atom(undefined);
  readonly $typing: WritableAtom<boolean> = atom(false);
  readonly $panels: WritableAtom<readonly PanelName[]>;
  readonly $menu: WritableAtom<MenuName | undefined> = atom(undefined);
  readonly $busy: WritableAtom<boolean> = atom(false);
  readonly $message: WritableAtom<string | undefined> = atom(undefined);
  readonly #options: FigureOptions;
  isTouched = false;
  #complete: boolean;
  /** The run before the last change, for Compare and Undo. */
  #previous: Shown | undefined;
  #motion = 0;
  /** The run that is shown, with what it was made from: `$request` may be ahead of it. */
  #shown: Shown;

  constructor(options: FigureOptions) {
    this.#options = options;
    this.id = options.id;
    this.live = options.live;
    this.#complete = options.complete;
    this.$view = atom(options.view);
    this.#shown = { request: options.request, view: options.view };
    this.$request = atom(options.request);
    this.$cursor = atom(options.cursor);
    this.$packet = atom(options.packet);
    this.$machine = atom(options.machine);
    this.$prompt = atom(options.prompt);
    this.$panels = atom(options.panels);
  }

  get title(): string {
    return this.#options.title ?? this.$view.get().title;
  }

  get isFixed(): boolean {
    return this.$request.get().playground !== undefined;
  }

  get hasLessMotion(): boolean {
    return this.#options.reducedMotion?.() ?? false;
  }

  // ── time ──

  seek(time: number): void {
    this.pause();
    this.$question.set(undefined);
    this.#stopMotion();
    this.#setCursor(time);
    this.#fill();
  }

  #setCursor(time: number): void {
    this.$cursor.set(Math.min(Math.max(0, time), this.$view.get().end));
  }

  play(until = Number.POSITIVE_INFINITY): void {
    this.#until = until;
    if (!this.live || this.$playing.get()) return;
    this.#stopMotion();
    this.#fill();
    if (this.$cursor.get() >= this.$view.get().end) this.$cursor.set(0);
    this.$playing.set(true);
    if (this.hasLessMotion) this.#playInSteps();
    else this.#playFrames();
  }

  #until = Number.POSITIVE_INFINITY;
  /** Where playing stops. */
  get #goal(): number {
    return Math.min(this.#until, this.$view.get().end);
  }

  #playFrames(): void {
    let last = performance.now();
    let view: RunView | undefined;
    let folds: ReturnType<typeof foldsOf> = [];
    const frame = (now: number) => {
      if (!this.$playing.get()) return;
      // A tab that was hidden must not jump ahead when it comes back.
      const elapsed = Math.min(Math.max(0, now - last), 100);
      last = now;
      if (view !== this.$view.get()) {
        view = this.$view.get();
        folds = foldsOf([view]);
      }
      const next = advance(folds, this.$cursor.get(), elapsed, this.$speed.get());
      this.#setCursor(Math.min(next, this.#goal));
      if (this.$cursor.get() >= this.#goal) this.$playing.set(false);
      else this.#motion = requestAnimationFrame(frame);
    };
    this.#motion = requestAnimationFrame(frame);
  }

  /** Reduced motion: from event to event, each long enough to be read. */
  #playInSteps(): void {
    const next = this.#nextMoment(1);
    if (next === undefined || next > this.#goal) {
      this.#setCursor(this.#goal);
      this.$playing.set(false);
      return;
    }
    const wait = ((next - this.$cursor.get()) / this.$speed.get()) * 1000;
    setTimeout(
      () => {
        if (!this.$playing.get()) return;
        this.#setCursor(next);
        this.#playInSteps();
      },
      Math.min(Math.max(wait, 900), 3000),
    );
  }

  pause(): void {
    if (!this.$playing.get()) return;
    this.$playing.set(false);
    this.#stopMotion();
  }

  #stopMotion(): void {
    if (this.#motion) cancelAnimationFrame(this.#motion);
    this.#motion = 0;
  }

  setSpeed(speed: number): void {
    this.$speed.set(speed);
  }

  #nextMoment(by: 1 | -1): number | undefined {
    const now = this.$cursor.get();
    let found: number | undefined;
    for (const { time } of this.$view.get().moments) {
      if (by > 0 && time > now && (found === undefined || time < found)) found = time;
      if (by < 0 && time < now && (found === undefined || time > found)) found = time;
    }
    return found;
  }

  stepMoment(by: 1 | -1): void {
    this.pause();
    this.$question.set(undefined);
    void this.#filled().then(() => {
      const next = this.#nextMoment(by) ?? (by < 0 ? 0 : this.$view.get().end);
      this.#glideTo(next);
    });
  }

  stepConversation(by: 1 | -1): void {
    this.pause();
    void this.#filled().then(() => {
      const { packets } = this.$view.get();
      const now = this.$cursor.get();
      const current = this.$packet.get() ?? lastSent(packets, now);
      if (current === undefined) {
        this.stepMoment(by);
        return;
      }
      const { conversation } = packets[current]!;
      const same = packets
        .map((packet, index) => ({ packet, index }))
        .filter(({ packet }) => packet.conversation === conversation);
      // From the selected packet when the cursor stands on it, else from the cursor.
      const at = packets[current]!.time === now ? current : undefined;
      const next =
        by > 0
          ? same.find(({ packet, index }) => (at !== undefined ? index > at : packet.time > now))
          : same.findLast(({ packet, index }) => (at !== undefined ? index < at : packet.time < now));
      if (!next) {
        this.#nextPacket(by);
        return;
      }
      this.$packet.set(next.index);
      this.#glideTo(next.packet.time);
    });
  }

  /** Where a conversation has ended, the next packet of any begins another. */
  #nextPacket(by: 1 | -1): void {
    const { packets } = this.$view.get();
    const now = this.$cursor.get();
    const next =
      by > 0 ? packets.findIndex(({ time }) => time > now) : packets.findLastIndex(({ time }) => time < now);
    if (next < 0) return;
    this.$packet.set(next);
    this.#glideTo(packets[next]!.time);
  }

  /** Moves the cursor there in the time of a step; interruptible, and at once for who asked for less motion. */
  #glideTo(time: number): void {
    this.#stopMotion();
    if (!this.live || this.hasLessMotion || typeof requestAnimationFrame !== 'function') {
      this.#setCursor(time);
      return;
    }
    const from = this.$cursor.get();
    const start = performance.now();
    const frame = (now: number) => {
      const done = Math.min(1, Math.max(0, now - start) / STEP_MS);
      const eased = 1 - (1 - done) * (1 - done) * (1 - done);
      // The last frame lands exactly, so that the next step counts from the moment itself.
      this.#setCursor(done === 1 ? time : from + (time - from) * eased);
      this.#motion = done < 1 ? requestAnimationFrame(frame) : 0;
    };
    this.#motion = requestAnimationFrame(frame);
  }

  // ── what is selected and open ──

  selectPacket(index: number | undefined): void {
    this.$question.set(undefined);
    this.$packet.set(index);
    if (index !== undefined) this.#fill();
  }

  selectMachine(index: number | undefined): void {
    this.$channel.set(undefined);
    this.$machine.set(index);
  }

  selectChannel(index: number | undefined): void {
    this.$machine.set(undefined);
    this.$channel.set(index);
  }

  open(panel: PanelName, beside = false): void {
    this.isTouched = true;
    this.#fill();
    const open = this.$panels.get();
    // A terminal keeps its place on the left: what is opened takes the other one's.
    if (panel === 'terminal' && beside && !open.includes(panel)) this.$panels.set([panel, open[0]!]);
    else if (!beside && open.length > 1 && open[0] === 'terminal' && panel !== 'terminal')
      this.$panels.set(['terminal', panel]);
    else if (beside && !open.includes(panel)) this.$panels.set([open[0]!, panel]);
    else if (beside && open.length > 1) this.$panels.set(open.filter((name) => name !== panel));
    else if (!beside) this.$panels.set([panel]);
  }

  ask(question: Question): void {
    this.$question.set(question);
    this.open('why');
  }

  offer(draft: Draft | undefined): void {
    this.$draft.set(draft);
    if (draft && !this.$panels.get().includes('terminal')) this.open('terminal');
  }

  settle(panel: PanelName): void {
    this.$panels.set([panel]);
  }

  toggleMenu(menu: MenuName | undefined): void {
    this.$menu.set(this.$menu.get() === menu ? undefined : menu);
  }

  dismiss(): void {
    this.$message.set(undefined);
  }

  // ── other runs ──

  setKnob(name: string, text: string): void {
    const request = this.$request.get();
    const { [name]: _, ...others } = request.set;
    const knob = this.$view.get().knobs.find((one) => one.name === name);
    const set = knob && knob.initial === text ? others : { ...others, [name]: text };
    void this.#change({ ...request, set });
  }

  setInputs(inputs: readonly NewInput[], guard?: Guard): Promise<boolean> {
    const wanted = { ...this.$request.get(), inputs };
    if (!guard) return this.#change(wanted);
    const guarded = { ...wanted, inputs: [...inputs, guard.input] };
    return this.#change(guarded, (view) => (guard.isNeeded(view) ? undefined : wanted));
  }

  addInput(input: NewInput): void {
    void this.setInputs([...this.$request.get().inputs, input]);
  }

  removeInput(index: number): void {
    const request = this.$request.get();
    const gone: InputView | undefined = this.$view.get().inputs[index];
    const at = gone
      ? request.inputs.findIndex(
          (input) =>
            input.time === gone.time && input.what === gone.what && sameDetail(input.detail, gone.detail),
        )
      : -1;
    const drop = at >= 0 ? at : index;
    void this.setInputs(request.inputs.filter((_, i) => i !== drop));
  }

  reset(): void {
    void this.#change(this.#options.request);
  }

  undo(): void {
    const previous = this.#previous;
    if (!previous) return;
    this.#previous = undefined;
    this.$before.set(undefined);
    this.#show(previous);
  }

  setCompare(on: boolean): void {
    this.isTouched = true;
    if (!on) {
      this.$before.set(undefined);
      return;
    }
    void this.#filled().then(() => {
      this.$before.set(this.#previous?.view ?? this.$view.get());
      this.$panels.set(['ladder']);
    });
  }

  follow(state: LinkState, problems: readonly string[]): void {
    const { scenario, version } = this.$view.get();
    const said = [...problems];
    // A link names a scenario; a figure shows one. The rest of the state belongs to that scenario only.
    const isOurs = state.request.scenario === scenario && !this.isFixed;
    if (!isOurs) said.push('This link is not for this figure, so the figure stays as it was.');
    else if (state.version !== version) {
      said.push(
        `This link was made for version ${state.version} of this run; this is version ${version}, and may differ.`,
      );
    }
    const arrive = () => {
      if (isOurs) {
        if (state.panels) this.$panels.set(state.panels);
        if (state.cursor !== undefined) this.seek(state.cursor);
        const { packets } = this.$view.get();
        if (state.packet !== undefined && state.packet < packets.length) this.$packet.set(state.packet);
        else if (state.packet !== undefined) said.push(`There is no packet ${state.packet} in this run.`);
      }
      if (said.length > 0) this.$message.set(said.slice(0, 3).join(' '));
    };
    if (isOurs) void this.#change(state.request).then(arrive);
    else arrive();
  }

  /** `better`, if any, looks at the run and says which one to show instead. True when a run is shown in the end. */
  async #change(first: RunRequest, better?: (view: RunView) => RunRequest | undefined): Promise<boolean> {
    if (keyOf(first) === keyOf(this.$request.get())) return true;
    if (this.isFixed) return false;
    let was = this.#shown;
    let request = first;
    this.$request.set(request);
    return this.#ask(async (answers) => {
      // A run to compare with is whole: the page may carry less.
      if (!this.#complete) was = { ...was, view: await answers.run(was.request, this.id) };
      let view = await answers.run(request, this.id);
      // Something later was asked for while this was on its way.
      const isStale = (): boolean => keyOf(request) !== keyOf(this.$request.get());
      if (isStale()) return false;
      const instead = better?.(view);
      if (instead) {
        request = instead;
        this.$request.set(request);
        view = await answers.run(request, this.id);
        if (isStale()) return false;
      }
      // With Compare on, the run beside stays the one that was there when it was opened.
      if (this.$before.get() === undefined || this.#previous === undefined) this.#previous = was;
      this.#complete = true;
      this.#show({ request, view });
      return true;
    }).catch((problem: unknown) => {
      if (!(problem instanceof Superseded) && keyOf(request) === keyOf(this.$request.get()))
        this.$request.set(was.request);
      return false;
    });
  }

  #show({ request, view }: Shown): void {
    const old = this.$view.get();
    this.#shown = { request, view };
    const selected = this.$packet.get();
    this.$request.set(request);
    this.$question.set(undefined);
    this.$packet.set(selected === undefined ? undefined : samePacket(old, view, selected));
    this.$view.set(view);
    if (this.$cursor.get() > view.end) this.$cursor.set(view.end);
    this.#announce(view);
  }

  /** Numbers in the text that are bound to this figure follow its runs (components/author/claim-follow.ts). */
  #announce({ scenario, claims }: RunView): void {
    if (!this.live || typeof globalThis.dispatchEvent !== 'function') return;
    globalThis.dispatchEvent(
      new CustomEvent('roundtrip:run', { detail: { figure: this.id, scenario, claims } }),
    );
  }

  // ── questions ──

  /** Fetches the whole run when the page carries only a part of it. */
  #fill(): void {
    if (!this.#complete && this.live) void this.#filled().catch(() => undefined);
  }

  #filling: Promise<void> | undefined;
  #filled(): Promise<void> {
    if (this.#complete || !this.live) return Promise.resolve();
    this.#filling ??= this.#ask(async (answers) => {
      const request = this.$request.get();
      const view = await answers.run(request, this.id);
      if (keyOf(request) !== keyOf(this.$request.get())) return;
      this.#complete = true;
      if (view.digest !== this.$view.get().digest) {
        this.$message.set(
          'This browser computed another run than the page was written with. Both cannot be right: please report it.',
        );
      }
      this.#shown = { request, view };
      this.$view.set(view);
    }).finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  #asking = 0;
  async #ask<T>(question: (answers: Answers) => Promise<T>, quiet = false): Promise<T> {
    this.#asking += 1;
    if (!quiet) {
      this.$busy.set(true);
      this.$message.set(undefined);
    }
    try {
      return await question(await this.#options.answers());
    } catch (problem) {
      if (!quiet && !(problem instanceof Superseded)) {
        this.$message.set(problem instanceof Error ? problem.message : String(problem));
      }
      throw problem;
    } finally {
      this.#asking -= 1;
      if (this.#asking === 0) this.$busy.set(false);
    }
  }

  frame(frame: number): Promise<FrameView> {
    return this.#ask((answers) => answers.frame(this.#shown.request, frame), true);
  }
  tables(machine: string, time: number): Promise<readonly TableView[]> {
    return this.#ask((answers) => answers.tables(this.#shown.request, machine, time), true);
  }
  nameServerLog(): Promise<NameServerLog> {
    return this.#ask((answers) => answers.nameServerLog(this.#shown.request), true);
  }
  caches(time: number): Promise<readonly CacheView[]> {
    return this.#ask((answers) => answers.caches(this.#shown.request, time), true);
  }
  why(event: number): Promise<readonly WhyStep[]> {
    return this.#ask((answers) => answers.why(this.#shown.request, event), true);
  }
  filter(expression: string): Promise<readonly number[]> {
    return this.#ask((answers) => answers.filter(this.#shown.request, expression), true);
  }
  complete(machine: string, line: string): Promise<Completion> {
    return this.#ask((answers) => answers.complete(this.#shown.request, machine, line), true);
  }
  exportAs(kind: ExportKind): Promise<Blob> {
    return this.#ask((answers) => answers.exportAs(this.#shown.request, kind));
  }

  link(): string {
    const view = this.$view.get();
    return writeLink({
      figure: this.id,
      request: this.$request.get(),
      version: view.version,
      cursor: this.$cursor.get(),
      packet: this.$packet.get(),
      panels: this.$panels.get(),
    });
  }

  command(): string {
    const { scenario, set, seed } = this.$request.get();
    const words = ['roundtrip', 'run', scenario];
    for (const [name, text] of Object.entries(set)) words.push('--set', `${name}=${text}`);
    if (seed !== 1) words.push('--seed', String(seed));
    // What the reader did has no flag yet: the link carries it.
    return words.join(' ');
  }
}

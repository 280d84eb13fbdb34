/**
 * A run as outsiders use it: start it, let it advance, ask it. The page's worker, the build, the command line and the
 * tests all hold one of these.
 */
import { Malformed } from '../base/errors.ts';
import { formatNumber, MILLISECOND } from '../base/units.ts';
import { buildView, wholeStory } from '../inspect/build-view.ts';
import { compileFilter } from '../inspect/filter.ts';
import { whyOf } from '../inspect/moments.ts';
import { type CacheName, cachesOf, cacheViews, nameServerLog } from '../inspect/name-servers.ts';
import { type Packet, readPackets } from '../inspect/packets.ts';
import { type PacketSummary, summariesOf } from '../inspect/summaries.ts';
import { tableViews } from '../inspect/table-views.ts';
import { TableReader } from '../inspect/tables.ts';
import type { CacheView, NameServerLog, RunRequest, RunView, TableView, WhyStep } from '../inspect/view.ts';
import { readSpoofing, type SpoofingReading } from '../scenario/dns/spoofing-claims.ts';
import { writeValue } from '../scenario/parameter.ts';
import { type Happened, Run, type RunOptions } from '../scenario/run.ts';
import { type Completion, complete, machineFacts } from '../shell/complete.ts';
import type { Node } from '../wire/bits.ts';
import { dissectFrame } from '../wire/frame.ts';
import type { Tap } from './capture.ts';
import { json } from './json.ts';
import { pcapng } from './pcapng.ts';
import { text } from './text.ts';

export class Session {
  readonly run: Run;
  #packets: readonly Packet[] | undefined;
  #summaries: readonly PacketSummary[] | undefined;
  #view: RunView | undefined;
  #tables: TableReader | undefined;
  #log: NameServerLog | undefined;
  #caches: readonly CacheName[] | undefined;

  private constructor(run: Run) {
    this.run = run;
  }

  /** Throws {@link Malformed} with a sentence for people when the request makes no sense. */
  static start(request: RunRequest, options: RunOptions = {}): Session {
    return new Session(new Run(request, options));
  }

  /** What there is to ask of a run that somebody else drives. */
  static of(run: Run): Session {
    return new Session(run);
  }

  /** A run that took place in another realm, with a trace that a stranger may have written. Ask it by {@link ask}. */
  static elsewhere(request: RunRequest, happened: Happened): Session {
    return new Session(Run.elsewhere(request, happened));
  }

  /**
   * Puts a question. Whatever the readers of the trace stumble over, in a run that took place elsewhere, is a fault of
   * that trace: {@link Malformed}.
   */
  ask<T>(question: (session: Session) => T): T {
    try {
      return question(this);
    } catch (problem) {
      if (!this.run.isForeign || problem instanceof Malformed) throw problem;
      throw new Malformed('the record of this run contradicts itself');
    }
  }

  /** Runs at most `maxEvents` events more; true when the run is over. */
  advance(maxEvents: number): boolean {
    return this.run.advance(maxEvents);
  }

  finish(): this {
    this.run.finish();
    return this;
  }

  get packets(): readonly Packet[] {
    this.#packets ??= readPackets(this.run.world.trace, this.run.network.channels);
    return this.#packets;
  }

  get summaries(): readonly PacketSummary[] {
    this.#summaries ??= summariesOf(this.run.world.trace, this.packets);
    return this.#summaries;
  }

  view(): RunView {
    this.#view ??= buildView(this.run, this.packets);
    return this.#view;
  }

  /** The bytes of a frame as it was sent, and what they mean. Throws {@link Malformed} for a frame that is not there. */
  frame(frame: number): { readonly bytes: Uint8Array; readonly cut: boolean; readonly tree: Node } {
    const { frames } = this.run.world.trace;
    if (!Number.isInteger(frame) || frame < 0 || frame >= frames.count)
      throw new Malformed(`there is no frame ${frame}`);
    const bytes = frames.read(frame);
    return { bytes, cut: frames.isCut(frame), tree: dissectFrame(bytes) };
  }

  /** A machine's tables at kernel time `time`. */
  tables(machine: string, time: number): readonly TableView[] {
    this.#tables ??= new TableReader(this.run.world.trace);
    return tableViews(this.run.network, this.#tables, machine, time);
  }

  /** What the name servers were asked, and which zones they took, over the whole run. */
  nameServerLog(): NameServerLog {
    this.#log ??= nameServerLog(this.run);
    return this.#log;
  }

  /** The last race of a run with forged answers, and the odds; undefined for other runs. */
  forgery(): SpoofingReading | undefined {
    return readSpoofing(this.run);
  }

  /** What all DNS caches hold at kernel time `time`. */
  caches(time: number): readonly CacheView[] {
    this.#tables ??= new TableReader(this.run.world.trace);
    this.#caches ??= cachesOf(this.run);
    return cacheViews(this.run, this.#tables, this.#caches, time);
  }

  /** What may stand where the cursor is, at a machine's prompt; `line` is what stands before it. */
  complete(machine: string, line: string): Completion {
    const { network, scenario } = this.run;
    return complete(line, machineFacts(network, machine, scenario.hosts));
  }

  /** Why the event happened: its chain of recorded causes. */
  why(event: number): readonly WhyStep[] {
    if (!Number.isInteger(event) || event < 0 || event >= this.run.world.trace.length)
      throw new Malformed(`there is no event ${event}`);
    return whyOf(this.run, this.packets, this.summaries, event);
  }

  /** Positions of the packets that a display filter lets through. Throws {@link Malformed} with what is wrong and where. */
  filter(expression: string): readonly number[] {
    const matches = compileFilter(expression);
    const { trace } = this.run.world;
    return this.packets.flatMap((packet, i) =>
      matches({
        bytes: trace.frames.read(packet.frame),
        length: trace.frames.size(packet.frame),
        number: packet.number,
        time: packet.time,
      })
        ? [i]
        : [],
    );
  }

  /** One line a packet, like tcpdump. */
  text(tap: Tap = 'makers'): string {
    return text(this.run.world.trace, this.packets, this.run.network.links, { tap });
  }

  /** The run in sentences: time in milliseconds, who, what. */
  transcript(): string {
    return wholeStory(this.run, this.packets)
      .map(
        ({ time, subject, text: rest }) =>
          `${formatNumber(time / MILLISECOND, 3).padStart(10)} ms  ${subject} ${rest}\n`,
      )
      .join('');
  }

  pcapng(tap: Tap = 'makers'): Uint8Array {
    const { spec } = this.run;
    const set = Object.entries(spec.set)
      .map(([name, value]) => ` ${name}=${value}`)
      .join('');
    return pcapng(this.run.world.trace, this.packets, this.run.network.links, {
      epochSeconds: this.run.world.epochSeconds,
      tap,
      comment: `Roundtrip ${spec.scenario}${set} seed=${spec.seed}`,
    });
  }

  json(): string {
    const { run } = this;
    const claims = Object.fromEntries(
      Object.entries(run.claims()).map(([name, { value }]) => [name, value ?? null]),
    );
    const parameters = Object.fromEntries(
      Object.entries(run.scenario.parameters).map(([name, one]) => [
        name,
        writeValue(one, run.values[name]!),
      ]),
    );
    return json(
      {
        scenario: run.scenario.name,
        version: run.scenario.version,
        seed: run.spec.seed,
        parameters,
        claims,
        epochSeconds: run.world.epochSeconds,
        end: this.view().end,
      },
      run.world.trace,
      run.network.channels,
      this.packets,
    );
  }
}

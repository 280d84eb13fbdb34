// What can be asked about a run, whoever answers: the worker on a page, the engine itself while the page is built.
import type {
  CacheView,
  NameServerLog,
  RunRequest,
  RunView,
  TableView,
  WhyStep,
} from '#engine/inspect/view.ts';
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import type { Completion } from '#engine/shell/complete.ts';
import type { Node } from '#engine/wire/bits.ts';

export interface FrameView {
  readonly bytes: Uint8Array;
  /** The trace kept headers only. */
  readonly cut: boolean;
  /** Layers are the children; leaves partition the bytes. */
  readonly tree: Node;
}

export type { Completion };

export type ExportKind = 'pcapng' | 'text' | 'transcript' | 'json';

export interface Answers {
  /** `who` asks; a later run for the same asker supersedes one that is not finished (it then rejects with `Superseded`). */
  run(request: RunRequest, who: string): Promise<RunView>;
  frame(request: RunRequest, frame: number): Promise<FrameView>;
  tables(request: RunRequest, machine: string, time: number): Promise<readonly TableView[]>;
  /** What the name servers were asked, and the zones that they were given. */
  nameServerLog(request: RunRequest): Promise<NameServerLog>;
  /** What became of forged answers, in a run that has some. */
  forgery(request: RunRequest): Promise<SpoofingReading | undefined>;
  /** What all DNS caches hold. */
  caches(request: RunRequest, time: number): Promise<readonly CacheView[]>;
  why(request: RunRequest, event: number): Promise<readonly WhyStep[]>;
  filter(request: RunRequest, expression: string): Promise<readonly number[]>;
  /** What may stand at the end of `line`, at a machine's prompt. */
  complete(request: RunRequest, machine: string, line: string): Promise<Completion>;
  exportAs(request: RunRequest, kind: ExportKind): Promise<Blob>;
}

/** A later run for the same figure took this one's place. */
export class Superseded extends Error {
  override name = 'Superseded';
}

/** The same run has the same key, whatever order its parameters were given in. */
export function keyOf(request: RunRequest): string {
  const set = Object.entries(request.set).sort(([a], [b]) => (a < b ? -1 : 1));
  const run = request.playground ? [request.playground.id, request.playground.digest] : [];
  return JSON.stringify([request.scenario, set, request.seed, request.inputs, ...run]);
}

/**
 * The trace: an append-only log of what happened, in columns, with the cause of each event.
 *
 * Everything that a figure, an exporter, a quiz or a test says about a run is read from here. Chunks of 16,384
 * events hold a time, kind and node, cause, and two operands; texts are interned; rare kinds carry a frozen detail.
 * Kinds and nodes are numbered in the order of their first use, which a run repeats; the digest covers their names,
 * so it does not depend on the numbers.
 *
 * Not here: what a kind means. The floors above name their kinds and read them back.
 */
import { hashName } from '../base/random.ts';
import { Digest, type Lanes } from './digest.ts';
import type { Detail, TraceEvent } from './event.ts';
import { FrameStore } from './frames.ts';

export type TraceLevel = 'off' | 'requests' | 'full';

const CHUNK_BITS = 14;
/** Events of a chunk. */
export const CHUNK = 1 << CHUNK_BITS;

/** Columns of {@link CHUNK} events, of which the last chunk's may be unused. */
export interface Chunk {
  readonly time: Float64Array;
  readonly kindNode: Int32Array;
  readonly cause: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

const RANK: Readonly<Record<TraceLevel, number>> = { off: 0, requests: 1, full: 2 };

/** Everything that a trace is made of, as it lies in memory (parcel.ts). */
export interface TraceParts {
  readonly chunks: readonly Chunk[];
  readonly length: number;
  readonly kinds: readonly string[];
  readonly nodes: readonly string[];
  readonly texts: readonly string[];
  /** For each text, the number of events before it. */
  readonly textsAt: readonly number[];
  readonly details: ReadonlyMap<number, Detail>;
  readonly frames: FrameStore;
  /** Where the digest stood after frames that were too many to keep whole, by the event that sent them. */
  readonly skips: ReadonlyMap<number, Lanes>;
}

/** The kind whose events are followed, in the digest, by the bytes of the frame that is their first operand. */
export const SENT = 'frame.sent';

/** No event, or no cause. */
export const NONE = -1;

export class Trace {
  readonly level: TraceLevel;
  readonly frames: FrameStore;
  /** The event whose callback is running: the cause of what is recorded now. */
  cause = NONE;
  #rank: number;
  #chunks: Chunk[] = [];
  #length = 0;
  #kinds: string[] = [];
  #kindHash: number[] = [];
  /** Whether events of the kind are recorded at this trace's level. */
  #wanted: boolean[] = [];
  #kindIds = new Map<string, number>();
  #nodes: string[] = [];
  #nodeHash: number[] = [];
  #nodeIds = new Map<string, number>();
  #texts: string[] = [];
  #textIds = new Map<string, number>();
  #textsAt: number[] = [];
  #details = new Map<number, Detail>();
  #skips = new Map<number, Lanes>();
  #digest = new Digest();

  constructor(level: TraceLevel = 'full', keepFrameBytes?: number, frames?: FrameStore) {
    this.level = level;
    this.#rank = RANK[level];
    this.frames = frames ?? new FrameStore(level === 'full', keepFrameBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** True when events of level `full` are recorded: callers skip the work of describing them otherwise. */
  get full(): boolean {
    return this.#rank === 2;
  }

  /** The number of a kind. `level` says from which trace level on its events are recorded. */
  kind(name: string, level: TraceLevel = 'full'): number {
    const known = this.#kindIds.get(name);
    if (known !== undefined) return known;
    const id = this.#kinds.push(name) - 1;
    this.#kindIds.set(name, id);
    this.#kindHash.push(hashName(name));
    this.#wanted.push(this.#rank > 0 && this.#rank >= RANK[level]);
    return id;
  }

  node(name: string): number {
    const known = this.#nodeIds.get(name);
    if (known !== undefined) return known;
    const id = this.#nodes.push(name) - 1;
    this.#nodeIds.set(name, id);
    this.#nodeHash.push(hashName(name));
    return id;
  }

  /** The number of a text, for use as an operand. */
  text(value: string): number {
    const known = this.#textIds.get(value);
    if (known !== undefined) return known;
    const id = this.#texts.push(value) - 1;
    this.#textIds.set(value, id);
    this.#textsAt.push(this.#length);
    this.#digest.text(value);
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  kindName(id: number): string {
    return this.#kinds[id]!;
  }

  nodeName(id: number): string {
    return this.#nodes[id]!;
  }

  get nodeNames(): readonly string[] {
    return this.#nodes;
  }

  /** The number of a kind that some event has had, or −1. */
  findKind(name: string): number {
    return this.#kindIds.get(name) ?? NONE;
  }

  /** Appends an event and returns its number, or −1 when its level is not recorded. Operands are kept as 32 bits. */
  record(time: number, kind: number, node: number, a: number, b: number): number {
    if (!this.#wanted[kind]) return NONE;
    const id = this.#length++;
    const at = id & (CHUNK - 1);
    if (at === 0) this.#chunks.push(newChunk());
    const chunk = this.#chunks[id >>> CHUNK_BITS]!;
    const { cause } = this;
    chunk.time[at] = time;
    chunk.kindNode[at] = (kind << 16) | node;
    chunk.cause[at] = cause;
    chunk.a[at] = a;
    chunk.b[at] = b;
    this.#digest.event(time, this.#kindHash[kind]!, this.#nodeHash[node]!, cause, a, b);
    return id;
  }

  /** {@link record} for rare kinds that have more to say. The detail is frozen. */
  recordDetail(time: number, kind: number, node: number, detail: Detail, a = 0, b = 0): number {
    const id = this.record(time, kind, node, a, b);
    if (id === NONE) return NONE;
    this.#details.set(id, Object.freeze(detail));
    this.#digest.detail(detail);
    return id;
  }

  /** Takes the bytes of a frame into the digest, right after the {@link SENT} event that says where it goes. */
  seal(frame: number): void {
    if (this.#rank !== 2) return;
    const { frames } = this;
    this.#digest.bytes(frames.slab(frame), frames.at(frame), frames.size(frame));
    if (frames.willBeCut(frame)) this.#skips.set(this.#length - 1, this.#digest.lanes);
  }

  /** Runs `body` with `id` as the cause of what it records (unless `id` was not recorded). */
  because<T>(id: number, body: () => T): T {
    const before = this.cause;
    if (id !== NONE) this.cause = id;
    try {
      return body();
    } finally {
      this.cause = before;
    }
  }

  timeOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.time[id & (CHUNK - 1)]!;
  }

  kindOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.kindNode[id & (CHUNK - 1)]! >>> 16;
  }

  nodeOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.kindNode[id & (CHUNK - 1)]! & 0xffff;
  }

  causeOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.cause[id & (CHUNK - 1)]!;
  }

  aOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.a[id & (CHUNK - 1)]!;
  }

  bOf(id: number): number {
    return this.#chunks[id >>> CHUNK_BITS]!.b[id & (CHUNK - 1)]!;
  }

  detailOf(id: number): Detail | undefined {
    return this.#details.get(id);
  }

  /** One event as an object, made when it is asked for. */
  event(id: number): TraceEvent {
    return {
      id,
      time: this.timeOf(id),
      kind: this.#kinds[this.kindOf(id)]!,
      node: this.#nodes[this.nodeOf(id)]!,
      cause: this.causeOf(id),
      a: this.aOf(id),
      b: this.bOf(id),
      detail: this.#details.get(id),
    };
  }

  /** The events of the given kinds in order, from event `from` to before `to`. */
  *events(kinds?: readonly string[], from = 0, to = this.#length): Generator<TraceEvent> {
    const wanted = kinds && new Set(kinds.map((name) => this.findKind(name)));
    for (let id = from; id < to; id++) if (!wanted || wanted.has(this.kindOf(id))) yield this.event(id);
  }

  /** The number of events before or at `time`: events are in order of time. */
  countUntil(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get digest(): string {
    return this.#digest.toString();
  }

  /** What it consists of, shared with it. */
  get parts(): TraceParts {
    return {
      chunks: this.#chunks,
      length: this.#length,
      kinds: this.#kinds,
      nodes: this.#nodes,
      texts: this.#texts,
      textsAt: this.#textsAt,
      details: this.#details,
      frames: this.frames,
      skips: this.#skips,
    };
  }

  /** A trace of level `full` that is finished, from its parts. They are believed: parcel.ts checks them. */
  static of(parts: TraceParts): Trace {
    const trace = new Trace('full', undefined, parts.frames);
    for (const name of parts.kinds) trace.kind(name);
    for (const name of parts.nodes) trace.node(name);
    trace.#chunks = [...parts.chunks];
    trace.#length = parts.length;
    trace.#details = new Map(parts.details);
    trace.#skips = new Map(parts.skips);
    trace.#textsAt = [...parts.textsAt];
    trace.#texts = [...parts.texts];
    for (const [id, text] of parts.texts.entries()) trace.#textIds.set(text, id);
    trace.#digest = trace.#digestAnew();
    return trace;
  }

  /** The digest of what is in the log, in the order in which it came. */
  #digestAnew(): Digest {
    const digest = new Digest();
    const { frames } = this;
    const sent = this.findKind(SENT);
    let text = 0;
    for (let id = 0; id <= this.#length; id++) {
      while (text < this.#texts.length && this.#textsAt[text]! <= id) digest.text(this.#texts[text++]!);
      if (id === this.#length) break;
      const kind = this.kindOf(id);
      const a = this.aOf(id);
      digest.event(
        this.timeOf(id),
        this.#kindHash[kind]!,
        this.#nodeHash[this.nodeOf(id)]!,
        this.causeOf(id),
        a,
        this.bOf(id),
      );
      const detail = this.#details.get(id);
      if (detail) digest.detail(detail);
      if (kind !== sent) continue;
      const skip = this.#skips.get(id);
      if (skip && frames.isCut(a)) digest.skipTo(skip);
      else digest.bytes(frames.slab(a), frames.at(a), frames.size(a));
    }
    return digest;
  }
}

function newChunk(): Chunk {
  return {
    time: new Float64Array(CHUNK),
    kindNode: new Int32Array(CHUNK),
    cause: new Int32Array(CHUNK),
    a: new Int32Array(CHUNK),
    b: new Int32Array(CHUNK),
  };
}

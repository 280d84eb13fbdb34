// A run's view as a small JSON value, for the page's HTML: columns instead of objects, texts in one table, times as
// differences. `unpackView(packView(view))` is the view.
import type { HopColumns, MomentView, PacketView, RunView, SpanView } from '#engine/inspect/view.ts';

type Cell = number | string | undefined;
/** Objects of one shape as columns: numbers, or positions in the text table as negative numbers minus one. */
type Table = Record<string, (number | null)[]>;
/** Values that are mostly zero: pairs of position and value. */
type Sparse = readonly [length: number, ...pairs: number[]];

export interface PackedView {
  readonly plain: Omit<RunView, 'packets' | 'hops' | 'moments' | 'channels' | 'spans'>;
  readonly texts: readonly string[];
  readonly packets: Table;
  readonly moments: Table;
  readonly channels: Table;
  readonly spans: Table;
  readonly hops: {
    readonly packet: readonly number[];
    readonly channel: readonly number[];
    readonly frame: readonly number[];
    readonly sent: readonly number[];
    readonly line: Sparse;
    readonly arrived: readonly number[];
    readonly outcome: Sparse;
    readonly rewritten: Sparse;
  };
}

/** Columns of times, kept as differences from row to row. */
const RISING = new Set(['time', 'event', 'number']);

export function packView(view: RunView): PackedView {
  const { packets, hops, moments, channels, spans, ...plain } = view;
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const text = (value: string): number => {
    let at = numbers.get(value);
    if (at === undefined) {
      at = texts.push(value) - 1;
      numbers.set(value, at);
    }
    return -at - 1;
  };
  // `end` is kept as what it adds to `time`.
  const shortened = packets.map((packet) => ({ ...packet, end: packet.end - packet.time }));
  return {
    plain,
    packets: table(shortened, text),
    moments: table(moments, text),
    channels: table(channels, text),
    spans: table(spans, text),
    hops: {
      packet: differences(hops.packet),
      channel: [...hops.channel],
      frame: differences(hops.frame),
      sent: differences(hops.sent),
      line: sparse(hops.line, (i) => hops.line[i]! - hops.sent[i]!),
      arrived: [...hops.arrived].map((time, i) => time - hops.line[i]! - channels[hops.channel[i]!]!.delay),
      outcome: sparse(hops.outcome, (i) => hops.outcome[i]!),
      rewritten: sparse(hops.rewritten, (i) => hops.rewritten[i]!),
    },
    texts,
  };
}

export function unpackView(packed: PackedView): RunView {
  const { plain, texts } = packed;
  const packets = rows<PacketView>(packed.packets, texts).map((packet) => ({
    ...packet,
    end: packet.end + packet.time,
  }));
  const channels = rows<RunView['channels'][number]>(packed.channels, texts);
  const sent = Float64Array.from(sums(packed.hops.sent));
  const channel = Int32Array.from(packed.hops.channel);
  const line = Float64Array.from(full(packed.hops.line), (wait, i) => sent[i]! + wait);
  const hops: HopColumns = {
    packet: Int32Array.from(sums(packed.hops.packet)),
    channel,
    frame: Int32Array.from(sums(packed.hops.frame)),
    sent,
    line,
    arrived: Float64Array.from(
      packed.hops.arrived,
      (extra, i) => line[i]! + channels[channel[i]!]!.delay + extra,
    ),
    outcome: Uint8Array.from(full(packed.hops.outcome)),
    rewritten: Uint8Array.from(full(packed.hops.rewritten)),
  };
  const moments = rows<MomentView>(packed.moments, texts);
  return { ...plain, packets, hops, moments, channels, spans: rows<SpanView>(packed.spans, texts) };
}

function table(items: readonly object[], text: (value: string) => number): Table {
  const names = new Set(items.flatMap((item) => Object.keys(item)));
  const columns: Table = {};
  for (const name of names) {
    let before = 0;
    const column = items.map((item) => {
      const value = (item as Record<string, Cell>)[name];
      if (value === undefined) return null;
      if (typeof value === 'string') return text(value);
      if (!RISING.has(name)) return value;
      const step = value - before;
      before = value;
      return step;
    });
    if (column.some((value) => value !== null)) columns[name] = column;
  }
  return columns;
}

/** Columns of text hold negative numbers only, or null; columns of numbers may rise and fall when they are `RISING`. */
function rows<T>(columns: Table, texts: readonly string[]): T[] {
  const names = Object.keys(columns);
  const length = columns[names[0] ?? '']?.length ?? 0;
  const made: Record<string, Cell>[] = Array.from({ length }, () => ({}));
  for (const name of names) {
    let before = 0;
    columns[name]!.forEach((value, i) => {
      if (value === null) made[i]![name] = undefined;
      else if (RISING.has(name)) made[i]![name] = before += value;
      else made[i]![name] = value < 0 ? texts[-value - 1] : value;
    });
  }
  return made as T[];
}

function differences(column: ArrayLike<number>): number[] {
  return Array.from(column, (value, i) => value - (i > 0 ? column[i - 1]! : 0));
}

function sums(column: readonly number[]): number[] {
  let sum = 0;
  return column.map((step) => (sum += step));
}

function sparse(column: ArrayLike<number>, value: (i: number) => number): Sparse {
  const pairs: number[] = [];
  for (let i = 0; i < column.length; i++) {
    const here = value(i);
    if (here !== 0) pairs.push(i, here);
  }
  return [column.length, ...pairs];
}

function full([length, ...pairs]: Sparse): number[] {
  const column = new Array<number>(length).fill(0);
  for (let i = 0; i < pairs.length; i += 2) column[pairs[i]!] = pairs[i + 1]!;
  return column;
}

// What is wrong with the network at a moment: links that the reader cut, machines that are off; and which machines wait. Read from the view's inputs and spans.
import type { RunView, SpanView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';

export interface Condition {
  /** Machines that are switched off. */
  readonly off: ReadonlySet<number>;
  /** Cut links: the first of a link's two channels, and which of the view's inputs cut it. */
  readonly cut: ReadonlyMap<number, number>;
}

export function conditionAt(view: RunView, time: number): Condition {
  const isOff = ({ kind, start, end }: SpanView): boolean => kind === 'off' && start <= time && time < end;
  const off = new Set(view.spans.filter(isOff).map(({ machine }) => machine));
  const cut = new Map<number, number>();
  const done = view.inputs
    .map((input, at) => ({ ...input, at }))
    .filter((input) => input.time <= time)
    .sort((a, b) => a.time - b.time);
  for (const { what, detail, at } of done) {
    if (what === 'cut' && !(typeof detail['until'] === 'number' && detail['until'] <= time)) {
      const channel = linkBetween(view, detail['from'], detail['to']);
      if (channel !== undefined) cut.set(channel, at);
    }
  }
  return { off, cut };
}

function linkBetween(view: RunView, from: unknown, to: unknown): number | undefined {
  const ends = (channel: number) => {
    const way = view.channels[channel]!;
    return [view.machines[way.from]!.name, view.machines[way.to]!.name];
  };
  for (let channel = 0; channel < view.channels.length; channel += 2) {
    const [a, b] = ends(channel);
    if ((a === from && b === to) || (a === to && b === from)) return channel;
  }
  return undefined;
}

/** For each machine that waits, the wait that ends first. */
export function waitsAt(view: RunView, time: number): SpanView[] {
  const found = new Map<number, SpanView>();
  for (const span of view.spans) {
    // In the order of their ends, so the first one found is the one.
    if (span.kind !== 'waiting' || span.start > time || span.end <= time) continue;
    if (!found.has(span.machine)) found.set(span.machine, span);
  }
  return [...found.values()];
}

/** `782 ms left`: whole milliseconds, rounded up, so that it never says none while it still runs. */
export function timeLeft(span: SpanView, time: number): number {
  return Math.ceil((span.end - time) / 1e6);
}

/** An input happens at a whole nanosecond; a cursor that plays stands between two. */
export function now(figure: Figure): number {
  return Math.round(figure.$cursor.get());
}

// What stands beside the ladder's lanes: phases at the left, what machines worked and waited for, and on narrow pages
// what a lane did with machines that have none.
import type { RunView } from '#engine/inspect/view.ts';
import { formatDuration, MILLISECOND } from '../engine/format.ts';
import { box, type Taken } from './ladder-taken.ts';
import { countWord } from './ladder-words.ts';
import { textWidth } from './textwidth.ts';

export interface Brace {
  readonly top: number;
  readonly bottom: number;
  readonly x: number;
  readonly lines: readonly string[];
  /** How many of them are the name. */
  readonly strong: number;
}

/** Words beside a lane, with a bracket when `height` is not 0. */
export interface Note {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Lines are parted by `|`; empty when only the bracket has room. */
  readonly text: string;
  /** Baseline of the first line, below `y`. */
  readonly textY: number;
  readonly isWait: boolean;
}

export const BRACE_X = 162;
const BRACE_ROOM = BRACE_X - 64;

export function bracesOf(view: RunView, y: (time: number) => number): Brace[] {
  return view.phases
    .map((phase) => {
      const top = y(phase.start) + 1;
      const bottom = y(phase.end) - 1;
      const name = wrap(phase.name, BRACE_ROOM, 'strong');
      const all = [...name, formatDuration(phase.end - phase.start), ...wrap(phase.cost, BRACE_ROOM)];
      const room = Math.floor((bottom - top + 8) / 16);
      return { top, bottom, x: BRACE_X, lines: all.slice(0, Math.max(0, room)), strong: name.length };
    })
    .filter((brace) => brace.bottom - brace.top > 3);
}

function wrap(text: string, width: number, face: 'regular' | 'strong' = 'regular'): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, 12.5, face) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

/** Work shorter than this is not worth a bracket; nor is a wait that looks like none. */
const LEAST_WORK = MILLISECOND / 2;
const LEAST_WAIT_PX = 24;
/** From a lane to a bracket beside it. */
const BESIDE = { work: 12, wait: 7 } as const;

export interface NoteOptions {
  readonly xOf: ReadonlyMap<number, number>;
  readonly y: (time: number) => number;
  readonly width: number;
  readonly taken: Taken;
  readonly lines: Taken;
}

/** Brackets at the lanes of machines that worked or waited in vain, with words where there is room for them. */
export function spansBeside(view: RunView, options: NoteOptions): Note[] {
  const { xOf, y } = options;
  const notes: Note[] = [];
  // Where the last wait of a lane ends: another that runs at the same time stands beside it.
  const until = new Map<number, { end: number; depth: number }>();
  const spans = view.spans.filter(({ machine }) => xOf.has(machine)).sort((a, b) => a.start - b.start);
  for (const { kind, machine, start, end } of spans) {
    const top = y(start);
    const height = y(end) - top;
    const length = formatDuration(end - start, end - start < 100 * MILLISECOND ? 1 : 0);
    if (kind === 'working') {
      if (end - start < LEAST_WORK) continue;
      const x = xOf.get(machine)! + BESIDE.work;
      notes.push(placed({ x, y: top, height, text: `${length} of work`, isWait: false }, options));
      continue;
    }
    if (kind !== 'waiting' || height < LEAST_WAIT_PX) continue;
    const before = until.get(machine);
    const depth = before && before.end > start ? before.depth + 1 : 0;
    until.set(machine, { end: Math.max(end, before?.end ?? 0), depth });
    const x = xOf.get(machine)! + BESIDE.wait + depth * 7;
    const note = { x, y: top + 1, height: height - 2, text: `waits ${length}`, isWait: true };
    notes.push(placed(note, options));
  }
  return notes;
}

/** With its words where nothing else is: beside its middle first, then up and down along it; else without. */
function placed(note: Omit<Note, 'textY'>, { width, taken, lines }: NoteOptions): Note {
  const wide = textWidth(note.text, 12.5, note.isWait ? 'regular' : 'strong');
  const left = note.x + 10;
  const steps = Math.floor(Math.max(0, note.height / 2 - 10) / 18);
  for (let step = 0; step <= Math.min(steps, 12); step++) {
    for (const way of step === 0 ? [0] : [-1, 1]) {
      const textY = note.height / 2 + 4 + way * step * 18;
      const samples = box(left, note.y + textY - 8, wide, 8);
      if (left + wide > width - 2 || !taken.isFree(samples, 10, 14) || !lines.isFree(samples, 7, 9)) continue;
      taken.add(samples);
      return { ...note, textY };
    }
  }
  return { ...note, text: '', textY: 0 };
}

/** Layers whose packets are nobody's question: what machines need to talk at all. */
const isTalk = (layer: string): boolean => layer !== 'link' && layer !== 'ip';

/** What a lane does with machines that have none here. */
export function unseenOf(
  view: RunView,
  xOf: ReadonlyMap<number, number>,
  y: (time: number) => number,
  width: number,
): Note[] {
  const notes: Note[] = [];
  for (const [machine, x] of xOf) {
    const asked = view.packets.filter(
      (packet) =>
        packet.from === machine && !xOf.has(packet.to) && packet.to !== machine && isTalk(packet.layer),
    );
    const answers = view.packets.filter(
      (packet) => packet.to === machine && !xOf.has(packet.from) && isTalk(packet.layer),
    );
    const first = asked[0];
    const last = answers.at(-1);
    if (!first || !last || machine === view.near) continue;
    const others = new Set(asked.map(({ to }) => to)).size;
    const top = y(first.time);
    const middle = top + (y(last.end) - top) / 2;
    const text = `asks ${countWord(others)} ${others === 1 ? 'server' : 'servers'},|${formatDuration(last.end - first.time)} in all`;
    if (x + 100 < width) notes.push({ x: x + 8, y: middle, height: 0, text, textY: 4, isWait: false });
  }
  return notes;
}

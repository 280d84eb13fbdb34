// A machine's terminal as rows of text, read from the run's console, and what can be said of it at a moment: which
// program runs, when the next line can be typed.
import type { ConsoleLine, ConsoleView, RunView } from '#engine/inspect/view.ts';

/** A part of a row: it came at one moment. */
export interface Piece {
  readonly kind: 'prompt' | 'typed' | 'out' | 'err';
  readonly text: string;
  readonly time: number;
  readonly event: number;
  /** Index into the console's lines: lines up to one of them have happened. */
  readonly line: number;
}

export interface Row {
  readonly pieces: readonly Piece[];
  /** Exit status of the command that this row has typed, if it went wrong; known from the console's line `line` on. */
  failed: { readonly status: string; readonly line: number } | undefined;
}

/** `maya@laptop` and what follows it; the line's own text comes after. */
export interface PromptWords {
  readonly who: string;
  readonly rest: string;
}

export function promptOf(view: RunView, { user, machine }: ConsoleView): PromptWords {
  return { who: `${user}@${view.machines[machine]!.name}`, rest: `:~${user === 'root' ? '#' : '$'} ` };
}

export function rowsOf(console: ConsoleView, prompt: PromptWords): Row[] {
  const rows: { pieces: Piece[]; failed: Row['failed'] }[] = [];
  let open: Piece[] | undefined;
  let typed: (typeof rows)[number] | undefined;
  const row = (): Piece[] => {
    if (!open) rows.push({ pieces: (open = []), failed: undefined });
    return open;
  };
  console.lines.forEach(({ kind, text, time, event }, line) => {
    const piece = { time, event, line };
    if (kind === 'typed') {
      open = undefined;
      row().push({ ...piece, kind: 'prompt', text: prompt.who + prompt.rest }, { ...piece, kind, text });
      typed = rows.at(-1);
      open = undefined;
    } else if (kind === 'exit') {
      if (typed && text !== '0') typed.failed = { status: text, line };
      open = undefined;
    } else {
      text.split('\n').forEach((part, i) => {
        if (i > 0) {
          row();
          open = undefined;
        }
        if (part !== '') row().push({ ...piece, kind, text: part });
      });
    }
  });
  return rows;
}

export const textOf = (row: Row, until = Number.POSITIVE_INFINITY): string =>
  row.pieces
    .filter(({ line }) => line <= until)
    .map(({ text }) => text)
    .join('');

/** A command that had been entered and was not over at a moment. */
export interface Command {
  readonly text: string;
  readonly start: number;
  /** Undefined when it was still running when the run was cut. */
  readonly end: number | undefined;
  readonly status: string | undefined;
}

export function commandsOf(lines: readonly ConsoleLine[]): Command[] {
  const commands: Command[] = [];
  for (const { kind, text, time } of lines) {
    if (kind === 'typed') commands.push({ text, start: time, end: undefined, status: undefined });
    const last = commands.at(-1);
    if (kind === 'exit' && last) commands[commands.length - 1] = { ...last, end: time, status: text };
  }
  return commands;
}

export function runningAt(lines: readonly ConsoleLine[], time: number): Command | undefined {
  return commandsOf(lines).find(({ start, end }) => start <= time && (end === undefined || time < end));
}

/**
 * When a line that is typed now is entered: at the cursor, or when the last command of this machine is over, if that is
 * later: what stands on the screen stays. Undefined when the last command never ends.
 */
export function entryTime(lines: readonly ConsoleLine[], cursor: number): number | undefined {
  const last = commandsOf(lines).at(-1);
  if (last && last.end === undefined) return undefined;
  return Math.max(Math.ceil(cursor), last?.end ?? 0);
}

/** The machine's console, if it has one. */
export function consoleOf(view: RunView, machine: string): ConsoleView | undefined {
  return view.consoles.find((one) => view.machines[one.machine]!.name === machine);
}

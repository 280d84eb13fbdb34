// What happens when somebody presses Enter or Ctrl-C: inputs of the run, and the figure plays on from there.
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure, NewInput } from '../engine/figure.ts';
import { MAX_INPUTS, MAX_TEXT, UNTYPABLE } from '../engine/link.ts';
import { commandsOf, consoleOf, entryTime, runningAt } from './console.ts';

/** Lines of one paste: the engine's terminals let no more wait. */
export const MAX_PASTE = 16;
/** A command that has not ended by then is told to: a run has an end. */
export const LONGEST = 60_000_000_000;

/** A sentence for the reader, and whether starting over would help. */
export interface Problem {
  readonly text: string;
  readonly isFull?: boolean;
}

/** The lines of a paste: blank ones are left out, tabs are spaces. `rest` has no Enter yet. */
export function linesOf(pasted: string): { readonly lines: readonly string[]; readonly rest: string } {
  const parts = pasted.replaceAll('\t', ' ').split(/\r\n?|\n/);
  const rest = parts.pop()!;
  return { lines: parts.filter((line) => line.trim() !== ''), rest };
}

/** What is wrong with lines before the engine sees them. */
export function problemWith(lines: readonly string[], inputs: readonly NewInput[]): Problem | undefined {
  if (lines.length > MAX_PASTE)
    return { text: `That is ${lines.length} lines. At most ${MAX_PASTE} can be entered at a time.` };
  const long = lines.find((line) => line.length > MAX_TEXT);
  if (long !== undefined)
    return { text: `A line has at most ${MAX_TEXT} characters; this one has ${long.length}.` };
  if (lines.some((line) => UNTYPABLE.test(line)))
    return { text: 'A line has printable characters only; there are others in this one.' };
  // One place is left for a Ctrl-C.
  if (inputs.length + lines.length + 1 > MAX_INPUTS)
    return {
      text: `A run takes ${MAX_INPUTS} inputs, typed lines and faults together, and there is no room for more.`,
      isFull: true,
    };
  return undefined;
}

/** What was pressed while the world still runs for the line before waits for it: each must see what that one made. */
const turns = new WeakMap<Figure, Promise<unknown>>();

function inTurn<T>(figure: Figure, deed: () => Promise<T>): Promise<T> {
  const turn = (turns.get(figure) ?? Promise.resolve()).then(deed);
  turns.set(
    figure,
    turn.catch(() => undefined),
  );
  return turn;
}

/** Runs the world again with these lines typed at a machine, and plays on from there. */
export function enter(
  figure: Figure,
  machine: string,
  lines: readonly string[],
): Promise<Problem | undefined> {
  return inTurn(figure, () => enterNow(figure, machine, lines));
}

async function enterNow(
  figure: Figure,
  machine: string,
  lines: readonly string[],
): Promise<Problem | undefined> {
  const problem = problemWith(lines, figure.$request.get().inputs);
  if (problem) return problem;
  const old = consoleOf(figure.$view.get(), machine)?.lines ?? [];
  const cursor = figure.$cursor.get();
  const time = entryTime(old, cursor);
  if (time === undefined)
    return { text: 'The command before never ends. Stop it with Ctrl-C, then type the next.' };
  // Typed ahead while the last command runs: the reader stays with that one.
  const isAhead = runningAt(old, cursor)?.end === time;
  const last = time + LONGEST;
  const isShown = await figure.setInputs(
    [
      ...figure.$request.get().inputs,
      ...lines.map((line) => ({ time, what: 'type', detail: { machine, line } })),
    ],
    {
      input: { time: last, what: 'interrupt', detail: { machine } },
      isNeeded: (view) => endOf(view, machine) >= last,
    },
  );
  // The figure itself says what the engine did not like.
  if (!isShown) return undefined;
  if (!isAhead) figure.seek(time);
  const end = endOf(figure.$view.get(), machine);
  watch(figure, end);
  return end < last
    ? undefined
    : { text: 'This does not end by itself. Ctrl-C stops it; after a minute it is stopped for you.' };
}

/** Ctrl-C, at the cursor. False when nothing runs there. */
export function interrupt(figure: Figure, machine: string): Promise<boolean> {
  return inTurn(figure, () => interruptNow(figure, machine));
}

async function interruptNow(figure: Figure, machine: string): Promise<boolean> {
  const time = Math.round(figure.$cursor.get());
  const running = runningAt(consoleOf(figure.$view.get(), machine)?.lines ?? [], time);
  if (!running) return false;
  figure.pause();
  // One that would have come later, for the same command, shall not strike the next one.
  const end = running.end ?? Number.POSITIVE_INFINITY;
  const others = figure.$request
    .get()
    .inputs.filter(
      (one) =>
        one.what !== 'interrupt' || one.detail['machine'] !== machine || one.time < time || one.time > end,
    );
  const isShown = await figure.setInputs([...others, { time, what: 'interrupt', detail: { machine } }]);
  if (isShown) watch(figure, endAfter(figure.$view.get(), machine, time));
  return true;
}

/** Takes back all that was typed, here and elsewhere; faults stay. */
export function startOver(figure: Figure): void {
  void figure.setInputs(figure.$request.get().inputs.filter((input) => !isTyped(input)));
}

export const isTyped = ({ what }: Pick<NewInput, 'what'>): boolean => what === 'type' || what === 'interrupt';

/** Plays to the end of the command, or jumps there where the reader asked for less motion. */
function watch(figure: Figure, end: number): void {
  if (figure.hasLessMotion) figure.seek(end);
  else figure.play(end);
}

/** When the last command at the machine is over. */
function endOf(view: RunView, machine: string): number {
  const last = commandsOf(consoleOf(view, machine)?.lines ?? []).at(-1);
  return last?.end ?? view.end;
}

/** When the command is over that runs at `time`. */
function endAfter(view: RunView, machine: string, time: number): number {
  const next = commandsOf(consoleOf(view, machine)?.lines ?? []).find(({ end }) => (end ?? 0) >= time);
  return next?.end ?? view.end;
}

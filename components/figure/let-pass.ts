// Time that passes though nobody does anything: the cursor goes on, and where the run is over, somebody types `sleep` at
// one of its prompts, so that the run itself goes on.
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure, NewInput } from '../engine/figure.ts';

const SECOND = 1e9;
/** Reading time that a span takes to pass. */
const SHOWN_MS = 4000;

/**
 * The inputs with which the run lasts until `until`; the same ones when it lasts that long already, and undefined when
 * nobody in it has a prompt. `near` is the machine to type at, if it has one. A sleep that was typed for this before is made longer.
 */
export function inputsUntil(
  view: RunView,
  inputs: readonly NewInput[],
  until: number,
  near?: string,
): readonly NewInput[] | undefined {
  if (until <= view.end) return inputs;
  const own = inputs.find(isSleep);
  const rest = inputs.filter((input) => input !== own);
  // Where nothing runs, so that the line is not typed into a program; `near`, if it can be.
  const idle = view.consoles
    .filter(({ lines }) => (lines.at(-1)?.kind ?? 'exit') === 'exit')
    .map((console) => view.machines[console.machine]!.name);
  const machine = own?.detail['machine'] ?? (near !== undefined && idle.includes(near) ? near : idle[0]);
  if (machine === undefined) return undefined;
  const time = own?.time ?? Math.ceil(view.end);
  const seconds = Math.ceil((until - time) / SECOND);
  return [...rest, { time, what: 'type', detail: { machine, line: `sleep ${seconds}` } }];
}

function isSleep({ what, detail }: NewInput): boolean {
  return what === 'type' && /^sleep \d+$/.test(String(detail['line']));
}

/** Lets `span` nanoseconds pass before the reader's eyes. Gives the function that stops it; `onEnd` hears whether it got there. */
export function letPass(
  figure: Figure,
  span: number,
  { near, isAtOnce }: { readonly near: string; readonly isAtOnce: boolean },
  onEnd: (arrived: boolean) => void,
): () => void {
  let isOver = false;
  const end = (arrived: boolean) => {
    if (isOver) return;
    isOver = true;
    onEnd(arrived);
  };
  const from = figure.$cursor.get();
  const until = from + span;
  const wanted = inputsUntil(figure.$view.get(), figure.$request.get().inputs, until, near);
  const ready =
    wanted === undefined
      ? Promise.resolve(false)
      : wanted === figure.$request.get().inputs
        ? Promise.resolve(true)
        : figure.setInputs(wanted);
  ready.then(
    (isThere) => {
      if (isOver) return;
      // Without a prompt time passes until the run is over.
      const goal = isThere ? until : Math.min(until, figure.$view.get().end);
      if (isAtOnce) {
        figure.seek(goal);
        end(true);
        return;
      }
      const start = performance.now();
      let last = from;
      const frame = (now: number) => {
        // Stopped, or moved by somebody else.
        if (isOver) return;
        if (figure.$cursor.get() !== last || figure.$playing.get()) {
          end(false);
          return;
        }
        const part = Math.min(1, Math.max(0, now - start) / SHOWN_MS);
        figure.seek(from + (goal - from) * part);
        last = figure.$cursor.get();
        if (part < 1) requestAnimationFrame(frame);
        else end(true);
      };
      requestAnimationFrame(frame);
    },
    () => end(false),
  );
  return () => end(false);
}

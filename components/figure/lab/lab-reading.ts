// What a lab says of a run: how many goals are met, what the reader did in order of time, and what a press does.
import type { GoalView, InputView } from '#engine/inspect/view.ts';
import type { NewInput } from '../../engine/figure.ts';

/** Something that a reader may do at the cursor, by a press. */
export interface Lever {
  /** `Switch the new server on` */
  readonly label: string;
  readonly what: string;
  readonly detail: NewInput['detail'];
}

/** A question that is answered in the lab, as an input `diagnose`. */
export interface Diagnosis {
  readonly ask: string;
  readonly choices: readonly { readonly answer: string; readonly text: string }[];
}

export const pull = ({ what, detail }: Lever, time: number): NewInput => ({
  time: Math.round(time),
  what,
  detail,
});
export const say = (answer: string, time: number): NewInput => ({
  time: Math.round(time),
  what: 'diagnose',
  detail: { answer },
});

export const isSolved = (goals: readonly GoalView[]): boolean =>
  goals.length > 0 && goals.every(({ state }) => state === 'met');

/** `2 of 5 goals are met.` */
export function score(goals: readonly GoalView[]): string {
  const count = goals.filter(({ state }) => state === 'met').length;
  if (count === goals.length) return 'All goals are met.';
  return `${count} of ${goals.length} goals ${count === 1 ? 'is' : 'are'} met.`;
}

/** What changed between two runs, for who listens: `Met now: No order is lost. 3 of 5 goals are met.` */
export function news(before: readonly GoalView[], after: readonly GoalView[]): string {
  const was = new Map(before.map(({ name, state }) => [name, state]));
  const changed = (isMet: boolean) =>
    after.filter(({ name, state }) => (state === 'met') === isMet && (was.get(name) === 'met') !== isMet);
  const list = (head: string, goals: readonly GoalView[]) =>
    goals.length > 0 ? [`${head}: ${goals.map(({ label }) => label).join('; ')}.`] : [];
  return [...list('Met now', changed(true)), ...list('No longer met', changed(false)), score(after)].join(
    ' ',
  );
}

export interface Deed {
  /** Position in the view's inputs, to take it back. */
  readonly at: number;
  readonly time: number;
  readonly text: string;
}

/** What stands elsewhere: typed lines in the terminal, zones at their desk. */
const ELSEWHERE: ReadonlySet<string> = new Set(['type', 'interrupt', 'zone']);

/** The reader’s other deeds, in order of time. */
export function deedsOf(inputs: readonly InputView[]): Deed[] {
  return inputs
    .map(({ time, text, what }, at) => ({ at, time, text, what }))
    .filter(({ what }) => !ELSEWHERE.has(what))
    .sort((a, b) => a.time - b.time || a.at - b.at)
    .map(({ at, time, text }) => ({ at, time, text }));
}

/** What was answered last. */
export function answered(inputs: readonly InputView[]): string | undefined {
  let last: InputView | undefined;
  for (const input of inputs) if (input.what === 'diagnose' && input.time >= (last?.time ?? 0)) last = input;
  return last && String(last.detail['answer']);
}

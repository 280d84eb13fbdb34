/** What somebody does in a lab: inputs, and which goals they meet or miss. */
import { findScenario } from '../../../src/engine/scenario/all.ts';
import type { GoalState } from '../../../src/engine/scenario/goal.ts';
import type { ExtraInput } from '../../../src/engine/scenario/run.ts';

export interface Attempt {
  readonly title: string;
  readonly inputs: readonly ExtraInput[];
  /** Goals that are not met; none for a solution. */
  readonly fails: Readonly<
    Record<string, { readonly state: Exclude<GoalState, 'met'>; readonly because: RegExp }>
  >;
}

export interface Lab {
  readonly scenario: string;
  readonly solutions: readonly Attempt[];
  /** Wrong ways that look right. */
  readonly traps: readonly Attempt[];
}

const MINUTE = 60_000_000_000;

/** The zone that a lab offers for a machine, with some of its text replaced; each text must be there. */
export function edited(
  scenario: string,
  machine: string,
  ...edits: readonly (readonly [string | RegExp, string])[]
): string {
  const offered = findScenario(scenario).zones!({}).find((zone) => zone.machine === machine)!;
  let { text } = offered;
  for (const [from, to] of edits) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`${String(from)} is not in the zone on ${machine}, or stays as it is`);
    text = next;
  }
  return text;
}

/** Times in minutes. */
export const load = (minutes: number, machine: string, origin: string, text: string): ExtraInput => ({
  time: minutes * MINUTE,
  what: 'zone',
  detail: { machine, origin, text },
});
export const switchOn = (minutes: number, machine: string): ExtraInput => ({
  time: minutes * MINUTE,
  what: 'restart',
  detail: { machine },
});
export const type = (minutes: number, machine: string, line: string): ExtraInput => ({
  time: minutes * MINUTE,
  what: 'type',
  detail: { machine, line },
});
export const say = (minutes: number, answer: string): ExtraInput => ({
  time: minutes * MINUTE,
  what: 'diagnose',
  detail: { answer },
});

/**
 * QNAME minimisation: how much of a name the servers on the way are shown.
 *
 * RFC 9156 §2.3 (at most ten steps, the first four of one label, labels with an underscore together) and §3 (the
 * algorithm). The type A hides the true one (§2.1). Pure.
 */
import { TYPE } from '../../../wire/dns/code.ts';
import { labelCount, selfAndAncestors } from '../../../wire/dns/name.ts';

const MAX_MINIMISE_COUNT = 10;
const MINIMISE_ONE_LAB = 4;
/** What is asked for names on the way. */
export const HIDING_TYPE: number = TYPE.A;

/** Labels added in each step, for a name of which `hidden` labels are not shown yet. */
export function labelsPerStep(hidden: number): number[] {
  if (hidden <= MAX_MINIMISE_COUNT) return Array.from({ length: hidden }, () => 1);
  const steps = MAX_MINIMISE_COUNT - MINIMISE_ONE_LAB;
  const rest = hidden - MINIMISE_ONE_LAB;
  const each = Math.floor(rest / steps);
  const more = rest % steps;
  return Array.from({ length: MAX_MINIMISE_COUNT }, (_, i) =>
    i < MINIMISE_ONE_LAB ? 1 : each + (i >= MAX_MINIMISE_COUNT - more ? 1 : 0),
  );
}

/**
 * The names that are shown one after the other, for a question that starts at the servers of `zone`; the last is
 * `name`.
 */
export function namesToShow(name: string, zone: string): string[] {
  const names = selfAndAncestors(name);
  let shown = labelCount(zone);
  const list: string[] = [];
  for (const labels of labelsPerStep(labelCount(name) - shown)) {
    shown += labels;
    const next = names[labelCount(name) - shown]!;
    // §2.3: a name that begins with an underscore is no boundary worth hiding behind
    if (!next.startsWith('_') || next === name) list.push(next);
  }
  return list;
}

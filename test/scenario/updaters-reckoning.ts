/**
 * The race of two updaters on paper: a list of things that will be done, and three numbers. Nothing here uses the
 * engine's programs or its clock.
 */
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';

export interface Race {
  readonly applied: readonly { readonly time: number; readonly plan: number; readonly over: number }[];
  /** When the plan in use was deleted, if it was, and when a person set it right. */
  readonly emptied: number | undefined;
  readonly refilled: number | undefined;
  readonly refused: number;
}

const END = 500 * SECOND;
const REPAIR = 180 * SECOND;

/** `delay` nanoseconds is how long the first one needs once, after five seconds, from its check to its apply. */
export function race(delay: number, compares: boolean): Race {
  const agenda: { readonly time: number; readonly act: () => void }[] = [];
  const at = (time: number, act: () => void): void => {
    agenda.push({ time, act });
  };
  let now = 0;
  let inUse = 0;
  let kept = new Set([0]);
  let refused = 0;
  let isSlow = true;
  let emptied: number | undefined;
  let refilled: number | undefined;
  const applied: { time: number; plan: number; over: number }[] = [];
  const apply = (plan: number): void => {
    applied.push({ time: now, plan, over: inUse });
    if (emptied !== undefined) refilled ??= now;
    kept.add(plan);
    inUse = plan;
  };
  /** `way` is one way to the name server, `every` what an updater rests from one round to the next. */
  const updater = (way: number, every: number, patience: () => number): void => {
    const round = (): void => {
      if (now >= END) return;
      const plan = Math.floor(now / (10 * SECOND));
      const rest = (): void => at(now + every, round);
      at(now + way, () => {
        const seen = kept.has(inUse) ? inUse : undefined;
        at(now + way, () => (seen === undefined || plan <= seen ? rest() : bring(plan, seen, rest)));
      });
    };
    const bring = (plan: number, seen: number, rest: () => void): void =>
      at(now + patience() + way, () => {
        if (compares && inUse !== seen) {
          refused += 1;
          at(now + way, rest);
          return;
        }
        apply(plan);
        at(now + way + 4 * SECOND + way, () => {
          kept = new Set([...kept].filter((one) => one >= plan - 3));
          if (!kept.has(inUse)) emptied ??= now;
          at(now + way, rest);
        });
      });
    round();
  };
  const usual = 200 * MILLISECOND;
  updater(5 * MILLISECOND, 11 * SECOND, () => {
    if (!isSlow || now < 5 * SECOND) return usual;
    isSlow = false;
    return delay;
  });
  updater(6 * MILLISECOND, 7 * SECOND, () => usual);
  at(REPAIR, () => {
    if (!kept.has(inUse)) apply(Math.floor(now / (10 * SECOND)));
  });
  while (agenda.length > 0) {
    const next = agenda.reduce((first, one) => (one.time < first.time ? one : first));
    agenda.splice(agenda.indexOf(next), 1);
    now = next.time;
    next.act();
  }
  return { applied, emptied, refilled, refused };
}

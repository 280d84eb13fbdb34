/**
 * What a reader should bring about in a lab, judged from the trace of the finished run.
 */
import type { Nanoseconds } from '../base/units.ts';
import type { FinishedRun } from './scenario.ts';

/** `open`: not yet so. `missed`: something has happened that only another course of events takes back. */
export type GoalState = 'met' | 'open' | 'missed';

export interface Goal {
  readonly state: GoalState;
  /** A sentence with what decided it: which order, which server, which record. */
  readonly because: string;
  /** When that happened, where it was at a moment. */
  readonly time?: Nanoseconds;
}

export interface GoalSpec {
  /** `No order is lost` */
  readonly label: string;
  /** What exactly is asked, and until when. */
  readonly about: string;
  read(run: FinishedRun): Goal;
}

export const met = (because: string, time?: Nanoseconds): Goal => goal('met', because, time);
export const open = (because: string, time?: Nanoseconds): Goal => goal('open', because, time);
export const missed = (because: string, time?: Nanoseconds): Goal => goal('missed', because, time);

function goal(state: GoalState, because: string, time: Nanoseconds | undefined): Goal {
  return { state, because, ...(time !== undefined && { time }) };
}

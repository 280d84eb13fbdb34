// When a card comes again: ts-fsrs (the Free Spaced Repetition Scheduler) between our card and its own. The clock is
// handed in and the intervals are not blurred by chance, so that the same answers give the same days everywhere.
import { type Card, createEmptyCard, type Grade as FsrsGrade, fsrs } from 'ts-fsrs';
import type { CardState } from '../progress/schema.ts';

/** In the order of the keys 1 to 4. */
export const grades = ['again', 'hard', 'good', 'easy'] as const;
export type Grade = (typeof grades)[number];

const scheduler = fsrs({
  // A card comes back when the chance to know it has fallen to nine in ten.
  request_retention: 0.9,
  enable_fuzz: false,
  // New and forgotten cards come again within the session before they wait for days.
  enable_short_term: true,
  learning_steps: ['1m', '10m'],
  relearning_steps: ['10m'],
  // A course is not learned for life: nothing hides for longer than a year.
  maximum_interval: 365,
});

/** What the card becomes with each answer. */
export function outcomes(card: CardState, now: number): Readonly<Record<Grade, CardState>> {
  const before = toFsrs(card, now);
  const at = new Date(now);
  const after = (i: number) => fromFsrs(scheduler.next(before, at, (i + 1) as FsrsGrade).card, card);
  return { again: after(0), hard: after(1), good: after(2), easy: after(3) };
}

/** Less than the scheduler can work with: it throws. */
const LEAST_STABILITY = 0.001;
const LEAST_DIFFICULTY = 1;

function toFsrs(card: CardState, now: number): Card {
  const { last, stability, difficulty, reps, lapses } = card;
  const isLearned =
    card.state !== 0 &&
    last !== undefined &&
    last <= now &&
    stability >= LEAST_STABILITY &&
    difficulty >= LEAST_DIFFICULTY;
  // A card from a file may claim what cannot be; then it is a new one, and keeps its counts.
  if (!isLearned) return { ...createEmptyCard(new Date(now)), reps, lapses };
  return {
    due: new Date(card.due),
    stability,
    difficulty,
    elapsed_days: 0,
    scheduled_days: card.days ?? 0,
    learning_steps: card.step ?? 0,
    reps,
    lapses,
    state: card.state,
    last_review: new Date(last),
  };
}

function fromFsrs(after: Card, before: CardState): CardState {
  return {
    // fields of later versions
    ...before,
    due: after.due.getTime(),
    stability: after.stability,
    difficulty: after.difficulty,
    state: after.state,
    reps: after.reps,
    lapses: after.lapses,
    step: after.learning_steps,
    days: after.scheduled_days,
    ...(after.last_review && { last: after.last_review.getTime() }),
  };
}

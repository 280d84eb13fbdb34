// A sitting of a few minutes: which card comes next, when it is over, and what Undo brings back. Plain data and a clock
// that is handed in; the page draws it, and the store keeps the cards.
import type { CardState } from '../progress/schema.ts';
import type { Grade } from './schedule.ts';

type Cards = Readonly<Record<string, CardState>>;

export interface Limit {
  readonly minutes: number;
  readonly cards: number;
}
export const limits: readonly Limit[] = [
  { minutes: 3, cards: 10 },
  { minutes: 5, cards: 20 },
  { minutes: 10, cards: 40 },
];

export interface Answered {
  readonly id: string;
  readonly grade: Grade;
  readonly before: CardState;
}

export interface Session {
  readonly started: number;
  readonly limit: Limit;
  readonly answered: readonly Answered[];
}

export const begin = (now: number, limit: Limit): Session => ({ started: now, limit, answered: [] });

const MINUTE = 60_000;
/** A card that was forgotten a moment ago may come a little early, rather than not at all. */
const AHEAD = 1.5 * MINUTE;

/** Due cards of the course in the order in which they are asked. `ids`: the course's cards in the order of its pages. */
export function queue(cards: Cards, ids: readonly string[], now: number): readonly string[] {
  const here = ids.filter((id) => cards[id] !== undefined && cards[id].out === undefined);
  const due = here.filter((id) => cards[id]!.due <= now);
  // What is being learned first: it is a matter of minutes. Then what is known, then what is new, as the course has it.
  const rank = (id: string) => [2, 0, 1, 0][cards[id]!.state]!;
  const order = (a: string, b: string) =>
    rank(a) - rank(b) || (rank(a) === 2 ? 0 : cards[a]!.due - cards[b]!.due);
  if (due.length > 0) return due.toSorted(order);
  const isLearning = (id: string) => cards[id]!.state === 1 || cards[id]!.state === 3;
  return here
    .filter((id) => isLearning(id) && cards[id]!.due <= now + AHEAD)
    .toSorted((a, b) => cards[a]!.due - cards[b]!.due);
}

export type Next =
  | { readonly kind: 'card'; readonly id: string; readonly left: number }
  /** `done`: nothing is due. `time`, `cards`: the sitting was long enough, and something is. */
  | { readonly kind: 'end'; readonly why: 'done' | 'time' | 'cards' };

export function next(session: Session, cards: Cards, ids: readonly string[], now: number): Next {
  const waiting = queue(cards, ids, now);
  if (waiting.length === 0) return { kind: 'end', why: 'done' };
  const more = session.limit.cards - session.answered.length;
  if (more <= 0) return { kind: 'end', why: 'cards' };
  if (now - session.started >= session.limit.minutes * MINUTE) return { kind: 'end', why: 'time' };
  return { kind: 'card', id: waiting[0]!, left: Math.min(waiting.length, more) };
}

export function answer(session: Session, id: string, grade: Grade, before: CardState): Session {
  return { ...session, answered: [...session.answered, { id, grade, before }] };
}

/** The session without its last answer, and the card as it was before it. */
export function undo(session: Session): { readonly session: Session; readonly last: Answered } | undefined {
  const last = session.answered.at(-1);
  return last && { session: { ...session, answered: session.answered.slice(0, -1) }, last };
}

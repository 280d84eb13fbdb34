// Which items are asked, and in which order. Only what was missed comes again: at the end of a round, and on the next
// visit. An item counts as mastered when it was right at the first try of its latest round.

/** What is remembered of an item. */
export interface Kept {
  /** Right at the first try, the last time it came. */
  readonly right: boolean;
  readonly tries: number;
}

export interface Round {
  /** `one`: an item that a link asked for. */
  readonly kind: 'all' | 'missed' | 'one';
  readonly ids: readonly string[];
  /** Place in `ids`; their number when the round is over. */
  readonly at: number;
}

type Answers = Readonly<Record<string, Kept | undefined>>;

const keptOf = (answers: Answers, id: string): Kept | undefined =>
  Object.hasOwn(answers, id) ? answers[id] : undefined;

export function missed(ids: readonly string[], answers: Answers): string[] {
  return ids.filter((id) => keptOf(answers, id)?.right === false);
}

export function mastered(ids: readonly string[], answers: Answers): string[] {
  return ids.filter((id) => keptOf(answers, id)?.right === true);
}

/** A visit goes on where the last one stopped; then what was missed comes again; then there is nothing to ask. */
export function begin(ids: readonly string[], answers: Answers): Round {
  const open = ids.findIndex((id) => keptOf(answers, id) === undefined);
  if (open >= 0) return { kind: 'all', ids, at: open };
  const again = missed(ids, answers);
  return again.length > 0 ? { kind: 'missed', ids: again, at: 0 } : { kind: 'all', ids, at: ids.length };
}

/** The next item of the round; in a whole round, those that were answered before are passed over. */
export function next(round: Round, answers: Answers, fresh: ReadonlySet<string>): Round {
  let at = round.at + 1;
  if (round.kind === 'all') {
    while (at < round.ids.length && !fresh.has(round.ids[at]!) && keptOf(answers, round.ids[at]!)) at += 1;
  }
  return { ...round, at };
}

export const current = (round: Round): string | undefined => round.ids[round.at];

/** `Question 3 of 8`, `Missed before: 1 of 2` */
export function heading({ kind, ids, at }: Round, all: readonly string[]): string {
  if (kind === 'missed') return `Missed before: ${at + 1} of ${ids.length}`;
  return `Question ${all.indexOf(ids[at]!) + 1} of ${all.length}`;
}

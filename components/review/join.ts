// Which cards join the review by themselves: those of a chapter whose quiz was read or answered, and those that a
// chapter got after its others had joined.
import type { Progress } from '../progress/schema.ts';

export interface Deck {
  /** The chapter's name: `0-one-request`. */
  readonly chapter: string;
  /** `<chapter>/<card>`, in the order of the file. */
  readonly ids: readonly string[];
}

/** The heading of a chapter's quiz. */
export const QUIZ = 'quiz';

export function joining(progress: Progress, decks: readonly Deck[]): readonly string[] {
  return decks.filter((deck) => hasJoined(progress, deck)).flatMap(({ ids }) => ids.filter(isNew(progress)));
}

const isNew =
  ({ cards }: Progress) =>
  (id: string) =>
    cards[id] === undefined;

function hasJoined(progress: Progress, { chapter, ids }: Deck): boolean {
  const known = progress.chapters[chapter];
  if (ids.some((id) => progress.cards[id] !== undefined)) return true;
  return known !== undefined && (known.read[QUIZ]?.read === true || Object.keys(known.answers).length > 0);
}

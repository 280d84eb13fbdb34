// What was done of a chapter, as numbers.
import type { CourseChapter } from './course.ts';
import { noChapter, type Progress } from './schema.ts';

export interface Tally {
  readonly read: number;
  /** Of the quiz: answered rightly, and answered at all. */
  readonly right: number;
  readonly answered: number;
  readonly guessedRight: number;
  readonly guessedWrong: number;
  readonly cards: number;
  readonly due: number;
  /** Labs solved. */
  readonly solved: number;
}

export function tally(progress: Progress, chapter: CourseChapter, now: number): Tally {
  const known = progress.chapters[chapter.slug] ?? noChapter;
  const answers = chapter.quiz.flatMap((item) => known.answers[item] ?? []);
  const guesses = chapter.guesses.flatMap((question) => known.guesses[question] ?? []);
  const cards = chapter.cards
    .flatMap((id) => progress.cards[id] ?? [])
    .filter((card) => card.out === undefined);
  return {
    read: chapter.sections.filter(({ slug }) => known.read[slug]?.read).length,
    right: answers.filter((answer) => answer.right).length,
    answered: answers.length,
    guessedRight: guesses.filter((guess) => guess.right === true).length,
    guessedWrong: guesses.filter((guess) => guess.right === false).length,
    cards: cards.length,
    due: cards.filter((card) => card.due <= now).length,
    solved: chapter.labs.filter((name) => known.solved[name] !== undefined).length,
  };
}

/** All chapters together. */
export function together(tallies: readonly Tally[]): Tally {
  const sum = (pick: (tally: Tally) => number) => tallies.reduce((all, one) => all + pick(one), 0);
  return {
    read: sum((one) => one.read),
    right: sum((one) => one.right),
    answered: sum((one) => one.answered),
    guessedRight: sum((one) => one.guessedRight),
    guessedWrong: sum((one) => one.guessedWrong),
    cards: sum((one) => one.cards),
    due: sum((one) => one.due),
    solved: sum((one) => one.solved),
  };
}

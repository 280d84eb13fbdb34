// The course as the pages of progress and review know it: lists for counting, handed over by the page.
export interface CourseSection {
  readonly slug: string;
  readonly text: string;
  /** Its length, captions and tables included. */
  readonly words: number;
}

export interface CourseChapter {
  /** The name under which progress is kept. */
  readonly slug: string;
  readonly number: number;
  readonly title: string;
  readonly href: string;
  readonly sections: readonly CourseSection[];
  readonly guesses: readonly string[];
  readonly quiz: readonly string[];
  /** `<chapter>/<card>` */
  readonly cards: readonly string[];
  /** Names of the incident labs that come after it. */
  readonly labs: readonly string[];
}

/** `3 cards`, `1 card`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

// When a section counts as read. Never by a scroll past it: each of its parts must have been on the screen for a
// second, and the section as a whole for as long as a fast reader needs for it. Of each second, a section gets as much
// as it fills of what is in view; a section that has had enough leaves its share to the others.
// Pure: `watch.ts` looks at the page and the clock.

/** A fast reader of prose; most people read at 200 to 300. */
export const WORDS_A_MINUTE = 400;
/** For a figure: to see what it shows, not to play with it. */
export const FIGURE_SECONDS = 5;
export const LEAST_SECONDS = 3;
/** A part that was in view for less was passed. */
const PART_SECONDS = 1;

export interface Measure {
  readonly section: string;
  readonly words: number;
  readonly figures: number;
  /** Number of its parts: paragraphs, lists, tables, figures. */
  readonly parts: number;
}

/** What of a section is in view. */
export interface InView {
  readonly section: string;
  /** Pixels. */
  readonly height: number;
  readonly parts: readonly number[];
}

export const secondsFor = ({ words, figures }: Measure): number =>
  Math.max(LEAST_SECONDS, (words / WORDS_A_MINUTE) * 60 + figures * FIGURE_SECONDS);

interface Attended {
  readonly need: number;
  had: number;
  readonly parts: number[];
}

export class Attention {
  readonly #sections = new Map<string, Attended>();

  constructor(measures: readonly Measure[]) {
    for (const measure of measures) {
      const parts = new Array<number>(measure.parts).fill(0);
      this.#sections.set(measure.section, { need: secondsFor(measure), had: 0, parts });
    }
  }

  /** Counts some seconds of reading; gives the sections that are read with it. */
  attend(seen: readonly InView[], seconds: number): readonly string[] {
    const before = seen.filter(({ section }) => this.#isRead(section));
    const hungry = seen.filter(({ section }) => {
      const state = this.#sections.get(section);
      return state !== undefined && state.had < state.need;
    });
    const height = hungry.reduce((sum, one) => sum + one.height, 0);
    for (const one of hungry) this.#sections.get(one.section)!.had += (seconds * one.height) / height;
    for (const { section, parts } of seen) {
      const state = this.#sections.get(section);
      for (const part of parts) if (state && part < state.parts.length) state.parts[part]! += seconds;
    }
    return seen
      .map(({ section }) => section)
      .filter((name) => this.#isRead(name) && !before.some(({ section }) => section === name));
  }

  #isRead(section: string): boolean {
    const state = this.#sections.get(section);
    // Shares of seconds do not add up to the last bit.
    return (
      state !== undefined && state.had >= state.need - 1e-6 && state.parts.every((had) => had >= PART_SECONDS)
    );
  }
}

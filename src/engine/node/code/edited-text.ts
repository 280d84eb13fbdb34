/**
 * A text with pieces replaced, and the way back from each of its characters to where that was written.
 *
 * Offsets count UTF-16 units; lines and columns count from 1, as in V8's stacks.
 */

/** Puts `text` in place of what stands from `start` to before `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What stands right behind it is told as its own beginning: V8 takes a called expression for its parenthesis. */
  readonly isCalled?: boolean;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where lines begin. */
export class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    // the line ends of JavaScript
    for (const { index } of text.matchAll(/\r?\n|\r|\u2028|\u2029/g)) {
      const width = text[index] === '\r' && text[index + 1] === '\n' ? 2 : 1;
      this.#starts.push(index + width);
    }
  }

  place(offset: number): Place {
    let low = 0;
    for (let high = this.#starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }

  offset({ line, column }: Place): number {
    return this.#starts[Math.min(Math.max(line, 1), this.#starts.length) - 1]! + column - 1;
  }
}

export class EditedText {
  readonly text: string;
  readonly #source: string;
  /** Beginnings of pieces in the text, and in the source; of a replaced piece both its places are its beginning. */
  readonly #pieces: { readonly at: number; readonly from: number; readonly isCopied: boolean }[] = [];
  /** Beginnings of the text right behind what is called, with the place of that in the source. */
  readonly #behind = new Map<number, number>();
  #lines: Lines | undefined;
  #sourceLines: Lines | undefined;

  /** `edits` in any order; they do not overlap. `head` and `tail` stand around the source. */
  constructor(source: string, edits: readonly Edit[], head = '', tail = '') {
    this.#source = source;
    const parts: string[] = [head];
    let written = head.length;
    let read = 0;
    this.#pieces.push({ at: 0, from: 0, isCopied: false });
    const put = (text: string, from: number, isCopied: boolean): void => {
      if (text === '') return;
      this.#pieces.push({ at: written, from, isCopied });
      parts.push(text);
      written += text.length;
    };
    for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
      put(source.slice(read, edit.start), read, true);
      put(edit.text, edit.start, false);
      if (edit.isCalled) this.#behind.set(written, edit.start);
      read = edit.end;
    }
    put(source.slice(read), read, true);
    put(tail, source.length, false);
    this.text = parts.join('');
  }

  /** Line and column of an offset in the source. */
  placeOfSource(offset: number): Place {
    this.#sourceLines ??= new Lines(this.#source);
    return this.#sourceLines.place(offset);
  }

  /** Where a place in the text stands in the source. */
  place(place: Place): Place {
    this.#lines ??= new Lines(this.text);
    const offset = this.#lines.offset(place);
    const called = this.#behind.get(offset);
    if (called !== undefined) return this.placeOfSource(called);
    let low = 0;
    for (let high = this.#pieces.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle]!.at <= offset) low = middle;
      else high = middle;
    }
    const { at, from, isCopied } = this.#pieces[low]!;
    return this.placeOfSource(isCopied ? from + offset - at : from);
  }
}

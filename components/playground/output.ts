// What programs print, as lines: each with the moment at which it began, and told apart by program and stream. A line that
// comes in pieces is one line. Bounded: of a flood the beginning stays, and how much was left out is said.

export type Stream = 'stdout' | 'stderr';

/** What a program wrote at once. */
export interface Chunk {
  readonly program: string;
  readonly stream: Stream;
  readonly text: string;
  /** Kernel nanoseconds. */
  readonly time: number;
}

export interface OutputLine {
  /** In the order in which lines began, over all programs. */
  readonly number: number;
  readonly program: string;
  readonly stream: Stream;
  readonly time: number;
  readonly text: string;
}

export interface Output {
  readonly lines: readonly OutputLine[];
  /** Lines that were printed and are not here, by program. */
  readonly left: ReadonlyMap<string, number>;
}

/** Lines of one program, and characters of one line, that are kept. */
export const MAX_LINES = 1000;
export const MAX_LINE = 4000;

export const noOutput: Output = { lines: [], left: new Map() };

export class OutputLog {
  #lines: OutputLine[] = [];
  /** By program and stream: the line that has no end yet. */
  readonly #begun = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #left = new Map<string, number>();

  add({ program, stream, text, time }: Chunk): void {
    const key = `${stream} ${program}`;
    const parts = plain(text).split('\n');
    for (const [i, part] of parts.entries()) {
      const isLast = i === parts.length - 1;
      if (isLast && part === '') break;
      const begun = this.#begun.get(key);
      if (begun === undefined) this.#begin(program, stream, time, part, isLast ? key : undefined);
      else this.#goOn(begun, part);
      if (!isLast) this.#begun.delete(key);
    }
  }

  #begin(program: string, stream: Stream, time: number, text: string, key: string | undefined): void {
    const count = this.#counts.get(program) ?? 0;
    if (count >= MAX_LINES) {
      this.#left.set(program, (this.#left.get(program) ?? 0) + 1);
      return;
    }
    this.#counts.set(program, count + 1);
    if (key !== undefined) this.#begun.set(key, this.#lines.length);
    this.#lines.push({ number: this.#lines.length, program, stream, time, text: text.slice(0, MAX_LINE) });
  }

  #goOn(at: number, part: string): void {
    const line = this.#lines[at]!;
    this.#lines[at] = { ...line, text: (line.text + part).slice(0, MAX_LINE) };
  }

  /** As it is now; it does not change afterwards. */
  shown(): Output {
    return { lines: this.#lines.slice(), left: new Map(this.#left) };
  }
}

/** Without the codes that colour a terminal, and the characters that move its cursor. */
const plain = (text: string): string =>
  text
    .replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '');

/** A place in one of the project's files. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export type Piece = string | { readonly text: string; readonly place: Place };

const PLACE =
  /(?:file:\/\/)?(?:\/app\/|\.\/)?((?:[\w.-]+\/)*[\w.-]+\.(?:[cm]?[jt]s|json)):(\d{1,6})(?::(\d{1,6}))?/g;

/** A line cut where it names a place in one of these files. */
export function piecesOf(text: string, files: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(PLACE)) {
    const [whole, file, line, column] = match;
    if (!files.includes(file!)) continue;
    if (match.index > at) pieces.push(text.slice(at, match.index));
    const place = { file: file!, line: Number(line), column: Number(column ?? 1) };
    pieces.push({ text: whole.replace(/^(?:file:\/\/)?\/app\//, ''), place });
    at = match.index + whole.length;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

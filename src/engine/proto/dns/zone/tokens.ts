/**
 * The words of a master file, with their places (RFC 1035 §5.1): comments, quotes, escapes, and parentheses that join
 * lines. What the words mean is master-file.ts's.
 *
 * Escapes stay in the words as written, so that `\.` and `.` can be told apart later. A word is what BIND's lexer takes
 * for one: a quote or a parenthesis ends it, and a line's end even after a backslash.
 */

/** A place in the text that something is to be said about; line and column count from 1. */
export interface Span {
  readonly line: number;
  readonly column: number;
  /** Characters, at least 1; never past the end of the line. */
  readonly length: number;
}

export interface Token extends Span {
  /** Without the quotes around it, escapes as written. */
  readonly text: string;
  readonly quoted: boolean;
}

/** What can be wrong with a text before it has a meaning. */
export interface TokenFault extends Span {
  readonly message: string;
  readonly expected: string;
}

/** One entry: a line, or several that parentheses join. */
export interface Entry {
  /** The line begins with a blank: the record belongs to the owner before (RFC 1035 §5.1). */
  readonly blank: boolean;
  readonly tokens: readonly Token[];
  readonly fault: TokenFault | undefined;
}

/** All entries that hold a word or a fault, in order. Each step moves forward, but for a parenthesis left open. */
export function* entriesOf(text: string): Generator<Entry> {
  const reader = new Reader(text);
  while (!reader.atEnd) {
    const entry = readEntry(reader);
    if (entry.tokens.length > 0 || entry.fault) yield entry;
  }
}

/** Characters that end a word, beside the ends of lines. */
const ENDS = new Set([' ', '\t', '(', ')', '"', ';']);

class Reader {
  readonly text: string;
  at = 0;
  line = 1;
  /** Where the current line begins. */
  start = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** A line's end is `\n`, `\r\n` or, outside comments and quotes, `\r`. */
  get atLineEnd(): boolean {
    return this.next === '\n' || this.next === '\r';
  }

  endLine(): void {
    this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
    this.line += 1;
    this.start = this.at;
  }

  /** To the end of the line, not past it. */
  skipLine(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  span(from: number): Span {
    return { line: this.line, column: from - this.start + 1, length: Math.max(1, this.at - from) };
  }

  get place(): { at: number; line: number; start: number } {
    return { at: this.at, line: this.line, start: this.start };
  }

  goTo(place: { at: number; line: number; start: number }): void {
    this.at = place.at;
    this.line = place.line;
    this.start = place.start;
  }
}

type Place = Reader['place'];

const NEVER_CLOSED = ['this parenthesis is never closed', 'a ) that ends the record'] as const;

function readEntry(reader: Reader): Entry {
  const blank = reader.next === ' ' || reader.next === '\t';
  const tokens: Token[] = [];
  const open: { span: Span; place: Place }[] = [];
  const wrong = (span: Span, message: string, expected: string): Entry => ({
    blank,
    tokens,
    fault: { ...span, message, expected },
  });
  for (;;) {
    const from = reader.at;
    const character = reader.next;
    if (character === '') {
      if (open.length === 0) return { blank, tokens, fault: undefined };
      afterOpen(reader, open[0]!.place);
      return wrong(open[0]!.span, ...NEVER_CLOSED);
    }
    if (reader.atLineEnd) {
      reader.endLine();
      if (open.length === 0) return { blank, tokens, fault: undefined };
    } else if (character === ' ' || character === '\t') {
      reader.at += 1;
    } else if (character === ';') {
      reader.skipLine();
    } else if (character === '(') {
      reader.at += 1;
      open.push({ span: reader.span(from), place: reader.place });
    } else if (character === ')') {
      reader.at += 1;
      if (open.pop()) continue;
      const span = reader.span(from);
      reader.skipLine();
      return wrong(span, 'this parenthesis closes none', 'a ( before it, or none here');
    } else if (character === '"') {
      const token = readQuoted(reader);
      if (token) {
        tokens.push(token);
        continue;
      }
      const span = reader.span(from);
      const here = reader.place;
      if (open.length > 0) {
        // When a new record has begun since, the parenthesis is what is wrong, and the quote is told of next
        afterOpen(reader, open[0]!.place);
        if (reader.at <= here.start) return wrong(open[0]!.span, ...NEVER_CLOSED);
        reader.goTo(here);
      }
      reader.skipLine();
      return wrong(span, 'the quote that begins here does not end on its line', 'a closing "');
    } else {
      const token = readWord(reader);
      if (token) {
        tokens.push(token);
        continue;
      }
      const span = reader.span(from);
      reader.skipLine();
      return wrong(span, 'the backslash at the end of this word escapes nothing', '\\\\ for a backslash');
    }
  }
}

/** Undefined when it ends in the middle of an escape. */
function readWord(reader: Reader): Token | undefined {
  const from = reader.at;
  let escaped = false;
  while (!reader.atEnd && !reader.atLineEnd && (escaped || !ENDS.has(reader.next))) {
    escaped = !escaped && reader.next === '\\';
    reader.at += 1;
  }
  return escaped
    ? undefined
    : { text: reader.text.slice(from, reader.at), quoted: false, ...reader.span(from) };
}

/** Behind the closing quote; undefined when there is none on the line. A line's end can be escaped. */
function readQuoted(reader: Reader): Token | undefined {
  const from = reader.at;
  const first = reader.place;
  let escaped = false;
  for (reader.at += 1; !reader.atEnd; ) {
    const character = reader.next;
    if ((character === '\n' || reader.text.startsWith('\r\n', reader.at)) && !escaped) return undefined;
    if (character === '"' && !escaped) {
      reader.at += 1;
      const length = reader.line === first.line ? reader.at - from : 1;
      const column = from - first.start + 1;
      return {
        text: reader.text.slice(from + 1, reader.at - 1),
        quoted: true,
        line: first.line,
        column,
        length,
      };
    }
    escaped = !escaped && character === '\\';
    if (character === '\n') reader.endLine();
    else reader.at += 1;
  }
  return undefined;
}

/**
 * Where to go on when a parenthesis was left open: at the first later line that begins in its first column, since the
 * lines of one record are indented by everybody. The entries after it can then be read, and all faults be told.
 */
function afterOpen(reader: Reader, open: Place): void {
  reader.goTo(open);
  while (!reader.atEnd) {
    reader.skipLine();
    if (reader.atEnd) return;
    reader.endLine();
    if (!/[\s();]/.test(reader.next)) return;
  }
}

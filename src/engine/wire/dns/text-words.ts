/**
 * Record data as words, as a master file has it between blanks, and a reader that says which word was wrong.
 *
 * The tokenizer here takes one line without parentheses, comments or directives; that of whole files is in
 * proto/dns/zone. Names that do not end in a dot are completed with an origin (RFC 1035 §5.1).
 */
import { type Bytes, concatBytes, fromHex } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { unescapeString } from './character-string.ts';
import { canonicalName } from './name.ts';

/**
 * A word of a master file. `text` is what stands there, escapes as they are written. A word that is in quotes as a
 * whole comes without them and is `quoted`; quotes that begin inside a word (`alpn="h2,h3"`, blanks included) stay in
 * its text.
 */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** Data that cannot be read. `word` counts from 0; it is the number of words when one is missing. */
export class BadWord extends Malformed {
  readonly word: number;
  constructor(message: string, word: number) {
    super(message);
    this.word = word;
  }
}

/** The words of one line. Throws {@link Malformed} for a quote that does not end. */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  const blank = /\s*/y;
  const word = /"(?:[^"\\]|\\.)*"|(?:[^\s"\\]|\\.|\\$)(?:"(?:[^"\\]|\\.)*"|[^\s"\\]|\\.|\\$)*/suy;
  for (let at = 0; ; ) {
    blank.lastIndex = at;
    blank.exec(line);
    at = blank.lastIndex;
    if (at >= line.length) return words;
    word.lastIndex = at;
    const found = word.exec(line)?.[0];
    if (found === undefined || (line[at + found.length] === '"' && found[0] !== '"'))
      throw new BadWord(`a quote is missing in ${line.slice(0, 80)}`, words.length);
    words.push(
      found[0] === '"' ? { text: found.slice(1, -1), quoted: true } : { text: found, quoted: false },
    );
    at += found.length;
  }
}

/** Bytes of hexadecimal digits and nothing else, as zone files write them. Throws {@link Malformed}. */
export function parseHex(text: string): Bytes {
  if (/[^0-9a-fA-F]/.test(text)) throw new Malformed(`not hexadecimal: ${text.slice(0, 40)}`);
  return fromHex(text);
}

/** Reads words in order. Each `what` names what is expected there, for the message when it is not. */
export class WordReader {
  readonly #words: readonly Word[];
  readonly #origin: string | undefined;
  #at = 0;

  constructor(words: readonly Word[], origin: string | undefined) {
    this.#words = words;
    this.#origin = origin;
  }

  get left(): number {
    return this.#words.length - this.#at;
  }

  /** The next word, whose reading `parse` may refuse with {@link Malformed}. */
  take<T>(what: string, parse: (word: Word) => T): T {
    const at = this.#at;
    const word = this.#words[at];
    if (!word) throw new BadWord(`${what} is missing`, at);
    this.#at += 1;
    try {
      return parse(word);
    } catch (error) {
      if (error instanceof BadWord || !(error instanceof Malformed)) throw error;
      throw new BadWord(`${what} was expected: ${error.message}`, at);
    }
  }

  /** A word without quotes. */
  plain<T>(what: string, parse: (text: string) => T): T {
    return this.take(what, ({ text, quoted }) => {
      if (quoted) throw new Malformed(`not “${text.slice(0, 40)}” in quotes`);
      return parse(text);
    });
  }

  /** `key=value`; also as two words, `key=` and a quoted one, as a tokenizer gives it that ends words at quotes. */
  param<T>(what: string, parse: (text: string) => T): T {
    const next = this.#words[this.#at + 1];
    return this.plain(what, (text) => {
      if (!text.endsWith('=') || !next?.quoted) return parse(text);
      this.#at += 1;
      return parse(`${text}"${next.text}"`);
    });
  }

  number(what: string, most: number): number {
    return this.plain(`${what} (0 to ${most})`, (text) => {
      if (!/^\d{1,10}$/.test(text) || Number(text) > most) throw new Malformed(`not ${text.slice(0, 20)}`);
      return Number(text);
    });
  }

  name(what: string): string {
    return this.plain(what, (text) => completeName(text, this.#origin));
  }

  /** A character string, with quotes or without (RFC 1035 §5.1). */
  string(what: string, most = 255): Bytes {
    return this.take(what, ({ text }) => {
      const bytes = unescapeString(text);
      if (bytes.length > most)
        throw new Malformed(`a character string of ${bytes.length} bytes, at most ${most} (RFC 1035 §3.3)`);
      return bytes;
    });
  }

  /** All words that are left, joined: data in base64 or hexadecimal may be cut anywhere. */
  rest<T>(what: string, parse: (text: string) => T): T {
    const from = this.#at;
    const first = this.plain(what, (text) => text);
    let text = first;
    while (this.left > 0) text += this.plain(what, (part) => part);
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof Malformed) throw new BadWord(`${what} was expected: ${error.message}`, from);
      throw error;
    }
  }

  /** Throws when a word is left over. */
  end(): void {
    const word = this.#words[this.#at];
    if (word) throw new BadWord(`nothing more was expected, not ${word.text.slice(0, 40)}`, this.#at);
  }

  /** RFC 3597 §5: `\# LENGTH HEX…`; undefined when the data is not in that form. */
  generic(): Bytes | undefined {
    const first = this.#words[0];
    if (!first || first.quoted || first.text !== '\\#') return undefined;
    this.#at = 1;
    const length = this.number('the length of the data in bytes', 0xffff);
    const parts: Bytes[] = [];
    while (this.left > 0) parts.push(this.plain('hexadecimal digits, in pairs', parseHex));
    const bytes = concatBytes(parts);
    if (bytes.length !== length) throw new BadWord(`${length} bytes announced, ${bytes.length} written`, 1);
    return bytes;
  }
}

/**
 * A name as a master file has it (RFC 1035 §5.1): `@` is the origin, a name without a dot at its end lies below it.
 * Without an origin only absolute names are read. In canonical text. Throws {@link Malformed}.
 */
export function completeName(text: string, origin?: string): string {
  if (text === '@' && origin !== undefined) return origin;
  if (origin === undefined || isAbsolute(text)) return canonicalName(text);
  if (text === '') throw new Malformed('a name that is empty');
  return canonicalName(origin === '.' ? `${text}.` : `${text}.${origin}`);
}

/** Ends in a dot that no backslash escapes. */
function isAbsolute(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\.$/s.test(text);
}

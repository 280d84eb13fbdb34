/**
 * Master files: the text of a zone, read into records with their places, or into faults that an editor can point at.
 *
 * RFC 1035 §5.1 (form, `$ORIGIN`, the owner and TTL of the entry before, class and TTL in either order), RFC 2308 §4
 * (`$TTL`), RFC 3597 §5 (`TYPE123`, `CLASS1`, `\#`). Where the RFCs leave room it reads as BIND does: units of time, the
 * SOA's minimum when no TTL was ever said, a TTL past 31 bits is 0. Only class IN is read.
 *
 * It never throws on text. Not here: `$INCLUDE` and `$GENERATE` (refused, with words), names beyond ASCII (their A-labels
 * are taken), and whether the records make a zone (zone-check.ts).
 */
import { Malformed, Misuse } from '../../../base/errors.ts';
import { CLASS, isMetaType, parseClass, parseType, TYPE, typeName } from '../../../wire/dns/code.ts';
import { encodeData } from '../../../wire/dns/fast.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import { BadWord, completeName, MAX_TTL, parseRdata } from '../../../wire/dns/text.ts';
import type { Finding, PlacedRecord } from './finding.ts';
import { type Entry, entriesOf, type Span, type Token } from './tokens.ts';
import { parseSeconds } from './ttl-text.ts';

/** What bounds the work that a text can ask for. */
export const LIMITS = { characters: 256 * 1024, records: 10_000, faults: 50 } as const;

/** Something that cannot be read, and what could have stood there. */
export interface Fault extends Span {
  readonly message: string;
  readonly expected: string | undefined;
}

export interface MasterFile {
  /** All that could be read, in the order of the text; names outside the zone too. */
  readonly records: readonly (PlacedRecord & Span)[];
  /** Empty when the whole text was read. At most {@link LIMITS.faults}. */
  readonly faults: readonly Fault[];
  /** Readable, but perhaps not meant so. */
  readonly remarks: readonly Finding[];
}

/** Reads the text of a zone. Throws {@link Misuse} when `origin` is no absolute name. */
export function parseMasterFile(text: string, origin: string): MasterFile {
  const reader = new EntryReader(validOrigin(origin));
  if (text.length > LIMITS.characters) {
    const message = `the text has ${text.length} characters, and at most ${LIMITS.characters} are read`;
    return {
      records: [],
      faults: [{ line: 1, column: 1, length: 1, message, expected: undefined }],
      remarks: [],
    };
  }
  for (const entry of entriesOf(text)) {
    reader.read(entry);
    if (reader.faults.length >= LIMITS.faults) break;
    if (reader.records.length > LIMITS.records) {
      reader.records.pop();
      reader.fault(entry.tokens[0]!, `more than ${LIMITS.records} records`, undefined);
      break;
    }
  }
  return reader;
}

function validOrigin(origin: string): string {
  try {
    return canonicalName(origin);
  } catch (error) {
    if (error instanceof Malformed) throw new Misuse(`no origin: ${error.message}`);
    throw error;
  }
}

/** What a line is made of, for those who left something out. */
const SHAPE = 'NAME TTL IN TYPE DATA, as in www 300 IN A 192.0.2.80';

class EntryReader implements MasterFile {
  readonly records: (PlacedRecord & Span)[] = [];
  readonly faults: Fault[] = [];
  readonly remarks: Finding[] = [];
  #origin: string;
  /** Of the entry before. `unread` when it was no name: what follows it has no owner, and is not told twice. */
  #owner: string | 'unread' | undefined;
  #originIsNew = false;
  /** `$TTL`, or what the SOA gave. */
  #defaultTtl: number | undefined;
  #lastTtl: number | undefined;
  #saidLastTtl = false;

  constructor(origin: string) {
    this.#origin = origin;
  }

  fault(span: Span, message: string, expected: string | undefined): undefined {
    const { line, column, length } = span;
    if (this.faults.length < LIMITS.faults) this.faults.push({ line, column, length, message, expected });
    return undefined;
  }

  read(entry: Entry): void {
    const [first] = entry.tokens;
    if (entry.fault) {
      // What stands before the fault may have been the owner of what follows
      if (first && !entry.blank && !first.text.startsWith('$')) this.#owner = this.#name(first) ?? 'unread';
      this.fault(entry.fault, entry.fault.message, entry.fault.expected);
      return;
    }
    if (!first) return;
    if (!entry.blank && first.text.startsWith('$')) this.#directive(first, entry.tokens.slice(1));
    else this.#record(entry, first);
  }

  // ── directives ──

  #directive(directive: Token, words: readonly Token[]): void {
    switch (directive.text.toUpperCase()) {
      case '$ORIGIN': {
        const word = this.#only(directive, words, 'a name, as in $ORIGIN chaicart.example.');
        const origin = word && this.#name(word);
        if (origin === undefined) return;
        this.#origin = origin;
        this.#originIsNew = true;
        return;
      }
      case '$TTL': {
        const word = this.#only(directive, words, 'a time, as in $TTL 3600 or $TTL 1h');
        const ttl = word && this.#time(word);
        if (ttl !== undefined) this.#defaultTtl = ttl;
        return;
      }
      case '$INCLUDE':
        this.fault(
          directive,
          '$INCLUDE is not read here: a zone is one text',
          'the records of that file, in its place',
        );
        return;
      case '$GENERATE':
        this.fault(
          directive,
          '$GENERATE is not read here: it is BIND’s own, and no RFC knows it',
          'the records that it stands for',
        );
        return;
      default:
        this.fault(directive, `${shown(directive)} is no directive`, '$ORIGIN or $TTL');
    }
  }

  /** The one word behind a directive. */
  #only(directive: Token, words: readonly Token[], expected: string): Token | undefined {
    const [word, extra] = words;
    if (!word) return this.fault(directive, `${directive.text} says nothing`, expected);
    if (word.quoted) return this.fault(word, 'no quotes here', expected);
    if (extra)
      return this.fault(extra, `${shown(extra)} is too much: ${directive.text} takes one word`, expected);
    return word;
  }

  #time(word: Token): number | undefined {
    const seconds = parseSeconds(word.text);
    if (seconds === undefined)
      return this.fault(word, `${shown(word)} is no time`, 'seconds, or numbers with units: 3600, 1h, 1h30m');
    if (seconds <= MAX_TTL) return seconds;
    this.#remark(
      word,
      `A TTL of ${seconds} seconds is more than ${MAX_TTL}, and is taken for 0.`,
      'RFC 2181 §8',
    );
    return 0;
  }

  #remark(span: Span, message: string, spec: string): void {
    const { line, column, length } = span;
    const owner = this.#owner;
    const name = owner === undefined || owner === 'unread' ? this.#origin : owner;
    this.remarks.push({ severity: 'warning', line, column, length, name, message, spec });
  }

  // ── records ──

  #record(entry: Entry, first: Token): void {
    if (!entry.blank) this.#owner = this.#name(first) ?? 'unread';
    else if (this.#owner === undefined) {
      this.fault(first, 'this line begins with a blank, and there is no name before it to go on with', SHAPE);
      return;
    } else if (this.#originIsNew && this.#owner !== 'unread') {
      this.#remark(
        first,
        `This line goes on with ${this.#owner}, although $ORIGIN changed in between.`,
        'RFC 1035 §5.1',
      );
    }
    this.#originIsNew = false;
    const head = this.#head(entry.blank ? entry.tokens : entry.tokens.slice(1), first, entry.blank);
    if (!head || this.#owner === undefined || this.#owner === 'unread') return;
    const { type, word, words, explicitTtl } = head;
    const data = this.#data(type, word, words);
    if (data === undefined) {
      // Its minimum might have been everybody's TTL: one fault is enough
      if (type === TYPE.SOA && explicitTtl === undefined && this.#lastTtl === undefined)
        this.#defaultTtl ??= 0;
      return;
    }
    const record = { name: this.#owner, type, class: CLASS.IN, ttl: 0, data } as DnsRecord;
    if (isTooLong(record, words)) {
      this.fault(word, `the data of this record have more than ${MAX_DATA} bytes`, undefined);
      return;
    }
    const ttl = this.#ttl(explicitTtl, record, first);
    if (ttl !== undefined) this.records.push({ record: { ...record, ttl }, ...spanOf(entry.tokens) });
  }

  /** TTL, class and type, the first two in either order or absent. */
  #head(tokens: readonly Token[], first: Token, blank: boolean): Head | undefined {
    let at = 0;
    let sawClass = false;
    let explicitTtl: number | undefined;
    for (; at < 2; at++) {
      const token = tokens[at];
      if (!token || token.quoted) break;
      if (!sawClass && isClass(token.text)) {
        sawClass = true;
        if (parseClass(classText(token.text)) !== CLASS.IN)
          return this.fault(token, `the class of this zone is IN, not ${token.text}`, 'IN, or nothing');
      } else if (explicitTtl === undefined && parseSeconds(token.text) !== undefined) {
        explicitTtl = this.#time(token);
      } else break;
    }
    if (explicitTtl !== undefined) this.#lastTtl = explicitTtl;
    const word = tokens[at];
    if (!word)
      return this.fault(tokens.at(-1) ?? first, 'the record ends here, without a type and its data', SHAPE);
    if (word.quoted) return this.fault(word, 'quotes are for data, not for a type', SHAPE);
    const type = this.#type(word, blank && at === 0);
    return type === undefined ? undefined : { type, word, words: tokens.slice(at + 1), explicitTtl };
  }

  #type(token: Token, goesOn: boolean): number | undefined {
    let type: number;
    try {
      type = parseType(token.text);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const hint = goesOn
        ? ` (the line begins with a blank, so it goes on with ${this.#owner}: if ${shown(token)} is a name, it must stand first)`
        : '';
      return this.fault(
        token,
        `${shown(token)} is no record type${hint}`,
        'a type, such as A, AAAA, CNAME, MX, NS or TXT',
      );
    }
    if (!isMetaType(type)) return type;
    return this.fault(
      token,
      `${typeName(type)} is asked for or travels with messages: no zone holds it`,
      'a type of data',
    );
  }

  #data(type: number, typeWord: Token, tokens: readonly Token[]): DnsRecord['data'] | undefined {
    const foreign = STRINGS.has(type)
      ? undefined
      : tokens.find(({ text, quoted }) => !quoted && !isAscii(text));
    if (foreign) return this.fault(foreign, beyondAscii(foreign), A_LABEL);
    const words = wordsFor(type, tokens);
    try {
      return parseRdata(type, words, this.#origin);
    } catch (error) {
      if (!(error instanceof BadWord)) throw error;
      const [, expected, reason] = /^(.*) was expected: (.*)$/s.exec(error.message) ?? [];
      // Where a word is missing, the last one is pointed at
      const at = words[error.word] ?? words.at(-1) ?? typeWord;
      const what = at === typeWord ? typeName(type) : shown(at);
      if (expected === undefined) {
        const message = words[error.word] ? error.message : `after ${what}: ${error.message}`;
        return this.fault(at, message, undefined);
      }
      return this.fault(at, `${what} cannot be read here: ${reason}`, expected);
    }
  }

  /** RFC 2308 §4: `$TTL` when the record says none; else RFC 1035 §5.1: that of the entry before. */
  #ttl(explicit: number | undefined, record: DnsRecord, first: Token): number | undefined {
    if (explicit !== undefined) return explicit;
    if (this.#defaultTtl !== undefined) return this.#defaultTtl;
    if (this.#lastTtl !== undefined) {
      if (!this.#saidLastTtl)
        this.#remark(
          first,
          'No TTL here and no $TTL before: it is taken from the record before.',
          'RFC 1035 §5.1',
        );
      this.#saidLastTtl = true;
      return this.#lastTtl;
    }
    if (record.type !== TYPE.SOA)
      return this.fault(first, 'this record has no TTL, and none was said before', '$TTL 3600 above it');
    const { minimum } = record.data;
    this.#remark(
      first,
      'No TTL here and no $TTL before: the last number of the SOA record is taken for all.',
      'RFC 2308 §4',
    );
    this.#defaultTtl = minimum > MAX_TTL ? 0 : minimum;
    return this.#defaultTtl;
  }

  #name(token: Token): string | undefined {
    const { text } = token;
    if (!isAscii(text)) return this.fault(token, beyondAscii(token), A_LABEL);
    try {
      return completeName(text, this.#origin);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return this.fault(token, error.message, 'a name, as in www or www.chaicart.example.');
    }
  }
}

/** RDLENGTH has 16 bits (RFC 1035 §3.2.1). */
const MAX_DATA = 0xffff;

/** Data are never longer than their text, but for names that the origin completes. */
function isTooLong(record: DnsRecord, words: readonly Token[]): boolean {
  const characters = words.reduce((sum, { text }) => sum + text.length, 0);
  return characters > MAX_DATA - 1024 && encodeData(record).length > MAX_DATA;
}

/** The words of a record behind its owner. */
interface Head {
  readonly type: number;
  readonly word: Token;
  readonly words: readonly Token[];
  readonly explicitTtl: number | undefined;
}

/** Types whose words are texts: UTF-8 may stand there without quotes. */
const STRINGS: ReadonlySet<number> = new Set([TYPE.TXT, TYPE.HINFO, TYPE.CAA]);

/** The words of data as `parseRdata` takes them: with seconds for units of time, and `key="value"` in one piece. */
function wordsFor(type: number, tokens: readonly Token[]): readonly Token[] {
  if (type === TYPE.SOA)
    return tokens.map((token, i) => {
      const seconds = i > 2 && !token.quoted ? parseSeconds(token.text) : undefined;
      return seconds === undefined ? token : { ...token, text: String(seconds) };
    });
  if (type !== TYPE.SVCB && type !== TYPE.HTTPS) return tokens;
  const words: Token[] = [];
  for (const token of tokens) {
    const last = words.at(-1);
    const joins = last && !last.quoted && last.text.endsWith('=') && touches(last, token);
    if (joins && token.quoted)
      words[words.length - 1] = {
        ...last,
        text: `${last.text}"${token.text}"`,
        length: last.length + token.length,
      };
    else words.push(token);
  }
  return words;
}

function touches(a: Span, b: Span): boolean {
  return a.line === b.line && a.column + a.length === b.column;
}

const A_LABEL = 'its A-label, as in xn--caf-dma';

function beyondAscii(token: Token): string {
  return `${shown(token)} has letters beyond ASCII, which names in a zone have not`;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** BIND's long names of two classes that nobody uses any more (RFC 1035 §3.2.4). */
function classText(text: string): string {
  const upper = text.toUpperCase();
  return upper === 'CHAOS' ? 'CH' : upper === 'HESIOD' ? 'HS' : text;
}

function isClass(text: string): boolean {
  // Nearly every word that is asked about is a type: it shall not cost an exception
  if (!/^(?:in|ch|hs|chaos|hesiod|none|any|class\d+)$/i.test(text)) return false;
  try {
    parseClass(classText(text));
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** From the first word of an entry to the last that stands on the same line. */
function spanOf(tokens: readonly Token[]): Span {
  const [first] = tokens as [Token];
  const last = tokens.findLast(({ line }) => line === first.line)!;
  return { line: first.line, column: first.column, length: last.column + last.length - first.column };
}

function shown({ text }: Token): string {
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}

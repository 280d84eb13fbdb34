/**
 * The display filter: Wireshark's language, as far as a course needs it, over the decoded fields of frames.
 *
 *     dns or (tcp.port == 80 and ip.addr == 203.0.113.0/24)      tcp.flags.syn == 1 and not tcp.flags.ack == 1
 *     http.host contains "chaicart"                              tcp.dstport in {80, 8000..8080}
 *     ipv6.addr == 2001:db8::/32                                 icmpv6.type in {135, 136}
 *
 * `and && or || not !`, parentheses; a protocol or a field alone is true where it is there; `== != === !== < <= > >=`
 * and their words, `contains`, `in {…}` with ranges, `&` on numbers. As in Wireshark 4 a comparison of a field that
 * stands several times holds when any of its values does, and `!=` when all differ. Left out: slices, functions,
 * arithmetic, regular expressions, names for numbers.
 */
import { inCidr4, isIp4, parseCidr4, parseIp4 } from '../base/address.ts';
import { type Bytes, fromHex } from '../base/bytes.ts';
import { inCidr6At, parseCidr6 } from '../base/cidr.ts';
import { Malformed } from '../base/errors.ts';
import { ip6Bytes } from '../base/ip.ts';
import { isIp6, parseIp6 } from '../base/ip6.ts';
import {
  allFields,
  bytesOf,
  type Field,
  type FieldType,
  type FieldValue,
  type FilterFrame,
  findField,
  type ReadFrame,
  readFrame,
  Streams,
} from './filter-fields.ts';

/** Asks of one frame after the other, in their order: relative numbers are learned on the way. */
export type Filter = (frame: FilterFrame) => boolean;

const MAX_LENGTH = 1000;
const MAX_DEPTH = 40;
const MAX_MEMBERS = 100;

/** Throws {@link Malformed} with a sentence that says what is wrong, in which column, and what may stand there; `at` is the offset. */
export function compileFilter(expression: string): Filter {
  if (expression.length > MAX_LENGTH)
    throw new Malformed(`a filter has at most ${MAX_LENGTH} characters`, MAX_LENGTH);
  const tokens = tokenise(expression);
  if (tokens[0]!.kind === 'end') return () => true;
  const parser = new Parser(tokens);
  const test = parser.whole();
  const streams = parser.usesStreams ? new Streams() : undefined;
  return (frame) => test(readFrame(frame, streams));
}

// — words —

interface Token {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  readonly text: string;
  /** Offset in the expression. */
  readonly at: number;
}

/** Signs, the longest first. */
const SIGNS = [
  '===',
  '!==',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '!',
  '(',
  ')',
  '{',
  '}',
  ',',
  '&',
] as const;
const WORD = /[A-Za-z0-9_.:/-]+/y;
const SPACE = /\s*/y;

function tokenise(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = skipSpace(expression, 0);
  while (at < expression.length) {
    const token = tokenAt(expression, at);
    tokens.push(token);
    at = skipSpace(
      expression,
      at + (token.kind === 'text' ? quotedLength(expression, at) : token.text.length),
    );
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function skipSpace(expression: string, at: number): number {
  SPACE.lastIndex = at;
  return at + SPACE.exec(expression)![0].length;
}

function tokenAt(expression: string, at: number): Token {
  if (expression[at] === '"') return { kind: 'text', text: unquote(expression, at), at };
  WORD.lastIndex = at;
  const word = WORD.exec(expression);
  if (word) return { kind: 'word', text: word[0], at };
  const sign = SIGNS.find((one) => expression.startsWith(one, at));
  if (sign) return { kind: 'sign', text: sign, at };
  throw wrong(
    at,
    `“${expression[at]}” means nothing here`,
    'write fields, numbers, addresses, "text" and signs such as == and &&',
  );
}

const QUOTED = /"(?:[^"\\]|\\(?:x[0-9A-Fa-f]{2}|[\s\S]))*"/y;

function quotedLength(expression: string, at: number): number {
  QUOTED.lastIndex = at;
  const found = QUOTED.exec(expression);
  if (!found) throw wrong(at, 'this text does not end', 'close it with "');
  return found[0].length;
}

function unquote(expression: string, at: number): string {
  const inside = expression.slice(at + 1, at + quotedLength(expression, at) - 1);
  return inside.replace(/\\(x[0-9A-Fa-f]{2}|[\s\S])/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function wrong(at: number, what: string, allowed: string): Malformed {
  return new Malformed(`column ${at + 1}: ${what}; ${allowed}`, at);
}

// — sentences —

type Test = (frame: ReadFrame) => boolean;
type Read = (frame: ReadFrame) => readonly FieldValue[];

type Comparison = '==' | '!=' | '===' | '!==' | '<' | '<=' | '>' | '>=';

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  eq: '==',
  '!=': '!=',
  ne: '!=',
  '===': '===',
  all_eq: '===',
  '!==': '!==',
  any_ne: '!==',
  '<': '<',
  lt: '<',
  '<=': '<=',
  le: '<=',
  '>': '>',
  gt: '>',
  '>=': '>=',
  ge: '>=',
};

const HOW_TO_GO_ON = 'go on with a comparison such as == or contains, with and, or, or end here';

class Parser {
  usesStreams = false;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Test {
    const test = this.#either();
    const token = this.#token;
    if (token.text === ')') throw wrong(token.at, 'this parenthesis was never opened', HOW_TO_GO_ON);
    if (token.kind !== 'end') throw wrong(token.at, `“${token.text}” was not expected`, HOW_TO_GO_ON);
    return test;
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  /** Steps over the token when it is one of these signs or words. */
  #take(...texts: readonly string[]): boolean {
    const { kind, text } = this.#token;
    if (kind === 'text' || kind === 'end' || !texts.includes(text)) return false;
    this.#next += 1;
    return true;
  }

  #either(): Test {
    const tests = [this.#both()];
    while (this.#take('or', '||')) tests.push(this.#both());
    return tests.length === 1 ? tests[0]! : (frame) => tests.some((test) => test(frame));
  }

  #both(): Test {
    const tests = [this.#not()];
    while (this.#take('and', '&&')) tests.push(this.#not());
    return tests.length === 1 ? tests[0]! : (frame) => tests.every((test) => test(frame));
  }

  #not(): Test {
    const { at } = this.#token;
    if (++this.#depth > MAX_DEPTH)
      throw wrong(at, 'this is nested too deeply', `${MAX_DEPTH} levels are allowed`);
    const test = this.#take('not', '!')
      ? negation(this.#not())
      : this.#take('(')
        ? this.#parenthesis(at)
        : this.#comparison();
    this.#depth -= 1;
    return test;
  }

  #parenthesis(openedAt: number): Test {
    const test = this.#either();
    if (this.#take(')')) return test;
    const { kind, text, at } = this.#token;
    if (kind === 'end')
      throw wrong(openedAt, 'this parenthesis is never closed', 'write ) behind what it holds');
    throw wrong(
      at,
      `“${text}” was not expected`,
      `${HOW_TO_GO_ON.replace('end here', 'close the parenthesis')}`,
    );
  }

  #comparison(): Test {
    const { field, read, isMasked } = this.#masked();
    const { kind, text, at } = this.#token;
    const comparison = kind === 'text' || !Object.hasOwn(COMPARISONS, text) ? undefined : COMPARISONS[text]!;
    if (comparison !== undefined) {
      this.#next += 1;
      return this.#compare(field, read, comparison, at);
    }
    if (this.#take('contains')) return this.#contains(field, read, at);
    if (this.#take('in')) return this.#in(field, read);
    if (text === 'not' && this.#tokens[this.#next + 1]!.text === 'in') {
      this.#next += 2;
      return negation(this.#in(field, read));
    }
    if (text === 'matches' || text === '~')
      throw wrong(at, 'regular expressions are not known here', 'use contains "…"');
    if (isMasked) return (frame) => read(frame).some((value) => value !== 0);
    return (frame) => read(frame).length > 0;
  }

  /** `tcp.flags`, or `tcp.flags & 0x02`. */
  #masked(): { readonly field: Field; readonly read: Read; readonly isMasked: boolean } {
    const field = this.#field();
    const { at } = this.#token;
    if (!this.#take('&')) return { field, read: (frame) => field.read(frame), isMasked: false };
    if (field.type !== 'number')
      throw wrong(at, `${field.name} is not a number`, '& is for numbers such as tcp.flags');
    const mask = this.#value('number') as number;
    if (mask > 0xffff_ffff) throw wrong(at, 'this mask is too wide', 'a mask has at most 32 bits');
    return {
      field,
      read: (frame) => field.read(frame).map((value) => ((value as number) & mask) >>> 0),
      isMasked: true,
    };
  }

  #field(): Field {
    const { kind, text, at } = this.#token;
    if (kind === 'end')
      throw wrong(at, 'something is missing', 'write a field or a protocol, such as tcp.port or dns');
    const field = kind === 'word' ? findField(text) : undefined;
    if (!field)
      throw wrong(
        at,
        kind === 'sign' ? `“${text}” was not expected` : `no field is called “${text.slice(0, 40)}”`,
        suggestion(text),
      );
    this.#next += 1;
    if (field.isRelative) this.usesStreams = true;
    return field;
  }

  #compare(field: Field, read: Read, comparison: Comparison, at: number): Test {
    const { kind, text } = this.#token;
    const other = kind === 'word' && field.type !== 'text' ? findField(text) : undefined;
    if (other) return this.#compareFields(field, read, comparison, this.#field(), at);
    if (isNetwork(field, this.#token)) return this.#compareNetwork(field, read, comparison);
    const value = this.#value(field.type === 'protocol' ? 'bytes' : field.type);
    const test = (one: FieldValue): boolean => holds(comparison, order(one, value));
    return quantified(comparison, read, test);
  }

  #compareFields(field: Field, read: Read, comparison: Comparison, other: Field, at: number): Test {
    if (other.type !== field.type)
      throw wrong(
        at,
        `${field.name} and ${other.name} cannot be compared`,
        `one is ${A[field.type]}, the other ${A[other.type]}`,
      );
    return (frame) => {
      const values = other.read(frame);
      const test = (one: FieldValue): boolean =>
        comparison === '!=' || comparison === '==='
          ? values.every((value) => holds(comparison, order(one, value)))
          : values.some((value) => holds(comparison, order(one, value)));
      return values.length > 0 && quantified(comparison, read, test)(frame);
    };
  }

  #compareNetwork(field: Field, read: Read, comparison: Comparison): Test {
    const { at } = this.#token;
    const isInside = network(field, this.#token);
    if (comparison.startsWith('<') || comparison.startsWith('>'))
      throw wrong(at, 'a network has no order', 'compare it with == or !=');
    this.#next += 1;
    const isWanted = comparison === '==' || comparison === '===';
    return quantified(comparison, read, (one) => isInside(one) === isWanted);
  }

  #contains(field: Field, read: Read, at: number): Test {
    if (field.type !== 'text' && field.type !== 'bytes' && field.type !== 'protocol') {
      throw wrong(
        at,
        `${field.name} is ${A[field.type]}, which contains nothing`,
        'use ==; contains is for text and bytes',
      );
    }
    const value = this.#value(field.type === 'text' ? 'text' : 'bytes');
    if (field.type === 'text')
      return (frame) => read(frame).some((one) => (one as string).includes(value as string));
    return (frame) => read(frame).some((one) => includesBytes(one as Bytes, value as Bytes));
  }

  #in(field: Field, read: Read): Test {
    if (!this.#take('{'))
      throw wrong(this.#token.at, 'a set is missing', 'write it in braces: {80, 443, 8000..8080}');
    const members: ((value: FieldValue) => boolean)[] = [];
    do {
      if (members.length >= MAX_MEMBERS)
        throw wrong(this.#token.at, 'this set is too large', `it may have ${MAX_MEMBERS} members`);
      members.push(this.#member(field));
    } while (this.#take(','));
    const { kind, text, at } = this.#token;
    if (!this.#take('}'))
      throw wrong(
        at,
        kind === 'end' ? 'the set does not end' : `“${text}” was not expected`,
        'write , and another member, or }',
      );
    return (frame) => read(frame).some((one) => members.some((member) => member(one)));
  }

  #member(field: Field): (value: FieldValue) => boolean {
    const token = this.#token;
    const type = field.type === 'protocol' ? 'bytes' : field.type;
    const dots = token.kind === 'word' && type !== 'text' ? token.text.indexOf('..') : -1;
    if (dots >= 0) {
      this.#next += 1;
      const low = literal(type, { ...token, text: token.text.slice(0, dots) });
      const high = literal(type, { ...token, text: token.text.slice(dots + 2), at: token.at + dots + 2 });
      return (value) => order(value, low) >= 0 && order(value, high) <= 0;
    }
    if (isNetwork(field, token)) {
      this.#next += 1;
      return network(field, token);
    }
    const member = this.#value(type);
    return (value) => order(value, member) === 0;
  }

  #value(type: FieldType): FieldValue {
    const token = this.#token;
    if (token.kind === 'end') throw wrong(token.at, 'a value is missing', `write ${A[type]}`);
    if (token.kind === 'sign') throw wrong(token.at, `“${token.text}” was not expected`, `write ${A[type]}`);
    this.#next += 1;
    return literal(type, token);
  }
}

/** A kind of value with its article and an example. */
const A: Readonly<Record<FieldType, string>> = {
  protocol: 'a protocol',
  number: 'a number such as 80 or 0x50',
  boolean: '1 or 0',
  seconds: 'a number of seconds such as 0.25',
  ipv4: 'an address such as 192.0.2.80 or a network such as 192.0.2.0/24',
  ipv6: 'an address such as 2001:db8::80 or a network such as 2001:db8::/32',
  ethernet: 'a card’s address such as 00:00:5e:00:53:01',
  text: 'text in quotes',
  bytes: 'text in quotes, or bytes such as 47:45:54',
};

function literal(type: FieldType, { kind, text, at }: Token): FieldValue {
  const isText = kind === 'text';
  switch (type) {
    case 'text':
      return text;
    case 'bytes':
    case 'protocol':
      if (!isText && !/^[0-9A-Fa-f]{2}([:.-][0-9A-Fa-f]{2})*$/.test(text)) break;
      return isText ? parsed(at, () => bytesOf(text)) : fromHex(text.replaceAll('.', ''));
    case 'number':
      if (isText || !/^(0x[0-9A-Fa-f]{1,12}|\d{1,15})$/.test(text)) break;
      // as in C, and so in Wireshark, a leading zero means octal
      if (/^0\d/.test(text))
        throw wrong(at, `“${text}” begins with a zero`, 'write numbers without leading zeros');
      return Number(text);
    case 'boolean':
      if (isText || !/^(?:0|1|True|TRUE|False|FALSE)$/.test(text)) break;
      return text === '1' || /^T/.test(text) ? 1 : 0;
    case 'seconds':
      if (isText || !/^\d{1,9}(\.\d{0,9})?$/.test(text)) break;
      return Number(text);
    case 'ipv4':
      if (isText || !isIp4(text)) break;
      return parseIp4(text);
    case 'ipv6':
      if (isText || !isIp6(text)) break;
      return parseIp6(text);
    case 'ethernet':
      if (
        isText ||
        !/^([0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2})$/.test(text)
      )
        break;
      return Number.parseInt(text.replace(/[:.-]/g, ''), 16);
  }
  throw wrong(at, `“${text.slice(0, 40)}” is not ${A[type]}`, `write ${A[type]}`);
}

function isNetwork({ type }: Field, { kind, text }: Token): boolean {
  return (type === 'ipv4' || type === 'ipv6') && kind === 'word' && text.includes('/');
}

/** Whether an address lies in the network that the token names. */
function network({ type }: Field, { text, at }: Token): (value: FieldValue) => boolean {
  if (type === 'ipv4') {
    const four = parsed(at, () => parseCidr4(text));
    return (value) => inCidr4(value as number, four);
  }
  const { address, prefixLength } = parsed(at, () => parseCidr6(text));
  const prefix = ip6Bytes(address);
  return (value) => inCidr6At(value as Bytes, 0, prefix, prefixLength);
}

/** Names the column when a value cannot be read. */
function parsed<T>(at: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw wrong(at, error.message, 'correct it');
    throw error;
  }
}

/** The fields that begin alike: `tcp.prot` → the fields of tcp. */
function suggestion(text: string): string {
  const stem = text.split('.')[0]!.toLowerCase();
  const names = allFields().map(({ name }) => name);
  const alike = names.filter((name) => name.startsWith(`${stem}.`) || name === stem);
  if (alike.length === 0)
    return `known are ${names.filter((name) => !name.includes('.')).join(', ')} and their fields`;
  return `there are ${alike.join(', ')}`;
}

// — values —

function negation(test: Test): Test {
  return (frame) => !test(frame);
}

/** `!=` and `===` want it of all values, the rest of any; of no value nothing holds. */
function quantified(comparison: Comparison, read: Read, test: (value: FieldValue) => boolean): Test {
  if (comparison !== '!=' && comparison !== '===') return (frame) => read(frame).some(test);
  return (frame) => {
    const values = read(frame);
    return values.length > 0 && values.every(test);
  };
}

function holds(comparison: Comparison, ordered: number): boolean {
  switch (comparison) {
    case '==':
    case '===':
      return ordered === 0;
    case '!=':
    case '!==':
      return ordered !== 0;
    case '<':
      return ordered < 0;
    case '<=':
      return ordered <= 0;
    case '>':
      return ordered > 0;
    case '>=':
      return ordered >= 0;
  }
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
function order(a: FieldValue, b: FieldValue): number {
  if (typeof a === 'number') return a - (b as number);
  if (typeof a === 'string') return a < (b as string) ? -1 : a > (b as string) ? 1 : 0;
  const other = b as Bytes;
  const length = Math.min(a.length, other.length);
  for (let i = 0; i < length; i++) if (a[i] !== other[i]) return a[i]! - other[i]!;
  return a.length - other.length;
}

function includesBytes(bytes: Bytes, wanted: Bytes): boolean {
  if (wanted.length === 0) return true;
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    let i = 1;
    while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
    if (i === wanted.length) return true;
  }
  return false;
}

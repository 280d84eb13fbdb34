/**
 * What a failed assertion says: its two values, line beside line where they differ.
 */
import { inspect } from 'node-inspect-extracted';
import { checkObject } from './arguments.ts';
import { lineDiff, printDiff } from './line-diff.ts';

export interface AssertionOptions {
  readonly message?: unknown;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator?: string | undefined;
  readonly stackStartFn?: unknown;
  readonly diff?: string;
}

const HEADS: Readonly<Record<string, string>> = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};
const WITH_DIFF = new Set(['deepStrictEqual', 'strictEqual', 'partialDeepStrictEqual']);

/** Characters of two values that are shown on one line, and of one value on a line of its own. */
const SHORT = 12;
const LONG = 512;
const WIDTH = 80;
/** Lines of one value. */
const MANY_LINES = 50;

export class AssertionError extends Error {
  code = 'ERR_ASSERTION' as const;
  generatedMessage: boolean;
  actual: unknown;
  expected: unknown;
  operator: string;

  constructor(options: AssertionOptions) {
    checkObject(options, 'options');
    const { message, actual, expected, operator = 'fail' } = options;
    super(wordsOf(message, actual, expected, operator));
    this.generatedMessage = !message;
    this.actual = actual;
    this.expected = expected;
    this.operator = options.operator as string;
    // what is printed has the code beside the name; reading `name` does not
    Object.defineProperty(this, 'name', {
      value: 'AssertionError [ERR_ASSERTION]',
      enumerable: false,
      writable: true,
      configurable: true,
    });
    const Tracing = Error as { captureStackTrace?(target: object, above?: unknown): void };
    Tracing.captureStackTrace?.(this, options.stackStartFn);
    void this.stack;
    this.name = 'AssertionError';
    Object.assign(this, { diff: options.diff ?? 'simple' });
    // in Node's order
    const { generatedMessage, code } = this;
    for (const key of ['code', 'generatedMessage', 'actual', 'expected', 'operator', 'diff'] as const)
      delete (this as Record<string, unknown>)[key];
    Object.assign(this, { generatedMessage, code, actual, expected, operator: options.operator });
    Object.assign(this, { diff: options.diff ?? 'simple' });
  }

  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object): string {
    const { actual, expected } = this;
    if (typeof actual === 'string') this.actual = shortened(actual);
    if (typeof expected === 'string') this.expected = shortened(expected);
    const shown = inspect(this, { ...options, customInspect: false, depth: 0 });
    this.actual = actual;
    this.expected = expected;
    return shown;
  }
}

function wordsOf(message: unknown, actual: unknown, expected: unknown, operator: string): string {
  const own = message === undefined || message === null ? undefined : message;
  if (WITH_DIFF.has(operator)) return withDiff(bare(actual, expected), bare(expected, actual), operator, own);
  if (own !== undefined) return String(own);
  const [a, b] = [bare(actual, expected), bare(expected, actual)];
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual') return withOne(a, operator);
  const [left, right] = [shown(a), shown(b)];
  if (operator === 'notDeepEqual' && left === right) return cut(`${HEADS[operator]}\n\n${left}`, 1024);
  const [first, second] = [cut(left, LONG), cut(right, LONG)];
  if (operator === 'deepEqual')
    return `${HEADS[operator]}\n\n${first}\n\nshould loosely deep-equal\n\n${second}`;
  const unequal = HEADS[`${operator}Unequal`];
  return unequal
    ? `${unequal}\n\n${first}\n\nshould not loosely deep-equal\n\n${second}`
    : `${first} ${operator} ${second}`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

function withDiff(actual: unknown, expected: unknown, operator: string, message: unknown): string {
  const isThing = (value: unknown): boolean => typeof value === 'object' && value !== null;
  const areThings =
    (isThing(actual) && isThing(expected)) ||
    (typeof actual === 'function' && typeof expected === 'function');
  let kind = operator === 'strictEqual' && areThings ? 'strictEqualObject' : operator;
  const [left, right] = [shown(actual), shown(expected)];
  const [first, second] = [left.split('\n'), right.split('\n')];
  let head = '+ actual - expected';
  let isShortened = false;
  let body: string;
  if (first.length === 1 && second.length === 1 && !(isThing(actual) && isThing(expected))) {
    const quotes = (typeof actual === 'string' ? 2 : 0) + (typeof expected === 'string' ? 2 : 0);
    const isShort = left.length + right.length - quotes <= SHORT && (actual !== 0 || expected !== 0);
    if (isShort) head = '';
    body = isShort ? `${left} !== ${right}` : stacked(left, right);
  } else if (left === right) {
    kind = 'notIdentical';
    head = '';
    isShortened = first.length > MANY_LINES;
    body = isShortened ? `${first.slice(0, MANY_LINES).join('\n')}\n...}` : left;
  } else {
    const printed = printDiff(lineDiff(first, second, isThing(actual)));
    isShortened = printed.isShortened;
    body = `\n${printed.text}`;
  }
  return `${String(message || HEADS[kind])}\n${head}${isShortened ? '\n... Skipped lines' : ''}\n${body}\n`;
}

/** One above the other, with a mark at the first place where texts differ, but for the very beginning. */
function stacked(left: string, right: string): string {
  const areTexts = /^['"`]/.test(left) && /^['"`]/.test(right);
  const place = areTexts && left.length + right.length <= WIDTH ? firstDifference(left, right) : -1;
  return `\n+ ${left}\n- ${right}${place >= 3 ? `\n${' '.repeat(place + 2)}^` : ''}`;
}

function firstDifference(left: string, right: string): number {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return i;
  return -1;
}

function withOne(actual: unknown, operator: string): string {
  const isThing = (typeof actual === 'object' && actual !== null) || typeof actual === 'function';
  const head = HEADS[operator === 'notStrictEqual' && isThing ? 'notStrictEqualObject' : operator]!;
  const lines = shown(actual).split('\n');
  if (lines.length > MANY_LINES) lines.splice(46, Infinity, '...');
  if (lines.length === 1) return `${head}${lines[0]!.length > 5 ? '\n\n' : ' '}${lines[0]}`;
  return `${head}\n\n${lines.join('\n')}\n`;
}

function shown(value: unknown): string {
  return inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
  });
}

/** Of two errors the stacks say nothing. */
function bare(value: unknown, other: unknown): unknown {
  return value instanceof Error && other instanceof Error ? withoutStack(value) : value;
}

function withoutStack(error: Error): object {
  const copy: object = Object.assign(Object.create(Object.getPrototypeOf(error)), error);
  Object.defineProperty(copy, 'message', { value: error.message });
  if (Object.hasOwn(error, 'cause')) {
    const { cause } = error;
    Object.defineProperty(copy, 'cause', { value: cause instanceof Error ? withoutStack(cause) : cause });
  }
  return copy;
}

function shortened(text: string): string {
  const lines = text.split('\n', 11);
  if (lines.length > 10) return `${lines.slice(0, 10).join('\n')}\n...`;
  return text.length > LONG ? `${text.slice(0, LONG)}...` : text;
}

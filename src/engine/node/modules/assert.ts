/**
 * `node:assert` and `node:assert/strict`.
 *
 * `assert.ok` says the expression that was false, which it reads from the program's text where the stack tells the place
 * (V8's does), and else the value.
 */
import type { AssertMethodNames } from 'node:assert';
import { format, inspect } from 'node-inspect-extracted';
import { checkFunction, invalidType, invalidValue, missingArguments, received } from '../arguments.ts';
import { AssertionError } from '../assertion-error.ts';
import { isAlike } from '../deep-equal.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { type Absent, absent } from './absent.ts';
import { utilTypes } from './util/types.ts';

type Check = (...args: never) => unknown;
type NodeAssert = typeof import('node:assert');
type Checks = Pick<NodeAssert, AssertMethodNames> & { AssertionError: typeof AssertionError };

interface Failure {
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly message?: unknown;
  readonly operator: string;
  readonly above: Check;
}

const NOTHING = Symbol('nothing was thrown');

export function assertModule(node: NodeProcess) {
  const assert: NodeAssert['ok'] = (...args: unknown[]) => checkOk(node, assert, args);
  Object.defineProperty(assert, 'name', { value: 'ok' });
  const checks = assertChecks(node);
  const missing = absent('assert', ['Assert'], 'the functions of the module do the same');
  const strict = strictAssert(node, { ...checks, ...missing });
  return Object.assign(assert, checks, { strict }, missing);
}

function strictAssert(node: NodeProcess, checks: Checks & Record<'Assert', Absent>) {
  const strict: NodeAssert['ok'] = (...args: unknown[]) => checkOk(node, strict, args);
  const members = {
    ...checks,
    equal: checks.strictEqual,
    deepEqual: checks.deepStrictEqual,
    notEqual: checks.notStrictEqual,
    notDeepEqual: checks.notDeepStrictEqual,
  };
  // a member of itself, which a type can say only when it is done
  type Members = typeof members & NodeAssert['ok'];
  interface Strict extends Members {
    strict: Strict;
  }
  const whole: Strict = Object.assign(strict, members, { strict: strict as Strict });
  return whole;
}

/** The checks by their names. That those which assert a type really do, the compiler takes on trust. */
function assertChecks(node: NodeProcess): Checks {
  const checks: Checks = {
    AssertionError,
    ok: (...args: unknown[]) => checkOk(node, checks.ok, args),
    fail(message?: unknown): never {
      const isLeftOut = message === undefined;
      throw failed(
        { message: isLeftOut ? 'Failed' : message, operator: 'fail', above: checks.fail },
        isLeftOut || undefined,
      );
    },
    // biome-ignore lint/suspicious/noDoubleEquals: what the loose forms are
    equal: comparison('==', (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b))),
    // biome-ignore lint/suspicious/noDoubleEquals: what the loose forms are
    notEqual: comparison('!=', (a, b) => a != b && !(Number.isNaN(a) && Number.isNaN(b))),
    deepEqual: comparison('deepEqual', (a, b) => isAlike(a, b, 'loose')),
    notDeepEqual: comparison('notDeepEqual', (a, b) => !isAlike(a, b, 'loose')),
    deepStrictEqual: comparison('deepStrictEqual', (a, b) => isAlike(a, b, 'strict')),
    notDeepStrictEqual: comparison('notDeepStrictEqual', (a, b) => !isAlike(a, b, 'strict')),
    strictEqual: comparison('strictEqual', Object.is),
    notStrictEqual: comparison('notStrictEqual', (a, b) => !Object.is(a, b)),
    partialDeepStrictEqual: comparison('partialDeepStrictEqual', (a, b) => isAlike(a, b, 'partial')),
    match: (text: unknown, pattern: unknown, ...said: unknown[]) =>
      checkMatch(checks.match, text, pattern, said, true),
    doesNotMatch: (text: unknown, pattern: unknown, ...said: unknown[]) =>
      checkMatch(checks.doesNotMatch, text, pattern, said, false),
    throws(run: unknown, ...args: unknown[]): void {
      expectError(checks.throws, thrownBy(run), args);
    },
    async rejects(promise: unknown, ...args: unknown[]): Promise<void> {
      expectError(checks.rejects, await rejectionOf(promise), args);
    },
    doesNotThrow(run: unknown, ...args: unknown[]): void {
      expectNoError(checks.doesNotThrow, thrownBy(run), args);
    },
    async doesNotReject(promise: unknown, ...args: unknown[]): Promise<void> {
      expectNoError(checks.doesNotReject, await rejectionOf(promise), args);
    },
    ifError(error: unknown): void {
      if (error === null || error === undefined) return;
      const said = error as { message?: unknown; constructor?: { name: string } };
      const isThing = typeof error === 'object' && typeof said.message === 'string';
      const what = isThing ? said.message || said.constructor?.name : inspect(error);
      const message = `ifError got unwanted exception: ${String(what)}`;
      throw failed({ actual: error, expected: null, message, operator: 'ifError', above: checks.ifError });
    },
  };
  for (const [name, check] of Object.entries(checks))
    if (name !== 'AssertionError') Object.defineProperty(check, 'name', { value: name });
  return checks;
}

type Relation = (a: unknown, b: unknown) => boolean;

function comparison(operator: string, holds: Relation) {
  const check = (...args: unknown[]): void => {
    if (args.length < 2) throw missingArguments('actual', 'expected');
    const [actual, expected, ...said] = args;
    if (holds(actual, expected)) return;
    throw failed({ actual, expected, message: messageOf(said, actual, expected), operator, above: check });
  };
  return check;
}

/** What a program says of a check, of which `said` is what came behind the values. Throws when Node takes no such thing. */
function messageOf(said: readonly unknown[], actual: unknown, expected: unknown): Error | string | undefined {
  if (said.length === 0) return undefined;
  const [message, ...args] = said;
  if (typeof message === 'string') return args.length > 0 ? format(message, ...args) : message;
  const isError = message instanceof Error;
  if (!isError && typeof message !== 'function')
    throw invalidType('message', ['string', 'function'], message);
  if (args.length > 0) {
    const what = isError
      ? `was passed as error object "${Error.prototype.toString.call(message)}"`
      : `with function "${message.name || 'anonymous'}"`;
    throw codedError(
      TypeError,
      'ERR_AMBIGUOUS_ARGUMENT',
      `The "message" argument is ambiguous. The error message ${what} has trailing arguments that would be ignored.`,
    );
  }
  if (isError) return message;
  try {
    const made: unknown = message(actual, expected);
    return typeof made === 'string' ? made : undefined;
  } catch {
    // as Node does, that the check failed is more
    return undefined;
  }
}

function checkOk(node: NodeProcess, above: Check, args: unknown[]): void {
  const [value, ...said] = args;
  if (value) return;
  if (args.length === 0)
    throw failed(
      {
        actual: undefined,
        expected: true,
        message: 'No value argument passed to `assert.ok()`',
        operator: '==',
        above,
      },
      true,
    );
  const isSilent = said[0] === undefined || said[0] === null;
  const expression = isSilent ? expressionCalled(node, above) : undefined;
  if (expression === undefined) {
    const message = isSilent ? undefined : messageOf(said, value, true);
    throw failed(
      { actual: value, expected: true, message, operator: '==', above },
      isSilent ? undefined : false,
    );
  }
  const words = `The expression evaluated to a falsy value:\n\n  ${expression}\n`;
  throw failed({ actual: value, expected: true, message: words, operator: '==', above }, true);
}

/** The call of `above` in the program's text, to the end of its line at most. */
function expressionCalled(node: NodeProcess, above: Check): string | undefined {
  const probe = { name: 'Error', message: '', stack: '' };
  (Error as { captureStackTrace?(target: object, above: unknown): void }).captureStackTrace?.(probe, above);
  const [, path, line, column] = /(\/[^\s():]+):(\d+):(\d+)\)?$/m.exec(probe.stack) ?? [];
  if (path === undefined || !node.files.has(path)) return undefined;
  const text = node.files.readText(path)!.split('\n')[Number(line) - 1] ?? '';
  // the place of `a.b()` is that of `b`
  const start = Number(column) - 1 - /[\w$.]*$/.exec(text.slice(0, Number(column) - 1))![0].length;
  let open = 0;
  for (const { 0: token, index } of text
    .slice(start)
    .matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[()[\]{}]/g)) {
    if (/^[([{]$/.test(token)) open += 1;
    else if (/^[)\]}]$/.test(token)) open -= 1;
    if (open === 0 && token === ')') return text.slice(start, start + index + 1);
  }
  return text.slice(start);
}

function checkMatch(
  above: Check,
  text: unknown,
  pattern: unknown,
  said: readonly unknown[],
  isWanted: boolean,
): void {
  if (!utilTypes.isRegExp(pattern)) throw invalidType('regexp', 'RegExp', pattern);
  if (typeof text === 'string' && pattern.test(text) === isWanted) return;
  const words =
    typeof text === 'string'
      ? `The input ${isWanted ? 'did not match the regular expression' : 'was expected to not match the regular expression'} ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`
      : `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`;
  const operator = isWanted ? 'match' : 'doesNotMatch';
  const [first, ...args] = said;
  const message = messageOf([first || words, ...args], text, pattern);
  throw failed({ actual: text, expected: pattern, message, operator, above }, said.length === 0);
}

/** The error to throw: that of the program, if it gave one. */
function failed({ actual, expected, message, operator, above }: Failure, isGenerated?: boolean): unknown {
  if (message instanceof Error) return message;
  const error = new AssertionError({ actual, expected, message, operator, stackStartFn: above });
  if (isGenerated !== undefined) error.generatedMessage = isGenerated;
  return error;
}

function thrownBy(run: unknown): unknown {
  checkFunction(run, 'fn');
  try {
    run();
  } catch (error) {
    return error;
  }
  return NOTHING;
}

async function rejectionOf(promise: unknown): Promise<unknown> {
  let given = promise;
  if (typeof promise === 'function') {
    given = promise();
    if (!isThenable(given))
      throw codedError(
        TypeError,
        'ERR_INVALID_RETURN_VALUE',
        `Expected instance of Promise to be returned from the "promiseFn" function but got ${received(given)}.`,
      );
  } else if (!isThenable(given)) throw invalidType('promiseFn', ['Function', 'Promise'], promise);
  try {
    await given;
  } catch (error) {
    return error;
  }
  return NOTHING;
}

function isThenable(value: unknown): boolean {
  const { then, catch: takes } = { ...(Object(value) as Partial<Promise<unknown>>) };
  return utilTypes.isPromise(value) || (typeof then === 'function' && typeof takes === 'function');
}

function expectError(above: Check, actual: unknown, args: readonly unknown[]): void {
  let [wanted, message] = args;
  if (typeof wanted === 'string') {
    if (args.length > 1) throw invalidType('error', ['Object', 'Error', 'Function', 'RegExp'], wanted);
    const said = typeof actual === 'object' && actual !== null ? (actual as Error).message : actual;
    if (said === wanted) {
      const what = said === actual ? `The error "${String(actual)}"` : `The error message "${wanted}"`;
      throw codedError(
        TypeError,
        'ERR_AMBIGUOUS_ARGUMENT',
        `The "error/message" argument is ambiguous. ${what} is identical to the message.`,
      );
    }
    [wanted, message] = [undefined, wanted];
  } else if (
    wanted !== undefined &&
    wanted !== null &&
    typeof wanted !== 'object' &&
    typeof wanted !== 'function'
  )
    throw invalidType('error', ['Object', 'Error', 'Function', 'RegExp'], wanted);
  if (actual === NOTHING) {
    const name = (wanted as { name?: string } | undefined)?.name;
    const kind = above.name === 'rejects' ? 'rejection' : 'exception';
    // a symbol is a TypeError here, as in Node
    const words = `Missing expected ${kind}${name ? ` (${name})` : ''}${message ? `: ${message as string}` : '.'}`;
    throw failed({ expected: wanted, message: words, operator: above.name, above });
  }
  if (wanted) checkError(above, actual, wanted as object, message);
}

/** An error must be of a class, match a pattern, have properties, or please a function. */
function checkError(above: Check, actual: unknown, wanted: object, message: unknown): void {
  const fail = (words: string): never => {
    const said = message ? String(message) : words;
    throw failed({ actual, expected: wanted, message: said, operator: above.name, above }, !message);
  };
  if (typeof wanted !== 'function') {
    if (utilTypes.isRegExp(wanted)) {
      const text = String(actual);
      if (!wanted.test(text))
        fail(
          `The input did not match the regular expression ${inspect(wanted)}. Input:\n\n${inspect(text)}\n`,
        );
      return;
    }
    checkProperties(above, actual, wanted as Record<string, unknown>, message);
    return;
  }
  const Wanted = wanted as Relation & (new () => unknown);
  if (Wanted.prototype !== undefined && actual instanceof Wanted) return;
  if (Object.prototype.isPrototypeOf.call(Error, Wanted)) {
    const name = actual instanceof Error ? actual.constructor?.name || actual.name : undefined;
    const got =
      name === undefined
        ? `"${inspect(actual, { depth: -1 })}"`
        : name === Wanted.name
          ? 'an error with identical name but a different prototype.'
          : `"${name}"`;
    const said = actual instanceof Error && actual.message ? `\n\nError message:\n\n${actual.message}` : '';
    fail(`The error is expected to be an instance of "${Wanted.name}". Received ${got}${said}`);
  }
  const answer: unknown = Reflect.apply(Wanted, {}, [actual]);
  if (answer === true) return;
  const caught = actual instanceof Error ? `\n\nCaught error:\n\n${String(actual)}` : '';
  const name = Wanted.name ? `"${Wanted.name}" ` : '';
  fail(`The ${name}validation function is expected to return "true". Received ${inspect(answer)}${caught}`);
}

function checkProperties(
  above: Check,
  actual: unknown,
  wanted: Record<string, unknown>,
  message: unknown,
): void {
  if (typeof actual !== 'object' || actual === null) {
    const error = new AssertionError({
      actual,
      expected: wanted,
      message,
      operator: 'deepStrictEqual',
      stackStartFn: above,
    });
    error.operator = above.name;
    throw error;
  }
  const keys = Object.keys(wanted);
  if (wanted instanceof Error) keys.push('name', 'message');
  else if (keys.length === 0) throw invalidValue('error', wanted, 'may not be an empty object');
  const got = actual as Record<string, unknown>;
  const matches = (key: string): boolean => {
    const value = got[key];
    const pattern = wanted[key];
    return typeof value === 'string' && utilTypes.isRegExp(pattern) && pattern.test(value);
  };
  for (const key of keys) {
    if (matches(key) || (key in got && isAlike(got[key], wanted[key], 'strict'))) continue;
    if (message)
      throw failed({
        actual,
        expected: wanted,
        message: messageOf([message], actual, wanted),
        operator: above.name,
        above,
      });
    const error = new AssertionError({
      actual: new Comparison(keys.filter((one) => one in got).map((one) => [one, got[one]])),
      expected: new Comparison(
        keys.filter((one) => one in wanted).map((one) => [one, matches(one) ? got[one] : wanted[one]]),
      ),
      operator: 'deepStrictEqual',
      stackStartFn: above,
    });
    throw Object.assign(error, { actual, expected: wanted, operator: above.name });
  }
}

/** Only to be shown: the properties that count. */
class Comparison {
  [key: string]: unknown;
  constructor(entries: readonly (readonly [key: string, value: unknown])[]) {
    Object.assign(this, Object.fromEntries(entries));
  }
}

function expectNoError(above: Check, actual: unknown, args: readonly unknown[]): void {
  if (actual === NOTHING) return;
  const isMessage = typeof args[0] === 'string';
  const wanted = isMessage ? undefined : args[0];
  const message = isMessage ? args[0] : args[1];
  if (wanted && !isThatError(actual, wanted)) throw actual;
  const kind = above.name === 'doesNotReject' ? 'rejection' : 'exception';
  const words = `Got unwanted ${kind}${message ? `: ${message as string}` : '.'}\nActual message: "${(actual as Error | undefined)?.message}"`;
  throw failed({ actual, expected: wanted, message: words, operator: above.name, above });
}

function isThatError(actual: unknown, wanted: unknown): boolean {
  if (utilTypes.isRegExp(wanted)) return wanted.test(String(actual));
  if (typeof wanted !== 'function') throw invalidType('expected', ['Function', 'RegExp'], wanted);
  if (wanted.prototype !== undefined && actual instanceof wanted) return true;
  return !Object.prototype.isPrototypeOf.call(Error, wanted) && wanted.call({}, actual) === true;
}

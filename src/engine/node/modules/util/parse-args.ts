/**
 * `util.parseArgs`: options and positionals of a command line, as POSIX and GNU write them.
 *
 * Words become tokens first (`-abc` three of them, `--name=value` one), then tokens become values, checked against what
 * the program said of each option when it is strict.
 */
import {
  checkArray,
  checkBoolean,
  checkObject,
  checkString,
  invalidType,
  invalidValue,
} from '../../arguments.ts';
import { codedError } from '../../system-error.ts';

interface OptionConfig {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly default?: unknown;
}
type Options = Readonly<Record<string, OptionConfig>>;

interface OptionToken {
  readonly kind: 'option';
  name: string;
  readonly rawName: string;
  readonly index: number;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}
type Token =
  | OptionToken
  | { readonly kind: 'positional'; readonly index: number; readonly value: string }
  | { readonly kind: 'option-terminator'; readonly index: number };

interface ParseConfig {
  readonly strict: boolean;
  readonly allowPositionals: boolean;
  readonly allowNegative: boolean;
  readonly options: Options;
}

/** `mainArguments`: those of the program, for when it names none. */
export function parseArguments(config: unknown, mainArguments: readonly string[]) {
  const given = { ...(config as Record<string, unknown> | undefined) };
  const args = given['args'] ?? mainArguments;
  const strict = given['strict'] ?? true;
  const allowPositionals = given['allowPositionals'] ?? !strict;
  const returnTokens = given['tokens'] ?? false;
  const allowNegative = given['allowNegative'] ?? false;
  const options = given['options'] ?? {};
  checkArray(args, 'args');
  checkBoolean(strict, 'strict');
  checkBoolean(allowPositionals, 'allowPositionals');
  checkBoolean(returnTokens, 'tokens');
  checkBoolean(allowNegative, 'allowNegative');
  checkObject(options, 'options');
  for (const [name, option] of Object.entries(options)) checkOption(name, option);
  const checked: ParseConfig = { strict, allowPositionals, allowNegative, options: options as Options };

  const tokens = tokensOf(args as string[], checked.options);
  const values: Record<string, unknown> = Object.create(null);
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!allowPositionals)
        throw codedError(
          TypeError,
          'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
          `Unexpected argument '${token.value}'. This command does not take positional arguments`,
        );
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      if (strict) checkUse(token, checked);
      store(token, checked, values);
    }
  }
  for (const [name, option] of Object.entries(checked.options))
    if (option.default !== undefined && values[name] === undefined && name !== '__proto__')
      values[name] = option.default;
  return { values, positionals, ...(returnTokens && { tokens }) };
}

function checkOption(name: string, option: unknown): void {
  checkObject(option, `options.${name}`);
  const { type, short, multiple, default: fallback } = option as Partial<Record<string, unknown>>;
  if (type !== 'string' && type !== 'boolean')
    throw invalidType(`options.${name}.type`, "('string|boolean')", type);
  if (Object.hasOwn(option, 'short')) {
    checkString(short, `options.${name}.short`);
    if (short.length !== 1) throw invalidValue(`options.${name}.short`, short, 'must be a single character');
  }
  if (Object.hasOwn(option, 'multiple')) checkBoolean(multiple, `options.${name}.multiple`);
  if (fallback === undefined) return;
  const label = `options.${name}.default`;
  const check = (value: unknown, called: string): void => {
    if (type === 'string') checkString(value, called);
    else checkBoolean(value, called);
  };
  if (!multiple) {
    check(fallback, label);
    return;
  }
  checkArray(fallback, label);
  for (const [i, value] of fallback.entries()) check(value, `${label}[${i}]`);
}

function tokensOf(args: readonly string[], options: Options): Token[] {
  const tokens: Token[] = [];
  const rest = [...args];
  const isText = (name: string): boolean => Object.hasOwn(options, name) && options[name]!.type === 'string';
  let index = -1;
  /** Short options that were taken apart and still belong to the same word. */
  let grouped = 0;

  const option = (name: string, rawName: string): void => {
    const takesNext = isText(name) && rest.length > 0 && rest[0] !== undefined;
    const value = takesNext ? rest.shift() : undefined;
    const inlineValue = takesNext ? false : undefined;
    tokens.push({ kind: 'option', name, rawName, index, value, inlineValue });
    if (value !== undefined) index += 1;
  };
  const inline = (name: string, rawName: string, value: string): void => {
    tokens.push({ kind: 'option', name, rawName, index, value, inlineValue: true });
  };

  while (rest.length > 0) {
    const word = rest.shift()!;
    if (grouped > 0) grouped -= 1;
    else index += 1;
    if (word === '--') {
      tokens.push({ kind: 'option-terminator', index });
      for (const value of rest.splice(0)) tokens.push({ kind: 'positional', index: ++index, value });
    } else if (/^-[^-]$/s.test(word)) option(longName(word[1]!, options), word);
    else if (/^-[^-]/s.test(word)) {
      const first = longName(word[1]!, options);
      if (isText(first)) inline(first, word.slice(0, 2), word.slice(2));
      else {
        const apart = takenApart(word, (short) => isText(longName(short, options)));
        rest.unshift(...apart);
        grouped = apart.length;
      }
    } else if (/^--[^=]+$/s.test(word) || (word.startsWith('--') && word.indexOf('=', 3) < 0))
      option(word.slice(2), word);
    else if (word.startsWith('--')) {
      const equals = word.indexOf('=', 3);
      const name = word.slice(2, equals);
      inline(name, `--${name}`, word.slice(equals + 1));
    } else tokens.push({ kind: 'positional', index, value: word });
  }
  return tokens;
}

/** `-abfFILE` → `-a`, `-b`, `-fFILE`, where f takes a text. */
function takenApart(word: string, isText: (short: string) => boolean): string[] {
  const parts: string[] = [];
  for (let i = 1; i < word.length; i++) {
    if (isText(word[i]!) && i < word.length - 1) {
      parts.push(`-${word.slice(i)}`);
      break;
    }
    parts.push(`-${word[i]}`);
  }
  return parts;
}

function longName(short: string, options: Options): string {
  return Object.entries(options).find(([, option]) => option.short === short)?.[0] ?? short;
}

function checkUse(token: OptionToken, { options, allowNegative, allowPositionals }: ParseConfig): void {
  const isKnown = (name: string): boolean => Object.hasOwn(options, name);
  let { name } = token;
  if (!isKnown(name)) {
    name = allowNegative && name.startsWith('no-') ? name.slice(3) : '';
    if (!isKnown(name) || options[name]!.type !== 'boolean')
      throw unknownOption(token.rawName, allowPositionals);
  }
  const { short, type } = options[name]!;
  const called = `${short ? `-${short}, ` : ''}--${name}`;
  if (type === 'string' && token.value === undefined)
    throw invalidOption(`Option '${called} <value>' argument missing`);
  if (type === 'boolean' && token.value !== undefined)
    throw invalidOption(`Option '${called}' does not take an argument`);
  if (token.inlineValue || token.value === undefined || !/^-./s.test(token.value)) return;
  const { rawName } = token;
  const example = rawName.startsWith('--')
    ? `'${rawName}=-XYZ'`
    : `'--${token.name}=-XYZ' or '${rawName}-XYZ'`;
  throw invalidOption(
    `Option '${rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${rawName}'?\nTo specify an option argument starting with a dash use ${example}.`,
  );
}

function store(
  token: OptionToken,
  { options, allowNegative }: ParseConfig,
  values: Record<string, unknown>,
): void {
  if (token.name === '__proto__') return;
  const isNegated = allowNegative && token.name.startsWith('no-') && token.value === undefined;
  if (isNegated) token.name = token.name.slice(3);
  const value = isNegated ? false : (token.value ?? true);
  const isMultiple = Object.hasOwn(options, token.name) && options[token.name]!.multiple;
  if (!isMultiple) values[token.name] = value;
  else if (values[token.name]) (values[token.name] as unknown[]).push(value);
  else values[token.name] = [value];
}

function unknownOption(option: string, allowPositionals: boolean): Error {
  const hint = allowPositionals
    ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(option)}`
    : '';
  return codedError(TypeError, 'ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${option}'${hint}`);
}

function invalidOption(message: string): Error {
  return codedError(TypeError, 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE', message);
}

/**
 * Flags of the command line, read strictly: an unknown one, a missing value or a stray word is said, not guessed at.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Malformed } from '#engine/base/errors.ts';

/** `parseArgs` with our kind of error, and exactly `names.length` positional arguments. */
export function readArguments<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: T,
  names: readonly string[],
) {
  let parsed: ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const flags = Object.keys(options).map((name) => `--${name}`);
    const given = args.find((one) => one.startsWith('-') && !flags.includes(one.split('=', 1)[0]!));
    const isMissingValue = (error as { code?: string }).code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE';
    const what = isMissingValue
      ? `a flag is without its value${given ? ` before ${given}` : ''}`
      : `${given} is not known`;
    throw new Malformed(`${command}: ${what}; it takes ${[...names, ...flags].join(' ') || 'nothing'}`);
  }
  if (parsed.positionals.length !== names.length) {
    const wanted = names.length === 0 ? 'takes no name' : `needs ${names.join(' ')}`;
    throw new Malformed(
      `${command} ${wanted}${parsed.positionals.length > names.length ? `, not also ${parsed.positionals[names.length]}` : ''}`,
    );
  }
  return parsed;
}

/** `name=value` flags as a record. Throws {@link Malformed} for one without `=`, or one given twice. */
export function readSettings(flags: readonly string[]): Record<string, string> {
  const set: Record<string, string> = {};
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    if (equals <= 0) throw new Malformed(`--set takes NAME=VALUE, not ${flag}`);
    const name = flag.slice(0, equals);
    if (Object.hasOwn(set, name)) throw new Malformed(`--set ${name} is given twice`);
    set[name] = flag.slice(equals + 1);
  }
  return set;
}

/** A whole number from 0. */
export function readSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new Malformed(`--seed takes a whole number, not ${text}`);
  return seed;
}

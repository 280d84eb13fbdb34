/**
 * The flags of a command line, read as `getopt_long` reads them: `-c 3`, `-c3`, `-nq`, `--ipv4`, `--wait=2`; words that
 * are no flags may stand between them; `--` ends them.
 */

export interface FlagSpec {
  /** Letter, and whether a value follows. */
  readonly letters: Readonly<Record<string, 'alone' | 'value'>>;
  /** Long names and the letter that they stand for. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface GivenFlag {
  readonly letter: string;
  readonly value: string;
  /** As it was typed: `-c`, `--count`. */
  readonly typed: string;
  /** Which word it is, from 1; its value may be the next one. */
  readonly position: number;
}

export interface FlagFault {
  readonly what: 'unknown' | 'no value';
  readonly typed: string;
  readonly position: number;
}

export interface ReadFlags {
  readonly flags: readonly GivenFlag[];
  readonly words: readonly { readonly text: string; readonly position: number }[];
  /** What stands before it was read. */
  readonly fault: FlagFault | undefined;
}

export function readFlags(args: readonly string[], spec: FlagSpec): ReadFlags {
  const flags: GivenFlag[] = [];
  const words: { text: string; position: number }[] = [];
  const fault = (what: FlagFault['what'], typed: string, position: number): ReadFlags => ({
    flags,
    words,
    fault: { what, typed, position },
  });
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const position = i + 1;
    if (arg === '--') {
      for (let rest = i + 1; rest < args.length; rest++)
        words.push({ text: args[rest]!, position: rest + 1 });
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push({ text: arg, position });
    } else if (arg.startsWith('--')) {
      const [name, value] = splitOnce(arg.slice(2));
      const letter = spec.names?.[name];
      const typed = `--${name}`;
      if (letter === undefined) return fault('unknown', typed, position);
      if (spec.letters[letter] === 'alone') flags.push({ letter, value: '', typed, position });
      else {
        const given = value ?? args[++i];
        if (given === undefined) return fault('no value', typed, position);
        flags.push({ letter, value: given, typed, position });
      }
    } else {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]!;
        const kind = Object.hasOwn(spec.letters, letter) ? spec.letters[letter] : undefined;
        if (kind === undefined) return fault('unknown', `-${letter}`, position);
        if (kind === 'alone') flags.push({ letter, value: '', typed: `-${letter}`, position });
        else {
          const rest = arg.slice(at + 1);
          const given = rest !== '' ? rest : args[++i];
          if (given === undefined) return fault('no value', `-${letter}`, position);
          flags.push({ letter, value: given, typed: `-${letter}`, position });
          break;
        }
      }
    }
  }
  return { flags, words, fault: undefined };
}

function splitOnce(text: string): readonly [name: string, value: string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

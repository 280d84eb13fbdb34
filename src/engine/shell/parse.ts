/**
 * A typed line as commands: words and quotes, `;`, `&&`, `||`, `|`, comments (POSIX.1-2017, Shell Command Language, §2.2,
 * §2.3, §2.7.2, §2.7.3, §2.9.3); the output of a command may go to a file, `>` and `>>`.
 *
 * Not here: other redirection, background jobs, variables and substitution. They are refused by name. Wildcards and
 * the tilde stand for themselves, as wildcards that match no file do: there are no files.
 */
import { Malformed, Unsupported } from '../base/errors.ts';

/** When a command runs: always, or after the one before it went well or did not, or with the output of that. */
export type Joint = ';' | '&&' | '||' | '|';

export interface Command {
  readonly joint: Joint;
  readonly words: readonly string[];
  /** Where the output goes instead of the screen. */
  readonly output?: Output;
}

export interface Output {
  readonly path: string;
  /** True for `>>`. */
  readonly appends: boolean;
}

/** Longest line that a terminal takes. */
export const MAX_LINE = 400;
const MAX_COMMANDS = 16;

const REFUSED: readonly (readonly [mark: string, what: string])[] = [
  ['<', 'redirection (<)'],
  ['&', 'background jobs (&)'],
  ['$', 'variables and substitution ($)'],
  ['`', 'command substitution (`)'],
  ['(', 'subshells ( )'],
  [')', 'subshells ( )'],
];

/** Throws {@link Malformed} for a line that no shell takes, {@link Unsupported} for what this one leaves out. */
export function parseLine(line: string): readonly Command[] {
  const commands: Command[] = [];
  let joint: Joint = ';';
  let words: string[] = [];
  let output: Output | undefined;
  /** Ends a command; `next` is what stands between it and the one after it. */
  const close = (mark: string, next: Joint): void => {
    if (words.length === 0) throw new Malformed(`syntax error near unexpected token \`${mark}'`);
    if (commands.length >= MAX_COMMANDS)
      throw new Unsupported(`more than ${MAX_COMMANDS} commands in one line`);
    commands.push({ joint, words, ...(output && { output }) });
    joint = next;
    words = [];
    output = undefined;
  };
  for (let at = 0; at < line.length; ) {
    const mark = line[at]!;
    if (mark === ' ' || mark === '\t') at += 1;
    else if (mark === '#') break;
    else if (isJoint(line, at)) {
      const next = jointAt(line, at)!;
      at += next.length;
      close(mark === ';' && line[at] === ';' ? ';;' : next, next);
      if (line.startsWith(';', at)) throw new Malformed("syntax error near unexpected token `;;'");
    } else if (mark === '>') {
      const read = readOutput(line, at);
      output = read.output;
      at = read.end;
    } else {
      const word = readWord(line, at);
      if (line[word.end] === '>' && /^\d+$/.test(word.text))
        throw new Unsupported('this terminal redirects output only, and no numbered stream');
      words.push(word.text);
      at = word.end;
    }
  }
  if (output && words.length === 0)
    throw new Unsupported('this terminal redirects the output of programs only');
  if (words.length > 0) close('newline', ';');
  else if (commands.length > 0 && joint !== ';') throw new Malformed('syntax error: unexpected end of file');
  return commands;
}

function readOutput(line: string, start: number): { readonly output: Output; readonly end: number } {
  const appends = line.startsWith('>>', start);
  let at = start + (appends ? 2 : 1);
  if (line[at] === '&' || line[at] === '|')
    throw new Unsupported(`this terminal has no >${line[at]}; it has > and >>`);
  while (line[at] === ' ' || line[at] === '\t') at += 1;
  const next = line[at];
  if (next === undefined || next === '#' || next === '>' || isJoint(line, at))
    throw new Malformed(
      `syntax error near unexpected token \`${next === undefined || next === '#' ? 'newline' : next}'`,
    );
  const { text, end } = readWord(line, at);
  return { output: { path: text, appends }, end };
}

function isJoint(line: string, at: number): boolean {
  return jointAt(line, at) !== undefined;
}

function jointAt(line: string, at: number): Joint | undefined {
  return (['&&', '||', '|', ';'] as const).find((joint) => line.startsWith(joint, at));
}

function readWord(line: string, start: number): { readonly text: string; readonly end: number } {
  let text = '';
  let at = start;
  while (at < line.length) {
    const mark = line[at]!;
    if (mark === ' ' || mark === '\t' || mark === '>' || isJoint(line, at)) break;
    if (mark === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw new Malformed("unexpected EOF while looking for matching `''");
      text += line.slice(at + 1, end);
      at = end + 1;
    } else if (mark === '"') {
      const quoted = readDoubleQuoted(line, at + 1);
      text += quoted.text;
      at = quoted.end;
    } else if (mark === '\\') {
      text += line[at + 1] ?? '';
      at += 2;
    } else {
      refuse(mark);
      text += mark;
      at += 1;
    }
  }
  return { text, end: at };
}

/** Inside double quotes a backslash keeps its place before everything but `$`, `` ` ``, `"` and itself (§2.2.3). */
function readDoubleQuoted(line: string, start: number): { readonly text: string; readonly end: number } {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const mark = line[at]!;
    if (mark === '"') return { text, end: at + 1 };
    if (mark === '\\' && '$`"\\'.includes(line[at + 1] ?? ' ')) {
      text += line[at + 1];
      at += 1;
    } else {
      if (mark === '$' || mark === '`') refuse(mark);
      text += mark;
    }
  }
  throw new Malformed('unexpected EOF while looking for matching `"\'');
}

function refuse(mark: string): void {
  const found = REFUSED.find(([one]) => one === mark);
  if (found) throw new Unsupported(`this terminal has no ${found[1]}; it has ; && || | > >> and quotes`);
}

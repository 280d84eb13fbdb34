/**
 * Reads a program's text as JavaScript, and says where it is none, as Node does: file and line, the line, a caret.
 */
import { type Options, type Program, parse } from 'acorn';
import { Lines, type Place } from './edited-text.ts';

export type SourceType = 'script' | 'module';

export class SyntaxFault extends Error {
  readonly at: Place;
  /** What V8 calls it, as far as known. */
  readonly words: string;
  /** Length of what the caret marks: 0 at the end of the text. */
  readonly width: number;
  /** Node's code for it, of TypeScript. */
  readonly code: string | undefined;
  constructor(words: string, at: Place, width = 1, code?: string) {
    super(words);
    this.code = code;
    this.words = words;
    this.at = at;
    this.width = width;
  }
}

/** Throws {@link SyntaxFault}. */
export function parseProgram(text: string, sourceType: SourceType): Program {
  const options: Options = {
    ecmaVersion: 'latest',
    sourceType,
    preserveParens: true,
    allowHashBang: true,
    // Node puts a CommonJS module into a function
    ...(sourceType === 'script' && { allowReturnOutsideFunction: true, allowSuperOutsideMethod: false }),
  };
  try {
    return parse(text, options);
  } catch (error) {
    const { pos, message } = error as { pos?: number; message: string };
    if (typeof pos !== 'number') throw error;
    throw faultAt(text, pos, message.replace(/ \(\d+:\d+\)$/, ''), sourceType);
  }
}

function faultAt(text: string, pos: number, message: string, sourceType: SourceType): SyntaxFault {
  const token = /^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|=>|\.\.\.|[=!<>]=+|&&|\|\||\?\?|\S)/u.exec(
    text.slice(pos),
  )?.[0];
  const place = new Lines(text).place(pos);
  return new SyntaxFault(wordsOf(message, token, sourceType), place, token?.length ?? 0);
}

/** The words of V8 for those of acorn. */
function wordsOf(message: string, token: string | undefined, sourceType: SourceType): string {
  const named = /^Identifier '(.+)' has already been declared$/.exec(message);
  if (named) return message;
  if (sourceType === 'script') {
    if (message.startsWith("'import' and 'export' may appear only"))
      return token === 'import'
        ? 'Cannot use import statement outside a module'
        : `Unexpected token 'export'`;
    if (message.startsWith("Cannot use 'import.meta'")) return "Cannot use 'import.meta' outside a module";
    if (message.startsWith("Cannot use keyword 'await'") || message.includes('await is only valid'))
      return 'await is only valid in async functions and the top level bodies of modules';
  }
  if (message === 'Unterminated string constant' || message === 'Unterminated template')
    return message === 'Unterminated template'
      ? 'Unterminated template literal'
      : 'Invalid or unexpected token';
  if (message.startsWith("'return' outside of function")) return 'Illegal return statement';
  if (message.startsWith('Unexpected character')) return 'Invalid or unexpected token';
  if (message.startsWith('Assigning to rvalue')) return 'Invalid left-hand side in assignment';
  if (message !== 'Unexpected token') return message;
  if (token === undefined) return 'Unexpected end of input';
  if (/^["'`]/.test(token)) return token === '`' ? 'Unexpected template string' : 'Unexpected string';
  if (/^\d/.test(token)) return 'Unexpected number';
  return /^[\p{ID_Start}$_]/u.test(token) && !RESERVED.has(token)
    ? `Unexpected identifier '${token}'`
    : `Unexpected token '${token}'`;
}

const RESERVED: ReadonlySet<string> = new Set(
  `break case catch class const continue debugger default delete do else export extends false finally for function if
  import in instanceof new null return super switch this throw true try typeof var void while with`.split(
    /\s+/,
  ),
);

/**
 * What of TypeScript is more than types, and so is refused, as Node refuses it: enums, namespaces with values, parameter
 * properties, `import x = require()`, `export =`, assertions in angle brackets.
 *
 * Erasing any of them would leave another program than was written.
 */
import { getFormattedTokens } from 'sucrase';
import { Lines } from './edited-text.ts';
import { SyntaxFault } from './syntax.ts';

interface Token {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly isType: boolean;
}

/** Texts without these words have none of it. */
const SUSPICIOUS =
  /\b(?:enum|namespace|module|public|private|protected|readonly|override)\b|\bimport\s+[\w$]+\s*=|\bexport\s*=|<[\w$.[\]{}|&\s]+>\s*[\w$([{'"`]/;
const MODIFIERS: ReadonlySet<string> = new Set(['public', 'private', 'protected', 'readonly', 'override']);

/** Throws {@link SyntaxFault} with the code that Node gives it. */
export function refuseUnerasable(source: string): void {
  if (!SUSPICIOUS.test(source)) return;
  const tokens = tokensOf(source);
  const textOf = ({ start, end }: Token): string => source.slice(start, end);
  const refuse = (what: string, first: Token, last: Token): never => {
    const width = Math.max(source.slice(first.start, last.end).split('\n')[0]!.length, 1);
    throw new SyntaxFault(
      what,
      new Lines(source).place(first.start),
      width,
      'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
    );
  };
  const unsupported = (what: string, first: Token, last: Token): never =>
    refuse(`TypeScript ${what} is not supported in strip-only mode`, first, last);
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    const next = tokens[at + 1];
    if (token.label === 'enum' && !token.isType)
      unsupported('enum', before?.label === 'const' ? before : token, closing(tokens, at));
    if (
      token.isType &&
      next?.label === 'name' &&
      before?.label !== 'declare' &&
      tokens[at + 2]?.label === '{'
    ) {
      const body = tokens.slice(at + 3, tokens.indexOf(closing(tokens, at)));
      if (textOf(token) === 'module')
        refuse('`module` keyword is not supported. Use `namespace` instead.', token, next);
      if (textOf(token) === 'namespace' && body.some(({ label }) => VALUES.has(label)))
        unsupported('namespace declaration', token, closing(tokens, at));
    }
    if (token.label === 'import' && next?.label === 'name' && tokens[at + 2]?.label === '=')
      unsupported('import equals declaration', token, lineEnd(tokens, at));
    if (token.label === 'export' && next?.label === '=')
      unsupported('export assignment', token, lineEnd(tokens, at));
    if (token.label === 'name' && textOf(token) === 'constructor' && next?.label === '(') {
      const named = parameterProperty(tokens, at + 1);
      if (named) unsupported('parameter property', ...named);
    }
    if (token.label === '<' && token.isType && before && beginsOperand(before.label)) {
      const end = tokens.findIndex((one, i) => i > at && one.label === '>');
      const behind = tokens[end + 1]?.label;
      // `<T>(x) =>` is a function, and has its type parameters
      if (end > 0 && behind !== undefined && behind !== '(')
        refuse(
          "The angle-bracket syntax for type assertions, `<T>expr`, is not supported in type strip mode. Instead, use the 'as' syntax: `expr as T`.",
          token,
          tokens[end + 1]!,
        );
    }
  }
}

/** What has a value in a namespace. */
const VALUES: ReadonlySet<string> = new Set(['const', 'let', 'var', 'function', 'class', 'enum']);

function beginsOperand(label: string): boolean {
  return /^(?:=|\(|,|return|=>|\[|:|\?|&&|\|\||\?\?|[-+*/%!])$/.test(label);
}

/** The brace that closes the first one after a token; the last token when there is none. */
function closing(tokens: readonly Token[], from: number): Token {
  let depth = 0;
  for (const token of tokens.slice(from)) {
    if (token.label === '{') depth += 1;
    if (token.label === '}' && --depth === 0) return token;
  }
  return tokens.at(-1)!;
}

function lineEnd(tokens: readonly Token[], from: number): Token {
  return tokens.slice(from).find(({ label }) => label === ';') ?? tokens[from]!;
}

/** The first parameter of a constructor that has a modifier: its name, and the end of its type. */
function parameterProperty(tokens: readonly Token[], open: number): [name: Token, last: Token] | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const { label } = tokens[at]!;
    if (/^[([{]$|^\$\{$/.test(label)) depth += 1;
    if (/^[)\]}]$/.test(label) && --depth === 0) return undefined;
    if (depth !== 1 || !MODIFIERS.has(label) || !/^[(,]$/.test(tokens[at - 1]!.label)) continue;
    while (MODIFIERS.has(tokens[at]!.label)) at += 1;
    let last = at;
    while (tokens[last + 1]?.isType) last += 1;
    return [tokens[at]!, tokens[last]!];
  }
  return undefined;
}

/** Sucrase tells its tokens as a table: `3:1-3:10    name      namespace   23    0    isType`. */
function tokensOf(source: string): Token[] {
  const lines = new Lines(source);
  const table = getFormattedTokens(source, { transforms: ['typescript'] });
  const found: Token[] = [];
  for (const row of table.split('\n')) {
    const [, line, column, endLine, endColumn, label] = /^(\d+):(\d+)-(\d+):(\d+)\s+(\S+)/.exec(row) ?? [];
    if (label === undefined || label === 'eof') continue;
    found.push({
      label,
      start: lines.offset({ line: Number(line), column: Number(column) }),
      end: lines.offset({ line: Number(endLine), column: Number(endColumn) }),
      isType: /\bisType\b/.test(row),
    });
  }
  return found;
}

// The colours of code: runs of characters of one kind. The page is built with those that Shiki found; a text that somebody
// changed is painted here, line for line the same kinds, until the editor is there. Never fails, whatever the text.

/** plain, keyword, string, number, comment */
export type Paint = 'p' | 'k' | 's' | 'n' | 'c';

export interface Run {
  readonly text: string;
  readonly paint: Paint;
}

export const PAINT_CLASS: Readonly<Record<Paint, string | undefined>> = {
  p: undefined,
  k: 'pg-keyword',
  s: 'pg-string',
  n: 'pg-number',
  c: 'pg-comment',
};

// ── packed: `k6p1s9`, a letter and a length in base 36, over the text ──

export function packPaint(runs: readonly Run[]): string {
  let packed = '';
  let last: Paint | undefined;
  let length = 0;
  const flush = (): void => {
    if (last !== undefined && length > 0) packed += `${last}${length.toString(36).toUpperCase()}`;
  };
  for (const { text, paint } of runs) {
    if (paint !== last) {
      flush();
      last = paint;
      length = 0;
    }
    length += text.length;
  }
  flush();
  return packed;
}

export function unpackPaint(text: string, packed: string): Run[] {
  const runs: Run[] = [];
  let at = 0;
  for (const [, paint, length] of packed.matchAll(/([pksnc])([\dA-Z]+)/g)) {
    const end = at + Number.parseInt(length!, 36);
    if (end > at) runs.push({ text: text.slice(at, end), paint: paint as Paint });
    at = end;
  }
  if (at < text.length) runs.push({ text: text.slice(at), paint: 'p' });
  return runs;
}

/** Runs by line; no run holds a line end. */
export function linesOfRuns(runs: readonly Run[]): Run[][] {
  const lines: Run[][] = [[]];
  for (const { text, paint } of runs) {
    for (const [i, part] of text.split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)!.push({ text: part, paint });
    }
  }
  return lines;
}

// ── painting ──

const KEYWORDS = new Set(
  'abstract as async await break case catch class const continue debugger declare default delete do else enum export extends finally for from function get if implements import in infer instanceof interface keyof let namespace new of private protected public readonly return satisfies set static super switch throw try type typeof using var void while with yield'.split(
    ' ',
  ),
);
const CONSTANTS = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity']);
/** Words that are keywords only where a name follows on the same line. */
const SOFT = new Set(
  'abstract as async declare from get infer namespace of private protected public readonly satisfies set static type using'.split(
    ' ',
  ),
);

const WORD =
  /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?)|((?<![\w$.])(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)n?)|([A-Za-z_$][\w$]*)|(=>)|([`{}])/g;

/** What may stand before a regular expression, and not before a division. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\breturn|\btypeof|\bcase)\s*$/;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** A part of a template, up to its end or to what is put into it. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{)|\\$)*(`|\$\{)?/y;

export function paintCode(name: string, text: string): Run[] {
  if (/\.(md|txt)$/.test(name)) return paintMarkdown(text);
  const isJson = name.endsWith('.json');
  const runs: Run[] = [];
  let at = 0;
  const push = (until: number, paint: Paint): void => {
    if (until > at) runs.push({ text: text.slice(at, until), paint });
    at = until;
  };
  /** Braces that are open in what is put into each template around here. */
  const open: number[] = [];
  const template = (from: number): void => {
    TEMPLATE.lastIndex = from;
    const end = TEMPLATE.exec(text)?.[1];
    push(TEMPLATE.lastIndex - (end === '${' ? 2 : 0), 's');
    if (end === '${') {
      push(TEMPLATE.lastIndex, 'p');
      open.push(0);
    }
  };
  for (let match = nextWord(text, at); match; match = nextWord(text, at)) {
    push(match.from, 'p');
    const { mark } = match;
    if (mark === undefined) push(match.to, isJson ? jsonPaint(text, match) : match.paint);
    else if (mark === '`') template(match.to);
    else if (mark === '}' && open.at(-1) === 0) {
      open.pop();
      push(match.to, 'p');
      template(at);
    } else {
      if (open.length > 0) open.push(open.pop()! + (mark === '{' ? 1 : -1));
      push(match.to, 'p');
    }
  }
  push(text.length, 'p');
  return runs;
}

interface Word {
  readonly from: number;
  readonly to: number;
  readonly paint: Paint;
  /** A brace or a backtick. */
  readonly mark?: string | undefined;
}

function nextWord(text: string, at: number): Word | undefined {
  WORD.lastIndex = at;
  const match = WORD.exec(text);
  const slash = text.indexOf('/', at);
  if (slash >= 0 && (!match || slash < match.index)) {
    REGEX.lastIndex = slash;
    const regex = BEFORE_REGEX.test(text.slice(Math.max(0, slash - 40), slash)) ? REGEX.exec(text) : null;
    if (regex) return { from: slash, to: REGEX.lastIndex, paint: 's' };
  }
  if (!match) return undefined;
  const [whole, comment, string, number, word, arrow, mark] = match;
  const from = match.index;
  const to = from + whole.length;
  if (comment !== undefined) return { from, to, paint: 'c' };
  if (string !== undefined) return { from, to, paint: 's' };
  if (number !== undefined) return { from, to, paint: 'n' };
  if (word !== undefined) return { from, to, paint: wordPaint(text, word, from, to) };
  return { from, to, paint: arrow === undefined ? 'p' : 'k', mark };
}

function wordPaint(text: string, word: string, from: number, to: number): Paint {
  const before = text[from - 1];
  if (before === '.' && text[from - 2] !== '.') return 'p';
  if (CONSTANTS.has(word)) return 'n';
  if (!KEYWORDS.has(word)) return 'p';
  // a key, or a name that only looks like a keyword
  if (/^\s*:(?!:)/.test(text.slice(to, to + 8)) && word !== 'default' && word !== 'case') return 'p';
  const after = word === 'async' ? /^[ \t]+[\w$(]/ : /^[ \t]+(?:[\w$'"{*[]|$)/;
  if (SOFT.has(word) && !after.test(text.slice(to, to + 8))) return 'p';
  return 'k';
}

/** In JSON a text before a colon is a key. */
function jsonPaint(text: string, { from, to, paint }: Word): Paint {
  if (paint !== 's') return paint === 'n' ? 'n' : 'p';
  return text[from] === '"' && /^\s*:/.test(text.slice(to, to + 16)) ? 'k' : 's';
}

function paintMarkdown(text: string): Run[] {
  return text.split(/(?<=\n)/).flatMap((line): Run[] =>
    /^#{1,6} /.test(line)
      ? [{ text: line, paint: 'k' }]
      : line
          .split(/(`[^`\n]+`)/)
          .filter((part) => part !== '')
          .map((part) => ({ text: part, paint: /^`.+`$/.test(part) ? 's' : 'p' })),
  );
}

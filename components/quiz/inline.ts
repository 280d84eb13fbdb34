// The little markup that a quiz item's texts may use: `code`, *emphasis*, **strong**, and {claims} of a run.
//
//     It takes {ttfb}, and {ttfb caches=warm} with warm caches; {ttfb minus=connect as=s}; {knob=distance}.
//
// A claim is its name, then settings of its run; `scenario`, `seed`, `as`, `part`, `minus` (names joined by commas) and
// `knob` are words of the form itself. In code nothing is read; all else stands as it was written.
import type { ClaimAnswer, ClaimQuery, ClaimStyle } from '../engine/claims.ts';

export type ReadClaim = (query: ClaimQuery) => ClaimAnswer;

/** Without claims at hand, a text that has one is an error. */
const noClaims: ReadClaim = () => {
  throw new Error('a claim cannot be read here');
};

/** As HTML; a claim carries what it counts, like one in prose. */
export function inline(text: string, read: ReadClaim = noClaims): string {
  return write(text, (query) => {
    const { text: shown, value, about } = read(query);
    return `<data class="claim" value="${escaped(String(value))}" title="${escaped(about)}">${escaped(shown)}</data>`;
  });
}

/** As HTML for a choice or a step, where a number is one word among others. */
export function brief(text: string, read: ReadClaim = noClaims): string {
  return write(text, (query) => escaped(read(query).text));
}

/** As bare text, for a list to choose from. */
export function plain(text: string, read: ReadClaim = noClaims): string {
  return textOf(brief(text, read));
}

const CODE = /`([^`]+)`/;
const CLAIM = /\{([^{}]*)\}/g;

function write(text: string, claim: (query: ClaimQuery) => string): string {
  return text
    .split(CODE)
    .map((part, i) => (i % 2 === 1 ? `<code>${escaped(part)}</code>` : marked(part, claim)))
    .join('');
}

function marked(text: string, claim: (query: ClaimQuery) => string): string {
  return text
    .split(CLAIM)
    .map((part, i) => (i % 2 === 1 ? claim(readQuery(part)) : stressed(escaped(part))))
    .join('');
}

function stressed(html: string): string {
  return html
    .replace(/\*\*(\S(?:[^*]*\S)?)\*\*/g, '<strong>$1</strong>')
    .replace(/\*(\S(?:[^*]*\S)?)\*/g, '<em>$1</em>');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char]!);

/** What such HTML says, as bare text: for reading aloud, and for keeping. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp);/g, (_, name: string) => UNESCAPES[name]!)
    .replace(/[ \t\r\n]+/g, ' ')
    .trim();
}

const UNESCAPES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };

/** `ttfb caches=warm as=s` as a query. Throws with what cannot be read. */
export function readQuery(text: string): ClaimQuery {
  const words = text.trim().split(/\s+/);
  const set: Record<string, string> = {};
  const query: { -readonly [Key in keyof ClaimQuery]: ClaimQuery[Key] } = { set };
  for (const [i, word] of words.entries()) {
    const at = word.indexOf('=');
    const name = word.slice(0, Math.max(at, 0));
    const value = word.slice(at + 1);
    if (at < 0 && i === 0 && /^\w+$/.test(word)) query.name = word;
    else if (at < 1 || value === '')
      throw new Error(`“${word}” in “{${text}}” is no setting: write name=value`);
    else if (name === 'seed') query.seed = seedOf(value, text);
    else if (name === 'as') query.as = value as ClaimStyle;
    else if (name === 'minus') query.minus = value.split(',');
    else if (name === 'scenario' || name === 'part' || name === 'knob') query[name] = value;
    else set[name] = value;
  }
  if ((query.name === undefined) === (query.knob === undefined))
    throw new Error(`“{${text}}” names no claim and no knob, or both`);
  return query;
}

function seedOf(value: string, text: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new Error(`“${value}” in “{${text}}” is no seed`);
  return Number(value);
}

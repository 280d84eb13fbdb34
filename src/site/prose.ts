// Last pass over a page's rendered content, before it enters the layout:
// - margin notes are written where they are meant, inside a sentence, and move behind their block, so that they stand
//   beside it on a wide page and after it on a phone, in one reading order and with no script;
// - cards of glossary terms, which are written with each use of a term, move behind the text, once for each term;
// - notes and figures are numbered in the order of the page;
// - tables get a tab stop, since a narrow page scrolls them, and a corner without words is no heading;
// - links that begin with / get the site's base path.
// The input is the string Astro rendered (well-formed, lower-case tags), not arbitrary HTML.
import { withBase } from './href.ts';

const tag =
  /<!--[\s\S]*?-->|<(script|style|pre|textarea)\b[\s\S]*?<\/\1>|<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*?)(\/?)>/g;
const voids = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);

/** Ends (exclusive) of the top-level blocks of `html`, in order. Islands and slots are looked through. */
export function blockEnds(html: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  for (const match of html.matchAll(tag)) {
    const [all, raw, close, name, , selfClosing] = match;
    const end = match.index + all.length;
    if (raw !== undefined) {
      if (depth === 0) ends.push(end);
      continue;
    }
    if (name === undefined) continue;
    if (voids.has(name) || selfClosing === '/') {
      if (depth === 0) ends.push(end);
    } else if (close === '/') {
      depth--;
      if (depth === 0) ends.push(end);
    } else depth++;
  }
  return ends;
}

function placeNotes(html: string): string {
  if (!html.includes('<rt-note>')) return html;
  let number = 0;
  let start = 0;
  let out = '';
  for (const end of [...blockEnds(html), html.length]) {
    const notes: string[] = [];
    const block = html.slice(start, end).replace(/\s*<rt-note>([\s\S]*?)<\/rt-note>/g, (_, body: string) => {
      number++;
      notes.push(
        `<p class="note" id="note-${number}"><a class="note-number" data-pagefind-ignore href="#to-note-${number}" aria-label="Note ${number}, back to the text">${number}</a>${body.trim()}</p>`,
      );
      return `<sup class="note-ref" data-pagefind-ignore><a id="to-note-${number}" href="#note-${number}" aria-label="Note ${number}">${number}</a></sup>`;
    });
    out += block;
    if (notes.length > 0)
      out += `<div class="notes" role="note" aria-label="Margin notes">${notes.join('')}</div>`;
    start = end;
  }
  return out;
}

function placeCards(html: string): string {
  const cards = new Map<string, string>();
  const text = html.replace(
    /<rt-gloss id="([^"]*)">([\s\S]*?)<\/rt-gloss>/g,
    (_, id: string, card: string) => {
      cards.set(id, card);
      return '';
    },
  );
  if (cards.size === 0) return html;
  return `${text}<div class="gloss-cards" data-pagefind-ignore>${[...cards.values()].join('')}</div>`;
}

/** Markdown's tables: those of figures stand inside theirs, and are left as they are. */
function reachTables(html: string): string {
  if (!html.includes('<table>')) return html;
  let start = 0;
  let out = '';
  for (const end of [...blockEnds(html), html.length]) {
    const block = html.slice(start, end);
    out += /^\s*<table>/.test(block)
      ? block.replace('<table>', '<table tabindex="0">').replace(/<th([^>]*)>\s*<\/th>/g, '<td$1></td>')
      : block;
    start = end;
  }
  return out;
}

function numberFigures(html: string): string {
  let number = 0;
  return html.replace(/<rt-figure-number><\/rt-figure-number>/g, () => `Figure ${++number}.`);
}

function rebase(html: string, base: string): string {
  if (base === '/' || base === '') return html;
  return html.replace(
    /(<(?:a|area)\b[^>]*?\shref=")(\/(?!\/)[^"]*)/g,
    (_, before: string, path: string) => before + withBase(path, base),
  );
}

export function finishProse(html: string, base: string): string {
  return rebase(numberFigures(placeNotes(reachTables(placeCards(html)))), base);
}

// The words of a master file by kind, for colouring it: line by line, as an editor repaints, and never failing.

export type PaintKind = 'comment' | 'directive' | 'type' | 'number' | 'string';

export interface Painted {
  /** Positions in the text. */
  readonly from: number;
  readonly to: number;
  readonly kind: PaintKind;
}

const TYPES = new Set(
  'A AAAA AFSDB CAA CNAME DNAME DNSKEY DS HINFO HTTPS LOC MX NAPTR NS NSEC NSEC3 NSEC3PARAM PTR RP RRSIG SOA SPF SRV SSHFP SVCB TLSA TXT'.split(
    ' ',
  ),
);
const WORD = /;[^\n]*|"(?:[^"\\\n]|\\.)*"?|(?:[^\s;"()\\]|\\.)+|\n/g;

/** In order, without overlaps. */
export function paint(text: string): Painted[] {
  const painted: Painted[] = [];
  let start = 0;
  /** The type of a record stands once; what looks like one later is data. */
  let hasType = false;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const from = match.index;
    if (word === '\n') {
      start = from + 1;
      hasType = false;
      continue;
    }
    const kind = kindOf(word, from === start, hasType);
    if (kind === 'type') hasType = true;
    if (kind) painted.push({ from, to: from + word.length, kind });
  }
  return painted;
}

function kindOf(word: string, isFirst: boolean, hasType: boolean): PaintKind | undefined {
  if (word.startsWith(';')) return 'comment';
  if (word.startsWith('"')) return 'string';
  if (isFirst) return word.startsWith('$') ? 'directive' : undefined;
  if (!hasType && (TYPES.has(word.toUpperCase()) || /^TYPE\d+$/i.test(word))) return 'type';
  return /^(?:\d+[smhdw]?)+$/i.test(word) ? 'number' : undefined;
}

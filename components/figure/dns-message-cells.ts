// How a message is laid out in rows, as in the drawings of RFC 1035 §4.1: sixteen bits a row. What has no fixed length
// (names, texts) would fill the page at that scale; it stands in rows of sixteen bytes instead, a letter a column.
import { bytesOf, type Field, hexByte } from '../player/fields.ts';
import { HEADER_BITS } from './dns-message-tree.ts';

export const COLUMNS = 16;
/** Heights in px, the same on every page: the connectors of pointers are drawn from them. */
export const HEIGHTS = { section: 40, record: 26, bits: 30, flags: 46, bytes: 30 } as const;

/** A field, or the part of it that stands in one row. */
export interface Cell {
  readonly field: Field;
  /** Columns, from 0. */
  readonly from: number;
  readonly span: number;
  /** Rows that it takes: 32 bits take two. */
  readonly rows: number;
  /** It began in the row before, or goes on in the next. */
  readonly continues: boolean;
  readonly goesOn: boolean;
  /** In rows of bytes: what each stands for, a letter, a length or its hexadecimal; else empty. */
  readonly letters: readonly string[];
  /** In rows of flags: `QR`. */
  readonly short: string;
}

export type Line =
  | {
      readonly kind: 'section' | 'record';
      readonly field: Field | undefined;
      readonly text: string;
      readonly top: number;
    }
  | {
      readonly kind: 'bits' | 'flags' | 'bytes';
      /** The first byte of the row. */
      readonly offset: number;
      readonly cells: readonly Cell[];
      readonly top: number;
      readonly height: number;
    };
export type RowLine = Extract<Line, { readonly cells: readonly Cell[] }>;

export interface Layout {
  readonly lines: readonly Line[];
  readonly height: number;
  /** Every cell once, in the order of the message; parts of one field count as one. */
  readonly fields: readonly Field[];
}

/** The names that RFC 1035 §4.1.1 and RFC 6895 §2 give to the bits of the second word, by their place. */
const FLAGS: Readonly<Record<number, string>> = {
  16: 'QR',
  17: 'Opcode',
  21: 'AA',
  22: 'TC',
  23: 'RD',
  24: 'RA',
  25: 'Z',
  26: 'AD',
  27: 'CD',
  28: 'RCODE',
};

/** `fields`: of the message alone, the message itself first. */
export function layoutOf(fields: readonly Field[], bytes: Uint8Array): Layout {
  const [message] = fields;
  if (!message) return { lines: [], height: 0, fields: [] };
  const builder = new Builder(bytes);
  const header = message.children.filter(
    ({ node }) => node.bitStart < HEADER_BITS && node.children.length === 0,
  );
  const sections = message.children.filter((field) => !header.includes(field));
  builder.head('section', undefined, 'Header');
  for (const field of header) builder.field(field);
  for (const section of sections) {
    if (section.node.bitLength === 0) continue;
    builder.head('section', section, section.node.label);
    if (section.children.length === 0) builder.field(section);
    for (const record of section.children) {
      if (section.children.length > 1 || record.children.length === 0)
        builder.head('record', record, record.node.text);
      builder.field(record);
    }
  }
  return builder.finish();
}

class Builder {
  readonly #bytes: Uint8Array;
  readonly #lines: Line[] = [];
  readonly #fields: Field[] = [];
  #top = 0;
  #kind: 'bits' | 'flags' | 'bytes' = 'bits';
  #cells: Cell[] = [];
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  head(kind: 'section' | 'record', field: Field | undefined, text: string): void {
    this.#endRow();
    this.#lines.push({ kind, field, text, top: this.#top });
    this.#top += HEIGHTS[kind];
  }

  field(field: Field): void {
    const { children, node } = field;
    if (children.length === 0) {
      this.#leaf(field);
      return;
    }
    if (isName(field)) {
      this.#endRow();
      for (const child of children) this.#bytesOf(child);
      this.#endRow();
      return;
    }
    for (const child of children) this.field(child);
    if (node.bitLength > 16) this.#endRow();
  }

  finish(): Layout {
    this.#endRow();
    return { lines: this.#lines, height: this.#top, fields: this.#fields };
  }

  #leaf(field: Field): void {
    const { bitLength, bitStart } = field.node;
    if (bitLength === 0) return;
    if (bitLength > 32 || (bitLength > COLUMNS && bitLength < 32)) {
      this.#endRow();
      this.#bytesOf(field);
      this.#endRow();
      return;
    }
    this.#fields.push(field);
    const span = Math.min(COLUMNS, bitLength);
    if (this.#kind === 'bytes' || this.#used + span > COLUMNS) this.#endRow();
    const short = FLAGS[bitStart] ?? (bitLength === 1 ? initials(field.node.label) : '');
    this.#add(field, span, short === '' ? 'bits' : 'flags', { short, rows: bitLength / span });
    if (this.#used === COLUMNS) this.#endRow();
  }

  /** The bytes of a field, a column each; a row that is full goes on in the next. */
  #bytesOf(field: Field): void {
    const [from, to] = bytesOf(field.node);
    if (from === to) return;
    this.#fields.push(field);
    const letters = lettersOf(field, this.#bytes.subarray(from, to));
    for (let at = 0; at < letters.length; ) {
      if (this.#kind !== 'bytes' || this.#used === COLUMNS) this.#endRow();
      const span = Math.min(COLUMNS - this.#used, letters.length - at);
      this.#add(field, span, 'bytes', {
        letters: letters.slice(at, at + span),
        continues: at > 0,
        goesOn: at + span < letters.length,
        offset: from + at,
      });
      at += span;
    }
  }

  get #used(): number {
    const last = this.#cells.at(-1);
    return last ? last.from + last.span : 0;
  }

  #add(
    field: Field,
    span: number,
    kind: 'bits' | 'flags' | 'bytes',
    rest: Partial<Cell> & { readonly offset?: number },
  ): void {
    const { offset = field.node.bitStart >> 3, ...more } = rest;
    if (this.#cells.length === 0) [this.#kind, this.#offset] = [kind, offset];
    // One flag makes a row of flags.
    else if (kind === 'flags') this.#kind = 'flags';
    const plain = { rows: 1, continues: false, goesOn: false, letters: [], short: '' };
    this.#cells.push({ ...plain, ...more, field, from: this.#used, span });
  }

  #endRow(): void {
    if (this.#cells.length > 0) {
      const rows = Math.max(...this.#cells.map((cell) => cell.rows));
      const height = rows * HEIGHTS[this.#kind];
      const { cells, kind, offset, top } = {
        cells: this.#cells,
        kind: this.#kind,
        offset: this.#offset,
        top: this.#top,
      };
      this.#lines.push({ kind, offset, cells, top, height });
      this.#top += height;
    }
    this.#cells = [];
    this.#kind = 'bits';
  }
}

/** Labels and what ends them. A name that is one pointer, or the root, is a plain field of sixteen or eight bits. */
function isName({ children }: Field): boolean {
  return (
    children.some(({ node }) => typeof node.value === 'string') &&
    children.every(({ children }) => children.length === 0)
  );
}

function lettersOf({ node }: Field, bytes: Uint8Array): string[] {
  // The length before a label; a text has none, or it is a field of its own.
  const isLabel = typeof node.value === 'string' && bytes[0] === bytes.length - 1;
  if (node.refers) return ['', ''];
  const text = isLabel ? bytes.subarray(1) : bytes;
  const isText = text.length > 0 && text.every((byte) => byte > 0x20 && byte < 0x7f);
  const rest = Array.from(text, (byte) => (isText ? String.fromCharCode(byte) : hexByte(byte)));
  if (isLabel) return [String(bytes[0]), ...rest];
  return bytes.length === 1 && bytes[0] === 0 ? ['0'] : rest;
}

const initials = (label: string): string =>
  label
    .split(/\s+/)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
    .slice(0, 2);

/** Where a field’s first row stands, from the top of the drawing: its middle. */
export function middleOf(layout: Layout, field: Field): number | undefined {
  const line = layout.lines.find(
    (one): one is RowLine => 'cells' in one && one.cells.some((cell) => cell.field === field),
  );
  return line && line.top + line.height / 2;
}

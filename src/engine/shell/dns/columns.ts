/**
 * One record, or one question, as a line of dig's: columns that tabs of eight make, and single spaces where a word is
 * too long for its column.
 */
import { className } from '../../wire/dns/code.ts';
import type { DnsQuestion, DnsRecord } from '../../wire/dns/message.ts';
import { type DataStyle, PLAIN_DATA, styledData, styledType, ttlText } from './rdata-style.ts';

export interface LineStyle {
  readonly data: DataStyle;
  readonly hasTtl: boolean;
  readonly hasClass: boolean;
  /** TTLs as `1d3h` instead of seconds. */
  readonly hasUnits: boolean;
}

export const PLAIN_LINE: LineStyle = { data: PLAIN_DATA, hasTtl: true, hasClass: true, hasUnits: false };

const TAB = 8;

interface Stops {
  readonly ttl: number;
  readonly class: number;
  readonly type: number;
  readonly data: number;
}

function stopsOf({ data, hasTtl, hasClass }: LineStyle): Stops {
  if (data.isMultiline || (!hasTtl && !hasClass)) return { ttl: 24, class: 24, type: 24, data: 32 };
  if (!hasTtl || !hasClass) return { ttl: 24, class: 24, type: 32, data: 40 };
  return { ttl: 24, class: 32, type: 40, data: 48 };
}

/** With its line end. */
export function recordLine(record: DnsRecord, style: LineStyle): string {
  const stops = stopsOf(style);
  const line = new Line(record.name);
  if (style.hasTtl) line.put(stops.ttl, style.hasUnits ? ttlText(record.ttl) : String(record.ttl));
  if (style.hasClass) line.put(stops.class, classText(record.class, style));
  line.put(stops.type, styledType(record.type, style.data));
  line.put(stops.data, styledData(record, style.data));
  return `${line.text}\n`;
}

/** `;chaicart.example.\t\tIN\tA`, with its line end; the class stays whatever is left out of records. */
export function questionLine(question: DnsQuestion, style: LineStyle): string {
  const stops = stopsOf(style);
  const line = new Line(question.name);
  line.put(stops.class, classText(question.class, style));
  line.put(stops.type, styledType(question.type, style.data));
  return `;${line.text}\n`;
}

function classText(code: number, { data }: LineStyle): string {
  return data.isUnknown ? `CLASS${code}` : className(code);
}

class Line {
  text: string;
  #column: number;

  constructor(first: string) {
    this.text = first;
    this.#column = first.length;
  }

  /** Writes `word` at column `stop`, or one place on when the line has passed it. */
  put(stop: number, word: string): void {
    const to = Math.max(stop, this.#column + 1);
    const tabs = Math.floor(to / TAB) - Math.floor(this.#column / TAB);
    const spaces = tabs > 0 ? to % TAB : to - this.#column;
    this.text += '\t'.repeat(Math.max(0, tabs)) + ' '.repeat(spaces) + word;
    this.#column = to + word.length;
  }
}

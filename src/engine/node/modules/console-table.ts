/**
 * `console.table`: which columns there are, and the box that is drawn around them.
 */
import { inspect, stripVTControlCharacters } from 'node-inspect-extracted';
import { utilTypes } from './util/types.ts';

export interface Table {
  readonly head: readonly string[];
  /** Cells by column; a missing one is empty. */
  readonly columns: readonly (readonly (string | undefined)[])[];
}

const INDEX = '(index)';
const ITERATION = '(iteration index)';
const VALUES = 'Values';

/** One row for each entry; one column for each property that any of them has, or for those that are wanted. */
export function tableOf(data: object, wanted?: readonly string[]): Table {
  if (utilTypes.isMap(data))
    return {
      head: [ITERATION, 'Key', VALUES],
      columns: [counted(data.size), [...data.keys()].map(cell), [...data.values()].map(cell)],
    };
  if (utilTypes.isSet(data))
    return { head: [ITERATION, VALUES], columns: [counted(data.size), [...data].map(cell)] };
  const rows = Object.entries(data);
  const columns = new Map<string, (string | undefined)[]>();
  const values: (string | undefined)[] = [];
  for (const [i, [, item]] of rows.entries()) {
    const isPlain = item === null || (typeof item !== 'object' && typeof item !== 'function');
    if (isPlain && wanted === undefined) {
      values[i] = cell(item);
      continue;
    }
    for (const key of wanted ?? Object.keys(item as object)) {
      const column = columns.get(key) ?? [];
      columns.set(key, column);
      if (!isPlain && Object.hasOwn(item as object, key))
        column[i] = cell((item as Record<string, unknown>)[key]);
    }
  }
  const hasValues = values.length > 0;
  return {
    head: [INDEX, ...columns.keys(), ...(hasValues ? [VALUES] : [])],
    columns: [rows.map(([key]) => key), ...columns.values(), ...(hasValues ? [values] : [])],
  };
}

export function printTable({ head, columns }: Table): string {
  const height = Math.max(...columns.map((column) => column.length));
  const widths = head.map((title, i) =>
    Math.max(widthOf(title), ...Array.from(columns[i]!, (text) => widthOf(text ?? ''))),
  );
  const row = (cells: readonly string[]): string =>
    `│ ${cells.map((text, i) => text + ' '.repeat(widths[i]! - widthOf(text))).join(' │ ')} │`;
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const rows = Array.from({ length: height }, (_, at) => row(columns.map((column) => column[at] ?? '')));
  return [rule('┌', '┬', '┐'), row(head), rule('├', '┼', '┤'), ...rows, rule('└', '┴', '┘')].join('\n');
}

function cell(value: unknown): string {
  const isLarge =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 2;
  return inspect(value, { depth: isLarge ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
}

function counted(length: number): string[] {
  return Array.from({ length }, (_, i) => cell(i));
}

/** Columns of a terminal that a text takes: two for wide characters of East Asia and for pictures, none for marks. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text).normalize('NFC')) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue;
    width +=
      /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

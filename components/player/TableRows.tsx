// One table of a machine: its rows as texts, how long each has to live as a bar beside the words, and what became of
// rows since the last look.
import './tables.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TableRoom, TableView } from '#engine/inspect/view.ts';
import { type Fate, MARK_MS, type Marks, marksAfter, rowsOf, type SeenRow } from './table-changes.ts';

const NONE: Marks = new Map();

interface Seen {
  readonly table: TableView;
  readonly time: number;
  readonly rows: readonly SeenRow[];
  readonly marks: Marks;
}

export function TableRows(props: {
  readonly table: TableView;
  readonly time: number;
  /** A row that is to be told from the others. */
  readonly classOf?: (cells: readonly string[]) => string | undefined;
}) {
  const { table, time, classOf } = props;
  const rows = rowsOf(table);
  const seen = useRef<Seen>({ table, time, rows, marks: NONE });
  const [, again] = useState(0);
  if (seen.current.table !== table) {
    const marks = marksAfter(seen.current.marks, seen.current, { time, rows }, performance.now());
    seen.current = { table, time, rows, marks };
  }
  const { marks } = seen.current;
  useEffect(() => {
    if (marks.size === 0) return;
    const timer = setTimeout(() => {
      seen.current = { ...seen.current, marks: NONE };
      again((count) => count + 1);
    }, MARK_MS);
    return () => clearTimeout(timer);
  }, [marks]);

  const gone = [...marks.values()].filter(
    ({ fate, row }) => fate === 'forgotten' && !rows.some(({ key }) => key === row.key),
  );
  const last = table.columns.length - 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: no form fields stand in it; and a page has many, so it is no landmark
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <div class="rt-tables-rows" tabIndex={0} role="group" aria-label={table.name}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column, i) => (
              <th key={column} scope="col" class={i === last && last > 1 ? 'rt-right' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <Row
              key={`${row.key}.${i}`}
              row={row}
              columns={table.columns}
              time={time}
              fate={marks.get(row.key)?.fate}
              more={classOf?.(row.cells)}
            />
          ))}
          {gone.map(({ row }) => (
            <Row key={`gone ${row.key}`} row={row} columns={table.columns} time={time} fate="forgotten" />
          ))}
          {rows.length + gone.length === 0 && (
            <tr>
              <td class="rt-none" colSpan={table.columns.length}>
                Nothing in it at this moment.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const isCode = (cell: string) => /^(?:[A-Z]+ )?[\d.:a-f/]{5,}$|:\d+$/.test(cell);

function Row(props: {
  readonly row: SeenRow;
  readonly columns: readonly string[];
  readonly time: number;
  readonly fate: Fate | undefined;
  readonly more?: string | undefined;
}) {
  const { row, columns, time, fate, more } = props;
  const last = columns.length - 1;
  const isGone = fate === 'forgotten';
  const names = [isGone ? 'rt-gone-row' : fate && 'rt-new', more].filter(Boolean).join(' ');
  return (
    <tr class={names || undefined}>
      {row.cells.map((cell, i) => {
        const isLast = i === last && last > 1;
        const names = [isLast && 'rt-right', isCode(cell) && 'rt-code'].filter(Boolean).join(' ');
        return (
          <td key={columns[i]} class={names || undefined} data-column={columns[i]}>
            {isLast && row.life ? (
              <>
                {fate && !isGone && <span class="rt-fate">{fate}</span>}
                {!isGone && <Life life={row.life} time={time} />}
                <span class="rt-left">{isGone ? 'forgotten' : cell}</span>
              </>
            ) : (
              cell
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** How much of its life a row has left. The words stand beside it. */
function Life({ life, time }: { readonly life: NonNullable<SeenRow['life']>; readonly time: number }) {
  const left = Math.max(0, Math.min(1, (life.expires - time) / life.timeout));
  return (
    <span class="rt-life" aria-hidden="true">
      <i style={{ width: `${Math.round(left * 1e3) / 10}%` }} />
    </span>
  );
}

/** More than this are not drawn one by one. */
const MOST_DRAWN = 64;

/** How full a table is, as boxes and in words. */
export function Room({ room }: { readonly room: TableRoom }) {
  const { what, used, all } = room;
  const free = all - used;
  return (
    <p class="rt-room">
      {all <= MOST_DRAWN && (
        <span class="rt-room-boxes" aria-hidden="true">
          {Array.from({ length: all }, (_, i) => (
            <i key={i} class={i < used ? 'rt-taken' : undefined} />
          ))}
        </span>
      )}
      <span>
        {what}: {used} of {all} in use, {free === 0 ? <b>none free</b> : `${free} free`}
      </span>
    </p>
  );
}

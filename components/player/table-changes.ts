// What became of a table's rows since the last look, so that a reader sees it: which came, which were renewed, which
// are gone. Looking back in time, nothing is new.
import type { RowLife, TableView } from '#engine/inspect/view.ts';

export type Fate = 'new' | 'renewed' | 'forgotten';

export interface SeenRow {
  readonly key: string;
  readonly cells: readonly string[];
  readonly life: RowLife | undefined;
}

/** The marked rows, by key, with when (on the reader's clock) the mark began. */
export type Marks = ReadonlyMap<
  string,
  { readonly fate: Fate; readonly since: number; readonly row: SeenRow }
>;

/** How long a mark stays, in milliseconds of reading. */
export const MARK_MS = 1500;

/** A row is the same as long as its first three cells are: who, as whom, with whom. */
export function rowsOf(table: TableView): SeenRow[] {
  return table.rows.map((cells, i) => ({
    key: cells.slice(0, 3).join('\n'),
    cells,
    life: table.lives?.[i],
  }));
}

/** `before` and `now` are what stood in the table at two looks, `since` the reader's clock now. */
export function marksAfter(
  marks: Marks,
  before: { readonly time: number; readonly rows: readonly SeenRow[] },
  now: { readonly time: number; readonly rows: readonly SeenRow[] },
  since: number,
): Marks {
  if (now.time < before.time) return new Map();
  const next = new Map([...marks].filter(([, mark]) => since - mark.since < MARK_MS));
  const was = new Map(before.rows.map((row) => [row.key, row]));
  for (const row of now.rows) {
    const old = was.get(row.key);
    was.delete(row.key);
    const fate = old === undefined ? 'new' : isRenewed(old.life, row.life) ? 'renewed' : undefined;
    // What came just now and was renewed at once is still new.
    if (fate && !(fate === 'renewed' && next.get(row.key)?.fate === 'new'))
      next.set(row.key, { fate, since, row });
    else if (next.get(row.key)?.fate === 'forgotten') next.delete(row.key);
  }
  for (const row of was.values()) if (row.life) next.set(row.key, { fate: 'forgotten', since, row });
  return next;
}

function isRenewed(old: RowLife | undefined, now: RowLife | undefined): boolean {
  return old !== undefined && now !== undefined && now.expires > old.expires;
}

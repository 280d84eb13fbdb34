// The rows of a terminal. What has not happened yet at the cursor is muted; a row is a way to its moment.
import { useMemo } from 'preact/hooks';
import { counted } from '../player/time.ts';
import type { Piece, Row } from './console.ts';

export interface RowsProps {
  readonly rows: readonly Row[];
  /** The console's last line that has happened. */
  readonly now: number;
  /** Rows that `clear` has put away. */
  readonly from: number;
  /** Index of the row that was chosen, and of the one that Tab comes to. */
  readonly chosen: number | undefined;
  readonly onPick: (row: number, piece: Piece) => void;
  readonly onLeave: () => void;
}

/** So many rows are drawn, around what happens; the others are counted. */
const MOST_ROWS = 1000;

/** Changes seldom as the run goes on: all that are drawn are drawn anew then. */
export function shownFrom(rows: number, reached: number, from: number): number {
  const middle = Math.floor((reached - MOST_ROWS / 2) / (MOST_ROWS / 4)) * (MOST_ROWS / 4);
  return Math.max(from, Math.min(middle, rows - MOST_ROWS / 4));
}

export function Rows({ rows, now, from, chosen, onPick, onLeave }: RowsProps) {
  const reached = lastReached(rows, now, from);
  const start = shownFrom(rows.length, reached ?? 0, from);
  const above = start - from;
  const below = rows.length - start - MOST_ROWS;
  const pick = (index: number, target: EventTarget | null): void => {
    const row = rows[index]!;
    const line = (target as HTMLElement | null)?.closest<HTMLElement>('[data-line]')?.dataset.line;
    const piece = row.pieces.find((one) => String(one.line) === line) ?? row.pieces[0];
    if (piece) onPick(index, piece);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...row.parentElement!.querySelectorAll<HTMLElement>('[data-row]')];
    const at = all.indexOf(row);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) all[Math.max(0, next)]?.focus();
    else if (event.key === 'Enter' || event.key === ' ') pick(Number(row.dataset.row), null);
    else if (event.key === 'Escape') onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the rows in it are buttons, and the keys go from one to the other
    <div class="rt-term-rows" onKeyDown={onKeyDown}>
      {above > 0 && <p class="rt-term-more">{counted(above, 'row')} above are not shown.</p>}
      {rows.slice(start, start + MOST_ROWS).map((row, i) => (
        <RowLine
          key={start + i}
          index={start + i}
          row={row}
          now={nowIn(row, now)}
          isChosen={chosen === start + i}
          isStop={(chosen ?? reached) === start + i}
          onPick={pick}
        />
      ))}
      {below > 0 && <p class="rt-term-more">{counted(below, 'row')} below are not shown.</p>}
    </div>
  );
}

interface LineProps {
  readonly index: number;
  readonly row: Row;
  readonly now: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  readonly onPick: (row: number, target: EventTarget | null) => void;
}

function RowLine({ index, row, now, isChosen, isStop, onPick }: LineProps) {
  // Drawn again only when its own state changes: the cursor passes many rows.
  return useMemo(() => {
    if (row.pieces.length === 0) return <div class="rt-term-row" />;
    const failed = row.failed && row.failed.line <= now ? row.failed.status : undefined;
    return (
      // biome-ignore lint/a11y/useSemanticElements: the text in a real button cannot be selected and copied everywhere
      <div
        class={`rt-term-row${isChosen ? ' rt-term-chosen' : ''}`}
        role="button"
        tabIndex={isStop ? 0 : -1}
        data-row={index}
        aria-current={isChosen ? 'step' : undefined}
        onClick={(event) => {
          // Whoever selects text wants to copy it, and to stay where they are.
          if (getSelection()?.isCollapsed === false) return;
          event.stopPropagation();
          onPick(index, event.target);
        }}
        onKeyDown={() => undefined}
      >
        {row.pieces.map((piece) => (
          <span
            key={`${piece.line}${piece.kind}`}
            class={`rt-term-${piece.kind}${piece.line > now ? ' rt-term-future' : ''}`}
            data-line={piece.line}
          >
            {piece.kind === 'prompt' ? <PromptText text={piece.text} /> : piece.text}
          </span>
        ))}
        {failed !== undefined && <span class="rt-term-status">exit status {failed}</span>}
      </div>
    );
  }, [row, now, isChosen, isStop, index]);
}

export function PromptText({ text }: { text: string }) {
  const at = text.indexOf(':');
  return (
    <>
      <b>{text.slice(0, at)}</b>
      {text.slice(at)}
    </>
  );
}

/** `now`, as far as it matters to a row: rows that are all past or all future need not be drawn again. */
function nowIn(row: Row, now: number): number {
  const first = row.pieces[0]?.line ?? 0;
  const last = Math.max(row.pieces.at(-1)?.line ?? 0, row.failed?.line ?? 0);
  return now < first ? first - 1 : Math.min(now, last);
}

/** The last row of which something has happened. */
export function lastReached(rows: readonly Row[], now: number, from: number): number | undefined {
  for (let i = rows.length - 1; i >= from; i--) {
    const first = rows[i]!.pieces[0];
    if (first && first.line <= now) return i;
  }
  const next = rows.findIndex(({ pieces }, i) => i >= from && pieces.length > 0);
  return next < 0 ? undefined : next;
}

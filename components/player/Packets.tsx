// biome-ignore-all lint/a11y/useSemanticElements: a row is laid out anew on a phone, and a table that is no table loses its meaning; the roles keep it
// biome-ignore-all lint/a11y/useFocusableInteractive: in this grid rows are walked, not cells
// The list of packets with a display filter, and below it the bytes of the one that is selected.
// Each packet stands as its maker wrote it. Arrow keys walk, Enter goes to the bytes, Escape comes back. On a narrow
// panel a row keeps only what a phone has room for: shape, time, what it says, between whom.
import '../unseen.css';
import './packets.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PacketView, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { Bytes } from './Bytes.tsx';
import { PacketGlyph } from './glyph.tsx';
import { Mark, Words } from './marks.tsx';
import { grouped, lastBefore, milliseconds } from './time.ts';

/** Above this many rows only those in sight are in the page. */
const ALL_ROWS = 300;
/** Rows kept on either side of those in sight. */
const SPARE = 20;

export function Packets({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const selected = useStore(figure.$packet);
  const filter = useFilter(figure, view);
  const all = useMemo(() => view.packets.map((_, i) => i), [view]);
  const rows = filter.rows ?? all;
  const shows = rows.length;
  const bytes = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const focusOn = (box: { current: HTMLElement | null }, what: string, frames = 60): void => {
    const found = box.current?.querySelector<HTMLElement>(what);
    if (found) found.focus();
    // The bytes may be on their way from the worker.
    else if (frames > 0) requestAnimationFrame(() => focusOn(box, what, frames - 1));
  };

  return (
    <div class="rt-packets">
      <FilterField
        filter={filter}
        count={
          shows === view.packets.length
            ? `${grouped(shows)} packets`
            : `${grouped(shows)} of ${grouped(view.packets.length)} packets`
        }
      />
      <List
        figure={figure}
        view={view}
        rows={rows}
        box={list}
        onOpen={() => focusOn(bytes, '[role="treeitem"][tabindex="0"], [role="slider"]')}
      />
      {figure.live && selected !== undefined && selected < view.packets.length && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape leads back to the list from whatever is in here
        <div
          ref={bytes}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            focusOn(list, '[role="row"][tabindex="0"]');
          }}
        >
          <Bytes figure={figure} />
        </div>
      )}
    </div>
  );
}

// ── the filter ──

interface Fault {
  readonly message: string;
  /** Character of the expression, from 0, when the filter knows it. */
  readonly at: number | undefined;
}

interface Filter {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** `undefined`: every packet. After a mistake, what the last sound expression let through. */
  readonly rows: readonly number[] | undefined;
  readonly fault: Fault | undefined;
}

function useFilter(figure: Figure, view: RunView): Filter {
  const [text, setText] = useState('');
  const [rows, setRows] = useState<readonly number[] | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const asked = text.trim() !== '';
  useEffect(() => {
    if (!asked) {
      setRows(undefined);
      setFault(undefined);
      return;
    }
    let current = true;
    const ask = async (): Promise<void> => {
      try {
        const found = await figure.filter(text);
        if (!current) return;
        setRows(found);
        setFault(undefined);
      } catch (error) {
        if (current) setFault(faultOf(error));
      }
    };
    // A moment's rest in typing, so that no half word is called a mistake.
    const timer = setTimeout(() => void ask(), 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [figure, view, text, asked]);
  // A run with fewer packets may be here before its answer.
  const sound = useMemo(() => rows?.filter((row) => row < view.packets.length), [rows, view]);
  return { text, setText, rows: asked ? sound : undefined, fault: asked ? fault : undefined };
}

function faultOf(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const { at } = error as { at?: unknown };
  // An error that came from the worker has only its words, and they name the column.
  const column = /^column (\d+)/.exec(message)?.[1];
  return { message, at: typeof at === 'number' ? at : column === undefined ? undefined : Number(column) - 1 };
}

function FilterField({ filter, count }: { filter: Filter; count: string }) {
  const id = useId();
  const { text, setText, fault } = filter;
  return (
    <div class="rt-filter">
      <label class="unseen" for={id}>
        Display filter
      </label>
      <div class={`rt-filter-field${fault ? ' rt-filter-bad' : ''}`}>
        <Mark name="search" />
        <input
          id={id}
          type="text"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              setText('');
            }
          }}
          placeholder="dns || tcp.flags.syn == 1"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={500}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? `${id}-fault` : undefined}
        />
        {text !== '' && (
          <button
            type="button"
            class="rt-filter-clear"
            aria-label="Clear the filter"
            onClick={() => setText('')}
          >
            <Mark name="cross" size={12} />
          </button>
        )}
      </div>
      <span class="rt-filter-count" role="status">
        {count}
      </span>
      <span class="rt-filter-note">
        captured at <strong>every sender</strong>
      </span>
      <div class="rt-filter-fault" id={`${id}-fault`} role="alert">
        {fault && <FaultText fault={fault} text={text} />}
      </div>
    </div>
  );
}

function FaultText({ fault, text }: { fault: Fault; text: string }) {
  const { at, message } = fault;
  const said = message.charAt(0).toUpperCase() + message.slice(1);
  if (at === undefined || at < 0) return <p>{said}.</p>;
  const word = /^(\s*)(\w[\w.]*|\S+)?/.exec(text.slice(at));
  const start = Math.min(text.length, at + (word?.[1]?.length ?? 0));
  const end = start + (word?.[2]?.length ?? 0);
  return (
    <>
      <p>{said}.</p>
      <code>
        {text.slice(0, start)}
        <mark>{text.slice(start, end) || `${'\u00a0'}`}</mark>
        {text.slice(end)}
      </code>
    </>
  );
}

// ── the list ──

interface ListProps {
  readonly figure: Figure;
  readonly view: RunView;
  /** Indices of packets. */
  readonly rows: readonly number[];
  readonly box: { current: HTMLDivElement | null };
  readonly onOpen: () => void;
}

function List({ figure, view, rows, box, onOpen }: ListProps) {
  const selected = useStore(figure.$packet);
  const sent = useSentCount(figure, view);
  const at = selected === undefined ? -1 : rows.indexOf(selected);
  const conversation = selected === undefined ? undefined : view.packets[selected]?.conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const shownRows = useWindow(scroller, rows.length);
  const [from, to, rowHeight, onScroll] = shownRows;
  // The selection stays in sight, also when another panel made it; without one, what was sent last does.
  useRowInSight(scroller, at >= 0 ? at : lastUpTo(rows, sent - 1), rowHeight);
  const onKeyDown = useWalk({ figure, rows, box, onOpen }, scroller, at, shownRows);
  const tab = at >= from && at < to ? at : from;
  const stateOf = (index: number) => {
    if (index === selected) return 'selected';
    return view.packets[index]!.conversation === conversation ? 'related' : undefined;
  };

  return (
    <div class="rt-packets-list" ref={box}>
      <div
        class="rt-packets-scroll"
        ref={scroller}
        onScroll={onScroll}
        role="grid"
        aria-label="Packets"
        aria-rowcount={rows.length + 1}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const row = (event.target as Element).closest<HTMLElement>('[data-row]');
          if (row) figure.selectPacket(rows[Number(row.dataset.row)]);
        }}
      >
        <Columns />
        <div role="rowgroup" class="rt-packets-body">
          {from > 0 && <div role="presentation" style={{ height: `${from * rowHeight()}px` }} />}
          {rows.slice(from, to).map((index, i) => (
            <Row
              key={index}
              packet={view.packets[index]!}
              view={view}
              place={from + i}
              state={stateOf(index)}
              future={index >= sent}
              focusable={from + i === tab}
            />
          ))}
          {to < rows.length && (
            <div role="presentation" style={{ height: `${(rows.length - to) * rowHeight()}px` }} />
          )}
        </div>
      </div>
      {rows.length === 0 && <p class="rt-packets-none">No packet of this run passes the filter.</p>}
    </div>
  );
}

const COLUMNS = ['No.', 'Time, ms', 'From', 'To', 'Protocol', 'Bytes', 'Summary'];

function Columns() {
  return (
    <div role="rowgroup" class="rt-packets-head">
      <div role="row" class="rt-packet" aria-rowindex={1}>
        {COLUMNS.map((name, i) => (
          <span key={name} role="columnheader" class={`rt-c${i}`}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Scrolls so that the row at this place is seen, below the head. */
function useRowInSight(
  scroller: { readonly current: HTMLDivElement | null },
  place: number,
  rowHeight: () => number,
): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || place < 0) return;
    const head = element.querySelector<HTMLElement>('.rt-packets-head')?.offsetHeight ?? 0;
    const row = rowHeight();
    const top = place * row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + row + head > element.scrollTop + element.clientHeight)
      element.scrollTop = top + row + head - element.clientHeight;
  }, [place]);
}

/** Arrow keys walk the rows, and the focus goes along; Enter opens the packet. */
function useWalk(
  { figure, rows, box, onOpen }: Omit<ListProps, 'view'>,
  scroller: { readonly current: HTMLDivElement | null },
  at: number,
  [from, to, rowHeight]: Window,
): (event: KeyboardEvent) => void {
  // The focus follows when the row is there: of a long list it is not, yet.
  const isWalking = useRef(false);
  useLayoutEffect(() => {
    if (!isWalking.current) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${at}"]`);
    if (!row) return;
    isWalking.current = false;
    row.focus({ preventScroll: true });
  }, [at, from, to]);
  return (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const focused = (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row;
    // Asked anew: keys may come faster than drawings.
    const current = rows.indexOf(figure.$packet.get() ?? -1);
    const here = current >= 0 || focused === undefined ? current : Number(focused);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight()) - 2);
    const target = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: here + page,
      PageUp: here - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (target !== undefined) {
      if (rows.length > 0) {
        isWalking.current = true;
        figure.selectPacket(rows[Math.max(0, Math.min(rows.length - 1, target))]);
      }
    } else if (event.key === 'Enter') {
      if (here >= 0) figure.selectPacket(rows[here]);
      onOpen();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

interface RowProps {
  readonly packet: PacketView;
  readonly view: RunView;
  readonly place: number;
  readonly state: 'selected' | 'related' | undefined;
  readonly future: boolean;
  readonly focusable: boolean;
}

function Row({ packet, view, place, state, future, focusable }: RowProps) {
  const { outcome, reason } = packet;
  const broken = outcome === 'lost' || outcome === 'refused';
  return (
    <div
      role="row"
      class={`rt-packet${state ? ` rt-packet-${state}` : ''}${future ? ' rt-packet-future' : ''}`}
      data-row={place}
      aria-rowindex={place + 2}
      aria-selected={state === 'selected'}
      tabIndex={focusable ? 0 : -1}
    >
      <span role="gridcell" class="rt-c0">
        {packet.number}
      </span>
      <span role="gridcell" class="rt-c1">
        <span class="rt-wide">{milliseconds(packet.time, 3)}</span>
        <span class="rt-narrow">{milliseconds(packet.time, 1)}</span>
      </span>
      <span role="gridcell" class="rt-c2">
        {packet.source}
      </span>
      <span role="gridcell" class="rt-c3">
        {packet.destination}
      </span>
      <span role="gridcell" class="rt-c4">
        <span class="rt-wide">
          <PacketGlyph
            layer={packet.layer}
            letter={packet.letter}
            size={13}
            state={broken ? 'lost' : future ? 'future' : 'solid'}
          />
        </span>
        <span class="rt-narrow">
          <PacketGlyph
            layer={packet.layer}
            letter={packet.letter}
            size={16}
            state={broken ? 'lost' : future ? 'future' : 'solid'}
          />
        </span>
        <span class="rt-protocol">{packet.protocol}</span>
      </span>
      <span role="gridcell" class="rt-c5">
        {grouped(packet.size)}
      </span>
      <span role="gridcell" class="rt-c6">
        <span class="rt-wide">
          <Words text={packet.info} />
        </span>
        <span class="rt-narrow">
          <Words text={packet.title} />
        </span>
        {broken && (
          <span class="rt-packet-loss">
            {' '}
            <Mark name="cross" size={10} /> {reason ?? outcome}
          </span>
        )}
      </span>
      <span role="gridcell" class="rt-c7">
        <Words text={`${shortName(view, packet.from)} → ${shortName(view, packet.to)}`} />
      </span>
    </div>
  );
}

function shortName(view: RunView, machine: number): string {
  const { lane, label } = view.machines[machine]!;
  return lane || label;
}

/** How many packets have been sent at the cursor: changes only when one more is, however often the cursor moves. */
function useSentCount(figure: Figure, view: RunView): number {
  const [count, setCount] = useState(() => lastBefore(view.packets, figure.$cursor.get()) + 1);
  useEffect(
    () => figure.$cursor.subscribe((cursor) => setCount(lastBefore(view.packets, cursor) + 1)),
    [figure, view],
  );
  return count;
}

/** Place of the last row whose packet is not after `packet`. */
function lastUpTo(rows: readonly number[], packet: number): number {
  return rows.findLastIndex((row) => row <= packet);
}

type Window = readonly [from: number, to: number, rowHeight: () => number, onScroll: () => void];

function useWindow(scroller: { current: HTMLDivElement | null }, length: number): Window {
  const [top, setTop] = useState(0);
  const rowHeight = (): number =>
    scroller.current?.querySelector<HTMLElement>('[data-row]')?.offsetHeight || 24;
  if (length <= ALL_ROWS) return [0, length, rowHeight, () => undefined];
  const height = rowHeight();
  const from = Math.max(0, Math.min(length - 1, Math.floor(top / height)) - SPARE);
  const seen = Math.ceil((scroller.current?.clientHeight ?? 320) / height);
  const to = Math.min(length, from + seen + 2 * SPARE);
  return [
    from,
    to,
    rowHeight,
    () => {
      const now = scroller.current?.scrollTop ?? 0;
      if (Math.abs(now - top) > (SPARE / 2) * height) setTop(now);
    },
  ];
}

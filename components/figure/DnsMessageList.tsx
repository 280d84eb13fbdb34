// All DNS messages of a run, to choose from: one control, whose arrow keys go from message to message.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { PacketGlyph } from '../player/glyph.tsx';
import { Mark, Words } from '../player/marks.tsx';
import { grouped, withUnit } from '../player/time.ts';
import type { Entry } from './dns-message-entries.ts';

interface Props {
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly chosen: Entry | undefined;
  readonly onChoose: (number: number) => void;
  /** Somebody turns to the list. */
  readonly onLook: (() => void) | undefined;
}

/** At most so many rows stand on the page, around the one that is chosen. */
const MOST_ROWS = 160;
/** From so many on, one machine can be singled out. */
const MANY = 12;
const EVERYBODY = -1;

export function DnsMessageList({ id, entries, chosen, onChoose, onLook }: Props) {
  const [machine, setMachine] = useState(EVERYBODY);
  const list = useRef<HTMLDivElement>(null);
  const isFiltered =
    machine !== EVERYBODY && entries.some(({ from, to }) => from === machine || to === machine);
  const all = isFiltered ? entries.filter(({ from, to }) => from === machine || to === machine) : entries;
  const at = chosen ? all.indexOf(chosen) : -1;
  const first = Math.max(0, Math.min(at - MOST_ROWS / 2, all.length - MOST_ROWS));
  const rows = all.slice(first, first + MOST_ROWS);
  // Only the list moves to show what is chosen, never the page.
  useLayoutEffect(() => {
    const row = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!list.current || !row) return;
    const { scrollTop, clientHeight } = list.current;
    if (row.offsetTop < scrollTop || row.offsetTop + row.offsetHeight > scrollTop + clientHeight)
      list.current.scrollTop = row.offsetTop - Math.max(0, (clientHeight - row.offsetHeight) / 2);
  }, [chosen, all.length]);
  useEffect(() => {
    if (isFiltered && at < 0 && all[0]) onChoose(all[0].number);
  }, [machine]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const row = all[Math.max(0, Math.min(all.length - 1, to))];
    if (row) onChoose(row.number);
  };
  return (
    <div class="dm-list">
      {entries.length > MANY && (
        <label class="dm-whose">
          Messages of{' '}
          <select
            value={isFiltered ? machine : EVERYBODY}
            onChange={(event) => setMachine(Number(event.currentTarget.value))}
          >
            <option value={EVERYBODY}>everybody</option>
            {machinesOf(entries).map(([index, label]) => (
              <option key={index} value={index}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
      {/* On narrow pages; its words have no arrow, which the text face lacks. */}
      <label class="dm-pick">
        <span class="unseen">Message</span>
        <select
          value={chosen?.number}
          onFocus={onLook}
          onChange={(event) => onChoose(Number(event.currentTarget.value))}
        >
          {rows.map((row) => (
            <option key={row.number} value={row.number} selected={row === chosen}>
              {`${row.number} · ${timeOf(row)} · ${row.fromLabel} to ${row.toLabel}: ${row.title}`}
            </option>
          ))}
        </select>
        <Mark name="caret" />
      </label>
      <div
        ref={list}
        class="dm-rows"
        role="listbox"
        tabIndex={0}
        aria-label="DNS messages of the run"
        aria-activedescendant={at < 0 ? undefined : `${id}-${all[at]!.number}`}
        onKeyDown={onKeyDown}
        onFocus={onLook}
        onPointerEnter={onLook}
      >
        {rows.map((row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names the row that is chosen
          <div
            key={row.number}
            id={`${id}-${row.number}`}
            class="dm-row"
            role="option"
            aria-selected={row === chosen}
            onClick={() => onChoose(row.number)}
          >
            <span class="dm-number">{row.number}</span>
            <span class="dm-time">{timeOf(row)}</span>
            <PacketGlyph layer="dns" letter="D" size={13} state={row.outcome === 'lost' ? 'lost' : 'solid'} />
            <span class="dm-way">
              <Words text={`${row.fromLabel} → ${row.toLabel}`} />
            </span>
            <span class="dm-info">{row.title}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Milliseconds at first, seconds later. */
const timeOf = ({ time }: Entry): string =>
  time < 10e9 ? withUnit(time) : `${grouped(time / 1e9, time < 1e12 ? 3 : 1)}\u00a0s`;

/** Machines that send or receive, the busiest first. */
function machinesOf(entries: readonly Entry[]): readonly (readonly [index: number, label: string])[] {
  const counts = new Map<number, { label: string; count: number }>();
  for (const { from, to, fromLabel, toLabel } of entries)
    for (const [index, label] of [
      [from, fromLabel],
      [to, toLabel],
    ] as const)
      counts.set(index, { label, count: (counts.get(index)?.count ?? 0) + 1 });
  return [...counts].sort(([, a], [, b]) => b.count - a.count).map(([index, { label }]) => [index, label]);
}

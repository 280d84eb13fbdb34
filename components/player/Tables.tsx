// The tables of the selected machine as of the cursor: rebuilt from the trace, under the map.
import { useStore } from '@nanostores/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TableView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { now } from './condition.ts';
import { Mark } from './marks.tsx';
import { readout } from './readout.ts';

/** While the cursor moves, tables are asked for at most this often. */
const EVERY_MS = 80;

interface Shown {
  readonly machine: number;
  readonly time: number;
  readonly tables: readonly TableView[];
}

export function Tables({ figure, machine, isOff }: { figure: Figure; machine: number; isOff: boolean }) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [shown, setShown] = useState<Shown>();
  const [chosen, setChosen] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const asked = useRef({ at: 0, number: 0 });
  const { label, name, kind } = view.machines[machine]!;

  useEffect(() => {
    const wait = Math.max(0, asked.current.at + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      const number = ++asked.current.number;
      asked.current.at = performance.now();
      figure.tables(name, time).then(
        (tables) => {
          // A later question may have been answered first.
          if (number !== asked.current.number) return;
          setProblem(undefined);
          setShown({ machine, time, tables });
        },
        (reason: unknown) => setProblem(reason instanceof Error ? reason.message : String(reason)),
      );
    }, wait);
    return () => clearTimeout(timer);
  }, [figure, view, name, machine, time]);

  const tables = shown?.machine === machine ? shown.tables : [];
  const open =
    tables.find((table) => table.name === chosen) ??
    tables.find((table) => table.rows.length > 0) ??
    tables[0];
  return (
    <section class="rt-tables" aria-label={`Tables of ${label}`}>
      <div class="rt-tables-head">
        <h3>{label}</h3>
        {tables.map((table) => (
          <button
            key={table.name}
            type="button"
            aria-pressed={table === open}
            data-text={table.name}
            onClick={() => setChosen(table.name)}
          >
            {table.name}, {table.rows.length === 0 ? 'empty' : table.rows.length}
          </button>
        ))}
        <span class="rt-tables-time">as of {readout(shown?.machine === machine ? shown.time : time)}</span>
      </div>
      {problem && <p>{problem}</p>}
      {open && open.rows.length > 0 && <Rows table={open} />}
      {open && open.rows.length === 0 && <p>Nothing in it at this moment.</p>}
      {shown?.machine === machine && tables.length === 0 && (
        <p>This machine keeps no tables: it passes on what comes.</p>
      )}
      {kind !== 'switch' && <Actions figure={figure} name={name} isOff={isOff} time={time} />}
    </section>
  );
}

/** What can be done to the machine, from the cursor on. */
function Actions({
  figure,
  name,
  isOff,
  time,
}: {
  figure: Figure;
  name: string;
  isOff: boolean;
  time: number;
}) {
  const act = (what: 'off' | 'restart') => () =>
    figure.addInput({ time: now(figure), what, detail: { machine: name } });
  return (
    <div class="rt-actions">
      <span>From {readout(time)}:</span>
      {!isOff && (
        <button type="button" onClick={act('off')}>
          <Mark name="power" /> Stop it
        </button>
      )}
      <button type="button" onClick={act('restart')}>
        <Mark name="restart" /> {isOff ? 'Start it' : 'Restart it'}
      </button>
    </div>
  );
}

function Rows({ table }: { table: TableView }) {
  const seen = useRef<{ name: string; rows: Set<string> }>({ name: '', rows: new Set() });
  // What came in since the last look, so that a reader sees what changed.
  const keys = table.rows.map((row) => row.slice(0, 3).join('\n'));
  const known = seen.current.name === table.name ? seen.current.rows : new Set(keys);
  useEffect(() => {
    const timer = setTimeout(() => {
      seen.current = { name: table.name, rows: new Set(keys) };
    }, 1500);
    return () => clearTimeout(timer);
  });
  const last = table.columns.length - 1;
  const isCode = (cell: string) => /^(?:[A-Z]+ )?[\d.:a-f/]{5,}$|:\d+$/.test(cell);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section class="rt-tables-rows" tabIndex={0} aria-label={table.name}>
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
          {table.rows.map((row, r) => (
            <tr key={keys[r]} class={known.has(keys[r]!) ? undefined : 'rt-new'}>
              {row.map((cell, i) => (
                <td
                  key={i}
                  class={
                    [i === last && last > 1 && 'rt-right', isCode(cell) && 'rt-code']
                      .filter(Boolean)
                      .join(' ') || undefined
                  }
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

// The tables of the selected machine as of the cursor: rebuilt from the trace, under the map.
import { useStore } from '@nanostores/preact';
import { useState } from 'preact/hooks';
import type { Figure } from '../engine/figure.ts';
import { now } from './condition.ts';
import { Mark } from './marks.tsx';
import { readout } from './readout.ts';
import { Room, TableRows } from './TableRows.tsx';
import { useTables } from './tables-at.ts';

export function Tables({ figure, machine, isOff }: { figure: Figure; machine: number; isOff: boolean }) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [chosen, setChosen] = useState<string>();
  const { label, name, kind } = view.machines[machine]!;

  const { shown, problem } = useTables(figure, machine);
  const tables = shown?.tables ?? [];
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
        <span class="rt-tables-time">as of {readout(shown?.time ?? time)}</span>
      </div>
      {problem && <p>{problem}</p>}
      {open?.room && <Room room={open.room} />}
      {open && <TableRows key={`${machine} ${open.name}`} table={open} time={shown!.time} />}
      {shown && tables.length === 0 && <p>This machine keeps no tables: it passes on what comes.</p>}
      {kind !== 'switch' && !figure.isFixed && (
        <Actions figure={figure} name={name} isOff={isOff} time={time} />
      )}
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

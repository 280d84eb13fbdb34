// The tables of a machine as of the cursor, asked for as it moves.
import { useStore } from '@nanostores/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TableView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';

/** While the cursor moves, tables are asked for at most this often. */
const EVERY_MS = 80;

export interface TablesAt {
  readonly time: number;
  readonly tables: readonly TableView[];
}

/** What was answered last for this machine, with the moment that it is about. */
export function useTables(
  figure: Figure,
  machine: number,
): { readonly shown: TablesAt | undefined; readonly problem: string | undefined } {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [shown, setShown] = useState<TablesAt & { readonly machine: number }>();
  const [problem, setProblem] = useState<string>();
  const asked = useRef({ at: 0, number: 0 });
  const { name } = view.machines[machine]!;
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
  return { shown: shown?.machine === machine ? shown : undefined, problem };
}

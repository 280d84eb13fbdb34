// What every cache on the way holds of a zone at the cursor: with the time that it has left, and whether it is what the
// zone says now.
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CacheRowView, CacheView, MachineView, TableView } from '#engine/inspect/view.ts';
import type { Figure } from '../../engine/figure.ts';
import { formatSpan, SECOND } from '../../engine/format.ts';
import type { Standing } from '../../engine/zones.ts';
import { TableRows } from '../../player/TableRows.tsx';
import { bare } from './QueryLog.tsx';

/** While the cursor moves, caches are asked for at most this often. */
const EVERY_MS = 80;

export interface CachesAt {
  readonly time: number;
  readonly caches: readonly CacheView[];
}

/** What was answered last, with the moment that it is about. */
export function useCaches(figure: Figure, built: CachesAt): CachesAt {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [shown, setShown] = useState(built);
  const asked = useRef({ at: 0, number: 0, isFirst: true });
  useEffect(() => {
    // The page was drawn with the first one; nothing is fetched for it.
    const { isFirst } = asked.current;
    asked.current.isFirst = false;
    if (isFirst && time === built.time) return;
    const wait = Math.max(0, asked.current.at + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      const number = ++asked.current.number;
      asked.current.at = performance.now();
      figure.caches(time).then(
        (caches) => number === asked.current.number && setShown({ time, caches }),
        () => undefined,
      );
    }, wait);
    return () => clearTimeout(timer);
  }, [figure, view, time]);
  return shown;
}

const CACHES: Readonly<Record<string, string>> = { os: 'system', browser: 'browser' };
const WORDS: Readonly<Record<Standing, string>> = {
  old: 'old',
  new: 'new',
  same: 'same',
  other: '–',
};

interface Props {
  readonly figure: Figure;
  readonly shown: CachesAt;
  /** Absolute: rows about names elsewhere are only counted. */
  readonly origin: string;
  /** Undefined as long as nobody changed the zone: then all is as in it. */
  readonly judge: ((row: CacheRowView) => Standing) | undefined;
}

export function Caches({ figure, shown, origin, judge }: Props) {
  const { machines } = useStore(figure.$view);
  const { table, others, old } = useMemo(
    () => tableOf(shown, machines, origin, judge),
    [shown, machines, judge],
  );
  return (
    <section class="zone-caches" aria-label="What the caches hold">
      <p class="zone-title">Remembered{judge && <span>: {old === 0 ? 'nothing old' : `${old} old`}</span>}</p>
      <TableRows table={table} time={shown.time} classOf={classOf} />
      {others > 0 && (
        <p class="zone-quiet">
          and {others} {others === 1 ? 'row' : 'rows'} about names elsewhere
        </p>
      )}
    </section>
  );
}

const JUDGED = 3;
const classOf = (cells: readonly string[]): string | undefined =>
  cells[JUDGED] === WORDS.old ? 'zone-old' : cells[JUDGED] === WORDS.new ? 'zone-new' : undefined;

function tableOf(
  { caches, time }: CachesAt,
  machines: readonly MachineView[],
  origin: string,
  judge: Props['judge'],
): { readonly table: TableView; readonly others: number; readonly old: number } {
  const rows: string[][] = [];
  const lives: TableView['lives'] = [];
  let others = 0;
  let old = 0;
  for (const { machine, cache, rows: held } of caches) {
    const { name } = machines[machine]!;
    const who = cache in CACHES ? `${name}, ${CACHES[cache]}` : name;
    for (const row of held) {
      if (!isWithin(row.name, origin)) {
        others += 1;
        continue;
      }
      const standing = judge?.(row) ?? 'same';
      if (standing === 'old') old += 1;
      const what = row.type === '*' ? bare(row.name) : `${bare(row.name)} ${row.type}`;
      rows.push([who, what, dataWords(row.data), WORDS[standing], leftWords(row.expires - time)]);
      (lives as (typeof lives)[number][]).push({ expires: row.expires, timeout: row.ttl * SECOND });
    }
  }
  const columns = ['Cache', 'Record', 'Data', 'Zone says', 'Forgotten in'];
  return { table: { name: 'Caches', columns, rows, lives }, others, old };
}

function isWithin(name: string, origin: string): boolean {
  const [low, zone] = [name.toLowerCase(), origin.toLowerCase()];
  return low === zone || low.endsWith(zone === '.' ? '' : `.${zone}`);
}

const ABSENCES: Readonly<Record<string, string>> = {
  NXDOMAIN: 'no such name',
  NODATA: 'no such record',
  SERVFAIL: 'nobody could tell',
};
const dataWords = (data: string): string => ABSENCES[data] ?? data.replaceAll(/(?<=[a-z\d])\.(?=,|$)/gi, '');

/** Caches count in whole seconds. */
function leftWords(left: number): string {
  if (left <= 0) return 'stale';
  const seconds = Math.ceil(left / SECOND);
  if (seconds >= 3600) return formatSpan(seconds * SECOND);
  const rest = seconds % 60;
  if (seconds < 60) return `${seconds}\u00a0s`;
  return `${Math.floor(seconds / 60)}\u00a0min${rest === 0 ? '' : ` ${rest}\u00a0s`}`;
}

// A translation table under load: its rows as of the cursor, each with the time it has to live, how many ports are left,
// what was turned away and why; and a button that lets time pass. It follows a Player of the page, or has its own run.
import './nat-table.css';
import '../player/player.css';
import '../player/map.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { TableView } from '#engine/inspect/view.ts';
import { adopt } from '../engine/adopt.ts';
import { createFigure, type Figure } from '../engine/figure.ts';
import { MINUTE, SECOND } from '../engine/format.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import { $figures } from '../engine/living.ts';
import { listenToKeys } from '../player/keyboard.ts';
import { readout } from '../player/readout.ts';
import { Room, TableRows } from '../player/TableRows.tsx';
import { Timeline } from '../player/Timeline.tsx';
import { useTables } from '../player/tables-at.ts';
import { LetPass } from './LetPass.tsx';

export interface NatTableProps {
  readonly id: string;
  readonly title: string;
  /** What tells it from the other tables of the page. */
  readonly label: string;
  readonly machine: string;
  /** The tables at the moment that the page is drawn for. */
  readonly built: readonly TableView[];
  readonly time: number;
  /** The Player whose run and cursor it shows … */
  readonly of?: string | undefined;
  /** … or a run of its own. */
  readonly placed?: Placed | undefined;
  readonly width: number;
}

const isLive = typeof document !== 'undefined';
const prefersLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export function NatTable(props: NatTableProps) {
  return props.placed ? <WithItsOwn {...props} placed={props.placed} /> : <OfAnother {...props} />;
}

/** A figure of its own: the table in the Player's frame, with the Player's timeline. */
function WithItsOwn(props: NatTableProps & { readonly placed: Placed }) {
  const { placed, label, width } = props;
  const figure = useMemo(
    () =>
      createFigure({
        ...takeHandover(placed),
        live: isLive,
        answers: () => import('../engine/client.ts').then((module) => module.answers),
        ...(isLive && { reducedMotion: prefersLessMotion }),
      }),
    [placed.id],
  );
  const root = useRef<HTMLElement>(null);
  useEffect(() => adopt(figure, root.current!), [figure]);
  useEffect(() => listenToKeys(figure, root.current!), [figure]);
  return (
    <section class="rt-player nat" id={figure.id} aria-label={label} ref={root}>
      <Panel {...props} figure={figure} />
      <Timeline figure={figure} width={width - 108} />
    </section>
  );
}

function OfAnother(props: NatTableProps) {
  const figure = useStore($figures).get(props.of ?? '');
  return (
    <section class="rt-player nat" id={props.id} aria-label={props.label}>
      <Panel {...props} figure={figure} />
    </section>
  );
}

function Panel(props: NatTableProps & { readonly figure: Figure | undefined }) {
  const { figure, title, machine } = props;
  return (
    <>
      <div class="rt-head nat-head">
        <span class="rt-title">{title}</span>
        {figure ? <Moment figure={figure} /> : <span class="nat-time">as of {readout(props.time)}</span>}
      </div>
      {figure ? (
        <Live {...props} figure={figure} machine={machine} />
      ) : (
        <Tables tables={props.built} time={props.time} />
      )}
      <LetPass figure={figure} spans={SPANS} near={machine} />
    </>
  );
}

function Moment({ figure }: { readonly figure: Figure }) {
  return <span class="nat-time">as of {readout(useStore(figure.$cursor))}</span>;
}

function Live({ figure, machine, built, time }: NatTableProps & { readonly figure: Figure }) {
  const view = useStore(figure.$view);
  const index = view.machines.findIndex(({ name }) => name === machine);
  const { shown, problem } = useTables(figure, index);
  if (problem) return <p class="rt-message">{problem}</p>;
  // What the page was drawn with, until the first answer.
  return <Tables tables={shown?.tables ?? built} time={shown?.time ?? time} />;
}

/** Refusals that are listed; the rest is counted. */
const MOST_REFUSALS = 4;

function Tables({ tables, time }: { readonly tables: readonly TableView[]; readonly time: number }) {
  const nat = tables.find(({ name }) => name === 'NAT');
  const refused = tables.find(({ name }) => name === 'Refused');
  if (!nat) return <p>This machine translates nothing.</p>;
  const more = (refused?.rows.length ?? 0) - MOST_REFUSALS;
  return (
    <div class="nat-tables">
      {nat.room && <Room room={nat.room} />}
      <TableRows table={nat} time={time} />
      {refused && (
        <>
          <p class="nat-refused">
            <b>Refused</b> {refused.rows.length} so far, the latest first
          </p>
          <ul>
            {refused.rows.slice(0, MOST_REFUSALS).map(([when, from, to, why], i) => (
              <li key={`${when}.${i}`}>
                <span>{when}</span>
                <span>
                  <code>{from}</code> to <code>{to}</code>: {why}
                </span>
              </li>
            ))}
          </ul>
          {more > 0 && <p class="nat-more">and {more} before</p>}
        </>
      )}
    </div>
  );
}

const SPANS = [
  [10 * SECOND, '10\u00a0s'],
  [MINUTE, '1\u00a0min'],
  [5 * MINUTE, '5\u00a0min'],
] as const;

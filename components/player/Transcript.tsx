// The run in words: a line for each thing that happened, each of them a way to its moment. The same lines stand in a
// plain table for a page without script, for search and for print.
import './transcript.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MomentView, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { LAYER_NAMES, layerClass } from './glyph.tsx';
import { Words } from './marks.tsx';
import { keepInSight } from './sight.ts';
import { counted, grouped, lastBefore, milliseconds } from './time.ts';

export function Transcript({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const now = useNow(figure, view);
  const box = useRef<HTMLOListElement>(null);

  // The line of the moment stays in sight while the run plays; only the list moves.
  useLayoutEffect(() => {
    const list = box.current;
    const row = list?.querySelector<HTMLElement>('[aria-current]');
    if (list && row) keepInSight(list, row, 0, 3);
  }, [now]);

  const pick = (moment: MomentView): void => {
    figure.seek(moment.time);
    if (moment.packet !== undefined) figure.selectPacket(moment.packet);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (target === undefined || at < 0) return;
    rows[target]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="rt-transcript">
      <p class="rt-transcript-head">Transcript</p>
      <ol ref={box} onKeyDown={onKeyDown} style={{ '--time-letters': milliseconds(view.end, 1).length }}>
        {view.moments.map((moment, i) => (
          <Line
            key={moment.event}
            view={view}
            moment={moment}
            state={i === now ? 'now' : i > now ? 'future' : undefined}
            onPick={pick}
          />
        ))}
      </ol>
      {view.untold > 0 && (
        <p class="rt-transcript-more">
          {counted(view.untold, 'more line')} in the transcript that can be taken away.
        </p>
      )}
    </div>
  );
}

interface LineProps {
  readonly view: RunView;
  readonly moment: MomentView;
  readonly state: 'now' | 'future' | undefined;
  readonly onPick: (moment: MomentView) => void;
}

function Line({ view, moment, state, onPick }: LineProps) {
  // Drawn again only when its own state changes: the cursor passes many lines.
  return useMemo(
    () => (
      <li class={state ? `rt-line rt-line-${state}` : 'rt-line'}>
        <button
          type="button"
          onClick={() => onPick(moment)}
          aria-current={state === 'now' ? 'step' : undefined}
        >
          <span class="rt-line-time">{milliseconds(moment.time, 1)}</span>
          <span class="rt-line-who">{machineName(view, moment)}</span>
          <span class={`rt-line-layer ${layerClass(moment.layer)}`} title={LAYER_NAMES[moment.layer]} />
          <span class="rt-line-text">
            <Words text={sentenceOf(view, moment)} />
          </span>
        </button>
      </li>
    ),
    [view, moment, state],
  );
}

/** The same as a table, at most `max` rows: in the page before any script runs, and without it. */
export function TranscriptTable({ view, max = 200 }: { view: RunView; max?: number }) {
  const rows = view.moments.slice(0, max);
  const all = view.moments.length + view.untold;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what may scroll sideways must be reachable by keyboard
    <section class="rt-transcript-table" tabIndex={0} aria-label={`Transcript of ${view.title}`}>
      <table>
        <caption>
          {view.title}: what happens, and when
          {all > rows.length && ` (the first ${counted(rows.length, 'line')} of ${grouped(all)})`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Time, ms</th>
            <th scope="col">Where</th>
            <th scope="col">Layer</th>
            <th scope="col">What happens</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((moment) => (
            <tr key={moment.event}>
              <td>{milliseconds(moment.time, 1)}</td>
              <td>{machineName(view, moment)}</td>
              <td>{LAYER_NAMES[moment.layer]}</td>
              <td>
                <Words text={`${moment.subject} ${moment.text}`.trim()} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function machineName(view: RunView, moment: MomentView): string {
  const machine = view.machines[moment.machine];
  return machine ? machine.lane || machine.label : '';
}

/** The subject is left out where the column before it names it already. */
function sentenceOf(view: RunView, { machine, subject, text }: MomentView): string {
  return view.machines[machine]?.called === subject ? text : `${subject} ${text}`.trim();
}

/** The line of the last thing that has happened at the cursor. */
function useNow(figure: Figure, view: RunView): number {
  const [now, setNow] = useState(() => lastBefore(view.moments, figure.$cursor.get()));
  useEffect(
    () => figure.$cursor.subscribe((cursor) => setNow(lastBefore(view.moments, cursor))),
    [figure, view],
  );
  return now;
}

// One row for each request, its parts to scale on the axis of the timeline: what it waited for, and how long. A row is
// one control; arrow keys go from part to part and say its times exactly. The same stands in a table below.
import './waterfall.css';
import { useStore } from '@nanostores/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RequestView, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { layerClass } from './glyph.tsx';
import { type Axis, axisOf, foldsOf, place, ticks, timeAt } from './scale.ts';
import { counted, milliseconds, NBSP, withUnit } from './time.ts';

/** Length of the axis: everything is drawn in thousandths of it, so that the drawing fits before it is measured. */
const AXIS = 1000;
const FOLD = 56;
/** px of the axis until it has been measured. */
const USUAL = 720;
/** px that a letter of a label takes, at most. */
const LETTER = 6.6;

type Part = RequestView['parts'][number];

export function Waterfall({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const rows = useRef<HTMLDivElement>(null);
  const width = useAxisWidth(rows);
  if (view.requests.length === 0) {
    return (
      <p class="rt-waterfall-none">Nobody asks for anything in this run, so there is nothing to draw.</p>
    );
  }
  const axis = axisOf(0, view.end, foldsOf([view]), FOLD, { length: AXIS });
  return (
    <div class="rt-waterfall">
      <div class="rt-waterfall-rows" ref={rows}>
        <Grid axis={axis} width={width} />
        {view.requests.map((request, i) => (
          <Row key={`${request.target}${i}`} figure={figure} request={request} axis={axis} width={width} />
        ))}
        <Cursor figure={figure} axis={axis} />
      </div>
      <Table view={view} />
    </div>
  );
}

/** Only how many words fit depends on it. */
function useAxisWidth(rows: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(USUAL);
  useLayoutEffect(() => {
    const grid = rows.current?.querySelector<HTMLElement>('.rt-waterfall-grid');
    if (!grid) return;
    const look = (): void => setWidth(grid.clientWidth || USUAL);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(grid);
    return () => observer.disconnect();
  }, [rows]);
  return width;
}

/** Units of the axis as a part of its length. */
function percent(units: number): string {
  return `${((units / AXIS) * 100).toFixed(3)}%`;
}

function Grid({ axis, width }: { axis: Axis; width: number }) {
  const marks = ticks(axis, (68 / width) * AXIS);
  return (
    <div class="rt-waterfall-grid" aria-hidden="true">
      {marks.map((time, i) => (
        <span
          key={time}
          class={`rt-waterfall-tick${((AXIS - place(axis, time)) / AXIS) * width < 24 ? ' rt-waterfall-last' : ''}`}
          style={{ left: percent(place(axis, time)) }}
        >
          <span>
            {milliseconds(time, 0)}
            {i === marks.length - 1 && `${NBSP}ms`}
          </span>
        </span>
      ))}
      {axis.spans
        .filter((span) => span.folded)
        .map((span) => (
          <span
            key={span.start}
            class="rt-waterfall-fold"
            style={{ left: percent(span.from), width: percent(span.to - span.from) }}
          >
            <span>{withUnit(span.end - span.start, 0)}</span>
          </span>
        ))}
    </div>
  );
}

/** Only this moves while the run plays: the moment, and the veil over what is still to come. */
function Cursor({ figure, axis }: { figure: Figure; axis: Axis }) {
  const cursor = useStore(figure.$cursor);
  return (
    <span class="rt-waterfall-now" aria-hidden="true" style={{ '--at': percent(place(axis, cursor)) }}>
      <span class="rt-waterfall-future" />
      <span class="rt-waterfall-cursor" />
    </span>
  );
}

interface RowProps {
  readonly figure: Figure;
  readonly request: RequestView;
  readonly axis: Axis;
  readonly width: number;
}

function Row({ figure, request, axis, width }: RowProps) {
  const { target, parts, status, bytes } = request;
  const [held, setHeld] = useState<number | undefined>(undefined);
  const at = held !== undefined && held < parts.length ? held : 0;
  const part = parts[at];
  const total = parts.length > 0 ? parts.at(-1)!.end - parts[0]!.start : 0;
  const nearest = (event: PointerEvent | MouseEvent): number => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const time = timeAt(axis, ((event.clientX - left) / width) * AXIS);
    const distance = ({ start, end }: Part): number => Math.max(start - time, time - end, 0);
    return parts.reduce((best, one, i) => (distance(one) < distance(parts[best]!) ? i : best), 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[event.key];
    if (next !== undefined) setHeld(Math.max(0, Math.min(parts.length - 1, next)));
    else if (event.key === 'Enter' && part) figure.seek(part.start);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="rt-request">
      <div class="rt-request-name">
        <strong>{shortTarget(target)}</strong>
        <span>
          {[statusText(status), bytes > 0 && counted(bytes, 'byte'), total > 0 && withUnit(total, 0)]
            .filter(Boolean)
            .join(', ')}
        </span>
      </div>
      {part ? (
        <div
          class="rt-request-plot"
          role="slider"
          tabIndex={0}
          aria-label={`Parts of ${target}`}
          aria-valuemin={0}
          aria-valuemax={parts.length - 1}
          aria-valuenow={at}
          aria-valuetext={exactly(part)}
          onKeyDown={onKeyDown}
          onFocus={() => setHeld((held) => held ?? 0)}
          onBlur={() => setHeld(undefined)}
          onPointerMove={(event) => event.pointerType === 'mouse' && setHeld(nearest(event))}
          onPointerLeave={(event) => event.currentTarget !== document.activeElement && setHeld(undefined)}
          onClick={(event) => {
            const one = nearest(event);
            setHeld(one);
            figure.seek(parts[one]!.start);
          }}
        >
          <Bars parts={parts} axis={axis} held={held} letter={(LETTER / width) * AXIS} />
          {held !== undefined && (
            <span class="rt-request-exact" style={exactPlace(axis, part)}>
              {exactly(part)}
            </span>
          )}
        </div>
      ) : (
        <p class="rt-request-plot rt-request-empty">{statusText(status)}</p>
      )}
    </div>
  );
}

interface BarsProps {
  readonly parts: readonly Part[];
  readonly axis: Axis;
  readonly held: number | undefined;
  /** Room for a letter, in units of the axis. */
  readonly letter: number;
}

function Bars({ parts, axis, held, letter }: BarsProps) {
  let free = 0;
  return (
    <>
      {parts.map((part, i) => {
        const { name, layer, start, end } = part;
        const from = place(axis, start);
        const to = place(axis, end);
        const next = parts[i + 1];
        const room = (next ? place(axis, next.start) : AXIS) - from;
        const long =
          end - start < 50_000 ? name : `${name} ${withUnit(end - start, end - start < 10e6 ? 1 : 0)}`;
        const label =
          from < free ? '' : room > long.length * letter ? long : room > name.length * letter ? name : '';
        if (label) free = from + label.length * letter;
        return (
          <span key={`${name}${start}`} class={layerClass(layer)}>
            {label && held === undefined && (
              <span class="rt-bar-label" style={{ left: percent(from) }} aria-hidden="true">
                {label}
              </span>
            )}
            <span
              class={`rt-bar${isWaiting(name) ? ' rt-bar-waiting' : ''}${i === held ? ' rt-bar-held' : ''}`}
              style={{ left: percent(from), width: percent(to - from) }}
            />
          </span>
        );
      })}
    </>
  );
}

/** Nothing travels then, so the bar is hollow. */
function isWaiting(name: string): boolean {
  return /wait/i.test(name);
}

function exactly({ name, start, end }: Part): string {
  return `${name}: ${milliseconds(start, 1)} to ${withUnit(end, 1)}, ${withUnit(end - start, 1)}`;
}

/** Over its bar, and never past either end of the axis. */
function exactPlace(axis: Axis, { start }: Part): Record<string, string> {
  const at = place(axis, start);
  return at < AXIS / 2 ? { left: percent(at) } : { right: '0' };
}

/** The host is the same in every row; what is asked of it is not. */
function shortTarget(target: string): string {
  const path = /^[a-z]+:\/\/[^/]+(\/.*)$/.exec(target)?.[1] ?? target;
  return path === '/' && target !== '/' ? target.replace(/^[a-z]+:\/\//, '').replace(/\/$/, '') : path;
}

function statusText(status: string): string {
  return /^\d+$/.test(status) ? `status ${status}` : status;
}

function Table({ view }: { view: RunView }) {
  return (
    <details class="rt-waterfall-table">
      <summary>As a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label="The waterfall as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Request</th>
              <th scope="col">Part</th>
              <th scope="col">From, ms</th>
              <th scope="col">To, ms</th>
              <th scope="col">Takes, ms</th>
              <th scope="col">Ends with</th>
            </tr>
          </thead>
          <tbody>
            {view.requests.flatMap(({ target, parts, status, bytes }, i) =>
              parts.map((part, k) => (
                <tr key={`${i}.${part.name}`}>
                  {k === 0 && (
                    <th scope="rowgroup" rowSpan={parts.length}>
                      {target}
                    </th>
                  )}
                  <td>{part.name}</td>
                  <td>{milliseconds(part.start, 1)}</td>
                  <td>{milliseconds(part.end, 1)}</td>
                  <td>{milliseconds(part.end - part.start, 1)}</td>
                  {k === 0 && (
                    <td rowSpan={parts.length}>
                      {statusText(status)}
                      {bytes > 0 && `, ${counted(bytes, 'byte')}`}
                    </td>
                  )}
                </tr>
              )),
            )}
          </tbody>
        </table>
      </section>
    </details>
  );
}

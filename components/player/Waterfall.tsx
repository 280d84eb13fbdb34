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

/** Drawing units, px at the normal size of text. */
const LABELS = 240;
const RIGHT = 28;
const BAR = 12;
const FOLD = 56;
/** Room that a letter of a label takes, at most. */
const LETTER = 6.4;

type Part = RequestView['parts'][number];

export function Waterfall({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  if (view.requests.length === 0) {
    return (
      <p class="rt-waterfall-none">Nobody asks for anything in this run, so there is nothing to draw.</p>
    );
  }
  const narrow = width < 680;
  const left = narrow ? 16 : LABELS;
  const plot = Math.max(120, width - left - (narrow ? 16 : RIGHT));
  const axis = axisOf(0, view.end, foldsOf([view]), Math.min(FOLD, plot / 6), { length: plot });
  return (
    <div class={`rt-waterfall${narrow ? ' rt-waterfall-narrow' : ''}`} ref={box}>
      <div class="rt-waterfall-rows" style={{ '--left': `${left}px`, '--plot': `${plot}px` }}>
        <Grid axis={axis} narrow={narrow} />
        {view.requests.map((request, i) => (
          <Row key={`${request.target}${i}`} figure={figure} request={request} axis={axis} />
        ))}
        <Cursor figure={figure} axis={axis} />
      </div>
      <Table view={view} />
    </div>
  );
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(1200);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function Grid({ axis, narrow }: { axis: Axis; narrow: boolean }) {
  const marks = ticks(axis, narrow ? 64 : 72);
  return (
    <div class="rt-waterfall-grid" aria-hidden="true">
      {marks.map((time, i) => (
        <span
          key={time}
          class={`rt-waterfall-tick${axis.length - place(axis, time) < 24 ? ' rt-waterfall-last' : ''}`}
          style={{ left: `${place(axis, time)}px` }}
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
            style={{ left: `${span.from}px`, width: `${span.to - span.from}px` }}
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
  const at = place(axis, cursor);
  return (
    <>
      <span class="rt-waterfall-future" aria-hidden="true" style={{ '--at': `${at}px` }} />
      <span class="rt-waterfall-cursor" aria-hidden="true" style={{ transform: `translateX(${at}px)` }} />
    </>
  );
}

interface RowProps {
  readonly figure: Figure;
  readonly request: RequestView;
  readonly axis: Axis;
}

function Row({ figure, request, axis }: RowProps) {
  const { target, parts, status, bytes } = request;
  const [held, setHeld] = useState<number | undefined>(undefined);
  const at = held !== undefined && held < parts.length ? held : 0;
  const part = parts[at];
  const total = parts.length > 0 ? parts.at(-1)!.end - parts[0]!.start : 0;
  const nearest = (event: PointerEvent | MouseEvent): number => {
    const plot = event.currentTarget as HTMLElement;
    const time = timeAt(axis, event.clientX - plot.getBoundingClientRect().left);
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
          <Bars parts={parts} axis={axis} held={held} />
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

function Bars({ parts, axis, held }: { parts: readonly Part[]; axis: Axis; held: number | undefined }) {
  let free = 0;
  return (
    <>
      {parts.map((part, i) => {
        const { name, layer, start, end } = part;
        const from = place(axis, start);
        const to = place(axis, end);
        const next = parts[i + 1];
        const room = (next ? place(axis, next.start) : axis.length) - from;
        const long = `${name} ${withUnit(end - start, 0)}`;
        const label =
          from < free ? '' : room > long.length * LETTER ? long : room > name.length * LETTER ? name : '';
        if (label) free = from + label.length * LETTER;
        return (
          <span key={`${name}${start}`} class={layerClass(layer)}>
            {label && held === undefined && (
              <span class="rt-bar-label" style={{ left: `${from}px` }} aria-hidden="true">
                {label}
              </span>
            )}
            <span
              class={`rt-bar${isWaiting(name) ? ' rt-bar-waiting' : ''}${i === held ? ' rt-bar-held' : ''}`}
              style={{ left: `${from}px`, width: `${Math.max(2, to - from)}px`, height: `${BAR}px` }}
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
  return at < axis.length / 2
    ? { left: `${at}px` }
    : { right: `calc(100% - ${Math.max(at, axis.length * 0.75)}px)` };
}

/** The host is the same in every row; what is asked of it is not. */
function shortTarget(target: string): string {
  const path = /^[a-z]+:\/\/[^/]+(\/.*)$/.exec(target)?.[1] ?? target;
  return path === '/' ? target.replace(/^[a-z]+:\/\//, '').replace(/\/$/, '') : path;
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

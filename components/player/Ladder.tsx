// The ladder: who says what to whom, with time to scale, so that the slope of a line is its latency. Lines are drawn
// twice, pale and full, and the cursor moves the edge between; only the words are touched one by one.
import './ladder.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { layerClass } from './glyph.tsx';
import type { Arrow } from './ladder-arrows.ts';
import { FOLD_HEIGHT, type LadderLayout, layOutLadder } from './ladder-layout.ts';
import type { SlopeLabel } from './ladder-words.ts';
import { PacketMenu } from './PacketMenu.tsx';
import { LONG, mark } from './readout.ts';
import { foldsOf, place, timeAt } from './scale.ts';
import { Spot } from './spot.tsx';
import { useWidth } from './width.ts';

export interface LadderProps {
  readonly figure: Figure;
  readonly width: number;
}

export function Ladder({ figure, width }: LadderProps) {
  const view = useStore(figure.$view);
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box, width);
  const folds = useMemo(() => foldsOf([view]), [view]);
  const whole = useMemo(
    () => layOutLadder(view, { width: room, folds, start: 0, end: view.end }),
    [view, room, folds],
  );
  const layout = useInSight(whole, useSight(box));
  const selected = useStore(figure.$packet);
  const hasGutter = room >= 900;
  useFollowing(figure, layout, box);
  return (
    <div class={`rt-ladder${layout.isNarrow ? ' rt-ladder-narrow' : ''}`}>
      <section
        class="rt-ladder-scroll"
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={`${figure.title}: ladder, time running down`}
      >
        <Lanes layout={layout} view={view} />
        <LadderDrawing
          figure={figure}
          view={view}
          layout={layout}
          id={figure.id}
          hasMenu={figure.live && hasGutter}
        />
      </section>
      {figure.live && !hasGutter && selected !== undefined && view.packets[selected] && (
        <PacketMenu key={selected} figure={figure} view={view} packet={selected} />
      )}
    </div>
  );
}

/** Keeps the cursor in sight as it moves, and when the reader opens the panel; else the page stays as it was drawn. */
export function useFollowing(
  figure: Figure,
  layout: LadderLayout,
  box: { readonly current: HTMLDivElement | null },
): void {
  const hasOpened = useRef(false);
  useEffect(() => {
    const follow = (time: number): void => {
      const element = box.current;
      if (!element || element.scrollHeight <= element.clientHeight) return;
      const y = place(layout.axis, time) + HEAD;
      const { scrollTop, clientHeight } = element;
      if (y > scrollTop + clientHeight * 0.75) element.scrollTop = y - clientHeight * 0.75;
      else if (y < scrollTop + HEAD + 30) element.scrollTop = y - HEAD - 30;
    };
    // once: the layout is another one whenever the reader scrolls
    if (figure.isTouched && !hasOpened.current) follow(figure.$cursor.get());
    hasOpened.current = true;
    return figure.$cursor.listen(follow);
  }, [figure, layout, box]);
}

/** Height of the headings of the lanes, which stay in place while time scrolls. */
const HEAD = 74;

export function Lanes({ layout, view }: { layout: LadderLayout; view: RunView }) {
  return (
    <div class="rt-lanes">
      {layout.lanes.map((lane) => (
        <span
          key={lane.machine}
          class="rt-lane-head"
          style={{ left: percent(lane.headX, layout) }}
          title={view.machines[lane.machine]!.label}
        >
          <b data-label="lane">{lane.label}</b>
          {lane.address !== undefined && <span data-label="lane">{lane.address}</span>}
        </span>
      ))}
    </div>
  );
}

const percent = (x: number, layout: LadderLayout) => `${Math.round((x / layout.width) * 1e5) / 1e3}%`;
const round = (value: number) => Math.round(value * 10) / 10;

/** Part of the ladder that is drawn, in pixels of its height. */
export interface Sight {
  readonly top: number;
  readonly bottom: number;
}

const BLOCK = 600;
/** What a page draws before it is scrolled: without script, this is all there is. */
const AT_FIRST: Sight = { top: -BLOCK, bottom: 4 * BLOCK };

/** What is in sight of a box that scrolls, and some more; changes in steps, so that scrolling seldom draws. */
export function useSight(box: { readonly current: HTMLElement | null }): Sight {
  const [sight, setSight] = useState(AT_FIRST);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      const block = Math.floor(element.scrollTop / BLOCK) * BLOCK;
      setSight((was) =>
        was.top === block - BLOCK ? was : { top: block - BLOCK, bottom: block + 4 * BLOCK },
      );
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [box]);
  return sight;
}

/** The layout without the arrows and words that are out of sight. */
export function useInSight(layout: LadderLayout, sight: Sight): LadderLayout {
  return useMemo(() => {
    if (layout.height <= sight.bottom && sight.top <= 0) return layout;
    return {
      ...layout,
      arrows: layout.arrows.filter(
        ({ points }) => points.at(-1)!.y >= sight.top && points[0]!.y <= sight.bottom,
      ),
      labels: layout.labels.filter(({ y }) => y >= sight.top && y <= sight.bottom),
      marks: layout.marks.filter(({ y }) => y >= sight.top && y <= sight.bottom),
      reasons: layout.reasons.filter(({ y }) => y >= sight.top && y <= sight.bottom),
      notes: layout.notes.filter(({ y, height }) => y + height >= sight.top && y <= sight.bottom),
    };
  }, [layout, sight]);
}

export interface DrawingProps {
  readonly figure: Figure;
  readonly view: RunView;
  readonly layout: LadderLayout;
  readonly id: string;
  /** The run of before: its packets cannot be selected. */
  readonly isPast?: boolean;
  /** With the selected packet's menu in its right gutter. */
  readonly hasMenu?: boolean;
}

export function LadderDrawing({ figure, view, layout, id, isPast = false, hasMenu = false }: DrawingProps) {
  const labels = useRef<SVGGElement>(null);
  const clip = useRef<SVGRectElement>(null);
  const selected = useStore(figure.$packet);
  // What is drawn at first; later the cursor moves it without a new drawing.
  const now = figure.$cursor.get();
  useEffect(() => followCursor(figure, view, layout, clip.current!, labels.current!), [figure, view, layout]);
  // What nobody sees need not come with the page.
  const [isHere, arrive] = useState(false);
  useEffect(() => arrive(true), []);
  const drawn = useMemo(() => <Arrows layout={layout} view={view} />, [layout, view]);
  return (
    <div class="rt-ladder-body" style={{ height: `${layout.height + 12}px` }}>
      <svg width="100%" height={layout.height + 12} overflow="visible" aria-hidden="true">
        <Grid layout={layout} />
        {!isPast && selected !== undefined && <Band layout={layout} packet={selected} />}
        <LaneLines layout={layout} />
        <clipPath id={`rt-past-${id}`}>
          <rect ref={clip} x="-10" y="-40" width="3000" height={round(place(layout.axis, now)) + 40} />
        </clipPath>
        <g class="rt-future-lines">
          <g id={`rt-lines-${id}`}>{drawn}</g>
        </g>
        <g clip-path={`url(#rt-past-${id})`}>
          <use href={`#rt-lines-${id}`} />
        </g>
        <Reasons layout={layout} />
        <g ref={labels}>
          {layout.labels.map((label) => (
            <Slope
              key={label.packet}
              label={label}
              layout={layout}
              view={view}
              isFuture={view.packets[label.packet]!.time > now}
            />
          ))}
        </g>
        <Notes layout={layout} />
        {!isPast && isHere && <Hits layout={layout} figure={figure} selected={selected} />}
      </svg>
      <Now figure={figure} layout={layout} isPast={isPast} />
      {hasMenu && selected !== undefined && view.packets[selected] && (
        <PacketMenu
          key={selected}
          figure={figure}
          view={view}
          packet={selected}
          top={menuTop(layout, view, selected)}
        />
      )}
    </div>
  );
}

function menuTop(layout: LadderLayout, view: RunView, packet: number): number {
  const { time, end } = view.packets[packet]!;
  return Math.max(0, Math.min(place(layout.axis, (time + end) / 2) - 40, layout.height - 210));
}

/** Moves the edge between past and future, and pales the words of what is not sent yet. */
function followCursor(
  figure: Figure,
  view: RunView,
  layout: LadderLayout,
  clip: SVGRectElement,
  labels: SVGGElement,
): () => void {
  const order = layout.labels
    .map((label, at) => ({ time: view.packets[label.packet]!.time, element: labels.children[at]! }))
    .sort((a, b) => a.time - b.time);
  let done = 0;
  const move = (time: number) => {
    clip.setAttribute('height', String(round(place(layout.axis, time)) + 40));
    while (done < order.length && order[done]!.time <= time)
      order[done++]!.element.classList.remove('rt-future');
    while (done > 0 && order[done - 1]!.time > time) order[--done]!.element.classList.add('rt-future');
  };
  for (const { element } of order) element.classList.add('rt-future');
  move(figure.$cursor.get());
  return figure.$cursor.listen(move);
}

function Grid({ layout }: { layout: LadderLayout }) {
  const x = percent(layout.axisX, layout);
  const open = layout.axis.spans.filter((span) => !span.folded);
  return (
    <g class="rt-ladder-grid">
      {layout.marks.map(({ y, text }) => (
        <g key={text}>
          <line class="rt-grid-line" x1={x} y1={round(y)} x2="100%" y2={round(y)} />
          <Spot x={x} y={round(y)}>
            <path class="rt-axis" d="M-5 0 H0" />
            <text class="rt-mark-text" x="-10" y="4" text-anchor="end" data-label="mark">
              {text}
            </text>
          </Spot>
        </g>
      ))}
      <Spot x={x}>
        <path class="rt-axis" d={layout.minor.map((y) => `M-3 ${round(y)}H0`).join('')} />
        <path class="rt-axis" d={open.map((span) => `M0 ${round(span.from)}V${round(span.to)}`).join('')} />
      </Spot>
      {layout.folds.map(({ y, text }) => (
        <g key={y}>
          <line class="rt-fold-line" x1={x} y1={round(y)} x2="100%" y2={round(y)} />
          <line
            class="rt-fold-line"
            x1={x}
            y1={round(y + FOLD_HEIGHT)}
            x2="100%"
            y2={round(y + FOLD_HEIGHT)}
          />
          <Spot x="50%" y={round(y + FOLD_HEIGHT / 2)}>
            <text class="rt-ladder-words" y="4" text-anchor="middle" data-label="fold">
              {text}
            </text>
          </Spot>
        </g>
      ))}
      {layout.braces.map((brace) => (
        <Brace key={brace.top} brace={brace} layout={layout} />
      ))}
    </g>
  );
}

function Brace({ brace, layout }: { brace: LadderLayout['braces'][number]; layout: LadderLayout }) {
  const middle = (brace.top + brace.bottom) / 2 - (brace.lines.length - 1) * 8 + 4;
  return (
    <Spot x={percent(brace.x, layout)}>
      <path class="rt-brace" d={`M5 ${round(brace.top)}H0V${round(brace.bottom)}H5`} />
      {brace.lines.map((line, i) => (
        <text
          key={line}
          class={i < brace.strong ? 'rt-ladder-words rt-strong' : 'rt-ladder-words'}
          x="-6"
          y={round(middle + i * 16)}
          text-anchor="end"
          data-label="phase"
        >
          {line}
        </text>
      ))}
    </Spot>
  );
}

function LaneLines({ layout }: { layout: LadderLayout }) {
  return (
    <g>
      {layout.lanes.map((lane) => {
        const x = percent(lane.x, layout);
        const isCut = lane.bottom < layout.height - 1;
        return (
          <g key={lane.machine}>
            {(lane.top > 1 || isCut) && (
              <line class="rt-lane-dotted" x1={x} y1="0" x2={x} y2={layout.height} />
            )}
            {layout.axis.spans.map((span) => {
              const top = Math.max(lane.top, span.from);
              const bottom = Math.min(lane.bottom, span.to);
              if (bottom <= top) return null;
              return (
                <line
                  key={span.from}
                  class={span.folded ? 'rt-lane-folded' : 'rt-lane'}
                  x1={x}
                  y1={round(top)}
                  x2={x}
                  y2={round(bottom)}
                />
              );
            })}
            {isCut && (
              <Spot x={x} y={round(lane.bottom)}>
                <path class="rt-lane" d="M-5 0H5" />
              </Spot>
            )}
          </g>
        );
      })}
    </g>
  );
}

function Arrows({ layout, view }: { layout: LadderLayout; view: RunView }) {
  return (
    <>
      {layout.arrows.map((arrow) => (
        <g
          key={arrow.packet}
          class={`rt-arrow-line ${layerClass(view.packets[arrow.packet]!.layer)}${arrow.end === 'lost' || arrow.end === 'refused' ? ' rt-lost' : ''}`}
        >
          <Segments arrow={arrow} layout={layout} />
          {arrow.rings.map((ring) => (
            <circle key={ring.y} cx={percent(ring.x, layout)} cy={round(ring.y)} r="3.5" />
          ))}
          <Tip arrow={arrow} layout={layout} />
        </g>
      ))}
    </>
  );
}

function Segments({ arrow, layout }: { arrow: Arrow; layout: LadderLayout }) {
  return (
    <>
      {arrow.points.slice(1).map((to, i) => {
        const from = arrow.points[i]!;
        return (
          <line
            key={to.y}
            x1={percent(from.x, layout)}
            y1={round(from.y)}
            x2={percent(to.x, layout)}
            y2={round(to.y)}
          />
        );
      })}
    </>
  );
}

function Tip({ arrow, layout }: { arrow: Arrow; layout: LadderLayout }) {
  const to = arrow.points.at(-1)!;
  const from = arrow.points.at(-2)!;
  if (arrow.end === 'none') return null;
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return (
    <Spot x={percent(to.x, layout)} y={round(to.y)}>
      {arrow.end === 'arrow' ? (
        <path class="rt-tip" d="M0 0 L-9 -3.8 V3.8 Z" transform={`rotate(${round(angle)})`} />
      ) : (
        <path class="rt-tip-cross" d="M-5.5 -5.5 L5.5 5.5 M5.5 -5.5 L-5.5 5.5" />
      )}
    </Spot>
  );
}

/** Why what was lost was lost, in words beside its cross. */
function Reasons({ layout }: { layout: LadderLayout }) {
  return (
    <g>
      {layout.reasons.map(({ packet, x, y, isLeft, lines }) => (
        <Spot key={packet} x={percent(x, layout)} y={round(y)}>
          {lines.map((line, i) => (
            <text
              key={line}
              class={i === 0 ? 'rt-ladder-words rt-reason' : 'rt-ladder-words'}
              y={i * 16}
              text-anchor={isLeft ? 'end' : 'start'}
              data-label="reason"
            >
              {line}
            </text>
          ))}
        </Spot>
      ))}
    </g>
  );
}

function Band({ layout, packet }: { layout: LadderLayout; packet: number }) {
  const arrow = layout.arrows.find((one) => one.packet === packet);
  return <g class="rt-band">{arrow && <Segments arrow={arrow} layout={layout} />}</g>;
}

function Slope({
  label,
  layout,
  view,
  isFuture,
}: {
  label: SlopeLabel;
  layout: LadderLayout;
  view: RunView;
  isFuture: boolean;
}) {
  const layer = layerClass(view.packets[label.packet]!.layer);
  return (
    <Spot
      x={percent(label.x, layout)}
      y={round(label.y)}
      class={`rt-slope ${layer}${label.isLost ? ' rt-lost' : ''}${isFuture ? ' rt-future' : ''}`}
    >
      <text text-anchor="middle" transform={`rotate(${round(label.angle)})`} data-label="slope">
        {label.strong}
        {label.note && (
          <tspan class="rt-slope-note" dx="6">
            {label.note}
          </tspan>
        )}
      </text>
    </Spot>
  );
}

function Notes({ layout }: { layout: LadderLayout }) {
  return (
    <g>
      {layout.notes.map((note) => (
        <Spot key={`${note.x}.${note.y}`} x={percent(note.x, layout)} y={round(note.y)}>
          {note.height > 0 && (
            <path
              class={note.isWait ? 'rt-brace rt-brace-wait' : 'rt-brace'}
              d={`M0 0H5V${round(note.height)}H0`}
            />
          )}
          {note.text !== '' &&
            note.text.split('|').map((line, i) => (
              <text
                key={line}
                class={note.height > 0 && !note.isWait ? 'rt-ladder-words rt-strong' : 'rt-ladder-words'}
                x={note.height > 0 ? 10 : 0}
                y={round(note.textY + i * 16)}
                data-label="note"
              >
                {line}
              </text>
            ))}
        </Spot>
      ))}
    </g>
  );
}

/** Broad unseen lines to press. The packet list and the arrow keys are the keyboard's way. */
function Hits({
  layout,
  figure,
  selected,
}: {
  layout: LadderLayout;
  figure: Figure;
  selected: number | undefined;
}) {
  return (
    <g class="rt-ladder-hits">
      {layout.arrows.map((arrow) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: a mouse's shortcut; see above
        <g
          key={arrow.packet}
          data-packet={arrow.packet}
          onClick={() => figure.selectPacket(selected === arrow.packet ? undefined : arrow.packet)}
        >
          <Segments arrow={arrow} layout={layout} />
        </g>
      ))}
    </g>
  );
}

/** Whole milliseconds, or hundredths of a second where the axis counts in seconds. */
const flag = (time: number, end: number) =>
  mark(Math.round(time / (end >= LONG ? 1e7 : 1e6)) * (end >= LONG ? 1e7 : 1e6), end);

function Now({ figure, layout, isPast }: { figure: Figure; layout: LadderLayout; isPast: boolean }) {
  const line = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const [start] = useState(() => figure.$cursor.get());
  const end = layout.axis.spans.at(-1)?.end ?? 0;
  useEffect(() => {
    const move = (time: number) => {
      line.current!.style.transform = `translateY(${round(place(layout.axis, time))}px)`;
      if (text.current) text.current.textContent = flag(time, end);
    };
    move(figure.$cursor.get());
    return figure.$cursor.listen(move);
  }, [figure, layout]);
  const drag = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const handle = event.currentTarget as HTMLElement;
    const body = handle.closest('.rt-ladder-body')!;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) =>
      figure.seek(timeAt(layout.axis, moved.clientY - body.getBoundingClientRect().top));
    const stop = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', stop);
      handle.removeEventListener('pointercancel', stop);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', stop);
    handle.addEventListener('pointercancel', stop);
  };
  const x = percent(layout.axisX, layout);
  return (
    <div
      class="rt-ladder-now"
      ref={line}
      style={{ transform: `translateY(${round(place(layout.axis, start))}px)` }}
      aria-hidden="true"
    >
      <i style={{ left: x }} />
      {!isPast && (
        <div class="rt-ladder-flag" style={{ width: x }} onPointerDown={drag}>
          <span ref={text}>{flag(start, end)}</span>
          <svg width="13" height="12" viewBox="0 0 13 12" aria-hidden="true">
            <path d="M0 0.5 h7 l5.5 5.5 l-5.5 5.5 h-7 Z" />
          </svg>
        </div>
      )}
    </div>
  );
}

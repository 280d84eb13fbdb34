// The timeline: transport, the moment in words, and the schedule: time to the right, distance down, every packet a
// stroke. The strokes are drawn twice, pale and full; moving the cursor only moves the edge of the full ones.
import './timeline.css';
import { useStore } from '@nanostores/preact';
import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import { DEFAULT_SPEED, type Figure } from '../engine/figure.ts';
import { formatDuration, formatNumber, SECOND } from '../engine/format.ts';
import { LOST } from './flight.ts';
import { layerClass } from './glyph.tsx';
import { LiveLine } from './LiveLine.tsx';
import { momentAt } from './moment.ts';
import { mark, readout, unitOf } from './readout.ts';
import { type Axis, axisOf, foldsOf, place, ticks, timeAt } from './scale.ts';
import { textWidth } from './textwidth.ts';
import { useWidth } from './width.ts';

export function Timeline({ figure, width }: { figure: Figure; width: number }) {
  const view = useStore(figure.$view);
  const before = useStore(figure.$before);
  const views = before && before !== view ? [before, view] : [view];
  return (
    <div class="rt-timeline">
      <Transport figure={figure} />
      <Sentence figure={figure} />
      <Speed figure={figure} />
      <Schedule figure={figure} views={views} width={width} />
    </div>
  );
}

// ── transport ──

const ICONS = {
  back: <path d="M4.5 4v12 M14.5 4.5 L8.5 10 L14.5 15.5" />,
  play: <path class="rt-solid" d="M6.5 4.2 L15.5 10 L6.5 15.8 Z" />,
  pause: <path class="rt-solid" d="M5.5 4.5 h3.2 v11 h-3.2 Z M11.3 4.5 h3.2 v11 h-3.2 Z" />,
  on: <path d="M5.5 4.5 L11.5 10 L5.5 15.5 M15.5 4v12" />,
  next: <path d="M4 4.5 L9.5 10 L4 15.5 M10.5 4.5 L16 10 L10.5 15.5" />,
} as const;

function Button(props: {
  name: string;
  icon: keyof typeof ICONS;
  isMain?: boolean;
  children?: ComponentChildren;
  onClick(): void;
}) {
  return (
    <button
      type="button"
      class={props.isMain ? 'rt-transport rt-play' : 'rt-transport'}
      aria-label={props.name}
      title={props.name}
      onClick={props.onClick}
    >
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        {ICONS[props.icon]}
      </svg>
    </button>
  );
}

function Transport({ figure }: { figure: Figure }) {
  const isPlaying = useStore(figure.$playing);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its frame and a legend
    <div class="rt-transports" role="group" aria-label="Playing">
      <Button name="Back to the start" icon="back" onClick={() => figure.seek(0)} />
      <Button
        name={isPlaying ? 'Pause' : 'Play'}
        icon={isPlaying ? 'pause' : 'play'}
        isMain
        onClick={() => (isPlaying ? figure.pause() : figure.play())}
      />
      <Button name="Next event" icon="on" onClick={() => figure.stepMoment(1)} />
      <Button
        name="Next packet of this conversation"
        icon="next"
        onClick={() => figure.stepConversation(1)}
      />
      <Readout figure={figure} />
    </div>
  );
}

function Readout({ figure }: { figure: Figure }) {
  return <output class="rt-readout">{readout(useStore(figure.$cursor))}</output>;
}

function Sentence({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const moment = momentAt(view.moments, time);
  return (
    <>
      <p class="rt-sentence">
        {moment && (
          <>
            <b>{moment.subject}</b> {moment.text}
          </>
        )}
      </p>
      <LiveLine figure={figure} />
    </>
  );
}

/** Milliseconds of the run in a second of reading. */
const SPEEDS = [0.1, 0.5, 1, 2, 5, 10, 20, 40, 80, 150, 300, 600, 1000, 2000, 5000, 10000];
const DEFAULT_STEP = SPEEDS.indexOf(DEFAULT_SPEED / 1e6);

function Speed({ figure }: { figure: Figure }) {
  const speed = useStore(figure.$speed) / 1e6;
  const step = Math.max(0, SPEEDS.indexOf(speed));
  const text = `1\u00a0s\u00a0=\u00a0${formatNumber(speed, 1)}\u00a0ms`;
  return (
    <div class="rt-speed">
      <span aria-hidden="true">slower</span>
      <span
        class="rt-speed-slider"
        style={{ '--default': DEFAULT_STEP / (SPEEDS.length - 1), '--at': step / (SPEEDS.length - 1) }}
      >
        <input
          type="range"
          min="0"
          max={SPEEDS.length - 1}
          step="1"
          value={step}
          aria-label="Speed"
          aria-valuetext={text}
          onInput={(event) => figure.setSpeed(SPEEDS[Number(event.currentTarget.value)]! * 1e6)}
        />
      </span>
      <span aria-hidden="true">faster</span>
      <b>{text}</b>
      {/* Where there is no room for the slider, one press goes on to the next of a few. */}
      <button
        type="button"
        aria-label={`Speed: ${text}. Change it`}
        onClick={() => figure.setSpeed(nextSpeed(speed) * 1e6)}
      >
        {text}
      </button>
    </div>
  );
}

const FEW_SPEEDS = [5, 20, 40, 150, 1000];
const nextSpeed = (speed: number) => FEW_SPEEDS.find((one) => one > speed) ?? FEW_SPEEDS[0]!;

// ── the schedule ──

/** Units across the drawing; it is stretched to the room there is, its strokes are not. */
const UNITS = 10_000;
const FOLD_UNITS = 620;
/** Many folds share this much. */
const ALL_FOLDS = 2600;

function Schedule({ figure, views, width }: { figure: Figure; views: readonly RunView[]; width: number }) {
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box, width);
  const end = Math.max(...views.map((view) => view.end));
  const folds = useMemo(() => foldsOf(views), [...views]);
  const axis = useMemo(
    () =>
      axisOf(0, end, folds, Math.min(FOLD_UNITS, ALL_FOLDS / Math.max(1, folds.length)), { length: UNITS }),
    [folds, end],
  );
  const view = views.at(-1)!;
  const seekTo = (clientX: number) => {
    const rect = box.current!.getBoundingClientRect();
    figure.seek(timeAt(axis, ((clientX - rect.left) / rect.width) * UNITS));
  };
  const drag = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    seekTo(event.clientX);
    const move = (moved: PointerEvent) => seekTo(moved.clientX);
    const stop = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  return (
    <div class={`rt-schedule${views.length > 1 ? ' rt-two' : ''}`}>
      <div class="rt-schedule-ends" aria-hidden="true">
        {views.length > 1 ? (
          <>
            <span>Before</span>
            <b>Now</b>
          </>
        ) : (
          <>
            <span>{shortName(view, view.near)}</span>
            <span>{shortName(view, view.far)}</span>
          </>
        )}
      </div>
      <div class="rt-schedule-room" ref={box} onPointerDown={drag}>
        {views.length === 1 && <Phases view={view} axis={axis} room={room} />}
        {views.map((one, i) => (
          <Strokes
            key={i === views.length - 1 ? 'now' : 'before'}
            figure={figure}
            view={one}
            axis={axis}
            room={room}
            id={`${figure.id}-${i}`}
          />
        ))}
        <Marks axis={axis} room={Math.max(room, 560)} only="wide" />
        <Marks axis={axis} room={330} only="narrow" />
        <Cursor figure={figure} view={view} axis={axis} />
      </div>
    </div>
  );
}

/** First word of a name: `Maya`, `ChaiCart`. */
function shortName(view: RunView, machine: number): string {
  const { owner, label } = view.machines[machine]!;
  return owner ?? label;
}

const at = (axis: Axis, time: number) => `${Math.round((place(axis, time) / UNITS) * 1e5) / 1e3}%`;

function Strokes(props: { figure: Figure; view: RunView; axis: Axis; room: number; id: string }) {
  const { figure, view, axis, room, id } = props;
  const { paths, crosses } = useMemo(() => strokesOf(view, axis), [view, axis]);
  return (
    <div class="rt-strokes">
      {axis.spans.map((span) =>
        span.folded ? (
          <span
            key={span.start}
            class="rt-fold"
            style={{ left: `${span.from / 100}%`, width: `${(span.to - span.from) / 100}%` }}
          >
            <span>{foldText(span, room)}</span>
          </span>
        ) : (
          <span
            key={span.start}
            class="rt-ground"
            style={{ left: `${span.from / 100}%`, width: `${(span.to - span.from) / 100}%` }}
          />
        ),
      )}
      <svg class="rt-pale" viewBox={`0 0 ${UNITS} 44`} preserveAspectRatio="none" aria-hidden="true">
        <g id={`rt-strokes-${id}`}>
          {paths.map(([layer, d]) => (
            <path key={layer} class={`rt-stroke ${layerClass(layer)}`} d={d} />
          ))}
        </g>
      </svg>
      <Past figure={figure} axis={axis}>
        <svg viewBox={`0 0 ${UNITS} 44`} preserveAspectRatio="none" aria-hidden="true">
          <use href={`#rt-strokes-${id}`} />
        </svg>
      </Past>
      {crosses.map(({ time, y }) => (
        <svg
          key={`${time}.${y}`}
          class="rt-stroke-cross"
          style={{ left: at(axis, time), top: `${(y / 44) * 100}%` }}
          width="12"
          height="12"
          viewBox="-6 -6 12 12"
          aria-hidden="true"
        >
          <path d="M-4 -4 L4 4 M4 -4 L-4 4" />
        </svg>
      ))}
    </div>
  );
}

/** Shows its children up to the cursor. */
function Past({ figure, axis, children }: { figure: Figure; axis: Axis; children: ComponentChildren }) {
  const right = 100 - place(axis, useStore(figure.$cursor)) / 100;
  return (
    <div class="rt-past" style={{ clipPath: `inset(-2px ${Math.round(right * 1e3) / 1e3}% -2px 0)` }}>
      {children}
    </div>
  );
}

/** How long a fold is, as far as there is room to say it between its edges. */
function foldText({ start, end, from, to }: Axis['spans'][number], room: number): string {
  const long = end - start;
  const width = ((to - from) / UNITS) * room - 6;
  const short = `${formatNumber(long / SECOND, long < SECOND ? 1 : 0)}\u00a0s`;
  return [formatDuration(long), short].find((text) => textWidth(text, 12.5, 'regular') <= width) ?? '';
}

/** One path per layer over all hops, and where packets were lost. */
function strokesOf(view: RunView, axis: Axis) {
  const { hops, channels, packets, distance } = view;
  const farthest = Math.max(1, ...distance);
  const y = (machine: number) => Math.round((4 + (distance[machine]! / farthest) * 36) * 10) / 10;
  const byLayer = new Map<string, string[]>();
  const crosses: { time: number; y: number }[] = [];
  let last = { packet: -1, x: -1, y: -1 };
  for (let hop = 0; hop < hops.packet.length; hop++) {
    const { from, to } = channels[hops.channel[hop]!]!;
    const packet = hops.packet[hop]!;
    const layer = packets[packet]!.layer;
    const isLost = hops.outcome[hop] === LOST;
    const start = hops.line[hop]!;
    const end = isLost ? (start + hops.arrived[hop]!) / 2 : hops.arrived[hop]!;
    const from1 = { x: Math.round(place(axis, start)), y: y(from) };
    const end1 = { x: Math.round(place(axis, end)), y: isLost ? (y(from) + y(to)) / 2 : y(to) };
    if (isLost) crosses.push({ time: end, y: end1.y });
    const list = byLayer.get(layer) ?? [];
    byLayer.set(layer, list);
    const goesOn = last.packet === packet && Math.abs(last.x - from1.x) < 3 && last.y === from1.y;
    list.push(goesOn ? `L${end1.x} ${end1.y}` : `M${from1.x} ${from1.y}L${end1.x} ${end1.y}`);
    last = { packet, ...end1 };
  }
  return { paths: [...byLayer].map(([layer, parts]) => [layer, parts.join('')] as const), crosses };
}

function Phases({ view, axis, room }: { view: RunView; axis: Axis; room: number }) {
  let taken = Number.NEGATIVE_INFINITY;
  return (
    <div class="rt-phases" aria-hidden="true">
      {view.phases.map((phase) => {
        const from = place(axis, phase.start);
        const to = place(axis, phase.end);
        const full = `${phase.name} · ${formatDuration(phase.end - phase.start)}`;
        const middle = ((from + to) / 2 / UNITS) * room;
        const text = [full, phase.name].find((words) => {
          const half = textWidth(words, 12.5, 'regular') / 2;
          return middle - half > taken + 6 && half * 2 < ((to - from) / UNITS) * room + 30;
        });
        if (text) taken = middle + textWidth(text, 12.5, 'regular') / 2;
        return (
          <span
            key={`${phase.name}.${phase.start}`}
            class="rt-phase"
            style={{ left: `${from / 100}%`, width: `${(to - from) / 100}%` }}
          >
            {text && <span data-label="phase">{text}</span>}
          </span>
        );
      })}
    </div>
  );
}

/** Drawn for both widths: the style sheet shows the one that has room. */
function Marks({ axis, room, only }: { axis: Axis; room: number; only: 'wide' | 'narrow' }) {
  const found = ticks(axis, (UNITS * 56) / Math.max(room, 200));
  const end = axis.spans.at(-1)?.end ?? 0;
  let taken = Number.NEGATIVE_INFINITY;
  const shown = found.filter((time) => {
    const x = (place(axis, time) / UNITS) * room;
    const half = textWidth(mark(time, end), 12.5, 'regular') / 2 + 4;
    if (x - half < taken) return false;
    taken = x + half;
    return true;
  });
  return (
    <div class={`rt-marks rt-marks-${only}`} aria-hidden="true">
      {shown.map((time, i) => (
        <span key={time} style={{ left: at(axis, time) }} data-label="mark">
          {mark(time, end)}
          {i === shown.length - 1 && `\u00a0${unitOf(end)}`}
        </span>
      ))}
    </div>
  );
}

function Cursor({ figure, view, axis }: { figure: Figure; view: RunView; axis: Axis }) {
  const time = useStore(figure.$cursor);
  const moment = momentAt(view.moments, time);
  return (
    <div
      class="rt-now"
      style={{ left: at(axis, time) }}
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      aria-valuemin={0}
      aria-valuemax={Math.round(view.end / 1e5) / 10}
      aria-valuenow={Math.round(time / 1e5) / 10}
      aria-valuetext={moment ? `${readout(time)}: ${moment.subject} ${moment.text}` : readout(time)}
    >
      <svg width="12" height="14" viewBox="0 0 12 14" aria-hidden="true">
        <path d="M0.5 1 h11 v7 l-5.5 5.5 l-5.5 -5.5 Z" />
      </svg>
    </div>
  );
}

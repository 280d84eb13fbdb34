// Orders over the days of the run, an hour a bar: those that the old server took, those that were lost, those that the
// new one took. It is the figure's time line as well: the cursor can be dragged, and walked with the keyboard.
import { useId, useRef } from 'preact/hooks';
import { BottomAxis, LeftAxis } from '../chart/Axis.tsx';
import { linearScale } from '../chart/scale.ts';
import { roomyTicks, roundTicks } from '../chart/ticks.ts';
import type { Figure } from '../engine/figure.ts';
import { formatNumber, MINUTE } from '../engine/format.ts';
import { useWidth } from '../player/width.ts';
import { clock, clockMarks, HOUR, type Move, sinceChange, type Tally } from './propagation-reading.ts';

interface Props {
  readonly move: Move;
  readonly bins: readonly Tally[];
  /** Nanoseconds a bar. */
  readonly width: number;
  readonly end: number;
  readonly time: number;
  readonly change: number;
  /** When the old server was switched off. */
  readonly off: number | undefined;
  /** The time line of this figure. */
  readonly figure: Figure;
}

const GUTTER = 34;
const MARGIN = 14;
const TOP = 26;
const PLOT = 92;
const BELOW = 26;
const HEIGHT = TOP + PLOT + BELOW;
/** What the build draws for; narrow pages show the second. */
const WIDE = 1040;
const NARROW = 390;
const STEP = 10 * MINUTE;

export function PropagationStrip(props: Props) {
  const { move, end, time, change, figure } = props;
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box, 0);
  const seekTo = (clientX: number): void => {
    const { left, width } = box.current!.getBoundingClientRect();
    figure.seek(linearScale([0, end], [GUTTER, width - MARGIN]).from(clientX - left));
  };
  const drag = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    seekTo(event.clientX);
    const move = (moved: PointerEvent): void => seekTo(moved.clientX);
    const stop = (): void => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys may come faster than the figure is drawn.
    const to = goal(event, figure.$cursor.get(), end);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    figure.seek(to);
  };
  const part = time / end;
  return (
    <div class="spread-strip" ref={box} onPointerDown={drag}>
      {room > 0 ? (
        <Bars {...props} room={room} name="" />
      ) : (
        <>
          <Bars {...props} room={WIDE} name="spread-wide" />
          <Bars {...props} room={NARROW} name="spread-tall" />
        </>
      )}
      <div
        class="spread-now"
        style={{
          left: `calc(${GUTTER}px + (100% - ${GUTTER + MARGIN}px) * ${Math.round(part * 1e5) / 1e5})`,
        }}
        role="slider"
        tabIndex={0}
        aria-label="Moment"
        aria-valuemin={0}
        aria-valuemax={Math.round(end / MINUTE)}
        aria-valuenow={Math.round(time / MINUTE)}
        aria-valuetext={`${clock(move, time)}, ${sinceChange(time, change)}`}
        onKeyDown={onKeyDown}
      >
        <svg width="12" height="14" viewBox="0 0 12 14" aria-hidden="true">
          <path d="M0.5 1 h11 v7 l-5.5 5.5 l-5.5 -5.5 Z" />
        </svg>
      </div>
    </div>
  );
}

function goal({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent, time: number, end: number) {
  if (altKey || ctrlKey || metaKey) return undefined;
  const step = shiftKey ? HOUR : STEP;
  const bounded = (to: number): number => Math.max(0, Math.min(end, to));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return bounded(time + step);
    case 'ArrowLeft':
    case 'ArrowDown':
      return bounded(time - step);
    case 'PageUp':
      return bounded(time + 6 * HOUR);
    case 'PageDown':
      return bounded(time - 6 * HOUR);
    case 'Home':
      return 0;
    case 'End':
      return end;
    default:
      return undefined;
  }
}

function Bars(props: Props & { readonly room: number; readonly name: string }) {
  const { move, bins, width, end, time, change, off, room, name } = props;
  const id = useId();
  const plot = room - GUTTER - MARGIN;
  const x = linearScale([0, end], [0, plot]);
  const most = Math.max(5, ...bins.map(({ lost, old, fresh }) => lost + old + fresh));
  const y = linearScale([0, most], [PLOT, 0]);
  const marks = roomyTicks(x, clockMarks(move, end), { within: [-GUTTER, plot + MARGIN] });
  const noted = [{ at: change, text: 'the change' }];
  if (off !== undefined && Math.abs(off - change) > HOUR) noted.push({ at: off, text: 'old server off' });
  const bars = bins.map((bin, i) => ({
    bin,
    from: i * width,
    left: x.at(i * width),
    right: x.at((i + 1) * width),
  }));
  const shapes = bars.flatMap(({ bin, left, right }) =>
    stackOf(bin, left + 0.75, Math.min(right, plot) - 0.75, y.at),
  );
  const now = x.at(time);
  return (
    <svg
      class={`chart spread-bars ${name}`}
      width={room}
      height={HEIGHT}
      viewBox={`0 0 ${room} ${HEIGHT}`}
      aria-hidden="true"
    >
      <defs>
        <pattern
          id={`${id}-lost`}
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path class="spread-hatch" d="M1 0V5" />
        </pattern>
        <clipPath id={`${id}-past`}>
          <rect x="-2" y="-2" width={Math.max(0, now + 2)} height={PLOT + 4} />
        </clipPath>
      </defs>
      <g transform={`translate(${GUTTER} ${TOP})`}>
        <LeftAxis
          scale={y}
          ticks={roundTicks(y, 3, (value) => (value === 0 ? '' : formatNumber(value)))}
          reach={plot}
        />
        <BottomAxis scale={x} ticks={marks} reach={PLOT} />
        {noted.map(({ at, text }, i) => (
          <g key={text} class="spread-noted">
            <path d={`M${Math.round(x.at(at)) + 0.5} ${-6 - 13 * i}V${PLOT}`} />
            <text x={x.at(at) + (i === 0 ? -6 : 6)} y={-9} text-anchor={i === 0 ? 'end' : 'start'}>
              {text}
            </text>
          </g>
        ))}
        {/* What is still to come is paler. */}
        <g class="spread-future">
          <Stacks shapes={shapes} hatch={`${id}-lost`} />
        </g>
        <g clip-path={`url(#${id}-past)`}>
          <Stacks shapes={shapes} hatch={`${id}-lost`} />
        </g>
      </g>
    </svg>
  );
}

interface Stack {
  readonly kind: 'old' | 'lost' | 'new';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** From the axis up: new, old, lost. */
function stackOf(
  { fresh, old, lost }: Tally,
  left: number,
  right: number,
  at: (value: number) => number,
): Stack[] {
  let below = 0;
  return (
    [
      ['new', fresh],
      ['old', old],
      ['lost', lost],
    ] as const
  ).flatMap(([kind, count]) => {
    if (count === 0) return [];
    const [bottom, top] = [at(below), at(below + count)];
    below += count;
    return [{ kind, x: left, y: top, width: Math.max(1, right - left), height: bottom - top }];
  });
}

function Stacks({ shapes, hatch }: { readonly shapes: readonly Stack[]; readonly hatch: string }) {
  return (
    <>
      {shapes.map(({ kind, x, y, width, height }) => (
        <rect
          key={`${x} ${kind}`}
          class={`spread-bar spread-bar-${kind}`}
          x={x + 0.5}
          y={y + 0.5}
          width={Math.max(0.5, width - 1)}
          height={Math.max(0.5, height - 1)}
          {...(kind === 'lost' && { style: { fill: `url(#${hatch})` } })}
        />
      ))}
    </>
  );
}

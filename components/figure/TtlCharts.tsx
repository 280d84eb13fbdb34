// Two charts over one axis of TTLs: what the authoritative server is asked, and when visits see a change. Both axes are
// logarithmic: a straight line down means that twice the TTL halves the load.
import { BottomAxis, LeftAxis } from '../chart/Axis.tsx';
import { linePath, samples } from '../chart/line.ts';
import { logScale, type Scale } from '../chart/scale.ts';
import type { Tick } from '../chart/ticks.ts';
import type { ResolverGroup } from '../engine/ttl.ts';
import { textWidth } from '../player/textwidth.ts';
import {
  DAY_S,
  HOUR_S,
  MARKS,
  MINUTE_S,
  rateText,
  readingOf,
  type TtlReading,
  timeText,
} from './ttl-words.ts';

/** Room left of the plots for their axes, and right of them for half a thumb, px. */
export const GUTTER = 60;
export const MARGIN = 12;
const TITLE = 26;
const BETWEEN = 22;
const LOAD_HEIGHT = 188;
const TIME_HEIGHT = 150;
export const CHARTS_HEIGHT = TITLE + LOAD_HEIGHT + BETWEEN + TITLE + TIME_HEIGHT;
const TIME_TOP = TITLE + LOAD_HEIGHT + BETWEEN + TITLE;
const FIRST_TTL = 1;
const LAST_TTL = 2 * DAY_S;
const SAMPLES = 160;

const LOADS: readonly Tick[] = [
  { value: 10_000, text: '10,000/s' },
  { value: 100, text: '100/s' },
  { value: 1, text: '1/s' },
  { value: 1 / MINUTE_S, text: '1/min' },
  { value: 1 / HOUR_S, text: '1/h' },
  { value: 1 / DAY_S, text: '1/day' },
];
const TIMES: readonly Tick[] = [1, MINUTE_S, HOUR_S, DAY_S].map((value) => ({
  value,
  text: timeText(value),
}));
const TTL_MARKS: readonly Tick[] = MARKS.map((value) => ({ value, text: timeText(value) }));

export const ttlScale = (width: number): Scale =>
  logScale([FIRST_TTL, LAST_TTL], [0, width - GUTTER - MARGIN]);

interface Props {
  readonly groups: readonly ResolverGroup[];
  readonly reading: TtlReading;
  readonly width: number;
  readonly label: string;
  /** Which of several drawings of one figure. */
  readonly name: string;
}

export function TtlCharts({ groups, reading, width, label, name }: Props) {
  const x = ttlScale(width);
  const plot = x.range[1];
  const load = logScale([0.5 / DAY_S, 200_000], [LOAD_HEIGHT, 0]);
  const time = logScale([0.5, LAST_TTL * 5], [TIME_HEIGHT, 0]);
  const readings = samples(x, SAMPLES).map((ttl) => readingOf(groups, ttl));
  const curve = (of: (one: TtlReading) => number, y: Scale): string =>
    linePath(
      readings.map((one) => (of(one) >= y.domain[0] ? ([x.at(one.ttl), y.at(of(one))] as const) : undefined)),
    );
  const now = x.at(reading.ttl);
  const value = { now, plot };
  const at = (px: number): TtlReading => readingOf(groups, x.from(px));
  const loadAt = (px: number): number => load.at(at(px).load);
  const lastAt = (px: number): number => time.at(at(px).last);
  const halfAt = (px: number): number => Math.min(TIME_HEIGHT, time.at(Math.max(0.01, at(px).half)));
  return (
    <svg
      class={`chart ttl-charts ${name}`}
      width={width}
      height={CHARTS_HEIGHT}
      viewBox={`0 0 ${width} ${CHARTS_HEIGHT}`}
      role="img"
      aria-label={label}
    >
      <text class="ttl-title" y="12">
        Queries at the authoritative server
      </text>
      <g transform={`translate(${GUTTER} ${TITLE})`}>
        <LeftAxis scale={load} ticks={LOADS} reach={plot} />
        <BottomAxis scale={x} ticks={TTL_MARKS} reach={LOAD_HEIGHT} words={false} />
        <path class="chart-line" d={curve((one) => one.load, load)} />
      </g>
      <text class="ttl-title" y={TIME_TOP - TITLE + 12}>
        After a change, until visits see it
      </text>
      <g transform={`translate(${GUTTER} ${TIME_TOP})`}>
        <LeftAxis scale={time} ticks={TIMES} reach={plot} />
        <BottomAxis scale={x} ticks={TTL_MARKS} reach={TIME_HEIGHT} words={false} />
        <path class="chart-line" d={curve((one) => one.last, time)} />
        <path class="chart-line chart-line-second" d={curve((one) => one.half, time)} />
      </g>
      <g transform={`translate(${GUTTER} 0)`}>
        <path
          class="chart-now"
          d={`M${now} ${TITLE}V${TITLE + LOAD_HEIGHT}M${now} ${TIME_TOP}V${CHARTS_HEIGHT}`}
        />
        <Value
          {...value}
          y={load.at(reading.load)}
          top={TITLE}
          text={rateText(reading.load)}
          curve={loadAt}
          isAbove
        />
        <Value
          {...value}
          y={time.at(reading.last)}
          top={TIME_TOP}
          text={`the last one after ${timeText(reading.last)}`}
          curve={lastAt}
          isAbove
          isLeft
        />
        <Value
          {...value}
          y={reading.half < time.domain[0] ? undefined : time.at(reading.half)}
          top={TIME_TOP}
          text={reading.half < 0.05 ? 'half of them at once' : `half of them after ${timeText(reading.half)}`}
          curve={halfAt}
        />
      </g>
    </svg>
  );
}

interface ValueProps {
  /** Where the reader stands, px. */
  readonly now: number;
  /** Place on the curve; undefined where that lies below the plot. */
  readonly y: number | undefined;
  readonly top: number;
  readonly text: string;
  /** Where the curve is, in the plot. */
  readonly curve: (x: number) => number;
  readonly isAbove?: boolean;
  readonly isLeft?: boolean;
  readonly plot: number;
}

/** A point on a curve, and its words: beside where the reader stands if they fit there, and never on the curve. */
function Value({ now, y, top, text, curve, isAbove = false, isLeft = false, plot }: ValueProps) {
  const length = textWidth(text, 13, 'strong');
  // Off the foot of the other curve, where its own lies below the plot
  const beside = isLeft ? now - 10 - length : now + (y === undefined ? 44 : 10);
  const x = Math.max(4, Math.min(plot - length, beside));
  const [left, right] = [curve(x - 2), curve(x + length + 2)];
  const baseline = isAbove
    ? Math.min(left, right) - 9
    : Math.min(Math.max(left, right) + 19, TIME_HEIGHT - 6);
  return (
    <>
      {y !== undefined && <circle class="chart-point" cx={now} cy={top + y} r="5" />}
      <text class="chart-label" x={x} y={top + Math.max(12, baseline)}>
        {text}
      </text>
    </>
  );
}

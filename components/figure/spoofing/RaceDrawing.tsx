// One race as a ladder: the slope is the latency. The question goes right, the truth comes back; what Eve sends comes
// from the left, and ends in a cross unless it was believed.
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import { roundTicks } from '../../chart/ticks.ts';
import { textWidth } from '../../player/textwidth.ts';
import { type Line, layOut, type RaceLayout } from './race-layout.ts';
import { bare, strokeText } from './race-words.ts';

const MS = 1e6;

interface DrawingProps {
  readonly reading: SpoofingReading;
  readonly width: number;
  readonly at: number;
  readonly name: string;
}

export function RaceDrawing({ reading, width, at, name }: DrawingProps) {
  const { race } = reading;
  const layout = layOut(race, width);
  const { height, lanes, strokes, question, truth, first } = layout;
  const chosen = strokes[at];
  const question2 = `id ${race.id}, port ${race.port}`;
  return (
    <svg
      class={`chart sp-ladder ${name}`}
      width={width}
      height={height + 4}
      viewBox={`0 0 ${width} ${height + 4}`}
      role="img"
      aria-label={`Time goes down. ${strokeText(reading, at)}`}
    >
      <TimeAxis layout={layout} begun={race.begun} />
      {[lanes.eve, lanes.resolver, lanes.server].map((x) => (
        <path key={x} class="sp-lane" d={`M${x} 6V${height}`} />
      ))}
      {chosen && <path class="sp-band" d={pathOf(chosen)} />}
      <path
        class="sp-strokes"
        d={strokes.map((line, i) => (line && i !== at ? pathOf(line) : '')).join('')}
      />
      <path
        class="sp-crosses"
        d={strokes
          .map((line, i) => (line && race.strokes[i]!.fate !== 'believed' ? crossOf(line, layout.cross) : ''))
          .join('')}
      />
      {chosen && race.strokes[at]!.fate !== 'believed' && (
        <>
          <path class="sp-chosen" d={pathOf(chosen)} />
          <path class="sp-chosen-cross" d={crossOf(chosen, 4.5)} />
        </>
      )}
      <g class="sp-true">
        <path d={pathOf(first)} />
        <Tip line={first} />
        {question && <path d={pathOf(question)} />}
        {question && <Tip line={question} />}
      </g>
      {strokes.map((line, i) =>
        line && race.strokes[i]!.fate === 'believed' ? (
          <g key={line.y1} class="sp-believed">
            <path d={pathOf(line)} />
            <Tip line={line} />
          </g>
        ) : null,
      )}
      {truth && (
        <g class={race.isTruthBelieved ? 'sp-true' : 'sp-true sp-late'}>
          <path d={pathOf(truth)} />
          {race.isTruthBelieved ? <Tip line={truth} /> : <path class="sp-late-cross" d={crossOf(truth, 4)} />}
        </g>
      )}
      {question && <Along line={question} off={-6} text={`${bare(race.name)}?`} />}
      {question && <Along line={question} off={16} text={question2} isNote />}
      {truth && (
        <Along line={truth} off={18} text={race.isTruthBelieved ? 'the truth' : 'the truth, too late'} />
      )}
      <Along line={first} off={-6} text="Eve asks" />
      <Count layout={layout} count={race.strokes.length} />
    </svg>
  );
}

function TimeAxis({ layout, begun }: { readonly layout: RaceLayout; readonly begun: number }) {
  const { time, width } = layout;
  const since = { ...time, domain: [0, (time.domain[1] - begun) / MS] as const };
  const ticks = roundTicks({ ...since, at: (value) => time.at(begun + value * MS) }, 6, String);
  return (
    <g class="chart-axis">
      {ticks.map(({ value, text }) => {
        const y = Math.round(time.at(begun + value * MS)) + 0.5;
        return (
          <g key={value}>
            <path d={`M40 ${y}H${width}`} />
            <text x="34" y={y + 4} text-anchor="end">
              {value === 0 ? '0\u00a0ms' : text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** How many there are, below the last one. */
function Count({ layout, count }: { readonly layout: RaceLayout; readonly count: number }) {
  const last = layout.strokes.findLast((line) => line !== undefined);
  if (!last) return null;
  const text = `${count} forged answers`;
  const wide = textWidth(text, 13, 'strong') + 12;
  const slope = (last.y2 - last.y1) / (last.x2 - last.x1);
  const y = Math.min(layout.height - 6, last.y1 + slope * wide + 18);
  return (
    <text class="sp-words sp-forged" x={layout.lanes.eve + 8} y={y}>
      {text}
    </text>
  );
}

interface AlongProps {
  readonly line: Line;
  /** Px below the line; above it where negative. */
  readonly off: number;
  readonly text: string;
  readonly isNote?: boolean;
}

/** Words along a slope, in its middle, never upside down. */
function Along({ line, off, text, isNote = false }: AlongProps) {
  const [from, to] = line.x1 < line.x2 ? [0, 1] : [1, 0];
  const xs = [line.x1, line.x2] as const;
  const ys = [line.y1, line.y2] as const;
  const angle = (Math.atan2(ys[to]! - ys[from]!, xs[to]! - xs[from]!) * 180) / Math.PI;
  const x = (line.x1 + line.x2) / 2;
  const y = (line.y1 + line.y2) / 2;
  return (
    <text
      class={isNote ? 'sp-words sp-note' : 'sp-words'}
      text-anchor="middle"
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)})`}
      y={off}
    >
      {text}
    </text>
  );
}

function Tip({ line }: { readonly line: Line }) {
  const length = Math.hypot(line.x2 - line.x1, line.y2 - line.y1);
  const [ux, uy] = [(line.x2 - line.x1) / length, (line.y2 - line.y1) / length];
  const [bx, by] = [line.x2 - 9 * ux, line.y2 - 9 * uy];
  const points = [
    [line.x2, line.y2],
    [bx - 3.6 * uy, by + 3.6 * ux],
    [bx + 3.6 * uy, by - 3.6 * ux],
  ];
  return <polygon points={points.map((point) => point.map((one) => one.toFixed(1)).join(',')).join(' ')} />;
}

function pathOf({ x1, y1, x2, y2 }: Line): string {
  return `M${x1} ${y1.toFixed(1)}L${x2} ${y2.toFixed(1)}`;
}

/** At the end of a line, on the side from which it comes. */
function crossOf({ x1, x2, y2 }: Line, r: number): string {
  const [x, y] = [x1 < x2 ? x2 - r - 1 : x2 + r + 1, y2];
  const at = (dx: number, dy: number): string => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  return `M${at(-r, -r)}L${at(r, r)}M${at(-r, r)}L${at(r, -r)}`;
}

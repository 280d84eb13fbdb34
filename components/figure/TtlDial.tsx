// The TTL as a dial: what the authoritative server is asked against how long a change takes, for a popularity that the
// reader sets. Both are computed in closed form by the engine (policy/ttl.ts). Drawn by the build for its first values.
import '../player/knobs.css';
import './ttl-dial.css';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { roomyTicks } from '../chart/ticks.ts';
import { formatNumber } from '../engine/format.ts';
import { resolverGroups, type Split } from '../engine/ttl.ts';
import { useWidth } from '../player/width.ts';
import { Aloud } from './Aloud.tsx';
import { CHARTS_HEIGHT, GUTTER, MARGIN, TtlCharts, ttlScale } from './TtlCharts.tsx';
import {
  MARKS,
  nearest,
  percentText,
  queriesText,
  RESOLVERS,
  rateText,
  readingOf,
  sentenceOf,
  TTLS,
  type TtlReading,
  timeText,
  VISITS,
} from './ttl-words.ts';

export interface TtlDialProps {
  /** Seconds; one of the dial's steps. */
  readonly ttl: number;
  readonly resolvers: number;
  /** A second, over all resolvers. */
  readonly visits: number;
  readonly split: Split;
}

/** What the build draws for; narrow pages show the second. */
const WIDE = 664;
const NARROW = 358;
/** The thumb's steps on the axis. */
const FINE = 1000;

export function TtlDial(initial: TtlDialProps) {
  const [resolvers, setResolvers] = useState(nearest(RESOLVERS, initial.resolvers));
  const [visits, setVisits] = useState(nearest(VISITS, initial.visits));
  const [split, setSplit] = useState(initial.split);
  const [step, setStep] = useState(nearest(TTLS, initial.ttl));
  const [isAlive, live] = useState(false);
  useEffect(() => live(true), []);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, WIDE);
  const groups = useMemo(
    () => resolverGroups(RESOLVERS[resolvers]!, VISITS[visits]!, split),
    [resolvers, visits, split],
  );
  const reading = readingOf(groups, TTLS[step]!);
  const said = sentenceOf(reading);
  const charts = { groups, reading, label: said };
  return (
    <div class="ttl">
      {/* biome-ignore lint/a11y/useSemanticElements: each knob is a field of its own; the row only names them */}
      <div class="rt-knobs ttl-knobs" role="group" aria-label="Popularity">
        <Knob
          label="Resolvers that ask"
          steps={RESOLVERS}
          at={resolvers}
          home={nearest(RESOLVERS, initial.resolvers)}
          text={formatNumber}
          onTurn={setResolvers}
        />
        <Knob
          label="Visits in all"
          steps={VISITS}
          at={visits}
          home={nearest(VISITS, initial.visits)}
          text={rateText}
          onTurn={setVisits}
        />
        <SplitKnob split={split} onTurn={setSplit} />
      </div>
      <p class="ttl-said">
        <Sentence reading={reading} />
      </p>
      <div class="ttl-drawing" ref={box}>
        <Surface width={width} onTurn={(ttl) => setStep(nearest(TTLS, ttl))}>
          {isAlive ? (
            <TtlCharts {...charts} width={width} name="" />
          ) : (
            <>
              <TtlCharts {...charts} width={WIDE} name="ttl-wide" />
              <TtlCharts {...charts} width={NARROW} name="ttl-narrow" />
            </>
          )}
        </Surface>
        <Dial width={width} step={step} onTurn={setStep} />
        {isAlive ? (
          <Marks width={width} name="" />
        ) : (
          <>
            <Marks width={WIDE} name="ttl-wide" />
            <Marks width={NARROW} name="ttl-narrow" />
          </>
        )}
      </div>
      <details class="ttl-table">
        <summary>The same as a table</summary>
        <Table readings={MARKS.map((ttl) => readingOf(groups, ttl))} />
      </details>
      <Aloud text={said} />
    </div>
  );
}

/** The sentence, its numbers strong. */
function Sentence({ reading: { ttl, load, hits, half, last } }: { readonly reading: TtlReading }) {
  return (
    <>
      At <strong>{timeText(ttl)}</strong>: <strong>{queriesText(load)}</strong> at the authoritative server;
      caches answer {percentText(hits)} of the visits. After a change{' '}
      {half < 0.05 ? (
        <>
          at least half of the visits move <strong>at once</strong>
        </>
      ) : (
        <>
          half of the visits move within <strong>{timeText(half)}</strong>
        </>
      )}
      , the last one after <strong>{timeText(last)}</strong>.
    </>
  );
}

interface KnobProps {
  readonly label: string;
  readonly steps: readonly number[];
  readonly at: number;
  readonly home: number;
  readonly text: (value: number) => string;
  readonly onTurn: (at: number) => void;
}

function Knob({ label, steps, at, home, text, onTurn }: KnobProps) {
  const id = useId();
  const last = steps.length - 1;
  const value = text(steps[at]!);
  const isMoved = at !== home;
  return (
    <div class="rt-knob" style={{ '--at': at / last, '--home': home / last }}>
      <div class="rt-knob-head">
        <label for={id}>{label}</label>
        <output for={id}>
          <strong>{value}</strong>
        </output>
      </div>
      <div class={`rt-slider${isMoved ? ' rt-slider-moved' : ''}`}>
        <input
          id={id}
          type="range"
          min={0}
          max={last}
          step={1}
          value={at}
          aria-valuetext={value}
          onInput={(event) => onTurn(Number(event.currentTarget.value))}
        />
      </div>
    </div>
  );
}

const SPLITS: readonly (readonly [Split, string])[] = [
  ['even', 'evenly'],
  ['zipf', 'few have most'],
];

function SplitKnob({ split, onTurn }: { readonly split: Split; readonly onTurn: (split: Split) => void }) {
  const id = useId();
  return (
    <div class="rt-knob">
      <div class="rt-knob-head">
        <span id={id}>Visits per resolver</span>
      </div>
      <div class="rt-choice" role="radiogroup" aria-labelledby={id}>
        {SPLITS.map(([value, text]) => (
          <label key={value}>
            <input
              type="radio"
              name={id}
              value={value}
              checked={value === split}
              onChange={() => onTurn(value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** The charts can be pressed and dragged; the dial below is what the keyboard has. */
function Surface(props: {
  readonly width: number;
  readonly onTurn: (ttl: number) => void;
  // biome-ignore lint/suspicious/noExplicitAny: children of Preact
  readonly children: any;
}) {
  const { width, onTurn, children } = props;
  const isHeld = useRef(false);
  const turn = (event: PointerEvent): void => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    onTurn(ttlScale(width).from(event.clientX - left - GUTTER));
  };
  return (
    <div
      class="ttl-surface"
      style={{ minHeight: `${CHARTS_HEIGHT}px` }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        isHeld.current = true;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        turn(event);
      }}
      onPointerMove={(event) => isHeld.current && turn(event)}
      onPointerUp={() => {
        isHeld.current = false;
      }}
      onPointerCancel={() => {
        isHeld.current = false;
      }}
    >
      {children}
    </div>
  );
}

interface DialProps {
  readonly width: number;
  readonly step: number;
  readonly onTurn: (step: number) => void;
}

function Dial({ width, step, onTurn }: DialProps) {
  const id = useId();
  const x = ttlScale(width);
  const at = x.at(TTLS[step]!) / x.range[1];
  const bounded = (to: number): number => Math.max(0, Math.min(TTLS.length - 1, to));
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = stepOf(event.key, step);
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onTurn(bounded(to));
  };
  return (
    <div class="ttl-dial">
      <label for={id}>TTL</label>
      <div class="rt-slider" style={{ '--at': at, '--home': at }}>
        <input
          id={id}
          type="range"
          min={0}
          max={FINE}
          step={1}
          value={Math.round(at * FINE)}
          // The rest is said once the reader pauses.
          aria-valuetext={timeText(TTLS[step]!)}
          onKeyDown={onKeyDown}
          onInput={(event) => {
            const part = Number(event.currentTarget.value) / FINE;
            const to = nearest(TTLS, x.from(part * x.range[1]));
            onTurn(to);
            // Between two steps the thumb goes to the nearer, also where nothing else changes.
            event.currentTarget.value = String(Math.round((x.at(TTLS[to]!) / x.range[1]) * FINE));
          }}
        />
      </div>
    </div>
  );
}

/** Arrows go to the next TTL, Page up and Page down to the next that has a mark. */
function stepOf(key: string, step: number): number | undefined {
  const marks = MARKS.map((ttl) => TTLS.indexOf(ttl));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return step + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return step - 1;
    case 'PageUp':
      return marks.find((mark) => mark > step) ?? TTLS.length - 1;
    case 'PageDown':
      return marks.findLast((mark) => mark < step) ?? 0;
    case 'Home':
      return 0;
    case 'End':
      return TTLS.length - 1;
    default:
      return undefined;
  }
}

function Marks({ width, name }: { readonly width: number; readonly name: string }) {
  const x = ttlScale(width);
  const wanted = [300, 3_600, 86_400, 1, 30, 60].map((value) => ({ value, text: timeText(value) }));
  return (
    <svg
      class={`chart ttl-marks ${name}`}
      width={width}
      height="18"
      viewBox={`0 0 ${width} 18`}
      aria-hidden="true"
    >
      <g class="chart-axis" transform={`translate(${GUTTER} 0)`}>
        {roomyTicks(x, wanted, { within: [-20, x.range[1] + MARGIN] }).map(({ value, text }) => (
          <text key={value} x={x.at(value)} y="13" text-anchor="middle">
            {text}
          </text>
        ))}
      </g>
    </svg>
  );
}

function Table({ readings }: { readonly readings: readonly TtlReading[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">TTL</th>
          <th scope="col">Queries at the server</th>
          <th scope="col">From caches</th>
          <th scope="col">Half see the change</th>
          <th scope="col">The last one sees it</th>
        </tr>
      </thead>
      <tbody>
        {readings.map(({ ttl, load, hits, half, last }) => (
          <tr key={ttl}>
            <th scope="row">{timeText(ttl)}</th>
            <td>{rateText(load)}</td>
            <td>{percentText(hits)}</td>
            <td>{half < 0.05 ? 'at once' : `after ${timeText(half)}`}</td>
            <td>after {timeText(last)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// A name that moves, seen around the world: what the resolver of each city would answer at the cursor and for how long
// it will, and where the orders of its people go. A run of its own, with its knobs; nobody is told, caches only forget.
import './propagation.css';
import '../player/player.css';
import '../player/timeline.css';
import '../player/map.css';
import { useStore } from '@nanostores/preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import { adopt } from '../engine/adopt.ts';
import { createFigure, type Figure } from '../engine/figure.ts';
import { formatNumber, formatSpan, MINUTE } from '../engine/format.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import { Knobs } from '../player/Knobs.tsx';
import { Aloud } from './Aloud.tsx';
import { letPass } from './let-pass.ts';
import { PropagationMap, type Sheet, Sign } from './PropagationMap.tsx';
import { PropagationStrip } from './PropagationStrip.tsx';
import {
  type Belief,
  beliefLater,
  beliefsAt,
  binsOf,
  type CityOf,
  changeOf,
  citiesOf,
  clock,
  HOUR,
  type Move,
  momentText,
  ordersOf,
  remaining,
  sinceChange,
  spreadOf,
  type Tally,
  tally,
} from './propagation-reading.ts';

export interface PropagationProps {
  readonly placed: Placed;
  readonly title: string;
  readonly move: Move;
  /** Names of the cities, as on the map. */
  readonly cities: readonly string[];
  readonly wide: Sheet;
  readonly tall: Sheet;
  /** As it is at the moment that the page is drawn for. */
  readonly built: {
    readonly beliefs: readonly Belief[];
    readonly bins: readonly Tally[];
    /** Of each city until that moment. */
    readonly soFar: readonly Tally[];
  };
  /** The map that the page carries. */
  readonly children?: ComponentChildren;
}

const isLive = typeof document !== 'undefined';
const prefersLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
/** A second of reading is so much of the run: in six of them it comes to where the copies of a day have run out. */
const PACE = 6 * HOUR;
const BAR = HOUR;
/** While the cursor moves, caches are asked for at most this often. */
const EVERY_MS = 60;

export function Propagation(props: PropagationProps) {
  const { placed, title, move } = props;
  const figure = useMemo(() => figureOf(placed), [placed.id]);
  const root = useRef<HTMLElement>(null);
  useEffect(() => adopt(figure, root.current!), [figure]);
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const isBusy = useStore(figure.$busy);
  const cities = useMemo(() => citiesOf(view, props.cities), [view, props.cities]);
  const orders = useOrders(view, cities, props);
  const beliefs = useBeliefs(figure, cities, props);
  const change = changeOf(view);
  const soFar = orders.until(time);
  const off = view.spans.find(({ machine }) => view.machines[machine]?.name === move.old)?.start;
  return (
    <section class="rt-player spread" id={figure.id} aria-label={title} ref={root}>
      <div class="rt-head spread-head">
        <span class="rt-title">{title}</span>
        <span class="spread-time">
          {isBusy && <span class="rt-busy">computing …</span>}
          {sinceChange(time, change)}
        </span>
      </div>
      <div class="spread-knobs">
        <Knobs figure={figure} />
      </div>
      <Message figure={figure} />
      <div class="spread-map">
        {props.children}
        <PropagationMap wide={props.wide} tall={props.tall} beliefs={beliefs} time={time} />
      </div>
      <Spread beliefs={beliefs} soFar={soFar} />
      <PropagationStrip
        move={move}
        bins={orders.bins}
        width={BAR}
        end={view.end}
        time={time}
        change={change}
        off={off}
        figure={figure}
      />
      <Transport figure={figure} move={move} change={change} />
      <InAll view={view} />
      <details class="spread-table">
        <summary>The cities as a table</summary>
        <Table cities={props.cities} beliefs={beliefs} soFar={soFar} time={time} />
      </details>
      <Aloud text={momentText(move, time, change, beliefs)} />
    </section>
  );
}

function figureOf(placed: Placed): Figure {
  const figure = createFigure({
    ...takeHandover(placed),
    live: isLive,
    answers: () => import('../engine/client.ts').then((module) => module.answers),
    ...(isLive && { reducedMotion: prefersLessMotion }),
  });
  figure.setSpeed(PACE);
  return figure;
}

/** The orders of the run; the page's own numbers until the whole run is there. */
function useOrders(view: RunView, cities: readonly CityOf[], { move, built }: PropagationProps) {
  return useMemo(() => {
    if (view.packets.length === 0) return { bins: built.bins, until: () => built.soFar };
    const orders = ordersOf(view, cities, move);
    return {
      bins: binsOf(orders, view.end, BAR),
      until: (time: number): readonly Tally[] => {
        const past = orders.filter((order) => order.time <= time);
        return cities.map((_, i) => tally(past.filter(({ city }) => city === i)));
      },
    };
  }, [view, cities, move, built]);
}

/** What the resolvers have kept at the cursor: asked for as it moves; what has run out since is nothing at once. */
function useBeliefs(figure: Figure, cities: readonly CityOf[], { move, built }: PropagationProps) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [beliefs, setBeliefs] = useState(built.beliefs);
  const asked = useRef({ at: 0, number: 0, view, time });
  useEffect(() => {
    // The page was drawn for this moment.
    if (asked.current.view === view && asked.current.time === time) return undefined;
    const wait = Math.max(0, asked.current.at + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      const number = asked.current.number + 1;
      asked.current = { at: performance.now(), number, view, time };
      figure.caches(time).then(
        (caches) => {
          // A later question may have been answered first.
          if (number === asked.current.number) setBeliefs(beliefsAt(view, cities, move, caches, time));
        },
        () => undefined,
      );
    }, wait);
    return () => clearTimeout(timer);
  }, [figure, view, cities, move, time]);
  return beliefs.map((belief) => beliefLater(belief, time));
}

function Message({ figure }: { readonly figure: Figure }) {
  const message = useStore(figure.$message);
  if (!message) return null;
  return (
    <p class="rt-message" role="status">
      {message}
      <button type="button" onClick={() => figure.dismiss()}>
        Close
      </button>
    </p>
  );
}

const WORDS = { old: 'would give the old address', new: 'the new one', none: 'would have to ask' } as const;

/** The shapes with what they mean and how many there are: the key of the map and of the bars. */
function Spread({
  beliefs,
  soFar,
}: {
  readonly beliefs: readonly Belief[];
  readonly soFar: readonly Tally[];
}) {
  const { old, fresh, none } = spreadOf(beliefs);
  const sum = (of: (one: Tally) => number): number => soFar.reduce((all, one) => all + of(one), 0);
  return (
    <div class="spread-key">
      <p>
        <b>Resolvers</b>
        {(
          [
            ['old', old],
            ['new', fresh],
            ['none', none],
          ] as const
        ).map(([answer, count]) => (
          <span key={answer}>
            <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
              <Sign answer={answer} />
            </svg>
            {count} {WORDS[answer]}
          </span>
        ))}
      </p>
      <p>
        <b>Orders so far</b>
        {(
          [
            ['old', sum((one) => one.old), 'taken by the old server'],
            ['lost', sum((one) => one.lost), 'lost'],
            ['new', sum((one) => one.fresh), 'taken by the new one'],
          ] as const
        ).map(([kind, count, words]) => (
          <span key={kind}>
            <i class={`spread-swatch spread-swatch-${kind}`} aria-hidden="true" />
            {formatNumber(count)} {words}
          </span>
        ))}
      </p>
    </div>
  );
}

const SPANS = [
  [10 * MINUTE, '10\u00a0min'],
  [HOUR, '1\u00a0h'],
  [6 * HOUR, '6\u00a0h'],
] as const;

function Transport({ figure, move, change }: { figure: Figure; move: Move; change: number }) {
  const isPlaying = useStore(figure.$playing);
  const time = useStore(figure.$cursor);
  const { end } = useStore(figure.$view);
  const [span, setSpan] = useState<number>();
  const stop = useRef<() => void>();
  useEffect(() => () => stop.current?.(), []);
  const pass = (wanted: number): void => {
    stop.current?.();
    if (span === wanted) return;
    setSpan(wanted);
    // The run is over when it is over: nobody types into it here.
    const rest = Math.min(wanted, figure.$view.get().end - figure.$cursor.get());
    stop.current = letPass(figure, rest, { near: '', isAtOnce: prefersLessMotion() }, () =>
      setSpan((current) => (current === wanted ? undefined : current)),
    );
  };
  return (
    <div class="rt-actions spread-passing">
      <button
        type="button"
        class={`rt-transport rt-play spread-play${isPlaying ? ' spread-playing' : ''}`}
        aria-label={isPlaying ? 'Pause' : 'Play'}
        onClick={() => (isPlaying ? figure.pause() : figure.play())}
      >
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
          <path
            class="rt-solid"
            d={isPlaying ? 'M5.5 4.5 h3.2 v11 h-3.2 Z M11.3 4.5 h3.2 v11 h-3.2 Z' : 'M6 4 L15.5 10 L6 16 Z'}
          />
        </svg>
      </button>
      <span class="spread-clock">{clock(move, time)}</span>
      <span class="spread-let">Let time pass:</span>
      {SPANS.map(([one, text]) => (
        <button
          key={one}
          type="button"
          aria-pressed={span === one}
          disabled={time >= end}
          onClick={() => pass(one)}
        >
          {text}
        </button>
      ))}
      <button type="button" onClick={() => figure.seek(change)}>
        To the change
      </button>
    </div>
  );
}

/** What holds for the whole run, from its claims: it changes with the knobs. */
function InAll({ view: { claims } }: { readonly view: RunView }) {
  const claimed = (name: string) => claims.find((one) => one.name === name)?.value;
  const [orders, lost, last] = [claimed('orders'), claimed('lost'), claimed('lastLost')];
  if (typeof orders !== 'number' || typeof lost !== 'number') return null;
  return (
    <p class="spread-all">
      In the whole run <strong>{formatNumber(lost)}</strong> of {formatNumber(orders)} orders are lost
      {typeof last === 'number' && (
        <>
          , the last one <strong>{formatSpan(last)}</strong> after the change
        </>
      )}
      .
    </p>
  );
}

const ANSWERS = { old: 'the old address', new: 'the new address', none: 'nothing: it would ask' } as const;

function Table(props: {
  readonly cities: readonly string[];
  readonly beliefs: readonly Belief[];
  readonly soFar: readonly Tally[];
  readonly time: number;
}) {
  const { cities, beliefs, soFar, time } = props;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">City</th>
          <th scope="col">Its resolver has</th>
          <th scope="col">Still for</th>
          <th scope="col">Orders to the old server</th>
          <th scope="col">Lost</th>
          <th scope="col">To the new one</th>
        </tr>
      </thead>
      <tbody>
        {cities.map((city, i) => {
          const { answer, expires } = beliefs[i]!;
          const { old, lost, fresh } = soFar[i]!;
          return (
            <tr key={city}>
              <th scope="row">{city}</th>
              <td>{ANSWERS[answer]}</td>
              <td>{expires === undefined ? '–' : remaining(expires - time)}</td>
              <td>{formatNumber(old + lost)}</td>
              <td>{formatNumber(lost)}</td>
              <td>{formatNumber(fresh)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

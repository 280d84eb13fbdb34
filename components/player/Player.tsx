// One figure: head, panels, timeline. It shows one run through panels that share one cursor in time.
import './player.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { adopt } from '../engine/adopt.ts';
import { createFigure, type Figure, type PanelName } from '../engine/figure.ts';
import { type Handover, takeHandover } from '../engine/handover.ts';
import { Head } from './Head.tsx';
import { listenToKeys } from './keyboard.ts';
import { Ladder } from './Ladder.tsx';
import { Lazy, type PartName } from './lazy.tsx';
import { MapPanel } from './Map.tsx';
import { Timeline } from './Timeline.tsx';

export interface PlayerProps {
  /** Where the page keeps the figure's data: see `engine/handover.ts`. */
  readonly data: string;
  readonly offered: readonly PanelName[];
  /** What narrow pages open first; undefined for the same as wide ones. */
  readonly narrow?: PanelName | undefined;
  /** Width of the figure in px that the page was drawn for. */
  readonly width: number;
  readonly autoplay?: boolean;
}

const isLive = typeof document !== 'undefined';
const NARROW = '(max-width: 899.98px)';
export const prefersLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

function figureOf(handover: Handover): Figure {
  return createFigure({
    ...handover,
    live: isLive,
    answers: () => import('../engine/client.ts').then((module) => module.answers),
    ...(isLive && { reducedMotion: prefersLessMotion }),
  });
}

export function Player({ data, offered, narrow, width, autoplay = false }: PlayerProps) {
  const figure = useMemo(() => figureOf(takeHandover(data)), [data]);
  const root = useRef<HTMLElement>(null);
  const open = useStore(figure.$panels);
  const menu = useStore(figure.$menu);
  const [undecided, decide] = useState(narrow);

  useEffect(() => {
    // Now the width is known: what the style sheet chose becomes the reader's open panel.
    if (undecided && matchMedia(NARROW).matches) figure.open(undecided);
    decide(undefined);
    return adopt(figure, root.current!);
  }, [figure]);
  useEffect(() => listenToKeys(figure, root.current!), [figure]);
  useEffect(() => (autoplay ? playInView(figure, root.current!) : undefined), [figure, autoplay]);

  return (
    <section class="rt-player" id={figure.id} aria-label={figure.title} ref={root}>
      <Head figure={figure} offered={offered} narrow={undecided} />
      {menu === 'knobs' && <Lazy name="knobs" figure={figure} />}
      <Message figure={figure} />
      {menu && menu !== 'knobs' && (
        <div class={`rt-over rt-over-${menu}`}>
          <Lazy name={menu} figure={figure} />
        </div>
      )}
      {undecided && !open.includes(undecided) ? (
        <>
          <div class="rt-if-wide">
            <Panels figure={figure} names={open} width={width} />
          </div>
          <div class="rt-if-narrow">
            <Panels figure={figure} names={[undecided]} width={390} />
          </div>
        </>
      ) : (
        <Panels figure={figure} names={open} width={width} isBoth={undecided !== undefined} />
      )}
      <Timeline figure={figure} width={width - 108} />
    </section>
  );
}

function Message({ figure }: { figure: Figure }) {
  const message = useStore(figure.$message);
  const { cutShort } = useStore(figure.$view);
  if (!message && !cutShort) return null;
  return (
    <p class="rt-message" role="status">
      {message ?? cutShort}
      {message && (
        <button type="button" onClick={() => figure.dismiss()}>
          Close
        </button>
      )}
    </p>
  );
}

interface PanelsProps {
  readonly figure: Figure;
  readonly names: readonly PanelName[];
  readonly width: number;
  /** Drawn for both shapes of the map, until the browser has chosen. */
  readonly isBoth?: boolean;
}

function Panels({ figure, names, width, isBoth = true }: PanelsProps) {
  const before = useStore(figure.$before);
  if (before) {
    return (
      <div class="rt-panels">
        <Lazy name="compare" figure={figure} />
      </div>
    );
  }
  const isTwo = names.length > 1;
  return (
    <div class={isTwo ? 'rt-panels rt-panels-two' : 'rt-panels'}>
      {names.map((name) => (
        <div key={name} class={`rt-panel rt-panel-${name}`}>
          <Panel
            figure={figure}
            name={name}
            width={isTwo ? width / 2 - 24 : width}
            isBoth={isBoth}
            isHalf={isTwo}
          />
        </div>
      ))}
    </div>
  );
}

function Panel({
  figure,
  name,
  width,
  isBoth,
  isHalf,
}: {
  figure: Figure;
  name: PanelName;
  width: number;
  isBoth: boolean;
  isHalf: boolean;
}) {
  if (name === 'ladder') return <Ladder figure={figure} width={width} />;
  if (name !== 'map') return <Lazy name={name satisfies PartName} figure={figure} />;
  return <Maps figure={figure} width={width} isBoth={isBoth} isHalf={isHalf} />;
}

/** Narrower than this, the wide map has no room for its names; the style sheet knows the number too. */
const WIDE_MAP = 800;

/** The wide map and the tall one; the browser keeps the one that fits. */
function Maps({
  figure,
  width,
  isBoth,
  isHalf,
}: {
  figure: Figure;
  width: number;
  isBoth: boolean;
  isHalf: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [shape, setShape] = useState<'wide' | 'tall' | undefined>(
    isBoth ? undefined : isHalf ? 'tall' : undefined,
  );
  useEffect(() => {
    const element = box.current!;
    const look = () => setShape(element.clientWidth < WIDE_MAP ? 'tall' : 'wide');
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="rt-maps" ref={box}>
      {shape !== 'tall' && <MapPanel key="wide" figure={figure} shape="wide" width={width} />}
      {shape !== 'wide' && <MapPanel key="tall" figure={figure} shape="tall" width={358} />}
    </div>
  );
}

/** Plays once when the figure is well in view, unless its reader asked for less motion or did something already. */
function playInView(figure: Figure, element: HTMLElement): (() => void) | undefined {
  if (prefersLessMotion()) return undefined;
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (!entry!.isIntersecting) return;
      observer.disconnect();
      figure.play();
    },
    { threshold: 0.6 },
  );
  observer.observe(element);
  const stop = () => observer.disconnect();
  element.addEventListener('pointerdown', stop, { once: true });
  element.addEventListener('keydown', stop, { once: true });
  return stop;
}

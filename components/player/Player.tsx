// One figure: head, panels, timeline. It shows one run through panels that share one cursor in time.
import './player.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { adopt } from '../engine/adopt.ts';
import { createFigure, type Figure, type PanelName } from '../engine/figure.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import { Head } from './Head.tsx';
import { listenToKeys } from './keyboard.ts';
import { Ladder } from './Ladder.tsx';
import { Lazy, type PartName, preload } from './lazy.tsx';
import { MapPanel } from './Map.tsx';
import type { MapShape } from './map-layout.ts';
import { Timeline } from './Timeline.tsx';

export interface PlayerProps {
  readonly placed: Placed;
  readonly offered: readonly PanelName[];
  /** What narrow pages open first. */
  readonly narrow: PanelName;
  /** Width of the figure in px that the page was drawn for. */
  readonly width: number;
  readonly autoplay?: boolean;
}

/** Width in px of what stands beside a terminal: the tall map at its size, and 80 columns are left (terminal.css). */
const BESIDE_TERMINAL = 358;

const isLive = typeof document !== 'undefined';
const NARROW = '(max-width: 899.98px)';
export const prefersLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

function figureOf(placed: Placed): Figure {
  return createFigure({
    ...takeHandover(placed),
    live: isLive,
    answers: () => import('../engine/client.ts').then((module) => module.answers),
    ...(isLive && { reducedMotion: prefersLessMotion }),
  });
}

export function Player({ placed, offered, narrow, width, autoplay = false }: PlayerProps) {
  const figure = useMemo(() => figureOf(placed), [placed.id]);
  const root = useRef<HTMLElement>(null);
  const open = useStore(figure.$panels);
  const menu = useStore(figure.$menu);
  // Wide or narrow: the server cannot know, so it draws both, and the style sheet shows one.
  const [undecided, decide] = useState<PanelName | undefined>(narrow);

  useEffect(() => {
    // Now the width is known: what the style sheet chose becomes the reader's open panel.
    if (undecided && matchMedia(NARROW).matches) figure.settle(undecided);
    // The page's drawing stays until the panels that load by themselves are there.
    void preload(figure.$panels.get().filter((name) => name !== 'map' && name !== 'ladder'))
      .catch(() => undefined)
      .then(() => decide(undefined));
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
      {undecided ? (
        <>
          <div class="rt-if-wide">
            <Panels figure={figure} names={open} width={width} shape="wide" />
          </div>
          <div class="rt-if-narrow">
            <Panels figure={figure} names={[undecided]} width={390} shape="tall" />
          </div>
        </>
      ) : (
        <Panels figure={figure} names={open} width={width} />
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
  /** The map's shape, when the page was drawn for it. */
  readonly shape?: MapShape;
}

function Panels({ figure, names, width, shape }: PanelsProps) {
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
            width={!isTwo ? width : names.includes('terminal') ? BESIDE_TERMINAL : width / 2 - 24}
            shape={isTwo ? 'tall' : shape}
          />
        </div>
      ))}
    </div>
  );
}

interface PanelProps {
  readonly figure: Figure;
  readonly name: PanelName;
  readonly width: number;
  readonly shape: MapShape | undefined;
}

function Panel({ figure, name, width, shape }: PanelProps) {
  if (name === 'ladder') return <Ladder figure={figure} width={width} />;
  if (name !== 'map') return <Lazy name={name satisfies PartName} figure={figure} />;
  return <Maps figure={figure} width={width} shape={shape} />;
}

/** Narrower than this, the wide map has no room for its names. */
const WIDE_MAP = 800;

/** The wide map or the tall one, whichever fits. */
function Maps({
  figure,
  width,
  shape: first,
}: {
  figure: Figure;
  width: number;
  shape: MapShape | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [shape, setShape] = useState(first ?? (isLive && innerWidth < WIDE_MAP ? 'tall' : 'wide'));
  useEffect(() => {
    const element = box.current!;
    const look = () => element.clientWidth > 0 && setShape(element.clientWidth < WIDE_MAP ? 'tall' : 'wide');
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box}>
      <MapPanel key={shape} figure={figure} shape={shape} width={shape === 'tall' ? 358 : width} />
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

// A moment of a run as a still picture: what the figures of the chapters draw, with nothing in it to press. It is drawn
// while the page is built, once for wide pages and once for phones; no script of a figure comes with it.
import '../player/player.css';
import '../player/ladder.css';
import { createFigure, type Figure } from '../engine/figure.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import { LadderDrawing, Lanes } from '../player/Ladder.tsx';
import { layOutLadder } from '../player/ladder-layout.ts';
import { MapPanel } from '../player/Map.tsx';
import { foldsOf } from '../player/scale.ts';

export interface MomentProps {
  readonly placed: Placed;
  readonly panel: 'map' | 'ladder';
  /** For the ladder: kernel nanoseconds. */
  readonly from: number;
  readonly to: number;
}

/** A ladder narrower than 620 px has three lanes, and is as high as a card can bear. */
const WIDE = { map: 1040, ladder: 520 };
const NARROW = 358;

export function Moment({ placed, panel, from, to }: MomentProps) {
  const figure = createFigure({
    ...takeHandover(placed),
    live: false,
    answers: () => Promise.reject(new Error('a still picture asks nothing')),
  });
  const draw = (shape: 'wide' | 'tall', width: number) =>
    panel === 'map' ? (
      <MapPanel figure={figure} shape={shape} width={width} />
    ) : (
      <Stretch figure={figure} id={`${placed.id}-${shape}`} width={width} from={from} to={to} />
    );
  return (
    <>
      <div class="moment-wide">{draw('wide', WIDE[panel])}</div>
      <div class="moment-tall">{draw('tall', NARROW)}</div>
    </>
  );
}

interface StretchProps {
  readonly figure: Figure;
  readonly id: string;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/** The ladder between two moments, as high as it is. */
function Stretch({ figure, id, width, from, to }: StretchProps) {
  const view = figure.$view.get();
  const layout = layOutLadder(view, { width, folds: foldsOf([view]), start: from, end: to });
  return (
    <div class={layout.isNarrow ? 'rt-ladder rt-ladder-narrow' : 'rt-ladder'}>
      <Lanes layout={layout} view={view} />
      <LadderDrawing figure={figure} view={view} layout={layout} id={id} />
    </div>
  );
}

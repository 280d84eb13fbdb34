// The map's wires: drawn, cut, and pressed. A wire is a thing to select like a machine; what can be done to it stands
// under the map.

import { useStore } from '@nanostores/preact';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { formatDuration } from '../engine/format.ts';
import { now } from './condition.ts';
import type { MapLayout, Point, Wire } from './map-layout.ts';
import { percent, round } from './map-words.tsx';
import { Mark } from './marks.tsx';
import type { Box } from './placer.ts';
import { Spot } from './spot.tsx';
import { withUnit } from './time.ts';

/** Half the gap of a cut wire, in px. */
const GAP = 10;

type Cut = ReadonlyMap<number, number>;

/** A point on the wire, `by` px from the middle of it. */
function aside({ from, to }: Wire, by: number): Point {
  const length = Math.max(1, Math.hypot(to.x - from.x, to.y - from.y));
  return {
    x: (from.x + to.x) / 2 + ((to.x - from.x) / length) * by,
    y: (from.y + to.y) / 2 + ((to.y - from.y) / length) * by,
  };
}

/** The room that the gap of a cut wire takes. */
export function gapBox(wire: Wire): Box {
  const { x, y } = aside(wire, 0);
  return { x0: x - GAP - 2, y0: y - GAP - 2, x1: x + GAP + 2, y1: y + GAP + 2 };
}

export function Wires({
  layout,
  cut,
  selected,
}: {
  layout: MapLayout;
  cut: Cut;
  selected: number | undefined;
}) {
  const line = (from: Point, to: Point, name: string) => (
    <line
      key={`${from.x}.${from.y}`}
      class={name}
      x1={percent(from.x, layout)}
      y1={round(from.y)}
      x2={percent(to.x, layout)}
      y2={round(to.y)}
    />
  );
  return (
    <g>
      {layout.wires.map((wire) => {
        const { channel, from, to } = wire;
        const name = `rt-wire${channel === selected ? ' rt-selected' : ''}`;
        if (!cut.has(channel)) return line(from, to, name);
        const middle = aside(wire, 0);
        const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
        return (
          <g key={channel} class="rt-wire-cut">
            {line(from, aside(wire, -GAP), name)}
            {line(aside(wire, GAP), to, name)}
            <Spot x={percent(middle.x, layout)} y={round(middle.y)}>
              <g transform={`rotate(${round(angle)})`}>
                <path class={name} d={`M${-GAP} -5V5 M${GAP} -5V5`} />
                <path class="rt-wire-stroke" d="M-5.5 -8 L5.5 8" />
              </g>
            </Spot>
          </g>
        );
      })}
    </g>
  );
}

/** Where wires are pressed: 24 px broad, between the machines at their ends. */
export function Links(props: {
  figure: Figure;
  layout: MapLayout;
  view: RunView;
  cut: Cut;
  selected: number | undefined;
}) {
  const { figure, layout, view, cut, selected } = props;
  return (
    <g>
      {layout.wires.map((wire) => {
        const { channel, from, to } = wire;
        const isSelected = channel === selected;
        const toggle = () => figure.selectChannel(isSelected ? undefined : channel);
        const half = Math.hypot(to.x - from.x, to.y - from.y) / 2;
        const reach = half - Math.min(26, half * 0.6);
        const middle = aside(wire, 0);
        const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
        return (
          // biome-ignore lint/a11y/useSemanticElements: HTML buttons do not live in a drawing
          <g
            key={channel}
            class="rt-link"
            role="button"
            tabindex={0}
            aria-pressed={isSelected}
            aria-label={`Link ${linkName(view, channel)}${cut.has(channel) ? ', cut' : ''}`}
            onClick={toggle}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              event.stopPropagation();
              toggle();
            }}
          >
            <Spot x={percent(middle.x, layout)} y={round(middle.y)}>
              <rect
                x={round(-reach)}
                y="-12"
                width={round(2 * reach)}
                height="24"
                rx="4"
                transform={`rotate(${round(angle)})`}
              />
            </Spot>
          </g>
        );
      })}
    </g>
  );
}

function linkName(view: RunView, channel: number): string {
  const { from, to } = view.channels[channel]!;
  return `${view.machines[from]!.label} – ${view.machines[to]!.label}`;
}

/** Under the map: what the selected link is, and what can be done to it. */
export function LinkActions(props: {
  figure: Figure;
  view: RunView;
  channel: number;
  /** Which input cut it, if it is cut. */
  cutBy: number | undefined;
}) {
  const { figure, view, channel, cutBy } = props;
  const time = useStore(figure.$cursor);
  const { from, to, delay } = view.channels[channel]!;
  const name = linkName(view, channel);
  return (
    <section class="rt-tables" aria-label={`Link ${name}`}>
      <div class="rt-tables-head">
        <h3>{name}</h3>
        <span class="rt-tables-time">{delay > 0 ? `${formatDuration(delay, 2)} one way` : 'no delay'}</span>
      </div>
      <div class="rt-actions">
        {figure.isFixed ? null : cutBy === undefined ? (
          <button
            type="button"
            onClick={() =>
              figure.addInput({
                time: now(figure),
                what: 'cut',
                detail: { from: view.machines[from]!.name, to: view.machines[to]!.name },
              })
            }
          >
            <Mark name="cut" /> Cut this link from {withUnit(time)}
          </button>
        ) : (
          <button type="button" onClick={() => figure.removeInput(cutBy)}>
            <Mark name="restart" /> Undo the cut at {withUnit(view.inputs[cutBy]!.time)}
          </button>
        )}
      </div>
    </section>
  );
}

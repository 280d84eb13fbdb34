// A quiet world to put things on: land in the colour of areas, names of cities where there is room. In an Astro file
// `<World world={drawWorld(cities)} />` without a client directive ships no script; what moves is drawn over it, in an
// SVG with the same `viewBox`, for both drawings.
import './world.css';
import type { ComponentChildren } from 'preact';
import type { DrawnWorld, WorldDrawing } from './drawing.ts';

interface Props {
  readonly world: DrawnWorld;
  /** Words for who does not see it. */
  readonly label: string;
  /** Lies over the map, the same size. */
  readonly children?: ComponentChildren;
}

export function World({ world, label, children }: Props) {
  return (
    <div class="world">
      <Drawing drawing={world.wide} name="world-wide" label={label} />
      <Drawing drawing={world.tall} name="world-tall" label={label} />
      {children}
    </div>
  );
}

function Drawing(props: { readonly drawing: WorldDrawing; readonly name: string; readonly label: string }) {
  const { drawing, name, label } = props;
  const { width, height, panes, places } = drawing;
  return (
    <svg class={name} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {panes.map(({ y0, land }) => (
        <path key={y0} class="world-land" d={land} />
      ))}
      {places.map(({ city, x, y, label }) => (
        <g key={city.name} transform={`translate(${x} ${y})`}>
          <circle class="world-city" r="3" />
          {label && (
            <text class="world-name" x={label.dx} y={label.baselines[0]} text-anchor={label.align}>
              {city.name}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

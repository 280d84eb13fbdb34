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
  /** Where the file of `landFile` lies, which pages share; without it the land is drawn in place. */
  readonly land?: string;
  /** Lies over the map, the same size. */
  readonly children?: ComponentChildren;
}

export function World({ world, label, land, children }: Props) {
  return (
    <div class="world">
      <Drawing drawing={world.wide} name="wide" label={label} file={land} />
      <Drawing drawing={world.tall} name="tall" label={label} file={land} />
      {children}
    </div>
  );
}

interface DrawingProps {
  readonly drawing: WorldDrawing;
  readonly name: keyof DrawnWorld;
  readonly label: string;
  readonly file: string | undefined;
}

function Drawing({ drawing, name, label, file }: DrawingProps) {
  const { width, height, panes, places } = drawing;
  return (
    <svg class={`world-${name}`} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {panes.map(({ y0, land }, i) =>
        file === undefined ? (
          <path key={y0} class="world-land" d={land} />
        ) : (
          <use key={y0} class="world-land" href={`${file}#${name}-${i}`} />
        ),
      )}
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

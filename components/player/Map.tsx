// The map: places, machines, wires with their delays, and the packets at their true positions at the cursor. Machines
// and wires are drawn again only when something is cut or switched off; what is in flight, as the cursor moves.
import './map.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { type Condition, conditionAt } from './condition.ts';
import { LinkActions, Links, Wires } from './Links.tsx';
import { MACHINE_HALF, MachineGlyph } from './machine.tsx';
import { layOut, MAP_UNITS, type MapLayout, type MapShape } from './map-layout.ts';
import { MapWords, percent } from './map-words.tsx';
import { Spot } from './spot.tsx';
import { Tables } from './Tables.tsx';
import { Traffic } from './Traffic.tsx';
import { useWidth } from './width.ts';

export function MapPanel({
  figure,
  shape,
  width = MAP_UNITS[shape],
}: {
  figure: Figure;
  shape: MapShape;
  width?: number;
}) {
  const view = useStore(figure.$view);
  const machine = useStore(figure.$machine);
  const channel = useStore(figure.$channel);
  const prompt = useStore(figure.$prompt);
  const here = useStore(figure.$panels).includes('terminal') ? prompt : undefined;
  const condition = useCondition(figure, view);
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box, width);
  const layout = useMemo(
    () => layOut(view, shape, wide),
    [view.areas, view.machines, view.channels, shape, wide],
  );
  return (
    <div class={`rt-map rt-map-${shape}`} ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing with buttons in it has no element of its own */}
      <svg
        class="rt-map-drawing"
        width="100%"
        height={layout.height}
        role="group"
        aria-label={`Map: ${view.title}`}
      >
        <Ground layout={layout} />
        <Wires layout={layout} cut={condition.cut} selected={channel} />
        <Leader layout={layout} view={view} machine={machine} />
        <Machines
          figure={figure}
          layout={layout}
          view={view}
          selected={machine}
          here={here}
          off={condition.off}
        />
        <Links figure={figure} layout={layout} view={view} cut={condition.cut} selected={channel} />
        <Traffic figure={figure} layout={layout} />
      </svg>
      {machine !== undefined && (
        <Tables figure={figure} machine={machine} isOff={condition.off.has(machine)} />
      )}
      {channel !== undefined && view.channels[channel] && (
        <LinkActions figure={figure} view={view} channel={channel} cutBy={condition.cut.get(channel)} />
      )}
    </div>
  );
}

/** What is cut and off at the cursor; a new drawing only when that changes. */
function useCondition(figure: Figure, view: RunView): Condition {
  const now = () => conditionAt(view, figure.$cursor.get());
  const keyOf = ({ off, cut }: Condition) => `${[...off]};${[...cut]}`;
  const [, draw] = useState('');
  useEffect(() => figure.$cursor.subscribe(() => draw(keyOf(now()))), [figure, view]);
  return now();
}

function Ground({ layout }: { layout: MapLayout }) {
  const at = (x: number) => percent(x, layout);
  return (
    <g>
      {layout.areas.map((area) => (
        <rect
          key={area.label}
          class="rt-area"
          x={at(area.x)}
          y={area.y}
          width={at(area.width)}
          height={area.height}
          rx="6"
        />
      ))}
      {layout.areas.map((area) => (
        <MapWords
          key={area.label}
          layout={layout}
          x={area.x + 14}
          y={area.titleY}
          align="start"
          kind="place"
          text={area.label}
        />
      ))}
    </g>
  );
}

function Machines({
  figure,
  layout,
  view,
  selected,
  here,
  off,
}: {
  figure: Figure;
  layout: MapLayout;
  view: RunView;
  selected: number | undefined;
  /** Whose terminal is open. */
  here: number | undefined;
  off: ReadonlySet<number>;
}) {
  const labels = new Map(layout.labels.map((label) => [label.id, label]));
  return (
    <g>
      {view.machines.map((machine, i) => {
        const { x, y } = layout.places[i]!;
        const isSelected = selected === i;
        const toggle = () => figure.selectMachine(isSelected ? undefined : i);
        return (
          <Spot key={machine.name} x={percent(x, layout)} y={y}>
            {/* biome-ignore lint/a11y/useSemanticElements: HTML buttons do not live in a drawing */}
            <g
              class={`rt-machine${isSelected ? ' rt-selected' : ''}${here === i ? ' rt-here' : ''}${off.has(i) ? ' rt-off' : ''}`}
              role="button"
              // In a drawing, attributes are written as they stand.
              tabindex={0}
              aria-pressed={isSelected}
              // Begins with the words that are seen, in their order, so that who speaks them is understood.
              aria-label={`${[machine.label, ...machine.addresses].join(' ')}${off.has(i) ? ', off' : ''}: its tables`}
              onClick={toggle}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                event.stopPropagation();
                toggle();
              }}
            >
              <rect class="rt-hit" x="-24" y="-22" width="48" height="44" rx="4" />
              <MachineGlyph kind={machine.kind} />
              {[labels.get(`m${i}`), labels.get(`a${i}`)].map((label) =>
                label?.lines.flatMap((line, at) => [
                  <text
                    key={line.text}
                    class={`rt-words rt-${line.kind}`}
                    x={label.dx}
                    y={label.baselines[at]}
                    text-anchor={label.align}
                    data-label={line.kind}
                  >
                    {line.text}
                  </text>,
                  ' ',
                ]),
              )}
            </g>
          </Spot>
        );
      })}
    </g>
  );
}

/** From the selected machine down to its tables. */
function Leader({
  layout,
  view,
  machine,
}: {
  layout: MapLayout;
  view: RunView;
  machine: number | undefined;
}) {
  if (machine === undefined) return null;
  const { x, y } = layout.places[machine]!;
  const own = layout.labels.filter(({ id }) => id === `m${machine}` || id === `a${machine}`);
  const below = own.filter(({ side }) => side === 'below').map(({ box }) => box.y1);
  const top = Math.max(
    y + MACHINE_HALF[view.machines[machine]!.kind][1] + 8,
    ...below.map((edge) => edge + 5),
  );
  const at = percent(x, layout);
  return (
    <g class="rt-leader">
      <line x1={at} y1={top} x2={at} y2={layout.height + 16} />
      <circle cx={at} cy={top} r="2.5" />
    </g>
  );
}

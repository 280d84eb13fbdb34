// The map: places, machines, wires with their delays, and the packets at their true positions at the cursor. Machines
// and wires are drawn once; only what is in flight is drawn anew as the cursor moves.
import './map.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { formatNumber } from '../engine/format.ts';
import { type Flight, flightsAt, indexOf } from './flight.ts';
import { layerClass, PacketShape } from './glyph.tsx';
import { MACHINE_HALF, MachineGlyph } from './machine.tsx';
import { layOut, MAP_UNITS, type MapLayout, type MapShape, type Point } from './map-layout.ts';
import { type Box, intersects, type Label, type PlacedLabel, placeLabels, type Side } from './placer.ts';
import { Spot } from './spot.tsx';
import { Tables } from './Tables.tsx';

/** How far beside the wire packets travel. */
const BESIDE = { wide: 15, tall: 21 } as const;
/** Packets in flight that are drawn; more are counted in words. */
const MAX_DRAWN = 60;

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
        <Leader layout={layout} view={view} machine={machine} />
        <Machines figure={figure} layout={layout} view={view} selected={machine} />
        <Traffic figure={figure} layout={layout} />
      </svg>
      {machine !== undefined && <Tables figure={figure} machine={machine} />}
    </div>
  );
}

/** The width in px as the browser knows it, `nominal` until then: the page was drawn for that. */
export function useWidth(box: { readonly current: HTMLElement | null }, nominal: number): number {
  const [width, setWidth] = useState(nominal);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now > 0) setWidth(now);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

const percent = (x: number, layout: MapLayout) => `${Math.round((x / layout.width) * 1e5) / 1e3}%`;

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
      {layout.wires.map(({ channel, from, to }) => (
        <line key={channel} class="rt-wire" x1={at(from.x)} y1={from.y} x2={at(to.x)} y2={to.y} />
      ))}
      {layout.areas.map((area) => (
        <Words
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

/** A wire's delay lies on it, but never under a packet. */
function Delays({ layout, boxes }: { layout: MapLayout; boxes: readonly Box[] }) {
  return (
    <g>
      {layout.wires.map(
        ({ channel, delay }) =>
          delay &&
          !boxes.some((box) => intersects(box, delay.box)) && (
            <Words
              key={channel}
              layout={layout}
              x={delay.x}
              y={delay.y}
              align="middle"
              kind="delay"
              text={delay.text}
            />
          ),
      )}
    </g>
  );
}

/** One line of words. The nested drawing carries the percentage, so that the words may lie beside it in pixels. */
function Words(props: {
  layout: MapLayout;
  x: number;
  y: number;
  align: PlacedLabel['align'];
  kind: string;
  text: string;
}) {
  const { layout, x, y, align, kind, text } = props;
  return (
    <Spot x={percent(x, layout)} y={y}>
      <text class={`rt-words rt-${kind}`} text-anchor={align} data-label={kind}>
        {text}
      </text>
    </Spot>
  );
}

function Machines({
  figure,
  layout,
  view,
  selected,
}: {
  figure: Figure;
  layout: MapLayout;
  view: RunView;
  selected: number | undefined;
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
              class={`rt-machine${isSelected ? ' rt-selected' : ''}`}
              role="button"
              // In a drawing, attributes are written as they stand.
              tabindex={0}
              aria-pressed={isSelected}
              // Begins with the words that are seen, in their order, so that who speaks them is understood.
              aria-label={`${[machine.label, ...machine.addresses].join(' ')}: its tables`}
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

// ── what is in flight ──

interface Drawn extends Flight {
  readonly at: Point;
  /** Unit vector of its way. */
  readonly way: Point;
  readonly track: { readonly from: Point; readonly to: Point };
}

function Traffic({ figure, layout }: { figure: Figure; layout: MapLayout }) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const selected = useStore(figure.$packet);
  const flights = flightsAt(view, time)
    .slice(-MAX_DRAWN)
    // The selected one on top of the others.
    .sort((a, b) => Number(a.packet === selected) - Number(b.packet === selected))
    .map((flight) => draw(flight, view, layout));
  const stacks = flights.filter(({ state }) => state === 'waiting');
  const boxes = flights.flatMap(boxesOf);
  const words = callOuts(flights, boxes, view, layout, selected);
  return (
    <g>
      <Delays layout={layout} boxes={boxes} />
      {flights.map((flight) => (
        <Wake key={flight.hop} flight={flight} view={view} layout={layout} />
      ))}
      {flights.map((flight) => (
        <Packet
          key={flight.hop}
          flight={flight}
          view={view}
          layout={layout}
          figure={figure}
          isSelected={flight.packet === selected}
          isFree={!flights.some((other) => other !== flight && isAhead(flight, other))}
        />
      ))}
      {stacks.length > 3 && <QueueCount stacks={stacks} layout={layout} />}
      {words.map(({ label, layer }) => (
        <CallOut key={label.id} label={label} layer={layer} layout={layout} flights={flights} />
      ))}
    </g>
  );
}

/** The track a channel's packets run on: beside the wire, on the left of who travels. */
function trackOf(view: RunView, channel: number, layout: MapLayout): { from: Point; to: Point; way: Point } {
  const { from, to } = view.channels[channel]!;
  const a = layout.places[from]!;
  const b = layout.places[to]!;
  const length = Math.max(1, Math.hypot(b.x - a.x, b.y - a.y));
  const way = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const beside = BESIDE[layout.shape];
  const aside = { x: way.y * beside, y: -way.x * beside };
  // From the edge of one machine to the edge of the other.
  const near = Math.min(24, length / 3);
  return {
    way,
    from: { x: a.x + way.x * near + aside.x, y: a.y + way.y * near + aside.y },
    to: { x: b.x - way.x * near + aside.x, y: b.y - way.y * near + aside.y },
  };
}

function draw(flight: Flight, view: RunView, layout: MapLayout): Drawn {
  const track = trackOf(view, flight.channel, layout);
  const { from, to, way } = track;
  // Those that wait stand before the line, 11 px apart.
  const back = flight.state === 'waiting' ? Math.min(flight.place, 3) * 11 : 0;
  return {
    ...flight,
    way,
    track,
    at: {
      x: from.x + (to.x - from.x) * flight.part - way.x * back,
      y: from.y + (to.y - from.y) * flight.part - way.y * back,
    },
  };
}

/** The way it has come: the wires behind it, and this one up to where it is. */
function Wake({ flight, view, layout }: { flight: Drawn; view: RunView; layout: MapLayout }) {
  const { hops } = view;
  const layer = layerClass(view.packets[flight.packet]!.layer);
  const before = (indexOf(view).ofPacket[flight.packet] ?? []).filter(
    (hop) => hop < flight.hop && hops.arrived[hop]! <= hops.sent[flight.hop]!,
  );
  const behind = { x: flight.at.x - flight.way.x * 14, y: flight.at.y - flight.way.y * 14 };
  const isUnderWay =
    (behind.x - flight.track.from.x) * flight.way.x + (behind.y - flight.track.from.y) * flight.way.y > 1;
  const lines = before.map((hop) => ({ key: hop, ...trackOf(view, hops.channel[hop]!, layout) }));
  return (
    <g class={`rt-wake ${layer}`}>
      {lines.map(({ key, from, to }) => (
        <line
          key={key}
          x1={percent(from.x, layout)}
          y1={round(from.y)}
          x2={percent(to.x, layout)}
          y2={round(to.y)}
        />
      ))}
      {isUnderWay && (
        <line
          x1={percent(flight.track.from.x, layout)}
          y1={round(flight.track.from.y)}
          x2={percent(behind.x, layout)}
          y2={round(behind.y)}
        />
      )}
    </g>
  );
}

const round = (value: number) => Math.round(value * 100) / 100;

/** The room a packet takes, and its chevron ahead of it. */
function boxesOf({ at, way }: Drawn): Box[] {
  const around = (x: number, y: number, half: number): Box => ({
    x0: x - half,
    y0: y - half,
    x1: x + half,
    y1: y + half,
  });
  return [around(at.x, at.y, 12), around(at.x + way.x * 20, at.y + way.y * 20, 5)];
}

/** Whether another packet is where this one's chevron would be. */
function isAhead(flight: Drawn, other: Drawn): boolean {
  const x = other.at.x - flight.at.x;
  const y = other.at.y - flight.at.y;
  const along = x * flight.way.x + y * flight.way.y;
  return along > 0 && along < 34 && Math.abs(x * flight.way.y - y * flight.way.x) < 14;
}

function Packet(props: {
  flight: Drawn;
  view: RunView;
  layout: MapLayout;
  figure: Figure;
  isSelected: boolean;
  isFree: boolean;
}) {
  const { flight, view, layout, figure, isSelected, isFree } = props;
  const packet = view.packets[flight.packet]!;
  const isGone = flight.state === 'lost' || flight.state === 'refused';
  const angle = (Math.atan2(flight.way.y, flight.way.x) * 180) / Math.PI;
  return (
    <Spot x={percent(flight.at.x, layout)} y={round(flight.at.y)}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a mouse's way to select; the packet list and the arrow keys are the keyboard's */}
      <g
        class={`rt-packet ${layerClass(packet.layer)}`}
        data-packet={packet.number}
        onClick={() => figure.selectPacket(isSelected ? undefined : flight.packet)}
      >
        <circle class="rt-hit" r="22" />
        {isSelected && <circle class="rt-ring" r="18.5" />}
        {flight.state === 'moving' && isFree && (
          <path
            class="rt-chevron"
            d="M19 -4.5 l4.5 4.5 l-4.5 4.5"
            transform={`rotate(${round(angle)}) translate(${isSelected ? 3 : 0})`}
          />
        )}
        <PacketShape
          layer={packet.layer}
          letter={packet.letter}
          state={isGone ? 'lost' : 'solid'}
          size={22}
        />
      </g>
    </Spot>
  );
}

function QueueCount({ stacks, layout }: { stacks: readonly Drawn[]; layout: MapLayout }) {
  const byChannel = new Map<number, Drawn[]>();
  for (const one of stacks) byChannel.set(one.channel, [...(byChannel.get(one.channel) ?? []), one]);
  return (
    <g>
      {[...byChannel].map(([channel, waiting]) => {
        if (waiting.length < 4) return null;
        const first = waiting[0]!;
        return (
          <Spot key={channel} x={percent(first.at.x, layout)} y={first.at.y}>
            <text class="rt-words rt-note" y="-16" text-anchor="middle" data-label="note">
              {waiting.length} wait
            </text>
          </Spot>
        );
      })}
    </g>
  );
}

/** The words beside packets: the selected one first, then the newest; alike and close ones share theirs. */
function callOuts(
  flights: readonly Drawn[],
  boxes: readonly Box[],
  view: RunView,
  layout: MapLayout,
  selected: number | undefined,
) {
  const rank = (flight: Drawn) => (flight.packet === selected ? 2 : flight.state === 'moving' ? 0 : 1);
  const ordered = [...flights].sort((a, b) => rank(b) - rank(a) || b.hop - a.hop);
  const shown: Drawn[] = [];
  for (const flight of ordered) {
    const title = view.packets[flight.packet]!.title;
    const isTold = shown.some(
      (other) =>
        other.packet === flight.packet ||
        (view.packets[other.packet]!.title === title &&
          Math.hypot(other.at.x - flight.at.x, other.at.y - flight.at.y) < 90),
    );
    if (!isTold && shown.length < 12) shown.push(flight);
  }
  const labels = shown.map((flight) => callOut(flight, view, layout.shape, flight.packet === selected));
  const bounds = { x0: 4, y0: 2, x1: layout.width - 4, y1: layout.height - 2 };
  const delays = layout.wires.flatMap(({ delay }) =>
    delay && !boxes.some((box) => intersects(box, delay.box)) ? [delay.box] : [],
  );
  const placed = placeLabels(labels, [...layout.taken, ...delays, ...boxes], layout.segments, bounds);
  return placed.map((label) => ({ label, layer: view.packets[view.hops.packet[Number(label.id)]!]!.layer }));
}

function callOut(flight: Drawn, view: RunView, shape: MapShape, isSelected: boolean): Label {
  const packet = view.packets[flight.packet]!;
  const isGone = flight.state === 'lost' || flight.state === 'refused';
  const note = isGone
    ? (packet.reason ?? flight.state)
    : isSelected && packet.destination
      ? `to ${packet.destination}`
      : `${formatNumber(packet.size)}\u00a0bytes`;
  // Away from the wire first.
  const isAbove = flight.way.x > 0.3;
  const order: readonly Side[] =
    shape === 'tall'
      ? flight.way.y < 0
        ? ['left', 'right', 'below', 'above']
        : ['right', 'left', 'above', 'below']
      : isAbove
        ? ['above', 'right', 'left', 'below']
        : flight.way.x < -0.3
          ? ['below', 'left', 'right', 'above']
          : ['right', 'left', 'above', 'below'];
  return {
    id: String(flight.hop),
    x: flight.at.x,
    y: flight.at.y,
    halfWidth: isSelected ? 18 : 13,
    halfHeight: isSelected ? 18 : 14,
    lines: [
      { text: packet.title, size: 13, face: 'strong', kind: 'title' },
      // `769 bytes` needs no second number below.
      ...(isGone || isSelected || !packet.title.endsWith('bytes')
        ? [{ text: note, size: 12.5, face: 'regular', kind: 'note' } as const]
        : []),
    ],
    order,
  };
}

function CallOut({
  label,
  layer,
  layout,
  flights,
}: {
  label: PlacedLabel;
  layer: string;
  layout: MapLayout;
  flights: readonly Drawn[];
}) {
  const flight = flights.find(({ hop }) => String(hop) === label.id)!;
  const isGone = flight.state === 'lost' || flight.state === 'refused';
  return (
    <Spot x={percent(flight.at.x, layout)} y={round(flight.at.y)}>
      <g class={`rt-callout ${layerClass(layer)}${isGone ? ' rt-gone' : ''}`}>
        {label.lines.map((line, i) => (
          <text
            key={line.kind}
            class={`rt-words rt-${line.kind}`}
            x={label.dx}
            y={label.baselines[i]}
            text-anchor={label.align}
            data-label={line.kind}
          >
            {line.text}
          </text>
        ))}
      </g>
    </Spot>
  );
}

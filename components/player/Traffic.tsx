// What of the map changes as the cursor moves: packets in flight with their wakes and words, delays that give way to
// them, and machines that wait.
import { useStore } from '@nanostores/preact';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { formatDuration, formatNumber } from '../engine/format.ts';
import { type Condition, conditionAt, timeLeft, waitsAt } from './condition.ts';
import { type Flight, flightsAt, indexOf } from './flight.ts';
import { layerClass, PacketShape } from './glyph.tsx';
import { gapBox } from './Links.tsx';
import { MACHINE_HALF } from './machine.tsx';
import type { MapLayout, MapShape, Point, Wire } from './map-layout.ts';
import { MapWords, percent, round } from './map-words.tsx';
import { type Box, intersects, type Label, type PlacedLabel, placeLabels, type Side } from './placer.ts';
import { Spot } from './spot.tsx';

/** How far beside the wire packets travel. */
const BESIDE = { wide: 15, tall: 21 } as const;
/** Packets in flight that are drawn; more are counted in words. */
const MAX_DRAWN = 60;

interface Drawn extends Flight {
  readonly at: Point;
  /** Unit vector of its way. */
  readonly way: Point;
  readonly track: { readonly from: Point; readonly to: Point };
}

export function Traffic({ figure, layout }: { figure: Figure; layout: MapLayout }) {
  const view = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const selected = useStore(figure.$packet);
  const flights = flightsAt(view, time)
    .slice(-MAX_DRAWN)
    // The selected one on top of the others.
    .sort((a, b) => Number(a.packet === selected) - Number(b.packet === selected))
    .map((flight) => draw(flight, view, layout));
  const stacks = flights.filter(({ state }) => state === 'waiting');
  const condition = conditionAt(view, time);
  const boxes = flights.flatMap(boxesOf);
  const wires = delaysOf(layout, boxes, condition.cut);
  // Where no words may lie: in the order of what goes first.
  const taken = [
    ...layout.taken,
    ...wires.flatMap(({ delay }) => (delay ? [delay.box] : [])),
    ...layout.wires.filter(({ channel }) => condition.cut.has(channel)).map(gapBox),
    ...boxes,
  ];
  const machine = useStore(figure.$machine);
  const states = placeLabels(
    stateLabels(view, layout, time, condition, machine),
    taken,
    layout.segments,
    roomOf(layout),
  );
  const words = callOuts(flights, [...taken, ...states.map(({ box }) => box)], view, layout, selected);
  return (
    <g>
      <Delays layout={layout} wires={wires} />
      <States
        view={view}
        layout={layout}
        time={time}
        condition={condition}
        labels={states}
        selected={machine}
      />
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

/** Delays lie on their wires, but never under a packet, and a wire that is cut has none. */
function delaysOf(layout: MapLayout, boxes: readonly Box[], cut: Condition['cut']): Wire[] {
  return layout.wires.filter(
    ({ channel, delay }) => delay && !cut.has(channel) && !boxes.some((box) => intersects(box, delay.box)),
  );
}

function Delays({ layout, wires }: { layout: MapLayout; wires: readonly Wire[] }) {
  return (
    <g>
      {wires.map(
        ({ channel, delay }) =>
          delay && (
            <MapWords
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

const roomOf = (layout: MapLayout): Box => ({ x0: 4, y0: 2, x1: layout.width - 4, y1: layout.height - 2 });

/** The words beside packets: the selected one first, then the newest; alike and close ones share theirs. */
function callOuts(
  flights: readonly Drawn[],
  taken: readonly Box[],
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
  const placed = placeLabels(labels, taken, layout.segments, roomOf(layout));
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

// ── machines that wait or are off ──

/** A waiting machine's frame stands this far off its drawing. */
const FRAME = 5;

/** Half its width and height; just around the accent's frame where there is one. */
function frameOf(view: RunView, machine: number, isSelected: boolean): [width: number, height: number] {
  const [width, height] = MACHINE_HALF[view.machines[machine]!.kind];
  return isSelected ? [27, 24] : [width + FRAME, height + FRAME];
}

/** `782 ms left` beside machines that wait, `off` beside those that are. */
function stateLabels(
  view: RunView,
  layout: MapLayout,
  time: number,
  { off }: Condition,
  selected: number | undefined,
): Label[] {
  const order: readonly Side[] =
    layout.shape === 'wide' ? ['below', 'above', 'right', 'left'] : ['below', 'left', 'right', 'above'];
  const label = (machine: number, text: string): Label => {
    const [halfWidth, halfHeight] = frameOf(view, machine, machine === selected);
    return {
      id: String(machine),
      ...layout.places[machine]!,
      halfWidth,
      halfHeight,
      lines: [{ text, size: 12.5, face: 'regular', kind: 'note' }],
      order,
    };
  };
  return [
    ...[...off].map((machine) => label(machine, 'off')),
    ...waitsAt(view, time)
      .filter(({ machine }) => !off.has(machine))
      .map((span) => label(span.machine, `${formatDuration(timeLeft(span, time) * 1e6, 0)} left`)),
  ];
}

interface StatesProps {
  readonly view: RunView;
  readonly layout: MapLayout;
  readonly time: number;
  readonly condition: Condition;
  readonly labels: readonly PlacedLabel[];
  readonly selected: number | undefined;
}

function States({ view, layout, time, condition, labels, selected }: StatesProps) {
  const spot = (machine: number) => ({
    x: percent(layout.places[machine]!.x, layout),
    y: layout.places[machine]!.y,
  });
  return (
    <g class="rt-states">
      {waitsAt(view, time).map(({ machine }) => {
        if (condition.off.has(machine)) return null;
        const [width, height] = frameOf(view, machine, machine === selected);
        return (
          <Spot key={machine} {...spot(machine)}>
            <rect class="rt-waiting" x={-width} y={-height} width={2 * width} height={2 * height} />
          </Spot>
        );
      })}
      {labels.map((label) => (
        <Spot key={label.id} {...spot(Number(label.id))}>
          <text
            class="rt-words rt-note"
            x={label.dx}
            y={label.baselines[0]}
            text-anchor={label.align}
            data-label="note"
          >
            {label.lines[0]!.text}
          </text>
        </Spot>
      ))}
    </g>
  );
}

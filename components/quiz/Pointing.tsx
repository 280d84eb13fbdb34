// Something to point at, out of a real run: a packet of a list, a field of a packet, one of its bytes, a machine on the
// map. Under each lies a radio button, so that keys and screen readers find one group with names.
import '../unseen.css';
import '../player/glyph.css';
import '../player/map.css';
import type { ComponentChildren } from 'preact';
import { layerClass, PacketGlyph } from '../player/glyph.tsx';
import { MachineGlyph } from '../player/machine.tsx';
import { Spot } from '../player/spot.tsx';
import type {
  BytesPicture,
  FieldsPicture,
  MapDrawing,
  MapPicture,
  PacketsPicture,
  PointItem,
} from './item.ts';
import type { PartProps } from './parts.ts';

/** One place of a picture, with its radio button: its class, its name where no words stand in it. */
interface PlaceProps {
  readonly at: number;
  readonly class: string;
  readonly name?: string;
  readonly style?: string;
  readonly children?: ComponentChildren;
}
interface Placed {
  readonly place: (props: PlaceProps) => ComponentChildren;
}

export function Pointing({ item, turn, live, onGive }: PartProps<PointItem>) {
  const picks = turn.given.by === 'picks' ? turn.given.picks : [];
  const over = turn.state === 'right' || turn.state === 'shown';
  const tone = (at: number) => {
    const found = turn.rows.find((row) => row.at === at);
    if (found?.right || (over && item.right.includes(at))) return ' quiz-spot-right';
    return found ? ' quiz-spot-wrong' : '';
  };
  // Called as a function, so that a new drawing keeps the elements.
  const place = ({ at, class: kind, name, style, children }: PlaceProps) => {
    const id = `quiz-${item.id}-${at}`;
    return (
      <label key={at} class={`${kind}${tone(at)}`} style={style} for={id}>
        <input
          type="radio"
          class="quiz-spot"
          id={id}
          name={`quiz-${item.id}`}
          value={at}
          aria-label={name}
          checked={live ? picks.includes(at) : undefined}
          disabled={over}
          onChange={() => onGive({ by: 'picks', picks: [at] })}
        />
        {children}
      </label>
    );
  };
  const { picture } = item;
  switch (picture.of) {
    case 'packet':
      return <PacketRows picture={picture} place={place} />;
    case 'field':
      return <FieldRows picture={picture} place={place} />;
    case 'byte':
      return <Hex picture={picture} place={place} />;
    case 'machine':
      return <MapOfMachines picture={picture} place={place} />;
  }
}

function PacketRows({ picture, place }: Placed & { picture: PacketsPicture }) {
  return (
    <ul class="quiz-packets">
      {picture.rows.map(({ number, time, from, to, layer, letter, protocol, title }, at) => (
        <li key={number}>
          {place({
            at,
            class: 'quiz-packet',
            children: (
              <>
                <PacketGlyph layer={layer} letter={letter} size={14} />
                <span class="quiz-time">
                  {time}
                  <span class="unseen"> milliseconds, {protocol},</span>
                </span>
                <span class="quiz-way">
                  {from} <span class="quiz-to">to</span> {to}
                </span>
                <span class="quiz-title">{title}</span>
              </>
            ),
          })}
        </li>
      ))}
    </ul>
  );
}

function FieldRows({ picture, place }: Placed & { picture: FieldsPicture }) {
  return (
    <>
      <p class="quiz-caption">{picture.packet}</p>
      <ul class="quiz-packets quiz-fields">
        {picture.rows.map(({ label, value, layer, isHead }, at) =>
          isHead ? (
            <li key={at} class={`quiz-head ${layerClass(layer)}`}>
              {label}
            </li>
          ) : (
            <li key={at}>
              {place({
                at,
                class: 'quiz-packet',
                children: (
                  <>
                    <span class="quiz-label">{label}</span>
                    <span class="quiz-value">{value}</span>
                  </>
                ),
              })}
            </li>
          ),
        )}
      </ul>
    </>
  );
}

function Hex({ picture, place }: Placed & { picture: BytesPicture }) {
  const bytes = picture.hex.match(/../g) ?? [];
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    const all = [...(event.currentTarget as HTMLElement).querySelectorAll('input')];
    const now = all.indexOf(event.target as HTMLInputElement);
    const boxes = all.map((one) => one.parentElement!.getBoundingClientRect());
    const { left, top } = boxes[now]!;
    // The nearest byte of the line above or below, whatever a line holds on this screen.
    const line = boxes.flatMap((box, i) => (box.left === left && (box.top - top) * by > 1 ? [i] : []));
    const to = by > 0 ? line[0] : line.at(-1);
    event.preventDefault();
    if (to === undefined) return;
    all[to]!.focus();
    all[to]!.click();
  };
  return (
    <>
      <p class="quiz-caption">{picture.packet}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the radio buttons inside */}
      <div class="quiz-hex" onKeyDown={onKeyDown}>
        {bytes.map((byte, at) => {
          const { layer } = picture.layers[picture.layerOf[at]!]!;
          const name = `byte ${picture.first + at}: ${byte}`;
          return place({ at, class: `quiz-byte ${layerClass(layer)}`, name, children: byte });
        })}
      </div>
      <ul class="quiz-legend">
        {picture.layers.map(({ name, layer }) => (
          <li key={name} class={layerClass(layer)}>
            {name}
          </li>
        ))}
      </ul>
    </>
  );
}

function MapOfMachines({ picture, place }: Placed & { picture: MapPicture }) {
  const { machines, wide, tall } = picture;
  const share = (x: number, width: number) => `${Math.round((x / width) * 1e5) / 1e3}%`;
  return (
    <div class="quiz-map">
      <Drawing shape="wide" drawing={wide} machines={machines} />
      <Drawing shape="tall" drawing={tall} machines={machines} />
      {machines.map(({ label, offered }, at) => {
        if (!offered) return undefined;
        const [wx, wy] = wide.places[at]!;
        const [tx, ty] = tall.places[at]!;
        const style = `--wx:${share(wx, wide.width)};--wy:${wy}px;--tx:${share(tx, tall.width)};--ty:${ty}px`;
        return place({ at, class: 'quiz-machine', name: label, style });
      })}
    </div>
  );
}

function Drawing({
  shape,
  drawing,
  machines,
}: {
  shape: 'wide' | 'tall';
  drawing: MapDrawing;
  machines: MapPicture['machines'];
}) {
  const { width, height, areas, wires, places, names } = drawing;
  const x = (value: number) => `${Math.round((value / width) * 1e5) / 1e3}%`;
  return (
    <svg class={`quiz-map-${shape}`} width="100%" height={height} aria-hidden="true">
      {areas.map((area) => (
        <rect
          key={area.label}
          class="rt-area"
          x={x(area.x)}
          y={area.y}
          width={x(area.width)}
          height={area.height}
          rx="6"
        />
      ))}
      {areas.map((area) => (
        <Spot key={area.label} x={x(area.x)} y={area.y}>
          <text class="rt-words rt-place" x="14" y="24">
            {area.label}
          </text>
        </Spot>
      ))}
      {wires.map(([x1, y1, x2, y2]) => (
        <line key={`${x1}.${y1}.${x2}.${y2}`} class="rt-wire" x1={x(x1)} y1={y1} x2={x(x2)} y2={y2} />
      ))}
      {places.map(([left, top], at) => (
        <Spot key={machines[at]!.label} x={x(left)} y={top}>
          <MachineGlyph kind={machines[at]!.kind} />
        </Spot>
      ))}
      {names.map(({ machine, x: left, y, align }) => {
        const [at] = places[machine]!;
        return (
          <Spot key={machine} x={x(at)} y={y}>
            <text class="rt-words rt-name" x={left - at} text-anchor={align}>
              {machines[machine]!.label}
            </text>
          </Spot>
        );
      })}
    </svg>
  );
}

// One packet on every link of its way: links across, headers down, one inside the other. What a machine changed before
// it sent the packet on wears a ring on that machine's lane, as in the ladder; what stays is quiet. The whole table is
// there without script; with it, a cell in hand explains its field, and narrow pages show one link at a time.
import '../unseen.css';
import './encapsulation.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDuration } from '../engine/format.ts';
import type {
  JourneyCell,
  JourneyField,
  JourneyHeader,
  JourneyLink,
  JourneyView,
} from '../engine/journeys.ts';
import { shortLayer } from '../player/fields.ts';
import { LAYER_LETTERS, layerClass, PacketGlyph } from '../player/glyph.tsx';
import '../player/map.css';
import { MACHINE_HALF, MachineGlyph } from '../player/machine.tsx';
import { Words } from '../player/marks.tsx';
import { Spec } from '../player/Spec.tsx';
import { inSentence } from '../player/time.ts';

interface Props {
  /** Of its parts on the page. */
  readonly id: string;
  readonly journey: JourneyView;
  /** The link in hand at first, from 0. */
  readonly link?: number;
  /** The field in hand at first: `IPv4 / Source`. */
  readonly field?: string;
}

/** One row of the table. */
interface Row {
  readonly header: JourneyHeader;
  readonly field: JourneyField;
  readonly name: string;
  /** How many headers are around it, its own included. */
  readonly depth: number;
}

interface Spot {
  readonly row: number;
  readonly link: number;
}

export function Encapsulation({ id, journey, link = 0, field }: Props) {
  const { links, headers } = journey;
  const rows = rowsOf(headers);
  const first = Math.max(
    0,
    rows.findIndex(({ name }) => name === field),
  );
  const [hand, setHand] = useState<Spot>({ row: first, link });
  const [hovered, setHovered] = useState<Spot>();
  const [isAlive, live] = useState(false);
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => live(true), []);

  const go = (row: number, to: number, focus = true) => {
    const spot = { row: bounded(row, rows.length), link: bounded(to, links.length) };
    setHand(spot);
    if (focus) table.current?.querySelector<HTMLElement>(`[data-at="${spot.row}.${spot.link}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = stepOf(event.key, hand, rows, links.length);
    if (!to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(to.row, to.link);
  };
  const shown = hovered ?? hand;
  return (
    <div class="enc" style={{ '--links': links.length }}>
      <Steps links={links} at={hand.link} onGo={(to) => go(hand.row, to, false)} />
      <div class="enc-scroll">
        {/* Behind the table, and as long as it: the lanes of the machines. */}
        <div class="enc-lanes" aria-hidden="true">
          {[...links, undefined].map((_, i) => (
            <i key={i} style={{ '--i': i }} />
          ))}
          <b style={{ '--i': hand.link }} />
        </div>
        <table
          ref={table}
          class="enc-table"
          role={isAlive ? 'grid' : undefined}
          aria-label="The packet on each link of its way"
          aria-describedby={isAlive ? `${id}-keys` : undefined}
          onKeyDown={onKeyDown}
          onMouseLeave={() => setHovered(undefined)}
        >
          <thead>
            <tr>
              <td class="enc-corner" />
              {links.map((one, i) => (
                <LinkHead key={i} link={one} isLast={i === links.length - 1} isChosen={i === hand.link} />
              ))}
            </tr>
          </thead>
          {headers.map((header, h) => (
            <tbody key={header.label} class={layerClass(header.layer)}>
              <tr class="enc-layer">
                <th scope="rowgroup">
                  <Bars headers={headers} depth={h + 1} />
                  <PacketGlyph layer={header.layer} letter={letterOf(header)} size={14} />
                  {shortLayer(header.label)}
                  <span>{bytes(header.length)}</span>
                </th>
                {links.map((_, i) => (
                  <td key={i} class={i === hand.link ? 'enc-chosen' : undefined} />
                ))}
              </tr>
              {rows.map(
                (row, r) =>
                  row.header === header && (
                    <tr key={row.name}>
                      <th scope="row">
                        <Bars headers={headers} depth={row.depth} />
                        {row.field.label}
                      </th>
                      {row.field.cells.map((cell, i) => (
                        <Cell
                          key={i}
                          at={{ row: r, link: i }}
                          cell={cell}
                          was={row.field.cells[i - 1]}
                          isFirst={i === 0}
                          isChosen={i === hand.link}
                          isInHand={shown.row === r && shown.link === i}
                          tabIndex={isAlive ? (hand.row === r && hand.link === i ? 0 : -1) : undefined}
                          describedBy={isAlive ? `${id}-about` : undefined}
                          onHover={setHovered}
                          onTake={() => go(r, i, false)}
                        />
                      ))}
                    </tr>
                  ),
              )}
            </tbody>
          ))}
          <tfoot>
            <tr>
              <th scope="row">Why</th>
              {links.map(({ why }, i) => (
                <td key={i} class={i === hand.link ? 'enc-chosen' : undefined}>
                  {why.map((text) => (
                    <p key={text}>{text}</p>
                  ))}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      <About id={`${id}-about`} row={rows[shown.row]!} link={shown.link} links={links} />
      <p class="unseen" id={`${id}-keys`}>
        Left and right go along the way, up and down through the fields.
      </p>
    </div>
  );
}

function rowsOf(headers: readonly JourneyHeader[]): Row[] {
  return headers.flatMap((header, h) =>
    header.fields.map((field) => ({
      header,
      field,
      name: `${shortLayer(header.label)} / ${field.label}`,
      depth: h + 1,
    })),
  );
}

const bounded = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));

function stepOf(key: string, { row, link }: Spot, rows: readonly Row[], links: number): Spot | undefined {
  switch (key) {
    case 'ArrowLeft':
      return { row, link: link - 1 };
    case 'ArrowRight':
      return { row, link: link + 1 };
    case 'ArrowUp':
      return { row: row - 1, link };
    case 'ArrowDown':
      return { row: row + 1, link };
    case 'Home':
      return { row, link: 0 };
    case 'End':
      return { row, link: links - 1 };
    case 'PageUp':
      return { row: rows.findIndex(({ header }) => header === rows[row]!.header), link };
    case 'PageDown':
      return { row: rows.findLastIndex(({ header }) => header === rows[row]!.header), link };
    default:
      return undefined;
  }
}

const bytes = (length: number) => `${length}\u00a0${length === 1 ? 'byte' : 'bytes'}`;

function letterOf({ label, layer }: JourneyHeader): string {
  return shortLayer(label) === 'UDP' ? 'U' : LAYER_LETTERS[layer];
}

/** A bar for each header that this row is inside of. */
function Bars({ headers, depth }: { readonly headers: readonly JourneyHeader[]; readonly depth: number }) {
  return (
    <span class="enc-bars" aria-hidden="true">
      {headers.slice(0, depth).map(({ label, layer }) => (
        <i key={label} class={layerClass(layer)} />
      ))}
    </span>
  );
}

function LinkHead(props: {
  readonly link: JourneyLink;
  readonly isLast: boolean;
  readonly isChosen: boolean;
}) {
  const { from, to, sent, arrived } = props.link;
  return (
    <th scope="col" class={props.isChosen ? 'enc-chosen' : undefined}>
      <span class="unseen">
        {from.label} to {to.label}
      </span>
      <span class="enc-wire" aria-hidden="true">
        <span>{formatDuration(arrived - sent, arrived - sent < 1e6 ? 1 : 0)}</span>
      </span>
      <Machine {...from} />
      {props.isLast && <Machine {...to} isLast />}
    </th>
  );
}

function Machine({ label, kind, isLast = false }: JourneyLink['from'] & { readonly isLast?: boolean }) {
  const [width, height] = MACHINE_HALF[kind];
  return (
    <span class={isLast ? 'enc-machine enc-machine-last' : 'enc-machine'} aria-hidden="true">
      <b>{label}</b>
      <svg
        width={width * 2 + 4}
        height={height * 2 + 4}
        viewBox={`${-width - 2} ${-height - 2} ${width * 2 + 4} ${height * 2 + 4}`}
        aria-hidden="true"
      >
        <MachineGlyph kind={kind} />
      </svg>
    </span>
  );
}

interface CellProps {
  readonly at: Spot;
  readonly cell: JourneyCell | undefined;
  readonly was: JourneyCell | undefined;
  readonly isFirst: boolean;
  readonly isChosen: boolean;
  readonly isInHand: boolean;
  readonly tabIndex: number | undefined;
  readonly describedBy: string | undefined;
  readonly onHover: (spot: Spot) => void;
  readonly onTake: () => void;
}

function Cell({
  at,
  cell,
  was,
  isFirst,
  isChosen,
  isInHand,
  tabIndex,
  describedBy,
  onHover,
  onTake,
}: CellProps) {
  const isChanged = cell?.isChanged === true;
  const names = [
    isFirst && 'enc-first',
    isChanged && 'enc-changed',
    isChosen && 'enc-chosen',
    isInHand && 'enc-in-hand',
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table hears the keys, and focus takes the cell in hand
    <td
      class={names.filter(Boolean).join(' ') || undefined}
      data-at={`${at.row}.${at.link}`}
      tabIndex={tabIndex}
      aria-describedby={describedBy && isInHand ? describedBy : undefined}
      onFocus={onTake}
      onClick={onTake}
      onMouseEnter={() => onHover(at)}
    >
      {cell ? (
        <>
          {isChanged && <span class="unseen">Changed: </span>}
          <span class="enc-value">{cell.text}</span>
          {cell.owner && <span class="enc-owner">{cell.owner}</span>}
          {isChanged && <span class="enc-was">was {was?.text ?? 'not there'}</span>}
        </>
      ) : (
        <span class="enc-owner">not in this frame</span>
      )}
    </td>
  );
}

/** On narrow pages: which link, and on to the next. */
function Steps(props: {
  readonly links: readonly JourneyLink[];
  readonly at: number;
  readonly onGo: (to: number) => void;
}) {
  const { links, at, onGo } = props;
  const { from, to } = links[at]!;
  return (
    <div class="enc-steps">
      <button type="button" aria-label="Previous link" disabled={at === 0} onClick={() => onGo(at - 1)}>
        <Chevron />
      </button>
      <p aria-live="polite">
        <b>
          <Words text={`${from.label} → ${to.label}`} />
        </b>
        <span>
          link {at + 1} of {links.length}
        </span>
      </p>
      <button
        type="button"
        class="enc-next"
        aria-label="Next link"
        disabled={at === links.length - 1}
        onClick={() => onGo(at + 1)}
      >
        <Chevron />
      </button>
    </div>
  );
}

function Chevron() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M12.5 4.5 L7 10 L12.5 15.5" />
    </svg>
  );
}

/** What the field in hand is, and what became of it here. */
function About(props: {
  readonly id: string;
  readonly row: Row;
  readonly link: number;
  readonly links: readonly JourneyLink[];
}) {
  const { row, link, links } = props;
  const { field, header } = row;
  const cell = field.cells[link];
  const was = field.cells[link - 1];
  return (
    <div class={`enc-about ${layerClass(header.layer)}`} id={props.id}>
      <div>
        <p class="enc-title">
          <b>{field.label}</b> <span>{`${shortLayer(header.label)} · ${field.place}`}</span>
        </p>
        <p>
          <Words text={field.about} />
        </p>
      </div>
      <div>
        <p>
          {cell ? (
            <>
              <strong>Here</strong> it says <span class="enc-value">{cell.text}</span>
              {cell.isChanged ? (
                <>
                  ; {inSentence(links[link]!.from.label)} changed it from{' '}
                  <span class="enc-value">{was?.text ?? 'nothing'}</span>.
                </>
              ) : link > 0 ? (
                ', as on the link before.'
              ) : (
                `, as ${inSentence(links[0]!.from.label)} wrote it.`
              )}
            </>
          ) : (
            'This frame has no such field.'
          )}
        </p>
        <p>
          <Spec spec={field.spec} />
        </p>
      </div>
    </div>
  );
}

// The rows of a message and their cells. For the keyboard it is one stop: arrow keys go from field to field and from row
// to row, Page up and Page down from section to section.
import '../unseen.css';
import { useRef } from 'preact/hooks';
import { bytesOf, type Field, rawText } from '../player/fields.ts';
import { Mark, Words } from '../player/marks.tsx';
import { type Cell, type Layout, middleOf, type RowLine } from './dns-message-cells.ts';

interface Props {
  readonly layout: Layout;
  readonly bytes: Uint8Array;
  readonly selected: Field;
  readonly hovered: Field | undefined;
  /** What the field in hand points to. */
  readonly target: Field | undefined;
  /** What fields said in the question, by path. */
  readonly changed: Readonly<Record<string, string>>;
  readonly describedBy: string;
  readonly onSelect: (field: Field) => void;
  readonly onHover: (field: Field | undefined) => void;
}

export function DnsMessageGrid(props: Props) {
  const { layout, selected, hovered, target, onSelect, onHover } = props;
  const box = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = stepOf(event.key, layout, selected);
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(to);
    box.current?.querySelector<HTMLElement>(`[data-field="${to.index}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing whose parts can be pressed
    <div
      ref={box}
      class="dm-grid"
      role="group"
      aria-label="Fields of the message"
      onKeyDown={onKeyDown}
      onPointerLeave={() => onHover(undefined)}
    >
      {layout.lines.map((line) =>
        'cells' in line ? (
          <Row key={line.top} {...props} line={line} />
        ) : (
          <p key={line.top} class={`dm-${line.kind}-head`}>
            {line.text}
          </p>
        ),
      )}
      {target && <Connector layout={layout} from={hovered ?? selected} to={target} />}
    </div>
  );
}

function Row(props: Props & { readonly line: RowLine }) {
  const { line, ...rest } = props;
  return (
    <div class={`dm-line dm-line-${line.kind}`} style={{ height: `${line.height}px` }}>
      <span class="dm-offset" aria-hidden="true">
        {line.offset}
      </span>
      {line.cells.map((cell) => (
        <CellView key={cell.from} {...rest} kind={line.kind} cell={cell} />
      ))}
    </div>
  );
}

function CellView(props: Props & { readonly kind: RowLine['kind']; readonly cell: Cell }) {
  const { cell, kind, bytes, selected, hovered, target, changed, describedBy, onSelect, onHover } = props;
  const { field, from, span, continues, goesOn } = cell;
  const { node } = field;
  const was = changed[field.path];
  const isSelected = field === selected;
  const names = [
    'dm-cell',
    isSelected && 'dm-selected',
    field === hovered && 'dm-hovered',
    target && isWithin(field, target) && 'dm-target',
    was !== undefined && 'dm-changed',
    continues && 'dm-continues',
    goesOn && 'dm-goes-on',
    node.problem !== undefined && 'dm-broken',
  ];
  return (
    <button
      type="button"
      class={names.filter(Boolean).join(' ')}
      style={{ gridColumn: `${from + 2} / span ${span}` }}
      data-field={field.index}
      // The rest of a field that goes on below is for the pointer only.
      tabIndex={isSelected && !continues ? 0 : -1}
      aria-hidden={continues ? 'true' : undefined}
      aria-pressed={continues ? undefined : isSelected}
      aria-describedby={isSelected && !continues ? describedBy : undefined}
      onClick={() => onSelect(field)}
      onPointerEnter={(event) => event.pointerType === 'mouse' && onHover(field)}
    >
      <span class="unseen">{`${labelOf(field)}: ${node.text.replace('→', 'points to')}${was === undefined ? '' : `, in the question ${was}`}`}</span>
      <CellFace cell={cell} kind={kind} bytes={bytes} />
    </button>
  );
}

/** What is seen of it; its words are said beside. */
function CellFace({
  cell,
  kind,
  bytes,
}: {
  readonly cell: Cell;
  readonly kind: RowLine['kind'];
  readonly bytes: Uint8Array;
}) {
  const { field, span, short, letters } = cell;
  const { node } = field;
  if (kind === 'bytes') return <Letters letters={letters} cell={cell} bytes={bytes} />;
  if (short !== '')
    return (
      <>
        <span class="dm-short" aria-hidden="true">
          {short}
        </span>
        <span class="dm-bit" aria-hidden="true">
          {span === 1 ? rawText(bytes, node) : plain(node.text)}
        </span>
      </>
    );
  return (
    <>
      <span class="dm-label" aria-hidden="true">
        {labelOf(field)}
      </span>
      <span class="dm-said" aria-hidden="true">
        <Words text={node.refers ? node.text.replace(/^.*→/, '→') : node.text} />
      </span>
    </>
  );
}

function Letters({
  letters,
  cell,
  bytes,
}: {
  readonly letters: readonly string[];
  readonly cell: Cell;
  readonly bytes: Uint8Array;
}) {
  const { node } = cell.field;
  if (node.refers) {
    // The offset, as the pointer has it: fourteen bits.
    const [at] = bytesOf(node);
    return (
      <span class="dm-pointer" aria-hidden="true">
        <Mark name="arrow" size={12} />
        {((bytes[at]! & 0x3f) << 8) | (bytes[at + 1] ?? 0)}
      </span>
    );
  }
  const hasLength = typeof node.value === 'string' && !cell.continues;
  return (
    <span
      class="dm-letters"
      aria-hidden="true"
      style={{ gridTemplateColumns: `repeat(${cell.span}, minmax(0, 1fr))` }}
    >
      {letters.map((letter, i) => (
        <span
          key={i}
          class={(hasLength && i === 0) || (letter === '0' && letters.length === 1) ? 'dm-length' : undefined}
        >
          {letter}
        </span>
      ))}
    </span>
  );
}

/** From the pointer to what it points to, in the margin at the left. */
function Connector({
  layout,
  from,
  to,
}: {
  readonly layout: Layout;
  readonly from: Field;
  readonly to: Field;
}) {
  const start = middleOf(layout, from);
  const leaf = layout.fields.find((field) => isWithin(field, to));
  const end = leaf && middleOf(layout, leaf);
  if (start === undefined || end === undefined) return null;
  const top = Math.min(start, end);
  return (
    <svg
      class="dm-connector"
      style={{ top: `${top}px` }}
      width="22"
      height={Math.abs(start - end) + 10}
      aria-hidden="true"
    >
      <path d={end < start ? `M16 ${start - top}H5V5H13` : `M16 ${start - top}H5V${end - top}H13`} />
      <path d={`M11 ${end - top + (end < start ? 1 : -4)}l6 4l-6 4`} />
    </svg>
  );
}

function isWithin(field: Field, outer: Field): boolean {
  for (let one: Field | undefined = field; one; one = one.parent) if (one === outer) return true;
  return false;
}

/** A name that is one pointer, or the root, is called by what it is the name of. */
function labelOf({ node, parent }: Field): string {
  return parent && parent.level > 3 && parent.children.length === 1 ? parent.node.label : node.label;
}

/** `QUERY (0)` → `0`: the bits’ own value, where a name stands beside. */
const plain = (text: string): string => /\((\d+)\)$/.exec(text)?.[1] ?? text;

function stepOf(key: string, { lines, fields }: Layout, selected: Field): Field | undefined {
  const at = fields.indexOf(selected);
  const rows = lines.filter((line): line is RowLine => 'cells' in line);
  const bounded = (to: number): Field | undefined => fields[Math.max(0, Math.min(fields.length - 1, to))];
  switch (key) {
    case 'ArrowRight':
      return bounded(at + 1);
    case 'ArrowLeft':
      return bounded(at - 1);
    case 'Home':
      return fields[0];
    case 'End':
      return fields.at(-1);
    case 'ArrowDown':
    case 'ArrowUp': {
      const first = rows.findIndex(({ cells }) => cells.some(({ field }) => field === selected));
      const last = rows.findLastIndex(({ cells }) => cells.some(({ field }) => field === selected));
      const row = key === 'ArrowDown' ? rows[last + 1] : rows[first - 1];
      const column = rows[first]?.cells.find(({ field }) => field === selected)?.from ?? 0;
      return row?.cells.findLast(({ from }) => from <= column)?.field ?? row?.cells[0]?.field;
    }
    case 'PageDown':
    case 'PageUp':
      return sectionStep(lines, selected, key === 'PageDown');
    default:
      return undefined;
  }
}

/** The first field of the section after or before. */
function sectionStep(lines: Layout['lines'], selected: Field, isDown: boolean): Field | undefined {
  const firsts: Field[] = [];
  let current = -1;
  lines.forEach((line, i) => {
    const next = lines[i + 1];
    if (line.kind === 'section') {
      const row = lines.slice(i + 1).find((one): one is RowLine => 'cells' in one);
      if (next && row) firsts.push(row.cells[0]!.field);
    }
    if ('cells' in line && line.cells.some(({ field }) => field === selected)) current = firsts.length - 1;
  });
  if (isDown) return firsts[current + 1];
  return firsts[current] === selected ? firsts[current - 1] : firsts[current];
}

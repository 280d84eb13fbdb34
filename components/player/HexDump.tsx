// Bytes in hexadecimal and as characters. Each byte wears its layer's colour below; the selected ones stand on the
// accent, those they refer to on its weak form. For the keyboard it is one control with a byte in hand: arrow keys move.
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { bytesOf, type Field, hexByte, leavesAt } from './fields.ts';
import { layerClass } from './glyph.tsx';

export interface HexDumpProps {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly selected: Field;
  readonly hovered: Field | undefined;
  /** Fields that a router has rewritten. */
  readonly changed: readonly Field[];
  readonly perRow: number;
  /** `isAgain`: the byte was in hand already. */
  readonly onSelect: (byte: number, isAgain: boolean) => void;
  readonly onHover: (byte: number | undefined) => void;
}

export function HexDump({
  bytes,
  fields,
  selected,
  hovered,
  changed,
  perRow,
  onSelect,
  onHover,
}: HexDumpProps) {
  const box = useRef<HTMLDivElement>(null);
  const [from, to] = bytesOf(selected.node);
  const layers = useMemo(() => layersOf(fields, bytes.length), [fields, bytes]);
  const [referredFrom, referredTo] = selected.node.refers ? bytesOf(selected.node.refers) : NOWHERE;
  const [hoverFrom, hoverTo] = hovered ? bytesOf(hovered.node) : NOWHERE;
  const rewritten = useMemo(() => changed.map((field) => bytesOf(field.node)), [changed]);

  // Only the dump moves to show what is selected, never the page.
  useLayoutEffect(() => {
    const element = box.current;
    const row = element?.querySelector<HTMLElement>(`[data-line="${Math.floor(from / perRow)}"]`);
    if (!element || !row) return;
    const height = row.offsetHeight;
    const top = row.getBoundingClientRect().top - element.getBoundingClientRect().top + element.scrollTop;
    const bottom = top + (Math.floor((to - 1) / perRow) - Math.floor(from / perRow) + 1) * height;
    if (top >= element.scrollTop && bottom <= element.scrollTop + element.clientHeight) return;
    const room = Math.max(0, Math.floor((element.clientHeight - (bottom - top)) / height / 2));
    element.scrollTop = Math.max(0, top - room * height);
  }, [from, to, perRow, bytes]);

  const byteAt = (event: Event): number | undefined => {
    const byte = (event.target as Element).closest<HTMLElement>('[data-byte]')?.dataset.byte;
    return byte === undefined ? undefined : Number(byte);
  };
  const move = (byte: number): void => onSelect(Math.max(0, Math.min(bytes.length - 1, byte)), false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'ArrowRight') move(to);
    else if (event.key === 'ArrowLeft') move(from - 1);
    else if (event.key === 'ArrowDown') move(from + perRow);
    else if (event.key === 'ArrowUp') move(from - perRow < 0 ? from : from - perRow);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(bytes.length - 1);
    else if (event.key === 'Enter') onSelect(from, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const rows = [];
  for (let start = 0; start < bytes.length; start += perRow) {
    const clamp = (byte: number): number => Math.max(0, Math.min(perRow, byte - start));
    rows.push(
      <Line
        key={start}
        bytes={bytes}
        layers={layers}
        start={start}
        perRow={perRow}
        from={clamp(from)}
        to={clamp(to)}
        referredFrom={clamp(referredFrom)}
        referredTo={clamp(referredTo)}
        hoverFrom={clamp(hoverFrom)}
        hoverTo={clamp(hoverTo)}
        isGroup={selected.children.length > 0}
        rewritten={rewritten}
      />,
    );
  }
  return (
    <div
      class={`rt-hex rt-hex-${perRow}`}
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Bytes"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, bytes.length - 1)}
      aria-valuenow={from}
      aria-valuetext={`byte ${from}, ${hexByte(bytes[from] ?? 0)}, ${leavesAt(fields, from)[0]?.node.label ?? ''}`}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const byte = byteAt(event);
        if (byte !== undefined) onSelect(byte, byte >= from && byte < to);
      }}
      onPointerMove={(event) => event.pointerType === 'mouse' && onHover(byteAt(event))}
      onPointerLeave={() => onHover(undefined)}
    >
      {rows}
    </div>
  );
}

const NOWHERE = [0, 0] as const;

interface LineProps {
  readonly bytes: Uint8Array;
  readonly layers: readonly string[];
  readonly start: number;
  readonly perRow: number;
  // Places in this line, so that a line that nothing happens to is not drawn again.
  readonly from: number;
  readonly to: number;
  readonly referredFrom: number;
  readonly referredTo: number;
  readonly hoverFrom: number;
  readonly hoverTo: number;
  readonly isGroup: boolean;
  readonly rewritten: readonly (readonly [number, number])[];
}

function Line(props: LineProps) {
  const {
    bytes,
    layers,
    start,
    perRow,
    from,
    to,
    referredFrom,
    referredTo,
    hoverFrom,
    hoverTo,
    isGroup,
    rewritten,
  } = props;
  return useMemo(() => {
    const digits = [];
    const letters = [];
    const end = Math.min(perRow, bytes.length - start);
    for (let i = 0; i < end; i++) {
      const at = start + i;
      const byte = bytes[at]!;
      let state = '';
      if (i >= from && i < to) state = isGroup ? ' rt-hex-referred' : ' rt-hex-selected';
      else if (i >= referredFrom && i < referredTo) state = ' rt-hex-referred';
      else if (i >= hoverFrom && i < hoverTo) state = ' rt-hex-hovered';
      if (rewritten.some(([a, b]) => at >= a && at < b)) state += ' rt-hex-rewritten';
      digits.push(
        <span key={i} data-byte={at} class={`rt-byte ${layers[at]}${state}`}>
          {hexByte(byte)}
        </span>,
      );
      const isText = byte >= 0x20 && byte < 0x7f;
      letters.push(
        <span key={i} data-byte={at} class={`rt-char${isText ? '' : ' rt-char-none'}${state}`}>
          {isText ? String.fromCharCode(byte) : '·'}
        </span>,
      );
    }
    return (
      <div class="rt-hex-line" data-line={start / perRow}>
        <span class="rt-hex-offset">{start.toString(16).padStart(4, '0')}</span>
        <span class="rt-hex-bytes">{digits}</span>
        <span class="rt-hex-chars">{letters}</span>
      </div>
    );
  }, [
    bytes,
    layers,
    start,
    perRow,
    from,
    to,
    referredFrom,
    referredTo,
    hoverFrom,
    hoverTo,
    isGroup,
    rewritten,
  ]);
}

/** The class of the layer that each byte belongs to. */
function layersOf(fields: readonly Field[], length: number): string[] {
  const layers = new Array<string>(length).fill('rt-layer-link');
  for (const field of fields) {
    if (field.level !== 1) continue;
    const [from, to] = bytesOf(field.node);
    layers.fill(layerClass(field.layer), from, to);
  }
  return layers;
}

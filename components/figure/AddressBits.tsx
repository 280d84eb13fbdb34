// The bits of an address with the boundary of its prefix, which can be dragged, tapped or moved with the arrow keys.
import '../unseen.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Cidr, formatCidr, isV4, networkOf, sizeOf } from '../engine/addresses.ts';
import { bitsOf, countText } from './address-facts.ts';

interface Props {
  readonly cidr: Cidr;
  /** Another address, whose differing bits are marked. */
  readonly other: Cidr | undefined;
  readonly onMove: (prefixLength: number) => void;
}

export function AddressBits({ cidr, other, onMove }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLSpanElement>(null);
  // Without script the boundary is a mere line: it can be focused once it can be moved
  const [isAlive, live] = useState(false);
  useEffect(() => live(true), []);
  const bits = bitsOf(cidr);
  const width = bits.length;
  const isIpv4 = width === 32;
  const at = cidr.prefixLength;
  const others = other && bitsOf(other).length === width ? bitsOf(other) : undefined;
  // One label to a byte in IPv4, to four bits in IPv6: the digits that people write
  const each = isIpv4 ? 8 : 4;
  const groups = Array.from({ length: width / each }, (_, i) => bits.slice(i * each, (i + 1) * each));

  const keys: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - (isIpv4 ? 8 : 16),
    PageUp: at + (isIpv4 ? 8 : 16),
    Home: 0,
    End: width,
  };
  const move = (to: number) => {
    const within = Math.max(0, Math.min(width, to));
    if (within !== at) onMove(within);
  };
  const follow = (event: PointerEvent) => {
    const gap = field.current && gapNear(field.current, event.clientX, event.clientY);
    if (gap !== undefined && gap !== null) move(gap);
  };

  return (
    <div class={`addr-bits addr-bits-${isIpv4 ? 4 : 6}`}>
      <p class="addr-parts" aria-hidden="true">
        <span class="addr-part-network">
          {at === width ? `all ${width} bits: one address` : `prefix: ${at} ${at === 1 ? 'bit' : 'bits'}`}
        </span>
        {at < width && (
          <span class="addr-part-host">
            {width - at} {width - at === 1 ? 'bit' : 'bits'} left: {power(countText(sizeOf(cidr)))} addresses
          </span>
        )}
      </p>
      <div
        ref={field}
        class="addr-field"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          handle.current?.focus({ preventScroll: true });
          follow(event);
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && follow(event)}
      >
        {groups.map((group, g) => (
          <span key={g} class="addr-group" aria-hidden="true">
            {group.map((bit, i) => {
              const n = g * each + i;
              const differs = others !== undefined && others[n] !== bit;
              const kind = `${n < at ? 'addr-bit addr-in' : 'addr-bit'}${differs ? ' addr-differs' : ''}`;
              return (
                <span key={n} class={kind} data-bit={n}>
                  {bit}
                </span>
              );
            })}
            <span class={`addr-digit${g * each < at ? ' addr-in' : ''}`}>
              {Number.parseInt(group.join(''), 2).toString(isIpv4 ? 10 : 16)}
            </span>
          </span>
        ))}
        <span
          ref={handle}
          class="addr-edge"
          style={places(at, each)}
          role="slider"
          tabIndex={isAlive ? 0 : -1}
          aria-label="Prefix length"
          aria-valuemin={0}
          aria-valuemax={width}
          aria-valuenow={at}
          aria-valuetext={`${at} bits, ${formatCidr(networkOf(cidr))}, ${countText(sizeOf(cidr))} addresses`}
          onKeyDown={(event) => {
            const to = keys[event.key];
            if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            move(to);
          }}
        >
          <span class="addr-flag">/{at}</span>
        </span>
      </div>
      <span class="unseen">
        {isV4(cidr.address) ? '32' : '128'} bits: {bits.join('')}
      </span>
    </div>
  );
}

/** Where the boundary stands, for rows of 32 and of 16 bits: its row, its column, and the gaps between groups before it. */
function places(at: number, each: number) {
  const place = (row: number) => {
    // Behind the last bit of a row, not before the first of the next
    const line = at === 0 ? 0 : Math.floor((at - 1) / row);
    const column = at - line * row;
    const isBetween = column % each === 0 && column > 0 && column < row;
    const gaps =
      column === row ? row / each - 1 : isBetween ? column / each - 0.5 : Math.floor(column / each);
    return { line, column, gaps };
  };
  const [wide, tall] = [place(32), place(16)];
  return {
    '--wide-line': wide.line,
    '--wide-column': wide.column,
    '--wide-gaps': wide.gaps,
    '--tall-line': tall.line,
    '--tall-column': tall.column,
    '--tall-gaps': tall.gaps,
  };
}

/** The gap between bits that is nearest to a point: its number is the prefix length. */
function gapNear(field: HTMLElement, x: number, y: number): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const cell of field.querySelectorAll<HTMLElement>('[data-bit]')) {
    const box = cell.getBoundingClientRect();
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    const dx = Math.max(box.left - x, 0, x - box.right);
    // First the row, then the place in it
    const distance = dy * 10_000 + dx;
    if (distance >= least) continue;
    least = distance;
    best = Number(cell.dataset.bit) + (x > box.left + box.width / 2 ? 1 : 0);
  }
  return best;
}

/** `2^64` as a power. */
export function power(text: string) {
  const [base, exponent] = text.split('^');
  return exponent === undefined ? (
    text
  ) : (
    <>
      {base}
      <sup>{exponent}</sup>
    </>
  );
}

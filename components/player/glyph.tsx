// A packet as a small drawing: colour, letter and shape say the layer, so that none of the three has to say it alone.
// Shapes are drawn around (0, 0) on a grid where a packet is 24 wide; diamonds and capsules reach a little beyond, so
// that all of them look equally heavy.
import './glyph.css';
import type { Layer } from '#engine/inspect/view.ts';

/** `lost`: hollow and crossed. `future`: not sent yet at the moment that is shown. */
export type GlyphState = 'solid' | 'lost' | 'future';

export interface PacketGlyphProps {
  readonly layer: Layer;
  readonly letter: string;
  /** Nominal width in px: 24 on the map, 14 in lists. */
  readonly size?: number;
  readonly state?: GlyphState;
  /** Said by screen readers. Leave it out where the protocol's name stands beside. */
  readonly label?: string;
}

/** The drawing as an element of its own, for lists and sentences. */
export function PacketGlyph({ layer, letter, size = 24, state = 'solid', label }: PacketGlyphProps) {
  const box = (size * 30) / 24;
  return (
    <svg
      class="rt-glyph"
      width={box}
      height={box}
      viewBox="-15 -15 30 30"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined ? 'true' : undefined}
    >
      <PacketShape layer={layer} letter={letter} state={state} />
    </svg>
  );
}

/** The same inside another drawing: wrap it in a `<g transform="translate(x y)">`. */
export function PacketShape({ layer, letter, size = 24, state = 'solid' }: Omit<PacketGlyphProps, 'label'>) {
  const scale = size === 24 ? undefined : `scale(${size / 24})`;
  return (
    <g class={`rt-shape rt-shape-${state} ${layerClass(layer)}`} transform={scale}>
      <path d={SHAPES[layer]} />
      <text y="5.1">{letter}</text>
      {state === 'lost' && <path class="rt-cross" d="M9.5 -5.5 l11 11 m0 -11 l-11 11" />}
    </g>
  );
}

/** Class that sets `--layer` to the layer's colour. */
export function layerClass(layer: string): string {
  return Object.hasOwn(SHAPES, layer) ? `rt-layer-${layer}` : 'rt-layer-link';
}

/** What the layer is called in a sentence. */
export const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  link: 'Link',
  ip: 'Internet',
  transport: 'Transport',
  dns: 'Names',
  tls: 'Security',
  http: 'Web',
  app: 'Program',
};

/** The letter of a layer where no packet gives its own (`U` for UDP). */
export const LAYER_LETTERS: Readonly<Record<Layer, string>> = {
  link: 'L',
  ip: 'I',
  transport: 'T',
  dns: 'D',
  tls: 'S',
  http: 'H',
  app: 'A',
};

const SHAPES: Readonly<Record<Layer, string>> = {
  link: 'M-10 -10 H10 V10 H-10 Z',
  ip: 'M-13.4 0 L-6.7 -11.6 H6.7 L13.4 0 L6.7 11.6 H-6.7 Z',
  transport: 'M-12 0 A12 12 0 0 1 12 0 A12 12 0 0 1 -12 0 Z',
  dns: 'M0 -14.6 L14.6 0 L0 14.6 L-14.6 0 Z',
  tls: 'M-10.5 -11.5 H10.5 V1.5 C10.5 7 6 10.5 0 13 C-6 10.5 -10.5 7 -10.5 1.5 Z',
  http: 'M-10 -12.2 H4.6 L10 -6.8 V12.2 H-10 Z',
  app: 'M-5 -11 H5 A9.6 11 0 0 1 5 11 H-5 A9.6 11 0 0 1 -5 -11 Z',
};

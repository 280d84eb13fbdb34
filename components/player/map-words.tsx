// Words on the map, and where across it they stand.
import type { MapLayout } from './map-layout.ts';
import type { PlacedLabel } from './placer.ts';
import { Spot } from './spot.tsx';

export const percent = (x: number, layout: MapLayout) => `${Math.round((x / layout.width) * 1e5) / 1e3}%`;
export const round = (value: number) => Math.round(value * 100) / 100;

/** One line of words. The nested drawing carries the percentage, so that the words may lie beside it in pixels. */
export function MapWords(props: {
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

import type { Figure } from '../engine/figure.ts';

export function Waterfall({ figure }: { figure: Figure }) {
  return <div class="rt-waterfall" data-figure={figure.id} />;
}

import type { Figure } from '../engine/figure.ts';

export function Knobs({ figure }: { figure: Figure }) {
  return <div class="rt-knobs" data-figure={figure.id} />;
}

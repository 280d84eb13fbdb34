import type { Figure } from '../engine/figure.ts';

export function Why({ figure }: { figure: Figure }) {
  return <div class="rt-why" data-figure={figure.id} />;
}

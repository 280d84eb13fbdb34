import type { Figure } from '../engine/figure.ts';

export function TakeAway({ figure }: { figure: Figure }) {
  return <div class="rt-takeaway" data-figure={figure.id} />;
}

import type { Figure } from '../engine/figure.ts';

export function Faults({ figure }: { figure: Figure }) {
  return <div class="rt-faults" data-figure={figure.id} />;
}

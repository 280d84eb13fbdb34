import type { Figure } from '../engine/figure.ts';

export function Transcript({ figure }: { figure: Figure }) {
  return <div class="rt-transcript" data-figure={figure.id} />;
}

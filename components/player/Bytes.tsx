import type { Figure } from '../engine/figure.ts';

export function Bytes({ figure }: { figure: Figure }) {
  return <div class="rt-bytes" data-figure={figure.id} />;
}

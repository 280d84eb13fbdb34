import type { Figure } from '../engine/figure.ts';

export function Packets({ figure }: { figure: Figure }) {
  return <div class="rt-packets" data-figure={figure.id} />;
}

// Claims that are bound to a figure say what its latest run says.
import type { ClaimView } from '#engine/inspect/view.ts';

interface RunNews {
  readonly figure: string;
  readonly claims: readonly Pick<ClaimView, 'name' | 'kind' | 'value' | 'text'>[];
}

const words = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ');
const group = (value: number, decimals: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: decimals });

function textOf({ claims }: RunNews, { claim, minus, as }: DOMStringMap): string | undefined {
  const of = (name?: string) => claims.find((one) => one.name === name);
  const found = of(claim);
  if (!found) return undefined;
  if (typeof found.value !== 'number' || (!minus && !as)) return found.text;
  let value = found.value;
  for (const name of minus?.split(' ') ?? []) value -= Number(of(name)?.value);
  if (Number.isNaN(value)) return '–';
  if (as === 'words') return words[value] ?? group(value, 0);
  if (found.kind !== 'time') return group(value, 0);
  return as === 's'
    ? `${group(value / 1e9, 1)}\u00a0s`
    : `${group(value / 1e6, value < 1e7 ? 1 : 0)}\u00a0ms`;
}

addEventListener('roundtrip:run', (event) => {
  const news = (event as CustomEvent<RunNews>).detail;
  for (const node of document.querySelectorAll<HTMLElement>('.claim[data-figure]')) {
    if (node.dataset.figure === news.figure)
      node.textContent = textOf(news, node.dataset) ?? node.textContent;
  }
});

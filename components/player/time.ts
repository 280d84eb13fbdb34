// Numbers and names as the panels write them: columns have fixed places, so that they stand below one another.

/** Joins a number to its unit. */
export const NBSP = '\u00a0';

/** Nanoseconds as `1,202.4`, in milliseconds, always with `decimals` places. */
export function milliseconds(time: number, decimals = 1): string {
  return grouped(time / 1e6, decimals);
}

/** `1,202.4 ms` */
export function withUnit(time: number, decimals = 1): string {
  return `${milliseconds(time, decimals)}${NBSP}ms`;
}

/** 2436 → `2,436` */
export function grouped(value: number, decimals = 0): string {
  const [whole, fraction] = value.toFixed(decimals).split('.') as [string, string?];
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction ? `${text}.${fraction}` : text;
}

/** `1 byte`, `2,436 bytes` */
export function counted(count: number, one: string): string {
  return `${grouped(count)}${NBSP}${one}${count === 1 ? '' : 's'}`;
}

/** Index of the last item whose time is not after `now`; −1 when all are. Items are in order of time. */
export function lastBefore(items: readonly { readonly time: number }[], now: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.time <= now) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A machine's label inside a sentence: `the home router`, but `Maya’s laptop`, `Transit A`, `.example server`. */
export function inSentence(label: string): string {
  if (/[’.]| [A-Z\d]$/.test(label)) return label;
  return `the ${/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label}`;
}

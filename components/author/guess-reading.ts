// What somebody typed as a guess, as a number in the unit of the question, and how far off it is. No page around it.

export type Verdict = 'right' | 'low' | 'high';

/** Times may be typed in either unit. */
const nanoseconds: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9 };

/** `1,200`, `1.2 s`, `55ms`; undefined when it is no number. In units of the question: `ms` and `s` are converted. */
export function readGuess(typed: string, unit: string): number | undefined {
  const found = /^([\d.,]+)\s*([a-z]*)$/.exec(typed.trim().toLowerCase());
  if (!found) return undefined;
  const [, digits, given] = found;
  // A comma before three digits groups them; else it is a decimal comma.
  const plain = digits!.replace(/,(?=\d{3}(\D|$))/g, '').replace(',', '.');
  const number = /^\d+\.?\d*$|^\.\d+$/.test(plain) ? Number(plain) : Number.NaN;
  if (Number.isNaN(number) || number > 1e12) return undefined;
  if (given === '' || given === unit) return number;
  const from = nanoseconds[given!];
  const to = nanoseconds[unit];
  return from !== undefined && to !== undefined ? (number * from) / to : undefined;
}

/** `within` is a share of the truth: 0.1 forgives a tenth. */
export function judge(guess: number, truth: number, within: number): Verdict {
  if (Math.abs(guess - truth) <= Math.abs(truth) * within) return 'right';
  return guess < truth ? 'low' : 'high';
}

/** `1,200 ms`, `1.2 s`, with a no-break space; at most three decimals. */
export function writeGuess(number: number, unit: string): string {
  const text = number.toLocaleString('en-US', { maximumFractionDigits: number < 10 ? 3 : 1 });
  return unit === '' ? text : `${text}\u00a0${unit}`;
}

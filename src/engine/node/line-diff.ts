/**
 * The shortest way from one list of lines to another (Myers, "An O(ND) difference algorithm and its variations", 1986,
 * §4), and how `assert` prints it: equal lines in the middle of many are left out.
 */

export interface DiffLine {
  /** `+` is in the first only, `-` in the second only. */
  readonly kind: '+' | '-' | ' ';
  readonly text: string;
}

/** Equal lines in a row that are printed. */
const SHOWN = 5;

/** `mayDifferByComma`: a comma at the end of a line makes no difference, as of elements that are last in one list only. */
export function lineDiff(
  first: readonly string[],
  second: readonly string[],
  mayDifferByComma: boolean,
): DiffLine[] {
  const isSame = (a: string, b: string): boolean =>
    a === b || (mayDifferByComma && (`${a},` === b || a === `${b},`));
  const most = first.length + second.length;
  const reach = new Int32Array(2 * most + 3);
  const levels: Int32Array[] = [];
  for (let level = 0; level <= most; level++) {
    levels.push(reach.slice());
    for (let diagonal = -level; diagonal <= level; diagonal += 2) {
      let x = comesFromAbove(reach, diagonal, level, most)
        ? reach[diagonal + 1 + most]!
        : reach[diagonal - 1 + most]! + 1;
      while (x < first.length && x - diagonal < second.length && isSame(first[x]!, second[x - diagonal]!))
        x += 1;
      reach[diagonal + most] = x;
      if (x >= first.length && x - diagonal >= second.length)
        return walkBack(levels, first, second, mayDifferByComma);
    }
  }
  return [];
}

function comesFromAbove(reach: Int32Array, diagonal: number, level: number, most: number): boolean {
  if (diagonal === -level) return true;
  return diagonal !== level && reach[diagonal - 1 + most]! < reach[diagonal + 1 + most]!;
}

function walkBack(
  levels: readonly Int32Array[],
  first: readonly string[],
  second: readonly string[],
  mayDifferByComma: boolean,
): DiffLine[] {
  const most = first.length + second.length;
  const lines: DiffLine[] = [];
  let [x, y] = [first.length, second.length];
  for (let level = levels.length - 1; level >= 0; level--) {
    const reach = levels[level]!;
    const diagonal = x - y;
    const before = comesFromAbove(reach, diagonal, level, most) ? diagonal + 1 : diagonal - 1;
    const beforeX = reach[before + most]!;
    const beforeY = beforeX - before;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      const text = mayDifferByComma && !first[x]!.endsWith(',') ? second[y]! : first[x]!;
      lines.push({ kind: ' ', text });
    }
    if (level === 0) break;
    if (x > beforeX) lines.push({ kind: '+', text: first[--x]! });
    else lines.push({ kind: '-', text: second[--y]! });
  }
  return lines.reverse();
}

/** The text, and whether lines were left out. */
export function printDiff(lines: readonly DiffLine[]): {
  readonly text: string;
  readonly isShortened: boolean;
} {
  const printed: string[] = [];
  let isShortened = false;
  let equal: string[] = [];
  for (const { kind, text } of lines) {
    if (kind === ' ') {
      equal.push(text);
      continue;
    }
    const rest = equal.slice(SHOWN);
    printed.push(...equal.slice(0, SHOWN).map((line) => `  ${line}`));
    if (rest.length > 2) {
      isShortened = true;
      printed.push('...', `  ${rest.at(-1)}`);
    } else printed.push(...rest.map((line) => `  ${line}`));
    equal = [];
    printed.push(`${kind} ${text}`);
  }
  printed.push(...equal.slice(0, SHOWN).map((line) => `  ${line}`));
  return { text: printed.join('\n').trimEnd(), isShortened };
}

// What was typed at each machine's prompt, for the arrow keys: kept for the visit, so that it survives a page.
const MAX_LINES = 100;
const KEY = 'rt-typed';

/** By `maya@laptop`; in memory where the browser keeps nothing. */
const typed = new Map<string, string[]>(Object.entries(read()));

function read(): Record<string, string[]> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return {};
    return Object.fromEntries(
      Object.entries(found).flatMap(([who, lines]) =>
        Array.isArray(lines) ? [[who, lines.filter((one) => typeof one === 'string').slice(-MAX_LINES)]] : [],
      ),
    );
  } catch {
    return {};
  }
}

export function keepTyped(who: string, line: string): void {
  const lines = typed.get(who) ?? [];
  if (line.trim() === '' || lines.at(-1) === line) return;
  typed.set(who, [...lines, line].slice(-MAX_LINES));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(typed)));
  } catch {
    // Full or forbidden: the page remembers until it is left.
  }
}

/** Lines to go back through, the latest last: what the run's own people typed, then what the reader did. */
export function historyOf(who: string, scripted: readonly string[]): readonly string[] {
  const own = typed.get(who) ?? [];
  const before = scripted.filter((line) => !own.includes(line));
  return [...before, ...own].filter((line, i, all) => line !== all[i - 1]);
}

// How much a figure says aloud (in its live line) of what happens: one choice for all figures, kept for the visit.
import { atom, type ReadableAtom } from 'nanostores';

export const aloudLevels = ['off', 'steps', 'all'] as const;
/** `steps`: where the reader stops or steps, and now and then while it plays. `all`: every event that was passed. */
export type Aloud = (typeof aloudLevels)[number];

const KEY = 'rt-aloud';
const $level = atom<Aloud>(kept());
export const $aloud: ReadableAtom<Aloud> = $level;

export function setAloud(level: Aloud): void {
  $level.set(level);
  try {
    sessionStorage.setItem(KEY, level);
  } catch {
    // A browser that keeps nothing: the choice holds on this page.
  }
}

function kept(): Aloud {
  try {
    const found = sessionStorage.getItem(KEY);
    return aloudLevels.find((level) => level === found) ?? 'steps';
  } catch {
    return 'steps';
  }
}

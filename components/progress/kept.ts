// What the reader's browser keeps, for islands: undefined while the page is built and when it wakes (both draw the
// same), then the store's.
import type { ReadableAtom } from 'nanostores';
import { useEffect, useState } from 'preact/hooks';

export function useKept<T>($atom: ReadableAtom<T>): T | undefined {
  const [value, set] = useState<T | undefined>(undefined);
  useEffect(() => $atom.subscribe((now) => set(() => now as T)), [$atom]);
  return value;
}

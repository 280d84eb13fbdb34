// Storage as tests want it: in memory, full, blocked; and a clock that is set by hand.
import type { Ground } from '../../components/progress/store.ts';

export class FakeStorage {
  readonly items = new Map<string, string>();
  isBlocked = false;
  /** Characters, over all items. */
  room = Number.POSITIVE_INFINITY;
  writes = 0;

  getItem(key: string): string | null {
    if (this.isBlocked) throw new DOMException('no storage here', 'SecurityError');
    return this.items.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    if (this.isBlocked) throw new DOMException('no storage here', 'SecurityError');
    let size = text.length;
    for (const [other, value] of this.items) if (other !== key) size += value.length;
    if (size > this.room) throw new DOMException('no room', 'QuotaExceededError');
    this.writes++;
    this.items.set(key, text);
  }

  removeItem(key: string): void {
    if (this.isBlocked) throw new DOMException('no storage here', 'SecurityError');
    this.items.delete(key);
  }
}

/** 20 November 2026, noon. */
export const NOON = Date.UTC(2026, 10, 20, 12);

interface FakeGround extends Ground {
  readonly storage: () => FakeStorage;
  time: number;
}

export function ground(storage = new FakeStorage()): FakeGround {
  const found: FakeGround = { time: NOON, storage: () => storage, now: () => found.time };
  return found;
}

import { describe, expect, it } from 'vitest';
import { MARK_MS, type Marks, marksAfter, type SeenRow } from '../../components/player/table-changes.ts';

const row = (key: string, expires?: number): SeenRow => ({
  key,
  cells: [key],
  life: expires === undefined ? undefined : { expires, timeout: 100 },
});
const fates = (marks: Marks) => Object.fromEntries([...marks].map(([key, { fate }]) => [key, fate]));
const none: Marks = new Map();

describe('what became of rows', () => {
  const before = { time: 10, rows: [row('a', 100), row('b', 50), row('c')] };

  it('marks what came, what was renewed, and what is gone', () => {
    const now = { time: 60, rows: [row('a', 150), row('c'), row('d', 160)] };
    expect(fates(marksAfter(none, before, now, 0))).toEqual({ a: 'renewed', b: 'forgotten', d: 'new' });
  });

  it('marks nothing where nothing changed, and nothing that has no time to live', () => {
    expect(marksAfter(none, before, { time: 20, rows: before.rows }, 0).size).toBe(0);
    const withoutC = { time: 20, rows: before.rows.slice(0, 2) };
    expect(marksAfter(none, before, withoutC, 0).size).toBe(0);
  });

  it('keeps a mark for a while, and then lets it go', () => {
    const came = marksAfter(none, before, { time: 20, rows: [...before.rows, row('d', 120)] }, 1000);
    const next = { time: 21, rows: [...before.rows, row('d', 120)] };
    expect(fates(marksAfter(came, next, { ...next, time: 22 }, 1000 + MARK_MS - 1))).toEqual({ d: 'new' });
    expect(marksAfter(came, next, { ...next, time: 22 }, 1000 + MARK_MS).size).toBe(0);
  });

  it('calls what came and was renewed at once new, and what comes back is not gone', () => {
    const came = marksAfter(none, before, { time: 20, rows: [...before.rows, row('d', 120)] }, 0);
    const again = marksAfter(
      came,
      { time: 20, rows: [...before.rows, row('d', 120)] },
      { time: 21, rows: [...before.rows, row('d', 121)] },
      10,
    );
    expect(fates(again)).toEqual({ d: 'new' });
    const gone = marksAfter(none, before, { time: 60, rows: [row('a', 100)] }, 0);
    expect(fates(gone)).toEqual({ b: 'forgotten' });
    const back = marksAfter(
      gone,
      { time: 60, rows: [row('a', 100)] },
      { time: 61, rows: [row('a', 100), row('b', 161)] },
      5,
    );
    expect(fates(back)).toEqual({ b: 'new' });
  });

  it('marks nothing when a reader goes back in time', () => {
    const marks = marksAfter(none, before, { time: 20, rows: [row('x', 30)] }, 0);
    expect(marksAfter(marks, { time: 20, rows: [row('x', 30)] }, { time: 5, rows: [] }, 1).size).toBe(0);
  });
});

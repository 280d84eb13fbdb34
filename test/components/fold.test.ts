import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisOf, foldsOf, place, roundStep, ticks, timeAt } from '../../components/player/scale.ts';
import { run } from './fixture.ts';

const MS = 1e6;

describe('an axis of time', () => {
  const folds = [{ start: 450 * MS, end: 1092 * MS }];
  const axis = axisOf(0, 1450 * MS, folds, 34, { perNanosecond: 3.5 / MS });

  it('is to scale where nothing is folded, and a fold has its own length', () => {
    expect(place(axis, 100 * MS)).toBeCloseTo(350);
    expect(place(axis, 450 * MS)).toBeCloseTo(1575);
    expect(place(axis, 1092 * MS)).toBeCloseTo(1575 + 34);
    expect(axis.length).toBeCloseTo((1450 - 642) * 3.5 + 34);
  });

  it('gives the time of each place back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1450 * MS }), (time) => {
        expect(Math.abs(timeAt(axis, place(axis, time)) - time)).toBeLessThan(1);
      }),
    );
  });

  it('never runs backwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1450 * MS }), fc.integer({ min: 0, max: 1450 * MS }), (a, b) => {
        expect(Math.sign(place(axis, b) - place(axis, a)) * Math.sign(b - a)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is as long as it is told to be, folds included', () => {
    expect(axisOf(0, 1450 * MS, folds, 620, { length: 10_000 }).length).toBeCloseTo(10_000);
  });

  it('marks round times outside of folds only', () => {
    const found = ticks(axis, 120);
    expect(found).toContain(100 * MS);
    expect(found.filter((time) => time > 450 * MS && time < 1092 * MS)).toEqual([]);
  });

  it('steps by 1, 2, 5 and their tens', () => {
    expect([0.9, 1, 1.1, 3, 7, 11, 4999].map(roundStep)).toEqual([1, 1, 2, 5, 10, 20, 5000]);
  });
});

describe('folding', () => {
  it('folds what is long and idle in all runs, and nothing else', () => {
    const { view } = run();
    expect(foldsOf([view])).toEqual([]);
    // a page that carries no packets of a run does not know when it is idle
    expect(foldsOf([{ ...view, packets: [], moments: [] }])).toEqual([]);
    const late = {
      ...view,
      end: view.end + 5000 * MS,
      packets: [
        ...view.packets,
        { ...view.packets[0]!, time: view.end + 4000 * MS, end: view.end + 4025 * MS },
      ],
    };
    const [first, ...rest] = foldsOf([view, late]);
    expect(first!.start).toBeGreaterThan(view.packets.at(-1)!.end);
    expect(first!.end).toBeLessThan(view.end + 4000 * MS);
    for (const fold of [first!, ...rest]) {
      for (const packet of late.packets) {
        expect(packet.end <= fold.start || packet.time >= fold.end).toBe(true);
      }
    }
  });
});

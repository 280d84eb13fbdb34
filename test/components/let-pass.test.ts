import { describe, expect, it } from 'vitest';
import type { RunView } from '#engine/inspect/view.ts';
import { inputsUntil } from '../../components/figure/let-pass.ts';
import { Session } from '../../src/engine/export/session.ts';

const SECOND = 1e9;
const viewOf = (inputs: Parameters<typeof inputsUntil>[1]): RunView =>
  Session.start({ scenario: 'nat', set: {}, seed: 1, inputs }).finish().view();

describe('time that is to pass', () => {
  const view = viewOf([]);

  it('needs no input while the run lasts', () => {
    const inputs = [{ time: 1, what: 'restart', detail: { machine: 'laptop' } }];
    expect(inputsUntil(view, inputs, view.end)).toBe(inputs);
  });

  it('is slept at the machine’s own prompt when the run is over, and the run then lasts', () => {
    const inputs = inputsUntil(view, [], view.end + 60 * SECOND, 'home-router')!;
    expect(inputs).toEqual([
      { time: Math.ceil(view.end), what: 'type', detail: { machine: 'home-router', line: 'sleep 60' } },
    ]);
    expect(viewOf(inputs).end).toBeGreaterThanOrEqual(view.end + 60 * SECOND);
  });

  it('makes the sleep longer rather than sleep twice', () => {
    const once = inputsUntil(view, [], view.end + 10 * SECOND, 'home-router')!;
    const later = viewOf(once);
    const twice = inputsUntil(later, once, later.end + 300 * SECOND, 'home-router')!;
    expect(twice).toHaveLength(1);
    expect(twice[0]!.time).toBe(once[0]!.time);
    expect(viewOf(twice).end).toBeGreaterThanOrEqual(later.end + 300 * SECOND);
  });

  it('is typed at another prompt where the one wanted is busy or not there', () => {
    const other = inputsUntil(view, [], view.end + SECOND, 'switch')!;
    expect(other[0]!.detail['machine']).toBe('laptop');
    const busy = {
      ...view,
      consoles: view.consoles.map((one) => ({ ...one, lines: one.lines.slice(0, 1) })),
    };
    // the phone’s ping has begun there and not ended
    const machine = inputsUntil(busy, [], view.end + SECOND, 'phone')![0]!.detail['machine'];
    expect(machine).not.toBe('phone');
  });

  it('cannot go on where nobody has a prompt', () => {
    expect(inputsUntil({ ...view, consoles: [] }, [], view.end + SECOND)).toBeUndefined();
  });
});

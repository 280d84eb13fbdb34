import { describe, expect, it } from 'vitest';
import type { RunView } from '#engine/inspect/view.ts';
import { conditionAt, timeLeft, waitsAt } from '../../components/player/condition.ts';
import { run } from './fixture.ts';

const { view } = run();
const { machines, channels } = view;
const first = channels[0]!;
const nameOf = (machine: number) => machines[machine]!.name;
const withInputs = (...inputs: Omit<RunView['inputs'][number], 'text'>[]): RunView => ({
  ...view,
  inputs: inputs.map((input) => ({ ...input, text: input.what })),
});

describe('conditionAt', () => {
  it('cuts a link whichever way it was named, from its moment on', () => {
    const cut = withInputs({
      time: 10,
      what: 'cut',
      detail: { from: nameOf(first.to), to: nameOf(first.from) },
    });
    expect([...conditionAt(cut, 9).cut]).toEqual([]);
    expect([...conditionAt(cut, 10).cut]).toEqual([[0, 0]]);
  });

  it('mends a link when its cut was for a while', () => {
    const detail = { from: nameOf(first.from), to: nameOf(first.to), until: 20 };
    const cut = withInputs({ time: 10, what: 'cut', detail });
    expect(conditionAt(cut, 19).cut.size).toBe(1);
    expect(conditionAt(cut, 20).cut.size).toBe(0);
  });

  it('follows a machine through off and restart', () => {
    const power = { ...view, spans: [{ kind: 'off', machine: 1, start: 10, end: 30, what: 'off' } as const] };
    expect([...conditionAt(power, 9).off]).toEqual([]);
    expect([...conditionAt(power, 20).off]).toEqual([1]);
    expect([...conditionAt(power, 30).off]).toEqual([]);
  });
});

describe('waitsAt', () => {
  const span = (machine: number, start: number, end: number) =>
    ({ kind: 'waiting', machine, start, end, what: 'timer' }) as const;
  const waiting: RunView = {
    ...view,
    spans: [{ ...span(0, 0, 5e6), kind: 'working' }, span(0, 0, 20e6), span(1, 5e6, 30e6), span(0, 0, 40e6)],
  };
  it('gives for each machine the wait that ends first, and no work', () => {
    expect(waitsAt(waiting, 1e6).map(({ machine, end }) => [machine, end])).toEqual([[0, 20e6]]);
    expect(waitsAt(waiting, 20e6).map(({ machine, end }) => [machine, end])).toEqual([
      [1, 30e6],
      [0, 40e6],
    ]);
  });
  it('rounds what is left up', () => {
    expect(timeLeft(span(0, 0, 20e6), 19_999_999)).toBe(1);
  });
});

// What a page carries of a run: all of it, or its beginning, and never more than the budget.
import { describe, expect, it } from 'vitest';
import { scenarios } from '#engine/scenario/all.ts';
import { unpackView } from '../../components/engine/pack.ts';
import { fitting, MAX_HANDOVER, prepare, sessionOf } from '../../components/engine/server.ts';

const requestOf = (scenario: string, set: Record<string, string> = {}) => ({
  scenario,
  set,
  seed: 1,
  inputs: [],
});

describe('what a page carries of a run', () => {
  it.each(scenarios.map(({ name }) => name))('%s: at most its budget, and the beginning as it is', (name) => {
    const view = sessionOf(requestOf(name)).view();
    const { packed, complete, until } = fitting(view);
    expect(JSON.stringify(packed).length).toBeLessThanOrEqual(MAX_HANDOVER);
    const part = unpackView(JSON.parse(JSON.stringify(packed)));
    const { length } = part.packets;
    expect(part.packets.map(({ time, title }) => ({ time, title }))).toEqual(
      view.packets.slice(0, length).map(({ time, title }) => ({ time, title })),
    );
    expect(part.moments.length).toBe(
      view.moments.filter(({ time }) => time < until || complete || length === view.packets.length).length,
    );
    // All that is on its way before the first packet that is left out
    const early = [...view.hops.sent].filter((sent, i) => sent < until && view.hops.packet[i]! < length);
    if (length < view.packets.length) {
      expect(until).toBe(view.packets[length]!.time);
      expect([...part.hops.sent]).toEqual(early);
    } else expect(part.hops).toEqual(view.hops);
    expect(part.end).toBe(view.end);
  });

  it('a run that is too long is cut, and a moment after the cut stops the build', () => {
    const request = requestOf('cgnat', { connections: '20' });
    const { packed, until } = fitting(sessionOf(request).view());
    const view = sessionOf(request).view();
    expect(JSON.stringify(packed).length).toBeGreaterThan(0.9 * MAX_HANDOVER);
    expect(until).toBeLessThan(view.packets.at(-1)!.time);
    const wanted = { id: 'long', cursor: until, panels: ['map' as const] };
    expect(prepare(request, wanted).placed.complete).toBe(false);
    expect(() => prepare(request, { ...wanted, cursor: until + 1 })).toThrow(
      'too much happens before its moment',
    );
  });
});

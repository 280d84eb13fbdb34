/** The fetching client when things go wrong in the middle. */
import { expect, it } from 'vitest';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Run } from '../../src/engine/scenario/run.ts';

/** The visit, with ChaiCart's server restarted at `ms`, and one SYN of the laptop's dropped or not. */
function restarted(ms: number, dropped: number | undefined): Run {
  const inputs = [{ time: ms * MILLISECOND, what: 'restart', detail: { machine: 'chaicart' } }];
  if (dropped !== undefined)
    inputs.push({
      time: 0,
      what: 'drop',
      detail: { from: 'laptop', to: 'switch', ordinal: dropped } as never,
    });
  return new Run({ scenario: 'first-request', set: {}, seed: 1, inputs }).finish();
}

it('leaves no connection open, also one that had only begun when the visit failed', () => {
  let failed = 0;
  for (const dropped of [undefined, 5, 6, 7, 8, 9]) {
    for (let ms = 200; ms <= 320; ms += 4) {
      const run = restarted(ms, dropped);
      const laptop = run.network.machine('laptop') as Host;
      const states = laptop.tcp.sockets().map(({ connection }) => connection.state);
      expect(states, `restart at ${ms} ms, frame ${dropped} dropped`).toEqual([]);
      if ([...run.world.trace.events(['fetch.failed'])].length > 0) failed += 1;
    }
  }
  // visits that all succeed would show nothing
  expect(failed).toBeGreaterThan(10);
});

it.each([
  ['cut', { from: 'transit-a', to: 'transit-b' }, 150],
  ['off', { machine: 'chaicart' }, 250],
])('is told when nobody answers any more, and the run comes to rest: %s', (what, detail, ms) => {
  const inputs = [{ time: ms * MILLISECOND, what, detail }];
  const run = new Run({ scenario: 'first-request', set: {}, seed: 1, inputs }).finish();
  expect(run.claims()['outcome']!.value).toBe('ETIMEDOUT');
  expect(run.cutShort).toBeUndefined();
  expect((run.network.machine('laptop') as Host).tcp.sockets()).toEqual([]);
});

/** Every frame is sent, handed on or let go, on every path: a world at rest holds none. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import { corruptPastFcs, duplicate, randomLoss, reorder } from '../../../src/engine/net/link/fault.ts';
import { scenarios } from '../../../src/engine/scenario/all.ts';
import { Run } from '../../../src/engine/scenario/run.ts';
import type { AnyScenario } from '../../../src/engine/scenario/scenario.ts';
import type { TraceLevel } from '../../../src/engine/trace/log.ts';
import { evening } from '../small-world.ts';

const LEVELS: readonly TraceLevel[] = ['off', 'full'];

/** A run in which links lose, repeat, damage and reorder, and machines stop and start. */
function troubled(scenario: AnyScenario, level: TraceLevel, seed: number): Run {
  const random = new Random(seed);
  const names = Object.keys(scenario.places);
  const inputs = Array.from({ length: 6 }, (_, i) => ({
    time: Math.floor(random.float() * 4000) * MILLISECOND,
    what: i % 2 === 0 ? 'off' : 'restart',
    detail: { machine: names[random.below(names.length)]! },
  }));
  const run = new Run({ scenario: scenario.name, set: {}, seed, inputs }, { level });
  for (const channel of run.network.channels) {
    const chance = run.world.random(`${channel.from}>${channel.to}/trouble`);
    channel.faults.push(
      randomLoss(0.02, chance),
      duplicate(0.02, chance),
      corruptPastFcs(0.05, chance),
      reorder(0.05, 3 * MILLISECOND, chance),
    );
  }
  return run.finish();
}

describe.each(LEVELS)('at trace level %s', (level) => {
  it('an evening with losses ends with no frame held', () => {
    for (const loss of [0, 0.05, 0.2]) {
      const { world } = evening({ level, seed: 7 }, loss);
      world.kernel.run();
      expect(world.trace.frames.held, `loss ${loss}`).toBe(0);
    }
  });

  it.each(scenarios.map((one) => [one.name, one] as const))('%s ends with no frame held', (_, scenario) => {
    const run = new Run({ scenario: scenario.name, set: {}, seed: 1, inputs: [] }, { level }).finish();
    expect([run.cutShort, run.world.trace.frames.held]).toEqual([undefined, 0]);
    for (let seed = 1; seed <= 3; seed++) {
      const bad = troubled(scenario, level, seed);
      bad.world.kernel.run({ maxEvents: 1_000_000 });
      expect(bad.world.trace.frames.held, `seed ${seed}`).toBe(0);
    }
  });
});

/** What holds for every scenario: it repeats itself, its tables can be replayed, it comes to rest, its claims are read. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/base/random.ts';
import { Session } from '../../src/engine/export/session.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { NONE, type Trace } from '../../src/engine/trace/log.ts';
import { compareTables } from '../inspect/compare-tables.ts';
import { variantsOf } from './variants.ts';

/** The first event in which two traces differ, as text, or undefined. */
function firstDifference(a: Trace, b: Trace): string | undefined {
  for (let id = 0; id < Math.max(a.length, b.length); id++) {
    const left = id < a.length ? JSON.stringify(a.event(id)) : 'nothing';
    const right = id < b.length ? JSON.stringify(b.event(id)) : 'nothing';
    if (left !== right) return `event ${id}: ${left} against ${right}`;
  }
  return undefined;
}

for (const scenario of scenarios) {
  describe(scenario.name, () => {
    it('what people do has no cause: nothing that happened while the world was built led to it', () => {
      const run = new Run({ scenario: scenario.name, set: {}, seed: 1, inputs: [] });
      expect(run.world.trace.cause).toBe(NONE);
      const { trace } = run.finish().world;
      for (const { cause } of trace.events(['input'])) expect(cause).toBe(NONE);
    });

    for (const { title, spec } of variantsOf(scenario)) {
      it(`repeats itself: ${title}`, () => {
        const first = new Run(spec).finish();
        const second = new Run(spec).finish();
        expect(firstDifference(first.world.trace, second.world.trace)).toBeUndefined();
        expect(second.world.trace.digest).toBe(first.world.trace.digest);
      });

      it(`has the tables that its trace says, at 50 random moments: ${title}`, () => {
        // past the part that figures show, so that time-outs of tables are met as well
        const end = Session.start(spec).finish().view().end * 1.5;
        const random = new Random(4711);
        const moments = Array.from({ length: 50 }, () => Math.floor(random.float() * end)).sort(
          (a, b) => a - b,
        );
        const run = new Run(spec);
        for (const moment of moments) {
          run.world.kernel.run({ until: moment, maxEvents: scenario.maxEvents });
          expect(compareTables(run.network, run.world.trace)).toEqual([]);
        }
      });

      it(`comes to rest, and every claim can be read: ${title}`, () => {
        const run = new Run(spec).finish();
        expect(run.cutShort).toBeUndefined();
        for (const [name, { kind, value }] of Object.entries(run.claims())) {
          if (value !== undefined) expect(typeof value, name).toBe(kind === 'text' ? 'string' : 'number');
        }
        expect(run.world.trace.frames.cut).toBe(0);
      });
    }
  });
}

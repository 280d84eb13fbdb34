/** Labs: nothing is solved by doing nothing, a worked solution meets every goal, and tempting ways miss the right ones. */
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { type ExtraInput, Run } from '../../src/engine/scenario/run.ts';
import { migration } from './labs/migration.ts';
import { outage } from './labs/outage.ts';
import { worksForMe } from './labs/works-for-me.ts';

const labs = [migration, outage, worksForMe];
const goalsOf = (scenario: string, inputs: readonly ExtraInput[]) =>
  new Run({ scenario, set: {}, seed: 1, inputs }).finish().goals();

it('every scenario with goals has its solutions here', () => {
  const withGoals = scenarios.filter(({ goals }) => goals !== undefined).map(({ name }) => name);
  expect(labs.map(({ scenario }) => scenario).sort()).toEqual(withGoals.sort());
});

for (const { scenario, solutions, traps } of labs) {
  describe(scenario, () => {
    it('is not solved by doing nothing', () => {
      const states = Object.values(goalsOf(scenario, [])).map(({ state }) => state);
      expect(states.filter((state) => state !== 'met').length).toBeGreaterThan(1);
    });

    for (const { title, inputs } of solutions)
      it(`is solved: ${title}`, () => {
        const goals = goalsOf(scenario, inputs);
        expect(Object.entries(goals).filter(([, { state }]) => state !== 'met')).toEqual([]);
      });

    for (const { title, inputs, fails } of traps)
      it(`is not: ${title}`, () => {
        const goals = goalsOf(scenario, inputs);
        const unmet = Object.entries(goals).filter(([, { state }]) => state !== 'met');
        expect(unmet.map(([name, { state, because }]) => [name, state, because])).toEqual(
          unmet.map(([name]) => [
            name,
            fails[name]?.state,
            expect.stringMatching(fails[name]?.because ?? /^$/),
          ]),
        );
        expect(unmet.map(([name]) => name).sort()).toEqual(Object.keys(fails).sort());
      });
  });
}

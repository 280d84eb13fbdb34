/** The parameter sets under which a scenario is tested: its defaults, each choice, and seeds with loss. */
import type { RunSpec } from '../../src/engine/scenario/run.ts';
import type { AnyScenario } from '../../src/engine/scenario/scenario.ts';

export interface Variant {
  readonly title: string;
  readonly spec: RunSpec;
}

/** `lossSeeds` worlds at a loss of 5 % are added where the scenario has such a parameter. */
export function variantsOf(scenario: AnyScenario, lossSeeds = 3): Variant[] {
  const variant = (title: string, set: Record<string, string>, seed = 1): Variant => ({
    title,
    spec: { scenario: scenario.name, set, seed, inputs: [] },
  });
  const choices = Object.entries(scenario.parameters).flatMap(([name, parameter]) =>
    parameter.kind === 'choice'
      ? parameter.choices
          .filter(({ value }) => value !== parameter.initial)
          .map(({ value }) => variant(`${name}=${value}`, { [name]: value }))
      : [],
  );
  const losses =
    'loss' in scenario.parameters
      ? Array.from({ length: lossSeeds }, (_, i) => variant(`loss=5%, seed ${i + 1}`, { loss: '5%' }, i + 1))
      : [];
  return [variant('defaults', {}), ...choices, ...losses];
}

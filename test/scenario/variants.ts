/** What a scenario is tested under: its defaults, each choice, seeds with loss, and the faults that readers cause. */
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { Run, type RunSpec } from '../../src/engine/scenario/run.ts';
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
  return [variant('defaults', {}), ...choices, ...losses, ...withFaults(scenario)];
}

/** Every router restarted, the far machine stopped and started again, links cut: all in the middle of things. */
function withFaults(scenario: AnyScenario): Variant[] {
  const base = { scenario: scenario.name, set: {}, seed: 1 };
  const names = Object.keys(scenario.places);
  const { links } = new Run({ ...base, inputs: [] }, { level: 'off' }).network;
  const routers = names.filter((name) => scenario.places[name]!.kind.endsWith('router'));
  return [
    ...routers.map((machine) => ({
      title: `${machine} restarted`,
      spec: { ...base, inputs: [{ time: 150 * MILLISECOND, what: 'restart', detail: { machine } }] },
    })),
    {
      title: `${scenario.far} stopped and started`,
      spec: {
        ...base,
        inputs: [
          { time: 170 * MILLISECOND, what: 'off', detail: { machine: scenario.far } },
          { time: 900 * MILLISECOND, what: 'restart', detail: { machine: scenario.far } },
        ],
      },
    },
    ...some(links).map(({ forward }) => ({
      title: `${forward.from} to ${forward.to} cut for a while`,
      spec: {
        ...base,
        inputs: [
          {
            time: 60 * MILLISECOND,
            what: 'cut',
            detail: { from: forward.from, to: forward.to, until: 2000 * MILLISECOND },
          },
        ],
      },
    })),
  ];
}

/** Links that are cut, one at a time. Large worlds repeat themselves: of theirs, some that are spread over all. */
const MOST_CUTS = 10;

function some<T>(all: readonly T[]): T[] {
  const step = Math.ceil(all.length / MOST_CUTS);
  return all.filter((_, i) => i % step === 0);
}

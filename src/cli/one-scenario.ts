/**
 * Takes the place of scenario/all.ts in the simulator that a project takes along (site/integrations/simulator.ts): the
 * workbench alone, because every other world would be a fifth of the file more.
 */
import { Malformed } from '#engine/base/errors.ts';
import type { AnyScenario } from '#engine/scenario/scenario.ts';
import { workbench } from '#engine/scenario/workbench/workbench.ts';

export const scenarios: readonly AnyScenario[] = [workbench];

/** Throws {@link Malformed} with what there is. */
export function findScenario(name: string): AnyScenario {
  if (name !== workbench.name)
    throw new Malformed(
      `this file brings no scenario along that is called “${name.slice(0, 40)}”, only the workbench`,
    );
  return workbench;
}

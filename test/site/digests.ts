// What the determinism test runs inside the browser.
import { Run, type RunSpec } from '../../src/engine/scenario/run.ts';

export function digests(specs: readonly RunSpec[]): string[] {
  return specs.map((spec) => new Run(spec).finish().world.trace.digest);
}

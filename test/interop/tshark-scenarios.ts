// Every scenario's capture before tshark: as it is, and with what it has of loss, damage and other choices.
import { expect, it } from 'vitest';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { corruptPastFcs } from '../../src/engine/net/link/fault.ts';
import type { Network } from '../../src/engine/net/network.ts';
import { findScenario, scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import type { World } from '../../src/engine/sim/world.ts';
import { absent, expectAgreementAt, type Run as Judged } from './tshark.ts';

function runOf({ world, network }: { readonly world: World; readonly network: Network }): Judged {
  return {
    trace: world.trace,
    packets: readPackets(world.trace, network.channels),
    links: network.links,
    epochSeconds: world.epochSeconds,
  };
}

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** Of each scenario: there are many, and a run of some is thousands of packets. `npm run test:long` reads them all. */
const VARIANTS = process.env['LONG'] ? SEEDS : SEEDS.slice(0, 5);

/** Another choice of each parameter for each seed; loss always. */
function variant(name: string, seed: number): Record<string, string> {
  const set: Record<string, string> = {};
  let rest = seed;
  for (const [parameter, spec] of Object.entries(findScenario(name).parameters)) {
    if (spec.kind === 'choice') {
      set[parameter] = spec.choices[rest % spec.choices.length]!.value;
      rest = Math.floor(rest / spec.choices.length);
    } else if (spec.kind === 'ratio') set[parameter] = seed % 2 === 0 ? '2%' : '10%';
  }
  return set;
}

/** A finished run; with damage past the check sequence on every link, if asked. */
function scenarioRun(scenario: string, set: Record<string, string>, seed: number, isDamaging = false) {
  const { world, network } = isDamaging
    ? damaging(new Run({ scenario, set, seed, inputs: [] }))
    : new Run({ scenario, set, seed, inputs: [] }).finish();
  return { run: runOf({ world, network }), network };
}

function damaging(run: Run): Run {
  for (const channel of run.network.channels) {
    channel.faults.push(corruptPastFcs(0.01, run.world.random(`${channel.from}>${channel.to}/damage`)));
  }
  return run.finish();
}

/** The scenarios at these places of the list, in a file of their own: files run side by side. */
export function judgeScenarios(isOurs: (index: number) => boolean): void {
  const missing = absent('tshark');

  for (const { name } of scenarios.filter((_, index) => isOurs(index))) {
    it(`${name}, as it is, at every machine`, ({ skip }) => {
      if (missing) skip(missing);
      const { run, network } = scenarioRun(name, {}, 1);
      // some worlds wait for what people type
      const machines = [...network.machines.keys()].map((machine) => ({ machine }));
      expect(expectAgreementAt(run, ['makers', ...machines])[0]).toBeGreaterThan(0);
    });

    it.for(VARIANTS)(`${name}, seed %i, with what it has of loss and other variants`, (seed, { skip }) => {
      if (missing) skip(missing);
      const { run, network } = scenarioRun(name, variant(name, seed), seed, true);
      const machine = [...network.machines.keys()][seed % network.machines.size]!;
      expect(expectAgreementAt(run, ['makers', { machine }])[0]).toBeGreaterThan(0);
    });
  }
}

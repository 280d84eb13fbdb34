import { describe, expect, it } from 'vitest';
import { capture } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import { text } from '../../src/engine/export/text.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { corruptPastFcs } from '../../src/engine/net/link/fault.ts';
import { findScenario, scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { evening, type Home } from '../net/small-world.ts';
import {
  absent,
  expectAgreement,
  expectAgreementAt,
  isDamaged,
  type Run as Judged,
  output,
  withCapture,
} from './tshark.ts';

function runOf({ world, network }: Pick<Home, 'world' | 'network'>): Judged {
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

describe('tshark reads what we wrote', () => {
  const missing = absent('tshark');

  it('an evening without faults, at every place', ({ skip }) => {
    if (missing) skip(missing);
    const run = runOf(evening({ seed: 1 }));
    expect(expectAgreement(run)).toBeGreaterThan(50);
    const machines = ['laptop', 'switch', 'home', 'isp', 'web'].map((machine) => ({ machine }));
    const judged = expectAgreementAt(run, [...machines, { link: 'home–isp' }]);
    expect(Math.min(...judged)).toBeGreaterThan(20);
  });

  it.for(SEEDS)('seed %i with loss, damage, doubles and overtaking', (seed, { skip }) => {
    if (missing) skip(missing);
    const run = runOf(evening({ seed }, 0.03));
    const [all, laptop, home] = expectAgreementAt(run, [
      'makers',
      { machine: 'laptop' },
      { machine: 'home' },
    ]);
    expect(all).toBeGreaterThan(50);
    expect(laptop).toBeGreaterThan(5);
    expect(home).toBeGreaterThan(20);
  });
});

describe('tshark reads what the scenarios sent', () => {
  const missing = absent('tshark');

  for (const { name } of scenarios) {
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
});

describe('tcpdump prints the lines that we print', () => {
  const missing = absent('tcpdump');

  it.for([0, 0.02, 0.1])('with loss %f', (loss, { skip }) => {
    if (missing) skip(missing);
    const run = runOf(evening({ seed: 5 }, loss));
    for (const tap of ['makers', { machine: 'home' }, { machine: 'laptop' }, { link: 'isp–web' }] as const) {
      const options = { epochSeconds: run.epochSeconds, tap };
      const isWhole = capture(run.packets, run.links, tap).map((one) => !isDamaged(one));
      const ours = text(run.trace, run.packets, run.links, options).replace(/ {2}#.*$/gm, '');
      const file = pcapng(run.trace, run.packets, run.links, options);
      const theirs = withCapture(file, (name) => output('tcpdump', ['-n', '-r', name]));
      const compared = (lines: string) => lines.split('\n').filter((_, index) => isWhole[index]);
      expect(theirs.split('\n').length).toBe(isWhole.length + 1);
      expect(compared(ours)).toEqual(compared(theirs));
    }
  });
});

import { describe, expect, it } from 'vitest';
import { capture } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import { text } from '../../src/engine/export/text.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
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

import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/engine/base/units.ts';
import { capture } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import { text } from '../../src/engine/export/text.ts';
import { compileFilter } from '../../src/engine/inspect/filter.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import type { AnyScenario } from '../../src/engine/scenario/scenario.ts';
import { absent, expectAgreement, isDamaged, matchesOfAll, output, withCapture } from './tshark.ts';

/** What somebody types at the scenario's first prompt: echoes that fit and that do not, routes, and nowhere. */
function lines({ hosts }: AnyScenario): string[] {
  const named = Object.keys(hosts ?? {}).slice(0, 2);
  return [
    ...named.flatMap((name) => [
      `ping -c 1 -W 1 -s 3000 ${name}`,
      `ping -c 1 -W 1 -M do -s 1472 ${name}`,
      `ping -4 -c 1 -W 1 -t 2 ${name}`,
      `traceroute -n -q 1 -w 1 -m 8 ${name}`,
      `traceroute -n -I -q 1 -w 1 -m 8 ${name}`,
      `ping -6 -c 1 -W 1 -s 3000 ${name}`,
      `ping -6 -c 1 -W 1 -M do -s 1452 ${name}`,
      `traceroute -6 -n -q 1 -w 1 -m 8 ${name}`,
    ]),
    'ping -c 1 -W 1 203.0.113.200',
    'ping -6 -c 1 -W 1 2001:db8:ffff::1',
    'ping -c 1 -W 1 192.168.1.99',
  ];
}

/** Where the default keeps something silent that a judge should see. */
const SET: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'mtu-black-hole': { icmp: 'spoken' },
};

function typedRun(scenario: AnyScenario) {
  const machine = Object.keys(scenario.terminals ?? {})[0]!;
  const inputs = lines(scenario).map((line, index) => ({
    time: (60 + 40 * index) * SECOND,
    what: 'type',
    detail: { machine, line },
  }));
  const set = SET[scenario.name] ?? {};
  const { world, network } = new Run({ scenario: scenario.name, set, seed: 1, inputs }).finish();
  return {
    trace: world.trace,
    packets: readPackets(world.trace, network.channels),
    links: network.links,
    epochSeconds: world.epochSeconds,
  };
}

/** What all scenarios together must have shown, so that the agreement is about something. */
const SEEN = [
  'ip.frag_offset > 0',
  'ipv6.fraghdr.offset > 0',
  'icmp.type == 11',
  'icmp.type == 3 and icmp.code == 4',
  'icmp.type == 3 and icmp.code != 4',
  'icmpv6.type == 1',
  'icmpv6.type == 3',
  'icmpv6.type == 128',
  'icmpv6.nd.ns.target_address == fe80::/10',
  'icmpv6.nd.na.flag.r == 1',
  'icmpv6.nd.ra.router_lifetime > 0',
  'icmpv6.opt.prefix',
  'icmpv6.type == 143 or icmpv6.type == 133',
];

const prompted = scenarios.filter(({ terminals }) => Object.keys(terminals ?? {}).length > 0);
const seen = new Map<string, number>(SEEN.map((expression) => [expression, 0]));

describe('what people type, as tshark and tcpdump read it', () => {
  const missing = absent('tshark') ?? absent('tcpdump');

  it.for(prompted.map((scenario) => [scenario.name, scenario] as const))('%s', ([, scenario], { skip }) => {
    if (missing) skip(missing);
    const run = typedRun(scenario);
    expect(expectAgreement(run)).toBeGreaterThan(3);
    const captured = capture(run.packets, run.links, 'makers');
    const options = { epochSeconds: run.epochSeconds, tap: 'makers' } as const;
    const isWhole = captured.map((one) => !isDamaged(one));
    const file = pcapng(run.trace, run.packets, run.links, options);
    const theirs = withCapture(file, (name) => output('tcpdump', ['-n', '-r', name]));
    const ours = text(run.trace, run.packets, run.links, options).replace(/ {2}#.*$/gm, '');
    const compared = (printed: string) => printed.split('\n').filter((_, index) => isWhole[index]);
    expect(compared(ours)).toEqual(compared(theirs));
    const frames = captured.map((one, index) => ({
      bytes: run.trace.frames.read(one.frame),
      length: run.trace.frames.size(one.frame),
      number: index + 1,
      time: one.time - captured[0]!.time,
    }));
    for (const [index, numbers] of matchesOfAll(file, frames.length, SEEN).entries()) {
      const expression = SEEN[index]!;
      expect(
        frames.filter(compileFilter(expression)).map(({ number }) => number),
        expression,
      ).toEqual(numbers);
      seen.set(expression, seen.get(expression)! + numbers.length);
    }
  });

  it('and there was something of everything', ({ skip }) => {
    if (missing) skip(missing);
    expect([...seen].filter(([, count]) => count === 0)).toEqual([]);
  });
});

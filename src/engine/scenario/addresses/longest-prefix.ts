/**
 * Five routes that all fit: the longest prefix wins.
 *
 * The router of ChaiCart's office knows the internet (default), the company's private network over a VPN (10.0.0.0/8), a
 * partner's part of it (10.20.0.0/16), a network that was closed (10.20.30.0/24, a blackhole), and one machine in there
 * that stayed (10.20.30.40/32).
 */
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type Area, type ClaimSpec, type Place, scenario } from '../scenario.ts';
import { at, first } from '../trace-claims.ts';
import { ms } from './household.ts';

const parameters = {
  destination: choice({
    label: 'Destination',
    about: 'Whom the desk pings.',
    initial: '10.20.30.40',
    choices: ['192.0.2.80', '10.9.9.9', '10.20.1.1', '10.20.30.7', '10.20.30.40'].map((value) => ({
      value,
      label: value,
    })),
  }),
} as const;

const terminals = {
  desk: 'sam',
  router: 'root',
  internet: 'ops',
  vpn: 'ops',
  partner: 'ops',
  machine: 'ops',
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  routes: {
    label: 'Routes that fit',
    about: 'How many routes of the router cover the destination.',
    read: ({ network, world }) => {
      const typed = first(world.trace, 'shell.run', at('desk'));
      const address = String(typed?.detail?.['line']).split(' ').at(-1)!;
      const router = network.machine('router');
      const all = 'ip' in router ? router.ip.routes.candidates(parseIp(address)) : [];
      return { kind: 'count', value: all.length };
    },
  },
  arrived: {
    label: 'Answered by',
    about: 'Which machine answered the ping, if any did.',
    read: ({ world }) => {
      const reply = first(world.trace, 'shell.output', ({ detail }) => /ttl=/.test(String(detail!['text'])));
      const echo = [...world.trace.events(['frame.delivered'])].findLast(
        ({ node, time }) => reply && time < reply.time && !['desk', 'router'].includes(node),
      );
      return { kind: 'text', value: reply ? echo?.node : 'nobody' };
    },
  },
};

const areas: readonly Area[] = [
  { label: 'Office', wide: [0, 0, 480, 348], tall: [0, 0, 358, 210] },
  { label: 'Beyond', wide: [492, 0, 708, 348], tall: [0, 218, 358, 414] },
];

const place = (
  label: string,
  kind: Place['kind'],
  area: number,
  addresses: readonly string[],
  wide: Place['wide'],
  tall: Place['tall'],
): Place => ({ label, called: label, kind, area, addresses, wide, tall, lane: label });

const places: Readonly<Record<string, Place>> = {
  desk: { ...place('Sam’s desk', 'laptop', 0, ['172.16.0.9'], [90, 174], [70, 100]), owner: 'Sam' },
  router: place('Office router', 'router', 0, ['172.16.0.1'], [340, 174], [179, 160]),
  internet: place('ChaiCart’s server', 'server', 1, ['192.0.2.80'], [760, 52], [62, 320]),
  vpn: place('Private network', 'server', 1, ['10.9.9.9'], [1010, 112], [296, 320]),
  partner: place('Partner', 'server', 1, ['10.20.1.1'], [1010, 236], [100, 520]),
  machine: place('The one that stayed', 'server', 1, ['10.20.30.40'], [760, 290], [258, 520]),
};

export const longestPrefix = scenario({
  name: 'longest-prefix',
  version: 1,
  title: 'The longest prefix wins',
  summary: 'One router, five routes that fit: which one a packet takes.',
  parameters,
  maxEvents: 100_000,
  until: 14_400 * SECOND,
  areas,
  places,
  terminals,
  near: 'desk',
  far: 'machine',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const network = new Network(world);
  const desk = network.host('desk');
  const router = network.router('router');
  const link = { delay: ms(1) };
  network.link([desk, 'eth0', '172.16.0.9/24'], [router, 'lan', '172.16.0.1/24'], link);
  const beyond = [
    {
      name: 'internet',
      nic: 'isp',
      near: '203.0.113.2/30',
      far: '203.0.113.1/30',
      own: '192.0.2.80/32',
      to: 'default',
      delay: 25,
    },
    {
      name: 'vpn',
      nic: 'vpn',
      near: '172.16.1.1/30',
      far: '172.16.1.2/30',
      own: '10.9.9.9/32',
      to: '10.0.0.0/8',
      delay: 8,
    },
    {
      name: 'partner',
      nic: 'partner',
      near: '172.16.2.1/30',
      far: '172.16.2.2/30',
      own: '10.20.1.1/32',
      to: '10.20.0.0/16',
      delay: 4,
    },
    {
      name: 'machine',
      nic: 'host',
      near: '172.16.3.1/30',
      far: '172.16.3.2/30',
      own: '10.20.30.40/32',
      to: '10.20.30.40/32',
      delay: 2,
    },
  ] as const;
  for (const { name, nic, near, far, own, to, delay } of beyond) {
    const host = network.host(name);
    network.link([router, nic, near], [host, 'eth0', far], { delay: ms(delay) });
    // its own address lies behind the one of the link, as a loopback address of a server does
    network.dummy(host, own);
    network.route(host, 'default', near.split('/')[0]!);
    network.route(router, to, far.split('/')[0]!);
  }
  network.noRoute(router, '10.20.30.0/24');
  network.route(desk, 'default', '172.16.0.1');
  acquaint(network, []);
  openTerminals(network, { users: terminals });
  world.input(0, 'type', { machine: 'desk', line: `ping -c 1 -W 1 ${values.destination}` });
  return network;
}

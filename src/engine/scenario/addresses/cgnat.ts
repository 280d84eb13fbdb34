/**
 * Two translators in a row: the router at home, and the provider's, which many customers share.
 *
 * The provider has no public address for each flat. It gives them addresses from 100.64.0.0/10 and translates again at
 * its edge. Maya and a neighbour, who have never met, are one address to ChaiCart.
 */

import { chaiCartSite } from '../../app/chaicart.ts';
import { runOrigin } from '../../app/origin.ts';
import { hold } from '../../app/udp-echo.ts';
import { parseIp4 } from '../../base/address.ts';
import { SECOND } from '../../base/units.ts';
import { homeFirewall } from '../../net/filter/home-firewall.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { cast } from '../cast.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type Area, type ClaimSpec, type Place, scenario } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { MBIT, ms } from './household.ts';

const SERVER = '192.0.2.80';
const PUBLIC = '203.0.113.77';
const FIRST_PORT = 40_001;

const parameters = {
  limit: choice({
    label: 'Ports for each customer',
    about: 'How many ports the provider’s translator gives to one customer at most (RFC 6888 REQ-4).',
    initial: '512',
    choices: ['2', '4', '512'].map((value) => ({ value, label: value })),
  }),
  connections: choice({
    label: 'Connections of the neighbour',
    about: 'How many connections the neighbour opens while Maya pings.',
    initial: '8',
    choices: ['3', '8', '20'].map((value) => ({ value, label: value })),
  }),
} as const;

const terminals = {
  laptop: 'maya',
  neighbour: 'jo',
  'home-router': 'root',
  'neighbour-router': 'root',
  carrier: 'root',
  transit: 'root',
  chaicart: 'ops',
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  translators: {
    label: 'Translators on the way',
    about: 'How many routers between the laptop and ChaiCart rewrite the source address.',
    read: ({ network }) => ({
      kind: 'count',
      value: [...network.machines.values()].filter(
        (one) => 'ip' in one && one.ip.nat && one.name !== 'neighbour-router',
      ).length,
    }),
  },
  customers: {
    label: 'Customers behind one address',
    about: 'How many different homes ChaiCart’s server heard from, all under the same address.',
    read: ({ world }) => {
      const homes = new Set(
        [...world.trace.events(['nat.open'])]
          .filter(at('carrier'))
          .map(({ detail }) => String(detail!['inside']).split(':')[0]),
      );
      return { kind: 'count', value: homes.size };
    },
  },
  address: {
    label: 'What ChaiCart sees',
    about: 'The address that both homes have for ChaiCart.',
    read: ({ world }) => {
      const open = first(world.trace, 'nat.open', at('carrier'));
      return { kind: 'text', value: open && String(open.detail!['outside']).split(':')[0]! };
    },
  },
  connected: {
    label: 'Neighbour’s connections',
    about: 'How many of the neighbour’s connections came about.',
    read: ({ world }) => count(world.trace, 'hold.connected', at('neighbour')),
  },
  refused: {
    label: 'Over the limit',
    about: 'How many packets the provider dropped because a customer had all the ports it may have.',
    read: ({ world }) => count(world.trace, 'nat.refuse', at('carrier')),
  },
};

const areas: readonly Area[] = [
  { label: 'Two homes', wide: [0, 0, 388, 348], tall: [0, 0, 358, 214] },
  { label: 'ISP', wide: [400, 0, 250, 348], tall: [0, 222, 358, 170] },
  { label: 'The internet', wide: [662, 0, 280, 348], tall: [0, 400, 358, 110] },
  { label: 'ChaiCart’s region', wide: [954, 0, 246, 348], tall: [0, 518, 358, 114] },
];

const places: Readonly<Record<string, Place>> = {
  laptop: {
    ...cast.laptop,
    area: 0,
    wide: [84, 92],
    tall: [44, 66],
  },
  'home-router': {
    ...cast.homeRouter,
    called: 'Maya’s router',
    area: 0,
    addresses: ['in 192.168.1.1', 'out 100.64.0.10'],
    wide: [288, 92],
    tall: [44, 156],
  },
  neighbour: {
    label: 'A neighbour',
    called: 'The neighbour’s laptop',
    owner: 'A neighbour',
    kind: 'laptop',
    area: 0,
    addresses: ['192.168.1.23'],
    wide: [84, 256],
    tall: [314, 66],
    lane: 'Neighbour',
  },
  'neighbour-router': {
    label: 'Their router',
    called: 'The neighbour’s router',
    kind: 'home-router',
    area: 0,
    addresses: ['in 192.168.1.1', 'out 100.64.0.14'],
    wide: [288, 256],
    tall: [314, 156],
  },
  carrier: {
    label: 'Carrier’s translator',
    called: 'The carrier’s translator',
    kind: 'router',
    area: 1,
    addresses: ['in 100.64.0.9', `out ${PUBLIC}`],
    wide: [524, 174],
    tall: [179, 300],
    lane: 'Carrier',
  },
  transit: {
    label: 'Transit',
    called: 'The transit router',
    kind: 'router',
    area: 2,
    addresses: ['198.51.100.130'],
    wide: [802, 174],
    tall: [179, 456],
  },
  chaicart: {
    ...cast.chaicart,
    area: 3,
    addresses: [SERVER],
    wide: [1090, 174],
    tall: [179, 580],
  },
};

export const cgnat = scenario({
  name: 'cgnat',
  version: 1,
  title: 'Two translators in a row',
  summary: 'A carrier shares one public address among homes that translate already.',
  parameters,
  maxEvents: 400_000,
  until: 14_400 * SECOND,
  areas,
  places,
  terminals,
  hosts: { 'chaicart.example': SERVER },
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const network = new Network(world);
  const laptop = network.host('laptop');
  const home = network.router('home-router');
  const neighbour = network.host('neighbour');
  const theirs = network.router('neighbour-router');
  const carrier = network.router('carrier');
  const transit = network.router('transit');
  const chaicart = network.host('chaicart');
  const lan = { delay: ms(1), rate: 1000 * MBIT };
  const line = { delay: ms(4), rate: 20 * MBIT };
  const wan = { rate: 10_000 * MBIT };
  network.link([laptop, 'eth0', '192.168.1.23/24'], [home, 'lan', '192.168.1.1/24'], lan);
  network.link([neighbour, 'eth0', '192.168.1.23/24'], [theirs, 'lan', '192.168.1.1/24'], lan);
  network.link([home, 'wan', '100.64.0.10/30'], [carrier, 'maya', '100.64.0.9/30'], line);
  network.link([theirs, 'wan', '100.64.0.14/30'], [carrier, 'neighbour', '100.64.0.13/30'], line);
  network.link([carrier, 'out', `${PUBLIC}/26`], [transit, 'isp', '203.0.113.65/26'], {
    ...wan,
    delay: ms(5),
  });
  network.link([transit, 'region', '192.0.2.65/26'], [chaicart, 'eth0', `${SERVER}/26`], {
    ...wan,
    delay: ms(15),
  });
  network.route(laptop, 'default', '192.168.1.1');
  network.route(neighbour, 'default', '192.168.1.1');
  network.route(home, 'default', '100.64.0.9');
  network.route(theirs, 'default', '100.64.0.13');
  network.route(carrier, 'default', '203.0.113.65');
  network.route(chaicart, 'default', '192.0.2.65');
  for (const router of [home, theirs]) {
    network.nat(router, 'wan', { assignment: 'preserve' });
    network.filter(router, homeFirewall('wan'));
  }
  network.nat(carrier, 'out', {
    assignment: 'sequential',
    ports: { first: FIRST_PORT, last: 65_535 },
    mappingsPerInside: Number(values.limit),
    saysWhenFull: false,
  });
  runOrigin(chaicart, chaiCartSite());
  acquaint(network, []);
  openTerminals(network, { users: terminals, hosts: { 'chaicart.example': SERVER } });
  const server = parseIp4(SERVER);
  world.onInput('open', () => {
    neighbour.run(
      'connections',
      hold(neighbour, server, 80, Number(values.connections), ms(50), 3 * SECOND, 6 * SECOND),
    );
  });
  world.input(0, 'open', {});
  world.input(ms(20), 'type', { machine: 'laptop', line: `ping -c 1 ${SERVER}` });
  return network;
}

/**
 * One request: Maya presses Enter at `http://chaicart.example/`, and everything happens that has to.
 *
 * Eleven machines: her laptop, a switch and a router at home; her provider's router and resolver; two transit routers,
 * a root server and a server for `.example`; ChaiCart's name server and its one server. With warm caches she was there
 * half a minute ago: the laptop still knows the name and its gateway.
 */

import { chaiCartSite } from '../../app/chaicart.ts';
import { visit } from '../../app/fetch-client.ts';
import { runNameServer } from '../../app/nameserver.ts';
import { runOrigin } from '../../app/origin.ts';
import { runResolver } from '../../app/recursive-resolver.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp4 } from '../../base/address.ts';
import { MILLISECOND, SECOND } from '../../base/units.ts';
import { randomLoss } from '../../net/link/fault.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { choice, number, type Values } from '../parameter.ts';
import { scenario } from '../scenario.ts';
import { firstRequestClaims, firstRequestPhases } from './claims.ts';
import { areas, places } from './map.ts';

const MBIT = 1_000_000;
const ms = (value: number): number => Math.round(value * MILLISECOND);

/** One way from the laptop to ChaiCart, but for the long link between the two transit routers. */
const FIXED_PART = ms(13);

const parameters = {
  distance: number({
    kind: 'duration',
    label: 'Distance to ChaiCart',
    about: 'How long light in glass needs from Maya’s laptop to ChaiCart’s server, one way.',
    note: 'one way',
    initial: ms(25),
    min: ms(14),
    max: ms(300),
    steps: [14, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300].map(ms),
  }),
  rate: number({
    kind: 'rate',
    label: 'Access line',
    about: 'How many bits a second fit through the line between the home router and the provider, each way.',
    initial: 20 * MBIT,
    min: 0.1 * MBIT,
    max: 1000 * MBIT,
    steps: [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000].map((value) => value * MBIT),
  }),
  loss: number({
    kind: 'ratio',
    label: 'Loss',
    about: 'The chance that the long link loses a packet, each way.',
    initial: 0,
    min: 0,
    max: 0.3,
    steps: [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3],
  }),
  caches: choice({
    label: 'Caches',
    about: 'Whether the laptop knows the name already, from a visit half a minute ago.',
    initial: 'cold',
    choices: [
      { value: 'cold', label: 'cold' },
      { value: 'warm', label: 'warm' },
    ],
  }),
  name: choice({
    label: 'The name she types',
    about: 'The right name, one with two letters swapped, or one that exists and has no address.',
    initial: 'right',
    choices: [
      { value: 'right', label: 'right' },
      { value: 'mistyped', label: 'mistyped' },
      { value: 'no-address', label: 'no address' },
    ],
  }),
  server: choice({
    label: 'Server',
    about: 'ChaiCart’s server serves, is switched off, or runs without a web server on it.',
    initial: 'up',
    choices: [
      { value: 'up', label: 'up' },
      { value: 'down', label: 'down' },
      { value: 'refusing', label: 'refusing' },
    ],
  }),
} as const;

export const NAMES: Readonly<Record<'right' | 'mistyped' | 'no-address', string>> = {
  right: 'chaicart.example',
  mistyped: 'chiacart.example',
  'no-address': 'orders.chaicart.example',
};

const ADDRESS = '192.0.2.80';
const TTL = 300;

const terminals = {
  laptop: 'maya',
  'home-router': 'root',
  isp: 'root',
  resolver: 'ops',
  'transit-a': 'root',
  root: 'ops',
  tld: 'ops',
  'transit-b': 'root',
  ns1: 'ops',
  chaicart: 'ops',
} as const;

export const firstRequest = scenario({
  name: 'first-request',
  version: 1,
  title: 'One request',
  summary: 'Maya presses Enter: ARP, DNS, NAT, TCP and HTTP, from the key to the last byte.',
  parameters,
  maxEvents: 400_000,
  // TCP on Linux needs 15 minutes and a half to give up, on the request and then on the FIN: whoever cuts a link sees it
  until: 2400 * SECOND,
  areas,
  places,
  terminals,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims: firstRequestClaims,
  phases: firstRequestPhases,
});

function build(world: World, values: Values<typeof parameters>): Network {
  const network = new Network(world);
  const laptop = network.host('laptop');
  const homeSwitch = network.switch('switch');
  const home = network.router('home-router');
  const isp = network.router('isp');
  const resolver = network.host('resolver');
  const transitA = network.router('transit-a');
  const transitB = network.router('transit-b');
  const root = network.host('root');
  const tld = network.host('tld');
  const ns1 = network.host('ns1');
  const chaicart = network.host('chaicart');
  const lan = { delay: ms(0.5), rate: 1000 * MBIT };
  const wan = { rate: 10_000 * MBIT };

  network.link([laptop, 'eth0', '192.168.1.23/24'], [homeSwitch, '1'], lan);
  network.link([homeSwitch, '2'], [home, 'lan', '192.168.1.1/24'], lan);
  network.link([home, 'wan', '203.0.113.77/26'], [isp, 'access', '203.0.113.65/26'], {
    delay: ms(4),
    rate: values.rate,
  });
  network.link([isp, 'services', '203.0.113.1/26'], [resolver, 'eth0', '203.0.113.53/26'], {
    ...wan,
    delay: ms(1),
  });
  network.link([isp, 'upstream', '198.51.100.129/30'], [transitA, 'isp', '198.51.100.130/30'], {
    ...wan,
    delay: ms(5),
  });
  network.link([transitA, 'root', '198.51.100.1/28'], [root, 'eth0', '198.51.100.4/28'], {
    ...wan,
    delay: ms(2),
  });
  network.link([transitA, 'tld', '198.51.100.17/28'], [tld, 'eth0', '198.51.100.20/28'], {
    ...wan,
    delay: ms(6),
  });
  const long = network.link(
    [transitA, 'east', '198.51.100.133/30'],
    [transitB, 'west', '198.51.100.134/30'],
    {
      ...wan,
      delay: values.distance - FIXED_PART,
    },
  );
  network.link([transitB, 'names', '192.0.2.1/26'], [ns1, 'eth0', '192.0.2.53/26'], { ...wan, delay: ms(3) });
  network.link([transitB, 'region', '192.0.2.65/26'], [chaicart, 'eth0', '192.0.2.80/26'], {
    ...wan,
    delay: ms(3),
  });
  if (values.loss > 0) {
    long.forward.faults.push(randomLoss(values.loss, world.random('link:long/forward')));
    long.backward.faults.push(randomLoss(values.loss, world.random('link:long/backward')));
  }

  network.route(laptop, 'default', '192.168.1.1');
  network.route(home, 'default', '203.0.113.65');
  // one port after the other from here on, so that a translated port is told from the laptop's own at a glance
  network.nat(home, 'wan', { assignment: 'sequential', ports: { first: 40_001, last: 65_535 } });
  network.route(resolver, 'default', '203.0.113.1');
  network.route(isp, 'default', '198.51.100.130');
  network.route(transitA, '203.0.113.0/24', '198.51.100.129');
  network.route(transitA, '192.0.2.0/24', '198.51.100.134');
  network.route(transitB, 'default', '198.51.100.133');
  network.route(root, 'default', '198.51.100.1');
  network.route(tld, 'default', '198.51.100.17');
  network.route(ns1, 'default', '192.0.2.1');
  network.route(chaicart, 'default', '192.0.2.65');

  runNameServer(root, [rootZone]);
  runNameServer(tld, [exampleZone]);
  runNameServer(ns1, [chaiCartZone]);
  const recursive = runResolver(resolver, [
    { name: 'a.root.example.', addresses: [parseIp4('198.51.100.4')] },
  ]);
  if (values.server === 'up') runOrigin(chaicart, chaiCartSite());
  const isDown = values.server === 'down';
  if (isDown) network.switchOff(chaicart);
  acquaint(network, isDown ? ['laptop', 'chaicart'] : ['laptop']);

  const system = new SystemResolver(laptop, { servers: [parseIp4('203.0.113.53')] });
  const name = NAMES[values.name];
  if (values.caches === 'warm') {
    laptop.ip.learn(parseIp4('192.168.1.1'), home.ip.nics[0]!.mac);
    home.ip.learn(parseIp4('192.168.1.23'), laptop.ip.nics[0]!.mac);
    if (values.name === 'right') system.remember(`${name}.`, TTL, ADDRESS, 30);
  }
  openTerminals(network, { users: terminals, systems: [system], resolvers: { resolver: recursive } });
  world.onInput('enter', () => {
    laptop.run('browser', visit(laptop, system, `http://${name}/`));
  });
  world.input(0, 'enter', { url: `http://${name}/` });
  return network;
}

const soa = (server: string, minimum: number): string =>
  `${server} hostmaster.${server} 2026112001 7200 3600 1209600 ${minimum}`;

const rootZone = {
  origin: '.',
  records: [
    ['.', 86_400, 'SOA', soa('a.root.example.', 86_400)],
    ['.', 518_400, 'NS', 'a.root.example.'],
    ['example.', 172_800, 'NS', 'a.nic.example.'],
    ['a.nic.example.', 172_800, 'A', '198.51.100.20'],
    ['a.root.example.', 518_400, 'A', '198.51.100.4'],
  ],
} as const;

const exampleZone = {
  origin: 'example.',
  records: [
    ['example.', 900, 'SOA', soa('a.nic.example.', 900)],
    ['example.', 172_800, 'NS', 'a.nic.example.'],
    ['a.nic.example.', 172_800, 'A', '198.51.100.20'],
    ['a.root.example.', 518_400, 'A', '198.51.100.4'],
    ['chaicart.example.', 172_800, 'NS', 'ns1.chaicart.example.'],
    ['ns1.chaicart.example.', 172_800, 'A', '192.0.2.53'],
  ],
} as const;

const chaiCartZone = {
  origin: 'chaicart.example.',
  records: [
    ['chaicart.example.', 3600, 'SOA', soa('ns1.chaicart.example.', 300)],
    ['chaicart.example.', 86_400, 'NS', 'ns1.chaicart.example.'],
    ['ns1.chaicart.example.', 86_400, 'A', '192.0.2.53'],
    ['chaicart.example.', TTL, 'A', ADDRESS],
    ['orders.chaicart.example.', TTL, 'TXT', '"orders are taken on the page"'],
  ],
} as const;

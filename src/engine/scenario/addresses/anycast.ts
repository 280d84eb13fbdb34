/**
 * One address at several places: whoever asks gets the nearest, and another one when that is gone.
 *
 * ChaiCart's name service has the address 192.0.2.53 in Frankfurt and in Singapore; both places announce the same
 * network. Two customers ask it. Then Frankfurt loses its line, and the routers need a moment to tell each other.
 */
import { runUdpEcho } from '../../app/udp-echo.ts';
import { SECOND } from '../../base/units.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, number, type Values } from '../parameter.ts';
import { type Area, type ClaimSpec, type Place, scenario } from '../scenario.ts';
import { count, rttOf } from '../trace-claims.ts';
import { ms } from './household.ts';

const SERVICE = '192.0.2.53';
/** When Frankfurt's line is cut. */
const BREAK = 3500 * 1_000_000;
/** How often Lena pings. */
const PINGS = 8;

const parameters = {
  frankfurt: choice({
    label: 'Frankfurt',
    about: 'Whether Frankfurt stays, or loses its line while Lena pings.',
    initial: 'lost',
    choices: [
      { value: 'stays', label: 'stays' },
      { value: 'lost', label: 'loses its line' },
    ],
  }),
  convergence: number({
    kind: 'duration',
    label: 'Until routers agree',
    about: 'How long routers need to tell each other that a way is gone.',
    initial: ms(2000),
    min: 0,
    max: 60 * SECOND,
    steps: [0, 0.5, 1, 2, 5, 10].map((value) => value * SECOND),
  }),
} as const;

const terminals = {
  lena: 'lena',
  wei: 'wei',
  berlin: 'root',
  frankfurt: 'root',
  mumbai: 'root',
  singapore: 'root',
  'service-frankfurt': 'ops',
  'service-singapore': 'ops',
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  lena: {
    label: 'Lena, first',
    about: 'What Lena’s first ping to the service said.',
    read: ({ world }) => rttOf(world.trace, 'lena', SERVICE),
  },
  wei: {
    label: 'Wei',
    about: 'What Wei’s first ping to the same address said.',
    read: ({ world }) => rttOf(world.trace, 'wei', SERVICE),
  },
  lenaAfter: {
    label: 'Lena, last',
    about: 'What Lena’s last ping said, if it was answered.',
    read: ({ world }) => rttOf(world.trace, 'lena', SERVICE, PINGS),
  },
  lost: {
    label: 'Unanswered',
    about: 'How many of Lena’s pings nobody answered.',
    read: ({ world }) => {
      const replies = count(
        world.trace,
        'shell.output',
        ({ node, detail }) => node === 'lena' && /icmp_seq=\d+ ttl/.test(String(detail!['text'])),
      );
      return { kind: 'count', value: PINGS - Number(replies.value) };
    },
  },
};

const areas: readonly Area[] = [
  { label: 'Europe', wide: [0, 0, 520, 348], tall: [0, 0, 358, 300] },
  { label: 'Asia', wide: [532, 0, 668, 348], tall: [0, 308, 358, 324] },
];

const server = (label: string, area: number, wide: Place['wide'], tall: Place['tall']): Place => ({
  label,
  called: label,
  owner: 'ChaiCart',
  kind: 'name-server',
  area,
  addresses: [SERVICE],
  wide,
  tall,
  lane: label,
});
const router = (label: string, area: number, wide: Place['wide'], tall: Place['tall']): Place => ({
  label,
  called: `The router in ${label}`,
  kind: 'router',
  area,
  addresses: [],
  wide,
  tall,
});
const person = (
  label: string,
  address: string,
  area: number,
  wide: Place['wide'],
  tall: Place['tall'],
): Place => ({
  label,
  called: label,
  owner: label.split('’')[0]!,
  kind: 'laptop',
  area,
  addresses: [address],
  wide,
  tall,
  lane: label,
});

const places: Readonly<Record<string, Place>> = {
  lena: person('Lena’s laptop', '203.0.113.10', 0, [84, 236], [62, 190]),
  berlin: router('Berlin', 0, [236, 236], [110, 76]),
  frankfurt: router('Frankfurt', 0, [404, 116], [262, 120]),
  'service-frankfurt': server('Service, Frankfurt', 0, [236, 84], [262, 234]),
  mumbai: router('Mumbai', 1, [680, 196], [120, 378]),
  singapore: router('Singapore', 1, [880, 196], [120, 480]),
  'service-singapore': server('Service, Singapore', 1, [880, 290], [284, 480]),
  wei: person('Wei’s laptop', '198.51.100.10', 1, [1092, 196], [120, 576]),
};

export const anycast = scenario({
  name: 'anycast',
  version: 1,
  title: 'One address, two places',
  summary:
    'Two places announce the same address; routers lead to the nearest, and to the other when that is gone.',
  parameters,
  maxEvents: 400_000,
  until: 14_400 * SECOND,
  areas,
  places,
  terminals,
  hosts: { 'ns.chaicart.example': SERVICE },
  near: 'lena',
  far: 'service-singapore',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const network = new Network(world);
  const lena = network.host('lena');
  const wei = network.host('wei');
  const berlin = network.router('berlin');
  const frankfurt = network.router('frankfurt');
  const mumbai = network.router('mumbai');
  const singapore = network.router('singapore');
  const west = network.host('service-frankfurt');
  const east = network.host('service-singapore');
  network.link([lena, 'eth0', '203.0.113.10/24'], [berlin, 'lan', '203.0.113.1/24'], { delay: ms(2) });
  network.link([wei, 'eth0', '198.51.100.10/25'], [singapore, 'lan', '198.51.100.1/25'], { delay: ms(2) });
  network.link([berlin, 'frankfurt', '198.51.100.129/30'], [frankfurt, 'berlin', '198.51.100.130/30'], {
    delay: ms(3),
  });
  network.link([berlin, 'mumbai', '198.51.100.133/30'], [mumbai, 'berlin', '198.51.100.134/30'], {
    delay: ms(40),
  });
  network.link([frankfurt, 'mumbai', '198.51.100.137/30'], [mumbai, 'frankfurt', '198.51.100.138/30'], {
    delay: ms(36),
  });
  network.link([mumbai, 'singapore', '198.51.100.141/30'], [singapore, 'mumbai', '198.51.100.142/30'], {
    delay: ms(24),
  });
  network.link([frankfurt, 'service', '192.0.2.1/24'], [west, 'eth0', `${SERVICE}/24`], { delay: ms(0.5) });
  network.link([singapore, 'service', '192.0.2.1/24'], [east, 'eth0', `${SERVICE}/24`], { delay: ms(0.5) });
  network.computeRoutes(values.convergence);
  for (const host of [west, east]) runUdpEcho(host, 53);
  acquaint(network, []);
  openTerminals(network, { users: terminals, hosts: { 'ns.chaicart.example': SERVICE } });
  world.input(0, 'type', { machine: 'lena', line: `ping -c ${PINGS} ${SERVICE}` });
  world.input(0, 'type', { machine: 'wei', line: `ping -c 1 ${SERVICE}` });
  if (values.frankfurt === 'lost') {
    world.input(BREAK, 'cut', { from: 'berlin', to: 'frankfurt' });
    world.input(BREAK, 'cut', { from: 'frankfurt', to: 'mumbai' });
  }
  return network;
}

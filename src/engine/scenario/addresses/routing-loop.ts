/**
 * Two routers that each believe the other knows the way.
 *
 * The ISP sends what is for 198.51.100.64/26 to transit A; transit A has forgotten that network, and its default route
 * leads back to the ISP. A packet for it goes to and fro until its time to live has run out.
 */
import { inCidr4, parseCidr4 } from '../../base/address.ts';
import { SECOND } from '../../base/units.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ethernet } from '../../wire/ethernet.ts';
import { ipv4 } from '../../wire/ipv4.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, scenario } from '../scenario.ts';
import { count, duration, first } from '../trace-claims.ts';
import { household, householdAreas, householdNames, householdPlaces, householdUsers } from './household.ts';

const LOST = '198.51.100.70';
const LOST_NETWORK = parseCidr4('198.51.100.64/26');

const parameters = {
  loop: choice({
    label: 'Transit A',
    about: 'Whether transit A sends what it does not know back to the ISP, or says that it has no route.',
    initial: 'default',
    choices: [
      { value: 'default', label: 'default route back' },
      { value: 'none', label: 'no default route' },
    ],
  }),
} as const;

const terminals = householdUsers();

const claims: Readonly<Record<string, ClaimSpec>> = {
  crossings: {
    label: 'Crossings',
    about: 'How often packets for the lost network crossed the link between ISP and transit A, either way.',
    read: ({ world, network }) => {
      const between = [network.channelOf('isp', 'transit-a'), network.channelOf('transit-a', 'isp')];
      const indices = between.map(({ index }) => index);
      const { frames } = world.trace;
      return count(world.trace, 'frame.sent', ({ a, b }) => {
        const slab = frames.slab(a);
        const start = frames.at(a);
        if (!indices.includes(b) || ethernet.get.type(slab, start) !== ETHERTYPE_IPV4) return false;
        return inCidr4(ipv4.get.destination(slab, start + ETHERNET_HEADER), LOST_NETWORK);
      });
    },
  },
  told: {
    label: 'Told',
    about:
      'From sending the ping until the laptop hears that its time to live ran out, or that there is no route.',
    read: ({ world }) =>
      duration(
        first(world.trace, 'shell.run'),
        first(world.trace, 'shell.output', ({ detail }) =>
          /exceeded|Unreachable/.test(String(detail!['text'])),
        ),
      ),
  },
};

export const routingLoop = scenario({
  name: 'routing-loop',
  version: 1,
  title: 'A loop',
  summary: 'Two routers send a packet to each other until its time to live has run out.',
  parameters,
  maxEvents: 200_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places: householdPlaces(),
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'transit-a',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const { network, transitA } = household(world, { strangers: [] });
  if (values.loop === 'default') network.route(transitA, 'default', '198.51.100.129');
  openTerminals(network, { users: terminals, hosts: householdNames });
  world.input(0, 'type', { machine: 'laptop', line: `ping -c 1 ${LOST}` });
  return network;
}

/**
 * A laptop with two protocols: it makes itself an IPv6 address when it is switched on, and reaches ChaiCart by both.
 */
import { SECOND } from '../../base/units.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, scenario } from '../scenario.ts';
import { at, count, first, rttOf, timeOf } from '../trace-claims.ts';
import {
  ADDRESS,
  household,
  householdAreas,
  householdNames,
  householdPlaces,
  householdUsers,
} from './household.ts';

const parameters = {
  router: choice({
    label: 'The home router',
    about: 'Whether it tells devices about IPv6, or knows IPv4 only.',
    initial: 'both',
    choices: [
      { value: 'both', label: 'both protocols' },
      { value: 'four', label: 'IPv4 only' },
    ],
  }),
} as const;

/** Time enough for addresses to be made and checked. */
const SETTLED = 4 * SECOND;

const terminals = householdUsers(['phone']);

const claims: Readonly<Record<string, ClaimSpec>> = {
  linkLocal: {
    label: 'Link-local address',
    about: 'From switching on until the laptop may use the address that it made of its card.',
    read: ({ world }) =>
      timeOf(
        first(
          world.trace,
          'address.state',
          ({ node, detail }) =>
            node === 'laptop' && detail!['origin'] === 'link-local' && detail!['state'] === 'preferred',
        ),
      ),
  },
  global: {
    label: 'Address for the internet',
    about:
      'From switching on until the laptop may use an address with the prefix that its router advertised.',
    read: ({ world }) =>
      timeOf(
        first(
          world.trace,
          'address.state',
          ({ node, detail }) =>
            node === 'laptop' && detail!['origin'] === 'slaac' && detail!['state'] === 'preferred',
        ),
      ),
  },
  advertisements: {
    label: 'Advertisements',
    about: 'Router advertisements that the home router sent.',
    read: ({ world }) => count(world.trace, 'nd.advertise', at('home-router')),
  },
  four: {
    label: 'By IPv4',
    about: 'What ping -4 says of the first echo to ChaiCart’s server.',
    read: ({ world }) => rttOf(world.trace, 'laptop', ADDRESS.chaicart),
  },
  six: {
    label: 'By IPv6',
    about: 'What ping -6 says of the first echo to ChaiCart’s server.',
    read: ({ world }) => rttOf(world.trace, 'laptop', ADDRESS.chaicart6),
  },
};

export const dualStack = scenario({
  name: 'dual-stack',
  version: 1,
  title: 'Two protocols',
  summary: 'A laptop makes itself an IPv6 address, and reaches the same server by IPv4 and by IPv6.',
  parameters,
  maxEvents: 200_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places: householdPlaces(['phone']),
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const hasBoth = values.router === 'both';
  const { network, laptop, devices } = household(world, { devices: ['phone'], ipv6: hasBoth });
  // devices make their link-local addresses and look for routers, whether there is one or not
  if (!hasBoth) for (const host of [laptop, ...devices.values()]) network.autoconfigure(host, 'eth0');
  openTerminals(network, { users: terminals, hosts: householdNames });
  world.input(SETTLED, 'type', { machine: 'laptop', line: `ping -4 -c 1 ${ADDRESS.chaicart}` });
  world.input(SETTLED + SECOND, 'type', { machine: 'laptop', line: `ping -6 -c 1 ${ADDRESS.chaicart6}` });
  return network;
}

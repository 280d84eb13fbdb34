/**
 * A router that runs out of ports: connections beyond the last free one find no way out.
 *
 * A real public address has tens of thousands of ports to give away; a carrier may leave a subscriber some hundreds. Here
 * the router has a handful, so that the figure can show each.
 */
import { hold } from '../../app/udp-echo.ts';
import { parseIp4 } from '../../base/address.ts';
import { SECOND } from '../../base/units.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, scenario } from '../scenario.ts';
import { at, count, first, timeOf } from '../trace-claims.ts';
import {
  ADDRESS,
  household,
  householdAreas,
  householdNames,
  householdPlaces,
  householdUsers,
  ms,
} from './household.ts';

const FIRST_PORT = 40_001;
const EVERY = ms(100);
/** How long a program waits for a connection. */
const PATIENCE = 3 * SECOND;
/** How long it holds one. */
const KEEP = 6 * SECOND;

const parameters = {
  ports: choice({
    label: 'Ports of the router',
    about: 'How many ports of the public address the router may give away.',
    initial: '8',
    choices: ['4', '8', '16'].map((value) => ({ value, label: value })),
  }),
  connections: choice({
    label: 'Connections',
    about: 'How many connections the laptop opens, one every 100 ms, and holds.',
    initial: '12',
    choices: ['6', '12', '20'].map((value) => ({ value, label: value })),
  }),
} as const;

const terminals = householdUsers();

const claims: Readonly<Record<string, ClaimSpec>> = {
  connected: {
    label: 'Connected',
    about: 'How many of the connections came about.',
    read: ({ world }) => count(world.trace, 'hold.connected', at('laptop')),
  },
  failed: {
    label: 'Given up',
    about: 'How many of the connections the laptop gave up, because nobody answered.',
    read: ({ world }) => count(world.trace, 'hold.failed', at('laptop')),
  },
  refused: {
    label: 'Packets without a port',
    about: 'How many packets the router dropped because no port was free.',
    read: ({ world }) => count(world.trace, 'nat.refuse', at('home-router')),
  },
  full: {
    label: 'Full',
    about: 'When the router had no port left for the first time.',
    read: ({ world }) => timeOf(first(world.trace, 'nat.refuse', at('home-router'))),
  },
  timeout: {
    label: 'Memory for TCP',
    about: 'How long the router keeps the row of an established connection that says nothing.',
    read: ({ world }) => {
      const state = first(world.trace, 'nat.state', ({ detail }) => detail!['state'] === 'established');
      return { kind: 'time', value: state && Number(state.detail!['timeout']) };
    },
  },
};

export const natExhaustion = scenario({
  name: 'nat-exhaustion',
  version: 1,
  title: 'No port left',
  summary: 'A laptop opens more connections than its router has ports: the last ones hang.',
  parameters,
  maxEvents: 400_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places: householdPlaces(),
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const { network, laptop } = household(world, {
    strangers: [],
    nat: { ports: { first: FIRST_PORT, last: FIRST_PORT + Number(values.ports) - 1 } },
  });
  openTerminals(network, { users: terminals, hosts: householdNames });
  const server = parseIp4(ADDRESS.chaicart);
  world.onInput('open', () => {
    laptop.run('connections', hold(laptop, server, 80, Number(values.connections), EVERY, PATIENCE, KEEP));
  });
  world.input(0, 'open', {});
  return network;
}

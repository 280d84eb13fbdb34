/**
 * Two ways out of a laptop: to a neighbour in the flat, and to a server far away.
 *
 * Maya's laptop pings the television, which its prefix says is on the link, and then ChaiCart's server, which is not. The
 * first needs the television's card, the second the router's.
 */
import { SECOND } from '../../base/units.ts';
import { DEFAULT_HOP_LIMIT } from '../../net/ip/transport.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ETHERTYPE_IPV4, ethernet } from '../../wire/ethernet.ts';
import { ipv4 } from '../../wire/ipv4.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, scenario } from '../scenario.ts';
import { at, count, duration, first, rttOf } from '../trace-claims.ts';
import {
  ADDRESS,
  acquaintAtHome,
  household,
  householdAreas,
  householdNames,
  householdPlaces,
  householdUsers,
} from './household.ts';

const parameters = {
  tables: choice({
    label: 'ARP tables',
    about: 'Whether the laptop has met the television and its router within the last minute.',
    initial: 'empty',
    choices: [
      { value: 'empty', label: 'empty' },
      { value: 'filled', label: 'filled' },
    ],
  }),
} as const;

/** When the far server is pinged. */
const LATER = 100_000_000;

const terminals = householdUsers(['phone', 'television']);

const claims: Readonly<Record<string, ClaimSpec>> = {
  near: {
    label: 'To the television',
    about: 'What ping says of the first echo between laptop and television.',
    read: ({ world }) => rttOf(world.trace, 'laptop', ADDRESS.television),
  },
  far: {
    label: 'To ChaiCart',
    about: 'What ping says of the first echo between laptop and ChaiCart’s server.',
    read: ({ world }) => rttOf(world.trace, 'laptop', ADDRESS.chaicart),
  },
  asking: {
    label: 'Asking for a card',
    about: 'From the laptop’s first ARP question until its answer is there.',
    read: ({ world }) =>
      duration(
        first(world.trace, 'arp.ask', at('laptop')),
        first(
          world.trace,
          'arp.learn',
          (event) => event.node === 'laptop' && event.detail!['asked'] === true,
        ),
      ),
  },
  questions: {
    label: 'ARP questions',
    about: 'How often the laptop asked everybody in the flat for somebody’s card.',
    read: ({ world }) => count(world.trace, 'arp.ask', at('laptop')),
  },
  heard: {
    label: 'Machines that heard the question',
    about: 'At how many other machines the laptop’s first ARP question arrived, the switch aside.',
    read: readHeard,
  },
  routers: {
    label: 'Routers on the way',
    about: 'How many routers passed the first packet to ChaiCart’s server on.',
    read: readRouters,
  },
};

export const homeLan = scenario({
  name: 'home-lan',
  version: 1,
  title: 'Two ways out',
  summary:
    'A laptop pings a television in the same flat and a server far away: one through a switch, one through routers.',
  parameters,
  maxEvents: 200_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places: householdPlaces(['phone', 'television']),
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const made = household(world, { devices: ['phone', 'television'] });
  const { network } = made;
  openTerminals(network, { users: terminals, hosts: householdNames });
  if (values.tables === 'filled') acquaintAtHome(made);
  world.input(0, 'type', { machine: 'laptop', line: `ping -c 1 ${ADDRESS.television}` });
  world.input(LATER, 'type', { machine: 'laptop', line: `ping -c 1 ${ADDRESS.chaicart}` });
  return network;
}

function readHeard({ world }: FinishedRun) {
  const { trace } = world;
  const { frames } = trace;
  for (const sent of trace.events(['frame.sent'])) {
    if (sent.node !== 'laptop') continue;
    const type = ethernet.get.type(frames.slab(sent.a), frames.at(sent.a));
    if (type !== ETHERTYPE_ARP) continue;
    const there = count(trace, 'frame.delivered', (event) => event.a === sent.a && event.node !== 'switch');
    return there;
  }
  return { kind: 'count', value: undefined } as const;
}

/** The time to live that the server sees, against the one that the laptop wrote. */
function readRouters({ world }: FinishedRun) {
  const { trace } = world;
  const { frames } = trace;
  for (const arrived of trace.events(['frame.delivered'])) {
    if (arrived.node !== 'chaicart') continue;
    const slab = frames.slab(arrived.a);
    const at = frames.at(arrived.a);
    if (ethernet.get.type(slab, at) !== ETHERTYPE_IPV4) continue;
    const left = ipv4.get.ttl(slab, at + ETHERNET_HEADER);
    return { kind: 'count', value: DEFAULT_HOP_LIMIT - left } as const;
  }
  return { kind: 'count', value: undefined } as const;
}

/**
 * A path with a tunnel in it, whose packets must be smaller, and a router that may not say so.
 *
 * ChaiCart moved its server behind a tunnel between the two transit routers: 1,400 bytes fit. Maya's laptop fetches the
 * page: the connection opens, the request arrives, and the first full-sized packet of the answer does not fit. The router
 * before the tunnel drops it and says so, unless somebody has switched its ICMP off.
 */
import { visit } from '../../app/fetch-client.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp4 } from '../../base/address.ts';
import { SECOND } from '../../base/units.ts';
import type { FilterOptions } from '../../net/filter/packet-filter.ts';
import { LINUX_PROFILE } from '../../proto/tcp/profile.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { Running } from '../../sim/task.ts';
import type { World } from '../../sim/world.ts';
import { ICMP_UNREACHABLE } from '../../wire/icmp.ts';
import { PROTOCOL_ICMP } from '../../wire/ipv4.ts';
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
} from './household.ts';

/** What fits the tunnel: 1,500 less what the tunnel adds. */
const TUNNEL_MTU = 1400;

const parameters = {
  icmp: choice({
    label: 'ICMP at the tunnel',
    about: 'Whether the routers at its two ends tell senders that their packets are too big.',
    initial: 'silent',
    choices: [
      { value: 'silent', label: 'switched off' },
      { value: 'spoken', label: 'sent' },
    ],
  }),
  clamping: choice({
    label: 'MSS clamping',
    about: 'Whether the tunnel’s router lowers the segment size that passing SYNs announce.',
    initial: 'off',
    choices: [
      { value: 'off', label: 'off' },
      { value: 'on', label: 'on' },
    ],
  }),
  probing: choice({
    label: 'Server tries smaller',
    about: 'Whether the server’s TCP tries smaller segments when nothing gets through.',
    initial: 'off',
    choices: [
      { value: 'off', label: 'off' },
      { value: 'on', label: 'on' },
    ],
  }),
} as const;

/** How long Maya looks at an empty page. */
const PATIENCE = 20 * SECOND;

/** What an anxious administrator wrote: no ICMP errors leave this router. */
const NO_ERRORS: FilterOptions = {
  rules: [
    {
      name: 'no ICMP errors from here',
      when: { chains: ['output'], protocols: [PROTOCOL_ICMP], icmpTypes: [ICMP_UNREACHABLE] },
      action: 'drop',
    },
  ],
  otherwise: { action: 'accept', name: 'everything else' },
};

const terminals = householdUsers();

const claims: Readonly<Record<string, ClaimSpec>> = {
  connected: {
    label: 'Connected',
    about: 'From Enter until the TCP connection stands.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.connected')),
  },
  page: {
    label: 'Page',
    about: 'From Enter until the last byte of the page, if it came.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.done')),
  },
  patience: {
    label: 'Maya’s patience',
    about: 'From Enter until Maya closes the page, whether it has come or not.',
    read: ({ world }) => timeOf(first(world.trace, 'input', ({ detail }) => detail!['what'] === 'leave')),
  },
  swallowed: {
    label: 'Packets swallowed',
    about: 'How many packets transit B dropped because they did not fit the tunnel.',
    read: ({ world }) =>
      count(
        world.trace,
        'frame.refused',
        ({ node, b }) =>
          node === 'transit-b' && world.trace.textOf(b).startsWith('larger than the next link'),
      ),
  },
  told: {
    label: 'Messages about it',
    about: 'How many “fragmentation needed” messages transit B sent.',
    read: ({ world }) => {
      const meant = count(
        world.trace,
        'icmp.error',
        ({ node, detail }) =>
          node === 'transit-b' && detail!['type'] === ICMP_UNREACHABLE && detail!['code'] === 4,
      );
      const kept = count(world.trace, 'filter.refuse', at('transit-b'));
      return { kind: 'count', value: Number(meant.value) - Number(kept.value) };
    },
  },
  tunnelMtu: {
    label: 'What fits the tunnel',
    about: 'The largest packet that the tunnel takes.',
    read: () => ({ kind: 'bytes', value: TUNNEL_MTU }),
  },
};

export const mtuBlackHole = scenario({
  name: 'mtu-black-hole',
  version: 1,
  title: 'A black hole for big packets',
  summary:
    'A page that never comes over a connection that works: a tunnel takes smaller packets, and nobody says so.',
  parameters,
  maxEvents: 400_000,
  until: 2400 * SECOND,
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

/** ChaiCart’s operators let TCP give up after two minutes instead of Linux’s fifteen: `tcp_retries2` is 8 there. */
const RETRIES = 8;

function build(world: World, values: Values<typeof parameters>) {
  const { network, laptop, transitA, transitB, long } = household(world, {
    strangers: [],
    serverTcp: { mtuProbing: values.probing === 'on', profile: { ...LINUX_PROFILE, dataRetries: RETRIES } },
  });
  for (const nic of [long.a, long.b]) nic.mtu = TUNNEL_MTU;
  long.b.clampsMss = values.clamping === 'on';
  if (values.icmp === 'silent') for (const router of [transitA, transitB]) network.filter(router, NO_ERRORS);
  openTerminals(network, { users: terminals, hosts: householdNames });
  const system = new SystemResolver(laptop, { servers: [parseIp4(ADDRESS.isp)] });
  const url = `http://${ADDRESS.chaicart}/`;
  let browser: Running | undefined;
  world.onInput('enter', () => {
    browser = laptop.run('browser', visit(laptop, system, url)) as Running;
  });
  world.onInput('leave', () => browser?.cancel());
  world.input(0, 'enter', { url });
  world.input(PATIENCE, 'leave', { url });
  return network;
}

/**
 * A server at home, reached by its public address: from outside through a port forward, from inside only if the router
 * turns the packet round.
 *
 * The television has a little web server for its remote control. Port 8080 of the public address leads to it.
 */
import { visit } from '../../app/fetch-client.ts';
import { runOrigin, type Site } from '../../app/origin.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp4 } from '../../base/address.ts';
import { fromUtf8 } from '../../base/bytes.ts';
import { MILLISECOND, SECOND } from '../../base/units.ts';
import { homeFirewall, openPort } from '../../net/filter/home-firewall.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { Running } from '../../sim/task.ts';
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
} from './household.ts';

const OUTSIDE_PORT = 8080;
const PATIENCE = 4.5 * SECOND;

const parameters = {
  from: choice({
    label: 'Visitor',
    about:
      'Who asks for the public address and port 8080: the laptop at home, or ChaiCart’s server far away.',
    initial: 'inside',
    choices: [
      { value: 'inside', label: 'laptop at home' },
      { value: 'outside', label: 'from far away' },
    ],
  }),
  hairpinning: choice({
    label: 'Hairpinning',
    about:
      'Whether the router turns packets round that come from inside for its own public address (RFC 4787 REQ-9).',
    initial: 'off',
    choices: [
      { value: 'off', label: 'off' },
      { value: 'on', label: 'on' },
    ],
  }),
} as const;

const terminals = householdUsers(['television']);

const claims: Readonly<Record<string, ClaimSpec>> = {
  page: {
    label: 'Page of the television',
    about: 'From the request until the page has come, if it came.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.done')),
  },
  outcome: {
    label: 'Outcome',
    about: 'The status of the page, or what the visitor’s system said.',
    read: ({ world }) => {
      const done = first(world.trace, 'fetch.done');
      const failed = first(world.trace, 'fetch.failed');
      const value = done ? String(done.detail!['status']) : failed && String(failed.detail!['code']);
      return { kind: 'text', value: value ?? 'no answer' };
    },
  },
  translations: {
    label: 'Rewritten',
    about: 'How many packets the home router rewrote.',
    read: ({ world }) => count(world.trace, 'nat.translate', at('home-router')),
  },
};

const SITE: Site = {
  server: 'television',
  resources: new Map([
    [
      '/',
      {
        type: 'text/html; charset=utf-8',
        body: fromUtf8('<!doctype html><title>Television</title><p>Volume: 11\n'),
        work: 2 * MILLISECOND,
        cacheControl: 'no-store',
      },
    ],
  ]),
};

export const hairpin = scenario({
  name: 'hairpin',
  version: 1,
  title: 'A server at home',
  summary:
    'A port forward leads to a server at home; from inside, its public address works only if the router turns packets round.',
  parameters,
  maxEvents: 200_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places: householdPlaces(['television']),
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const inside = parseIp4(ADDRESS.television);
  const { network, laptop, home, chaicart, devices } = household(world, {
    devices: ['television'],
    strangers: [],
    firewall: false,
    nat: {
      hairpinning: values.hairpinning === 'on',
      forwards: [{ protocol: 'TCP', outsidePort: OUTSIDE_PORT, inside, insidePort: 80 }],
    },
  });
  network.filter(home, homeFirewall('wan', { open: [openPort(inside, 80)] }));
  runOrigin(devices.get('television')!, SITE);
  openTerminals(network, { users: terminals, hosts: householdNames });
  const visitor = values.from === 'inside' ? laptop : chaicart;
  const system = new SystemResolver(visitor, { servers: [parseIp4(ADDRESS.isp)] });
  const url = `http://${ADDRESS.outside}:${OUTSIDE_PORT}/`;
  let browser: Running | undefined;
  world.onInput('enter', () => {
    browser = visitor.run('browser', visit(visitor, system, url)) as Running;
  });
  world.onInput('leave', () => browser?.cancel());
  world.input(0, 'enter', { url });
  world.input(PATIENCE, 'leave', { url });
  return network;
}

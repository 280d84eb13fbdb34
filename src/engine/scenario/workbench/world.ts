/**
 * The world in which a backend developer's programs run: Maya's laptop at home, and the machines of ChaiCart's region.
 *
 *     laptop – home router – ISP – transit A – region's router – chaicart, app-1, app-2, app-3, watcher, ns1
 *                             |       |
 *                         resolver   root, .example
 *
 * Both the router at home (it forwards) and the region's (it asks from the root down) are resolvers for those behind
 * them. Nothing listens on ChaiCart's machines until a program does. Everybody knows their neighbours' cards.
 */
import { runNameServer } from '../../app/nameserver.ts';
import { runResolver } from '../../app/recursive-resolver.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { defaultHosts, HOSTS_PATH } from '../../net/host-files.ts';
import { randomLoss } from '../../net/link/fault.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { AT, ms, ROOT_HINTS } from '../dns/names-world.ts';
import { chaiCartZone, exampleZone, ROOT_ZONE } from '../dns/names-zones.ts';

/** The machines of the region on which programs run: each with a network of its own to the region's router. */
export const REGION = {
  chaicart: { address: AT.chaicart, gateway: '192.0.2.65', bits: 27 },
  'app-1': { address: '192.0.2.101', gateway: '192.0.2.97', bits: 29 },
  'app-2': { address: '192.0.2.109', gateway: '192.0.2.105', bits: 29 },
  'app-3': { address: '192.0.2.117', gateway: '192.0.2.113', bits: 29 },
  watcher: { address: '192.0.2.125', gateway: '192.0.2.121', bits: 29 },
} as const;

/** What somebody wrote into the laptop's hosts file last month, and forgot. */
export const FORGOTTEN = '192.0.2.180 shop.chaicart.example';

/** ChaiCart's zone: the shop, its machines by name, and one name for the three application servers together. */
export const WORKBENCH_ZONE = `${chaiCartZone()}
shop     300  A      ${AT.chaicart}
app-1    60   A      ${REGION['app-1'].address}
app-2    60   A      ${REGION['app-2'].address}
app-3    60   A      ${REGION['app-3'].address}
api      60   A      ${REGION['app-1'].address}
api      60   A      ${REGION['app-2'].address}
api      60   A      ${REGION['app-3'].address}
watcher  300  A      ${REGION.watcher.address}
`;

/** One way from the laptop to a machine of the region, but for the long link. */
export const FIXED_PART = ms(10.2);

/** Who sits at which machine's prompt. */
export const workbenchUsers = {
  laptop: 'maya',
  'home-router': 'root',
  isp: 'root',
  resolver: 'ops',
  'transit-a': 'root',
  root: 'ops',
  tld: 'ops',
  region: 'root',
  ns1: 'ops',
  chaicart: 'ops',
  'app-1': 'ops',
  'app-2': 'ops',
  'app-3': 'ops',
  watcher: 'ops',
} as const;

export interface WorkbenchOptions {
  /** One way from the laptop to a machine of the region; at least {@link FIXED_PART}. */
  readonly distance: Nanoseconds;
  /** Bits a second of the line between the home router and the provider. */
  readonly rate: number;
  /** The chance that the long link loses a packet, each way. */
  readonly loss: number;
  /** Whether the forgotten line stands in the laptop's hosts file. */
  readonly hasForgotten: boolean;
}

export function workbenchWorld(world: World, options: WorkbenchOptions): Network {
  const network = new Network(world);
  const laptop = network.host('laptop');
  const home = network.router('home-router');
  const isp = network.router('isp');
  const resolverHost = network.host('resolver');
  const transitA = network.router('transit-a');
  const root = network.host('root');
  const tld = network.host('tld');
  const region = network.router('region');
  const ns1 = network.host('ns1');
  const wan = (delay: number) => ({ rate: 10_000_000_000, delay: ms(delay) });

  network.link([laptop, 'eth0', `${AT.laptop}/24`], [home, 'lan', `${AT.home}/24`], {
    rate: 1_000_000_000,
    delay: ms(1),
  });
  network.link([home, 'wan', `${AT.outside}/26`], [isp, 'access', '203.0.113.65/26'], {
    rate: options.rate,
    delay: ms(4),
  });
  network.link([isp, 'services', '203.0.113.1/26'], [resolverHost, 'eth0', `${AT.resolver}/26`], wan(1));
  network.link([isp, 'upstream', '198.51.100.129/30'], [transitA, 'isp', '198.51.100.130/30'], wan(5));
  network.link([transitA, 'root', '198.51.100.1/28'], [root, 'eth0', `${AT.root}/28`], wan(2));
  network.link([transitA, 'tld', '198.51.100.17/28'], [tld, 'eth0', `${AT.tld}/28`], wan(6));
  const long = network.link([transitA, 'east', '198.51.100.133/30'], [region, 'west', '198.51.100.134/30'], {
    ...wan(0),
    delay: options.distance - FIXED_PART,
  });
  network.link([region, 'names', '192.0.2.1/26'], [ns1, 'eth0', `${AT.ns1}/26`], wan(0.2));
  if (options.loss > 0) {
    long.forward.faults.push(randomLoss(options.loss, world.random('link:long/forward')));
    long.backward.faults.push(randomLoss(options.loss, world.random('link:long/backward')));
  }
  network.route(laptop, 'default', AT.home);
  network.route(home, 'default', '203.0.113.65');
  // one port after the other from here on, so that a translated port is told from the laptop's own at a glance
  network.nat(home, 'wan', { assignment: 'sequential', ports: { first: 40_001, last: 65_535 } });
  network.route(resolverHost, 'default', '203.0.113.1');
  network.route(isp, 'default', '198.51.100.130');
  network.route(transitA, '203.0.113.0/24', '198.51.100.129');
  network.route(transitA, '192.0.2.0/24', '198.51.100.134');
  network.route(region, 'default', '198.51.100.133');
  network.route(root, 'default', '198.51.100.1');
  network.route(tld, 'default', '198.51.100.17');
  network.route(ns1, 'default', '192.0.2.1');

  const system = (host: typeof laptop, server: string): SystemResolver =>
    new SystemResolver(host, { servers: [parseIp(server)] });
  const systems = Object.entries(REGION).map(([name, { address, gateway, bits }]) => {
    const host = network.host(name);
    network.link([region, name, `${gateway}/${bits}`], [host, 'eth0', `${address}/${bits}`], wan(0.2));
    network.route(host, 'default', gateway);
    return system(host, gateway);
  });
  acquaint(network, []);

  runNameServer(root, [{ origin: '.', text: ROOT_ZONE }]);
  const example = exampleZone({ servers: ['ns1.chaicart'], glue: { 'ns1.chaicart': [AT.ns1] } });
  runNameServer(tld, [{ origin: 'example.', text: example }]);
  runNameServer(ns1, [{ origin: 'chaicart.example.', text: WORKBENCH_ZONE }]);
  const recursive = runResolver(resolverHost, { hints: ROOT_HINTS });
  const forwarder = runResolver(home, {
    hints: [],
    forward: [{ zone: '.', servers: [parseIp(AT.resolver)] }],
  });
  const regional = runResolver(region, { hints: ROOT_HINTS });
  systems.push(system(laptop, AT.home));
  if (options.hasForgotten) laptop.files.write(HOSTS_PATH, `${defaultHosts('laptop')}${FORGOTTEN}\n`);
  openTerminals(network, {
    users: workbenchUsers,
    systems,
    resolvers: { resolver: recursive, 'home-router': forwarder, region: regional },
  });
  return network;
}

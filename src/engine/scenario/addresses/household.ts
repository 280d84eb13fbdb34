/**
 * Maya's flat and the way from there to ChaiCart: the world that the scenarios about addresses share.
 *
 *     laptop, phone, television – switch – home router – ISP – transit A – transit B – ChaiCart
 *
 * IPv4 behind NAT, IPv6 beside it where a scenario wants it. Routers and servers that talk all day know their
 * neighbours when the run begins; the devices at home meet their router for the first time.
 */

import { chaiCartSite } from '../../app/chaicart.ts';
import { runOrigin } from '../../app/origin.ts';
import { ip6 } from '../../base/ip.ts';
import { MILLISECOND } from '../../base/units.ts';
import { homeFirewall } from '../../net/filter/home-firewall.ts';
import type { Host, Router } from '../../net/host.ts';
import type { NatOptions } from '../../net/nat/nat.ts';
import { type End, type Link, Network } from '../../net/network.ts';
import type { TcpTuning } from '../../net/transport/tcp-socket.ts';
import { plainPrefix } from '../../proto/ip/router-advertiser.ts';
import type { HostsTable } from '../../shell/names.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import { cast } from '../cast.ts';
import type { Area, Place } from '../scenario.ts';

export const MBIT = 1_000_000;
export const ms = (value: number): number => Math.round(value * MILLISECOND);

export type Device = 'phone' | 'television';

export interface HouseholdOptions {
  /** What is in the flat beside the laptop. */
  readonly devices?: readonly Device[];
  readonly nat?: NatOptions;
  /** Whether the home router filters what comes from outside; it does, unless said otherwise. */
  readonly firewall?: boolean;
  readonly ipv6?: boolean;
  /** The provider's line: bits a second and largest packet. */
  readonly accessRate?: number;
  readonly accessMtu?: number;
  readonly serverTcp?: TcpTuning;
  /** Machines that have to ask for their neighbours' cards; the devices at home unless said otherwise. */
  readonly strangers?: readonly string[];
}

export interface Household {
  readonly network: Network;
  readonly laptop: Host;
  readonly home: Router;
  readonly isp: Router;
  readonly transitA: Router;
  readonly transitB: Router;
  readonly chaicart: Host;
  readonly devices: ReadonlyMap<Device, Host>;
  /** The provider's line. */
  readonly access: Link;
  readonly long: Link;
}

export const ADDRESS = {
  laptop: '192.168.1.23',
  phone: '192.168.1.24',
  television: '192.168.1.25',
  home: '192.168.1.1',
  outside: '203.0.113.77',
  isp: '203.0.113.65',
  chaicart: '192.0.2.80',
  chaicart6: '2001:db8:80::80',
  homePrefix6: '2001:db8:77:1::',
} as const;

export function household(world: World, options: HouseholdOptions = {}): Household {
  const { devices = [], ipv6 = false } = options;
  const six = (...addresses: string[]): string[] => (ipv6 ? addresses : []);
  const network = new Network(world);
  const laptop = network.host('laptop');
  const others = new Map(devices.map((name) => [name, network.host(name)]));
  const homeSwitch = network.switch('switch');
  const home = network.router('home-router');
  const isp = network.router('isp');
  const transitA = network.router('transit-a');
  const transitB = network.router('transit-b');
  const chaicart = network.host('chaicart', { tcp: options.serverTcp ?? {} });
  const lan = { delay: ms(0.5), rate: 1000 * MBIT };
  const wan = { rate: 10_000 * MBIT };

  network.link([laptop, 'eth0', `${ADDRESS.laptop}/24`], [homeSwitch, '1'], lan);
  let port = 2;
  for (const [name, host] of others)
    network.link([host, 'eth0', `${ADDRESS[name]}/24`], [homeSwitch, String(++port)], lan);
  const homeEnd: End = [home, 'lan', `${ADDRESS.home}/24`, ...six(`${ADDRESS.homePrefix6}1/64`)];
  network.link([homeSwitch, '2'], homeEnd, lan);
  const access = network.link(
    [home, 'wan', `${ADDRESS.outside}/26`, ...six('2001:db8:a5::77/64')],
    [isp, 'access', `${ADDRESS.isp}/26`, ...six('2001:db8:a5::1/64')],
    { delay: ms(4), rate: options.accessRate ?? 20 * MBIT },
  );
  network.link(
    [isp, 'upstream', '198.51.100.129/30', ...six('2001:db8:b0::1/64')],
    [transitA, 'isp', '198.51.100.130/30', ...six('2001:db8:b0::2/64')],
    { ...wan, delay: ms(5) },
  );
  const long = network.link(
    [transitA, 'east', '198.51.100.133/30', ...six('2001:db8:b1::1/64')],
    [transitB, 'west', '198.51.100.134/30', ...six('2001:db8:b1::2/64')],
    { ...wan, delay: ms(12) },
  );
  network.link(
    [transitB, 'region', '192.0.2.65/26', ...six('2001:db8:80::1/64')],
    [chaicart, 'eth0', `${ADDRESS.chaicart}/26`, ...six(`${ADDRESS.chaicart6}/64`)],
    { ...wan, delay: ms(3) },
  );
  for (const nic of [access.a, access.b]) nic.mtu = options.accessMtu ?? 1500;

  for (const host of [laptop, ...others.values()]) network.route(host, 'default', ADDRESS.home);
  network.route(home, 'default', ADDRESS.isp);
  network.route(isp, 'default', '198.51.100.130');
  network.route(transitA, '203.0.113.0/24', '198.51.100.129');
  network.route(transitA, '192.0.2.0/24', '198.51.100.134');
  network.route(transitB, 'default', '198.51.100.133');
  network.route(chaicart, 'default', '192.0.2.65');
  // one port after the other from here on, so that a translated port is told from the device's own at a glance
  network.nat(home, 'wan', {
    assignment: 'sequential',
    ports: { first: 40_001, last: 65_535 },
    saysWhenFull: false,
    ...options.nat,
  });
  if (options.firewall !== false) network.filter(home, homeFirewall('wan'));
  const made: Household = {
    network,
    laptop,
    home,
    isp,
    transitA,
    transitB,
    chaicart,
    devices: others,
    access,
    long,
  };
  if (ipv6) routeIpv6(made);
  runOrigin(chaicart, chaiCartSite());
  acquaint(network, options.strangers ?? ['laptop', ...devices]);
  return made;
}

/** The laptop has met its router and the other devices within the last minute. */
export function acquaintAtHome({ laptop, home, devices }: Household): void {
  const own = laptop.ip.nics[0]!;
  for (const host of [home, ...devices.values()]) {
    const nic = host.ip.nics[0]!;
    laptop.ip.learn(nic.address!, nic.mac);
    host.ip.learn(own.address!, own.mac);
  }
}

/** Routes for IPv6, and devices that configure themselves from what the home router advertises. */
function routeIpv6({ network, laptop, home, isp, transitA, transitB, chaicart, devices }: Household): void {
  network.route(home, 'default', '2001:db8:a5::1');
  network.route(isp, 'default', '2001:db8:b0::2');
  network.route(isp, '2001:db8:77::/48', '2001:db8:a5::77');
  network.route(transitA, '2001:db8:77::/48', '2001:db8:b0::1');
  network.route(transitA, '2001:db8:a5::/48', '2001:db8:b0::1');
  network.route(transitA, '2001:db8:80::/48', '2001:db8:b1::2');
  network.route(transitB, 'default', '2001:db8:b1::1');
  network.route(chaicart, 'default', '2001:db8:80::1');
  network.advertise(home, 'lan', { prefixes: [plainPrefix(ip6(ADDRESS.homePrefix6))] });
  for (const host of [laptop, ...devices.values()]) network.autoconfigure(host, 'eth0');
}

/** Who sits at which machine's prompt; nobody at the switch, which has none. */
export function householdUsers(devices: readonly Device[] = []): Readonly<Record<string, string>> {
  return {
    laptop: 'maya',
    ...Object.fromEntries(devices.map((name) => [name, name === 'phone' ? 'maya' : 'root'])),
    'home-router': 'root',
    isp: 'root',
    'transit-a': 'root',
    'transit-b': 'root',
    chaicart: 'ops',
  };
}

/** What programs call the machines: names that somebody has put into every hosts file. */
export const householdNames: HostsTable = {
  'chaicart.example': [ADDRESS.chaicart, ADDRESS.chaicart6],
  television: [ADDRESS.television],
  phone: [ADDRESS.phone],
  'home-router': [ADDRESS.home],
};

export const householdAreas: readonly Area[] = [
  { label: 'Home', wide: [0, 0, 408, 348], tall: [0, 0, 358, 226] },
  { label: 'ISP', wide: [420, 0, 140, 348], tall: [0, 234, 358, 80] },
  { label: 'The internet', wide: [572, 0, 370, 348], tall: [0, 322, 358, 190] },
  { label: 'ChaiCart’s region', wide: [954, 0, 246, 348], tall: [0, 520, 358, 112] },
];

const places = {
  laptop: {
    ...cast.laptop,
    area: 0,
    addresses: [ADDRESS.laptop],
    wide: [76, 174],
    tall: [60, 84],
  },
  phone: {
    label: 'Phone',
    called: 'The phone',
    kind: 'phone',
    area: 0,
    addresses: [ADDRESS.phone],
    wide: [76, 88],
    tall: [179, 62],
    lane: 'Phone',
  },
  television: {
    label: 'Television',
    called: 'The television',
    kind: 'television',
    area: 0,
    addresses: [ADDRESS.television],
    wide: [76, 270],
    tall: [304, 84],
    lane: 'Television',
  },
  switch: {
    ...cast.switch,
    area: 0,
    wide: [212, 174],
    tall: [179, 130],
  },
  'home-router': {
    ...cast.homeRouter,
    area: 0,
    addresses: [`in ${ADDRESS.home}`, `out ${ADDRESS.outside}`],
    wide: [336, 174],
    tall: [179, 188],
  },
  isp: {
    ...cast.isp,
    area: 1,
    addresses: [ADDRESS.isp],
    wide: [490, 174],
    tall: [179, 276],
    lane: 'ISP',
  },
  'transit-a': {
    ...cast.transitA,
    area: 2,
    addresses: ['198.51.100.130'],
    wide: [656, 174],
    tall: [179, 372],
    lane: 'Transit A',
  },
  'transit-b': {
    ...cast.transitB,
    area: 2,
    addresses: ['198.51.100.134'],
    wide: [866, 174],
    tall: [179, 468],
    lane: 'Transit B',
  },
  chaicart: {
    ...cast.chaicart,
    area: 3,
    addresses: [ADDRESS.chaicart],
    wide: [1104, 174],
    tall: [179, 580],
  },
} as const satisfies Readonly<Record<string, Place>>;

/** Where the machines of a household are drawn: the common ones and these devices. */
export function householdPlaces(devices: readonly Device[] = []): Readonly<Record<string, Place>> {
  const isThere = (name: string): boolean =>
    (name !== 'phone' && name !== 'television') || (devices as readonly string[]).includes(name);
  return Object.fromEntries(Object.entries(places).filter(([name]) => isThere(name)));
}

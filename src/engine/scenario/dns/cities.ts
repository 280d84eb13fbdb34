/**
 * Customers of ChaiCart in six cities, each behind a provider with a resolver of its own: the world of everything that
 * spreads unevenly, because caches were filled at different moments.
 *
 *     people – provider (its router resolves names, too) – the internet – root, .example, ns1, the servers
 */
import { type NameServer, type NameServerOptions, runNameServer } from '../../app/nameserver.ts';
import { takeOrders } from '../../app/orders.ts';
import { type RecursiveResolver, runResolver } from '../../app/recursive-resolver.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp } from '../../base/ip.ts';
import type { Host, Router } from '../../net/host.ts';
import { Network } from '../../net/network.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import type { Area, Place } from '../scenario.ts';
import { AT, ms, ROOT_HINTS } from './names-world.ts';
import { exampleZone, ROOT_ZONE } from './names-zones.ts';
import { acceptZones } from './zone-input.ts';

interface CitySpec {
  readonly label: string;
  /** One way to where the internet is drawn, in milliseconds. */
  readonly delay: number;
  /** Orders of this city for each one of the smallest. */
  readonly size: number;
}

/** By the name of the provider's machine; the people's is `lisbon-people`. */
export const CITY = {
  'sao-paulo': { label: 'São Paulo', delay: 96, size: 2 },
  lisbon: { label: 'Lisbon', delay: 18, size: 1 },
  lagos: { label: 'Lagos', delay: 52, size: 2 },
  frankfurt: { label: 'Frankfurt', delay: 4, size: 2 },
  mumbai: { label: 'Mumbai', delay: 58, size: 4 },
  tokyo: { label: 'Tokyo', delay: 112, size: 3 },
} as const satisfies Readonly<Record<string, CitySpec>>;

export type CityName = keyof typeof CITY;
export const cityNames = Object.keys(CITY) as CityName[];

export interface CityPeople {
  readonly provider: Router;
  readonly recursive: RecursiveResolver;
  readonly people: Host;
  readonly system: SystemResolver;
}

export interface CitiesOptions {
  /** ChaiCart's zone, a master file. */
  readonly zone: string;
  /** Machines beside the servers, each on a network of its own with 16 addresses. */
  readonly more?: readonly {
    readonly name: string;
    readonly user: string;
    readonly gateway: string;
    readonly address: string;
    /** One way, in milliseconds. */
    readonly delay: number;
    /** The provider whose customer it is; unsaid, it is where the other servers are. */
    readonly at?: CityName;
  }[];
  /** How ChaiCart's name server answers. */
  readonly ns1?: NameServerOptions;
}

export interface Cities {
  readonly network: Network;
  readonly cities: ReadonlyMap<CityName, CityPeople>;
  readonly old: Host;
  readonly fresh: Host;
  readonly ns1: NameServer;
  readonly tld: NameServer;
  readonly more: ReadonlyMap<string, Host>;
}

export const citiesUsers: Readonly<Record<string, string>> = {
  ns1: 'ops',
  ...Object.fromEntries(cityNames.map((name) => [`${name}-people`, 'guest'])),
  ...Object.fromEntries(cityNames.map((name) => [name, 'ops'])),
  chaicart: 'ops',
  'chaicart-new': 'ops',
  root: 'ops',
  tld: 'ops',
};

export function citiesWorld(world: World, options: CitiesOptions): Cities {
  const network = new Network(world);
  const hub = network.router('internet');
  const wan = (delay: number) => ({ rate: 10_000_000_000, delay: ms(delay) });
  const attach = (
    router: Router,
    name: string,
    gateway: string,
    address: string,
    bits: number,
    delay: number,
  ): Host => {
    const host = network.host(name);
    network.link([router, name, `${gateway}/${bits}`], [host, 'eth0', `${address}/${bits}`], wan(delay));
    network.route(host, 'default', gateway);
    return host;
  };
  const root = attach(hub, 'root', '198.51.100.1', AT.root, 28, 2);
  const tld = attach(hub, 'tld', '198.51.100.17', AT.tld, 28, 6);
  const ns1 = attach(hub, 'ns1', '192.0.2.1', AT.ns1, 26, 3);
  const old = attach(hub, 'chaicart', '192.0.2.65', AT.chaicart, 26, 3);
  const fresh = attach(hub, 'chaicart-new', '192.0.2.129', AT.newServer, 26, 3);
  const joined = cityNames.map((name, i) => {
    const provider = network.router(name);
    const near = `203.0.113.${16 * i + 1}`;
    const [here, there] = [`198.51.100.${128 + 4 * i + 1}`, `198.51.100.${128 + 4 * i + 2}`];
    const people = attach(provider, `${name}-people`, near, `203.0.113.${16 * i + 2}`, 28, 5);
    network.link([hub, name, `${here}/30`], [provider, 'up', `${there}/30`], wan(CITY[name].delay));
    network.route(provider, 'default', here);
    network.route(hub, `203.0.113.${16 * i}/28`, there);
    return { name, provider, people, near, there };
  });
  const more = new Map<string, Host>();
  for (const { name, gateway, address, delay, at } of options.more ?? []) {
    const city = joined.find((one) => one.name === at);
    more.set(name, attach(city?.provider ?? hub, name, gateway, address, 28, delay));
    // the network of a /28 whose first address is the gateway's
    if (city)
      network.route(hub, `${gateway.replace(/\d+$/, (last) => String(Number(last) - 1))}/28`, city.there);
  }
  acquaint(network, []);
  runNameServer(root, [{ origin: '.', text: ROOT_ZONE }]);
  const parent = exampleZone({ servers: ['ns1.chaicart'], glue: { 'ns1.chaicart': [AT.ns1] } });
  const tldServer = runNameServer(tld, [{ origin: 'example.', text: parent }]);
  const server = runNameServer(ns1, [{ origin: 'chaicart.example.', text: options.zone }], options.ns1);
  acceptZones(world, { ns1: server, tld: tldServer });
  const cities = new Map<CityName, CityPeople>();
  for (const { name, provider, people, near } of joined) {
    const recursive = runResolver(provider, { hints: ROOT_HINTS });
    // many people behind one machine: none of them knows what another has looked up
    const system = new SystemResolver(people, { servers: [parseIp(near)], caching: false });
    cities.set(name, { provider, recursive, people, system });
  }
  takeOrders(old);
  takeOrders(fresh);
  openTerminals(network, {
    users: {
      ...citiesUsers,
      ...Object.fromEntries((options.more ?? []).map(({ name, user }) => [name, user])),
    },
    systems: [...cities.values()].map(({ system }) => system),
    resolvers: Object.fromEntries([...cities].map(([name, { recursive }]) => [name, recursive])),
  });
  return { network, cities, old, fresh, ns1: server, tld: tldServer, more };
}

const ROW = 119;

export const citiesAreas: readonly Area[] = [
  ...cityNames.map((name, i): Area => {
    const isLeft = i < 3;
    return {
      label: CITY[name].label,
      wide: [isLeft ? 0 : 830, (i % 3) * ROW, 370, 110],
      tall: [isLeft ? 0 : 184, (i % 3) * 96, 174, 88],
    };
  }),
  { label: 'The internet', wide: [382, 0, 436, 348], tall: [0, 288, 358, 344] },
];

const central = (
  label: string,
  called: string,
  kind: Place['kind'],
  address: string,
  wide: Place['wide'],
  tall: Place['tall'],
): Place => ({ label, called, kind, area: cityNames.length, addresses: [address], wide, tall, lane: label });

export const citiesPlaces: Readonly<Record<string, Place>> = {
  ...Object.fromEntries(
    cityNames.flatMap((name, i): [string, Place][] => {
      const { label } = CITY[name];
      const isLeft = i < 3;
      const y = (i % 3) * ROW + 68;
      const top = (i % 3) * 96 + 54;
      return [
        [
          `${name}-people`,
          {
            label: 'People',
            called: `Somebody in ${label}`,
            kind: 'phone',
            area: i,
            addresses: [],
            wide: [isLeft ? 60 : 1140, y],
            tall: [isLeft ? 40 : 318, top],
            lane: label,
          },
        ],
        [
          name,
          {
            label: 'Provider',
            called: `The resolver in ${label}`,
            kind: 'router',
            area: i,
            addresses: [],
            wide: [isLeft ? 320 : 880, y],
            tall: [isLeft ? 130 : 228, top],
            lane: `${label}’s resolver`,
          },
        ],
      ];
    }),
  ),
  internet: {
    label: 'Transit',
    called: 'A transit router',
    kind: 'router',
    area: cityNames.length,
    addresses: [],
    wide: [600, 190],
    tall: [179, 350],
  },
  root: central('Root', 'The root server', 'name-server', AT.root, [460, 76], [60, 420]),
  tld: central('.example', 'The .example server', 'name-server', AT.tld, [600, 76], [179, 420]),
  ns1: central('ns1', 'ChaiCart’s name server', 'name-server', AT.ns1, [740, 76], [298, 420]),
  chaicart: central('Old server', 'ChaiCart’s old server', 'server', AT.chaicart, [520, 290], [100, 540]),
  'chaicart-new': central(
    'New server',
    'ChaiCart’s new server',
    'server',
    AT.newServer,
    [680, 290],
    [258, 540],
  ),
};

/** The same places, with lanes in the ladder for these machines only: two dozen have no room. */
export function citiesWithLanes(machines: readonly string[]): Readonly<Record<string, Place>> {
  return Object.fromEntries(
    Object.entries(citiesPlaces).map(([name, place]) => {
      const { lane: _, ...rest } = place;
      return [name, machines.includes(name) ? place : rest];
    }),
  );
}

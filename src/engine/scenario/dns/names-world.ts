/**
 * Maya's flat and everybody who has a say in the name `chaicart.example`: the world that the scenarios about DNS share.
 *
 *     laptop – home router – ISP – transit A – transit B – ChaiCart's server
 *                             |       |            |
 *                         resolver   root,        ns1
 *                                 .example, ns2
 *
 * The caches on the way are the browser's, the system's, the router's (it forwards questions) and the resolver's.
 * Routers and servers that talk all day know their neighbours' cards when the run begins, and so do laptop and router.
 */
import { chaiCartSite } from '../../app/chaicart.ts';
import { type NameServer, type NameServerOptions, runNameServer } from '../../app/nameserver.ts';
import { runOrigin } from '../../app/origin.ts';
import { type RecursiveResolver, runResolver } from '../../app/recursive-resolver.ts';
import { SystemResolver, type SystemResolverOptions } from '../../app/system-resolver.ts';
import { parseIp } from '../../base/ip.ts';
import { MILLISECOND } from '../../base/units.ts';
import type { Host, Router } from '../../net/host.ts';
import type { LinkOptions } from '../../net/link/link.ts';
import { Network } from '../../net/network.ts';
import type { ResolverConfig, RootHint } from '../../proto/dns/resolver/config.ts';
import type { ZoneText } from '../../proto/dns/zone/zone.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import { acquaint } from '../acquaint.ts';
import type { Optional } from './names-map.ts';
import { chaiCartZone, exampleZone, ROOT_ZONE } from './names-zones.ts';
import { acceptZones, type Transfer } from './zone-input.ts';

export const ms = (value: number): number => Math.round(value * MILLISECOND);

export const AT = {
  laptop: '192.168.1.23',
  home: '192.168.1.1',
  outside: '203.0.113.77',
  resolver: '203.0.113.53',
  root: '198.51.100.4',
  tld: '198.51.100.20',
  ns1: '192.0.2.53',
  ns2: '198.51.100.53',
  chaicart: '192.0.2.80',
  newServer: '192.0.2.180',
  eve: '198.51.100.200',
  phone: '192.168.2.24',
  public: '198.51.100.230',
  laptop6: '2001:db8:77:1::23',
  chaicart6: '2001:db8:80::80',
} as const;

export const ROOT_HINTS: readonly RootHint[] = [{ name: 'a.root.example.', addresses: [parseIp(AT.root)] }];

type ServerName = 'root' | 'tld' | 'ns1' | 'ns2';

export interface NamesOptions {
  /** Machines beyond those that are always there. */
  readonly present?: readonly Optional[];
  /** Master files; unsaid, each is in order, and ChaiCart has the name servers that are there. */
  readonly zones?: { readonly root?: string; readonly example?: string; readonly chaicart?: string };
  /** How name servers behave; with `zone` in place of its own, one serves something else, or (null) nothing. */
  readonly servers?: Readonly<
    Partial<Record<ServerName, NameServerOptions & { readonly zone?: ZoneText | null }>>
  >;
  readonly resolver?: Partial<ResolverConfig>;
  /** Whether the router at home forwards questions and keeps answers; it does, unless said otherwise. */
  readonly forwarder?: boolean;
  readonly system?: SystemResolverOptions;
  /** Who sits at a prompt, where it is not {@link namesUsers}. */
  readonly users?: Readonly<Record<string, string>>;
  /** Name servers that take their zones from others when those change; none, unless said. */
  readonly transfers?: readonly Transfer[];
  /** A host that has no web server: nothing listens. */
  readonly closed?: readonly ('chaicart' | 'chaicart-new')[];
  /** The laptop, ChaiCart's server and the routers between them have IPv6, too. Name servers are asked over IPv4. */
  readonly ipv6?: boolean;
}

export interface NamesWorld {
  readonly network: Network;
  readonly laptop: Host;
  readonly home: Router;
  readonly isp: Router;
  readonly transitA: Router;
  readonly transitB: Router;
  readonly resolverHost: Host;
  readonly chaicart: Host;
  /** By name: `ns2`, `eve` …, those that are present. */
  readonly others: ReadonlyMap<Optional, Host>;
  readonly servers: Readonly<Partial<Record<ServerName, NameServer>>>;
  readonly recursive: RecursiveResolver;
  readonly forwarder: RecursiveResolver | undefined;
  readonly system: SystemResolver;
  /** Of the machines that are present: the phone asks the public resolver, past the router's and the provider's caches. */
  readonly publicResolver: RecursiveResolver | undefined;
  readonly phoneSystem: SystemResolver | undefined;
}

/** Who sits at which machine's prompt. */
export function namesUsers(present: readonly Optional[] = []): Readonly<Record<string, string>> {
  const optional = { ns2: 'ops', 'chaicart-new': 'ops', eve: 'eve', phone: 'maya', public: 'ops' } as const;
  return {
    laptop: 'maya',
    'home-router': 'root',
    isp: 'root',
    resolver: 'ops',
    'transit-a': 'root',
    root: 'ops',
    tld: 'ops',
    'transit-b': 'root',
    ns1: 'ops',
    chaicart: 'ops',
    ...Object.fromEntries(present.map((name) => [name, optional[name]])),
  };
}

export function namesWorld(world: World, options: NamesOptions = {}): NamesWorld {
  const { present = [], forwarder: hasForwarder = true, closed = [] } = options;
  const made = connect(new Network(world), present, options.ipv6 ?? false);
  const { network, laptop, home, resolverHost, chaicart, others } = made;
  acquaint(network, []);
  const servers = serveNames(made, options);
  acceptZones(world, servers, options.transfers);
  const recursive = runResolver(resolverHost, { hints: ROOT_HINTS, ...options.resolver });
  const upstream = parseIp(AT.resolver);
  const forwarder = hasForwarder
    ? runResolver(home, { hints: [], forward: [{ zone: '.', servers: [upstream] }] })
    : undefined;
  const system = new SystemResolver(laptop, {
    servers: [hasForwarder ? parseIp(AT.home) : upstream],
    ...options.system,
  });
  if (!closed.includes('chaicart')) runOrigin(chaicart, chaiCartSite());
  const publicHost = others.get('public');
  const publicResolver = publicHost && runResolver(publicHost, { hints: ROOT_HINTS, ...options.resolver });
  const phone = others.get('phone');
  const phoneSystem = phone && new SystemResolver(phone, { servers: [parseIp(AT.public)] });
  const newServer = others.get('chaicart-new');
  if (newServer && !closed.includes('chaicart-new')) runOrigin(newServer, chaiCartSite());
  openTerminals(network, {
    users: { ...namesUsers(present), ...options.users },
    systems: phoneSystem ? [system, phoneSystem] : [system],
    resolvers: {
      resolver: recursive,
      ...(forwarder && { 'home-router': forwarder }),
      ...(publicResolver && { public: publicResolver }),
    },
  });
  return { ...made, servers, recursive, forwarder, system, publicResolver, phoneSystem };
}

type Connected = Omit<
  NamesWorld,
  'servers' | 'recursive' | 'forwarder' | 'system' | 'publicResolver' | 'phoneSystem'
> & {
  readonly root: Host;
  readonly tld: Host;
  readonly ns1: Host;
};

function connect(network: Network, present: readonly Optional[], ipv6: boolean): Connected {
  const six = (address: string): string[] => (ipv6 ? [address] : []);
  const laptop = network.host('laptop');
  const home = network.router('home-router');
  const isp = network.router('isp');
  const resolverHost = network.host('resolver');
  const transitA = network.router('transit-a');
  const transitB = network.router('transit-b');
  const root = network.host('root');
  const tld = network.host('tld');
  const ns1 = network.host('ns1');
  const chaicart = network.host('chaicart');
  const wan = (delay: number): LinkOptions => ({ rate: 10_000_000_000, delay: ms(delay) });

  network.link(
    [laptop, 'eth0', `${AT.laptop}/24`, ...six(`${AT.laptop6}/64`)],
    [home, 'lan', `${AT.home}/24`, ...six('2001:db8:77:1::1/64')],
    { rate: 1_000_000_000, delay: ms(1) },
  );
  network.link(
    [home, 'wan', `${AT.outside}/26`, ...six('2001:db8:a5::77/64')],
    [isp, 'access', '203.0.113.65/26', ...six('2001:db8:a5::1/64')],
    { rate: 20_000_000, delay: ms(4) },
  );
  network.link([isp, 'services', '203.0.113.1/26'], [resolverHost, 'eth0', `${AT.resolver}/26`], wan(1));
  network.link(
    [isp, 'upstream', '198.51.100.129/30', ...six('2001:db8:b0::1/64')],
    [transitA, 'isp', '198.51.100.130/30', ...six('2001:db8:b0::2/64')],
    wan(5),
  );
  network.link([transitA, 'root', '198.51.100.1/28'], [root, 'eth0', `${AT.root}/28`], wan(2));
  network.link([transitA, 'tld', '198.51.100.17/28'], [tld, 'eth0', `${AT.tld}/28`], wan(6));
  network.link(
    [transitA, 'east', '198.51.100.133/30', ...six('2001:db8:b1::1/64')],
    [transitB, 'west', '198.51.100.134/30', ...six('2001:db8:b1::2/64')],
    wan(12),
  );
  network.link([transitB, 'names', '192.0.2.1/26'], [ns1, 'eth0', `${AT.ns1}/26`], wan(3));
  network.link(
    [transitB, 'region', '192.0.2.65/26', ...six('2001:db8:80::1/64')],
    [chaicart, 'eth0', `${AT.chaicart}/26`, ...six(`${AT.chaicart6}/64`)],
    wan(3),
  );

  network.route(laptop, 'default', AT.home);
  network.route(home, 'default', '203.0.113.65');
  // one port after the other from here on, so that a translated port is told from the laptop's own at a glance
  network.nat(home, 'wan', { assignment: 'sequential', ports: { first: 40_001, last: 65_535 } });
  network.route(resolverHost, 'default', '203.0.113.1');
  network.route(isp, 'default', '198.51.100.130');
  network.route(transitA, '203.0.113.0/24', '198.51.100.129');
  network.route(transitA, '192.0.2.0/24', '198.51.100.134');
  network.route(transitB, 'default', '198.51.100.133');
  network.route(root, 'default', '198.51.100.1');
  network.route(tld, 'default', '198.51.100.17');
  network.route(ns1, 'default', '192.0.2.1');
  network.route(chaicart, 'default', '192.0.2.65');

  if (ipv6) {
    network.route(laptop, 'default', '2001:db8:77:1::1');
    network.route(home, 'default', '2001:db8:a5::1');
    network.route(isp, 'default', '2001:db8:b0::2');
    network.route(isp, '2001:db8:77::/48', '2001:db8:a5::77');
    network.route(transitA, '2001:db8:77::/48', '2001:db8:b0::1');
    network.route(transitA, '2001:db8:80::/48', '2001:db8:b1::2');
    network.route(transitB, 'default', '2001:db8:b1::1');
    network.route(chaicart, 'default', '2001:db8:80::1');
  }

  const others = new Map<Optional, Host>();
  const join = (
    name: Optional,
    router: Router,
    port: string,
    gateway: string,
    address: string,
    delay: number,
    bits: number,
  ): void => {
    if (!present.includes(name)) return;
    const host = network.host(name);
    network.link([router, port, `${gateway}/${bits}`], [host, 'eth0', `${address}/${bits}`], wan(delay));
    network.route(host, 'default', gateway);
    others.set(name, host);
  };
  join('phone', home, 'radio', '192.168.2.1', AT.phone, 2, 24);
  join('public', transitA, 'public', '198.51.100.225', AT.public, 3, 28);
  join('ns2', transitA, 'names', '198.51.100.49', AT.ns2, 9, 28);
  join('eve', transitA, 'other', '198.51.100.193', AT.eve, 6, 27);
  join('chaicart-new', transitB, 'new', '192.0.2.129', AT.newServer, 3, 26);
  return { network, laptop, home, isp, transitA, transitB, resolverHost, chaicart, others, root, tld, ns1 };
}

function serveNames(made: Connected, options: NamesOptions): NamesWorld['servers'] {
  const { root, tld, ns1, others } = made;
  const { zones = {}, servers: how = {} } = options;
  const ns2 = others.get('ns2');
  const names = ns2 ? (['ns1', 'ns2'] as const) : (['ns1'] as const);
  const example =
    zones.example ??
    exampleZone({
      servers: names.map((name) => `${name}.chaicart`),
      glue: Object.fromEntries(names.map((name) => [`${name}.chaicart`, [AT[name]]])),
    });
  const chaicart = zones.chaicart ?? chaiCartZone({ servers: names });
  const run = (host: Host, name: ServerName, origin: string, text: string): NameServer => {
    const { zone = { origin, text }, ...rest } = how[name] ?? {};
    return runNameServer(host, zone === null ? [] : [zone], rest);
  };
  return {
    root: run(root, 'root', '.', zones.root ?? ROOT_ZONE),
    tld: run(tld, 'tld', 'example.', example),
    ns1: run(ns1, 'ns1', 'chaicart.example.', chaicart),
    ...(ns2 && { ns2: run(ns2, 'ns2', 'chaicart.example.', chaicart) }),
  };
}

/** Autoconfiguration in worlds: what routers advertise becomes addresses and routes, and goes when its time is over. */
import { describe, expect, it } from 'vitest';
import { ip6, parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import type { Autoconf6 } from '../../../src/engine/net/ip/autoconf6.ts';
import { Network } from '../../../src/engine/net/network.ts';
import { plainPrefix, type RouterAdvertisement } from '../../../src/engine/proto/ip/router-advertiser.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { compareTables } from '../../inspect/compare-tables.ts';

const PREFIX = ip6('2001:db8:1::');
const WEB = parseIp('2001:db8:99::1');

interface Made {
  readonly world: World;
  readonly network: Network;
  readonly laptop: Host;
  readonly router: Router;
  readonly autoconf: Autoconf6;
}

function made(said: Partial<RouterAdvertisement>, isNew = false): Made {
  const world = new World();
  const network = new Network(world);
  const laptop = network.host('laptop');
  const router = network.router('router');
  network.link([laptop, 'eth0'], [router, 'lan', '2001:db8:1::1/64'], { delay: MILLISECOND });
  network.advertise(router, 'lan', { prefixes: [plainPrefix(PREFIX)], ...said }, isNew);
  const autoconf = network.autoconfigure(laptop, 'eth0');
  return { world, network, laptop, router, autoconf };
}

function addresses({ laptop }: Made): string[] {
  return laptop.ip.nics[0]!.addresses6.map(({ origin, state }) => `${origin} ${state}`);
}

/** The moments of events at a machine, in whole seconds. */
function seconds({ world }: Made, kind: string, node: string): number[] {
  return [...world.trace.events([kind])]
    .filter((event) => event.node === node)
    .map(({ time }) => Math.floor(time / SECOND));
}

describe('a router that restarts', () => {
  it('has its addresses still, is new to its hosts, and advertises three times; hosts stay as they are', () => {
    const run = made({});
    run.world.kernel.run({ until: 20 * SECOND });
    expect(seconds(run, 'nd.advertise', 'router').length).toBe(1);
    const before = addresses(run);
    run.world.input(30 * SECOND, 'restart', { machine: 'router' });
    run.world.kernel.run();
    expect(seconds(run, 'nd.advertise', 'router').slice(1)).toEqual([30, 46, 62]);
    expect(addresses(run)).toEqual(before);
    expect(run.router.ip.nics[0]!.addresses6.length).toBe(2);
    expect(compareTables(run.network, run.world.trace)).toEqual([]);
  });

  it('a new one speaks unasked from the start', () => {
    const run = made({}, true);
    run.world.kernel.run();
    // and once more for the host that asks
    expect(
      seconds(run, 'nd.advertise', 'router').filter((one) => one === 0 || one === 16 || one === 32).length,
    ).toBe(3);
  });
});

describe('a host that restarts', () => {
  it('begins anew: addresses, routes, size and times of the link', () => {
    const run = made({
      mtu: 1400,
      reachableTime: 10_000,
      retransTimer: 500,
      resolvers: [{ addresses: [ip6('2001:db8::53')], lifetime: 1000 }],
    });
    const nic = run.laptop.ip.nics[0]!;
    run.world.kernel.run({ until: 20 * SECOND });
    expect([nic.mtu6, run.laptop.ip.mtuFor(WEB), run.laptop.ip.v6.link(nic)!.cache.retransTimer]).toEqual([
      1400,
      1400,
      SECOND / 2,
    ]);
    expect(run.autoconf.resolvers).toEqual(['2001:db8::53']);
    run.world.input(30 * SECOND, 'off', { machine: 'laptop' });
    run.world.kernel.run({ until: 31 * SECOND });
    expect([addresses(run), nic.mtu6, run.laptop.ip.routes.routes, run.autoconf.resolvers]).toEqual([
      [],
      1500,
      [],
      [],
    ]);
    expect(run.laptop.ip.v6.link(nic)!.cache.retransTimer).toBe(SECOND);
    run.world.input(40 * SECOND, 'restart', { machine: 'laptop' });
    run.world.kernel.run({ until: 50 * SECOND });
    expect(addresses(run)).toEqual(['link-local preferred', 'slaac preferred']);
    expect(nic.mtu6).toBe(1400);
    expect(compareTables(run.network, run.world.trace)).toEqual([]);
  });
});

describe('lifetimes', () => {
  it('an address is deprecated, then gone; so are the route of its prefix and the default route', () => {
    const prefix = { ...plainPrefix(PREFIX), validLifetime: 60, preferredLifetime: 30 };
    const run = made({ routerLifetime: 45, prefixes: [prefix] });
    const { world, laptop } = run;
    const states: string[] = [];
    for (const at of [10, 40, 50, 70]) {
      world.kernel.run({ until: at * SECOND });
      const routes = laptop.ip.routes.routes.filter(({ origin }) => origin === 'ra').length;
      states.push(
        `${addresses(run)[1] ?? 'none'}, ${routes} routes, ${laptop.ip.sourceFor(WEB) === undefined ? 'no way' : 'a way'}`,
      );
    }
    expect(states).toEqual([
      'slaac preferred, 2 routes, a way',
      'slaac deprecated, 2 routes, a way',
      'slaac deprecated, 1 routes, no way',
      'none, 0 routes, no way',
    ]);
    expect(world.kernel.run()).toBe('idle');
    expect(compareTables(run.network, world.trace)).toEqual([]);
  });
});

describe('what a host is told', () => {
  it('without a prefix makes no address for the internet', () => {
    const run = made({ prefixes: [] });
    run.world.kernel.run({ until: 20 * SECOND });
    expect(addresses(run)).toEqual(['link-local preferred']);
    expect(run.laptop.ip.sourceFor(WEB)).toMatch(/^fe80:/);
  });

  it('each address and route comes of the advertisement, and of nothing else', () => {
    const run = made({});
    run.world.kernel.run({ until: 20 * SECOND });
    const { trace } = run.world;
    const slaac = [...trace.events(['address.add'])].find(({ detail }) => detail!['origin'] === 'slaac')!;
    const kinds: string[] = [];
    for (let id = slaac.cause; id >= 0; id = trace.causeOf(id)) kinds.push(trace.event(id).kind);
    expect(kinds.slice(0, 4)).toEqual(['nd.advertised', 'frame.delivered', 'frame.sent', 'nd.advertise']);
    const route = [...trace.events(['route.add'])].find(({ detail }) => detail!['network'] === 'default')!;
    expect(trace.event(route.cause).kind).toBe('nd.advertised');
  });
});

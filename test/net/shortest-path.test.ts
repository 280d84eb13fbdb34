/** Routes computed from the topology: they agree with Floyd and Warshall's algorithm on random networks, and carry packets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Host, Router } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';
import { compareTables } from '../inspect/compare-tables.ts';

const ms = (value: number): number => value * MILLISECOND;

/** Routers in a random connected graph, each with a host of its own behind it. */
function random(edges: readonly { a: number; b: number; delay: number }[], count: number) {
  const world = new World();
  const network = new Network(world);
  const routers: Router[] = Array.from({ length: count }, (_, i) => network.router(`r${i}`));
  edges.forEach(({ a, b, delay }, i) => {
    const net = `10.${i >> 8}.${i & 255}`;
    network.link([routers[a]!, `e${i}`, `${net}.1/30`], [routers[b]!, `e${i}`, `${net}.2/30`], { delay });
  });
  const hosts = routers.map((router, i) => {
    const host = network.host(`h${i}`);
    network.link([router, 'lan', `192.168.${i}.1/24`], [host, 'eth0', `192.168.${i}.2/24`], { delay: 1 });
    return host;
  });
  network.computeRoutes();
  return { world, network, routers, hosts };
}

const graph = fc.integer({ min: 2, max: 7 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    // a tree, so that all hang together, and some more
    tree: fc.tuple(...Array.from({ length: count - 1 }, (_, i) => fc.integer({ min: 0, max: i }))),
    more: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 6 }),
    delays: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 20, maxLength: 20 }),
  }),
);

describe('computed routes', () => {
  it('take the way with the least delay, in any network', () => {
    fc.assert(
      fc.property(graph, ({ count, tree, more, delays }) => {
        const pairs = [...tree.map((to, i) => [i + 1, to]), ...more.filter(([a, b]) => a !== b)];
        const edges = pairs.map(([a, b], i) => ({ a: a!, b: b!, delay: ms(delays[i]!) }));
        const best = Array.from({ length: count }, (_, i) =>
          Array.from({ length: count }, (__, j) => (i === j ? 0 : Number.POSITIVE_INFINITY)),
        );
        for (const { a, b, delay } of edges) best[a]![b] = best[b]![a] = Math.min(best[a]![b]!, delay);
        for (let k = 0; k < count; k++)
          for (let i = 0; i < count; i++)
            for (let j = 0; j < count; j++) best[i]![j] = Math.min(best[i]![j]!, best[i]![k]! + best[k]![j]!);
        const { world, hosts } = random(edges, count);
        const start = hosts[0]!;
        const socket = start.icmp.open(4);
        const took = new Map<string, number>();
        socket.onReply = ({ from }) => took.set(String(from), world.now);
        for (let i = 1; i < count; i++) socket.send(parseIp(`192.168.${i}.2`), i, new Uint8Array(8));
        world.kernel.run({ until: 60 * SECOND });
        hosts.slice(1).forEach((_, i) => {
          const time = took.get(String(parseIp(`192.168.${i + 1}.2`)));
          // the first ping waits for ARP on every link: three crossings there and one back again at most
          expect(time).toBeGreaterThanOrEqual(2 * best[0]![i + 1]!);
          expect(time).toBeLessThanOrEqual(6 * best[0]![i + 1]! + 24);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('lead to the nearest of several places that announce the same network, and to the other when that one is gone', () => {
    const world = new World();
    const network = new Network(world);
    const [west, middle, east] = ['west', 'middle', 'east'].map((name) => network.router(name)) as [
      Router,
      Router,
      Router,
    ];
    const user = network.host('user');
    const near = network.host('near');
    const far = network.host('far');
    network.link([user, 'eth0', '203.0.113.9/24'], [middle, 'lan', '203.0.113.1/24'], { delay: ms(1) });
    network.link([middle, 'w', '10.0.0.1/30'], [west, 'm', '10.0.0.2/30'], { delay: ms(10) });
    network.link([middle, 'e', '10.0.1.1/30'], [east, 'm', '10.0.1.2/30'], { delay: ms(30) });
    network.link([west, 'lan', '192.0.2.1/24'], [near, 'eth0', '192.0.2.53/24'], { delay: ms(1) });
    network.link([east, 'lan', '192.0.2.1/24'], [far, 'eth0', '192.0.2.53/24'], { delay: ms(1) });
    network.computeRoutes(ms(500));
    const heard: string[] = [];
    for (const host of [near, far])
      host.udp.bind(53).onReceive = () => heard.push(`${host.name} ${Math.floor(world.now / ms(1000))}`);
    const ask = () => user.udp.bind().send(parseIp('192.0.2.53'), 53, new Uint8Array(1));
    world.input(ms(1000), 'cut', { from: 'middle', to: 'west', until: ms(4000) });
    for (const at of [0, 1200, 2000, 5000]) world.kernel.call(ms(at), ask);
    world.kernel.run();
    // what is sent before the word got round is lost
    expect(heard).toEqual(['near 0', 'far 2', 'near 5']);
  });

  it('count the delay of the direction that is gone', () => {
    const world = new World();
    const network = new Network(world);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => network.router(name)) as [Router, Router, Router];
    network.link([a, 'b', '10.0.0.1/30'], [b, 'a', '10.0.0.2/30'], { delay: ms(1) }, { delay: ms(50) });
    network.link([a, 'c', '10.0.1.1/30'], [c, 'a', '10.0.1.2/30'], { delay: ms(10) });
    network.link([c, 'b', '10.0.2.1/30'], [b, 'c', '10.0.2.2/30'], { delay: ms(10) });
    network.dummy(a, '192.0.2.1/32');
    network.dummy(b, '192.0.2.2/32');
    network.computeRoutes();
    expect(a.ip.routes.lookup(parseIp('192.0.2.2'))?.gateway).toBe(parseIp('10.0.0.2'));
    expect(b.ip.routes.lookup(parseIp('192.0.2.1'))?.gateway).toBe(parseIp('10.0.2.1'));
  });

  it('lead to link-local gateways in IPv6, and give hosts a default of each family', () => {
    const world = new World();
    const network = new Network(world);
    const [user, web] = [network.host('user'), network.host('web')];
    const [near, far] = [network.router('near'), network.router('far')];
    network.link(
      [user, 'eth0', '10.0.0.2/24', '2001:db8:1::2/64'],
      [near, 'lan', '10.0.0.1/24', '2001:db8:1::1/64'],
      { delay: ms(1) },
    );
    network.link([near, 'far', '2001:db8:2::1/64'], [far, 'near', '2001:db8:2::2/64'], { delay: ms(1) });
    network.link([far, 'lan', '2001:db8:3::1/64'], [web, 'eth0', '2001:db8:3::2/64'], { delay: ms(1) });
    network.computeRoutes();
    const gateways = user.ip.routes.routes
      .filter(({ origin }) => origin === 'computed')
      .map(({ gateway }) => gateway);
    expect(gateways).toEqual([parseIp('10.0.0.1'), near.ip.nics[0]!.linkLocal]);
    expect(near.ip.routes.lookup(parseIp('2001:db8:3::2'))?.gateway).toBe(far.ip.nics[0]!.linkLocal);
    const socket = user.icmp.open(6);
    let hops = 0;
    socket.onReply = ({ hopLimit }) => {
      hops = 64 - hopLimit;
    };
    socket.send(parseIp('2001:db8:3::2'), 1, new Uint8Array(1));
    world.kernel.run();
    expect(hops).toBe(2);
    // no IPv4 on the way: nothing leads there
    expect(near.ip.routes.lookup(parseIp('192.0.2.1'))).toBeUndefined();
  });

  it('do not announce what is behind a translator, which sends everything else outside', () => {
    const world = new World();
    const network = new Network(world);
    const home = network.router('home');
    const isp = network.router('isp');
    const laptop = network.host('laptop');
    network.link([laptop, 'eth0', '192.168.1.2/24'], [home, 'lan', '192.168.1.1/24'], { delay: ms(1) });
    network.link([home, 'wan', '203.0.113.2/30'], [isp, 'home', '203.0.113.1/30'], { delay: ms(1) });
    network.nat(home, 'wan');
    network.computeRoutes();
    expect(isp.ip.routes.lookup(parseIp('192.168.1.2'))).toBeUndefined();
    expect(home.ip.routes.lookup(parseIp('198.51.100.1'))?.gateway).toBe(parseIp('203.0.113.1'));
    expect(laptop.ip.routes.lookup(parseIp('198.51.100.1'))?.gateway).toBe(parseIp('192.168.1.1'));
  });

  it('withdraw what is behind a link that is down, so that the other place is reached through the first', () => {
    const world = new World();
    const network = new Network(world);
    const [west, east] = [network.router('west'), network.router('east')];
    const [user, near, far] = ['user', 'near', 'far'].map((name) => network.host(name)) as never[];
    network.link([user, 'eth0', '203.0.113.9/24'], [west, 'lan', '203.0.113.1/24'], { delay: ms(1) });
    network.link([west, 'e', '10.0.0.1/30'], [east, 'w', '10.0.0.2/30'], { delay: ms(10) });
    network.link([west, 'here', '192.0.2.1/24'], [near, 'eth0', '192.0.2.53/24'], { delay: ms(1) });
    network.link([east, 'here', '192.0.2.1/24'], [far, 'eth0', '192.0.2.53/24'], { delay: ms(1) });
    network.computeRoutes(ms(100));
    const ask = (network.machine('user') as Host).icmp.open(4);
    const took: number[] = [];
    let sent = 0;
    ask.onReply = () => took.push(Math.round((world.now - sent) / ms(1)));
    world.input(ms(1000), 'cut', { from: 'west', to: 'near', until: ms(5000) });
    for (const at of [100, 2000, 3000, 6000, 7000])
      world.kernel.call(ms(at), () => {
        sent = world.now;
        ask.send(parseIp('192.0.2.53'), 1, new Uint8Array(1));
      });
    world.kernel.run();
    expect(took.map((one) => (one < 15 ? 'near' : 'far'))).toEqual(['near', 'far', 'far', 'near', 'near']);
    expect(compareTables(network, world.trace)).toEqual([]);
  });
});

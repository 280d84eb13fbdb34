/** Routes computed from the topology: they agree with Floyd and Warshall's algorithm on random networks, and carry packets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Router } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';

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
});

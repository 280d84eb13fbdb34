/** Paths with a small link: TCP that is told, TCP that is not, TCP whose SYNs were clamped; UDP in fragments. */
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import { Network } from '../../../src/engine/net/network.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { readAll, writeAll } from '../two-hosts.ts';

const WEB = parseIp4('203.0.113.80');

interface Made {
  readonly world: World;
  readonly network: Network;
  readonly a: Host;
  readonly near: Router;
  readonly web: Host;
}

/** a – near – far – web, `mtu` between the routers; a hole says nothing about what it drops. */
function made(mtu: number, { isHole = false, clamps = false, probes = false } = {}): Made {
  const world = new World();
  const network = new Network(world);
  const tcp = { mtuProbing: probes };
  const a = network.host('a', { tcp });
  const near = network.router('near');
  const far = network.router('far');
  const web = network.host('web', { tcp });
  const link = { delay: 5 * MILLISECOND };
  network.link([a, 'eth0', '192.0.2.2/24'], [near, 'a', '192.0.2.1/24'], link);
  const small = network.link([near, 'far', '198.51.100.1/24'], [far, 'near', '198.51.100.2/24'], link);
  network.link([far, 'web', '203.0.113.1/24'], [web, 'eth0', '203.0.113.80/24'], link);
  network.computeRoutes();
  small.a.mtu = mtu;
  small.b.mtu = mtu;
  small.a.clampsMss = clamps;
  if (isHole) {
    const silent = {
      judge: (chain: string) =>
        chain === 'output'
          ? ({ action: 'drop', reason: 'no ICMP from here' } as const)
          : ({ action: 'accept' } as const),
      clear: () => {},
    };
    near.ip.filter = silent;
    far.ip.filter = silent;
  }
  return { world, network, a, near, web };
}

/** Sends `size` bytes over TCP; when the last of them was there, in milliseconds, and which segment sizes were used. */
function transfer(
  { world, a, web }: Made,
  size: number,
  until = 60 * SECOND,
): { took: number | undefined; sizes: number[] } {
  const listener = web.tcp.listen(80);
  let took: number | undefined;
  web.run(
    'server',
    (function* () {
      const socket = yield* listener.accept();
      const got = yield* readAll(socket);
      if (got.length === size && got.every((byte, i) => byte === (i * 31) % 251))
        took = world.now / MILLISECOND;
      socket.end();
    })(),
  );
  a.run(
    'client',
    (function* () {
      const socket = yield* a.tcp.connect(WEB, 80);
      yield* writeAll(
        socket,
        Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251),
      );
      socket.end();
    })(),
  );
  world.kernel.run({ until });
  const sizes = [...world.trace.events(['tcp.mss'])].map(({ detail }) => Number(detail!['mss']));
  return { took, sizes };
}

describe('a path with a small link', () => {
  it('is told to TCP by the router before it, and costs one round trip to that router', () => {
    const small = made(1000);
    const { took, sizes } = transfer(small, 20_000);
    const whole = transfer(made(1500), 20_000).took!;
    expect(sizes).toEqual([1000 - 40 - 12]);
    expect(took).toBeGreaterThan(whole);
    expect(took! - whole).toBeLessThan(50);
    expect(small.a.ip.mtuFor(WEB)).toBe(1000);
    expect(compareTables(small.network, small.world.trace)).toEqual([]);
  });

  it('swallows everything large when the router says nothing', () => {
    expect(transfer(made(1000, { isHole: true }), 20_000)).toEqual({ took: undefined, sizes: [] });
  });

  it('is found out by a TCP that tries smaller segments', () => {
    const { took, sizes } = transfer(made(1000, { isHole: true, probes: true }), 20_000);
    // 1,024 do not fit a path of 1,000 either
    expect(sizes).toEqual([1024, 512]);
    expect(took).toBeGreaterThan(3000);
  });

  it('does no harm when the router has lowered what the SYNs announce', () => {
    const { took, sizes } = transfer(made(1000, { isHole: true, clamps: true }), 20_000);
    expect(sizes).toEqual([]);
    expect(took).toBeLessThan(200);
  });

  it('lets UDP through in fragments: cut by the router when allowed, by the sender once it knows', () => {
    const { world, a, web } = made(1000);
    const got: number[] = [];
    web.udp.bind(9).onReceive = ({ bytes }) => got.push(bytes.length);
    const socket = a.udp.bind();
    const send = (fragment?: 'do' | 'want' | 'dont') => {
      const problem = socket.send(WEB, 9, new Uint8Array(1400), { fragment });
      world.kernel.run();
      return problem;
    };
    expect(send('dont')).toBeUndefined();
    expect(got).toEqual([1400]);
    expect(send()).toBeUndefined(); // lost: it went with Don't Fragment, and the router said so
    expect(got).toEqual([1400]);
    expect(send()).toBeUndefined();
    expect(got).toEqual([1400, 1400]);
    expect(send('do')).toBe('EMSGSIZE');
    const cut = [...world.trace.events(['ip.fragment'])].map(({ node, detail }) => [node, detail!['into']]);
    expect(cut).toEqual([
      ['near', 2],
      ['a', 2],
    ]);
  });

  it('carries the largest datagram there is over the smallest link there is', () => {
    const { world, a, web } = made(68);
    const sent = Uint8Array.from({ length: 65_507 }, (_, i) => (i * 7) % 256);
    let got: Uint8Array | undefined;
    web.udp.bind(9).onReceive = ({ bytes }) => {
      got = bytes;
    };
    const socket = a.udp.bind();
    // neighbours get to know each other first: more fragments than a machine lets wait for ARP are lost, as in Linux
    socket.send(WEB, 9, new Uint8Array(1));
    world.kernel.run();
    socket.send(WEB, 9, sent, { fragment: 'dont' });
    world.kernel.run();
    expect(got?.length).toBe(sent.length);
    expect(got?.every((byte, i) => byte === sent[i])).toBe(true);
  });
});

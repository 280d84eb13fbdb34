import { describe, expect, it } from 'vitest';
import { formatIp4, parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { formatEndpoint, formatIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { readPackets } from '../../../src/engine/inspect/packets.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import type { LinkOptions } from '../../../src/engine/net/link/link.ts';
import type { NatOptions } from '../../../src/engine/net/nat/nat.ts';
import { Network } from '../../../src/engine/net/network.ts';
import type { UdpSocket } from '../../../src/engine/net/transport/udp-stack.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { checksumFault, layersOf } from '../../../src/engine/wire/frame.ts';
import { fetchPage, home, OUTSIDE, PAGE, servePage, WEB } from '../small-world.ts';

const LINK: LinkOptions = { delay: MILLISECOND, rate: 1e9 };

interface Carrier {
  readonly world: World;
  readonly network: Network;
  readonly maya: Host;
  readonly ben: Host;
  readonly mayas: Router;
  readonly bens: Router;
  readonly carrier: Router;
  readonly web: Host;
}

/**
 * Two homes behind one carrier, which translates once more.
 *
 *     maya ─ mayas (NAT) ─┐
 *                         carrier (NAT, 198.51.100.7) ─ web
 *     ben  ─ bens (NAT)  ─┘
 */
function twoLevels(atCarrier: NatOptions = {}, atHome: NatOptions = {}): Carrier {
  const world = new World();
  const network = new Network(world);
  const [maya, ben, web] = ['maya', 'ben', 'web'].map((name) => network.host(name)) as [Host, Host, Host];
  const mayas = network.router('mayas');
  const bens = network.router('bens');
  const carrier = network.router('carrier');
  // both homes use the same addresses, as homes do
  for (const [host, router] of [
    [maya, mayas],
    [ben, bens],
  ] as const) {
    network.link([host, 'eth0', '192.168.1.23/24'], [router, 'lan', '192.168.1.1/24'], LINK);
    network.route(host, 'default', '192.168.1.1');
  }
  network.link([mayas, 'wan', '100.64.0.2/30'], [carrier, 'mayas', '100.64.0.1/30'], LINK);
  network.link([bens, 'wan', '100.64.0.6/30'], [carrier, 'bens', '100.64.0.5/30'], LINK);
  network.link([carrier, 'out', '198.51.100.7/24'], [web, 'eth0', '198.51.100.80/24'], LINK);
  network.route(mayas, 'default', '100.64.0.1');
  network.route(bens, 'default', '100.64.0.5');
  for (const router of [mayas, bens]) network.nat(router, 'wan', atHome);
  network.nat(carrier, 'out', { filtering: 'endpoint-independent', ...atCarrier });
  return { world, network, maya, ben, mayas, bens, carrier, web };
}

const SERVER = parseIp4('198.51.100.80');
const PUBLIC = parseIp4('198.51.100.7');

/** What a socket hears: texts with where they come from, and errors. */
function listen(socket: UdpSocket): string[] {
  const heard: string[] = [];
  socket.onReceive = ({ from, port, bytes }) =>
    heard.push(`${toLatin1(bytes).slice(0, 20)} from ${formatEndpoint(from, port)}`);
  socket.onError = ({ to, port, report }) =>
    heard.push(`${report.kind} from ${formatIp(report.from)} about ${formatEndpoint(to, port)}`);
  return heard;
}

function damaged({ world, network }: { world: World; network: Network }): string[] {
  return readPackets(world.trace, network.channels)
    .flatMap(({ hops }) => hops)
    .filter(({ arrivedFrame }) => {
      const bytes = world.trace.frames.read(arrivedFrame);
      return checksumFault(bytes, layersOf(bytes)) !== undefined;
    })
    .map(({ to }) => to);
}

describe('two translators in a row', () => {
  it('two homes with the same addresses share one public one', () => {
    const run = twoLevels();
    const callers: string[] = [];
    const server = run.web.udp.bind(7);
    server.onReceive = ({ from, port, bytes }) => {
      callers.push(formatIp(from));
      server.send(from, port, bytes);
    };
    const sockets = [run.maya, run.ben].map((host) => host.udp.bind(50_000));
    const heard = sockets.map(listen);
    sockets.forEach((socket, index) => {
      socket.send(SERVER, 7, fromLatin1(`tea ${index}`));
    });
    run.world.kernel.run({ until: SECOND });
    expect(callers).toEqual(['198.51.100.7', '198.51.100.7']);
    expect(heard).toEqual([['tea 0 from 198.51.100.80:7'], ['tea 1 from 198.51.100.80:7']]);
    const [mapped] = [...run.carrier.ip.nat!.rows().values()];
    expect([mapped!.inside, mapped!.outside]).toEqual(['100.64.0.2:50000', '198.51.100.7:50000']);
    expect(damaged(run)).toEqual([]);
  });

  it('errors find their way through both, from every router on the way', () => {
    const run = twoLevels();
    const socket = run.maya.udp.bind(50_000);
    const heard = listen(socket);
    for (const hopLimit of [1, 2, 3]) socket.send(SERVER, 33_434, fromLatin1('probe'), { hopLimit });
    run.world.kernel.run({ until: SECOND });
    expect(heard).toEqual([
      'time-exceeded from 192.168.1.1 about 198.51.100.80:33434',
      'time-exceeded from 100.64.0.1 about 198.51.100.80:33434',
      'port-unreachable from 198.51.100.80 about 198.51.100.80:33434',
    ]);
    expect(damaged(run)).toEqual([]);
  });

  it('neighbours behind one carrier meet at its public address, if it turns them around', () => {
    for (const hairpinning of [true, false]) {
      const run = twoLevels({ hairpinning });
      const [mayas, bens] = [run.maya, run.ben].map((host) => host.udp.bind(50_000)) as [
        UdpSocket,
        UdpSocket,
      ];
      const heard = [mayas, bens].map(listen);
      const server = run.web.udp.bind(7);
      // the server introduces them to each other
      const ports = new Map<string, number>();
      server.onReceive = ({ port, bytes }) => void ports.set(toLatin1(bytes), port);
      mayas.send(SERVER, 7, fromLatin1('maya'));
      bens.send(SERVER, 7, fromLatin1('ben'));
      run.world.kernel.run({ until: SECOND });
      const [mayasPort, bensPort] = [ports.get('maya')!, ports.get('ben')!];
      mayas.send(PUBLIC, bensPort, fromLatin1('hello, Ben'));
      bens.send(PUBLIC, mayasPort, fromLatin1('hello, Maya'));
      run.world.kernel.run({ until: 2 * SECOND });
      // again: now both home routers know of the other
      mayas.send(PUBLIC, bensPort, fromLatin1('tea?'));
      run.world.kernel.run({ until: 3 * SECOND });
      expect(heard[1]!.includes(`tea? from 198.51.100.7:${mayasPort}`)).toBe(hairpinning);
      const refused = [...run.world.trace.events(['nat.refuse'])].some(({ node }) => node === 'carrier');
      expect(refused).toBe(!hairpinning);
      expect(damaged(run)).toEqual([]);
    }
  });

  it('a carrier with few ports for each home refuses the rest, and says why', () => {
    const run = twoLevels({ mappingsPerInside: 3 });
    const got: string[] = [];
    run.web.udp.bind(7).onReceive = ({ bytes }) => got.push(toLatin1(bytes));
    for (let i = 0; i < 5; i++) run.maya.udp.bind().send(SERVER, 7, fromLatin1(`maya ${i}`));
    run.ben.udp.bind().send(SERVER, 7, fromLatin1('ben'));
    run.world.kernel.run({ until: SECOND });
    expect(got.sort()).toEqual(['ben', 'maya 0', 'maya 1', 'maya 2']);
    const reasons = [...run.world.trace.events(['nat.refuse'])].map(({ node, detail }) => [
      node,
      detail!['reason'],
    ]);
    expect(reasons).toEqual(Array(2).fill(['carrier', 'this subscriber has its 3 mappings']));
  });
});

describe('a home with a server', () => {
  const forwards = [
    { protocol: 'TCP', outsidePort: 80, inside: parseIp4('192.168.1.25'), insidePort: 80 },
  ] as const;
  const withServer = (options: NatOptions) => {
    const run = home();
    run.network.nat(run.home, 'wan', { forwards, ...options });
    servePage(run.desk);
    servePage(run.web);
    return run;
  };

  it('is reached from outside by the router’s address', () => {
    const run = withServer({});
    const socket = run.web.tcp.open(parseIp4(OUTSIDE), 80);
    run.world.kernel.run({ until: SECOND });
    expect(socket.error).toBeUndefined();
    expect(
      [...run.home.ip.nat!.rows().values()].map(({ state, remote }) => [state, remote.split(':')[0]]),
    ).toEqual([
      ['forward', 'anyone'],
      ['established', formatIp4(WEB)],
    ]);
    expect(damaged(run)).toEqual([]);
  });

  it('is reached from inside by the same address, if the router turns packets around', () => {
    for (const hairpinning of [true, false]) {
      const run = withServer({ hairpinning });
      const socket = run.laptop.tcp.open(parseIp4(OUTSIDE), 80);
      run.world.kernel.run({ until: SECOND });
      expect(socket.isEstablished).toBe(hairpinning);
      expect(damaged(run)).toEqual([]);
    }
  });
});

describe('what a translator meets on real links', () => {
  it('datagrams in fragments, both ways: put together, translated, cut up again', () => {
    const run = home();
    const server = run.web.udp.bind(7);
    server.onReceive = ({ from, port, bytes }) => {
      server.send(from, port, bytes);
    };
    const socket = run.laptop.udp.bind(50_000);
    const sizes: number[] = [];
    socket.onReceive = ({ bytes }) => sizes.push(bytes.length);
    socket.send(WEB, 7, new Uint8Array(4000).fill(65));
    run.world.kernel.run({ until: SECOND });
    expect(sizes).toEqual([4000]);
    expect(run.world.trace.findKind('ip.fragment')).not.toBe(-1);
    expect([...run.home.ip.nat!.rows().values()].map(({ outside }) => outside)).toEqual([`${OUTSIDE}:50000`]);
  });

  it('a smaller link behind it: the error about the translated datagram reaches TCP inside', () => {
    const run = home();
    servePage(run.web);
    for (const nic of run.isp.ip.nics) if (nic.name === 'web') nic.mtu = 800;
    const big = run.laptop.udp.bind(50_000);
    const heard = listen(big);
    big.send(WEB, 7, new Uint8Array(1400), { fragment: 'do' });
    const fetching = run.laptop.run('fetch', fetchPage(run.laptop));
    run.world.kernel.run({ until: 5 * SECOND });
    expect(heard).toEqual(['too-big from 192.0.2.1 about 203.0.113.80:7']);
    expect(fetching.result).toBe(PAGE);
    expect(damaged(run)).toEqual([]);
  });

  it('a restart: connections live on, because ports are kept where they can be', () => {
    const run = home();
    const socket = run.laptop.tcp.open(WEB, 80);
    const listener = run.web.tcp.listen(80);
    run.world.kernel.run({ until: SECOND });
    run.world.input(2 * SECOND, 'restart', { machine: 'home' });
    run.world.kernel.call(3 * SECOND, () => socket.write(fromLatin1('still here?')));
    run.world.kernel.run({ until: 4 * SECOND });
    expect(toLatin1(listener.queue[0]!.read())).toBe('still here?');
    expect(socket.error).toBeUndefined();
  });
});

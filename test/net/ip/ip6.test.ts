/** IPv6 through whole worlds: pings over routers, autoconfiguration, errors, fragments, path MTU. */
import { describe, expect, it } from 'vitest';
import { ip6, parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import { Network } from '../../../src/engine/net/network.ts';
import type { EchoError, EchoReply } from '../../../src/engine/net/transport/icmp-stack.ts';
import { plainPrefix } from '../../../src/engine/proto/ip/router-advertiser.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { packetSummary } from '../summaries.ts';

interface Made {
  readonly world: World;
  readonly network: Network;
  readonly laptop: Host;
  readonly home: Router;
  readonly isp: Router;
  readonly web: Host;
}

/** laptop – home – isp – web; the laptop configures itself when `self` is set. */
function made({ self = false, mtu = 1500 } = {}): Made {
  const world = new World();
  const network = new Network(world);
  const laptop = network.host('laptop');
  const home = network.router('home');
  const isp = network.router('isp');
  const web = network.host('web');
  const link = { delay: MILLISECOND };
  const own = self ? [] : ['2001:db8:1::23/64'];
  network.link([laptop, 'eth0', ...own], [home, 'lan', '2001:db8:1::1/64'], link);
  const long = network.link([home, 'wan', '2001:db8:ff::2/64'], [isp, 'home', '2001:db8:ff::1/64'], link);
  network.link([isp, 'web', '2001:db8:80::1/64'], [web, 'eth0', '2001:db8:80::80/64'], link);
  if (self) network.autoconfigure(laptop, 'eth0');
  else network.route(laptop, 'default', '2001:db8:1::1');
  network.advertise(home, 'lan', { prefixes: [plainPrefix(ip6('2001:db8:1::'))] });
  network.route(home, 'default', '2001:db8:ff::1');
  network.route(isp, '2001:db8:1::/64', '2001:db8:ff::2');
  network.route(web, 'default', '2001:db8:80::1');
  long.a.mtu = mtu;
  long.b.mtu = mtu;
  return { world, network, laptop, home, isp, web };
}

const WEB = parseIp('2001:db8:80::80');

function pinging(host: Host): {
  replies: EchoReply[];
  errors: EchoError[];
  ping: (to: string, size?: number, options?: object) => unknown;
} {
  const socket = host.icmp.open(6);
  const replies: EchoReply[] = [];
  const errors: EchoError[] = [];
  socket.onReply = (reply) => replies.push(reply);
  socket.onError = (error) => errors.push(error);
  let sequence = 0;
  return {
    replies,
    errors,
    ping: (to, size = 56, options = {}) =>
      socket.send(parseIp(to), ++sequence, new Uint8Array(size).fill(7), options),
  };
}

describe('IPv6', () => {
  it('asks for the neighbour, and pings over two routers', () => {
    const { world, network, laptop } = made();
    const { ping, replies } = pinging(laptop);
    expect(ping('2001:db8:80::80')).toBeUndefined();
    world.kernel.run();
    expect(replies.map(({ from, hopLimit, sequence }) => [from, hopLimit, sequence])).toEqual([[WEB, 62, 1]]);
    expect(compareTables(network, world.trace)).toEqual([]);
    expect(packetSummary(world, network)[0]).toMatch(/who has 2001:db8:1::1/i);
  });

  it('makes an address of its own from what the router advertises, and uses it', () => {
    const { world, network, laptop } = made({ self: true });
    world.kernel.run({ until: 10 * SECOND });
    const addresses = laptop.ip.nics[0]!.addresses6.map(({ address, state, origin }) => [
      address,
      state,
      origin,
    ]);
    expect(addresses).toEqual([
      ['fe80::200:5eff:fe00:5301', 'preferred', 'link-local'],
      ['2001:db8:1:0:200:5eff:fe00:5301', 'preferred', 'slaac'],
    ]);
    expect(laptop.ip.routes.lookup(WEB)?.gateway).toBe('fe80::200:5eff:fe00:5302');
    const { ping, replies } = pinging(laptop);
    ping('2001:db8:80::80');
    world.kernel.run();
    expect(replies.map(({ to }) => to)).toEqual(['2001:db8:1:0:200:5eff:fe00:5301']);
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it('finds that somebody has the address it wants', () => {
    const world = new World();
    const network = new Network(world);
    const a = network.host('a');
    const b = network.host('b');
    network.link([a, 'eth0'], [b, 'eth0', 'fe80::200:5eff:fe00:5301/64'], { delay: MILLISECOND });
    network.autoconfigure(a, 'eth0');
    world.kernel.run();
    expect(a.ip.nics[0]!.addresses6.map(({ state }) => state)).toEqual(['duplicate']);
    expect(a.ip.isLocal(ip6('fe80::200:5eff:fe00:5301'))).toBe(false);
  });

  it('says that there is no route, that nobody answers, that the hop limit ran out', () => {
    const { world, laptop } = made();
    const { ping, errors } = pinging(laptop);
    ping('2001:db8:bad::1');
    ping('2001:db8:80::99');
    ping('2001:db8:80::80', 56, { hopLimit: 2 });
    world.kernel.run();
    const told = errors.map(({ sequence, report }) => [sequence, report.kind, report.from]);
    expect(told).toEqual([
      [1, 'net-unreachable', '2001:db8:ff::1'],
      [3, 'time-exceeded', '2001:db8:ff::1'],
      [2, 'host-unreachable', '2001:db8:ff::1'],
    ]);
  });

  it('learns the size of the path from Packet Too Big, and cuts up at the source from then on', () => {
    const { world, network, laptop } = made({ mtu: 1300 });
    const { ping, errors, replies } = pinging(laptop);
    ping('2001:db8:80::80', 1400);
    world.kernel.run();
    expect(errors.map(({ report }) => [report.kind, report.mtu, report.from])).toEqual([
      ['too-big', 1300, '2001:db8:1::1'],
    ]);
    expect(laptop.ip.mtuFor(WEB)).toBe(1300);
    // the answer meets the same small link: its sender has to learn, too
    ping('2001:db8:80::80', 1400);
    world.kernel.run();
    ping('2001:db8:80::80', 1400);
    expect(ping('2001:db8:80::80', 1400, { fragment: 'do' })).toBe('EMSGSIZE');
    world.kernel.run();
    expect(replies.map(({ payload }) => payload.length)).toEqual([1400]);
    expect([...world.trace.events(['ip.fragment'])].map(({ node }) => node)).toContain('laptop');
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it('carries TCP', () => {
    const { world, laptop, web } = made();
    const listener = web.tcp.listen(80);
    let got = '';
    web.run(
      'server',
      (function* () {
        const socket = yield* listener.accept();
        got = socket.peer;
        socket.end();
      })(),
    );
    const socket = laptop.tcp.open(WEB, 80);
    world.kernel.run({ until: SECOND });
    expect(got).toBe(`[2001:db8:1::23]:${socket.localPort}`);
    expect(socket.ended).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/engine/base/ip.ts';
import { networkText } from '../../src/engine/net/ip/route.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';
import { compareTables } from '../inspect/compare-tables.ts';

const LINK = { delay: 1 };

describe('dummy interfaces', () => {
  it('have names of their own, both families, and answer wherever they are asked', () => {
    const world = new World();
    const network = new Network(world);
    const [a, b] = [network.host('a'), network.host('b')];
    network.link(
      [a, 'eth0', '10.0.0.1/24', '2001:db8::1/64'],
      [b, 'eth0', '10.0.0.2/24', '2001:db8::2/64'],
      LINK,
    );
    for (const own of ['192.0.2.1/32', '192.0.2.2/32', '2001:db8:9::1/128']) network.dummy(b, own);
    expect(b.ip.nics.map(({ name }) => name)).toEqual(['eth0', 'dummy0', 'dummy1', 'dummy2']);
    network.route(a, '192.0.2.0/24', '10.0.0.2');
    network.route(a, '2001:db8:9::/48', '2001:db8::2');
    const heard: string[] = [];
    for (const to of ['192.0.2.1', '192.0.2.2', '2001:db8:9::1'].map(parseIp)) {
      const socket = a.icmp.open(typeof to === 'number' ? 4 : 6);
      socket.onReply = ({ from }) => heard.push(String(from));
      socket.send(to, 1, new Uint8Array(1));
    }
    world.kernel.run();
    expect(heard.sort()).toEqual(
      ['192.0.2.1', '192.0.2.2', '2001:db8:9::1'].map((to) => String(parseIp(to))).sort(),
    );
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it.each(['192.0.2.1/31', '2001:db8::1/64'])('%s would have neighbours', (address) => {
    const network = new Network(new World());
    expect(() => network.dummy(network.host('a'), address)).toThrow(/neighbours/);
    expect((network.machine('a') as { ip: { nics: unknown[] } }).ip.nics).toEqual([]);
  });
});

describe('interfaces and addresses', () => {
  it('no machine has two of one name, or two IPv4 addresses on one', () => {
    const network = new Network(new World());
    const [a, b, lan] = [network.host('a'), network.host('b'), network.switch('lan')];
    network.link([a, 'eth0'], [lan, '1'], LINK);
    expect(() => network.link([a, 'eth0'], [b, 'eth0'], LINK)).toThrow(/a has an interface eth0/);
    expect(() => network.link([b, 'eth0'], [lan, '1'], LINK)).toThrow(/lan has an interface 1/);
    expect(() => network.link([b, 'eth1', '10.0.0.1/24', '10.0.0.2/24'], [lan, '2'], LINK)).toThrow(
      /already/,
    );
  });

  it('several addresses of one network share its route', () => {
    const network = new Network(new World());
    const [a, b] = [network.host('a'), network.host('b')];
    network.link([a, 'eth0', '2001:db8::1/64', '2001:db8::2/64', 'fe80::1/64'], [b, 'eth0'], LINK);
    expect(a.ip.routes.routes.map((route) => networkText(route.network)).sort()).toEqual([
      '2001:db8::/64',
      'fe80::/64',
    ]);
    expect(compareTables(network, network.world.trace)).toEqual([]);
  });

  it('a route’s gateway must be on a link', () => {
    const network = new Network(new World());
    const [a, b] = [network.host('a'), network.host('b')];
    network.link([a, 'eth0', '10.0.0.1/24'], [b, 'eth0', '10.0.0.2/24'], LINK);
    expect(() => network.route(a, 'default', '10.9.0.1')).toThrow(/not on the network/);
    expect(() => network.route(a, 'default', '10.0.0.2', 'eth9')).toThrow(/no interface eth9/);
    network.route(a, 'default', '10.0.0.2', 'eth0');
    expect(() => network.machine('toString')).toThrow(/no machine/);
    expect(() => network.host('a')).toThrow(/two machines/);
  });
});

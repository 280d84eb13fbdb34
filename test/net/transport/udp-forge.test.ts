/** A datagram in somebody else's name: the bytes are as if that machine had sent it, and the answer goes there. */
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { parseCidr } from '../../../src/engine/base/cidr.ts';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import { LEFT, RIGHT, twoHosts } from '../two-hosts.ts';

const SOMEBODY = parseIp4('198.51.100.7');
const HELLO = Uint8Array.of(1, 2, 3);

describe('a forged source', () => {
  it('is what the receiver sees, on a datagram whose checksums are right', () => {
    const { world, left, right } = twoHosts({ rate: 1e9, delay: MILLISECOND }, { level: 'full' });
    const seen: unknown[] = [];
    right.udp.bind(7).onReceive = ({ from, port, bytes }) => seen.push(from, port, [...bytes]);
    expect(left.udp.forge({ address: SOMEBODY, port: 4711 }, RIGHT, 7, HELLO)).toBeUndefined();
    world.kernel.run({ until: 10 * MILLISECOND, maxEvents: 100 });
    expect(seen).toEqual([SOMEBODY, 4711, [...HELLO]]);
    expect([...world.trace.events(['udp.forge'])].map(({ detail }) => detail)).toEqual([
      { from: '198.51.100.7', fromPort: 4711, to: '192.0.2.2', toPort: 7 },
    ]);
  });

  it('brings the sender no answer', () => {
    const { world, network, left, right } = twoHosts({ rate: 1e9, delay: MILLISECOND }, { level: 'full' });
    network.route(right, 'default', '192.0.2.1');
    const echo = right.udp.bind(7);
    echo.onReceive = ({ from, port, bytes }) => echo.send(from, port, bytes);
    let heard = 0;
    left.udp.bind(4711).onReceive = () => heard++;
    left.udp.forge({ address: SOMEBODY, port: 4711 }, RIGHT, 7, HELLO);
    world.kernel.run({ until: 10 * MILLISECOND, maxEvents: 100 });
    expect(heard).toBe(0);
    // it came by, since everything goes that way here, and it is not for this machine
    expect([...world.trace.events(['frame.refused'])].map(({ node }) => node)).toEqual(['left']);
    // with its own address, there is one
    left.udp.forge({ address: LEFT, port: 4711 }, RIGHT, 7, HELLO);
    world.kernel.run({ until: 20 * MILLISECOND, maxEvents: 100 });
    expect(heard).toBe(1);
  });

  it('is stopped by a filter that knows which addresses belong there (RFC 2827)', () => {
    const { world, network, left, right } = twoHosts({ rate: 1e9, delay: MILLISECOND }, { level: 'full' });
    network.filter(right, {
      rules: [{ name: 'its own', when: { from: [parseCidr('192.0.2.0/24')] }, action: 'accept' }],
      otherwise: { action: 'drop', name: 'no such address can come from there' },
    });
    let heard = 0;
    right.udp.bind(7).onReceive = () => heard++;
    left.udp.forge({ address: SOMEBODY, port: 4711 }, RIGHT, 7, HELLO);
    left.udp.forge({ address: LEFT, port: 4711 }, RIGHT, 7, HELLO);
    world.kernel.run({ until: 10 * MILLISECOND, maxEvents: 100 });
    expect(heard).toBe(1);
  });

  it('does not fit where the datagram would be too long', () => {
    const { left } = twoHosts({ rate: 1e9, delay: MILLISECOND });
    expect(left.udp.forge({ address: SOMEBODY, port: 1 }, RIGHT, 7, new Uint8Array(65_530))).toBe('EMSGSIZE');
  });
});

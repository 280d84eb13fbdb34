/** Finding neighbours in worlds: who is asked, why, and who is believed to be there. ARP alone is in arp.test.ts. */
import { describe, expect, it } from 'vitest';
import { formatIp4, parseIp4 } from '../../../src/engine/base/address.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { Host } from '../../../src/engine/net/host.ts';
import { Network } from '../../../src/engine/net/network.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { refusals } from '../inject.ts';
import { readAll } from '../two-hosts.ts';

function made(prefix = 24): { world: World; network: Network; a: Host; b: Host } {
  const world = new World();
  const network = new Network(world);
  const [a, b] = [network.host('a'), network.host('b')];
  const link = { delay: MILLISECOND };
  network.link(
    [a, 'eth0', `10.0.0.1/${prefix}`, '2001:db8::1/64'],
    [b, 'eth0', `10.0.0.2/${prefix}`, '2001:db8::2/64'],
    link,
  );
  return { world, network, a, b };
}

/** The detail of the first cause of an event. */
function root(world: World, id: number): unknown {
  let at = id;
  while (world.trace.causeOf(at) >= 0) at = world.trace.causeOf(at);
  return world.trace.detailOf(at)?.['who'];
}

describe.each([
  ['ARP', '10.0.0.', 'arp.ask', 'arp.fail'],
  ['neighbour discovery', '2001:db8::', 'nd.solicit', 'nd.state'],
] as const)('%s', (_, prefix, asked, failed) => {
  it('each question, and each failure, is because of the packet that wanted that neighbour', () => {
    const { world, a } = made();
    const { trace, kernel } = world;
    const socket = a.udp.bind();
    const errors: string[] = [];
    socket.onError = ({ to }) =>
      errors.push(`${typeof to === 'number' ? formatIp4(to) : to} ${root(world, trace.cause)}`);
    // both are asked for at the same time, and again whenever the one timer of the interface fires
    for (const [who, time] of [
      ['90', 0],
      ['91', 0],
      ['92', SECOND / 2],
    ] as const)
      kernel.call(time, () => {
        trace.cause = trace.recordDetail(kernel.now, trace.kind('test.wants'), 0, { who });
        const to = `${prefix}${who}`;
        socket.send(to.includes(':') ? ip6(to) : parseIp4(to), 9, new Uint8Array(1));
      });
    kernel.run();
    const about = [...trace.events([asked, failed])].filter(({ node }) => node === 'a');
    expect(about.length).toBeGreaterThanOrEqual(12);
    for (const { id, detail } of about) expect(`${prefix}${root(world, id)}`).toBe(detail!['address']);
    // and so are the questions on the link
    const frames = [...trace.events(['frame.sent'])].map(({ id }) => trace.event(trace.causeOf(id)));
    expect(frames.length).toBe(9);
    for (const cause of frames) expect(cause.kind).toBe(asked);
    expect(new Set(frames.map(({ id }) => id)).size).toBe(9);
    expect(errors).toEqual(['90', '91', '92'].map((who) => `${prefix}${who} ${who}`));
  });
});

describe('the ARP table', () => {
  it('makes room for a neighbour by forgetting the oldest', () => {
    const { world, network, a } = made(16);
    const nic = a.ip.nics[0]!;
    for (let i = 0; i < 1024; i++) {
      const arp = new Uint8Array(28);
      arp.set([0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0x5e, 1, i >> 8, i & 255, 10, 0, 4 + (i >> 8), i & 255]);
      arp.set([0, 0, 0, 0, 0, 0, 10, 0, 0, 1], 18);
      world.kernel.call(i, () => arrive(arp));
    }
    const arrive = (arp: Uint8Array): void => {
      const { frames } = world.trace;
      const frame = frames.alloc(42);
      frames
        .slab(frame)
        .set([255, 255, 255, 255, 255, 255, 0, 0, 0x5e, 1, 0, 0, 8, 6, ...arp], frames.at(frame));
      nic.receive(frame);
      frames.release(frame);
    };
    world.kernel.run();
    expect(a.ip.neighbours.arpRows().size).toBe(1024);
    const socket = a.icmp.open(4);
    let replies = 0;
    socket.onReply = () => {
      replies += 1;
    };
    socket.send(parseIp4('10.0.0.2'), 1, new Uint8Array(1));
    world.kernel.run();
    expect(replies).toBe(1);
    const rows = a.ip.neighbours.arpRows();
    expect([rows.size, rows.has('eth0 10.0.4.0'), rows.has('eth0 10.0.0.2')]).toEqual([1024, false, true]);
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it('asks for a thousand neighbours at once, and no more', () => {
    const { world, a } = made(8);
    const socket = a.udp.bind();
    let errors = 0;
    socket.onError = () => {
      errors += 1;
    };
    for (let i = 0; i < 1100; i++) socket.send((parseIp4('10.9.0.0') + i) as never, 9, new Uint8Array(1));
    expect([...world.trace.events(['arp.ask'])].length).toBe(1024);
    expect(errors).toBe(76);
    world.kernel.run();
    expect(errors).toBe(1100);
    expect(world.trace.frames.held).toBe(0);
  });

  it('takes nothing from what is no ARP', () => {
    const { world, a } = made();
    const { frames } = world.trace;
    const frame = frames.alloc(14 + 20);
    frames
      .slab(frame)
      .set([255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 9, 8, 6, ...Array(20).fill(1)], frames.at(frame));
    a.ip.nics[0]!.receive(frame);
    expect(refusals({ world })).toEqual(['not ARP as it should be']);
  });
});

describe('a neighbour that was silent for long', () => {
  const probes = (world: World): number =>
    [...world.trace.events(['nd.solicit'])].filter(
      ({ node, detail }) => node === 'a' && detail!['to'] !== 'multicast',
    ).length;

  it('is asked five seconds after a packet to it, unless it is heard', () => {
    const { world, a, b } = made();
    const socket = a.udp.bind();
    b.udp.bind(9);
    socket.send(ip6('2001:db8::2'), 9, new Uint8Array(1));
    world.kernel.run({ until: 100 * SECOND });
    socket.send(ip6('2001:db8::2'), 9, new Uint8Array(1));
    world.kernel.run();
    // UDP hears nothing that would prove anything
    expect(probes(world)).toBe(1);
  });

  it('is confirmed by the answer to a ping', () => {
    const { world, network, a } = made();
    const socket = a.icmp.open(6);
    for (const time of [0, 100, 200]) {
      world.kernel.run({ until: time * SECOND });
      socket.send(ip6('2001:db8::2'), 1, new Uint8Array(8));
    }
    world.kernel.run();
    expect(probes(world)).toBe(0);
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it('is confirmed by what TCP has acknowledged, over a router as well', () => {
    const world = new World();
    const network = new Network(world);
    const [a, b] = [network.host('a'), network.host('b')];
    const r = network.router('r');
    network.link([a, 'eth0', '2001:db8:1::2/64'], [r, 'a', '2001:db8:1::1/64'], { delay: MILLISECOND });
    network.link([r, 'b', '2001:db8:2::1/64'], [b, 'eth0', '2001:db8:2::2/64'], { delay: MILLISECOND });
    network.route(a, 'default', '2001:db8:1::1');
    network.route(b, 'default', '2001:db8:2::1');
    const listener = b.tcp.listen(80);
    b.run(
      'sink',
      (function* () {
        yield* readAll(yield* listener.accept());
      })(),
    );
    const socket = a.tcp.open(ip6('2001:db8:2::2'), 80);
    // something each ten seconds, for five minutes
    for (let i = 1; i <= 30; i++) world.kernel.call(i * 10 * SECOND, () => socket.write(new Uint8Array(100)));
    world.kernel.run({ until: 320 * SECOND });
    expect(probes(world)).toBe(0);
    const states = [...world.trace.events(['nd.state'])]
      .filter(({ node }) => node === 'a')
      .map(({ detail }) => detail!['state']);
    expect(states.filter((one) => one === 'delay').length).toBeGreaterThanOrEqual(4);
    expect(new Set(states)).toEqual(new Set(['incomplete', 'reachable', 'stale', 'delay']));
  });
});

describe('packets that wait', () => {
  it('are let go with the machine', () => {
    const { world, a } = made();
    a.udp.bind().send(parseIp4('10.0.0.99'), 9, new Uint8Array(1));
    a.udp.bind().send(ip6('2001:db8::99'), 9, new Uint8Array(1));
    world.input(SECOND / 2, 'off', { machine: 'a' });
    world.kernel.run();
    expect(world.trace.frames.held).toBe(0);
    expect([...world.trace.events(['arp.fail'])]).toEqual([]);
  });

  it('go when an administrator puts the card in', () => {
    const { world, a, b } = made();
    const heard: number[] = [];
    b.udp.bind(9).onReceive = ({ bytes }) => heard.push(bytes[0]!);
    const { mac } = b.ip.nics[0]!;
    for (const [to, value] of [
      [parseIp4('10.0.0.2'), 4],
      [ip6('2001:db8::2'), 6],
    ] as const) {
      a.udp.bind().send(to, 9, Uint8Array.of(value));
      a.ip.learn(to, mac);
    }
    world.kernel.run({ until: MILLISECOND });
    expect(heard).toEqual([4, 6]);
  });
});

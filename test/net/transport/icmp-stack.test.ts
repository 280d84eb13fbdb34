import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { ip6, parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import type { Host } from '../../../src/engine/net/host.ts';
import { Network } from '../../../src/engine/net/network.ts';
import type { EchoError, EchoReply, IcmpSocket } from '../../../src/engine/net/transport/icmp-stack.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { encodeEcho } from '../../../src/engine/wire/icmp.ts';
import { datagram, inject } from '../inject.ts';

function made(): { world: World; network: Network; a: Host; b: Host } {
  const world = new World();
  const network = new Network(world);
  const [a, b] = [network.host('a'), network.host('b')];
  network.link([a, 'eth0', '192.0.2.1/24', '2001:db8::1/64'], [b, 'eth0', '192.0.2.2/24', '2001:db8::2/64'], {
    delay: MILLISECOND,
  });
  return { world, network, a, b };
}

function heardBy(socket: IcmpSocket): { replies: EchoReply[]; errors: EchoError[] } {
  const heard = { replies: [] as EchoReply[], errors: [] as EchoError[] };
  socket.onReply = (reply) => heard.replies.push(reply);
  socket.onError = (error) => heard.errors.push(error);
  return heard;
}

describe('ping sockets', () => {
  it.each(['192.0.2.2', '2001:db8::2', '192.0.2.1', '127.0.0.1', '::1', '2001:db8::1'])(
    'hear what %s says back',
    (to) => {
      const { world, a } = made();
      const address = parseIp(to);
      const socket = a.icmp.open(typeof address === 'number' ? 4 : 6);
      const { replies } = heardBy(socket);
      expect(socket.send(address, 0x1_0007, fromLatin1('hello'), { hopLimit: 9 })).toBeUndefined();
      world.kernel.run();
      expect(replies.map(({ from, sequence, payload }) => [from, sequence, toLatin1(payload)])).toEqual([
        [address, 7, 'hello'],
      ]);
      expect(replies[0]!.hopLimit).toBe(64);
    },
  );

  it('hear only their own, and nothing after they are closed', () => {
    const { world, a } = made();
    const [one, two] = [a.icmp.open(4), a.icmp.open(4)];
    const [first, second] = [heardBy(one), heardBy(two)];
    expect(one.identifier).not.toBe(two.identifier);
    one.send(parseIp('192.0.2.2'), 1, new Uint8Array(8));
    two.send(parseIp('192.0.2.2'), 2, new Uint8Array(8));
    two.close();
    world.kernel.run();
    expect([first.replies.length, second.replies.length]).toEqual([1, 0]);
    expect([a.isBound(1, one.identifier), a.isBound(1, two.identifier)]).toEqual([true, false]);
  });

  it('are told of errors about what they asked, with the number of the question', () => {
    const { world, a } = made();
    const socket = a.icmp.open(4);
    const { errors } = heardBy(socket);
    socket.send(parseIp('192.0.2.99'), 5, new Uint8Array(8));
    expect(socket.send(parseIp('198.51.100.1'), 6, new Uint8Array(8))).toBe('ENETUNREACH');
    world.kernel.run();
    expect(errors.map(({ sequence, report }) => [sequence, report.kind, report.isOwn])).toEqual([
      [5, 'host-unreachable', true],
    ]);
  });

  it('pay no attention to answers that nobody asked for', () => {
    const { world, a } = made();
    const socket = a.icmp.open(6);
    const { replies } = heardBy(socket);
    const ends = { from: '192.0.2.2', to: '192.0.2.1' };
    // the right identifier in the wrong family, and types that are nothing to us
    inject(
      a,
      'eth0',
      datagram(ends, encodeEcho(0, socket.identifier, 1, new Uint8Array(8)), { protocol: 1 }),
    );
    for (const type of [13, 14, 15, 17, 40]) {
      const message = encodeEcho(0, socket.identifier, 1, new Uint8Array(8));
      message[2] = message[3] = 0;
      message[0] = type;
      const sum = message.reduce((total, byte, i) => total + (i % 2 === 0 ? byte << 8 : byte), 0);
      const folded = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
      message[2] = folded >> 8;
      message[3] = folded & 255;
      inject(a, 'eth0', datagram(ends, message, { protocol: 1 }));
    }
    expect(replies).toEqual([]);
    expect([...world.trace.events(['frame.refused', 'frame.sent'])]).toEqual([]);
  });

  it('are limited in number, and gone with a restart', () => {
    const { world, a } = made();
    for (let i = 0; i < 1024; i++) a.icmp.open(4);
    expect(() => a.icmp.open(6)).toThrow(/1024/);
    world.input(0, 'restart', { machine: 'a' });
    world.kernel.run();
    expect(a.icmp.open(6).send(ip6('2001:db8::2'), 1, new Uint8Array(1))).toBeUndefined();
  });
});

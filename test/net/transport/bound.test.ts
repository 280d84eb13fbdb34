/** Sockets on addresses, as Linux lets them be: `bound.ts`, and what TCP and UDP make of it. */
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { formatIp, parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { Host } from '../../../src/engine/net/host.ts';
import type { Bound } from '../../../src/engine/net/transport/bound.ts';
import { PROTOCOL_TCP } from '../../../src/engine/wire/ipv4.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { LEFT, RIGHT, twoHosts } from '../two-hosts.ts';

const LINK = { delay: MILLISECOND };
const at = (text: string): Bound => (text === 'both' ? undefined : parseIp(text));
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'fine';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
};
const hosts = () => twoHosts(LINK, { level: 'full' });

// Measured with Node 26 on Linux 6: which two listeners of one port keep each other off ('::' alone is IPv6 only here).
const PLACES = ['0.0.0.0', '127.0.0.1', '127.0.0.2', '::1', 'both', '::'];
const KEPT_OFF = ['xxx.x.', 'xx..x.', 'x.x.x.', '...xxx', 'xxxxxx', '...xxx'];

describe.each(['tcp', 'udp'] as const)('two sockets of one port over %s', (protocol) => {
  const open = (host: Host, port: number, place: string) =>
    protocol === 'tcp' ? host.tcp.listen(port, 5, {}, at(place)) : host.udp.bind(port, at(place));

  it('keep each other off where their addresses overlap', () => {
    const seen = PLACES.map((first) =>
      PLACES.map((second) => {
        const { left } = hosts();
        const { port } = open(left, 0, first);
        return codeOf(() => open(left, port, second)) === 'EADDRINUSE' ? 'x' : '.';
      }).join(''),
    );
    expect(seen).toEqual(KEPT_OFF);
  });

  it('an address that is not ours cannot be had; all of 127.0.0.0/8 is', () => {
    const { left } = hosts();
    expect(codeOf(() => open(left, 7, '192.0.2.2'))).toBe('EADDRNOTAVAIL');
    expect(codeOf(() => open(left, 7, '2001:db8::9'))).toBe('EADDRNOTAVAIL');
    expect(codeOf(() => open(left, 7, '127.9.9.9'))).toBe('fine');
    expect(codeOf(() => open(left, 7, '192.0.2.1'))).toBe('fine');
  });

  it('what is closed is free again, and the tables follow', () => {
    const { world, network, left } = hosts();
    const first = open(left, 7, '127.0.0.1');
    const second = open(left, 7, '192.0.2.1');
    expect(compareTables(network, world.trace)).toEqual([]);
    first.close();
    expect(codeOf(() => open(left, 7, 'both'))).toBe('EADDRINUSE');
    expect(compareTables(network, world.trace)).toEqual([]);
    second.close();
    expect(codeOf(() => open(left, 7, 'both'))).toBe('fine');
    expect(compareTables(network, world.trace)).toEqual([]);
  });
});

describe('TCP', () => {
  it('two listeners of a port each have their own address; nobody listens on a third', () => {
    const { world, left, right } = hosts();
    const loop = right.tcp.listen(80, 5, {}, at('127.0.0.1'));
    const outer = right.tcp.listen(80, 5, {}, at('192.0.2.2'));
    const own = right.tcp.open(parseIp4('127.0.0.1'), 80);
    const other = right.tcp.open(parseIp4('127.0.0.3'), 80);
    const far = left.tcp.open(RIGHT, 80);
    world.kernel.run({ until: SECOND });
    expect([own.isEstablished, far.isEstablished, other.error]).toEqual([true, true, 'ECONNREFUSED']);
    expect([loop.queue.length, outer.queue.length]).toEqual([1, 1]);
  });

  it('one pair of ports may be used for two addresses of one machine', () => {
    const { world, left } = hosts();
    for (const address of ['127.0.0.1', '127.0.0.2']) left.tcp.listen(80, 5, {}, at(address));
    const pair = ['127.0.0.1', '127.0.0.2'].map((address) =>
      left.tcp.open(parseIp4(address), 80, {}, 4000, at('127.0.0.1')),
    );
    world.kernel.run({ until: SECOND });
    expect(pair.map(({ connection }) => connection.state)).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(codeOf(() => left.tcp.open(parseIp4('127.0.0.1'), 80, {}, 4000, at('127.0.0.1')))).toBe(
      'EADDRINUSE',
    );
  });

  it('a connection comes from the address that was asked for', () => {
    const { world, left, right } = hosts();
    const listener = right.tcp.listen(80);
    left.tcp.open(RIGHT, 80, {}, 4000, LEFT);
    world.kernel.run({ until: SECOND });
    expect(listener.queue.map(({ peer }) => peer)).toEqual(['192.0.2.1:4000']);
    expect(codeOf(() => left.tcp.open(RIGHT, 80, {}, undefined, at('127.0.0.1')))).toBe('EINVAL');
    expect(codeOf(() => left.tcp.open(RIGHT, 80, {}, undefined, at('192.0.2.9')))).toBe('EADDRNOTAVAIL');
  });

  it('who connects to 0.0.0.0 means itself, and 127.0.0.2 hears from 127.0.0.1', () => {
    const { world, left } = hosts();
    const listener = left.tcp.listen(80);
    for (const to of ['0.0.0.0', '::', '127.0.0.2']) left.tcp.open(parseIp(to), 80);
    world.kernel.run({ until: SECOND });
    expect(listener.queue.map(({ local, remote }) => [formatIp(local), formatIp(remote)])).toEqual([
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '::1'],
      ['127.0.0.2', '127.0.0.1'],
    ]);
  });

  it('a port that a connection was given by chance cannot be listened on; one that was asked for can', () => {
    const { world, left, right } = hosts();
    right.tcp.listen(80);
    const given = left.tcp.open(RIGHT, 80);
    const asked = left.tcp.open(RIGHT, 80, {}, 4000);
    world.kernel.run({ until: SECOND });
    expect(codeOf(() => left.tcp.listen(given.localPort))).toBe('EADDRINUSE');
    expect(codeOf(() => left.tcp.listen(asked.localPort))).toBe('fine');
  });

  it('what had arrived before a reset can still be read', () => {
    const { world, left, right } = hosts();
    const listener = right.tcp.listen(80);
    const socket = left.tcp.open(RIGHT, 80);
    world.kernel.run({ until: SECOND });
    socket.write(fromLatin1('last words'));
    socket.abort();
    world.kernel.run({ until: 2 * SECOND });
    const [peer] = listener.queue;
    expect([peer!.error, toLatin1(peer!.read()), peer!.readable]).toEqual(['ECONNRESET', 'last words', 0]);
  });

  it('segments carry the traffic class that the program set', () => {
    const { world, left, right } = hosts();
    const seen: number[] = [];
    const { tcp } = right;
    const receive = tcp.receive.bind(tcp);
    right.ip.addTransport(PROTOCOL_TCP, {
      handleIcmp: (report) => tcp.handleIcmp(report),
      receive: (bytes, from, length, source, destination, datagramAt) => {
        seen.push(bytes[datagramAt! + 1]!);
        receive(bytes, from, length, source, destination);
      },
    });
    tcp.listen(80);
    const socket = left.tcp.open(RIGHT, 80);
    world.kernel.run({ until: SECOND });
    socket.trafficClass = 16;
    socket.write(fromLatin1('x'));
    world.kernel.run({ until: 2 * SECOND });
    expect(seen).toEqual([0, 0, 16]);
  });

  it('a port that is bound and not used yet is given to nobody by chance', () => {
    const { left, right } = hosts();
    right.tcp.listen(80);
    const { port, release } = left.tcp.reserve(0);
    const others = new Set<number>();
    for (let i = 0; i < 16_383; i++) others.add(left.tcp.open(RIGHT, 80).localPort);
    expect([others.size, others.has(port)]).toEqual([16_383, false]);
    expect(codeOf(() => left.tcp.open(RIGHT, 80))).toBe('EADDRNOTAVAIL');
    release();
    expect(left.tcp.open(RIGHT, 80).localPort).toBe(port);
  });

  it('keep-alive and Nagle’s rule can be switched while a connection is there', () => {
    const { world, left, right } = hosts();
    right.tcp.listen(80);
    const socket = left.tcp.open(RIGHT, 80);
    world.kernel.run({ until: SECOND });
    const probes = () => [...world.trace.events(['tcp.probe'])].length;
    socket.setKeepAlive({ idle: 2 * SECOND, interval: SECOND, probes: 3 });
    world.kernel.run({ until: 10 * SECOND });
    expect(probes()).toBe(4);
    socket.setKeepAlive(undefined);
    world.kernel.run({ until: 30 * SECOND });
    expect(probes()).toBe(4);
    right.ip.isOn = false;
    socket.setKeepAlive({ idle: 2 * SECOND, interval: SECOND, probes: 3 });
    world.kernel.run({ until: 40 * SECOND });
    expect(socket.error).toBe('ETIMEDOUT');
  });
});

describe('UDP', () => {
  const heard = (host: Host, name: string, seen: string[], ...bind: Parameters<Host['udp']['bind']>) => {
    const socket = host.udp.bind(...bind);
    socket.onReceive = ({ bytes }) => seen.push(`${name} ${toLatin1(bytes)}`);
    return socket;
  };

  it('the socket that says most exactly what it wants takes what arrives; of equals the newest', () => {
    const { world, left, right } = hosts();
    const seen: string[] = [];
    heard(right, 'any', seen, 9, undefined, true);
    heard(right, 'family', seen, 9, at('0.0.0.0'), true);
    const one = heard(right, 'address', seen, 9, RIGHT, true);
    const two = heard(right, 'address again', seen, 9, RIGHT, true);
    const three = heard(right, 'peer', seen, 9, RIGHT, true);
    three.connect(LEFT, 5);
    const send = (port: number, to: string, text: string) =>
      left.udp.bind(port).send(parseIp(to), 9, fromLatin1(text));
    send(5, '192.0.2.2', 'a');
    send(6, '192.0.2.2', 'b');
    world.kernel.run({ until: SECOND });
    two.close();
    send(7, '192.0.2.2', 'c');
    world.kernel.run({ until: 2 * SECOND });
    one.close();
    send(8, '192.0.2.2', 'd');
    world.kernel.run({ until: 3 * SECOND });
    expect(seen).toEqual(['peer a', 'address again b', 'address c', 'family d']);
  });

  it('sharing needs both to say so', () => {
    const { left } = hosts();
    left.udp.bind(9, LEFT, true);
    expect(codeOf(() => left.udp.bind(9, LEFT))).toBe('EADDRINUSE');
    expect(codeOf(() => left.udp.bind(9, LEFT, true))).toBe('fine');
  });

  it('a socket with a peer hears nobody else, and of errors; its row in the table says whom', () => {
    const { world, network, left, right } = hosts();
    const seen: string[] = [];
    const socket = heard(left, 'left', seen, 50_000);
    const errors: unknown[] = [];
    socket.onError = ({ code }) => errors.push(code);
    socket.connect(RIGHT, 9);
    expect(socket.local).toBe('192.0.2.1:50000');
    right.udp.bind(8).send(LEFT, 50_000, fromLatin1('stranger'));
    const server = right.udp.bind(9);
    server.send(LEFT, 50_000, fromLatin1('friend'));
    world.kernel.run({ until: SECOND });
    expect(compareTables(network, world.trace)).toEqual([]);
    server.close();
    socket.send(RIGHT, 9, fromLatin1('x'));
    world.kernel.run({ until: 2 * SECOND });
    socket.disconnect();
    right.udp.bind(10).send(LEFT, 50_000, fromLatin1('anybody'));
    world.kernel.run({ until: 3 * SECOND });
    expect(seen).toEqual(['left friend', 'left anybody']);
    expect(errors).toEqual(['ECONNREFUSED']);
    expect(compareTables(network, world.trace)).toEqual([]);
  });

  it('to everybody only for those who ask; it comes to all who listen everywhere, oneself among them', () => {
    const { world, left, right } = hosts();
    const seen: string[] = [];
    heard(left, 'left', seen, 9);
    heard(right, 'right', seen, 9, at('0.0.0.0'), true);
    heard(right, 'right too', seen, 9, undefined, true);
    heard(right, 'on its address', seen, 9, RIGHT, true);
    const socket = left.udp.bind(10);
    const everybody = parseIp4('192.0.2.255');
    expect(socket.send(everybody, 9, fromLatin1('no'))).toBe('EACCES');
    expect(codeOf(() => socket.connect(everybody, 9))).toBe('EACCES');
    expect(socket.send(everybody, 9, fromLatin1('yes'), { mayBroadcast: true })).toBeUndefined();
    // no route leads there, unless the socket says from where
    expect(socket.send(parseIp4('255.255.255.255'), 9, fromLatin1('no'), { mayBroadcast: true })).toBe(
      'ENETUNREACH',
    );
    const near = left.udp.bind(11, LEFT);
    expect(
      near.send(parseIp4('255.255.255.255'), 9, fromLatin1('near'), { mayBroadcast: true }),
    ).toBeUndefined();
    expect(near.send(everybody, 9, new Uint8Array(3000), { mayBroadcast: true })).toBe('EMSGSIZE');
    world.kernel.run({ until: SECOND });
    const sorted = ['left near', 'left yes', 'right near', 'right too near', 'right too yes', 'right yes'];
    expect(seen.sort()).toEqual(sorted);
    // and nobody complains about those who did not listen
    left.udp.bind(12).send(everybody, 13, fromLatin1('x'), { mayBroadcast: true });
    world.kernel.run({ until: 2 * SECOND });
    expect([...world.trace.events(['icmp.error'])]).toEqual([]);
  });

  it('from a loopback address nothing leaves the machine', () => {
    const { left } = hosts();
    const socket = left.udp.bind(9, at('127.0.0.1'));
    expect(socket.send(RIGHT, 9, new Uint8Array(1))).toBe('EINVAL');
    expect(codeOf(() => socket.connect(RIGHT, 9))).toBe('EINVAL');
    expect(socket.send(LEFT, 9, new Uint8Array(1))).toBeUndefined();
  });
});

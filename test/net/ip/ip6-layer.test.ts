/** IPv6 on a machine, where headers are odd, packets cut, routers silent and links several. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runUdpEcho } from '../../../src/engine/app/udp-echo.ts';
import { type Bytes, fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { homeFirewall } from '../../../src/engine/net/filter/home-firewall.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import { Network } from '../../../src/engine/net/network.ts';
import { plainPrefix } from '../../../src/engine/proto/ip/router-advertiser.ts';
import { World, type WorldOptions } from '../../../src/engine/sim/world.ts';
import { encodeEcho6, fixIcmp6Checksum } from '../../../src/engine/wire/icmp6.ts';
import { ipv6 } from '../../../src/engine/wire/ipv6.ts';
import { compareTables } from '../../inspect/compare-tables.ts';
import { errorsSent, inject, packet, refusals, udpBetween } from '../inject.ts';

const A = '2001:db8:1::2';
const B = '2001:db8:2::2';
const R = '2001:db8:1::1';

interface Made {
  readonly world: World;
  readonly network: Network;
  readonly a: Host;
  readonly r: Router;
  readonly b: Host;
}

/** a (2001:db8:1::2) – r – b (2001:db8:2::2) */
function made(options: WorldOptions = {}): Made {
  const world = new World(options);
  const network = new Network(world);
  const a = network.host('a');
  const r = network.router('r');
  const b = network.host('b');
  const link = { delay: MILLISECOND };
  network.link([a, 'eth0', `${A}/64`], [r, 'a', `${R}/64`], link);
  network.link([r, 'b', '2001:db8:2::1/64'], [b, 'eth0', `${B}/64`], link);
  network.route(a, 'default', R);
  network.route(b, 'default', '2001:db8:2::1');
  return { world, network, a, r, b };
}

function icmp(
  ends: { from: string; to: string; ttl?: number },
  message: Bytes,
  extensions?: Bytes,
  next = 58,
): Bytes {
  fixIcmp6Checksum(message, 0, message.length, ip6(ends.from), ip6(ends.to));
  return packet(ends, message, next, extensions);
}

const ping = (from: string, to: string, extensions?: Bytes, next = 58): Bytes =>
  icmp({ from, to }, encodeEcho6(128, 1, 1, fromLatin1('12345678')), extensions, next);

/** An options header that names `next`, with one option of eight bytes in all with its padding. */
const optionsHeader = (next: number, type: number): Bytes => Uint8Array.of(next, 0, type, 4, 0, 0, 0, 0);
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;

describe('headers before the data', () => {
  it('are stepped over, however many there are', () => {
    const run = made();
    const heard: string[] = [];
    run.b.udp.bind(9).onReceive = ({ bytes }) => heard.push(toLatin1(bytes));
    const ends = { from: A, to: B };
    const message = udpBetween(ends, 5, 9, fromLatin1('through'));
    const usedUp = Uint8Array.of(17, 0, 4, 0, 0, 0, 0, 0);
    const chain = Uint8Array.from([
      ...optionsHeader(DESTINATION, 5),
      ...optionsHeader(ROUTING, 0x1e),
      ...usedUp,
    ]);
    inject(run.b, 'eth0', packet(ends, message, HOP_BY_HOP, chain));
    inject(run.b, 'eth0', packet(ends, message, FRAGMENT, Uint8Array.of(17, 0, 0, 0, 0, 0, 0, 1)));
    expect(heard).toEqual(['through', 'through']);
    expect(refusals(run)).toEqual([]);
  });

  // the two highest bits: pass over, drop, drop and say so, drop and say so unless it was for a group (RFC 8200 §4.2)
  it.each([
    [0x1e, true, [], []],
    [0x5e, false, [], []],
    [0x9e, false, ['4/2 to 2001:db8:1::2'], ['4/2 to 2001:db8:1::2']],
    [0xde, false, ['4/2 to 2001:db8:1::2'], []],
  ])('option 0x%s', (type, isTaken, toOne, toGroup) => {
    for (const [to, told] of [
      [B, toOne],
      ['ff02::1', toGroup],
    ] as const) {
      const run = made();
      inject(run.b, 'eth0', ping(A, to, optionsHeader(58, type), DESTINATION));
      run.world.kernel.run();
      const isAnswered = [...run.world.trace.events(['frame.sent'])].some(({ node }) => node === 'b');
      expect([refusals(run, 'b').length, errorsSent(run)]).toEqual([isTaken ? 0 : 1, told]);
      expect(isAnswered).toBe(isTaken || told.length > 0);
    }
  });

  it.each([
    ['a route with nodes left', ROUTING, Uint8Array.of(58, 0, 4, 1, 0, 0, 0, 0), '4/0'],
    [
      'hop-by-hop options that are not first',
      DESTINATION,
      Uint8Array.from([...optionsHeader(HOP_BY_HOP, 5), ...optionsHeader(58, 5)]),
      '4/1',
    ],
    ['an unknown protocol', DESTINATION, optionsHeader(200, 5), '4/1'],
    ['a header longer than the packet', DESTINATION, Uint8Array.of(58, 200, 1, 4, 0, 0, 0, 0), undefined],
  ])('%s', (_, next, extensions, told) => {
    const run = made();
    inject(run.b, 'eth0', ping(A, B, extensions, next));
    expect(refusals(run).length).toBe(1);
    expect(errorsSent(run)).toEqual(told === undefined ? [] : [`${told} to ${A}`]);
  });

  it('that routers must look at stop a packet on its way', () => {
    for (const [type, told] of [
      [0x1e, []],
      [0x5e, []],
      [0x9e, [`4/2 to ${A}`]],
    ] as const) {
      const run = made();
      inject(run.r, 'a', ping(A, B, optionsHeader(58, type), HOP_BY_HOP));
      run.world.kernel.run();
      expect(errorsSent(run)).toEqual(told);
      expect(refusals(run, 'r').length).toBe(type === 0x1e ? 0 : 1);
    }
  });
});

describe('addresses that no packet may have', () => {
  const link = 'an address that no packet on a link may have';
  it.each([
    ['::1', R, link],
    ['ff02::1', R, link],
    [A, '::1', link],
    [A, '::', link],
    ['::', R, 'a packet from nobody'],
    ['::', B, 'a packet from nobody is not for other links'],
    [A, 'fe80::1', 'a link-local address is not for other links'],
    [A, 'ff02::9', 'a group that this interface has not joined'],
  ])('%s to %s', (from, to, reason) => {
    const run = made();
    // the card listens to the group's number anyway, as one that shares it with another group would
    if (to.startsWith('ff')) run.r.ip.nics[0]!.join(0x3333_0000_0009);
    inject(run.r, 'a', ping(from, to));
    run.world.kernel.run();
    expect(refusals(run, 'r')).toEqual([reason]);
    expect(errorsSent(run)).toEqual([]);
  });

  it('from beyond the scope of its source, a packet’s sender is told (RFC 4443 §3.1)', () => {
    const run = made();
    inject(run.r, 'a', ping('fe80::99', B));
    expect(errorsSent(run)).toEqual(['1/2 to fe80::99']);
  });

  it('a link-local address is that of one interface', () => {
    const run = made();
    const [left, right] = run.r.ip.nics.map(({ linkLocal }) => String(linkLocal));
    inject(run.r, 'a', ping('fe80::99', right!));
    expect(refusals(run, 'r')).toEqual(['a link-local address is not for other links']);
    inject(run.r, 'a', ping('fe80::99', left!));
    expect(refusals(run, 'r').length).toBe(1);
  });

  it('a machine that knows no IPv6 says so', () => {
    const world = new World();
    const network = new Network(world);
    const four = network.host('four');
    network.link([four, 'eth0', '10.0.0.1/24'], [network.host('other'), 'eth0', '10.0.0.2/24'], { delay: 0 });
    inject(four, 'eth0', ping(A, B));
    expect(refusals(four)).toEqual(['no IPv6 on this interface']);
  });

  it('groups take UDP and pings, no connections and nothing unknown', () => {
    const run = made();
    run.b.tcp.listen(80);
    const heard: string[] = [];
    run.b.udp.bind(9).onReceive = ({ bytes }) => heard.push(toLatin1(bytes));
    const ends = { from: A, to: 'ff02::1' };
    inject(run.b, 'eth0', packet(ends, udpBetween(ends, 5, 9, fromLatin1('all'))));
    inject(run.b, 'eth0', packet(ends, udpBetween(ends, 5, 10, fromLatin1('nobody'))));
    inject(run.b, 'eth0', packet(ends, new Uint8Array(20).fill(2), 6));
    inject(run.b, 'eth0', packet(ends, new Uint8Array(20), 200));
    inject(run.b, 'eth0', ping('fe80::5', 'ff02::1'));
    expect(heard).toEqual(['all']);
    expect(refusals(run, 'b')).toEqual(Array(2).fill('nothing but UDP is taken when it is for a group'));
    expect(errorsSent(run)).toEqual([]);
    expect([...run.world.trace.events(['nd.solicit'])].map(({ detail }) => detail!['address'])).toEqual([
      'fe80::5',
    ]);
    expect(() => run.a.tcp.open(ip6('ff02::1'), 80)).toThrow(
      expect.objectContaining({ code: 'ENETUNREACH' }),
    );
  });
});

describe('neighbour discovery', () => {
  const solicitation = (target: string, options: readonly number[] = []): Bytes => {
    const message = new Uint8Array(24 + options.length);
    message[0] = 135;
    message.set(packet({ from: target, to: target }, new Uint8Array(0)).subarray(8, 24), 8);
    message.set(options, 24);
    return message;
  };
  const card = [1, 1, 0, 0, 0x5e, 0, 0x53, 0x99];
  const ask = (from: string, to: string, ttl = 255, options: readonly number[] = card): Bytes =>
    icmp({ from, to, ttl }, solicitation(R, options));

  it.each([
    [
      'a hop limit that a router could have left',
      ask('fe80::9', R, 254),
      'neighbour discovery from beyond the link',
    ],
    ['a card of nobody', ask('::', 'ff02::1:ff00:1'), 'a card of somebody without an address'],
    [
      'from nobody to one machine',
      ask('::', R, 255, []),
      'a question from nobody, and not to the group of the address',
    ],
    ['an option of no length', ask('fe80::9', R, 255, [1, 0, 0, 0, 0, 0, 0, 0]), 'an option of no length'],
  ])('%s', (_, bytes, reason) => {
    const run = made();
    inject(run.r, 'a', bytes);
    run.world.kernel.run();
    expect(refusals(run, 'r').map((one) => one.slice(0, reason.length))).toEqual([reason]);
    expect([...run.world.trace.events(['frame.sent', 'nd.state'])]).toEqual([]);
  });

  it('in fragments is refused, even when it was only one (RFC 6980 §5)', () => {
    const run = made();
    const message = solicitation(R, card);
    const ends = { from: 'fe80::9', to: R, ttl: 255 };
    inject(run.r, 'a', icmp(ends, message, Uint8Array.of(58, 0, 0, 0, 0, 0, 0, 7), FRAGMENT));
    inject(
      run.r,
      'a',
      packet(ends, message.subarray(0, 16), FRAGMENT, Uint8Array.of(58, 0, 0, 1, 0, 0, 0, 8)),
    );
    inject(run.r, 'a', packet(ends, message.subarray(16), FRAGMENT, Uint8Array.of(58, 0, 0, 16, 0, 0, 0, 8)));
    expect(refusals(run, 'r')).toEqual(Array(2).fill('neighbour discovery in fragments'));
  });

  it('is answered when it is as it should be', () => {
    const run = made();
    inject(run.r, 'a', ask('fe80::9', 'ff02::1:ff00:1'));
    const [answer] = [...run.world.trace.events(['frame.sent'])];
    expect(answer?.node).toBe('r');
  });
});

describe('pieces through a packet filter', () => {
  const send = (run: Made, size: number): string[] => {
    const heard: string[] = [];
    run.b.udp.bind(9).onReceive = ({ bytes }) =>
      heard.push(`${bytes.length} ${bytes.every((one) => one === 7)}`);
    const socket = run.a.udp.bind();
    socket.onError = ({ code }) => heard.push(String(code));
    socket.send(ip6(B), 9, new Uint8Array(size).fill(7));
    run.world.kernel.run();
    return heard;
  };

  it('pass when the whole does, in pieces no larger than they came', () => {
    const run = made();
    run.network.filter(run.r, homeFirewall('b'));
    expect(send(run, 5000)).toEqual(['5000 true']);
    expect(compareTables(run.network, run.world.trace)).toEqual([]);
    const { trace } = run.world;
    const pieces = (node: string): Bytes[] =>
      [...trace.events(['frame.sent'])]
        .filter((event) => event.node === node && trace.frames.size(event.a) > 200)
        .map(({ a }) => trace.frames.read(a).subarray(14));
    const sizes = (node: string): number[] => pieces(node).map(({ length }) => length);
    expect(sizes('r')).toEqual(sizes('a'));
    expect(pieces('r').map((piece) => ipv6.get.hopLimit(piece, 0))).toEqual(sizes('r').map(() => 63));
  });

  it('do not when the filter wants none of it, and are told once', () => {
    const run = made();
    run.network.filter(run.r, {
      rules: [{ name: 'no UDP', when: { protocols: [17] }, action: 'reject' }],
      otherwise: { action: 'accept', name: 'rest' },
    });
    expect(send(run, 5000)).toEqual(['EACCES']);
    expect(errorsSent(run)).toEqual([`1/1 to ${A}`]);
  });

  it('and the next link must take them', () => {
    const run = made();
    run.network.filter(run.r, homeFirewall('b'));
    for (const nic of [run.r.ip.nics[1]!, run.b.ip.nics[0]!]) nic.mtu = 1300;
    expect(send(run, 5000)).toEqual(['undefined']);
    expect(errorsSent(run)).toEqual([`2/0 to ${A}`]);
    expect(run.a.ip.mtuFor(ip6(B))).toBe(1300);
    run.b.udp.clear();
    expect(send(run, 5000)).toEqual(['5000 true']);
  });
});

describe('errors', () => {
  it('go to one receiver six at once, then ten a second; about sizes as often as need be', () => {
    const run = made();
    for (const nic of [run.r.ip.nics[1]!, run.b.ip.nics[0]!]) nic.mtu = 1280;
    for (let i = 0; i < 10; i++) inject(run.r, 'a', ping(A, '2001:db8:9::9'));
    expect(errorsSent(run).length).toBe(6);
    for (let i = 0; i < 10; i++) inject(run.r, 'a', packet({ from: A, to: B }, new Uint8Array(1400)));
    expect(errorsSent(run).length).toBe(16);
    run.world.kernel.run({ until: 350 * MILLISECOND });
    for (let i = 0; i < 10; i++) inject(run.r, 'a', ping(A, '2001:db8:9::9'));
    expect(errorsSent(run).length).toBe(19);
  });

  it('come from the interface where the packet came in, when that knows an address that will do', () => {
    const run = made();
    const sources: unknown[] = [];
    const socket = run.a.icmp.open(6);
    socket.onError = ({ report }) => sources.push(report.from);
    socket.send(ip6('2001:db8:9::9'), 1, new Uint8Array(8));
    socket.send(ip6(B), 2, new Uint8Array(8), { hopLimit: 1 });
    run.world.kernel.run();
    expect(sources).toEqual([R, R]);
  });
});

describe('several links', () => {
  it('an answer to a link-local neighbour leaves by the link that it is on', () => {
    const world = new World();
    const network = new Network(world);
    const server = network.host('server');
    const [left, right] = [network.host('left'), network.host('right')];
    network.link([server, 'eth0', '2001:db8:1::1/64'], [left, 'eth0', '2001:db8:1::2/64'], { delay: 0 });
    network.link([server, 'eth1', '2001:db8:2::1/64'], [right, 'eth0', '2001:db8:2::2/64'], { delay: 0 });
    runUdpEcho(server, 7);
    server.tcp.listen(80);
    const [, second] = server.ip.nics;
    const heard: string[] = [];
    const socket = right.udp.bind();
    socket.onReceive = ({ bytes, from }) => heard.push(`${toLatin1(bytes)} from ${from}`);
    socket.send(second!.linkLocal!, 7, fromLatin1('echo'));
    const connection = right.tcp.open(second!.linkLocal!, 80);
    world.kernel.run({ until: 10 * SECOND });
    expect(heard).toEqual([`echo from ${second!.linkLocal}`]);
    expect(connection.isEstablished).toBe(true);
  });
});

describe('routers that fall silent', () => {
  /** A laptop that two routers advertise to; both lead to the web. */
  function twoRouters(): { world: World; network: Network; laptop: Host; send: () => void; heard: string[] } {
    const world = new World();
    const network = new Network(world);
    const lan = network.switch('lan');
    const laptop = network.host('laptop');
    const [first, second] = [network.router('first'), network.router('second')];
    const web = network.host('web');
    const link = { delay: MILLISECOND };
    const far = network.switch('far');
    network.link([laptop, 'eth0'], [lan, '1'], link);
    network.link([first, 'lan', '2001:db8:1::1/64'], [lan, '2'], link);
    network.link([second, 'lan', '2001:db8:1::2/64'], [lan, '3'], link);
    network.link([first, 'far', '2001:db8:2::1/64'], [far, '1'], link);
    network.link([second, 'far', '2001:db8:2::3/64'], [far, '2'], link);
    network.link([web, 'eth0', `${B}/64`], [far, '3'], link);
    network.route(web, '2001:db8:1::/64', '2001:db8:2::3');
    const prefixes = [plainPrefix(ip6('2001:db8:1::'))];
    network.advertise(first, 'lan', { prefixes, preference: 'high' });
    network.advertise(second, 'lan', { prefixes });
    network.autoconfigure(laptop, 'eth0');
    const heard: string[] = [];
    const socket = laptop.icmp.open(6);
    socket.onReply = ({ sequence }) => heard.push(`${sequence}`);
    socket.onError = ({ sequence, report }) => heard.push(`${sequence} ${report.kind}`);
    let sequence = 0;
    return {
      world,
      network,
      laptop,
      heard,
      send: () => void socket.send(ip6(B), ++sequence, new Uint8Array(8)),
    };
  }

  it('are passed over once nobody answers for them, and come back when they are heard', () => {
    const { world, network, laptop, send, heard } = twoRouters();
    const gateway = (): unknown => laptop.ip.v6.routeFor(ip6(B))?.gateway;
    world.kernel.run({ until: 10 * SECOND });
    const [high, medium] = ['first', 'second'].map(
      (name) => (network.machine(name) as Host).ip.nics[0]!.linkLocal!,
    );
    expect(gateway()).toBe(high);
    send();
    world.kernel.run({ until: 11 * SECOND });
    world.input(12 * SECOND, 'off', { machine: 'first' });
    for (let second = 60; second < 75; second++) world.kernel.call(second * SECOND, send);
    world.kernel.run({ until: 90 * SECOND });
    expect(gateway()).toBe(medium);
    // five seconds of patience, three probes; what was on its way is lost
    expect(heard[0]).toBe('1');
    expect(heard).toContain('16');
    expect(heard.filter((one) => /^\d+$/.test(one)).length).toBeGreaterThanOrEqual(7);
    expect(compareTables(network, world.trace)).toEqual([]);
    // it is back, and shows itself
    world.input(100 * SECOND, 'restart', { machine: 'first' });
    world.kernel.run({ until: 140 * SECOND });
    expect(gateway()).toBe(high);
  });

  it('and while all are silent the best is asked for', () => {
    const { world, send, heard, laptop } = twoRouters();
    world.kernel.run({ until: 10 * SECOND });
    for (const machine of ['first', 'second']) world.input(12 * SECOND, 'off', { machine });
    for (let second = 60; second < 90; second += 5) world.kernel.call(second * SECOND, send);
    world.kernel.run();
    expect(heard.every((one) => one.endsWith('host-unreachable'))).toBe(true);
    expect(laptop.ip.v6.routeFor(ip6(B))?.metric).toBe(512);
  });
});

describe('whatever arrives', () => {
  it('nothing breaks, and no frame is kept', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 120 });
    const address = fc.constantFrom(
      A,
      B,
      R,
      '2001:db8:2::1',
      '2001:db8:9::9',
      '::',
      'ff02::1',
      'ff02::2',
      'fe80::7',
    );
    const shaped = fc
      .record({
        from: address,
        to: address,
        payload: bytes,
        ttl: fc.constantFrom(0, 1, 2, 255),
        next: fc.constantFrom(0, 6, 17, 43, 44, 58, 60, 200),
      })
      .map(({ from, to, payload, ttl, next }) => packet({ from, to, ttl }, payload, next));
    const sound = fc
      .record({
        from: address,
        to: address,
        type: fc.constantFrom(1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 137),
        rest: bytes,
      })
      .map(({ from, to, type, rest }) =>
        icmp({ from, to, ttl: 255 }, Uint8Array.from([type, 0, 0, 0, ...rest])),
      );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(shaped, sound), fc.boolean()), { maxLength: 30 }),
        (arrivals) => {
          const run = made({ level: 'off' });
          run.network.filter(run.r, homeFirewall('b'));
          run.network.autoconfigure(run.a, 'eth0');
          for (const [one, isInside] of arrivals) {
            inject(run.r, isInside ? 'a' : 'b', one);
            inject(run.a, 'eth0', one);
          }
          run.world.kernel.run({ maxEvents: 100_000 });
          expect(run.world.trace.frames.held).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

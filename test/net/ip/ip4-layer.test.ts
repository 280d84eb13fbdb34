/** IPv4 on a machine, where senders are odd, links small and routers silent. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1, readU16, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { homeFirewall } from '../../../src/engine/net/filter/home-firewall.ts';
import type { Host, Router } from '../../../src/engine/net/host.ts';
import type { NatOptions } from '../../../src/engine/net/nat/nat.ts';
import { Network } from '../../../src/engine/net/network.ts';
import type { UdpError } from '../../../src/engine/net/transport/udp-stack.ts';
import { World, type WorldOptions } from '../../../src/engine/sim/world.ts';
import { encodeEcho, encodeIcmpError } from '../../../src/engine/wire/icmp.ts';
import { ipv4 } from '../../../src/engine/wire/ipv4.ts';
import { datagram, errorsSent, inject, refusals, udpBetween } from '../inject.ts';

interface Made {
  readonly world: World;
  readonly network: Network;
  readonly a: Host;
  readonly r: Router;
  readonly b: Host;
}

/** a (10.1.0.2) – r – b (10.2.0.2); r has nothing of its own to say but what a router says. */
function made(options: WorldOptions = {}, mtu = 1500): Made {
  const world = new World(options);
  const network = new Network(world);
  const a = network.host('a');
  const r = network.router('r');
  const b = network.host('b');
  const link = { delay: MILLISECOND };
  network.link([a, 'eth0', '10.1.0.2/24'], [r, 'a', '10.1.0.1/24'], link);
  const small = network.link([r, 'b', '10.2.0.1/24'], [b, 'eth0', '10.2.0.2/24'], link);
  network.route(a, 'default', '10.1.0.1');
  network.route(b, 'default', '10.2.0.1');
  small.a.mtu = mtu;
  small.b.mtu = mtu;
  return { world, network, a, r, b };
}

const PING = encodeEcho(8, 1, 1, fromLatin1('12345678'));
const ping = (from: string, to: string, fields = {}) =>
  datagram({ from, to }, PING, { protocol: 1, ...fields });

/** The datagrams that arrived at a machine. */
function arrived({ world }: Made, node: string): Uint8Array[] {
  return [...world.trace.events(['frame.delivered'])]
    .filter((event) => event.node === node)
    .map(({ a }) => world.trace.frames.read(a).subarray(14))
    .filter((bytes) => bytes[0]! >> 4 === 4);
}

describe('addresses that no datagram on a link may have', () => {
  const nobody = 'a source address that nobody has';
  const many = 'a source address that no single machine has';
  const loop = 'a loopback address on a link';
  it.each([
    ['127.0.0.1', '10.1.0.1', loop],
    ['10.1.0.2', '127.0.0.1', loop],
    ['0.0.0.0', '10.1.0.1', nobody],
    ['0.1.2.3', '255.255.255.255', nobody],
    ['224.0.0.5', '10.1.0.1', many],
    ['240.0.0.1', '10.1.0.1', many],
    ['255.255.255.255', '10.1.0.1', many],
    ['10.1.0.255', '10.1.0.1', many],
    ['10.2.0.255', '10.1.0.1', many],
    ['10.1.0.2', '0.0.0.0', 'a destination that nobody has'],
    ['10.1.0.2', '224.0.0.5', 'a group, and this machine joins none'],
    ['10.1.0.2', '240.0.0.1', 'a group, and this machine joins none'],
    ['10.1.0.1', '10.2.0.2', 'it claims to come from this machine'],
    ['10.2.0.1', '10.1.0.1', 'it claims to come from this machine'],
  ])('%s to %s', (from, to, reason) => {
    const run = made();
    inject(run.r, 'a', ping(from, to));
    run.world.kernel.run();
    expect(refusals(run, 'r')).toEqual([reason]);
    expect([...run.world.trace.events(['frame.sent', 'icmp.error'])]).toEqual([]);
  });

  it('but who has no address yet may speak to everybody', () => {
    const run = made();
    const heard: unknown[] = [];
    run.r.udp.bind(67).onReceive = ({ from, to }) => heard.push([from, to]);
    const ends = { from: '0.0.0.0', to: '255.255.255.255' };
    inject(run.r, 'a', datagram(ends, udpBetween(ends, 68, 67, fromLatin1('discover'))), true);
    expect(heard).toEqual([[0, 0xffff_ffff]]);
  });
});

describe('addresses of one link', () => {
  it('169.254/16 is good between neighbours, and never forwarded', () => {
    const world = new World();
    const network = new Network(world);
    const [one, other] = [network.host('one'), network.host('other')];
    const r = network.router('r');
    const lan = network.switch('lan');
    const link = { delay: MILLISECOND };
    network.link([one, 'eth0', '169.254.1.1/16'], [lan, '1'], link);
    network.link([other, 'eth0', '169.254.1.2/16'], [lan, '2'], link);
    network.link([r, 'lan', '169.254.9.9/16'], [lan, '3'], link);
    network.link([r, 'wan', '10.2.0.1/24'], [network.host('b'), 'eth0', '10.2.0.2/24'], link);
    network.route(one, 'default', '169.254.9.9');
    const socket = one.icmp.open(4);
    const from: number[] = [];
    socket.onReply = (reply) => from.push(reply.from as number);
    socket.send(parseIp4('169.254.1.2'), 1, new Uint8Array(8));
    socket.send(parseIp4('10.2.0.2'), 2, new Uint8Array(8));
    world.kernel.run();
    expect(from).toEqual([parseIp4('169.254.1.2')]);
    expect(refusals({ world }, 'r')).toEqual(['a link-local address is not for other links']);
    expect(errorsSent({ world })).toEqual([]);
    inject(r, 'wan', ping('10.2.0.2', '169.254.1.1'));
    expect(refusals({ world }, 'r').length).toBe(2);
  });

  it('a broadcast for another network stops at the router, in silence (RFC 2644)', () => {
    const run = made();
    inject(run.r, 'a', ping('10.1.0.2', '10.2.0.255'));
    run.world.kernel.run();
    expect(refusals(run, 'r')).toEqual(['a broadcast is not for other networks']);
    expect(errorsSent(run)).toEqual([]);
  });
});

describe('what is for everybody', () => {
  it.each(['10.1.0.255', '255.255.255.255'])('%s: UDP is taken; pings and connections are not', (to) => {
    const run = made();
    const heard: string[] = [];
    run.r.udp.bind(9).onReceive = ({ bytes }) => heard.push(String.fromCharCode(...bytes));
    run.r.tcp.listen(80);
    const ends = { from: '10.1.0.2', to };
    inject(run.r, 'a', datagram(ends, udpBetween(ends, 5, 9, fromLatin1('all'))), true);
    inject(run.r, 'a', ping('10.1.0.2', to), true);
    inject(run.r, 'a', datagram(ends, new Uint8Array(20).fill(2), { protocol: 6 }), true);
    run.world.kernel.run();
    expect(heard).toEqual(['all']);
    const reason = 'nothing but UDP is taken when it is for everybody';
    expect(refusals(run, 'r')).toEqual([reason, reason]);
    expect(run.r.tcp.sockets()).toEqual([]);
  });

  it('nobody here asked to speak to everybody, so the system says no', () => {
    const { a } = made();
    const socket = a.udp.bind();
    for (const to of ['10.1.0.255', '255.255.255.255'])
      expect(socket.send(parseIp4(to), 9, new Uint8Array(1)), to).toBe('EACCES');
    expect(socket.send(parseIp4('224.0.0.5'), 9, new Uint8Array(1))).toBe('ENETUNREACH');
    for (const to of ['10.1.0.255', '255.255.255.255', '224.0.0.5'])
      expect(() => a.tcp.open(parseIp4(to), 80), to).toThrow(
        expect.objectContaining({ code: 'ENETUNREACH' }),
      );
  });
});

describe('answers to pings', () => {
  it('carry the traffic class of the question, and routers may cut them, as on Linux', () => {
    const run = made();
    inject(run.b, 'eth0', ping('10.2.0.1', '10.2.0.2', { tos: 0x10 }));
    run.world.kernel.run();
    const [answer] = arrived(run, 'r');
    expect([answer![1], ipv4.get.flags(answer!, 0)]).toEqual([0x10, 0]);
  });
});

describe('ICMP errors', () => {
  it('take precedence before other traffic (RFC 1812 §4.3.2.5)', () => {
    const run = made();
    inject(run.r, 'a', ping('10.1.0.2', '10.9.9.9', { tos: 0x10 }));
    run.world.kernel.run();
    const [error] = arrived(run, 'a');
    expect([error![1], ipv4.get.flags(error!, 0), ipv4.get.source(error!, 0)]).toEqual([
      0xd0,
      0,
      parseIp4('10.1.0.1'),
    ]);
  });

  it('about what came to an address of ours come from that address', () => {
    const run = made();
    run.network.dummy(run.b, '192.0.2.80/32');
    const ends = { from: '10.2.0.1', to: '192.0.2.80' };
    inject(run.b, 'eth0', datagram(ends, udpBetween(ends, 5, 9, fromLatin1('?'))));
    run.world.kernel.run();
    const [error] = arrived(run, 'r');
    expect(ipv4.get.source(error!, 0)).toBe(parseIp4('192.0.2.80'));
  });

  it('go to one receiver six at once and then one a second, but about sizes as often as need be', () => {
    const run = made({}, 1000);
    const burst = (bytes: Uint8Array): void => {
      for (let i = 0; i < 10; i++) inject(run.r, 'a', bytes);
    };
    burst(ping('10.1.0.2', '10.9.9.9'));
    expect([errorsSent(run).length, errorsSent(run, 'icmp.limited').length]).toEqual([6, 4]);
    // another receiver has a bucket of its own
    inject(run.r, 'b', ping('10.2.0.2', '10.9.9.9'));
    expect(errorsSent(run).length).toBe(7);
    run.world.kernel.run({ until: 3 * SECOND + 1 });
    burst(ping('10.1.0.2', '10.9.9.9'));
    expect(errorsSent(run).length).toBe(7 + 3);
    burst(datagram({ from: '10.1.0.2', to: '10.2.0.2' }, new Uint8Array(1200), { flags: 2 }));
    expect(errorsSent(run).length).toBe(7 + 3 + 10);
    run.world.kernel.run();
    // answers are no errors
    burst(ping('10.1.0.2', '10.1.0.1'));
    const before = arrived(run, 'a').length;
    run.world.kernel.run();
    expect(arrived(run, 'a').length - before).toBe(10);
  });

  it('are the cause of the message, and the message of what its receiver does', () => {
    const run = made();
    const socket = run.a.udp.bind();
    let heard = -1;
    socket.onError = () => {
      heard = run.world.trace.cause;
    };
    socket.send(parseIp4('10.9.9.9'), 9, new Uint8Array(4));
    run.world.kernel.run();
    const { trace } = run.world;
    const kinds = (id: number): string[] =>
      id < 0 ? [] : [...kinds(trace.causeOf(id)), trace.event(id).kind];
    expect(kinds(heard).slice(-5)).toEqual([
      'frame.sent',
      'frame.delivered',
      'icmp.error',
      'frame.sent',
      'frame.delivered',
    ]);
  });

  it('about what another machine sent are not believed', () => {
    const run = made();
    const socket = run.a.udp.bind();
    const errors: UdpError[] = [];
    socket.onError = (error) => errors.push(error);
    const tell = (from: string): void => {
      const ends = { from, to: '10.2.0.2' };
      const quoted = datagram(ends, udpBetween(ends, socket.port, 9, fromLatin1('12345678')));
      const message = encodeIcmpError(3, 3, 0, quoted, 0, quoted.length);
      inject(run.a, 'eth0', datagram({ from: '10.2.0.2', to: '10.1.0.2' }, message, { protocol: 1 }));
    };
    tell('10.1.0.77');
    expect(errors).toEqual([]);
    expect(refusals(run)).toEqual(['an ICMP error about what another machine sent']);
    tell('10.1.0.2');
    expect(errors.map(({ code }) => code)).toEqual(['ECONNREFUSED']);
  });

  it('are of no use for routes that are not there: the time to live is looked at afterwards', () => {
    for (const [to, sent] of [
      ['10.9.9.9', ['3/0 to 10.1.0.2']],
      ['10.2.0.9', ['11/0 to 10.1.0.2']],
    ] as const) {
      const run = made();
      inject(run.r, 'a', datagram({ from: '10.1.0.2', to, ttl: 1 }, PING, { protocol: 1 }));
      run.world.kernel.run();
      expect(errorsSent(run)).toEqual(sent);
    }
    const run = made();
    run.network.noRoute(run.r, '10.9.0.0/16');
    inject(run.r, 'a', datagram({ from: '10.1.0.2', to: '10.9.9.9', ttl: 1 }, PING, { protocol: 1 }));
    expect([refusals(run), errorsSent(run)]).toEqual([['a blackhole route'], []]);
  });
});

describe('fragments', () => {
  const piece = (identification: number, flags: number, fragmentOffset: number, to = '10.2.0.2') =>
    datagram({ from: '10.2.0.1', to }, new Uint8Array(16), { identification, flags, fragmentOffset });

  it('whose others never come: each sender is told because of its own first piece', () => {
    const run = made();
    const { trace, kernel } = run.world;
    for (const [time, id] of [
      [0, 7],
      [SECOND, 8],
    ] as const)
      kernel.call(time, () => {
        trace.cause = trace.recordDetail(kernel.now, trace.kind('test.begun'), 0, { id });
        inject(run.b, 'eth0', piece(id, 1, 0));
      });
    kernel.run();
    const failed = [...trace.events(['ip.reassembly-fail'])];
    const roots = failed.map(({ cause }) => trace.detailOf(cause)?.['id']);
    expect(failed.map(({ time }) => time)).toEqual([30 * SECOND, 31 * SECOND]);
    expect(roots).toEqual([7, 8]);
    expect(errorsSent(run)).toEqual(['11/1 to 10.2.0.1', '11/1 to 10.2.0.1']);
    expect([...trace.events(['icmp.error'])].map(({ cause }) => cause)).toEqual(failed.map(({ id }) => id));
  });

  it('of our own that find no neighbour are one piece of news', () => {
    const run = made();
    const socket = run.a.udp.bind();
    const errors: UdpError[] = [];
    socket.onError = (error) => errors.push(error);
    socket.send(parseIp4('10.1.0.99'), 4711, new Uint8Array(5000).fill(0xab));
    run.world.kernel.run();
    expect(errors.map(({ port, code }) => [port, code])).toEqual([[4711, 'EHOSTUNREACH']]);
  });

  it('of what a translator let out, and that find no neighbour, are told to who sent it', () => {
    const run = translating();
    const socket = run.a.udp.bind(5000);
    const errors: unknown[] = [];
    socket.onError = ({ code, report }) => errors.push([code, report.from]);
    socket.send(parseIp4('10.2.0.99'), 9, new Uint8Array(4000));
    run.world.kernel.run();
    expect(errors).toEqual([['EHOSTUNREACH', parseIp4('10.1.0.1')]]);
  });

  it('go without Don’t Fragment where a path is below our lower limit, TCP’s too', () => {
    const run = made();
    const far = run.network.host('far');
    const s = run.network.router('s');
    const small = run.network.link([run.r, 's', '10.3.0.1/24'], [s, 'r', '10.3.0.2/24'], { delay: 0 });
    run.network.link([s, 'far', '10.4.0.1/24'], [far, 'eth0', '10.4.0.2/24'], { delay: 0 });
    run.network.route(run.r, '10.4.0.0/24', '10.3.0.2');
    for (const [machine, via] of [
      [far, '10.4.0.1'],
      [s, '10.3.0.1'],
    ] as const)
      run.network.route(machine, 'default', via);
    for (const nic of [small.a, small.b]) nic.mtu = 296;
    const listener = far.tcp.listen(80);
    let got = 0;
    far.run(
      'server',
      (function* () {
        const socket = yield* listener.accept();
        socket.onChange = () => {
          got += socket.read().length;
        };
      })(),
    );
    const socket = run.a.tcp.open(parseIp4('10.4.0.2'), 80);
    socket.write(new Uint8Array(5000));
    run.world.kernel.run({ until: 20 * SECOND });
    expect(run.a.ip.pathMtu.isLocked(parseIp4('10.4.0.2'), run.world.now)).toBe(true);
    expect(got).toBe(5000);
  });
});

/** {@link made} with translation towards b. */
function translating(options: NatOptions = {}, world: WorldOptions = {}): Made {
  const run = made(world);
  run.network.nat(run.r, 'b', options);
  return run;
}

describe('translation', () => {
  it('an address of the pool that nothing maps is nobody’s', () => {
    const run = translating({ addresses: [parseIp4('10.2.0.50')] });
    inject(run.r, 'b', ping('10.2.0.2', '10.2.0.50'));
    const ends = { from: '10.2.0.2', to: '10.2.0.50' };
    inject(run.r, 'b', datagram(ends, udpBetween(ends, 5, 9, fromLatin1('?'))));
    run.world.kernel.run();
    expect(refusals(run, 'r')).toEqual(Array(2).fill('nothing maps this address and port'));
    expect(errorsSent(run)).toEqual([]);
    // and what it maps is translated for its owner
    run.network.route(run.b, '10.2.0.50/32', '10.2.0.1');
    const server = run.b.udp.bind(9);
    server.onReceive = ({ from, port, bytes }) => server.send(from, port, bytes);
    const socket = run.a.udp.bind(5000);
    const heard: string[] = [];
    socket.onReceive = ({ bytes }) => heard.push(toLatin1(bytes));
    socket.send(parseIp4('10.2.0.2'), 9, fromLatin1('there and back'));
    run.world.kernel.run();
    expect(heard).toEqual(['there and back']);
  });

  it('programs of the router itself keep off the ports and identifiers that it has given away', () => {
    const run = translating();
    run.a.udp.bind(49_152).send(parseIp4('10.2.0.2'), 9, new Uint8Array(1));
    run.world.kernel.run({ until: SECOND });
    // every ephemeral port but one
    for (let port = 49_153; port < 65_535; port++)
      run.a.udp.bind(port).send(parseIp4('10.2.0.2'), 9, new Uint8Array(1));
    run.world.kernel.run({ until: 2 * SECOND });
    expect(run.r.udp.bind().port).toBe(65_535);
    expect(() => run.r.udp.bind()).toThrow(/taken/);
  });

  it('pings of the router and of the inside never share an identifier', () => {
    const run = translating();
    const inside = Array.from({ length: 300 }, () => run.a.icmp.open(4));
    for (const socket of inside) socket.send(parseIp4('10.2.0.2'), 1, new Uint8Array(8));
    run.world.kernel.run({ until: 100 * MILLISECOND });
    const own = Array.from({ length: 700 }, () => run.r.icmp.open(4).identifier);
    const nat = run.r.ip.nat!;
    expect(own.some((one) => nat.isMapped(1, parseIp4('10.2.0.1'), one))).toBe(false);
    // the other way round: what the router has taken is not given away
    for (const id of own) expect(run.r.isBound(1, id)).toBe(true);
    expect(run.r.isBound(1, own[0]!) && run.r.isBound(47, own[0]!)).toBe(false);
  });

  it('says when it is full, or keeps silent', () => {
    for (const [saysWhenFull, sent] of [
      [undefined, ['3/13 to 10.1.0.2']],
      [false, []],
    ] as const) {
      const run = translating({
        ports: { first: 40_001, last: 40_001 },
        ...(saysWhenFull === false && { saysWhenFull }),
      });
      const socket = run.a.udp.bind();
      socket.send(parseIp4('10.2.0.2'), 9, new Uint8Array(1));
      run.a.udp.bind().send(parseIp4('10.2.0.2'), 9, new Uint8Array(1));
      run.world.kernel.run({ until: SECOND });
      expect(errorsSent(run).filter((one) => one.startsWith('3/13'))).toEqual(sent);
    }
  });
});

describe('a filter on the machine itself', () => {
  it('is told to the program whose datagram it drops, whole or cut', () => {
    const { network, a } = made();
    const rules = [{ name: 'not there', when: { chains: ['output'] as const }, action: 'drop' as const }];
    network.filter(a, { rules, otherwise: { action: 'accept', name: 'rest' } });
    const socket = a.udp.bind();
    for (const size of [10, 4000])
      expect(socket.send(parseIp4('10.2.0.2'), 9, new Uint8Array(size))).toBe('EPERM');
    expect(refusals(a)).toEqual(['packet filter: not there']);
  });
});

describe('whatever arrives', () => {
  it('nothing breaks, and no frame is kept', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 120 });
    const address = fc.constantFrom(
      '10.1.0.2',
      '10.2.0.2',
      '10.1.0.1',
      '10.2.0.1',
      '10.9.9.9',
      '0.0.0.0',
      '255.255.255.255',
    );
    const shaped = fc
      .record({
        from: address,
        to: address,
        payload: bytes,
        ttl: fc.nat(3),
        protocol: fc.constantFrom(1, 6, 17, 47),
        flags: fc.nat(3),
        fragmentOffset: fc.constantFrom(0, 0, 1, 2, 8191),
      })
      .map(({ from, to, payload, ttl, ...fields }) => datagram({ from, to, ttl }, payload, fields));
    const any = fc.oneof(
      bytes.map((some) => Uint8Array.from([0x45, ...some])),
      shaped,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(any, fc.boolean(), fc.boolean()), { maxLength: 30 }), (arrivals) => {
        const run = translating({}, { level: 'off' });
        run.network.filter(run.r, homeFirewall('b'));
        for (const [datagramBytes, isInside, isForAll] of arrivals)
          inject(run.r, isInside ? 'a' : 'b', datagramBytes, isForAll);
        run.world.kernel.run({ maxEvents: 100_000 });
        expect(run.world.trace.frames.held).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('a first byte of another version in an IPv4 frame is refused', () => {
    const run = made();
    const bytes = ping('10.1.0.2', '10.1.0.1');
    expect(readU16(bytes, 0) >>> 12).toBe(4);
    bytes[0] = 0x55;
    const { frames } = run.world.trace;
    const frame = frames.alloc(14 + bytes.length);
    frames
      .slab(frame)
      .set([0, 0, 0x5e, 0, 0x53, 2, 0, 0, 0x5e, 0, 0x53, 1, 8, 0, ...bytes], frames.at(frame));
    run.r.ip.nics[0]!.receive(frame);
    frames.release(frame);
    expect(refusals(run, 'r')).toEqual(['version 5 in an IPv4 header']);
  });
});

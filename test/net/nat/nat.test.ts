import { describe, expect, it } from 'vitest';
import { formatIp4, parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { formatEndpoint, formatIp, type Ip } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../../src/engine/base/units.ts';
import { readPackets } from '../../../src/engine/inspect/packets.ts';
import { flipNth } from '../../../src/engine/net/link/fault.ts';
import type { NatOptions } from '../../../src/engine/net/nat/nat.ts';
import type { Datagram } from '../../../src/engine/net/transport/udp-stack.ts';
import { checksumFault, decodeFrame, layersOf } from '../../../src/engine/wire/frame.ts';
import { encodeIcmpError } from '../../../src/engine/wire/icmp.ts';
import { fixIpv4Checksum } from '../../../src/engine/wire/ipv4.ts';
import {
  DNS,
  fetchPage,
  type Home,
  OUTSIDE,
  PAGE,
  ping,
  servePage,
  home as smallHome,
  WEB,
} from '../small-world.ts';

const text = ({ bytes }: Datagram): string => toLatin1(bytes);
const rows = (run: Home) => [...run.home.ip.nat!.rows().values()];

/** A home whose router hands out one port after the other, so that they are easy to name. */
function home(options: NatOptions = {}): Home {
  const run = smallHome();
  run.network.nat(run.home, 'wan', {
    assignment: 'sequential',
    ports: { first: 40_001, last: 65_535 },
    ...options,
  });
  return run;
}

/** An echo server for UDP, which notes from where it was asked. */
function echo(run: Home, host = run.web, port = 7): string[] {
  const callers: string[] = [];
  const socket = host.udp.bind(port);
  socket.onReceive = ({ from, port: theirs, bytes }) => {
    callers.push(formatEndpoint(from, theirs));
    socket.send(from, theirs, bytes);
  };
  return callers;
}

describe('mapping', () => {
  it('hides the inside behind one address, and brings answers back', () => {
    const run = home();
    const callers = echo(run);
    const answers: string[] = [];
    for (const host of [run.laptop, run.phone]) {
      const socket = host.udp.bind(50_000);
      socket.onReceive = (datagram) =>
        answers.push(`${host.name} ${text(datagram)} from ${formatEndpoint(datagram.from, datagram.port)}`);
      socket.send(WEB, 7, fromLatin1(host.name));
    }
    run.world.kernel.run();
    expect(callers).toEqual([`${OUTSIDE}:40001`, `${OUTSIDE}:40002`]);
    expect(answers).toEqual(['laptop laptop from 203.0.113.80:7', 'phone phone from 203.0.113.80:7']);
    expect(rows(run)[0]).toEqual({
      protocol: 'UDP',
      inside: '192.168.1.23:50000',
      outside: `${OUTSIDE}:40001`,
      remote: '203.0.113.80:7',
      state: 'answered',
      timeout: 5 * MINUTE,
      expires: expect.any(Number),
    });
  });

  it('is independent of whom the inside speaks to: one inside port, one outside port (RFC 4787 REQ-1)', () => {
    const run = home();
    const callers = [echo(run), echo(run, run.dns), echo(run, run.web, 8)];
    const socket = run.laptop.udp.bind();
    socket.send(WEB, 7, fromLatin1('a'));
    socket.send(DNS, 7, fromLatin1('b'));
    socket.send(WEB, 8, fromLatin1('c'));
    run.laptop.udp.bind().send(WEB, 7, fromLatin1('d'));
    run.world.kernel.run();
    expect(callers).toEqual([
      [`${OUTSIDE}:40001`, `${OUTSIDE}:40002`],
      [`${OUTSIDE}:40001`],
      [`${OUTSIDE}:40001`],
    ]);
    expect(rows(run).length).toBe(4);
  });

  it('keeps two pings with one identifier apart', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80', 1);
    ping(run.phone, '203.0.113.80', 2);
    run.world.kernel.run();
    const packets = readPackets(run.world.trace, run.network.channels);
    expect(
      packets
        .filter(({ maker, outcome }) => maker === 'web' && outcome === 'delivered')
        .map(({ last }) => last),
    ).toEqual(['isp', 'laptop', 'phone']);
    expect(rows(run).map(({ outside, remote }) => [outside, remote])).toEqual([
      [`${OUTSIDE}:40001`, '203.0.113.80'],
      [`${OUTSIDE}:40002`, '203.0.113.80'],
    ]);
  });

  it('carries TCP, and follows its states', () => {
    const run = home();
    servePage(run.web);
    const fetching = run.laptop.run('fetch', fetchPage(run.laptop));
    run.world.kernel.run({ until: SECOND });
    expect(fetching.result).toBe(PAGE);
    const states = [...run.world.trace.events(['nat.open', 'nat.state'])].map(
      ({ detail }) => detail!['state'],
    );
    expect(states).toEqual(['opening', 'established', 'closing']);
  });

  it('follows a new connection on the ports of one that has closed', () => {
    const run = home();
    const { world, laptop, web } = run;
    const listener = web.tcp.listen(80);
    const twice = [1, 2].map((round) => () => {
      const socket = laptop.tcp.open(WEB, 80, {}, 50_000);
      socket.onChange = () => {
        if (round === 1 && socket.ended) socket.end();
      };
    });
    world.kernel.call(0, twice[0]!);
    // the server closes first, so that the laptop may use its port again at once
    world.kernel.call(SECOND, () => listener.queue[0]!.end());
    world.kernel.run({ until: 2 * SECOND });
    expect(rows(run).map(({ state }) => state)).toEqual(['closing']);
    world.kernel.call(3 * SECOND, twice[1]!);
    world.kernel.run({ until: 4 * SECOND });
    expect(rows(run).map(({ state }) => state)).toEqual(['established']);
  });

  it('counts a reset', () => {
    const run = home();
    const failing = run.laptop.run('fetch', fetchPage(run.laptop, 81));
    run.world.kernel.run({ until: SECOND });
    expect(failing.state).toBe('failed');
    expect(rows(run).map(({ state }) => state)).toEqual(['reset']);
  });

  it('lets go of everything with a restart', () => {
    const run = home();
    const callers = echo(run);
    const socket = run.laptop.udp.bind();
    const answers: string[] = [];
    socket.onReceive = (datagram) => answers.push(text(datagram));
    socket.send(WEB, 7, fromLatin1('a'));
    run.world.kernel.run();
    run.world.input(run.world.now + 1, 'restart', { machine: 'home' });
    run.world.kernel.run();
    expect(rows(run)).toEqual([]);
    socket.send(WEB, 7, fromLatin1('b'));
    run.world.kernel.run();
    expect(callers).toEqual([`${OUTSIDE}:40001`, `${OUTSIDE}:40002`]);
    expect(answers).toEqual(['a', 'b']);
  });
});

describe('filtering', () => {
  /** The laptop has written to the web server from 40001; then `from` sends to that port. */
  function knock(from: (run: Home) => void): { answers: string[]; run: Home } {
    const run = home();
    const answers: string[] = [];
    const socket = run.laptop.udp.bind();
    socket.onReceive = (datagram) => answers.push(text(datagram));
    run.web.udp.bind(7);
    socket.send(WEB, 7, fromLatin1('hello'));
    run.world.kernel.run();
    from(run);
    run.world.kernel.run();
    return { answers, run };
  }
  const outside = parseIp4(OUTSIDE);

  it('lets in only whom the inside has written to, by address and port', () => {
    const other = knock((run) => run.dns.udp.bind(7).send(outside, 40_001, fromLatin1('from elsewhere')));
    expect(other.answers).toEqual([]);
    const otherPort = knock((run) =>
      run.web.udp.bind(8).send(outside, 40_001, fromLatin1('from another port')),
    );
    expect(otherPort.answers).toEqual([]);
    const strangers = [other, otherPort].map(
      ({ run }) => readPackets(run.world.trace, run.network.channels).at(-1)!,
    );
    expect(strangers.map(({ last, outcome, reason }) => [last, outcome, reason])).toEqual(
      Array(2).fill(['home', 'refused', 'nobody inside has written to this address and port']),
    );
  });

  it('leaves to the router itself what nothing maps: without a packet filter it answers, as any machine', () => {
    const refusals: unknown[] = [];
    const { run } = knock((one) => {
      const socket = one.web.udp.bind(9);
      socket.onError = ({ port, code, report }) => refusals.push([port, code, formatIp(report.from)]);
      socket.send(outside, 40_002, fromLatin1('to nobody'));
      one.web.tcp.open(outside, 80);
    });
    expect(refusals).toEqual([[40_002, 'ECONNREFUSED', OUTSIDE]]);
    const last = readPackets(run.world.trace, run.network.channels).at(-1)!;
    expect([last.maker, last.last]).toEqual(['home', 'web']);
    expect(decodeFrame(run.world.trace.frames.read(last.hops[0]!.frame)).tcp!.flags & 4).toBe(4);
  });

  it('drops an unasked SYN to a mapped port in silence (RFC 5382 REQ-4a)', () => {
    const run = home();
    run.web.tcp.listen(80);
    run.laptop.tcp.open(WEB, 80);
    run.world.kernel.run({ until: SECOND });
    run.dns.tcp.open(outside, 40_001);
    run.world.kernel.run({ until: 2 * SECOND });
    const packets = readPackets(run.world.trace, run.network.channels);
    expect(packets.filter(({ maker, last }) => maker === 'home' && last === 'dns')).toEqual([]);
    expect(
      packets.some(({ maker, last, outcome }) => maker === 'dns' && last === 'home' && outcome === 'refused'),
    ).toBe(true);
  });

  it('still answers pings to its own address', () => {
    const { run } = knock((one) => ping(one.web, OUTSIDE));
    expect(
      readPackets(run.world.trace, run.network.channels).filter(
        ({ maker, last }) => maker === 'home' && last === 'web',
      ).length,
    ).toBe(1);
  });
});

describe('time-outs', () => {
  it.each([
    ['a nanosecond before', -1, 1],
    ['at the time', 0, 0],
  ])('UDP after five minutes without a word: %s', (_, offset, count) => {
    const run = home();
    const socket = run.laptop.udp.bind();
    const answers: string[] = [];
    socket.onReceive = (datagram) => answers.push(text(datagram));
    const server = run.web.udp.bind(7);
    let caller: { from: Ip; port: number } | undefined;
    server.onReceive = (datagram) => {
      caller = datagram;
    };
    socket.send(WEB, 7, fromLatin1('hello'));
    run.world.kernel.run();
    const [row] = rows(run);
    const opened = [...run.world.trace.events(['nat.open'])][0]!.time;
    expect(row!.expires).toBe(opened + 5 * MINUTE);
    // first a datagram that makes routers and hosts know their neighbours, from a port that is filtered
    run.world.kernel.run({ until: row!.expires - SECOND });
    run.web.udp.bind(99).send(caller!.from, caller!.port, fromLatin1('x'));
    run.world.kernel.run({ until: row!.expires - 100 * MILLISECOND });
    // then one that arrives at the router just then: 10 ms and 5 ms of delay, 30 bytes at 1 Gbit/s and 20 Mbit/s
    const travel = 10 * MILLISECOND + 240 + 5 * MILLISECOND + 12_000;
    run.world.kernel.run({ until: row!.expires + offset - travel });
    server.send(caller!.from, caller!.port, fromLatin1('hi'));
    run.world.kernel.run();
    expect(answers.length).toBe(count);
  });

  it('are put off by what goes out, and not by what comes in (RFC 4787 REQ-6)', () => {
    const run = home();
    echo(run);
    const socket = run.laptop.udp.bind();
    socket.send(WEB, 7, fromLatin1('a'));
    run.world.kernel.run();
    const first = rows(run)[0]!.expires;
    run.world.kernel.run({ until: MINUTE });
    socket.send(WEB, 7, fromLatin1('b'));
    run.world.kernel.run();
    const [row] = rows(run);
    expect(row!.expires - first).toBeGreaterThan(MINUTE - SECOND);
    // the answer came later than the question
    const times = [...run.world.trace.events(['nat.translate'])].map(({ time }) => time);
    expect(times.length).toBe(4);
    expect(row!.expires).toBe(times[2]! + 5 * MINUTE);
  });

  it('are a minute for pings, four for opening TCP, two hours and four minutes for established TCP', () => {
    const run = home();
    ping(run.laptop, '203.0.113.99');
    run.laptop.tcp.open(parseIp4('203.0.113.98'), 80);
    servePage(run.web);
    const idle = run.phone.run(
      'idle',
      (function* () {
        return yield* run.phone.tcp.connect(WEB, 80);
      })(),
    );
    run.world.kernel.run({ until: 500 * MILLISECOND });
    expect(idle.state).toBe('done');
    const last = (id: number) =>
      [...run.world.trace.events(['nat.translate'])].filter(({ a }) => a === id).at(-1)!.time;
    const spans = [...run.home.ip.nat!.rows()].map(([id, { protocol, state, expires }]) => [
      protocol,
      state,
      (expires - last(Number(id))) / MINUTE,
    ]);
    expect(spans.sort()).toEqual([
      ['ICMP', 'unanswered', 1],
      ['TCP', 'established', 124],
      ['TCP', 'opening', 4],
    ]);
  });
});

describe('checksums', () => {
  /** All frames of the packets between the home router and the outside. */
  const wrong = (run: Home) =>
    readPackets(run.world.trace, run.network.channels)
      .flatMap(({ hops }) => hops)
      .map(({ arrivedFrame, to, channel }) => ({
        bytes: run.world.trace.frames.read(arrivedFrame),
        to,
        channel,
      }))
      .filter(({ bytes }) => checksumFault(bytes, layersOf(bytes)) !== undefined)
      .map(({ to }) => to);

  it('hold after translation, for UDP, TCP, pings and errors', () => {
    const run = home();
    servePage(run.web);
    echo(run);
    run.laptop.run('fetch', fetchPage(run.laptop));
    run.laptop.udp.bind().send(WEB, 7, fromLatin1('abc'));
    run.laptop.udp.bind().send(WEB, 99, fromLatin1('abc'));
    ping(run.laptop, '203.0.113.80');
    run.world.kernel.run();
    expect(wrong(run)).toEqual([]);
  });

  it('that are wrong stay wrong: damage on the first link is found at the end (RFC 3022 §4.2)', () => {
    const run = home();
    const received: string[] = [];
    run.web.udp.bind(7).onReceive = (datagram) => received.push(text(datagram));
    const socket = run.laptop.udp.bind();
    socket.send(WEB, 7, fromLatin1('hello'));
    run.world.kernel.run();
    run.network.channelOf('laptop', 'switch').faults.push(flipNth(3, 8 * 44, true));
    socket.send(WEB, 7, fromLatin1('hello'));
    run.world.kernel.run();
    expect(received).toEqual(['hello']);
    expect(wrong(run)).toEqual(['switch', 'home', 'isp', 'web']);
    const packet = readPackets(run.world.trace, run.network.channels).at(-1)!;
    expect([packet.last, packet.outcome, packet.reason]).toEqual(['web', 'refused', 'wrong UDP checksum']);
  });

  it('of a damaged ICMP error are not made good: it is dropped (RFC 5508 REQ-3)', () => {
    const run = home();
    const socket = run.laptop.udp.bind();
    const errors: string[] = [];
    socket.onError = ({ code }) => errors.push(code!);
    socket.send(WEB, 99, fromLatin1('a'));
    run.world.kernel.run();
    run.network.channelOf('isp', 'home').faults.push(flipNth(3, 8 * 60, true));
    socket.send(WEB, 99, fromLatin1('b'));
    run.world.kernel.run();
    expect(errors).toEqual(['ECONNREFUSED']);
    const packet = readPackets(run.world.trace, run.network.channels).at(-1)!;
    expect([packet.last, packet.outcome, packet.reason]).toEqual(['home', 'refused', 'wrong ICMP checksum']);
    socket.send(WEB, 99, fromLatin1('c'));
    run.world.kernel.run();
    expect(errors.length).toBe(2);
  });

  it('of zero stay zero for UDP: there is none', () => {
    const run = home();
    run.web.udp.bind(7);
    const { frames } = run.world.trace;
    const frame = frames.alloc(14 + 20 + 8 + 4);
    const slab = frames.slab(frame);
    const at = frames.at(frame);
    slab.set([0xc3, 0x50, 0, 7, 0, 12, 0, 0, 1, 2, 3, 4], at + 34);
    run.laptop.ip.send(frame, 12, 17, parseIp4('192.168.1.23'), WEB);
    run.world.kernel.run();
    const packet = readPackets(run.world.trace, run.network.channels).find(
      ({ maker, last, outcome }) => maker === 'laptop' && last === 'web' && outcome === 'delivered',
    )!;
    expect(decodeFrame(frames.read(packet.hops.at(-1)!.frame)).udp!.checksum).toBe(0);
  });
});

describe('ICMP errors', () => {
  it('from outside reach the program, and quote what it has sent (RFC 5508 REQ-4)', () => {
    const run = home();
    const socket = run.laptop.udp.bind(50_123);
    const errors: unknown[] = [];
    socket.onError = ({ to, port, code }) => errors.push([formatIp(to), port, code]);
    socket.send(WEB, 99, fromLatin1('a'));
    run.world.kernel.run();
    expect(errors).toEqual([['203.0.113.80', 99, 'ECONNREFUSED']]);
    const error = readPackets(run.world.trace, run.network.channels).find(
      ({ maker, last }) => maker === 'web' && last === 'laptop',
    )!;
    const at = (hop: number) => run.world.trace.frames.read(error.hops[hop]!.frame).subarray(42);
    const quoted = (hop: number) => decodeFrame(Uint8Array.of(...new Uint8Array(12), 8, 0, ...at(hop)));
    expect([quoted(0).ipv4!.source, quoted(0).udp!.sourcePort]).toEqual([parseIp4(OUTSIDE), 40_001]);
    const inside = quoted(3);
    expect([inside.ipv4!.source, inside.udp!.sourcePort]).toEqual([parseIp4('192.168.1.23'), 50_123]);
    // and all three checksums of the quotation hold again
    expect(
      checksumFault(Uint8Array.of(...new Uint8Array(12), 8, 0, ...at(3)), inside.layers),
    ).toBeUndefined();
  });

  it('from inside leave with the outside address, and quote what came (RFC 5508 REQ-5)', () => {
    const run = home();
    const socket = run.laptop.udp.bind(50_123);
    const server = run.web.udp.bind(7);
    const errors: unknown[] = [];
    server.onError = ({ to, port, code }) => errors.push([formatIp(to), port, code]);
    server.onReceive = ({ from, port }) => {
      socket.close(); // nobody waits for the answer any more
      server.send(from, port, fromLatin1('late'));
    };
    socket.send(WEB, 7, fromLatin1('a'));
    run.world.kernel.run();
    expect(errors).toEqual([[OUTSIDE, 40_001, 'ECONNREFUSED']]);
    const error = readPackets(run.world.trace, run.network.channels).at(-1)!;
    const last = run.world.trace.frames.read(error.hops.at(-1)!.frame);
    expect(formatIp4(decodeFrame(last).ipv4!.source)).toBe(OUTSIDE);
  });

  it('about nothing that was translated go nowhere', () => {
    const run = home();
    const about = new Uint8Array(28);
    about.set([
      0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 10, 203, 0, 113, 80, 0x9c, 0x41, 0, 7, 0, 8, 0, 0,
    ]);
    fixIpv4Checksum(about, 0);
    const message = encodeIcmpError(3, 3, 0, about, 0, 28);
    const last = (maker: string) =>
      readPackets(run.world.trace, run.network.channels).find(
        (one) => one.maker === maker && run.world.trace.frames.size(one.frame) === 70,
      )!;
    run.web.ip.sendIcmp(message, undefined, parseIp4(OUTSIDE));
    run.world.kernel.run();
    expect(last('web').last).toBe('home');
    run.laptop.ip.sendIcmp(message, undefined, WEB);
    run.world.kernel.run();
    const outward = last('laptop');
    expect([outward.last, outward.outcome, outward.reason]).toEqual([
      'home',
      'refused',
      'an ICMP error about no flow',
    ]);
  });
});

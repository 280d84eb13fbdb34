import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import { type Packet, readPackets } from '../../../src/engine/inspect/packets.ts';
import type { Host } from '../../../src/engine/net/host.ts';
import { networkText, RoutingTable } from '../../../src/engine/net/ip/route.ts';
import { transportOffset } from '../../../src/engine/net/ip/transport.ts';
import { flipNth } from '../../../src/engine/net/link/fault.ts';
import { ethernet } from '../../../src/engine/wire/ethernet.ts';
import { checksumFault, decodeFrame, layersOf } from '../../../src/engine/wire/frame.ts';
import { encodeEcho, encodeIcmpError } from '../../../src/engine/wire/icmp.ts';
import { ipv4 } from '../../../src/engine/wire/ipv4.ts';
import { summarise } from '../../../src/engine/wire/summary.ts';
import { type Home, home, pair, ping, WEB } from '../small-world.ts';

/** The pings of a host with a time to live. */
function send(
  host: Host,
  to: string,
  options: { ttl?: number; message?: Uint8Array; protocol?: number } = {},
): void {
  const { frames } = host.world.trace;
  const message = options.message ?? encodeEcho(8, 1, 1, fromLatin1('12345678'));
  const frame = frames.alloc(transportOffset(parseIp4(to)) + message.length);
  frames.slab(frame).set(message, frames.at(frame) + transportOffset(parseIp4(to)));
  host.ip.send(
    frame,
    message.length,
    options.protocol ?? 1,
    host.ip.nics[0]!.address!,
    parseIp4(to),
    options.ttl ?? 64,
  );
}

function packetsOf({ world, network }: Pick<Home, 'world' | 'network'>, from = 0): Packet[] {
  return readPackets(world.trace, network.channels).filter(({ event }) => event >= from);
}

const info = ({ world }: Pick<Home, 'world'>, frame: number): string =>
  summarise(world.trace.frames.read(frame)).info;

/** What a host heard that is no ARP, in one line each. */
function heard(run: Home, machine: string, from = 0): string[] {
  return packetsOf(run, from)
    .filter(({ last }) => last === machine)
    .map(({ hops, lastHop }) => info(run, hops[lastHop]!.arrivedFrame))
    .filter((line) => !/who has|is at/.test(line));
}

describe('hops', () => {
  it('take one from the time to live and correct the checksum', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80');
    run.world.kernel.run();
    const request = packetsOf(run).find(({ maker, last }) => maker === 'laptop' && last === 'web')!;
    const frames = request.hops.map(({ frame }) => run.world.trace.frames.read(frame));
    expect(frames.map((bytes) => ipv4.get.ttl(bytes, 14))).toEqual([64, 64, 63, 62]);
    for (const bytes of frames) expect(checksumFault(bytes, layersOf(bytes))).toBeUndefined();
    // the switch passed on the very frame; the routers wrote other cards into theirs
    expect(request.hops[1]!.frame).toBe(request.hops[0]!.frame);
    expect(new Set(frames.map((bytes) => decodeFrame(bytes).ethernet!.destination)).size).toBe(3);
  });

  it('end where the time to live runs out, and the router says so', () => {
    for (const [ttl, router, address] of [
      [1, 'home', '192.168.1.1'],
      [2, 'isp', '192.0.2.1'],
    ] as const) {
      const run = home();
      send(run.laptop, '203.0.113.80', { ttl });
      run.world.kernel.run();
      const packet = packetsOf(run).find(
        ({ maker, hops }) => maker === 'laptop' && info(run, hops[0]!.frame).startsWith('Echo'),
      )!;
      expect([packet.last, packet.outcome, packet.reason]).toEqual([
        router,
        'refused',
        'time to live ran out',
      ]);
      const error = packetsOf(run).find(
        ({ maker, hops }) => maker === router && /exceeded/.test(info(run, hops[0]!.frame)),
      )!;
      expect(error.last).toBe('laptop');
      expect(error.because).toBe(packet.number);
      const decoded = decodeFrame(run.world.trace.frames.read(error.hops[error.lastHop]!.arrivedFrame));
      expect(decoded.ipv4!.source).toBe(parseIp4(address));
    }
  });

  it('deliver what has just enough left', () => {
    const run = home();
    send(run.laptop, '203.0.113.80', { ttl: 3 });
    run.world.kernel.run();
    expect(heard(run, 'web').length).toBe(1);
  });
});

describe('routes', () => {
  it('are chosen by the longest prefix', () => {
    const { a } = pair({ delay: 0 });
    const nic = a.ip.nics[0]!;
    const table = new RoutingTable();
    const add = (text: string, prefixLength: number, gateway: string) =>
      table.add({ network: { address: parseIp4(text), prefixLength }, nic, gateway: parseIp4(gateway) });
    add('0.0.0.0', 0, '192.0.2.250');
    add('10.0.0.0', 8, '192.0.2.251');
    add('10.1.2.3', 16, '192.0.2.252'); // host bits are cleared
    add('10.1.2.128', 25, '192.0.2.253');
    const via = (to: string) => (table.lookup(parseIp4(to))!.gateway as number) & 255;
    expect(
      ['9.9.9.9', '10.9.9.9', '10.1.9.9', '10.1.2.127', '10.1.2.128', '255.255.255.255'].map(via),
    ).toEqual([250, 251, 252, 252, 253, 250]);
    expect(table.routes.map(({ network }) => networkText(network))).toEqual([
      '10.1.2.128/25',
      '10.1.0.0/16',
      '10.0.0.0/8',
      'default',
    ]);
    expect(new RoutingTable().lookup(parseIp4('1.2.3.4'))).toBeUndefined();
  });

  it('that are missing are reported by a router, and known at once to a host', () => {
    const run = home();
    ping(run.laptop, '100.64.0.1');
    run.world.kernel.run();
    expect(heard(run, 'laptop')).toEqual(['Network unreachable, about ICMP 192.168.1.23 → 100.64.0.1']);
    const alone = pair({ delay: 0 });
    expect(alone.a.ip.sourceFor(parseIp4('100.64.0.1'))).toBeUndefined();
    expect(alone.a.udp.bind().send(parseIp4('100.64.0.1'), 1, new Uint8Array(1))).toBe('ENETUNREACH');
  });
});

describe('echo', () => {
  it('is answered with the same identifier, number and data', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80', 77, 'a'.repeat(1400));
    run.world.kernel.run();
    const [reply] = heard(run, 'laptop');
    expect(reply).toBe('Echo reply 0x1234 seq 77, 1400 bytes');
    const packet = packetsOf(run).find(({ maker, last }) => maker === 'web' && last === 'laptop')!;
    const bytes = run.world.trace.frames.read(packet.hops.at(-1)!.frame);
    expect(checksumFault(bytes, layersOf(bytes))).toBeUndefined();
    expect([...bytes.subarray(42)].every((byte) => byte === 0x61)).toBe(true);
  });

  it('is answered by routers, and by a host to itself without a link', () => {
    const run = home();
    ping(run.laptop, '192.168.1.1');
    ping(run.laptop, '192.0.2.10');
    ping(run.laptop, '192.0.2.1');
    run.world.kernel.run();
    expect(heard(run, 'laptop').length).toBe(3);
    const before = run.world.trace.length;
    ping(run.laptop, '192.168.1.23');
    run.world.kernel.run();
    expect([...run.world.trace.events(['frame.sent'], before)]).toEqual([]);
  });

  it('is not answered when it was damaged', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80');
    run.world.kernel.run();
    run.network.channelOf('isp', 'web').faults.push(flipNth(3, 8 * 45, true));
    const before = run.world.trace.length;
    ping(run.laptop, '203.0.113.80', 2);
    run.world.kernel.run();
    const [request, ...rest] = packetsOf(run, before);
    expect([request!.last, request!.outcome, request!.reason]).toEqual([
      'web',
      'refused',
      'wrong ICMP checksum',
    ]);
    expect(rest).toEqual([]);
  });
});

describe('errors', () => {
  it('name the port that nobody listens on', () => {
    const run = home();
    const errors: unknown[] = [];
    const socket = run.laptop.udp.bind();
    socket.onError = ({ to, port, code }) => errors.push([to, port, code]);
    socket.send(WEB, 9, fromLatin1('x'));
    run.world.kernel.run();
    expect(errors).toEqual([[WEB, 9, 'ECONNREFUSED']]);
    expect(heard(run, 'laptop')).toEqual([
      `Port unreachable, about UDP 192.168.1.23:${socket.port} → 203.0.113.80:9`,
    ]);
  });

  it('name a protocol that nobody speaks', () => {
    const run = home();
    // inside the home, as the translator passes on no such protocol
    send(run.laptop, '192.168.1.24', { protocol: 132 });
    run.world.kernel.run();
    expect(heard(run, 'laptop')[0]).toMatch(
      /^Protocol unreachable, about .*192\.168\.1\.23 → 192\.168\.1\.24/,
    );
  });

  it('quote the datagram that they are about', () => {
    const run = home();
    const socket = run.laptop.udp.bind();
    socket.send(WEB, 9, fromLatin1('y'.repeat(1000)));
    run.world.kernel.run();
    const error = packetsOf(run).find(({ maker, last }) => maker === 'web' && last === 'laptop')!;
    const { ipv4: header } = decodeFrame(run.world.trace.frames.read(error.frame));
    // RFC 1812 §4.3.2.3: as much as fits 576 bytes
    expect(header!.totalLength).toBe(576);
  });

  it('are never sent about errors', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80');
    run.world.kernel.run();
    const before = run.world.trace.length;
    const quoted = new Uint8Array(28);
    quoted[0] = 0x45;
    const error = encodeIcmpError(3, 1, 0, quoted, 0, 28);
    send(run.web, '198.51.100.99', { message: error }); // nobody is there
    send(run.web, '100.64.0.1', { message: error }); // no route
    send(run.web, '198.51.100.53', { message: error, ttl: 1 });
    run.world.kernel.run();
    expect([...run.world.trace.events(['icmp.error'], before)]).toEqual([]);
    // while an echo request to the same places is answered with errors
    send(run.web, '198.51.100.99');
    send(run.web, '100.64.0.1');
    send(run.web, '198.51.100.53', { ttl: 1 });
    run.world.kernel.run();
    expect(
      [...run.world.trace.events(['icmp.error'], before)].map(({ detail }) => [
        detail!['type'],
        detail!['code'],
      ]),
    ).toEqual([
      [3, 0],
      [11, 0],
      [3, 1],
    ]);
  });

  it('are never sent about broadcasts, of the network or of all', () => {
    const run = home();
    for (const to of ['192.168.1.255', '255.255.255.255']) {
      const frame = broadcast(run, to);
      run.laptop.ip.nics[0]!.send(frame);
    }
    run.world.kernel.run();
    expect([...run.world.trace.events(['udp.drop'])].length).toBeGreaterThanOrEqual(4);
    expect([...run.world.trace.events(['icmp.error'])]).toEqual([]);
  });

  it('are never sent to a source that is no single host: such a datagram is not even taken', () => {
    const errors = (from: string): [taken: number, errors: number] => {
      const run = home();
      const frame = broadcast(run, '192.168.1.24', from);
      const { frames } = run.world.trace;
      ethernet.set.destination(frames.slab(frame), frames.at(frame), run.phone.ip.nics[0]!.mac);
      run.laptop.ip.nics[0]!.send(frame);
      run.world.kernel.run();
      const count = (kind: string): number =>
        [...run.world.trace.events([kind])].filter(({ node }) => node === 'phone').length;
      expect(count('udp.drop') + count('frame.refused')).toBe(1);
      return [count('udp.drop'), count('icmp.error')];
    };
    const sources = ['0.0.0.0', '127.0.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.168.1.255'];
    for (const from of [...sources, '192.168.1.24']) expect(errors(from), from).toEqual([0, 0]);
    expect(errors('192.168.1.23')).toEqual([1, 1]);
  });

  it('are not needed for a frame to everybody with a datagram for one: it is neither taken nor sent on', () => {
    const run = home();
    run.laptop.ip.nics[0]!.send(broadcast(run, '192.168.1.24'));
    run.world.kernel.run();
    const { trace } = run.world;
    expect([...trace.events(['udp.drop', 'icmp.error'])]).toEqual([]);
    const refused = [...trace.events(['frame.refused'])].map(({ node, b }) => `${node}: ${trace.textOf(b)}`);
    expect(refused.sort()).toEqual(
      ['desk', 'home', 'phone'].map((node) => `${node}: a frame for everybody with a datagram for one`),
    );
  });

  it('tell a host that its datagram was too large for a link on the way', () => {
    const run = home();
    run.isp.ip.nics.find(({ name }) => name === 'web')!.mtu = 1280;
    ping(run.laptop, '203.0.113.80', 1, 'z'.repeat(1300));
    run.world.kernel.run();
    expect(heard(run, 'laptop')[0]).toMatch(/at most 1280 bytes/);
  });
});

/** A UDP datagram for port 9 in a frame for everybody. */
function broadcast({ world }: Home, to: string, from = '192.168.1.23'): number {
  const { frames } = world.trace;
  const frame = frames.alloc(14 + 28);
  const bytes = frames.slab(frame);
  const at = frames.at(frame);
  bytes.set([255, 255, 255, 255, 255, 255, 0, 0, 0x5e, 0, 0x53, 1, 8, 0], at);
  const header = ipv4.encode({
    version: 4,
    dscp: 0,
    ecn: 0,
    totalLength: 28,
    identification: 1,
    flags: 0,
    fragmentOffset: 0,
    ttl: 64,
    protocol: 17,
    source: parseIp4(from),
    destination: parseIp4(to),
    options: new Uint8Array(0),
  });
  bytes.set(header, at + 14);
  bytes.set([0xc0, 0, 0, 9, 0, 8, 0, 0], at + 34);
  return frame;
}

describe('what is thrown away', () => {
  it('says why', () => {
    const run = home();
    ping(run.laptop, '192.168.1.24');
    run.world.kernel.run();
    const before = run.world.trace.length;
    const channel = run.network.channelOf('laptop', 'switch');
    const ordinal = 3;
    channel.faults.push(flipNth(ordinal, 8 * 22, true)); // the time to live: the header checksum no longer holds
    ping(run.laptop, '192.168.1.24', 2);
    run.world.kernel.run();
    expect(packetsOf(run, before).map(({ last, reason }) => [last, reason])).toEqual([
      ['phone', 'wrong IPv4 checksum'],
    ]);
    expect(run.world.now).toBeGreaterThan(MILLISECOND / 10);
  });
});

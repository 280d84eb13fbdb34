// The outside of a world, played by this test: sockets and whole packets that enter as inputs, and the same run again
// from what was recorded.
import { describe, expect, it } from 'vitest';
import { runUdpEcho } from '../../src/engine/app/udp-echo.ts';
import { type Bytes, concatBytes, fromUtf8, toUtf8 } from '../../src/engine/base/bytes.ts';
import { overlaps } from '../../src/engine/base/cidr.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { Outside, type OutsideAct, replay } from '../../src/engine/net/outside/outside.ts';
import type { OutsideListener } from '../../src/engine/net/outside/outside-host.ts';
import {
  connectedNetworks,
  freeNetwork,
  routeToOutside,
} from '../../src/engine/net/outside/outside-network.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { type Input, World } from '../../src/engine/sim/world.ts';
import { encodeEcho, ICMP_ECHO } from '../../src/engine/wire/icmp.ts';
import { IPV4_HEADER, ipv4, PROTOCOL_ICMP, writeIpv4 } from '../../src/engine/wire/ipv4.ts';

const ECHO = 7;
const SINK = 9;

/** Two machines and a router between; `server` echoes UDP, and does with TCP what `serve` says. */
function smallWorld(serve?: (host: Host) => void) {
  const inputs: Input[] = [];
  const world = new World({ keeper: (input) => inputs.push(input) });
  const network = new Network(world);
  const server = network.host('server');
  const router = network.router('router');
  const far = network.router('far');
  network.link([server, 'eth0', '192.0.2.80/26'], [router, 'lan', '192.0.2.65/26'], { delay: MILLISECOND });
  network.link([router, 'up', '198.51.100.1/30'], [far, 'down', '198.51.100.2/30'], { delay: MILLISECOND });
  network.route(server, 'default', '192.0.2.65');
  network.route(far, '192.0.2.0/24', '198.51.100.1');
  runUdpEcho(server, ECHO);
  serve?.(server);
  return { world, network, inputs };
}

class Heard implements OutsideListener {
  readonly said: string[] = [];
  readonly chunks: Bytes[] = [];
  datagram(machine: string, port: number, to: number, bytes: Bytes): void {
    this.said.push(`${machine}:${port} → ${to} ${toUtf8(bytes)}`);
  }
  bytes(id: number, bytes: Bytes): void {
    this.chunks.push(bytes);
    this.said.push(`${id} bytes`);
  }
  ended(id: number): void {
    this.said.push(`${id} ended`);
  }
  closed(id: number, error: string | undefined): void {
    this.said.push(`${id} closed ${error}`);
  }
}

/** A server that sends everything back, and ends when its client has. */
function echoTcp(host: Host): void {
  const listener = host.tcp.listen(ECHO);
  listener.established = (socket) => {
    const held: Bytes[] = [];
    const serve = (): void => {
      if (socket.readable > 0 && held.length === 0) held.push(socket.read());
      while (held.length > 0 && socket.writable > 0) {
        const next = held.shift()!;
        const taken = socket.write(next);
        if (taken < next.length) held.unshift(next.subarray(taken));
      }
      if (socket.ended && held.length === 0) socket.end();
    };
    socket.onChange = serve;
    serve();
  };
}

const server = 'server';
const datagram = (from: number, text: string, port = ECHO): OutsideAct => ({
  what: 'outside.datagram',
  machine: server,
  port,
  from,
  bytes: fromUtf8(text),
});

function drive(
  acts: readonly (readonly [ms: number, act: OutsideAct])[],
  serve?: (host: Host) => void,
  untilMs = 20_000,
) {
  const { world, network, inputs } = smallWorld(serve);
  const heard = new Heard();
  const outside = new Outside(network, { machines: [server] }, heard);
  for (const [ms, act] of acts) {
    world.kernel.run({ until: ms * MILLISECOND });
    outside.act(world.now, act);
  }
  world.kernel.run({ until: untilMs * MILLISECOND });
  return { world, heard, inputs, outside };
}

describe('datagrams', () => {
  it('reach the machine’s port from the outside’s, and answers find back', () => {
    const { heard } = drive([
      [1, datagram(40_001, 'one')],
      [2, datagram(40_002, 'two')],
      [3, datagram(40_001, 'three')],
    ]);
    expect(heard.said).toEqual(['server:7 → 40001 one', 'server:7 → 40002 two', 'server:7 → 40001 three']);
  });

  it('may be of any size that UDP has', () => {
    const long = 'x'.repeat(60_000);
    expect(drive([[1, datagram(40_001, long)]]).heard.said).toEqual([`server:7 → 40001 ${long}`]);
  });

  it('come from an address of the outside that is the machine’s neighbour', () => {
    const { world } = drive([[1, datagram(40_001, 'one', 99)]]);
    const drop = [...world.trace.events(['udp.drop'])].map(({ detail }) => detail);
    expect(drop).toEqual([{ reason: 'no program on UDP port 99', from: '203.0.113.254' }]);
  });

  it('find nobody once their port was closed', () => {
    /** Answers after ten milliseconds. */
    const slow = (host: Host): void => {
      const socket = host.udp.bind(SINK);
      const { kernel } = host.world;
      socket.onReceive = ({ from, port, bytes }) => {
        kernel.call(kernel.now + 10 * MILLISECOND, () => socket.send(from, port, bytes));
      };
    };
    const close: OutsideAct = { what: 'outside.close', machine: server, from: 40_001 };
    const asked = [
      [1, datagram(40_001, 'one', SINK)],
      [1.5, datagram(40_002, 'two', SINK)],
    ] as const;
    expect(drive(asked, slow).heard.said).toEqual(['server:9 → 40001 one', 'server:9 → 40002 two']);
    expect(drive([...asked, [2, close]], slow).heard.said).toEqual(['server:9 → 40002 two']);
  });
});

describe('connections', () => {
  const id = 3;
  const connect: OutsideAct = { what: 'outside.connect', machine: server, port: ECHO, id };
  const bytes = (text: string): OutsideAct => ({
    what: 'outside.bytes',
    machine: server,
    id,
    bytes: fromUtf8(text),
  });
  const simple = (
    what: 'outside.end' | 'outside.abort' | 'outside.pause' | 'outside.resume',
  ): OutsideAct => ({
    what,
    machine: server,
    id,
  });

  it('carry bytes both ways, the end of each way, and then are over', () => {
    const { heard } = drive(
      [
        [1, connect],
        [1, bytes('hello')],
        [5, simple('outside.end')],
      ],
      echoTcp,
    );
    expect(toUtf8(concatBytes(heard.chunks))).toBe('hello');
    expect(heard.said).toEqual(['3 bytes', '3 ended', '3 closed undefined']);
  });

  it('say that they were refused', () => {
    expect(drive([[1, connect]]).heard.said).toEqual(['3 closed ECONNREFUSED']);
  });

  it('are gone without a word when the outside gives up, and the machine hears of it', () => {
    const { heard, world } = drive(
      [
        [1, connect],
        [5, simple('outside.abort')],
        [6, bytes('late')],
      ],
      echoTcp,
    );
    expect(heard.said).toEqual([]);
    expect(world.trace.findKind('tcp.state')).toBeGreaterThanOrEqual(0);
    const states = [...world.trace.events(['tcp.state'])].filter(({ node }) => node === server);
    expect(states.at(-1)?.detail).toMatchObject({ to: 'CLOSED' });
  });

  it('wait for an outside that is paused: TCP’s window fills, and nothing is lost', () => {
    const much = 'm'.repeat(60_000);
    const script: [number, OutsideAct][] = [
      [1, connect],
      [2, simple('outside.pause')],
    ];
    for (let i = 0; i < 20; i++) script.push([10 + i, bytes(much)]);
    const held = drive(script, echoTcp, 10_000);
    expect(held.heard.chunks).toEqual([]);
    // both directions are full: what the echo cannot send it does not take
    expect(held.outside.host(server).backlog(id)).toBeGreaterThan(0);
    const let_go = drive(
      [...script, [5_000, simple('outside.resume')], [5_001, simple('outside.end')]],
      echoTcp,
      60_000,
    );
    expect(concatBytes(let_go.heard.chunks).length).toBe(20 * 60_000);
    expect(let_go.heard.said.slice(-2)).toEqual(['3 ended', '3 closed undefined']);
  });
});

describe('packets', () => {
  it('enter by a router and come back to it from machines that know no way but their default', () => {
    const { world, network } = smallWorld();
    const outside = new Outside(network, { machines: [], door: 'far' });
    const left: Bytes[] = [];
    outside.door!.onPacket = (packet) => left.push(packet);
    const { far } = outside.doorNetwork!;
    const message = encodeEcho(ICMP_ECHO, 1, 1, fromUtf8('ping'));
    const packet = new Uint8Array(IPV4_HEADER + message.length);
    packet.set(message, IPV4_HEADER);
    writeIpv4(
      packet,
      0,
      message.length,
      1,
      0,
      64,
      PROTOCOL_ICMP,
      far,
      ipv4.get.source(hostAddress(network), 0) as never,
    );
    outside.act(0, { what: 'outside.packet', bytes: packet });
    world.kernel.run({ until: SECOND });
    expect(left.length).toBe(1);
    expect(ipv4.get.destination(left[0]!, 0)).toBe(far);
    expect(ipv4.get.ttl(left[0]!, 0)).toBe(62);
  });
});

/** A header whose source is the server’s address. */
function hostAddress(network: Network): Bytes {
  const header = new Uint8Array(IPV4_HEADER);
  const address = (network.machine(server) as Host).ip.nics[0]!.address!;
  writeIpv4(header, 0, 0, 0, 0, 1, PROTOCOL_ICMP, address, address);
  return header;
}

describe('where it stands', () => {
  it('in every scenario there is a network that nobody has, and a way back to it from each router', () => {
    for (const { name } of scenarios) {
      const { network } = new Run({ scenario: name, set: {}, seed: 1, inputs: [] });
      const before = connectedNetworks(network);
      const free = freeNetwork(network);
      expect(
        before.filter((one) => overlaps(one, free.network)),
        name,
      ).toEqual([]);
      const router = [...network.machines.values()].find(
        (one): one is Host => 'ip' in one && one.ip.isForwarding && !one.ip.nat,
      );
      if (!router) continue;
      routeToOutside(network, router, free);
      const lost = [...network.machines.values()].filter(
        (one): one is Host =>
          'ip' in one &&
          one !== router &&
          one.ip.isForwarding &&
          one.ip.nics.some(({ address }) => address !== undefined) &&
          one.ip.routes.lookup(free.far)?.nic === undefined,
      );
      expect(
        lost.map((one) => one.name),
        name,
      ).toEqual([]);
    }
  });

  it('refuses machines that are not there, or have no addresses', () => {
    const { network } = new Run({ scenario: 'first-request', set: {}, seed: 1, inputs: [] });
    expect(() => new Outside(network, { machines: ['resolvr'] })).toThrow(/there are laptop, .*resolver/);
    expect(() => new Outside(network, { machines: ['switch'] })).toThrow(Malformed);
  });
});

describe('a recording', () => {
  const script: [number, OutsideAct][] = [
    [1, datagram(40_001, 'one')],
    [2, { what: 'outside.connect', machine: server, port: ECHO, id: 0 }],
    [2.000_001, { what: 'outside.bytes', machine: server, id: 0, bytes: fromUtf8('hello') }],
    [30, { what: 'outside.connect', machine: server, port: SINK, id: 1 }],
    [30.5, { what: 'outside.end', machine: server, id: 0 }],
    [31, { what: 'outside.close', machine: server, from: 40_001 }],
  ];

  it('gives the same run again', () => {
    const live = drive(script, echoTcp);
    expect(live.inputs.length).toBe(script.length);
    const again = smallWorld(echoTcp);
    new Outside(again.network, { machines: [server] });
    replay(again.network, live.inputs, live.world.now);
    expect(again.world.trace.digest).toBe(live.world.trace.digest);
    expect(again.inputs).toEqual(live.inputs);
    const other = smallWorld(echoTcp);
    new Outside(other.network, { machines: [server] });
    replay(other.network, live.inputs.slice(1), live.world.now);
    expect(other.world.trace.digest).not.toBe(live.world.trace.digest);
  });

  it('is refused where it makes no sense, with what is wrong', () => {
    const refuses = (what: string, detail: object): string => {
      const { network } = smallWorld();
      new Outside(network, { machines: [server] });
      try {
        replay(network, [{ time: 5, what, detail: { ...detail } }], 10);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
        return (error as Error).message;
      }
      return '';
    };
    const good = { machine: server, port: 7, from: 1, bytes: '00' };
    expect(refuses('outside.datagram', good)).toBe('');
    expect(refuses('outside.datagram', { ...good, machine: 'router' })).toContain('no cable to router');
    expect(refuses('outside.datagram', { ...good, port: 0 })).toContain('port is a whole number');
    expect(refuses('outside.datagram', { ...good, from: 65_536 })).toContain('from is a whole number');
    expect(refuses('outside.datagram', { ...good, bytes: '0' })).toContain('hexadecimal');
    expect(refuses('outside.datagram', { ...good, bytes: '00'.repeat(65_508) })).toContain('65507');
    expect(refuses('outside.connect', { machine: server, port: 7, id: -1 })).toContain('id');
    expect(refuses('outside.packet', { bytes: '45'.repeat(20) })).toContain('no packet can enter');
    expect(refuses('outside.open', {})).toContain('no input is called');
  });

  it('runs in order of time', () => {
    const { network } = smallWorld();
    const outside = new Outside(network, { machines: [server] });
    network.world.kernel.run({ until: 100 });
    expect(() => replay(network, [{ time: 50, what: 'outside.close', detail: {} }], 200)).toThrow(
      /comes after/,
    );
    expect(() => outside.act(50, datagram(1, 'x'))).toThrow();
  });
});

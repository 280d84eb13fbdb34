/** What the host adds to the TCP machine: both sides opening or closing at once, listeners that close, ICMP errors. */
import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../../src/engine/base/units.ts';
import type { TcpSocket } from '../../../src/engine/net/transport/tcp-socket.ts';
import {
  encodeIcmpError,
  ICMP_HEADER,
  ICMP_UNREACHABLE,
  quotedDatagram,
  UNREACHABLE_PORT,
} from '../../../src/engine/wire/icmp.ts';
import { LEFT, RIGHT, twoHosts } from '../two-hosts.ts';

const LINK = { delay: 10 * MILLISECOND };

function statesOf(socket: TcpSocket): string {
  return socket.connection.state;
}

/** Both sides open to each other at the same moment: the SYNs cross. */
function bothOpen() {
  const made = twoHosts(LINK, { level: 'full' });
  const a = made.left.tcp.open(RIGHT, 7000, {}, 7000);
  const b = made.right.tcp.open(LEFT, 7000, {}, 7000);
  made.world.kernel.run({ until: SECOND });
  return { ...made, a, b };
}

describe('both at once', () => {
  it('two SYNs that cross make one connection (RFC 9293 §3.5, Figure 7)', () => {
    const { world, left, right, a, b } = bothOpen();
    expect([statesOf(a), statesOf(b)]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect([left.tcp.sockets().length, right.tcp.sockets().length]).toEqual([1, 1]);
    const states = [...world.trace.events(['tcp.state'])].map(
      ({ node, detail }) => `${node} ${detail!['to']}`,
    );
    expect(
      states.filter((text) => text === 'left SYN-RECEIVED' || text === 'right SYN-RECEIVED').length,
    ).toBe(2);
    a.write(fromLatin1('from the left'));
    b.write(fromLatin1('from the right'));
    world.kernel.run({ until: 2 * SECOND });
    expect([toLatin1(a.read()), toLatin1(b.read())]).toEqual(['from the right', 'from the left']);
  });

  it('two FINs that cross leave nothing behind (Figure 13)', () => {
    const { world, left, right, a, b } = bothOpen();
    a.end();
    b.end();
    world.kernel.run({ until: world.now + 15 * MILLISECOND });
    expect([statesOf(a), statesOf(b)]).toEqual(['CLOSING', 'CLOSING']);
    world.kernel.run({ until: world.now + SECOND });
    expect([statesOf(a), statesOf(b)]).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    world.kernel.run({ until: world.now + 5 * MINUTE });
    expect([...left.tcp.sockets(), ...right.tcp.sockets()]).toEqual([]);
    expect([a.error, b.error]).toEqual([undefined, undefined]);
  });

  it('a port that is in use for the same peer is not given twice', () => {
    const { left } = bothOpen();
    expect(() => left.tcp.open(RIGHT, 7000, {}, 7000)).toThrow('has a connection');
  });
});

it('a listener that closes between SYN and ACK leaves no connection without an owner', () => {
  const { world, left, right } = twoHosts(LINK);
  const listener = right.tcp.listen(80);
  const socket = left.tcp.open(RIGHT, 80);
  world.kernel.call(15 * MILLISECOND, () => listener.close());
  world.kernel.run({ until: SECOND });
  expect(right.tcp.sockets()).toEqual([]);
  expect(socket.error).toBe('ECONNRESET');
});

it('close() lets go of both directions: FIN-WAIT-2 ends by itself when the peer never closes', () => {
  const { world, left, right } = twoHosts(LINK);
  right.tcp.listen(80);
  const socket = left.tcp.open(RIGHT, 80);
  world.kernel.run({ until: SECOND });
  socket.close();
  world.kernel.run({ until: 2 * SECOND });
  expect(statesOf(socket)).toBe('FIN-WAIT-2');
  world.kernel.run({ until: 5 * MINUTE });
  expect(left.tcp.sockets()).toEqual([]);
});

describe('an ICMP error that claims to be about a SYN', () => {
  /** Port unreachable for a segment from `port` with this sequence number, as `right` would quote it. */
  function forge(port: number, sequence: number): Uint8Array {
    const quoted = new Uint8Array(28);
    quoted.set([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    new DataView(quoted.buffer).setUint16(20, port);
    new DataView(quoted.buffer).setUint16(22, 80);
    new DataView(quoted.buffer).setUint32(24, sequence);
    return encodeIcmpError(ICMP_UNREACHABLE, UNREACHABLE_PORT, 0, quoted, 0, quoted.length);
  }

  it.each([
    [0, 'ECONNREFUSED'],
    [1, undefined],
    [-1, undefined],
    [100_000, undefined],
  ])('whose sequence number is %i off (RFC 5927 §4.1)', (off, error) => {
    const { world, left, right } = twoHosts(LINK);
    right.ip.isOn = false;
    const socket = left.tcp.open(RIGHT, 80);
    const sequence = (socket.connection.sender.una + off) >>> 0;
    const message = forge(socket.localPort, sequence);
    left.tcp.handleIcmp({
      kind: 'port-unreachable',
      type: ICMP_UNREACHABLE,
      code: UNREACHABLE_PORT,
      from: RIGHT,
      isOwn: false,
      mtu: 0,
      hopLimit: 64,
      size: 20 + message.length,
      quoted: quotedDatagram(message, 0, message.length)!,
      quotedAt: ICMP_HEADER,
      bytes: message,
      end: message.length,
    });
    world.kernel.run({ until: 100 * MILLISECOND });
    expect(socket.error).toBe(error);
  });
});

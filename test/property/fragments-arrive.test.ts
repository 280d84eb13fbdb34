/**
 * Any datagram over any path of link sizes, without loss, arrives whole or its sender hears why: both families, up to
 * four links, every way of asking for fragments; and once the sender has heard, the same datagram arrives.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { acquaint } from '../../src/engine/scenario/acquaint.ts';
import { World } from '../../src/engine/sim/world.ts';

type Mode = 'do' | 'want' | 'dont';

/** first – r0 – r1 – … – last, one MTU for each link. */
function path(family: 4 | 6, mtus: readonly number[]) {
  const world = new World({ level: 'off' });
  const network = new Network(world);
  const machines = [
    network.host('first'),
    ...mtus.slice(1).map((_, i) => network.router(`r${i}`)),
    network.host('last'),
  ];
  mtus.forEach((mtu, i) => {
    const [a, b] =
      family === 4 ? [`10.0.${i}.1/24`, `10.0.${i}.2/24`] : [`fd00:0:0:${i}::1/64`, `fd00:0:0:${i}::2/64`];
    const link = network.link([machines[i]!, 'down', a!], [machines[i + 1]!, 'up', b!], {
      delay: MILLISECOND,
    });
    link.a.mtu = mtu;
    link.b.mtu = mtu;
  });
  network.computeRoutes();
  acquaint(network, []);
  const [first, last] = [machines[0]!, machines.at(-1)!] as [Host, Host];
  const end = mtus.length - 1;
  const to = parseIp(family === 4 ? `10.0.${end}.2` : `fd00:0:0:${end}::2`);
  return { world, first, last, to };
}

const MAX = 65_507;

function check(family: 4 | 6, mtus: readonly number[], size: number, mode: Mode): void {
  const { world, first, last, to } = path(family, mtus);
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255);
  let arrived = 0;
  last.udp.bind(9).onReceive = (datagram) => {
    expect(datagram.bytes).toEqual(bytes);
    arrived += 1;
  };
  const socket = first.udp.bind();
  let told = 0;
  socket.onError = ({ report }) => {
    told += report.kind === 'too-big' ? 1 : 0;
  };
  // each message is about one link, the next one may be smaller still
  for (let round = 0; round <= mtus.length && arrived === 0; round++) {
    const before = told;
    const problem = socket.send(to, 9, bytes, { fragment: mode });
    world.kernel.run();
    if (problem !== undefined) {
      expect(problem).toBe('EMSGSIZE');
      expect(mode).toBe('do');
      return;
    }
    expect(arrived + told - before).toBe(1);
  }
  expect(arrived).toBe(1);
}

const mode = fc.constantFrom<Mode>('do', 'want', 'dont');
const mtusFrom = (least: number) =>
  fc.array(fc.integer({ min: least, max: 1500 }), { minLength: 1, maxLength: 4 });
const size = fc.oneof(
  fc.integer({ min: 0, max: 3000 }),
  fc.integer({ min: 0, max: MAX }),
  fc.constantFrom(0, 1, 1472, 1473, MAX),
);

describe('a datagram over any path', () => {
  it('of IPv4 links from 552 bytes on arrives, or its sender hears why', () => {
    fc.assert(
      fc.property(mtusFrom(552), size, mode, (mtus, length, how) => check(4, mtus, length, how)),
      { numRuns: 150 },
    );
  });

  it('of the smallest IPv4 links arrives, where routers may cut it', () => {
    fc.assert(
      fc.property(mtusFrom(68), fc.integer({ min: 0, max: 6000 }), (mtus, length) =>
        check(4, mtus, length, 'dont'),
      ),
      { numRuns: 60 },
    );
  });

  it('of IPv4 links below 552 bytes arrives once its sender has heard: it lets routers cut from then on', () => {
    fc.assert(
      fc.property(mtusFrom(68), fc.integer({ min: 0, max: 6000 }), (mtus, length) =>
        check(4, mtus, length, 'want'),
      ),
      { numRuns: 60 },
    );
  });

  it('of IPv6 links arrives, or its sender hears why', () => {
    fc.assert(
      fc.property(mtusFrom(1280), size, mode, (mtus, length, how) => check(6, mtus, length, how)),
      { numRuns: 150 },
    );
  });
});

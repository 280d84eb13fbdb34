import { describe, expect, it } from 'vitest';
import { namedRandom } from '../../src/engine/base/random.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { packetsByFrame, readPackets } from '../../src/engine/inspect/packets.ts';
import { corrupt, cut, dropNth, duplicate } from '../../src/engine/net/link/fault.ts';
import { home, pair, ping } from '../net/small-world.ts';

describe('packets over one cable', () => {
  it('numbers packets in the order of sending, with what led to each', () => {
    const { world, network, a } = pair({ delay: 10 * MILLISECOND, rate: 8e6 });
    ping(a, '192.0.2.2');
    world.kernel.run();
    const packets = readPackets(world.trace, network.channels);
    expect(
      packets.map(({ number, maker, last, outcome, because }) => [number, maker, last, outcome, because]),
    ).toEqual([
      [1, 'a', 'b', 'delivered', undefined], // who has 192.0.2.2?
      [2, 'b', 'a', 'delivered', 1], // it is here
      [3, 'a', 'b', 'delivered', 2], // echo request, which had waited for the answer
      [4, 'b', 'a', 'delivered', 3], // echo reply
    ]);
    // 28 bytes of ARP at 1 byte a microsecond, then 10 ms
    expect(packets[0]!.time).toBe(0);
    expect(packets[0]!.end).toBe(10_028_000);
    expect(packets[1]!.time).toBe(10_028_000);
    // the last of them has 20 + 8 + 8 bytes
    expect(packets[3]!.end - packets[3]!.time).toBe(10_036_000);
  });

  it('finds when a frame that had to wait got on the line, and that one without room never did', () => {
    const { world, network, a } = pair({ delay: MILLISECOND, rate: 8e6, queuePackets: 2 });
    ping(a, '192.0.2.2');
    world.kernel.run();
    const before = world.trace.length;
    const now = world.kernel.now;
    for (let i = 0; i < 5; i++) ping(a, '192.0.2.2', 10 + i);
    // a later one finds the line taken by those that had room, and by no others
    world.kernel.call(now + 40_000, () => ping(a, '192.0.2.2', 20));
    world.kernel.run();
    const packets = readPackets(world.trace, network.channels).filter(
      ({ event, maker }) => event >= before && maker === 'a',
    );
    expect(packets.map(({ hops }) => hops[0]!.line - now)).toEqual([0, 36_000, 72_000, 0, 0, 108_000]);
    expect(packets.map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'lost',
      'lost',
      'delivered',
    ]);
    expect(packets[4]!.reason).toBe('the queue is full');
    for (const { hops, outcome } of packets) {
      const hop = hops[0]!;
      if (outcome === 'delivered') expect(hop.arrived - hop.line).toBe(36_000 + MILLISECOND);
    }
  });

  it('tells doubled, damaged, lost and travelling frames apart', () => {
    const { world, network, a, link } = pair({ delay: MILLISECOND });
    ping(a, '192.0.2.2');
    world.kernel.run();
    const run = (fault: (typeof link.forward.faults)[number], until?: number) => {
      link.forward.faults.splice(0, 1, fault);
      const before = world.trace.length;
      ping(a, '192.0.2.2');
      world.kernel.run(until === undefined ? {} : { until: world.now + until });
      return readPackets(world.trace, network.channels).find(({ event }) => event >= before)!;
    };
    const doubled = run(duplicate(1, namedRandom(1, 'x')));
    expect(doubled.hops.map(({ isDouble, outcome }) => [isDouble, outcome])).toEqual([
      [false, 'delivered'],
      [true, 'delivered'],
    ]);
    const damaged = run(corrupt(1, namedRandom(1, 'x')));
    expect(damaged.outcome).toBe('corrupted');
    expect(damaged.hops[0]!.arrivedFrame).not.toBe(damaged.hops[0]!.frame);
    const lost = run(cut(0));
    expect([lost.outcome, lost.reason, lost.end - lost.time]).toEqual([
      'lost',
      'the link is cut',
      MILLISECOND,
    ]);
    const travelling = run(dropNth([]), MILLISECOND / 2);
    expect([travelling.outcome, travelling.hops[0]!.arrivedEvent]).toEqual(['travelling', -1]);
  });
});

describe('packets over a switch and routers', () => {
  const { world, network, laptop } = home();
  ping(laptop, '203.0.113.80');
  world.kernel.run();
  const packets = readPackets(world.trace, network.channels);

  it('keeps every branch of a flooded broadcast', () => {
    const [question] = packets;
    expect(question!.hops.map(({ from, to, parent }) => [from, to, parent])).toEqual([
      ['laptop', 'switch', -1],
      ['switch', 'phone', 0],
      ['switch', 'desk', 0],
      ['switch', 'home', 0],
    ]);
    // of the three that heard it, the router is the one that did something
    expect(question!.last).toBe('home');
  });

  it('follows the copies of routers from end to end, through address translation', () => {
    const request = packets.find(({ maker, last }) => maker === 'laptop' && last === 'web')!;
    expect(request.hops.map(({ to }) => to)).toEqual(['switch', 'home', 'isp', 'web']);
    expect(new Set(request.hops.map(({ frame }) => frame)).size).toBe(3);
    expect(request.hops.map(({ parent }) => parent)).toEqual([-1, 0, 1, 2]);
    const reply = packets.find(({ maker, last }) => maker === 'web' && last === 'laptop')!;
    expect(reply.hops.map(({ to }) => to)).toEqual(['isp', 'home', 'switch', 'laptop']);
    for (const { frame } of reply.hops) expect(packetsByFrame(packets).get(frame)).toBe(reply.number);
  });

  it('says which router refused a packet, also when the copy waited there in vain', () => {
    const before = world.trace.length;
    ping(laptop, '203.0.113.99');
    ping(laptop, '100.64.0.1');
    world.kernel.run();
    const later = readPackets(world.trace, network.channels).filter(
      ({ event, maker }) => event >= before && maker === 'laptop',
    );
    expect(later.map(({ last, outcome, reason }) => [last, outcome, reason])).toEqual([
      ['isp', 'refused', 'nobody answered for 203.0.113.99'],
      ['isp', 'refused', 'no route'],
    ]);
  });

  it('accounts for every frame event once', () => {
    const count = (kind: string) => [...world.trace.events([kind])].length;
    const all = readPackets(world.trace, network.channels).flatMap(({ hops }) => hops);
    expect(new Set(all.map(({ sentEvent }) => sentEvent)).size).toBe(count('frame.sent'));
    expect(all.filter(({ outcome }) => outcome === 'delivered' || outcome === 'refused').length).toBe(
      count('frame.delivered'),
    );
    expect(all.filter(({ outcome }) => outcome === 'lost').length).toBe(count('frame.lost'));
  });
});

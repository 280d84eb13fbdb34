import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { namedRandom } from '../../../src/engine/base/random.ts';
import { MICROSECOND, MILLISECOND } from '../../../src/engine/base/units.ts';
import { reorder } from '../../../src/engine/net/link/fault.ts';
import { Channel, type LinkOptions, type Receiver } from '../../../src/engine/net/link/link.ts';
import { World } from '../../../src/engine/sim/world.ts';
import { pair, ping } from '../small-world.ts';

interface Arrival {
  readonly time: number;
  readonly frame: number;
  readonly size: number;
}

/** One direction whose other end writes down what arrives. */
function line(options: LinkOptions): {
  world: World;
  channel: Channel;
  arrivals: Arrival[];
  send: (ipBytes: number) => number;
} {
  const world = new World();
  const arrivals: Arrival[] = [];
  const receiver: Receiver = {
    nodeName: 'b',
    receive: (frame) => void arrivals.push({ time: world.now, frame, size: world.trace.frames.size(frame) }),
  };
  const channel = new Channel(world, 0, 'a', receiver, options);
  const send = (ipBytes: number): number => {
    const frame = world.trace.frames.alloc(ipBytes + 14);
    channel.send(frame);
    return frame;
  };
  return { world, channel, arrivals, send };
}

const losses = ({ trace }: World) =>
  [...trace.events(['frame.lost'])].map(({ time, a, b, cause }) => ({
    time,
    frame: a,
    reason: trace.textOf(b),
    cause,
  }));

describe('one direction of a link', () => {
  it('takes size × 8 ÷ rate for the line and then its delay, to the nanosecond', () => {
    const { world, arrivals, send } = line({ delay: 5 * MILLISECOND, rate: 20e6 });
    send(1500); // 600 µs on a line of 20 Mbit/s
    send(40); // 16 µs, behind it
    world.kernel.call(10 * MILLISECOND, () => send(100)); // 40 µs, the line is free again
    world.kernel.run();
    expect(arrivals.map(({ time }) => time)).toEqual([5_600_000, 5_616_000, 15_040_000]);
  });

  it('rounds each frame to whole nanoseconds: 100 bytes at 3 Mbit/s are 266,667 ns', () => {
    const { world, arrivals, send } = line({ delay: 0, rate: 3e6 });
    for (let i = 0; i < 3; i++) send(100);
    world.kernel.run();
    expect(arrivals.map(({ time }) => time)).toEqual([266_667, 533_334, 800_001]);
  });

  it('counts overhead on the line: 38 bytes for Ethernet with preamble and gap', () => {
    const { world, arrivals, send } = line({ delay: 0, rate: 1e9, overheadBytes: 38 });
    send(1500);
    world.kernel.run();
    expect(arrivals[0]!.time).toBe(12_304);
  });

  it('needs no time for the line without a rate, and keeps the order', () => {
    const { world, arrivals, send } = line({ delay: MILLISECOND });
    const sent = [send(1500), send(40), send(500)];
    world.kernel.run();
    expect(arrivals.map(({ time, frame }) => [time, frame])).toEqual(
      sent.map((frame) => [MILLISECOND, frame]),
    );
  });

  it('has one entry in the kernel’s queue, however many frames are under way', () => {
    const { world, arrivals, send } = line({ delay: 50 * MILLISECOND, rate: 1e9, queueBytes: 1e9 });
    const sent = Array.from({ length: 1000 }, () => send(1500));
    expect(world.kernel.pending).toBe(1);
    world.kernel.run();
    expect(arrivals.map(({ frame }) => frame)).toEqual(sent);
    expect(arrivals.at(-1)!.time).toBe(1000 * 12_000 + 50 * MILLISECOND);
  });

  it('keeps its order also when frames are sent while others arrive, across the growth of its ring', () => {
    const { world, arrivals, send } = line({ delay: 100 * MICROSECOND, rate: 1e9, queueBytes: 1e9 });
    const sent: number[] = [];
    for (let i = 0; i < 2000; i++)
      world.kernel.call(i * 7 * MICROSECOND, () => void sent.push(send(40 + ((i * 91) % 1400))));
    world.kernel.run();
    expect(arrivals.map(({ frame }) => frame)).toEqual(sent);
  });

  it('drops what finds no room: bytes that wait, without the frame that is on the line', () => {
    const { world, channel, send, arrivals } = line({ delay: 0, rate: 8e6, queueBytes: 2500 }); // 1 byte a microsecond
    const sent = [send(1000), send(1000), send(1000), send(600), send(500)];
    // on the line: the first; waiting: 1000 + 1000; 600 more are too many, 500 just fit
    expect(channel.queuedBytes).toBe(2500);
    expect(losses(world)).toEqual([{ time: 0, frame: sent[3], reason: 'the queue is full', cause: 3 }]);
    world.kernel.run({ until: 1000 * MICROSECOND });
    expect(channel.queuedBytes).toBe(1500);
    send(1000);
    expect(channel.queuedBytes).toBe(2500);
    world.kernel.run();
    expect(channel.queuedBytes).toBe(0);
    expect(arrivals.map(({ time }) => time / MICROSECOND)).toEqual([1000, 2000, 3000, 3500, 4500]);
  });

  it('counts packets instead when it is told to', () => {
    const { world, send } = line({ delay: 0, rate: 8e6, queuePackets: 2 });
    const sent = [send(40), send(1500), send(1500), send(40)];
    expect(losses(world).map(({ frame }) => frame)).toEqual([sent[3]]);
  });

  it('counts what a fault will hold back while it waits for the line, like the rest', () => {
    const { world, channel, arrivals, send } = line({ delay: 0, rate: 8e6, queuePackets: 2 });
    channel.faults.push(reorder(1, MILLISECOND, namedRandom(1, 'late')));
    for (let i = 0; i < 5; i++) send(1000);
    expect(channel.queuedBytes).toBe(2000);
    world.kernel.run();
    expect(arrivals.length).toBe(3);
  });

  it('lets an idle line take a frame of any size, even with no room to wait', () => {
    const { world, send, arrivals } = line({ delay: 0, rate: 8e6, queueBytes: 0 });
    send(1500);
    send(40);
    world.kernel.run();
    expect([arrivals.length, losses(world).length]).toEqual([1, 1]);
  });

  it('reports sending, arrival and loss with their causes', () => {
    const { world, send } = line({ delay: MILLISECOND, rate: 8e6, queueBytes: 0 });
    send(100);
    send(100);
    world.kernel.run();
    const events = [...world.trace.events()];
    expect(events.map(({ kind, node, cause }) => [kind, node, cause])).toEqual([
      ['frame.sent', 'a', -1],
      ['frame.sent', 'a', -1],
      ['frame.lost', 'a', 1],
      ['frame.delivered', 'b', 0],
    ]);
  });

  it('needs a delay', () => {
    expect(() => line({ delay: Number.NaN })).toThrow(Misuse);
    expect(() => line({ delay: -1 })).toThrow(Misuse);
  });
});

describe('a link', () => {
  it('may be faster one way than the other', () => {
    const { world, a } = pair({ delay: 10 * MILLISECOND, rate: 1e6 }, {}, { rate: 8e6, delay: MILLISECOND });
    ping(a, '192.0.2.2');
    world.kernel.run();
    const arrived = [...world.trace.events(['frame.delivered'])].map(({ time }) => time);
    // 28 bytes of ARP: 224 µs out, 28 µs back; 36 bytes of ping: 288 µs out, 36 µs back
    expect(arrived).toEqual([10_224_000, 11_252_000, 21_540_000, 22_576_000]);
  });
});

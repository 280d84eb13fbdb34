import { describe, expect, it } from 'vitest';
import { readPackets } from '../../../src/engine/inspect/packets.ts';
import { SWITCH_MEMORY } from '../../../src/engine/net/link/switch.ts';
import { home, ping } from '../small-world.ts';

/** Machines behind the switch that heard the last echo request of `sequence` from a host. */
function hearers({ world, network }: ReturnType<typeof home>, maker: string, from: number): string[] {
  const packet = readPackets(world.trace, network.channels).find(
    (one) => one.maker === maker && one.event >= from && world.trace.frames.size(one.frame) === 50,
  );
  return packet!.hops.filter((hop) => hop.from === 'switch').map(({ to }) => to);
}

/** 60 bytes of an EtherType for experiments (IEEE 802, 88-B5), which nobody understands. */
function rawFrame(
  { world }: ReturnType<typeof home>,
  to: readonly number[],
  from: readonly number[],
): number {
  const { frames } = world.trace;
  const frame = frames.alloc(60);
  const at = frames.at(frame);
  frames.slab(frame).fill(0, at, at + 60);
  frames.slab(frame).set([...to, ...from, 0x88, 0xb5], at);
  return frame;
}

describe('a learning switch', () => {
  it('floods what it does not know, and from then on only as far as needed', () => {
    const run = home();
    ping(run.laptop, '192.168.1.24');
    run.world.kernel.run();
    const [question, answer] = readPackets(run.world.trace, run.network.channels);
    expect(question!.hops.filter((hop) => hop.from === 'switch').map(({ to }) => to)).toEqual([
      'phone',
      'desk',
      'home',
    ]);
    // the answer goes straight to where the question came from
    expect(answer!.hops.filter((hop) => hop.from === 'switch').map(({ to }) => to)).toEqual(['laptop']);
    expect(hearers(run, 'laptop', 0)).toEqual(['phone']);
    expect([...run.lan.rows().values()]).toEqual([
      { mac: '00:00:5e:00:53:01', port: 'p1' },
      { mac: '00:00:5e:00:53:03', port: 'p2' },
    ]);
  });

  it('forgets an address five minutes after it was last heard, and floods again', () => {
    const heardBy = (wait: number): string[] => {
      const run = home();
      const { world, laptop, desk } = run;
      ping(laptop, '192.168.1.24');
      world.kernel.run();
      const [last] = [...world.trace.events(['frame.delivered'])]
        .filter(({ node, b }) => node === 'switch' && b === 0)
        .slice(-1);
      world.kernel.run({ until: last!.time + SWITCH_MEMORY + wait });
      const frame = rawFrame(run, [0, 0, 0x5e, 0, 0x53, 1], [0, 0, 0x5e, 0, 0x53, 5]);
      desk.ip.nics[0]!.send(frame);
      world.kernel.run();
      const packet = readPackets(world.trace, run.network.channels).at(-1)!;
      return packet.hops.filter((hop) => hop.from === 'switch').map(({ to }) => to);
    };
    const travel = 100_000 + 368; // 46 bytes at 1 Gbit/s, and the delay
    expect(heardBy(-travel - 1)).toEqual(['laptop']);
    expect(heardBy(-travel)).toEqual(['laptop', 'phone', 'home']);
  });

  it('follows a card that moves to another port', () => {
    const run = home();
    const { world, laptop, phone } = run;
    ping(laptop, '192.168.1.24');
    world.kernel.run();
    // the phone speaks with the laptop’s card, as if the card had been put there
    const frame = world.trace.frames.alloc(60);
    const slab = world.trace.frames.slab(frame);
    const at = world.trace.frames.at(frame);
    slab.fill(0, at, at + 60);
    slab.set([0, 0, 0x5e, 0, 0x53, 7, 0, 0, 0x5e, 0, 0x53, 1, 0x88, 0xb5], at);
    phone.ip.nics[0]!.send(frame);
    world.kernel.run();
    expect(run.lan.rows().get('00:00:5e:00:53:01')!.port).toBe('p2');
  });

  it('does not send a frame back to where it came from', () => {
    const run = home();
    const { world, laptop } = run;
    ping(laptop, '192.168.1.24');
    world.kernel.run();
    const { frames } = world.trace;
    const frame = frames.alloc(60);
    const at = frames.at(frame);
    frames.slab(frame).fill(0, at, at + 60);
    frames.slab(frame).set([0, 0, 0x5e, 0, 0x53, 1, 0, 0, 0x5e, 0, 0x53, 1, 0x88, 0xb5], at);
    laptop.ip.nics[0]!.send(frame);
    world.kernel.run();
    const packet = readPackets(world.trace, run.network.channels).at(-1)!;
    expect([packet.hops.length, packet.outcome, packet.reason]).toEqual([
      1,
      'refused',
      'it came from where it would go',
    ]);
  });

  it('is silent while it is off, and knows nothing when it comes back', () => {
    const run = home();
    const { world, laptop } = run;
    ping(laptop, '192.168.1.24');
    world.kernel.run();
    const now = world.now;
    world.input(now + 1, 'off', { machine: 'switch' });
    world.kernel.run({ until: now + 2 });
    ping(laptop, '192.168.1.24', 2);
    world.kernel.run();
    expect(readPackets(world.trace, run.network.channels).at(-1)!.reason).toBe('the machine is off');
    expect(run.lan.rows().size).toBe(0);
    world.input(world.now + 1, 'restart', { machine: 'switch' });
    world.kernel.run();
    const before = world.trace.length;
    ping(laptop, '192.168.1.24', 3);
    world.kernel.run();
    expect(hearers(run, 'laptop', before)).toEqual(['phone', 'desk', 'home']);
  });
});

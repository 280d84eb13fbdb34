import { describe, expect, it } from 'vitest';
import { namedRandom } from '../../../src/engine/base/random.ts';
import { MICROSECOND, MILLISECOND } from '../../../src/engine/base/units.ts';
import {
  corrupt,
  corruptPastFcs,
  cut,
  delayNth,
  dropNth,
  duplicate,
  type Fault,
  flipNth,
  randomLoss,
  reorder,
} from '../../../src/engine/net/link/fault.ts';
import { Channel } from '../../../src/engine/net/link/link.ts';
import { World } from '../../../src/engine/sim/world.ts';

const DELAY = MILLISECOND;
const random = () => namedRandom(11, 'fault');

/** Sends `count` frames of `ipBytes`, 100 µs apart, through a link with faults; the first four bytes number them from 1. */
function through(faults: readonly Fault[], count: number, ipBytes: number | readonly number[] = 100) {
  const world = new World();
  const { frames } = world.trace;
  const arrived: { time: number; ordinal: number; bytes: Uint8Array; frame: number }[] = [];
  const channel = new Channel(
    world,
    0,
    'a',
    {
      nodeName: 'b',
      receive(frame) {
        const bytes = frames.read(frame);
        arrived.push({ time: world.now, ordinal: bytes[0]! * 256 + bytes[1]!, bytes, frame });
      },
    },
    { delay: DELAY },
  );
  channel.faults.push(...faults);
  for (let i = 1; i <= count; i++) {
    world.kernel.call((i - 1) * 100 * MICROSECOND, () => {
      const frame = frames.alloc((typeof ipBytes === 'number' ? ipBytes : ipBytes[i - 1]!) + 14);
      frames.slab(frame).fill(0, frames.at(frame), frames.at(frame) + frames.size(frame));
      frames.slab(frame)[frames.at(frame)] = i >> 8;
      frames.slab(frame)[frames.at(frame) + 1] = i;
      channel.send(frame);
    });
  }
  world.kernel.run();
  const of = (kind: string) => [...world.trace.events([kind])];
  const lost = of('frame.lost').map(({ time, a, b }) => ({ time, frame: a, reason: world.trace.textOf(b) }));
  return {
    world,
    arrived,
    ordinals: arrived.map(({ ordinal }) => ordinal),
    lost,
    corrupted: of('frame.corrupted'),
  };
}

describe('faults', () => {
  it('random loss: its share of frames, the same ones again with the same chance, and only long ones if asked', () => {
    const once = through([randomLoss(0.1, random())], 5000);
    expect(Math.abs(once.lost.length / 5000 - 0.1)).toBeLessThan(0.015);
    expect(once.arrived.length + once.lost.length).toBe(5000);
    expect(through([randomLoss(0.1, random())], 5000).ordinals).toEqual(once.ordinals);
    const sizes = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 100 : 101));
    const longOnly = through([randomLoss(0.5, random(), 100)], 1000, sizes);
    expect(longOnly.ordinals.filter((one) => one % 2 === 1).length).toBe(500);
    expect(Math.abs(longOnly.lost.length - 250)).toBeLessThan(50);
  });

  it('a lost frame is lost where it would have arrived, and has occupied the line', () => {
    const { lost } = through([dropNth([2])], 3);
    expect(lost.map(({ time, reason }) => [time, reason])).toEqual([
      [DELAY + 100 * MICROSECOND, 'dropped, by your fault'],
    ]);
  });

  it('drop: the frames with these ordinals', () => {
    expect(through([dropNth([1, 3])], 4).ordinals).toEqual([2, 4]);
  });

  it('delay: one frame is overtaken', () => {
    const { ordinals, arrived } = through([delayNth(2, 250 * MICROSECOND)], 5);
    expect(ordinals).toEqual([1, 3, 4, 2, 5]);
    expect(arrived[3]!.time).toBe(100 * MICROSECOND + DELAY + 250 * MICROSECOND);
  });

  it('reorder: nothing is lost, some are overtaken, none by more than the bound', () => {
    const { ordinals, arrived } = through([reorder(0.3, MILLISECOND, random())], 500);
    expect([...ordinals].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    expect(ordinals.some((one, i) => i > 0 && one < ordinals[i - 1]!)).toBe(true);
    for (const { time, ordinal } of arrived) {
      const late = time - DELAY - (ordinal - 1) * 100 * MICROSECOND;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(MILLISECOND);
    }
  });

  it('duplicate: the same frame twice at the same time', () => {
    const { ordinals, arrived } = through([duplicate(1, random())], 3);
    expect(ordinals).toEqual([1, 1, 2, 2, 3, 3]);
    expect(arrived[0]!.frame).toBe(arrived[1]!.frame);
    expect(Math.abs(through([duplicate(0.2, random())], 2000).arrived.length - 2400)).toBeLessThan(60);
  });

  it('corrupt: the receiver’s check sequence refuses the frame', () => {
    const { arrived, corrupted, world } = through([corrupt(1, random())], 4);
    expect(arrived).toEqual([]);
    expect(corrupted.length).toBe(4);
    const { frames } = world.trace;
    for (const { a, cause } of corrupted) {
      expect(frames.origin(a)).toBe(world.trace.aOf(cause));
      expect(differingBits(frames.read(a), frames.read(frames.origin(a))).length).toBe(1);
    }
  });

  it('corruptPastFcs: one bit of the IP payload is wrong, and the frame arrives', () => {
    const { arrived, world } = through([corruptPastFcs(1, random())], 200, 60);
    const { frames } = world.trace;
    const flipped = arrived.map(({ frame }) =>
      differingBits(frames.read(frame), frames.read(frames.origin(frame))),
    );
    for (const bits of flipped) {
      expect(bits.length).toBe(1);
      expect(bits[0]).toBeGreaterThanOrEqual(34 * 8);
      expect(bits[0]).toBeLessThan(74 * 8);
    }
    expect(new Set(flipped.map(([bit]) => bit)).size).toBeGreaterThan(100);
    // what holds nothing but headers has nothing to be damaged
    expect(through([corruptPastFcs(1, random())], 5, 20).arrived.every(({ frame }, i) => frame === i)).toBe(
      true,
    );
  });

  it('flip: this bit of this frame', () => {
    const { arrived, world } = through([flipNth(2, 8 * 40 + 3, true)], 3);
    const { frames } = world.trace;
    expect(arrived.map(({ frame }) => frames.origin(frame))).toEqual([-1, 1, -1]);
    expect(arrived[1]!.bytes[40]).toBe(0x80 >> 3);
    expect(through([flipNth(2, 0, false)], 3).ordinals).toEqual([1, 3]);
  });

  it('cut: everything that is sent in the meantime', () => {
    const { ordinals, lost } = through([cut(150 * MICROSECOND, 350 * MICROSECOND)], 5);
    expect(ordinals).toEqual([1, 2, 5]);
    expect(lost.every(({ reason }) => reason === 'the link is cut')).toBe(true);
  });

  it('work together: the first reason of a loss is told, and a doubled frame may be damaged once', () => {
    const { lost } = through([cut(0), dropNth([1])], 1);
    expect(lost.map(({ reason }) => reason)).toEqual(['the link is cut']);
    const both = through([duplicate(1, random()), flipNth(1, 8 * 50, true)], 1);
    expect(both.arrived.map(({ bytes }) => bytes[50]).sort()).toEqual([0, 0x80]);
  });

  it('work together: no copy crosses a link that is cut', () => {
    expect(through([duplicate(1, random()), cut(0)], 3).arrived).toEqual([]);
  });

  it('work together: what is held back may be lost or damaged like the rest', () => {
    const late = delayNth(1, 300 * MICROSECOND);
    expect(through([late, dropNth([1])], 2).lost.map(({ time }) => time)).toEqual([
      DELAY + 300 * MICROSECOND,
    ]);
    expect(through([late, flipNth(1, 0, false)], 2).corrupted.map(({ time }) => time)).toEqual([
      DELAY + 300 * MICROSECOND,
    ]);
  });
});

function differingBits(a: Uint8Array, b: Uint8Array): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < a.length * 8; bit++) {
    if (((a[bit >> 3]! ^ b[bit >> 3]!) << (bit & 7)) & 0x80) bits.push(bit);
  }
  return bits;
}

import { describe, expect, it } from 'vitest';
import { Misuse } from '../../src/engine/base/errors.ts';
import { FrameStore, HEADER_BYTES, MAX_FRAME } from '../../src/engine/trace/frames.ts';
import { evening, home, ping } from '../net/small-world.ts';

/** A frame filled with a pattern that tells which it is. */
function fill(store: FrameStore, size: number, mark: number): number {
  const frame = store.alloc(size);
  const slab = store.slab(frame);
  const at = store.at(frame);
  for (let i = 0; i < size; i++) slab[at + i] = (mark + i) & 255;
  return frame;
}

const holds = (store: FrameStore, frame: number, mark: number, length = store.size(frame)) =>
  [...store.read(frame)].every((byte, i) => byte === ((mark + i) & 255)) &&
  store.read(frame).length === length;

describe('kept frames', () => {
  it('stay as they were written, over many slabs', () => {
    const store = new FrameStore(true);
    const frames = Array.from({ length: 5000 }, (_, i) => fill(store, 60 + ((i * 37) % 1455), i));
    for (const frame of frames) store.release(frame);
    expect(store.count).toBe(5000);
    expect(store.cut).toBe(0);
    for (const [i, frame] of frames.entries()) {
      expect(frame).toBe(i);
      expect(holds(store, frame, i)).toBe(true);
      expect(store.isCut(frame)).toBe(false);
    }
  });

  it('are cut to their headers when the limit is reached, once nobody holds them', () => {
    const store = new FrameStore(true, 10_000);
    const frames = Array.from({ length: 50 }, (_, i) => fill(store, 1000, i));
    // whole while they travel
    for (const [i, frame] of frames.entries()) expect(holds(store, frame, i)).toBe(true);
    store.retain(frames[49]!);
    for (const frame of frames) store.release(frame);
    expect(store.isCut(frames[49]!)).toBe(false);
    store.release(frames[49]!);
    expect(store.cut).toBe(40);
    for (const [i, frame] of frames.entries()) {
      expect(store.size(frame)).toBe(1000);
      expect(store.isCut(frame)).toBe(i >= 10);
      expect(holds(store, frame, i, i < 10 ? 1000 : HEADER_BYTES)).toBe(true);
    }
  });

  it('are not cut when they are no longer than the headers', () => {
    const store = new FrameStore(true, 0);
    const frame = fill(store, 60, 1);
    store.release(frame);
    expect(store.isCut(frame)).toBe(false);
    expect(holds(store, frame, 1)).toBe(true);
  });

  it('can be shortened and given up by their maker', () => {
    for (const limit of [1e6, 0]) {
      const store = new FrameStore(true, limit);
      const first = fill(store, MAX_FRAME, 1);
      store.resize(first, 500);
      for (let i = 0; i < 2000; i++) store.discard(store.alloc(MAX_FRAME));
      const second = fill(store, 700, 2);
      expect([first, second, store.count, store.cut]).toEqual([0, 1, 2, 0]);
      expect(holds(store, first, 1)).toBe(true);
      expect(holds(store, second, 2)).toBe(true);
      expect(() => store.resize(first, 501)).toThrow(Misuse);
    }
  });

  it('remember what they were copied from', () => {
    const store = new FrameStore(true);
    const first = fill(store, 100, 1);
    const second = store.copy(first);
    store.slab(second)[store.at(second)] = 99;
    expect(store.origin(second)).toBe(first);
    expect(store.origin(first)).toBe(-1);
    expect(holds(store, first, 1)).toBe(true);
    expect(store.read(second)[0]).toBe(99);
    expect([...store.read(second).subarray(1)]).toEqual([...store.read(first).subarray(1)]);
  });

  it('have a largest size', () => {
    expect(() => new FrameStore(true).alloc(MAX_FRAME + 1)).toThrow(Misuse);
  });
});

describe('frames that are not kept', () => {
  it('use numbers and slots again, but not while somebody holds them', () => {
    const store = new FrameStore(false);
    const held = fill(store, 100, 7);
    store.retain(held);
    for (let i = 0; i < 10_000; i++) store.release(fill(store, 1500, i));
    store.release(held);
    expect(holds(store, held, 7)).toBe(true);
    expect(store.count).toBe(2);
    store.release(held);
    const a = fill(store, 100, 1);
    const b = fill(store, 100, 2);
    expect(new Set([a, b]).size).toBe(2);
    expect(store.count).toBe(2);
    expect(holds(store, a, 1)).toBe(true);
    expect(store.origin(a)).toBe(-1);
  });

  it('are let go in a busy run: hundreds are sent in the room of few', () => {
    for (const loss of [0, 0.1]) {
      const { trace, kernel } = evening({ seed: 4, level: 'off' }, loss).world;
      expect(kernel.processed).toBeGreaterThan(200);
      expect(trace.frames.count).toBeLessThan(80);
    }
  });

  it('are let go also after switches flooded them, routers refused them and ARP failed', () => {
    const { world, laptop } = home({ level: 'off' });
    const counts: number[] = [];
    for (let round = 0; round < 30; round++) {
      ping(laptop, '203.0.113.80', round);
      ping(laptop, '203.0.113.99', round);
      ping(laptop, '100.64.0.1', round);
      ping(laptop, '192.168.1.77', round);
      world.kernel.run();
      counts.push(world.trace.frames.count);
    }
    expect(counts.at(-1)).toBe(counts[2]);
  });
});

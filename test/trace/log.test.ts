import { describe, expect, it } from 'vitest';
import { NONE, Trace } from '../../src/engine/trace/log.ts';
import { evening } from '../net/small-world.ts';

describe('levels', () => {
  const record = (level: 'off' | 'requests' | 'full') => {
    const trace = new Trace(level);
    const frames = trace.kind('frame.sent');
    const requests = trace.kind('dns.ask', 'requests');
    const node = trace.node('n');
    return [
      trace.record(1, frames, node, 1, 2),
      trace.recordDetail(2, requests, node, { name: 'x.' }),
      trace.length,
    ];
  };

  it('decide which kinds are recorded', () => {
    expect(record('off')).toEqual([NONE, NONE, 0]);
    expect(record('requests')).toEqual([NONE, 0, 1]);
    expect(record('full')).toEqual([0, 1, 2]);
  });

  it('do not change what happens in the world', () => {
    const runs = (['off', 'requests', 'full'] as const).map(
      (level) => evening({ seed: 3, level }, 0.05).world,
    );
    expect(new Set(runs.map(({ kernel }) => kernel.processed)).size).toBe(1);
    expect(new Set(runs.map(({ now }) => now)).size).toBe(1);
    expect(runs.map(({ trace }) => trace.length > 0)).toEqual([false, true, true]);
  });
});

describe('the log', () => {
  it('keeps every field over many chunks, negative operands and late times included', () => {
    const trace = new Trace();
    const kinds = ['a', 'b', 'c'].map((name) => trace.kind(name));
    const nodes = ['x', 'y'].map((name) => trace.node(name));
    const count = 40_000;
    for (let i = 0; i < count; i++) {
      trace.cause = i % 7 === 0 ? NONE : i - 1;
      trace.record(i * 1e9 + 1, kinds[i % 3]!, nodes[i % 2]!, -i, i * 50_000);
    }
    for (const i of [0, 1, 16_383, 16_384, 16_385, 32_768, count - 1]) {
      expect(trace.event(i)).toEqual({
        id: i,
        time: i * 1e9 + 1,
        kind: ['a', 'b', 'c'][i % 3],
        node: ['x', 'y'][i % 2],
        cause: i % 7 === 0 ? NONE : i - 1,
        a: -i | 0,
        b: i * 50_000,
        detail: undefined,
      });
    }
    expect([...trace.events(['b'], 10, 20)].map(({ id }) => id)).toEqual([10, 13, 16, 19]);
    expect([...trace.events(['nothing'])]).toEqual([]);
  });

  it('counts the events until a time', () => {
    const trace = new Trace();
    const kind = trace.kind('a');
    for (const time of [1, 5, 5, 5, 9]) trace.record(time, kind, 0, 0, 0);
    expect([0, 1, 4, 5, 8, 9, 10].map((time) => trace.countUntil(time))).toEqual([0, 1, 1, 4, 4, 5, 5]);
  });

  it('makes an event the cause of what is recorded inside, and gives the cause back, after errors too', () => {
    const trace = new Trace();
    const kind = trace.kind('a');
    const first = trace.record(1, kind, 0, 0, 0);
    expect(() =>
      trace.because(first, () => {
        trace.record(1, kind, 0, 0, 0);
        throw new Error('x');
      }),
    ).toThrow('x');
    trace.record(1, kind, 0, 0, 0);
    // an event that was not recorded changes nothing
    trace.because(NONE, () => trace.record(1, kind, 0, 0, 0));
    expect([1, 2, 3].map((id) => trace.causeOf(id))).toEqual([first, NONE, NONE]);
  });

  it('freezes details', () => {
    const trace = new Trace();
    const id = trace.recordDetail(1, trace.kind('a'), 0, { x: 1 });
    expect(Object.isFrozen(trace.detailOf(id))).toBe(true);
  });

  it('has causes that lie before their effects, in every run', () => {
    const { trace } = evening({ seed: 2 }, 0.05).world;
    for (let id = 0; id < trace.length; id++) {
      const cause = trace.causeOf(id);
      expect(cause).toBeLessThan(id);
      if (cause !== NONE) expect(trace.timeOf(cause)).toBeLessThanOrEqual(trace.timeOf(id));
      if (id > 0) expect(trace.timeOf(id)).toBeGreaterThanOrEqual(trace.timeOf(id - 1));
    }
  });
});

describe('the digest', () => {
  const digestOf = (change: (trace: Trace) => void): string => {
    const trace = new Trace();
    const kind = trace.kind('a');
    const node = trace.node('n');
    trace.record(1, kind, node, 1, 2);
    change(trace);
    return trace.digest;
  };

  const sealed = (trace: Trace, ...bytes: number[]): void => {
    const frame = trace.frames.alloc(bytes.length);
    trace.frames.slab(frame).set(bytes, trace.frames.at(frame));
    trace.seal(frame);
  };

  it('tells apart time, kind, node, cause, operands, details and bytes', () => {
    const changes: ((trace: Trace) => void)[] = [
      () => {},
      (trace) => trace.record(2, trace.kind('a'), trace.node('n'), 1, 2),
      (trace) => trace.record(3, trace.kind('a'), trace.node('n'), 1, 2),
      (trace) => trace.record(2 + 2 ** 40, trace.kind('a'), trace.node('n'), 1, 2),
      (trace) => trace.record(2, trace.kind('b'), trace.node('n'), 1, 2),
      (trace) => trace.record(2, trace.kind('a'), trace.node('m'), 1, 2),
      (trace) => trace.because(0, () => trace.record(2, trace.kind('a'), trace.node('n'), 1, 2)),
      (trace) => trace.record(2, trace.kind('a'), trace.node('n'), 2, 2),
      (trace) => trace.record(2, trace.kind('a'), trace.node('n'), 1, 3),
      (trace) => trace.recordDetail(2, trace.kind('a'), trace.node('n'), { x: 1 }, 1, 2),
      (trace) => trace.recordDetail(2, trace.kind('a'), trace.node('n'), { x: 2 }, 1, 2),
      (trace) => trace.recordDetail(2, trace.kind('a'), trace.node('n'), { y: 1 }, 1, 2),
      (trace) => sealed(trace, 1, 2, 3, 4, 5),
      (trace) => sealed(trace, 1, 2, 3, 4, 6),
      (trace) => sealed(trace, 1, 2, 3, 4, 5, 0),
    ];
    expect(new Set(changes.map(digestOf)).size).toBe(changes.length);
  });

  it('is the same for the same world, seed and inputs, and another otherwise', () => {
    const digest = (seed: number, loss = 0.05): string => evening({ seed }, loss).world.trace.digest;
    expect(digest(5)).toBe(digest(5));
    expect(digest(6)).not.toBe(digest(5));
    expect(digest(5, 0.04)).not.toBe(digest(5));
  });
});

import { describe, expect, it } from 'vitest';
import { Misuse } from '../../src/engine/base/errors.ts';
import { Random } from '../../src/engine/base/random.ts';
import { NEVER, SECOND } from '../../src/engine/base/units.ts';
import { Kernel, type Target } from '../../src/engine/sim/kernel.ts';
import { Timer } from '../../src/engine/sim/timer.ts';
import { World } from '../../src/engine/sim/world.ts';
import { NONE, Trace } from '../../src/engine/trace/log.ts';

class Log implements Target {
  readonly kernel: Kernel;
  readonly seen: [time: number, op: number, arg: number][] = [];
  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }
  onEvent(op: number, arg: number): void {
    this.seen.push([this.kernel.now, op, arg]);
  }
}

const kernelWithLog = (): { kernel: Kernel; log: Log } => {
  const kernel = new Kernel(new Trace('off'));
  return { kernel, log: new Log(kernel) };
};

describe('the queue', () => {
  it('runs events in the order of time, and of scheduling when times are equal', () => {
    const { kernel, log } = kernelWithLog();
    for (const [time, arg] of [
      [30, 1],
      [10, 2],
      [20, 3],
      [10, 4],
      [30, 5],
      [10, 6],
    ] as const)
      kernel.schedule(time, log, 0, arg);
    expect(kernel.run()).toBe('idle');
    expect(log.seen.map(([time, , arg]) => [time, arg])).toEqual([
      [10, 2],
      [10, 4],
      [10, 6],
      [20, 3],
      [30, 1],
      [30, 5],
    ]);
  });

  it('equals a stable sort for many random entries, scheduled before and during the run, some cancelled', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { kernel } = kernelWithLog();
      const random = new Random(seed);
      const expected: { time: number; order: number }[] = [];
      const seen: number[] = [];
      let order = 0;
      const handles: { handle: number; order: number }[] = [];
      const add = (): void => {
        const time = kernel.now + random.below(50);
        const mine = order++;
        expected.push({ time, order: mine });
        handles.push({ handle: kernel.schedule(time, target, 0, mine), order: mine });
      };
      const target: Target = {
        onEvent(_, arg) {
          seen.push(arg);
          if (order < 3000 && random.chance(0.7)) add();
          if (random.chance(0.6)) add();
          if (random.chance(0.2)) {
            const victim = handles[random.below(handles.length)]!;
            const isDue = !seen.includes(victim.order) && expected.some((one) => one.order === victim.order);
            expect(kernel.cancel(victim.handle)).toBe(isDue);
            const at = expected.findIndex((one) => one.order === victim.order);
            if (isDue) expected.splice(at, 1);
          }
        },
      };
      for (let i = 0; i < 60; i++) add();
      kernel.run({ maxEvents: 2000 });
      const sorted = [...expected]
        .sort((a, b) => a.time - b.time || a.order - b.order)
        .map((one) => one.order);
      expect(seen).toEqual(sorted.slice(0, seen.length));
      expect(seen.length).toBeGreaterThan(50);
    }
  });

  it('does not run what was cancelled, and cancels once', () => {
    const { kernel, log } = kernelWithLog();
    const first = kernel.schedule(5, log, 0, 1);
    kernel.schedule(6, log, 0, 2);
    expect(kernel.cancel(first)).toBe(true);
    expect(kernel.cancel(first)).toBe(false);
    // the slot of a finished entry is used again; the old handle does not reach the new entry
    kernel.run();
    const second = kernel.schedule(7, log, 0, 3);
    expect(kernel.cancel(first)).toBe(false);
    expect(second).not.toBe(first);
    kernel.run();
    expect(log.seen.map(([, , arg]) => arg)).toEqual([2, 3]);
  });

  it('cannot cancel what is running', () => {
    const { kernel } = kernelWithLog();
    let answer: boolean | undefined;
    const handle = kernel.schedule(1, { onEvent: () => void (answer = kernel.cancel(handle)) });
    kernel.run();
    expect(answer).toBe(false);
  });

  it('refuses the past, the end of time, and what is no number', () => {
    const { kernel, log } = kernelWithLog();
    kernel.schedule(10, log);
    kernel.run();
    for (const time of [9, NEVER, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => kernel.schedule(time, log)).toThrow(Misuse);
    expect(() => kernel.schedule(10, log)).not.toThrow();
  });

  it('stops at its limits, and goes on from there', () => {
    const { kernel, log } = kernelWithLog();
    for (let i = 1; i <= 10; i++) kernel.schedule(i * 10, log, 0, i);
    expect(kernel.run({ maxEvents: 3 })).toBe('events');
    expect([kernel.now, kernel.processed]).toEqual([30, 3]);
    expect(kernel.run({ until: 55 })).toBe('until');
    expect([kernel.now, kernel.processed]).toEqual([55, 5]);
    expect(kernel.run({ until: 60 })).toBe('until');
    expect(kernel.processed).toBe(6);
    kernel.schedule(65, { onEvent: () => kernel.stop() });
    expect(kernel.run()).toBe('stopped');
    expect(kernel.now).toBe(65);
    expect(kernel.run()).toBe('idle');
    expect([kernel.now, log.seen.length]).toEqual([100, 10]);
  });

  it('never turns its clock back, and moves it to the limit when nothing is left', () => {
    const { kernel, log } = kernelWithLog();
    kernel.schedule(100, log);
    kernel.schedule(200, log);
    kernel.run({ until: 150 });
    expect(kernel.run({ until: 40 })).toBe('until');
    expect(kernel.now).toBe(150);
    kernel.run();
    kernel.run({ until: 5000 });
    expect(kernel.now).toBe(5000);
  });

  it('leaves no cause behind for what is scheduled between two runs', () => {
    const trace = new Trace();
    const kernel = new Kernel(trace);
    const kind = trace.kind('tick', 'requests');
    for (const time of [1, 2, 3])
      kernel.call(time, () => {
        trace.cause = trace.record(time, kind, 0, 0, 0);
      });
    for (const limits of [{ until: 1 }, { maxEvents: 1 }, {}]) {
      kernel.run(limits);
      expect(trace.cause).toBe(NONE);
    }
  });

  it('hands the cause of each entry to the trace', () => {
    const trace = new Trace();
    const kernel = new Kernel(trace);
    const kind = trace.kind('x');
    trace.cause = trace.record(0, kind, 0, 0, 0);
    kernel.call(5, () => trace.record(5, kind, 0, 0, 0));
    trace.cause = NONE;
    kernel.call(5, () => trace.record(5, kind, 0, 0, 0));
    kernel.run();
    expect([trace.causeOf(1), trace.causeOf(2)]).toEqual([0, NONE]);
    expect(trace.cause).toBe(NONE);
  });
});

describe('timers', () => {
  it('fire at their last deadline, with one entry in the queue however often they move', () => {
    const { kernel } = kernelWithLog();
    const fired: number[] = [];
    const timer = new Timer(kernel, () => fired.push(kernel.now));
    timer.set(100);
    for (let i = 1; i <= 1000; i++) kernel.call(i / 100, () => timer.set(100 + i));
    kernel.run({ maxEvents: 1000 });
    expect(kernel.pending).toBe(1);
    kernel.run();
    expect(fired).toEqual([1100]);
    expect(timer.deadline).toBe(NEVER);
  });

  it('move to an earlier time, are cleared, and can be set again while they fire', () => {
    const { kernel } = kernelWithLog();
    const fired: number[] = [];
    const timer = new Timer(kernel, () => {
      fired.push(kernel.now);
      if (fired.length === 1) timer.set(kernel.now + 7);
    });
    timer.set(100);
    kernel.call(10, () => timer.set(50));
    kernel.run();
    expect(fired).toEqual([50, 57]);
    timer.set(500);
    timer.clear();
    kernel.run();
    expect(fired.length).toBe(2);
    timer.set(3); // past: now
    kernel.run();
    expect(fired.length).toBe(3);
  });

  it('have the event that set the deadline as their cause, not the one that queued them', () => {
    const trace = new Trace();
    const kernel = new Kernel(trace);
    const kind = trace.kind('x');
    const timer = new Timer(kernel, () => trace.record(kernel.now, kind, 0, 0, 0));
    timer.set(10);
    kernel.call(5, () => trace.because(trace.record(5, kind, 0, 0, 0), () => timer.set(20)));
    kernel.run();
    expect(trace.timeOf(1)).toBe(20);
    expect(trace.causeOf(1)).toBe(0);
  });
});

describe('worlds', () => {
  it('give streams of chance that depend on seed and name alone', () => {
    const draws = (seed: number, names: readonly string[]) => {
      const world = new World({ seed });
      return names.map((name) => [name, world.random(name).u32(), world.random(name).u32()]);
    };
    const forward = draws(7, ['a', 'b', 'c']);
    const backward = draws(7, ['c', 'x', 'b', 'a']);
    for (const row of forward) expect(backward).toContainEqual(row);
    expect(draws(8, ['a'])[0]![1]).not.toBe(forward[0]![1]);
  });

  it('take inputs that they know, record them, and refuse the rest', () => {
    const world = new World();
    const done: unknown[] = [];
    world.onInput('push', (detail) => {
      done.push([world.now, detail]);
      world.trace.record(world.now, world.trace.kind('pushed'), 0, 0, 0);
    });
    world.input(5 * SECOND, 'push', { hard: true });
    expect(() => world.input(1, 'pull', {})).toThrow(/no input is called pull/);
    world.kernel.run();
    expect(done).toEqual([[5 * SECOND, { hard: true }]]);
    expect(world.trace.event(0)).toMatchObject({
      kind: 'input',
      node: 'outside',
      detail: { what: 'push', hard: true },
    });
    expect(world.trace.causeOf(1)).toBe(0);
    for (let i = 1; i < 1000; i++) world.input(6 * SECOND, 'push', {});
    expect(() => world.input(6 * SECOND, 'push', {})).toThrow(/more than 1000 inputs/);
  });

  it('tell the time of day from their epoch', () => {
    const world = new World({ epochSeconds: 1000 });
    world.kernel.run({ until: 2.9 * SECOND });
    expect(world.seconds).toBe(1002);
  });
});

describe('a run that somebody drives', () => {
  it('knows when the next entry is due', () => {
    const { kernel, log } = kernelWithLog();
    expect(kernel.next).toBe(NEVER);
    kernel.schedule(30, log);
    const first = kernel.schedule(20, log);
    expect(kernel.next).toBe(20);
    kernel.cancel(first);
    // it leaves the queue when its time comes
    expect(kernel.next).toBe(20);
    kernel.run({ until: 25 });
    expect(kernel.next).toBe(30);
    kernel.run();
    expect(kernel.next).toBe(NEVER);
  });

  it('hands its inputs to a keeper, as many as there are', () => {
    const kept: number[] = [];
    const world = new World({ keeper: ({ time }) => kept.push(time) });
    world.onInput('tick', () => {});
    for (let time = 0; time < 2_000; time++) world.input(time, 'tick', {});
    expect(kept.length).toBe(2_000);
    expect(world.inputs).toEqual([]);
    const other = new World();
    other.onInput('tick', () => {});
    for (let time = 0; time < 1_000; time++) other.input(time, 'tick', {});
    expect(() => other.input(1_000, 'tick', {})).toThrow(Misuse);
  });
});

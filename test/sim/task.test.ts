import { describe, expect, it } from 'vitest';
import { Misuse } from '../../src/engine/base/errors.ts';
import { Kernel } from '../../src/engine/sim/kernel.ts';
import { Mailbox, ProgramError, sleep, spawn, type Task, type Waker } from '../../src/engine/sim/task.ts';
import { NONE, Trace } from '../../src/engine/trace/log.ts';

const newKernel = (): Kernel => new Kernel(new Trace('off'));

describe('tasks', () => {
  it('start with an event of their own, sleep in virtual time, and give a result', () => {
    const kernel = newKernel();
    const log: unknown[] = [];
    const task = spawn(
      kernel,
      'nap',
      (function* (): Task<string> {
        log.push(kernel.now);
        yield* sleep(kernel, 250);
        log.push(kernel.now);
        return 'rested';
      })(),
    );
    expect(log).toEqual([]);
    kernel.run();
    expect(log).toEqual([0, 250]);
    expect([task.state, task.result]).toEqual(['done', 'rested']);
  });

  it('are never resumed inside another task’s stack', () => {
    const kernel = newKernel();
    const log: string[] = [];
    let waker: Waker | undefined;
    spawn(
      kernel,
      'waits',
      (function* (): Task {
        yield (mine) => {
          waker = mine;
          return () => {};
        };
        log.push('resumed');
      })(),
    );
    spawn(
      kernel,
      'wakes',
      (function* (): Task {
        waker!.wake();
        waker!.wake(); // once is enough
        log.push('went on first');
        yield* sleep(kernel, 1);
      })(),
    );
    kernel.run();
    expect(log).toEqual(['went on first', 'resumed']);
  });

  it('run their finally blocks when they are cancelled, and undo what they waited for', () => {
    const kernel = newKernel();
    const log: string[] = [];
    const task = spawn(
      kernel,
      'long',
      (function* (): Task {
        try {
          try {
            yield* sleep(kernel, 1000);
            log.push('never');
          } finally {
            log.push('inner');
          }
        } finally {
          log.push('outer');
        }
      })(),
    );
    kernel.call(10, () => task.cancel());
    expect(kernel.run()).toBe('idle');
    expect([log, task.state]).toEqual([['inner', 'outer'], 'cancelled']);
    // the entry of the sleep was cancelled with it: nothing ran at 1000
    expect(kernel.now).toBe(10);
    task.cancel();
    kernel.run();
    expect(log.length).toBe(2);
  });

  it('that are cancelled at once take their first step before they end', () => {
    const kernel = newKernel();
    let ran = false;
    const task = spawn(
      kernel,
      'late',
      (function* (): Task {
        ran = true;
        yield* sleep(kernel, 1);
      })(),
    );
    // its first event is scheduled already, and comes first
    task.cancel();
    kernel.run();
    expect(task.state).toBe('cancelled');
    expect(ran).toBe(true);
    expect(kernel.now).toBe(0);
  });

  it('may not yield in a finally block; a program that gives up in there ends', () => {
    const kernel = newKernel();
    const bad = spawn(
      kernel,
      'bad',
      (function* (): Task {
        try {
          yield* sleep(kernel, 100);
        } finally {
          yield* sleep(kernel, 1);
        }
      })(),
    );
    kernel.call(1, () => bad.cancel());
    expect(() => kernel.run()).toThrow(Misuse);
    const other = newKernel();
    const gives = spawn(
      other,
      'gives up',
      (function* (): Task {
        try {
          yield* sleep(other, 100);
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: what is tested
          throw new ProgramError('EPIPE');
        }
      })(),
    );
    other.call(1, () => gives.cancel());
    other.run();
    expect([gives.state, (gives.error as ProgramError).code]).toEqual(['cancelled', 'EPIPE']);
  });

  it('fail with a ProgramError, and pass it to whoever joins; other errors are bugs and thrown', () => {
    const kernel = newKernel();
    const failing = spawn(
      kernel,
      'failing',
      (function* (): Task {
        yield* sleep(kernel, 5);
        throw new ProgramError('ECONNREFUSED');
      })(),
    );
    const joining = spawn(
      kernel,
      'joining',
      (function* (): Task<string> {
        try {
          yield* failing.join();
          return 'fine';
        } catch (error) {
          return (error as ProgramError).code;
        }
      })(),
    );
    kernel.run();
    expect([failing.state, joining.result]).toEqual(['failed', 'ECONNREFUSED']);
    const late = spawn(kernel, 'late', failing.join());
    kernel.run();
    expect([late.state, (late.error as ProgramError).code]).toEqual(['failed', 'ECONNREFUSED']);
    spawn(
      kernel,
      'bug',
      (function* (): Task {
        yield* sleep(kernel, 1);
        throw new TypeError('ours');
      })(),
    );
    expect(() => kernel.run()).toThrow('ours');
  });

  it('get an error thrown where they wait', () => {
    const kernel = newKernel();
    let waker: Waker | undefined;
    const task = spawn(
      kernel,
      'waits',
      (function* (): Task<string> {
        try {
          yield (mine) => {
            waker = mine;
            return () => {};
          };
        } catch (error) {
          return (error as ProgramError).code;
        }
        return 'woken';
      })(),
    );
    kernel.call(3, () => waker!.fail(new ProgramError('ETIMEDOUT')));
    kernel.run();
    expect(task.result).toBe('ETIMEDOUT');
  });

  it('have the waker’s event as cause of what they do next', () => {
    const trace = new Trace();
    const kernel = new Kernel(trace);
    const kind = trace.kind('x');
    let waker: Waker | undefined;
    spawn(
      kernel,
      'waits',
      (function* (): Task {
        yield (mine) => {
          waker = mine;
          return () => {};
        };
        trace.record(kernel.now, kind, 0, 0, 0);
      })(),
    );
    kernel.call(5, () => trace.because(trace.record(5, kind, 0, 0, 0), () => waker!.wake()));
    kernel.run();
    expect([trace.causeOf(0), trace.causeOf(1)]).toEqual([NONE, 0]);
  });
});

describe('mailboxes', () => {
  it('give items in order to takers in order, and hold no more than they may', () => {
    const kernel = newKernel();
    const box = new Mailbox<number>(3);
    expect([1, 2, 3, 4].map((item) => box.put(item))).toEqual([true, true, true, false]);
    const taken: string[] = [];
    for (const name of ['a', 'b']) {
      spawn(
        kernel,
        name,
        (function* (): Task {
          for (;;) taken.push(`${name}${yield* box.take()}`);
        })(),
      );
    }
    kernel.call(10, () => box.put(5));
    kernel.call(20, () => box.put(6));
    kernel.run();
    // the first to run empties the box
    expect(taken.slice(0, 3)).toEqual(['a1', 'a2', 'a3']);
    expect(taken.slice(3).map((one) => one.slice(1))).toEqual(['5', '6']);
    expect(box.length).toBe(0);
  });

  it('wake the next taker when the first is cancelled between its wake-up and its step', () => {
    const kernel = newKernel();
    const box = new Mailbox<number>();
    const taken: string[] = [];
    const taker = (name: string) =>
      spawn(
        kernel,
        name,
        (function* (): Task {
          taken.push(`${name}${yield* box.take()}`);
        })(),
      );
    const first = taker('a');
    taker('b');
    kernel.call(10, () => {
      first.cancel();
      box.put(1);
    });
    kernel.run();
    expect(taken).toEqual(['b1']);
  });

  it('lose nothing when a taker is cancelled before anything came', () => {
    const kernel = newKernel();
    const box = new Mailbox<number>();
    const taken: string[] = [];
    const first = spawn(
      kernel,
      'a',
      (function* (): Task {
        taken.push(`a${yield* box.take()}`);
      })(),
    );
    spawn(
      kernel,
      'b',
      (function* (): Task {
        taken.push(`b${yield* box.take()}`);
      })(),
    );
    kernel.call(5, () => first.cancel());
    kernel.call(10, () => box.put(1));
    kernel.run();
    expect(taken).toEqual(['b1']);
  });
});

// Timers, ticks, promises and immediates: what comes when.
'use strict';
const timers = require('node:timers');
const { assert, cases } = require('./case.cjs');

cases('timers', (add) => {
  add('ticks before promises before immediates', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        setImmediate(() => (t.log('immediate'), done()));
        Promise.resolve().then(() => t.log('promise'));
        process.nextTick(() => t.log('tick'));
        t.log('main');
      });
    });
    assert.deepStrictEqual(t.seen(), ['main', 'tick', 'promise', 'immediate']);
  });
  add('a tick of a promise comes before the next immediate', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        Promise.resolve().then(() => process.nextTick(() => t.log('tick')));
        setImmediate(() => (t.log('immediate'), done()));
      });
    });
    assert.deepStrictEqual(t.seen(), ['tick', 'immediate']);
  });
  add('ticks run to the end, those of ticks included, before promises', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        Promise.resolve().then(() => t.log('promise'));
        process.nextTick(() => {
          t.log('first');
          process.nextTick(() => t.log('second'));
        });
        setImmediate(done);
      });
    });
    assert.deepStrictEqual(t.seen(), ['first', 'second', 'promise']);
  });
  add('between two timers, ticks and promises run dry', async (t) => {
    await new Promise((done) => {
      setTimeout(() => {
        t.log('one');
        process.nextTick(() => t.log('tick'));
        Promise.resolve().then(() => t.log('promise'));
      }, 5);
      setTimeout(() => (t.log('two'), done()), 5);
    });
    assert.deepStrictEqual(t.seen(), ['one', 'tick', 'promise', 'two']);
  });
  add('queueMicrotask comes in line with promises', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        Promise.resolve().then(() => t.log('a'));
        queueMicrotask(() => t.log('b'));
        Promise.resolve().then(() => t.log('c'));
        setImmediate(done);
      });
    });
    assert.deepStrictEqual(t.seen(), ['a', 'b', 'c']);
  });
  add('timers of different delays come by delay', async (t) => {
    await new Promise((done) => {
      setTimeout(() => (t.log(30), done()), 30);
      setTimeout(() => t.log(10), 10);
      setTimeout(() => t.log(20), 20);
    });
    assert.deepStrictEqual(t.seen(), ['10', '20', '30']);
  });
  add('timers of one delay come in the order in which they were set', async (t) => {
    await new Promise((done) => {
      for (let i = 0; i < 5; i++) setTimeout(() => t.log(i), 7);
      setTimeout(done, 20);
    });
    assert.deepStrictEqual(t.seen(), ['0', '1', '2', '3', '4']);
  });
  add('immediates come in order, and before a timer', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        setTimeout(() => (t.log('timer'), done()), 100);
        setImmediate(() => t.log('a'));
        setImmediate(() => t.log('b'));
      });
    });
    assert.deepStrictEqual(t.seen(), ['a', 'b', 'timer']);
  });
  add('an immediate set in an immediate waits for the next round', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        t.log('a');
        setImmediate(() => (t.log('c'), done()));
      });
      setImmediate(() => t.log('b'));
    });
    assert.deepStrictEqual(t.seen(), ['a', 'b', 'c']);
  });
  add('arguments are passed on', async () => {
    const got = await new Promise((done) => setTimeout((...args) => done(args), 1, 'a', 2));
    assert.deepStrictEqual(got, ['a', 2]);
    const later = await new Promise((done) => setImmediate((...args) => done(args), 'b', 3));
    assert.deepStrictEqual(later, ['b', 3]);
  });
  add('`this` is the timer', async () => {
    const [self, timer] = await new Promise((done) => {
      const made = setTimeout(function () {
        done([this, made]);
      }, 1);
    });
    assert.strictEqual(self, timer);
  });
  add('a cleared timer does not come', async (t) => {
    const timer = setTimeout(() => t.log('no'), 1);
    clearTimeout(timer);
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('a timer may be cleared by its number and by its number as text', async (t) => {
    clearTimeout(+setTimeout(() => t.log('number'), 1));
    clearTimeout(String(+setTimeout(() => t.log('text'), 1)));
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('clearing nothing is no mistake', () => {
    clearTimeout(undefined);
    clearTimeout(null);
    clearTimeout({});
    clearTimeout('no timer');
    clearImmediate(undefined);
    clearInterval(false);
    return Promise.resolve();
  });
  add('an immediate that is cleared by the one before does not come', async (t) => {
    await new Promise((done) => {
      setImmediate(() => {
        clearImmediate(second);
        t.log('first');
      });
      const second = setImmediate(() => t.log('second'));
      setImmediate(() => setImmediate(done));
    });
    assert.deepStrictEqual(t.seen(), ['first']);
  });
  add('an interval comes until it is cleared', async (t) => {
    await new Promise((done) => {
      let count = 0;
      const timer = setInterval(() => {
        t.log(++count);
        if (count === 3) {
          clearInterval(timer);
          setTimeout(done, 20);
        }
      }, 3);
    });
    assert.deepStrictEqual(t.seen(), ['1', '2', '3']);
  });
  add('clearTimeout ends an interval, too', async (t) => {
    const timer = setInterval(() => t.log('again'), 1);
    clearTimeout(timer);
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('refresh starts the time again', async (t) => {
    const timer = setTimeout(() => t.log('timer'), 200);
    setTimeout(() => timer.refresh(), 100);
    setTimeout(() => t.log('between'), 250);
    await t.sleep(400);
    assert.deepStrictEqual(t.seen(), ['between', 'timer']);
  });
  add('refresh after it came brings it once more', async (t) => {
    const timer = setTimeout(() => t.log('timer'), 2);
    await t.sleep(10);
    timer.refresh();
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), ['timer', 'timer']);
  });
  add('refresh after clearing does nothing', async (t) => {
    const timer = setTimeout(() => t.log('timer'), 2);
    clearTimeout(timer);
    timer.refresh();
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('hasRef, ref and unref', () => {
    const timer = setTimeout(() => {}, 1000);
    assert.strictEqual(timer.hasRef(), true);
    assert.strictEqual(timer.unref(), timer);
    assert.strictEqual(timer.hasRef(), false);
    assert.strictEqual(timer.ref().hasRef(), true);
    clearTimeout(timer);
    const immediate = setImmediate(() => {});
    assert.strictEqual(immediate.hasRef(), true);
    assert.strictEqual(immediate.unref().hasRef(), false);
    clearImmediate(immediate);
    return Promise.resolve();
  });
  add('close is clearTimeout', async (t) => {
    const timer = setTimeout(() => t.log('no'), 1);
    assert.strictEqual(timer.close(), timer);
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('Symbol.dispose clears', async (t) => {
    setTimeout(() => t.log('no'), 1)[Symbol.dispose]();
    setImmediate(() => t.log('no'))[Symbol.dispose]();
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  for (const bad of [undefined, null, 'text', 5, {}, [], true]) {
    add(`a callback of ${JSON.stringify(bad) ?? 'undefined'} is refused`, async (t) => {
      for (const set of [setTimeout, setInterval, setImmediate, process.nextTick, queueMicrotask]) {
        const error = t.thrown(() => set(bad));
        assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE');
        assert.strictEqual(error.name, 'TypeError');
        assert.match(error.message, /^The "callback" argument must be of type function\. Received /);
      }
    });
  }
  for (const delay of [0, -5, Number.NaN, 'text', undefined, null, 2 ** 31, Number.POSITIVE_INFINITY, 0.5]) {
    add(`a delay of ${String(delay)} is a millisecond`, async (t) => {
      const began = process.hrtime.bigint();
      const warnings = [];
      const hear = (warning) => warnings.push(warning.name);
      process.on('warning', hear);
      t.after(() => process.off('warning', hear));
      await new Promise((done) => setTimeout(done, delay));
      const tookMs = Number(process.hrtime.bigint() - began) / 1e6;
      assert.ok(tookMs < 2000, `${tookMs} ms`);
    });
  }
  add('a delay too long warns: TimeoutOverflowWarning', async (t) => {
    const warned = t.event(process, 'warning');
    const timer = setTimeout(() => {}, 2 ** 31);
    clearTimeout(timer);
    const [warning] = await warned;
    assert.strictEqual(warning.name, 'TimeoutOverflowWarning');
    assert.strictEqual(
      warning.message,
      '2147483648 does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.',
    );
  });
  add('node:timers has the global functions', () => {
    assert.strictEqual(timers.setTimeout, setTimeout);
    assert.strictEqual(timers.clearInterval, clearInterval);
    assert.strictEqual(timers.setImmediate, setImmediate);
    return Promise.resolve();
  });
  add('node:timers/promises: setTimeout gives its value', async () => {
    const { setTimeout: sleep, setImmediate: soon } = require('node:timers/promises');
    assert.strictEqual(await sleep(2, 'value'), 'value');
    assert.strictEqual(await soon('now'), 'now');
  });
  add('node:timers/promises: an aborted one is rejected with AbortError', async (t) => {
    const { setTimeout: sleep } = require('node:timers/promises');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 2);
    const error = await t.rejected(sleep(1000, null, { signal: abort.signal }));
    assert.strictEqual(error.name, 'AbortError');
    assert.strictEqual(error.code, 'ABORT_ERR');
    assert.strictEqual(error.message, 'The operation was aborted');
  });
  add('node:timers/promises: one aborted before is rejected at once, with its reason as cause', async (t) => {
    const { setTimeout: sleep } = require('node:timers/promises');
    const reason = new Error('why');
    const error = await t.rejected(sleep(1000, null, { signal: AbortSignal.abort(reason) }));
    assert.strictEqual(error.name, 'AbortError');
    assert.strictEqual(error.cause, reason);
  });
  add('node:timers/promises: setInterval is iterated', async (t) => {
    const { setInterval: every } = require('node:timers/promises');
    for await (const value of every(2, 'tick')) {
      t.log(value);
      if (t.seen().length === 3) break;
    }
    assert.deepStrictEqual(t.seen(), ['tick', 'tick', 'tick']);
  });
  add('promisify(setTimeout) waits', async () => {
    const { promisify } = require('node:util');
    assert.strictEqual(await promisify(setTimeout)(2, 'x'), 'x');
    assert.strictEqual(await promisify(setImmediate)('y'), 'y');
  });
  add('scheduler.wait and scheduler.yield', async () => {
    const { scheduler } = require('node:timers/promises');
    await scheduler.wait(2);
    await scheduler.yield();
  });
  add('the arguments of nextTick are passed on, and `this` is not', async () => {
    const got = await new Promise((done) => process.nextTick((...args) => done(args), 1, 2, 3, 4, 5));
    assert.deepStrictEqual(got, [1, 2, 3, 4, 5]);
  });
  add('`this` of a callback is its timer', async () => {
    const ran = (set, ...args) =>
      new Promise((done) => {
        const timer = set(
          function () {
            clearInterval(timer);
            done(this === timer);
          },
          ...args,
        );
      });
    assert.deepStrictEqual(
      [await ran(setTimeout, 1), await ran(setTimeout, 1, 'x'), await ran(setInterval, 1)],
      [true, true, true],
    );
    assert.deepStrictEqual([await ran(setImmediate), await ran(setImmediate, 'x')], [true, true]);
  });
  add('a timer has its delay, its callback and its arguments, until it is cleared', async () => {
    const body = () => {};
    const shown = ({ _idleTimeout, _onTimeout, _timerArgs, _repeat, _destroyed }) => [
      _idleTimeout,
      _onTimeout,
      _timerArgs,
      _repeat,
      _destroyed,
    ];
    const once = setTimeout(body, 70, 'x', 'y');
    const often = setInterval(body, 80);
    assert.deepStrictEqual(shown(once), [70, body, ['x', 'y'], null, false]);
    assert.deepStrictEqual(shown(often), [80, body, undefined, 80, false]);
    clearTimeout(once);
    clearInterval(often);
    assert.deepStrictEqual(shown(once), [-1, undefined, undefined, null, true]);
    assert.deepStrictEqual(shown(often), [-1, undefined, undefined, 80, true]);
  });
  add('a timer is destroyed after its callback, and no longer when it is refreshed', async (t) => {
    const timer = setTimeout(() => t.log(timer._destroyed), 1);
    await t.sleep(10);
    assert.strictEqual(timer._destroyed, true);
    timer.refresh();
    assert.strictEqual(timer._destroyed, false);
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), ['false', 'false']);
  });
  add('a timeout becomes an interval when its callback says so', async (t) => {
    await new Promise((done) => {
      const timer = setTimeout(() => {
        t.log('ran');
        if (timer._repeat) {
          clearInterval(timer);
          done();
        }
        timer._repeat = 2;
      }, 1);
    });
    assert.deepStrictEqual(t.seen(), ['ran', 'ran']);
  });
  add('an immediate has its callback and its arguments, until it is over', async (t) => {
    const shown = ({ _onImmediate, _argv, _destroyed }) => [typeof _onImmediate, _argv, _destroyed];
    const immediate = setImmediate(() => t.log(...shown(immediate)), 'x');
    assert.deepStrictEqual(shown(immediate), ['function', ['x'], false]);
    await t.sleep(5);
    assert.deepStrictEqual(t.seen(), ['function x true']);
    assert.deepStrictEqual(shown(immediate), ['undefined', undefined, true]);
  });
  add('process.hrtime takes two numbers or nothing', async (t) => {
    assert.strictEqual(t.thrown(() => process.hrtime(1)).code, 'ERR_INVALID_ARG_TYPE');
    for (const time of [[], [1], [1, 2, 3]])
      assert.strictEqual(
        t.thrown(() => process.hrtime(time)).message,
        `The value of "time" is out of range. It must be 2. Received ${time.length}`,
      );
    const [seconds, rest] = process.hrtime([0, 999_999_999]);
    assert.ok(seconds >= -1 && rest >= 0);
  });
});

// console, process and events beside the real Node: the same program, the same output.
import { expect, test } from 'vitest';
import { expectSame, runReal } from './beside-node.ts';
import { runProgram } from './run-program.ts';

test('console says what Node’s console says', async () => {
  await expectSame(`
    console.log('a', 1, { b: [1, { c: { d: 1 } }] }, 'it is %s', 'x'); console.log('%s is %d years %j %o', 'Bob', 42, { a: 1 }, [1]); console.log(); console.info('i'); console.debug('d', null);
    console.group('G'); console.log('in\\nside'); console.group(); console.log({ a: 'x'.repeat(60), b: 'y'.repeat(30) }); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('out');
    console.count(); console.count('x'); console.count(); console.countReset(); console.count();
    console.assert(true, 'no'); console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.dirxml({ a: 1 }, [2]);
    for (const data of [[{ a: 1, b: 'x' }, { a: 2, c: true }], [[1, 2], [3, 4, 5]], ['a', 'b'], [1, { a: 2 }], { r1: { c: 1 }, r2: { c: 2 } }, new Map([['k', 1], [{ a: 1 }, [1, 2]]]), new Set(['a', { b: 1 }]), [], {}, [{ deep: { a: { b: 1 } }, list: [1, 2, 3, 4, 5], wide: '日本' }], [null, undefined], 5, 'text', [() => {}, Symbol('s')]])
      console.table(data);
    console.table([{ a: 1, b: 2 }, { a: 3, b: 4 }], ['b']); try { console.table([1], 'x'); } catch (e) { console.log(e.message); }
    const { Console } = console; const lines = []; const own = new Console({ stdout: new (require('node:stream').Writable)({ decodeStrings: false, write(t, _, done) { lines.push(t); done(); } }), groupIndentation: 4, inspectOptions: { depth: 0 } });
    own.group('g'); own.log({ a: { b: 1 } }); own.error('e'); console.log(lines, own instanceof Console, console instanceof Console, Console({ stdout: process.stdout }) instanceof Console);
    for (const bad of [() => new Console({}), () => new Console(5), () => new Console({ stdout: process.stdout, groupIndentation: -1 }), () => new Console({ stdout: process.stdout, colorMode: 1 })]) try { bad(); } catch (e) { console.log(e.code, e.message); }
    const { log } = console; log('free'); console.log(Object.keys(console).slice(0, 20).join(), String(console));
  `);
});

test('a console shows values its own way on each of its streams', async () => {
  await expectSame(`
    const { Console } = console; const { stdout, stderr } = process;
    const attempt = (options) => { try { const own = new Console({ stdout, stderr: stdout, ...options }); own.log({ a: { b: 1 } }); own.dir({ a: { b: 1 } }, { depth: 5 }); } catch (e) { console.log(e.name, e.code, e.message); } };
    attempt({ inspectOptions: new Map([[stdout, { compact: false, depth: 0 }]]) });
    attempt({ inspectOptions: new Map([[stderr, { compact: false }]]) });
    attempt({ inspectOptions: new Map([[stdout, { colors: true }]]) });
    attempt({ inspectOptions: { colors: true } });
    for (const colorMode of [true, false, 'auto', 'x']) { attempt({ colorMode }); attempt({ colorMode, inspectOptions: { colors: true } }); attempt({ colorMode, inspectOptions: new Map([[stderr, { colors: false }]]) }); attempt({ colorMode, inspectOptions: { depth: 0 } }); }
    attempt({ inspectOptions: 5 });
  `);
});

test('what goes to the other stream, and times', async () => {
  const source = `
    console.error('e', 1); console.warn('%s', 'w'); console.assert(false, 'failed %s', 'x'); console.assert(false, { a: 1 }); console.assert(false);
    console.trace('here'); console.timeEnd('none'); console.countReset('none');
    console.time('t'); console.time('t');
    setTimeout(() => { console.timeLog('t', { at: 1 }); console.timeEnd('t'); }, 50);
  `;
  const [real, ours] = await Promise.all([runReal(source), runProgram(source)]);
  const masked = (text: string): string[] =>
    text
      .replace(/\(node:\d+\)/g, '(node)')
      .split('\n')
      .filter((line) => !/^\s+at /.test(line));
  expect(masked(ours.stderr)).toEqual(masked(real.stderr));
  expect(real.stdout).toMatch(/^t: \d/);
  expect(ours.stdout).toBe('t: 50ms { at: 1 }\nt: 50ms\n');
});

test('the end of a program is told as on Node: listeners, codes, warnings', async () => {
  const masked = (text: string): string =>
    text.replace(/\(node:\d+\)/g, '(node)').replace(/^.*:\d+\n[\s\S]*?\n\n(?=\w*Error|\[)/m, '');
  const same = async (source: string): Promise<void> => {
    const [real, ours] = await Promise.all([runReal(source), runProgram(source)]);
    expect({ out: ours.stdout, code: ours.code }).toEqual({ out: real.stdout, code: real.code });
    if (!/at |Node.js v/.test(real.stderr)) expect(masked(ours.stderr)).toBe(masked(real.stderr));
  };
  await same(`process.on('exit', (c) => console.log('exit', c, process.exitCode)); process.exitCode = 3;`);
  await same(`process.on('exit', (c) => console.log('exit', c)); throw new Error('x');`);
  await same(
    `process.on('exit', (c) => { console.log('exit', c); process.exitCode = 9; }); throw new Error('x');`,
  );
  await same(`process.on('exit', (c) => console.log('exit', c)); Promise.reject(new Error('x'));`);
  await same(
    `process.on('uncaughtException', (e, o) => console.log(e.message, o)); setTimeout(() => console.log('on'), 1); throw new Error('x');`,
  );
  await same(
    `process.on('uncaughtException', (e, o) => console.log(e.message, e.code, o)); Promise.reject('text');`,
  );
  await same(
    `process.on('unhandledRejection', (r, p) => console.log(r, p instanceof Promise)); Promise.reject(5);`,
  );
  await same(
    `process.on('uncaughtExceptionMonitor', (e) => console.log('seen', e.message)); process.on('uncaughtException', () => console.log('taken')); throw new Error('x');`,
  );
  await same(
    `let n = 0; process.on('beforeExit', (c) => { console.log('before', c); if (n++ < 2) setTimeout(() => console.log('more'), 1); }); process.on('exit', () => console.log('end'));`,
  );
  await same(
    `process.setUncaughtExceptionCaptureCallback((e) => console.log('captured', e.message)); console.log(process.hasUncaughtExceptionCaptureCallback()); try { process.setUncaughtExceptionCaptureCallback(() => {}); } catch (e) { console.log(e.code, e.message); } try { process.setUncaughtExceptionCaptureCallback(5); } catch (e) { console.log(e.code, e.message); } throw new Error('x');`,
  );
  await same(
    `try { process.kill(999999, 0); } catch (e) { console.log(e.message, e.code, e.errno, e.syscall); }`,
  );
  await same(`process.exit(4); console.log('never');`);
  await same(`process.on('exit', () => { console.log('once'); process.exit(7); }); process.exit(1);`);
  await same(
    `for (const bad of ['x', 1.5, {}, '5']) try { process.exitCode = bad; console.log(process.exitCode); } catch (e) { console.log(e.code, e.message); }`,
  );
  await same(
    `process.emitWarning('careful'); process.emitWarning('again', 'Mine', 'C1'); process.emitWarning('third', { type: 'T', code: 'C2', detail: 'more' }); process.emitWarning('old', 'DeprecationWarning', 'DEP1'); console.log('x');`,
  );
  await same(
    `for (const args of [[5], ['a', 5], ['a', 'b', 5], ['a', false], ['a', null], ['a', ''], ['a', []], ['a', { type: 0 }], ['a', { type: 5 }], ['a', 'b', null], ['a', 'b', '']]) try { process.emitWarning(...args); } catch (e) { console.log(e.code, e.message); } process.noDeprecation = true; process.emitWarning('no', 'DeprecationWarning');`,
  );
  await same(
    `process.on('warning', (w) => console.log(w.name, w.message)); process.removeAllListeners('warning'); process.on('warning', (w) => console.log('mine', w.name, w.message, w.code)); process.emitWarning('q');`,
  );
  await same(
    `process.stdin.on('data', () => console.log('data')).on('end', () => console.log('end')).on('close', () => console.log('close'));`,
  );
  await same(
    `process.env.X = 5; process.env.Y = undefined; console.log(process.env.X, process.env.Y, typeof process.env.X, 'X' in process.env, delete process.env.X, process.env.X);`,
  );
  await same(
    `try { process.nextTick(5); } catch (e) { console.log(e.message); } process.nextTick((...a) => console.log(a), 1, 2); console.log(process.argv.length, typeof process.hrtime.bigint(), process.hrtime().length, process.hrtime([0, 0]).length, process.version, process.platform, String(process));`,
  );
});

test('emitters do what Node’s do', async () => {
  await expectSame(`
    const EventEmitter = require('node:events'); const { once, on, errorMonitor, captureRejectionSymbol } = EventEmitter;
    const tell = (act) => { try { console.log(act()); } catch (e) { console.log(e.name, e.code, e.message, e.context); } };
    const e = new EventEmitter(); const calls = [];
    e.on('newListener', (n, l) => calls.push(['new', n, l.name])); e.on('removeListener', (n, l) => calls.push(['gone', n, l.name]));
    function a() { calls.push('a'); } function b() { calls.push('b'); e.off('x', a); e.off('x', b); e.on('x', () => calls.push('late')); }
    e.on('x', b); e.on('x', a); e.once('x', function o() { calls.push('once', this === e); }); e.prependListener('x', function first() { calls.push('first'); }); e.prependOnceListener('x', () => calls.push('very first'));
    console.log(e.emit('x', 1), e.emit('x'), e.emit('nothing'), calls); console.log(e, e.eventNames(), e.listenerCount('x'), e.listenerCount('x', a), e.rawListeners('x').length);
    e.removeAllListeners('x'); e.removeAllListeners(); console.log(e.eventNames(), calls.length, e);
    for (const bad of [undefined, 5, {}, null]) tell(() => e.on('y', bad)); tell(() => e.once('y')); tell(() => e.off('y', 5)); tell(() => e.setMaxListeners(-1)); tell(() => e.setMaxListeners('x')); tell(() => e.setMaxListeners(NaN));
    for (const args of [[], [new Error('own')], ['text'], [{ a: 1 }], [null], [undefined]]) tell(() => e.emit('error', ...args));
    e.on(errorMonitor, (x) => console.log('monitor', x.message)); tell(() => e.emit('error', new Error('watched')));
    function Old() { EventEmitter.call(this); } Object.setPrototypeOf(Old.prototype, EventEmitter.prototype); const old = new Old(); old.on('q', () => console.log('old q')); old.emit('q'); console.log(old);
    class Sub extends EventEmitter { constructor() { super({ captureRejections: true }); } } const s = new Sub(); s.on('go', async () => { throw new Error('async'); }); s.on('error', (x) => console.log('captured', x.message)); s.emit('go');
    const s2 = new Sub(); s2[captureRejectionSymbol] = (x, n, ...args) => console.log('own', x.message, n, args); s2.on('go', async () => { throw new Error('async2'); }); s2.emit('go', 1, 2);
    console.log(Object.keys(EventEmitter), EventEmitter.defaultMaxListeners, EventEmitter.EventEmitter === EventEmitter, EventEmitter.listenerCount(e, 'x'), EventEmitter.getEventListeners(s, 'go').length, EventEmitter.getMaxListeners(s), EventEmitter.length, Object.getOwnPropertyNames(EventEmitter.prototype));
    tell(() => { EventEmitter.defaultMaxListeners = -1; }); tell(() => { EventEmitter.captureRejections = 1; }); tell(() => EventEmitter.setMaxListeners(3, {})); EventEmitter.setMaxListeners(3, s); console.log(s.getMaxListeners());
    (async () => {
      const w = new EventEmitter(); setTimeout(() => w.emit('ready', 1, 2), 1); console.log(await once(w, 'ready'));
      setTimeout(() => w.emit('error', new Error('bad')), 1); await once(w, 'ready').catch((x) => console.log(x.message)); setTimeout(() => w.emit('error', 5), 1); console.log(await once(w, 'error'));
      const ac = new AbortController(); const p = once(w, 'never', { signal: ac.signal }); ac.abort('why'); await p.catch((x) => console.log(x.name, x.code, x.message, x.cause)); await once(w, 'never', { signal: ac.signal }).catch((x) => console.log(x.name)); await once(w, 'x', { signal: 5 }).catch((x) => console.log(x.message)); await once({}, 'x').catch((x) => console.log(x.message));
      setTimeout(() => { for (let i = 0; i < 3; i++) w.emit('tick', i); w.emit('done'); }, 1); for await (const v of on(w, 'tick', { close: ['done'] })) console.log(v);
      const it = on(w, 'tick'); w.emit('tick', 'q'); console.log(await it.next(), await it.return(), await it.next()); const it2 = on(w, 'tick'); w.emit('error', new Error('stop')); await it2.next().catch((x) => console.log(x.message)); console.log(await it2.next(), w.listenerCount('tick'), w.listenerCount('error'));
      const ac2 = new AbortController(); const it3 = on(w, 'tick', { signal: ac2.signal }); ac2.abort(); await it3.next().catch((x) => console.log(x.name)); tell(() => on(w, 'x', { signal: 5 })); tell(() => on(w, 'x', 5));
      const target = new EventTarget(); setTimeout(() => target.dispatchEvent(new Event('foo')), 1); const [event] = await once(target, 'foo'); console.log(event.type); target.addEventListener('z', () => {}); console.log(EventEmitter.getEventListeners(target, 'z').length);
      const gone = EventEmitter.addAbortListener(ac.signal, () => console.log('already')); await 0; gone[Symbol.dispose]();
    })();
  `);
});

test('too many listeners are warned of, once', async () => {
  const source = `
    const EventEmitter = require('node:events'); const e = new EventEmitter();
    for (let i = 0; i < 15; i++) e.on('data', () => {});
    process.on('warning', (w) => console.log(w.name, w.message, w.count, w.type, w.emitter === e));
  `;
  const [real, ours] = await Promise.all([runReal(source), runProgram(source)]);
  expect(ours.stdout).toBe(real.stdout);
  expect(real.stdout).toContain('MaxListenersExceededWarning');
  expect(ours.stderr.replace(/\d+/, '')).toBe(real.stderr.replace(/\d+/, ''));
});

// What the web's interfaces print in the simulation is what they print on Node.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

/** Prints what a function gives, or throws. */
const TRY = `
  const attempt = (name, run) => {
    try {
      const value = run();
      console.log(name, typeof value === 'object' ? value : String(value));
    } catch (error) {
      console.log(name, error.constructor.name, error.name, error.code, error.message);
    }
  };
`;

test('DOMException and the reasons of signals', async () => {
  await expectSame(`${TRY}
    const e = new DOMException('m', 'AbortError');
    console.log(String(e), e.code, e instanceof Error, Object.keys(e), Object.getOwnPropertyNames(e), e.stack.split('\\n')[0]);
    console.log(new DOMException().name, new DOMException('a', { name: 'DataCloneError', cause: 4 }).cause, DOMException.ABORT_ERR);
    console.log(Object.prototype.toString.call(e), Object.getOwnPropertyNames(DOMException.prototype).length);
    for (const name of ['ValidationError', 'QuotaExceededError', 'TimeoutError', 'Nonsense']) console.log(name, new DOMException('', name).code);
    attempt('abort', () => AbortSignal.abort().throwIfAborted());
    attempt('abort with', () => AbortSignal.abort(7).reason);
    attempt('new', () => new AbortSignal());
    attempt('timeout', () => AbortSignal.timeout());
    attempt('timeout', () => AbortSignal.timeout(-1));
    attempt('timeout', () => AbortSignal.timeout('a'));
    attempt('any', () => AbortSignal.any());
    attempt('any', () => AbortSignal.any([1]));
    attempt('any', () => AbortSignal.any([AbortSignal.abort('x'), AbortSignal.abort('y')]).reason);
    console.log(new AbortController(), new AbortController().signal, AbortSignal.abort());
  `);
});

test('signals tell their listeners once, and those made of them', async () => {
  await expectSame(`
    const a = new AbortController();
    const b = new AbortController();
    const any = AbortSignal.any([a.signal, b.signal]);
    const nested = AbortSignal.any([any, AbortSignal.timeout(10_000)]);
    nested.onabort = (event) => console.log('nested', event.type, event.isTrusted, nested.reason, any.aborted);
    any.addEventListener('abort', () => console.log('any', any.reason));
    a.signal.addEventListener('abort', function () { console.log('a', this === a.signal, any.aborted); });
    b.abort('because');
    b.abort('again');
    console.log(a.signal.aborted, nested.aborted);
    const timeout = AbortSignal.timeout(5);
    timeout.addEventListener('abort', () => console.log(timeout.reason.name, timeout.reason.message, timeout.reason.code));
    setTimeout(() => console.log('end', timeout.aborted), 50);
  `);
});

test('a target says when too many listen', async () => {
  await expectSame(`
    const events = require('node:events');
    const count = (of, n, name = 'go') => { for (let i = 0; i < n; i++) of.addEventListener(name, () => {}); };
    process.on('warning', (w) => console.log(w.name, w.message, w.type, w.count, w.target.constructor.name));
    events.defaultMaxListeners = 3;
    const target = new EventTarget();
    events.defaultMaxListeners = 7;
    const { signal } = new AbortController();
    console.log(events.getMaxListeners(target), events.getMaxListeners(new EventTarget()), events.getMaxListeners(signal));
    count(target, 5); count(target, 5, 'other');
    events.setMaxListeners(1, target); count(target, 1, 'third'); count(target, 1, 'third');
    const { inspect } = require('node:util');
    for (const one of [target, signal, new Event('x'), new CustomEvent('y'), new AbortController(), new Blob([]), new Headers(), new Request('http://a.example/'), new Response(), new FormData(), performance, new TextDecoder(), new URL('http://a.example/'), new URLSearchParams('a=1')])
      console.log(inspect(one, { depth: -1 }), inspect({ a: { b: { c: one } } }), inspect([one], { depth: 0 }));
    count(signal, 20, 'abort'); events.setMaxListeners(2, signal); count(signal, 1, 'abort');
  `);
});

test('events and their targets', async () => {
  await expectSame(`${TRY}
    process.removeAllListeners('warning');
    process.on('warning', (w) => console.log('warning', w.name, w.message));
    const target = new EventTarget();
    const event = new Event('go', { cancelable: true });
    target.addEventListener('go', function (e) {
      console.log('function', this === target, e.target === target, e.currentTarget === target, e.eventPhase, e.composedPath().length);
      e.preventDefault();
    });
    target.addEventListener('go', { handleEvent(e) { console.log('object', typeof this.handleEvent, e.defaultPrevented); } }, { once: true });
    target.addEventListener('go', (e) => { e.stopImmediatePropagation(); console.log('stop', e.cancelBubble); });
    target.addEventListener('go', () => console.log('never'));
    console.log(target.dispatchEvent(event), event.returnValue, event.eventPhase, event.currentTarget, event.target === target);
    console.log(target.dispatchEvent(event));
    const detail = new CustomEvent('x', { detail: { a: 1 }, bubbles: true });
    console.log(detail.detail, detail.bubbles, detail.isTrusted, Object.prototype.toString.call(detail));
    const gone = new AbortController();
    target.addEventListener('y', () => console.log('never'), { signal: gone.signal });
    gone.abort();
    target.dispatchEvent(new Event('y'));
    target.addEventListener('passive', (e) => { e.preventDefault(); console.log(e.defaultPrevented); }, { passive: true });
    target.dispatchEvent(new Event('passive', { cancelable: true }));
    target.addEventListener('again', (e) => attempt('again', () => target.dispatchEvent(e)));
    target.dispatchEvent(new Event('again'));
    target.addEventListener('nothing', null);
    attempt('Event', () => new Event());
    attempt('CustomEvent', () => new CustomEvent());
    attempt('Event', () => new Event('a', 3));
    attempt('add', () => target.addEventListener('x'));
    attempt('add', () => target.addEventListener('x', 3));
    attempt('dispatch', () => target.dispatchEvent(3));
    console.log(new EventTarget(), Event.AT_TARGET, Object.keys(Event.prototype).sort().join());
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const faulty = new EventTarget();
    faulty.addEventListener('z', () => { throw new Error('thrown'); });
    faulty.addEventListener('z', async () => { throw new Error('rejected'); });
    faulty.addEventListener('z', () => console.log('still called'));
    faulty.dispatchEvent(new Event('z'));
  `);
});

test('base64, microtasks and structured clones', async () => {
  await expectSame(`${TRY}
    console.log(atob('aGk='), atob(' aG k'), btoa('hi'), btoa('\\xff\\0'), btoa(''), atob(''), btoa(undefined));
    attempt('atob', () => atob('*'));
    attempt('atob', () => atob('a'));
    attempt('btoa', () => btoa('\\u0400'));
    attempt('atob', () => atob());
    attempt('queueMicrotask', () => queueMicrotask(1));
    const shared = { n: 1 };
    const source = { a: [1, , 'x'], m: new Map([[shared, new Set([shared, 2n])]]), d: new Date(5), r: /x/gi, e: new RangeError('far', { cause: shared }), shared, u: undefined, nan: NaN, boxed: Object('s'), bytes: new Uint16Array([1, 2]) };
    source.self = source;
    const copy = structuredClone(source);
    console.log(copy.self === copy, copy.shared !== shared, copy.m.keys().next().value === copy.shared, copy.e instanceof RangeError, copy.e.message, copy.e.cause === copy.shared);
    console.log(copy.a, copy.m, copy.d.getTime(), copy.r, copy.boxed, copy.bytes, 'u' in copy);
    class Point { constructor() { this.x = 1; } get y() { return 2; } }
    console.log(structuredClone(new Point()));
    const buffer = new ArrayBuffer(4);
    console.log(structuredClone({ buffer }, { transfer: [buffer] }), buffer.byteLength, buffer.detached);
    attempt('function', () => structuredClone(() => {}));
    attempt('method', () => structuredClone({ f() {} }));
    attempt('symbol', () => structuredClone(Symbol('a')));
    attempt('promise', () => structuredClone({ a: Promise.resolve() }));
    attempt('weak', () => structuredClone(new WeakMap()));
    attempt('nothing', () => structuredClone());
    attempt('transfer', () => structuredClone(1, { transfer: [1] }));
  `);
});

test('blobs and files', async () => {
  await expectSame(`${TRY}
    (async () => {
      const blob = new Blob(['a\\r\\nb', new Uint8Array([99]), new Blob(['d'])], { type: 'Text/PLAIN' });
      console.log(blob, await blob.text(), new Uint8Array(await blob.arrayBuffer()), await blob.bytes());
      console.log(await blob.slice(1, -1, 'X/Y').text(), blob.slice(1, -1, 'X/Y').type, blob.slice(-2).size);
      const file = new File(['x'], 'a.txt', { type: 'text/plain', lastModified: 5 });
      console.log(file, file instanceof Blob, Object.prototype.toString.call(file));
      console.log(await new Blob(['a\\r\\nb\\rc'], { endings: 'native' }).text());
      const pieces = [];
      for await (const piece of new Blob(['x'.repeat(100_000)]).stream()) pieces.push(piece.length);
      console.log(pieces.reduce((a, b) => a + b));
      const url = URL.createObjectURL(file);
      console.log(/^blob:nodedata:[0-9a-f-]{36}$/.test(url));
      attempt('Blob', () => new Blob(1));
      attempt('Blob', () => new Blob('a'));
      attempt('File', () => new File([]));
      attempt('url', () => URL.createObjectURL(1));
    })();
  `);
});

test('web streams', async () => {
  await expectSame(`
    const log = (...args) => console.log(...args);
    (async () => {
      const stream = new ReadableStream({
        start(c) { log('start'); c.enqueue('a'); },
        pull(c) { log('pull', c.desiredSize); c.enqueue('b'); c.close(); },
      });
      log(stream);
      for await (const chunk of stream) log(chunk);
      log(stream);
      const upper = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toUpperCase()); } });
      const writer = upper.writable.getWriter();
      writer.write('x'); writer.close();
      log(await upper.readable.getReader().read());
      const bytes = new ReadableStream({ start(c) { c.enqueue('h\\u00e9\\ud83d'); c.enqueue('\\ude00'); c.close(); } });
      const text = bytes.pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream());
      let all = '';
      for await (const chunk of text) all += chunk;
      log(all, new TextDecoderStream().encoding);
      const sink = new WritableStream({ write(chunk, c) { log('write', chunk, c.signal.aborted); if (chunk === 2) throw new Error('full'); } });
      const w = sink.getWriter();
      await w.write(1);
      await w.write(2).catch((error) => log('write failed', error.message));
      await w.closed.catch((error) => log('closed', error.message));
      const zipped = new Blob(['hello '.repeat(50)]).stream().pipeThrough(new CompressionStream('gzip'));
      const plain = zipped.pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream());
      let length = 0;
      for await (const chunk of plain) length += chunk.length;
      log(length);
      const [one, two] = new ReadableStream({ start(c) { c.enqueue(1); c.close(); } }).tee();
      log(await one.getReader().read(), await two.getReader().read());
      const controller = new AbortController();
      const piped = new ReadableStream({ cancel(reason) { log('cancelled', reason.name); } }).pipeTo(new WritableStream(), { signal: controller.signal });
      controller.abort();
      await piped.catch((error) => log(error.name, error.message));
      log(await Array.fromAsync(ReadableStream.from(['p', 'q'])));
    })();
  `);
});

test('when Node began, and entries that nothing makes', async () => {
  await expectSame(`
    const { nodeTiming } = performance;
    console.log(Object.keys(nodeTiming.toJSON()).sort(), Object.keys(JSON.parse(JSON.stringify(performance))), nodeTiming.name, nodeTiming.entryType, nodeTiming.startTime, nodeTiming.duration <= performance.now(), Object.keys(nodeTiming.uvMetricsInfo).sort());
    console.log(Object.prototype.toString.call(nodeTiming), nodeTiming instanceof PerformanceEntry, nodeTiming.constructor.name, performance.getEntries());
    console.log(performance.clearResourceTimings(), performance.setResourceTimingBufferSize(5), performance.onresourcetimingbufferfull);
    try { performance.setResourceTimingBufferSize(); } catch (e) { console.log(e.code, e.message); }
    console.log(Object.getOwnPropertyNames(Performance.prototype).sort());
  `);
});

test('performance marks and measures', async () => {
  await expectSame(`${TRY}
    performance.mark('a', { startTime: 1, detail: { x: 1 } });
    performance.mark('b', { startTime: 5 });
    console.log(performance.measure('m', 'a', 'b'));
    console.log(performance.measure('n', { start: 2, duration: 3 }).duration);
    console.log(performance.getEntriesByType('mark').map((one) => one.name), performance.getEntriesByName('m').length);
    performance.clearMarks('a');
    console.log(performance.getEntriesByType('mark').length, typeof performance.now(), performance.timeOrigin > 1.7e12);
    attempt('measure', () => performance.measure('a', 'nowhere'));
    attempt('mark', () => performance.mark());
    const { performance: same, PerformanceObserver } = require('node:perf_hooks');
    console.log(same === performance);
    new PerformanceObserver((list, observer) => { console.log(list.getEntries().map((one) => one.name)); observer.disconnect(); }).observe({ entryTypes: ['mark'] });
    performance.mark('seen');
    performance.mark('seen too');
  `);
});

test('dates are in UTC, and Intl is American', async () => {
  await expectSame(
    `
    const d = new Date(Date.UTC(2026, 10, 21, 11, 51, 3, 297));
    console.log(d, String(d), d.toString(), d.toDateString(), d.toTimeString(), JSON.stringify(d), d.getTimezoneOffset());
    console.log(d.toLocaleString(), d.toLocaleDateString(), d.toLocaleTimeString(), d.toLocaleString('de-DE', { timeZone: 'Europe/Berlin' }));
    console.log(new Date(2026, 0, 31, 5).getHours(), new Date('2026-01-31T05:00').toISOString(), new Date('2026-01-31').getTime());
    console.log(Date.parse('Jan 31 2026 05:00'), Date.parse('Sat, 31 Jan 2026 05:00:00 GMT'), Date.parse('31 Jan 2026 05:00:00 +0200'));
    console.log(new Date(99, 0).getFullYear(), new Date(NaN), String(new Date(NaN)), new Date(d).getTime() === d.getTime(), d.getYear());
    console.log(typeof Date(), Date.length, Date.name, d instanceof Date, Object.prototype.toString.call(d), d.constructor === Date);
    const e = new Date(0); e.setHours(25); e.setDate(31); console.log(e.toISOString(), e.getDay(), e - d < 0, d + 1);
    class Mine extends Date { twice() { return this.getTime() * 2; } }
    console.log(new Mine(4).twice(), new Mine(4) instanceof Date);
    console.log(new Intl.NumberFormat().format(1234567.5), new Intl.DateTimeFormat().resolvedOptions().timeZone, new Intl.DateTimeFormat().format(d));
    console.log(new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(d), Intl.DateTimeFormat().resolvedOptions().locale);
    console.log((1234567.5).toLocaleString(), 12345678n.toLocaleString(), 'z'.localeCompare('\u00e4'), 'I'.toLocaleLowerCase(), [1234.5, 2].toLocaleString(), (1234.5).toLocaleString('de-DE'));
    console.log(Math.random() < 1, Math.max(1, 2), Object.prototype.toString.call(Math));
  `,
    { env: { TZ: 'UTC', LANG: 'en_US.UTF-8' } },
  );
});

test('URLs and texts as bytes, with what is wrong about them', async () => {
  await expectSame(`${TRY}
    const url = new URL('http://u:p@host.test:81/p/../q?a=1#f');
    console.log(url, String(url), JSON.stringify({ url }), url.searchParams.get('a'), [url], { deep: { er: { url } } });
    console.log(URL.canParse('x'), URL.parse('x'), URL.parse('/a', 'http://b').href, require('node:url').URL === URL, url instanceof URL);
    attempt('URL', () => new URL('x'));
    attempt('URL', () => new URL('/a', 'b'));
    attempt('URL', () => new URL());
    attempt('href', () => { const broken = new URL('http://a'); broken.href = 'x'; });
    try { new URL('x', 'y'); } catch (error) { console.log(error.input, error.base, Object.keys(error)); }
    console.log(new TextDecoder(), new TextEncoder(), new TextDecoder('latin1').encoding, new TextDecoder('utf-16le').decode(new Uint8Array([104, 0])));
    console.log(new TextEncoder().encode('h\u00e9'), new TextEncoder().encodeInto('h\u00e9', new Uint8Array(2)), new TextDecoder().decode(new Uint8Array([255, 65])));
    attempt('label', () => new TextDecoder('nope'));
    attempt('fatal', () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])));
    attempt('input', () => new TextDecoder().decode('text'));
  `);
});

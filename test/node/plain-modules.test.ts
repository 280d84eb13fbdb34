// Modules of Node without a network beside the real ones: path, querystring, url, os, assert, timers/promises.
import { expect, test } from 'vitest';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

test('paths', async () => {
  await expectSame(`
    const path = require('node:path').posix;
    const paths = ['', '/', '//', '.', '..', './', '../', 'a', 'a/', '/a', '/a/', '//a', 'a/b', '/a/b/c.txt', '/a/b/c.tar.gz', '/a/.b', '.b', 'b.', 'a..b', '..b', '/a//b///c', './a/../b', '../a/../../b', '/../a', '/a/./b/.', 'a/b/..', 'a b/c d', '/a/..', 'x/../', './/', 'a.b/c', '/a.b/', 'file.', '...', '/..', './a.js'];
    for (const p of paths) console.log(JSON.stringify([p, path.normalize(p), path.dirname(p), path.basename(p), path.basename(p, '.txt'), path.extname(p), path.isAbsolute(p), path.parse(p), path.format(path.parse(p)), path.join('x', p, 'y'), path.resolve('/r', p)]));
    for (const a of ['/a/b', '/', '/a/b/c', 'a', '/a/b/']) for (const b of ['/a', '/a/b/d', '/', '/x/y', 'a/b', '']) console.log(JSON.stringify([a, b, path.relative('/base/' + a, '/base/' + b), path.resolve('/base', a, b), path.join(a, b)]));
    for (const bad of [() => path.join(5), () => path.resolve({}), () => path.basename(null), () => path.format(5), () => path.relative('a', 5), () => path.basename('a', 5)]) try { bad(); } catch (e) { console.log(e.code, e.message); }
    console.log(path.sep, path.delimiter, path.posix === path, path.basename('a.html', 'a.html'), path.basename('/x/abc', 'c'), path.format({ dir: '/d', name: 'n', ext: 'txt' }), path.format({ root: '/', base: 'b' }), path.join(), path.resolve('/a', '', 'b'));
  `);
});

test('query strings', async () => {
  await expectSame(`
    const qs = require('node:querystring');
    for (const text of ['a=1&b=2', 'a=1&a=2&a=3', 'a', 'a=', '=b', '&&a=1&', 'a=b=c', 'a%20b=c+d', '%zz=%', '%E4=x', '%C3%A4=ö', '__proto__=1', 'a[]=1', '', 'x=1;y=2']) console.log(qs.parse(text));
    console.log(qs.parse('a:1;b:2', ';', ':'), qs.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }), qs.parse('a=%41', null, null, { decodeURIComponent: (s) => '<' + s + '>' }), qs.parse('a=%zz', null, null, { decodeURIComponent }), qs.parse(5));
    for (const v of [{ a: 1, b: 'x y', c: [1, 'q'], d: true, e: null, f: undefined, g: NaN, h: 5n, i: {}, j: [] }, {}, null, 'x', 5, { 'ä&': 'ö=' }]) console.log(qs.stringify(v));
    console.log(qs.stringify({ a: 1, b: 2 }, ';', ':'), qs.escape("a b&c='!"), qs.unescape('a%20b%zz'), qs.encode === qs.stringify, qs.decode === qs.parse, qs.unescapeBuffer('a%41+%z').toString());
    try { qs.stringify({ a: '\\ud800' }); } catch (e) { console.log(e.name, e.code, e.message); }
  `);
});

test('addresses of pages and of files', async () => {
  await expectSame(`
    const url = require('node:url');
    const texts = ['http://user:pa%20ss@Host.Example:8080/p/a/t/h?query=string&a=1#hash', 'http://a.example', 'https://a.example/', 'http://a.example?x', '/path?q=1#h', 'path/x', '//host/path', 'mailto:a@b.example', 'http://[::1]:80/x', 'HTTP://A.EXAMPLE/B', 'ftp://f.example/x;y', '?q', '#h', '', 'http://a.example:/x', 'file:///etc/passwd', 'ws://a.example/a b'];
    for (const text of texts) { const u = url.parse(text); console.log(u.href, JSON.stringify(u), JSON.stringify(url.parse(text, true).query), url.format(u)); }
    console.log(url.parse('//host/p', false, true).host);
    for (const [from, to] of [['/one/two/three', 'four'], ['http://a.example/', '/one'], ['http://a.example/one', '/two'], ['http://a.example/x/y', '../z'], ['http://a.example/x', '//b.example/y'], ['http://a.example/x?q', '#h'], ['http://a.example', 'https://c.example/d']]) console.log(url.resolve(from, to));
    for (const o of [{ protocol: 'http', host: 'a.example', pathname: 'x', search: 'q' }, { hostname: 'b', port: 81, pathname: '/p', query: { a: [1, 2] } }, { pathname: '/only', hash: 'h' }, { protocol: 'mailto:', auth: 'a', hostname: 'b' }, { hostname: '::1', protocol: 'http:', slashes: true }]) console.log(url.format(o));
    const u = new URL('http://u:p@a.example:81/p?q=1#h'); console.log(url.format(u, { auth: false, fragment: false, search: false }), url.format(u), url.urlToHttpOptions(u));
    console.log(url.fileURLToPath('file:///a%20b/c.js'), url.pathToFileURL('/a b/c#d?e%f.js').href, url.pathToFileURL('/x/').href, url.domainToASCII('ä.example'), url.domainToASCII('a b'));
    for (const bad of [() => url.fileURLToPath('http://x/'), () => url.fileURLToPath('file://h/x'), () => url.fileURLToPath('file:///a%2fb'), () => url.fileURLToPath(5), () => url.parse(5), () => url.format(5), () => url.pathToFileURL(5)]) try { bad(); } catch (e) { console.log(e.code, e.message); }
  `);
});

test('paths of files, of Windows too, and in bytes', async () => {
  await expectSame(`
    const url = require('node:url');
    for (const text of ['file:///a%20b/c', 'file:///a%ffb', 'file:///C:/a%20b/c', 'file://host/share/x', 'file:///a%2fb', 'file:///C:/a%5cb', 'file:///', 'http://a.example/'])
      for (const options of [undefined, {}, { windows: true }, { windows: false }])
        for (const name of ['fileURLToPath', 'fileURLToPathBuffer'])
          try { console.log(text, url[name](text, options)); } catch (e) { console.log(text, e.name, e.code, e.message); }
  `);
});

test('what a machine says of itself', async () => {
  const { stdout } = await runProgram(`
    const os = require('node:os');
    console.log(os.hostname(), os.platform(), os.EOL === '\\n', os.type(), os.arch(), os.endianness(), os.constants.errno.ECONNREFUSED, os.constants.signals.SIGTERM);
    const { lo, eth0 } = os.networkInterfaces();
    console.log(lo.map((one) => one.cidr), eth0.map(({ mac, ...one }) => one), /^00:00:5e/.test(eth0[0].mac));
  `);
  expect(stdout).toContain('laptop linux true Linux x64 LE 111 15');
  expect(stdout).toContain(`netmask: '255.255.255.0'`);
  expect(stdout).toContain(`cidr: '2001:db8::1/64'`);
  expect(stdout).toContain(`netmask: 'ffff:ffff:ffff:ffff::'`);
});

test('what is constant of a machine', async () => {
  await expectSame(`
    const os = require('node:os');
    console.log(os.constants.dlopen, os.constants.errno, os.constants.signals, os.constants.priority, Object.keys(os.constants), Object.isFrozen(os.constants.signals));
    const user = os.userInfo(); const bytes = os.userInfo({ encoding: 'buffer' }); const hex = os.userInfo({ encoding: 'hex' });
    for (const key of Object.keys(user)) console.log(key, typeof user[key], Buffer.isBuffer(bytes[key]), key.endsWith('id') || (bytes[key].toString() === user[key] && bytes[key].toString('hex') === hex[key]));
    console.log(Object.getPrototypeOf(user), os.userInfo({ encoding: 'bogus' }).username === user.username);
  `);
});

test('assertions fail in Node’s words', async () => {
  await expectSame(`
    const assert = require('node:assert'); const strict = require('node:assert/strict');
    const tell = (act) => { try { act(); console.log('passes'); } catch (e) { console.log(e.name, e.code, e.generatedMessage, e.operator, '|' + e.message.replace(/\\n\\s+at .*/g, '') + '|', Object.keys(e).join()); } };
    const long = Array.from({ length: 60 }, (_, i) => i); const other = long.slice(); other[30] = 'x'; other.push(61);
    for (const [a, b] of [[1, 2], [1, 1], ['a', 'b'], ['a long text that goes on', 'a long text that goes off'], [{ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }], [{ a: 1 }, { a: 1 }], [[1, 2, 3], [1, 2, 4]], [long, other], [NaN, NaN], [0, -0], [null, undefined], [1, '1'], [new Error('x'), new Error('y')], [new Map([[1, 2]]), new Map([[1, 3]])], ['line1\\nline2\\nline3', 'line1\\nline2x\\nline3'], [[], {}], [true, 1], [() => {}, () => {}], [Symbol('a'), 'a'], [{ a: 1, b: 2, c: 3 }, { a: 1 }], ['x'.repeat(600), 'y']])
      for (const check of ['equal', 'notEqual', 'deepEqual', 'notDeepEqual', 'strictEqual', 'notStrictEqual', 'deepStrictEqual', 'notDeepStrictEqual', 'partialDeepStrictEqual']) tell(() => assert[check](a, b));
    tell(() => assert.strictEqual(1, 2, 'mine')); tell(() => assert.equal(1, 2, 'mine')); tell(() => assert.equal(1, 2, new TypeError('own'))); tell(() => assert.strictEqual(1)); tell(() => assert.fail()); tell(() => assert.fail('f')); tell(() => assert.fail(new Error('e'))); tell(() => assert.ok(0, 'not ok')); tell(() => assert(false, 'called')); tell(() => assert.ok()); tell(() => strict.equal(1, '1')); tell(() => strict(1)); console.log(strict.equal === assert.strictEqual, assert.strict === strict, strict.strict === strict);
    tell(() => assert.match('abc', /x/)); tell(() => assert.match('abc', /b/)); tell(() => assert.doesNotMatch('abc', /b/)); tell(() => assert.match('a', 'x')); tell(() => assert.match(5, /5/)); tell(() => assert.match('a', /x/, 'm'));
    const boom = (e = new TypeError('boom')) => () => { throw e; };
    tell(() => assert.throws(boom())); tell(() => assert.throws(() => {})); tell(() => assert.throws(() => {}, RangeError)); tell(() => assert.throws(() => {}, 'msg')); tell(() => assert.throws(boom(), TypeError)); tell(() => assert.throws(boom(), RangeError)); tell(() => assert.throws(boom(), /boom/)); tell(() => assert.throws(boom(), /bang/)); tell(() => assert.throws(boom(), { message: 'boom' })); tell(() => assert.throws(boom(), { message: 'bang', name: 'TypeError' })); tell(() => assert.throws(boom(), { message: /oo/, code: 5 })); tell(() => assert.throws(boom(), (e) => e instanceof TypeError)); tell(() => assert.throws(boom(), () => false)); tell(() => assert.throws(boom(), 'boom')); tell(() => assert.throws(boom(), {})); tell(() => assert.throws(5)); tell(() => assert.throws(boom('text'), /tex/)); tell(() => assert.throws(boom('text'), Error)); tell(() => assert.throws(boom(), 5)); tell(() => assert.throws(boom(), new TypeError('boom'))); tell(() => assert.throws(boom(), 'x', 'y'));
    tell(() => assert.doesNotThrow(() => {})); tell(() => assert.doesNotThrow(boom())); tell(() => assert.doesNotThrow(boom(), 'm')); tell(() => assert.doesNotThrow(boom(), TypeError)); tell(() => assert.doesNotThrow(boom(), RangeError)); tell(() => assert.ifError(null)); tell(() => assert.ifError(new Error('if'))); tell(() => assert.ifError('s')); tell(() => new assert.AssertionError(5)); tell(() => { throw new assert.AssertionError({ actual: 1, expected: 2, operator: 'myOp' }); });
    (async () => { const say = async (p) => { try { await p; console.log('passes'); } catch (e) { console.log(e.name, e.code, '|' + e.message + '|', e.operator); } };
      await say(assert.rejects(Promise.reject(new Error('r')))); await say(assert.rejects(Promise.resolve(1))); await say(assert.rejects(async () => { throw new Error('r'); }, /r/)); await say(assert.rejects(async () => { throw new Error('r'); }, { message: 'q' })); await say(assert.rejects(() => 5)); await say(assert.rejects(5)); await say(assert.doesNotReject(Promise.reject(new Error('n')))); await say(assert.doesNotReject(Promise.resolve()));
    })();
  `);
});

test('messages of assertions: texts with values in them, errors, functions, and what will not do', async () => {
  await expectSame(`
    const assert = require('node:assert'); const { strict } = assert;
    const tell = (...acts) => { for (const act of acts) try { act(); console.log('passes'); } catch (e) { console.log(e.name, e.code, e.message, e.generatedMessage, e.operator); } };
    const fn = () => 'made'; const both = (a, b) => typeof a + ' ' + typeof b; const boom = () => { throw new RangeError('in it'); };
    const alone = [5, null, {}, Symbol('s'), undefined, '', '%%', '100%d', new TypeError('own'), fn, both, () => 5, boom, async () => 'later'].map((one) => [one]);
    const more = [['%s is not %d', 'a', 3], ['%%', 1], ['%j %o', { a: 1 }, [2]], ['plain', 'x', { y: 1 }], [undefined, 'x'], [null, 'x'], [5, 'x'], [new TypeError('own'), 'x'], [fn, 'x'], [() => 'made', 'x'], ['', 'x'], ['%s', undefined]];
    const value = 0;
    for (const said of [[], ...alone, ...more]) {
      for (const name of ['equal', 'notEqual', 'deepEqual', 'notDeepEqual', 'strictEqual', 'notStrictEqual', 'deepStrictEqual', 'notDeepStrictEqual', 'partialDeepStrictEqual'])
        tell(() => assert[name](1, name.startsWith('not') ? 1 : 2, ...said), () => assert[name](1, name.startsWith('not') ? 2 : 1, ...said));
      tell(() => assert.ok(value, ...said), () => assert(value, ...said), () => strict(value, ...said), () => assert.ok(1, ...said));
      tell(() => assert.match('a', /b/, ...said), () => assert.doesNotMatch('b', /b/, ...said), () => assert.match(5, /b/, ...said), () => assert.match('b', /b/, ...said));
      tell(() => assert.fail(...said));
      tell(() => assert.throws(() => {}, Error, ...said), () => assert.doesNotThrow(boom, RangeError, ...said), () => assert.throws(boom, TypeError, ...said), () => assert.throws(boom, /no/, ...said));
      // without words it prints the place of the error
      if (typeof said[0] !== 'function' || said[0] === fn || said[0] === both) tell(() => assert.throws(boom, { code: 5 }, ...said));
    }
  `);
});

test('assert.ok tells the expression', async () => {
  await expectSame(`
const assert = require('node:assert'); const list = { ok: assert.ok, s: ')' };
const tell = (act) => { try { act(); } catch (e) { console.log(e.message, e.generatedMessage, e.operator); } };
tell(() => assert.ok(0)); tell(() => assert(false && 1));
tell(() => assert(  0 ,
  undefined));
tell(() => { const { ok } = assert; ok(''.length); }); tell(() => assert.strict.ok([1, 2].includes(3), undefined)); tell(() => list.ok(list.s === '('));
tell(() => assert.ok(null, null)); tell(() => require('node:assert/strict')(\`\${0}\` === ')'));
`);
});

test('waiting with promises', async () => {
  await expectSame(`
    const { setTimeout: sleep, setImmediate: soon, setInterval: every, scheduler } = require('node:timers/promises');
    (async () => {
      console.log(await sleep(2, 'slept'), await soon('now'), await sleep(), await scheduler.wait(1), await scheduler.yield());
      let n = 0; for await (const v of every(2, 'beat')) { console.log(v); if (++n === 3) break; }
      const ac = new AbortController(); const p = sleep(50, 'x', { signal: ac.signal }); ac.abort('why'); await p.catch((e) => console.log(e.name, e.code, e.message, e.cause)); await sleep(1, 1, { signal: ac.signal }).catch((e) => console.log(e.name)); await soon(1, { signal: ac.signal }).catch((e) => console.log(e.name));
      for (const args of [['x'], [1, 1, 5], [1, 1, { signal: 5 }], [1, 1, { ref: 5 }]]) await sleep(...args).catch((e) => console.log(e.code, e.message));
      const ac2 = new AbortController(); setTimeout(() => ac2.abort(), 5); try { for await (const _ of every(1000, 0, { signal: ac2.signal })); } catch (e) { console.log(e.name); }
      sleep(100000, 0, { ref: false });
    })();
  `);
});

test('buffers', async () => {
  await expectSame(`
    const buffer = require('node:buffer'); const { Buffer } = buffer;
    console.log(Buffer.from('hé', 'utf8'), Buffer.from('6869', 'hex').toString(), Buffer.from('aGk=', 'base64').toString('latin1'), Buffer.from([1, 2, 300]), Buffer.alloc(3, 'ab'), Buffer.concat([Buffer.from('a'), Buffer.from('b')]), Buffer.byteLength('hé'), Buffer.isBuffer(Buffer.alloc(1)), Buffer.isEncoding('utf-8'), Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('abc').equals(Buffer.from('abc')));
    const b = Buffer.alloc(16); b.writeUInt32BE(0xdeadbeef, 0); b.writeInt16LE(-2, 4); b.writeDoubleBE(1.5, 8); console.log(b, b.readUInt32BE(0), b.readUint32BE(0), b.readInt16LE(4), b.readDoubleBE(8), b.readUInt8(0), b.subarray(0, 2), b.slice(-2), b.indexOf(0xbe), b.includes(Buffer.from([0xef])), b.toJSON().data.length, b.readBigUint64BE(8), b.swap16().length);
    console.log(buffer.isUtf8(Buffer.from([0xff])), buffer.isAscii(Buffer.from('a')), buffer.transcode(Buffer.from('é'), 'utf8', 'latin1'), buffer.atob('aGk='), buffer.btoa('hi'), buffer.constants, Buffer.copyBytesFrom(new Uint16Array([1, 2]), 1), Buffer.from('x').fill('ab', 0), Buffer.poolSize, b.fill(0).write('hello', 2), b.toString('utf8', 2, 7), b.hexSlice(0, 3), Object.prototype.toString.call(b));
    for (const bad of [() => Buffer.from(5), () => Buffer.from(null), () => Buffer.from({}), () => Buffer.alloc('x'), () => Buffer.alloc(-1), () => b.readUInt8(99), () => b.writeUInt8(300), () => Buffer.concat('x'), () => b.toString('nope'), () => Buffer.byteLength(5)]) try { bad(); console.log('none'); } catch (e) { console.log(e.name, e.code, e.message); }
  `);
});

test('channels', async () => {
  await expectSame(`
    const dc = require('node:diagnostics_channel'); const c = dc.channel('mine'); const seen = (m, n) => console.log(m, n);
    console.log(c.hasSubscribers, dc.hasSubscribers('mine'), dc.channel('mine') === c, c.name); dc.subscribe('mine', seen); c.publish({ a: 1 }); console.log(c.hasSubscribers, dc.unsubscribe('mine', seen), dc.unsubscribe('mine', seen)); c.publish(1);
    const attempt = (act) => { try { console.log(act()); } catch (e) { console.log(e.name, e.message); } };
    for (const one of [c, dc.channel('heard')]) { if (one !== c) one.subscribe(seen); attempt(() => one.runStores({ c: 1 }, function (...args) { console.log(String(this), args); return 'given'; }, 'self', 1, 2)); attempt(() => one.runStores()); attempt(() => one.unbindStore({})); attempt(() => { const scope = one.withStoreScope('d'); scope[Symbol.dispose](); return scope; }); }
    for (const bad of [() => dc.channel(5), () => c.subscribe(5)]) try { bad(); } catch (e) { console.log(e.code, e.message); }
  `);
});

test('what is not here says why', async () => {
  const { stdout } = await runProgram(`
    for (const name of ['async_hooks', 'node:test', 'node:readline', 'vm', 'tls']) try { require(name); console.log(name, 'is here'); } catch (e) { console.log(e.code, e.message); }
    for (const act of [() => require('fs').openSync('x'), () => require('diagnostics_channel').channel('x').bindStore({}), () => require('util').MIMEType(), () => require('path').win32.join('a'), () => require('events').EventEmitterAsyncResource]) try { act(); } catch (e) { console.log(e.code, e.message); }
  `);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(10);
  for (const line of lines)
    expect(line).toMatch(/^ERR_(UNKNOWN_BUILTIN_MODULE|FEATURE_UNAVAILABLE_ON_PLATFORM) .{40,}/);
});

// node:stream, its promises and consumers, and files beside the real Node: the same program, the same output.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

test('streams: order of events, back-pressure, errors', async () => {
  await expectSame(`
    const stream = require('node:stream'); const { Readable, Writable, Transform, Duplex, PassThrough, pipeline, finished } = stream;
    const EventEmitter = require('node:events');
    const log = []; const say = (...args) => log.push(args.join(' ')); process.on('exit', () => console.log(log.join('\\n')));
    console.log(Object.keys(stream).sort(), stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true), stream === stream.Stream, new Readable() instanceof EventEmitter, new PassThrough() instanceof Duplex, new Duplex() instanceof Writable);
    const watch = (name, s) => { for (const e of ['data', 'end', 'finish', 'close', 'error', 'pause', 'resume', 'pipe', 'unpipe', 'drain', 'prefinish']) s.on(e, (x) => say(name, e, x instanceof Error ? x.message : x === undefined || typeof x === 'object' && !Buffer.isBuffer(x) ? '' : String(x))); return s; };
    const r = watch('r', new Readable({ read() {} })); r.push('a'); r.push('b'); r.push(null);
    const w = watch('w', new Writable({ highWaterMark: 3, write(c, e, done) { setImmediate(done); } })); console.log(w.write('ab'), w.write('cd'), w.writableLength, w.writableNeedDrain, w.writableHighWaterMark); w.end('ef', () => say('w ended'));
    const t = watch('t', new Transform({ transform(c, e, done) { done(null, String(c).toUpperCase()); }, flush(done) { this.push('!'); done(); } })); t.end('hello');
    const bad = watch('bad', new Writable({ write(c, e, done) { done(new Error('cannot')); } })); bad.write('x', (e) => say('cb', e.message)); 
    const d = watch('d', new Readable({ read() {}, destroy(e, done) { say('destroying', e && e.message); done(e); } })); d.destroy(new Error('gone')); console.log(d.destroyed, d.errored && d.errored.message, d.readableAborted, d.closed);
    const late = new Writable({ write(c, e, done) { done(); } }); late.on('error', (e) => say('late', e.code, e.message)); late.end(); late.write('x');
    const nul = new Writable({ write(c, e, done) { done(); } }); for (const v of [null, 5, {}]) try { nul.write(v); } catch (e) { console.log(e.code, e.message); }
    pipeline(Readable.from(['1', '2', '3']), async function* (source) { for await (const c of source) yield c + ';'; }, new PassThrough(), async (source) => { let all = ''; for await (const c of source) all += c; return all; }, (e, v) => say('pipeline', e, v));
    pipeline(Readable.from(['x']), new Writable({ write(c, e, done) { done(new Error('sink')); } }), (e) => say('failed', e.message));
    finished(r, (e) => say('r finished', e));
    const open = new Readable({ read() {} }); finished(open, (e) => say('premature', e.code)); open.destroy();
    const [a, b] = stream.duplexPair(); b.on('data', (c) => say('pair', c)); b.on('end', () => say('pair end')); a.write('over'); a.end();
    console.log(stream.isReadable(r), stream.isErrored(d), stream.isDisturbed(r), stream.isReadable({}), Readable.from('x').readableObjectMode);
  `);
});

test('streams with promises and loops', async () => {
  await expectSame(`
    const { Readable, Writable, PassThrough, Duplex, compose, Transform } = require('node:stream'); const { pipeline, finished } = require('node:stream/promises'); const consumers = require('node:stream/consumers');
    (async () => {
      console.log(await consumers.text(Readable.from(['a', 'b'])), await consumers.json(Readable.from(['{"a"', ':1}'])), await consumers.buffer(Readable.from([Buffer.from('x')])), (await consumers.arrayBuffer(Readable.from([Buffer.from('xy')]))).byteLength, await (await consumers.blob(Readable.from(['bl']))).text());
      console.log(await Readable.from([1, 2, 3, 4]).filter((x) => x % 2).map(async (x) => x * 10).toArray(), await Readable.from([1, 2, 3]).reduce((a, x) => a + x, 0), await Readable.from([1, 2, 3]).take(2).toArray(), await Readable.from([1, 2, 3]).drop(2).toArray(), await Readable.from([1, 2]).flatMap((x) => [x, x]).toArray(), await Readable.from([1, 2]).some((x) => x > 1), await Readable.from([1, 2]).every((x) => x > 1), await Readable.from([1, 2]).find((x) => x > 1));
      const out = []; await pipeline(Readable.from(['a', 'b']), async function* (s) { for await (const c of s) yield c.toUpperCase(); }, new Writable({ objectMode: true, write(c, e, done) { out.push(c); done(); } })); console.log(out);
      await pipeline(Readable.from(['a']), async function* () { throw new Error('mid'); }, new PassThrough()).catch((e) => console.log(e.message));
      const ac = new AbortController(); const p = pipeline(new Readable({ read() {} }), new PassThrough(), { signal: ac.signal }); ac.abort(); await p.catch((e) => console.log(e.name, e.code, e.message));
      const r = new Readable({ read() {} }); r.push('x'); r.push(null); r.resume(); await finished(r); console.log('finished');
      const it = Readable.from(['1', '2', '3']); for await (const c of it) { console.log(c); break; } console.log(it.destroyed);
      const e = new Readable({ read() { this.destroy(new Error('read')); } }); try { for await (const _ of e); } catch (x) { console.log(x.message); }
      console.log(await consumers.text(compose(new Transform({ transform(c, _, done) { done(null, c + '1'); } }), async function* (s) { for await (const c of s) yield c + '2'; }).end('q')));
      console.log(await consumers.text(Duplex.from(async function* () { yield 'gen'; })), await consumers.text(Duplex.from(Promise.resolve('prom'))));
      const w = new Writable({ write(c, _, done) { done(); } }); await w[Symbol.asyncDispose](); console.log(w.destroyed); const w2 = new Writable({ write(c, _, done) { done(); } }); w2.end(); await finished(w2); await w2[Symbol.asyncDispose](); console.log('disposed'); const rd = Readable.from(['a']); await rd[Symbol.asyncDispose](); console.log(rd.destroyed);
      const s = new PassThrough({ encoding: 'utf8' }); s.write(Buffer.from([0xc3])); s.write(Buffer.from([0xa4])); s.end(); console.log(await consumers.text(s)); const paused = new PassThrough(); paused.write('abc'); await 0; console.log(String(paused.read(2)), String(paused.read()), paused.read(), paused.readableFlowing);
      const u = new Readable({ read() {} }); u.push('bc'); u.unshift('a'); u.push(null); console.log(await consumers.text(u)); const cork = []; const c = new Writable({ writev(chunks, done) { cork.push(chunks.map((x) => String(x.chunk))); done(); } }); c.cork(); c.write('1'); c.write('2'); c.uncork(); c.end('3'); await finished(c); console.log(cork);
    })();
  `);
});

test('files of a project: whole files and folders, with Node’s errors', async () => {
  const options = { files: { 'data.txt': 'hello\n', 'sub/a.json': '{"a":1}', 'sub/b/c.txt': 'c' } };
  await expectSame(
    `
    const fs = require('node:fs'); const os = require('node:os'); const path = require('node:path'); const real = !process.argv[1].startsWith('/app/');
    const dir = real ? fs.mkdtempSync(path.join(os.tmpdir(), 'fs-')) : '/app'; if (real) { fs.mkdirSync(dir + '/sub/b', { recursive: true }); fs.writeFileSync(dir + '/data.txt', 'hello\\n'); fs.writeFileSync(dir + '/sub/a.json', '{"a":1}'); fs.writeFileSync(dir + '/sub/b/c.txt', 'c'); } else fs.rmSync('/app/main.js');
    const at = (p) => dir + '/' + p; const masked = (v) => JSON.stringify(v, (k, x) => typeof x === 'string' ? x.replaceAll(dir, 'DIR') : x);
    const tell = (act) => { try { const v = act(); console.log(masked(Buffer.isBuffer(v) ? String(v) : v)); } catch (e) { console.log(e.name, e.code, e.errno, e.syscall, masked([e.message, e.path, e.dest])); } };
    tell(() => fs.readFileSync(at('data.txt'))); tell(() => fs.readFileSync(at('data.txt'), 'utf8')); tell(() => fs.readFileSync(at('data.txt'), { encoding: 'hex' })); tell(() => fs.readFileSync(at('no.txt'))); tell(() => fs.readFileSync(at('sub'))); tell(() => fs.readFileSync(at('data.txt/x'))); tell(() => fs.readFileSync({})); tell(() => fs.readFileSync('a\\0b'));
    tell(() => fs.writeFileSync(at('new.txt'), 'n')); tell(() => fs.appendFileSync(at('new.txt'), 'm')); tell(() => fs.readFileSync(at('new.txt'), 'utf8')); tell(() => fs.writeFileSync(at('no/x'), '')); tell(() => fs.writeFileSync(at('sub'), '')); tell(() => fs.writeFileSync(at('new.txt'), 'x', { flag: 'wx' })); tell(() => fs.writeFileSync(at('new.txt'), 5)); tell(() => fs.writeFileSync(at('bytes'), new Uint8Array([65, 66])));
    tell(() => fs.existsSync(at('sub'))); tell(() => fs.existsSync(at('q'))); tell(() => fs.existsSync()); tell(() => fs.readdirSync(dir)); tell(() => fs.readdirSync(at('sub'), { withFileTypes: true }).map((d) => [d.name, d.isFile(), d.isDirectory(), d.parentPath])); tell(() => fs.readdirSync(dir, { recursive: true }).sort()); tell(() => fs.readdirSync(at('data.txt'))); tell(() => fs.readdirSync(at('q')));
    tell(() => { const s = fs.statSync(at('data.txt')); return [s.size, s.isFile(), s.isDirectory(), s.isSymbolicLink()]; }); tell(() => fs.statSync(at('sub')).isDirectory()); tell(() => fs.statSync(at('q'))); tell(() => fs.statSync(at('q'), { throwIfNoEntry: false }) === undefined); tell(() => fs.accessSync(at('q'))); tell(() => fs.accessSync(at('sub')));
    tell(() => fs.mkdirSync(at('m'))); tell(() => fs.mkdirSync(at('m'))); tell(() => fs.mkdirSync(at('x/y/z'))); tell(() => fs.mkdirSync(at('x/y/z'), { recursive: true })); tell(() => fs.mkdirSync(at('x/y/z'), { recursive: true })); tell(() => fs.rmdirSync(at('x'))); tell(() => fs.rmdirSync(at('m'))); tell(() => fs.rmdirSync(at('data.txt'))); tell(() => fs.rmdirSync(at('m')));
    tell(() => fs.renameSync(at('new.txt'), at('old.txt'))); tell(() => fs.renameSync(at('q'), at('r'))); tell(() => fs.renameSync(at('x'), at('moved'))); tell(() => fs.readdirSync(at('moved'), { recursive: true })); tell(() => fs.copyFileSync(at('old.txt'), at('copy.txt'))); tell(() => fs.copyFileSync(at('q'), at('r'))); tell(() => fs.copyFileSync(at('old.txt'), at('copy.txt'), 1)); tell(() => fs.unlinkSync(at('copy.txt'))); tell(() => fs.unlinkSync(at('copy.txt'))); tell(() => fs.rmSync(at('q'))); tell(() => fs.rmSync(at('q'), { force: true })); tell(() => fs.rmSync(at('moved'), { recursive: true })); tell(() => fs.truncateSync(at('data.txt'), 3)); tell(() => fs.readFileSync(at('data.txt'), 'utf8')); tell(() => fs.realpathSync(at('sub/../data.txt')));
    try { fs.readFile(at('data.txt')); } catch (e) { console.log(e.code, e.message); }
    fs.readFile(at('q'), (e) => { console.log(e.code); fs.readFile(at('data.txt'), 'utf8', (e, t) => { console.log(e, t); fs.exists(at('q'), (yes) => { console.log(yes); (async () => {
      const p = fs.promises; console.log(p === require('node:fs/promises'), await p.readFile(at('data.txt'), 'utf8')); await p.writeFile(at('p.txt'), 'promised'); await p.access(at('nope')).catch((x) => console.log(x.code, x.syscall)); console.log((await p.stat(at('p.txt'))).size, await p.mkdir(at('pd'))); await p.rm(at('pd'), { recursive: true });
      const w = fs.createWriteStream(at('big.txt')); w.on('finish', () => { console.log('finish', w.bytesWritten); const r = fs.createReadStream(at('big.txt'), { start: 1, end: 5, encoding: 'utf8', highWaterMark: 2 }); r.on('data', (c) => console.log('data', c)).on('end', () => console.log('end')).on('close', () => { console.log('close', r.bytesRead); fs.createReadStream(at('q')).on('error', (x) => { console.log(x.code, x.syscall); if (real) fs.rmSync(dir, { recursive: true }); }); }); }); w.write('0123'); w.end('4567');
    })(); }); }); });
  `,
    options,
  );
});

test('write says whether there is room when what it wrote may be gone already', async () => {
  await expectSame(`
    const { Writable, PassThrough } = require('node:stream');
    const tell = (name, stream) => stream.on('drain', () => console.log(name, 'drains')).on('error', (e) => console.log(name, e.message));
    const at = (name, write, options) => {
      const one = new Writable({ highWaterMark: 1, write: (_c, _e, done) => write(done), ...options });
      tell(name, one);
      console.log(name, one.write('abc'), one.writableNeedDrain, one.writableLength, one.write('d'), one.writableLength);
      return one;
    };
    at('at once', (done) => done());
    at('tick', (done) => process.nextTick(done));
    at('later', (done) => setImmediate(done));
    at('fails', (done) => done(new Error('no')));
    at('roomy', (done) => setImmediate(done), { highWaterMark: 10 });
    at('objects', (done) => done(), { objectMode: true });
    at('unmade', (done) => done(), { construct: (made) => setImmediate(made) });
    const corked = new Writable({ highWaterMark: 1, write: (_c, _e, done) => done() });
    corked.cork();
    console.log('corked', corked.write('abc'), corked.writableNeedDrain);
    corked.uncork();
    console.log('uncorked', corked.write('x'), corked.writableNeedDrain);
    const through = new PassThrough({ highWaterMark: 1 });
    tell('through', through);
    console.log('through', through.write('abc'), through.write('d'));
    through.resume();
  `);
});

test('finished of a stream that is closed, closing or failing', async () => {
  await expectSame(`
    const { Writable, Readable, finished, PassThrough } = require('node:stream');
    const watch = (n, s) => { for (const e of ['error', 'close', 'end', 'finish']) s.on(e, () => console.log(n, e)); return s; };
    const fin = (n, s, o) => finished(s, o ?? {}, (e) => console.log(n, 'finished', e?.message));
    const e = new PassThrough(); e.destroy(new Error('gone')); fin('first', e); watch('first', e);
    const f = new PassThrough(); f.on('error', () => {}); f.destroy(new Error('gone')); fin('noerr option', f, { error: false }); watch('noerr option', f);
    const g = new PassThrough({ emitClose: false }); g.destroy(new Error('gone')); fin('noclose', g); watch('noclose', g);
    const h = new PassThrough({ destroy(e, cb) { setTimeout(() => cb(e), 5); } }); h.destroy(new Error('gone')); fin('slow', h); watch('slow', h);
    const i = new PassThrough({ destroy(e, cb) { process.nextTick(() => cb(e)); } }); i.destroy(new Error('gone')); fin('tick', i); watch('tick', i);
    const j = new PassThrough(); j.on('error', () => { console.log('in error'); fin('within', j); }); watch('within', j); j.destroy(new Error('gone'));
    const k = new PassThrough(); k.destroy(); fin('no error', k); watch('no error', k);
    console.log(e.listenerCount('error'), e.listenerCount('close'), h.listenerCount('error'), k.listenerCount('close'));
    const w = new Writable({ write(c, e, cb) { cb(); } }); w.destroy(new Error('gone')); fin('write', w); watch('write', w);
    const r = new Readable({ read() {} }); r.destroy(); fin('read', r, { readable: false }); watch('read', r);
  `);
});

// node:fs beside the real Node: the same program in a folder of its own, the same output.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

test('files are read and written in all three forms', async () => {
  await expectSame(`
    const fs = require('node:fs'); const { join } = require('node:path');
    const folder = join(__dirname, 'made'); const file = join(folder, 'a.txt');
    console.log(fs.mkdirSync(folder), fs.mkdirSync(join(folder, 'x/y'), { recursive: true }) === join(folder, 'x'));
    fs.writeFileSync(file, 'abcdef'); fs.appendFileSync(file, new Uint16Array([0x6867]));
    console.log(fs.readFileSync(file), fs.readFileSync(file, 'utf8'), fs.readFileSync(file, { encoding: 'hex' }));
    console.log(fs.readFileSync(file, { buffer: Buffer.alloc(20) }), fs.readFileSync(file, { buffer: (size) => new Uint8Array(size), encoding: 'utf8' }));
    for (const bad of [() => fs.readFileSync(file, { buffer: Buffer.alloc(3) }), () => fs.readFileSync(file, { buffer: 5 }), () => fs.readFileSync(99), () => fs.writeFileSync(99, ''), () => fs.readFileSync(-1), () => fs.statSync(5)]) try { bad(); } catch (e) { console.log(e.code, e.syscall, e.message); }
    console.log(fs.readFileSync(0).length); fs.writeFileSync(1, 'to stdout\\n');
    fs.writeFileSync(file, 'x', { flag: fs.constants.O_WRONLY | fs.constants.O_APPEND }); console.log(fs.readFileSync(file, 'latin1'));
    const shown = (name) => Buffer.isBuffer(name) ? name : name.replace(__dirname, '');
    console.log(fs.readdirSync(folder), fs.readdirSync(folder, 'buffer'), fs.readdirSync(folder, 'hex'), fs.readdirSync(folder, { recursive: true }));
    for (const one of [...fs.readdirSync(folder, { withFileTypes: true }), ...fs.readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })]) console.log(one.name, one.isDirectory(), one.isFile(), shown(one.parentPath));
    console.log(shown(fs.realpathSync(file)), fs.realpathSync(file, 'buffer').equals(Buffer.from(fs.realpathSync(file))), fs.realpathSync.native(file) === fs.realpathSync(file), Buffer.isBuffer(fs.mkdtempSync(join(folder, 't-'), 'buffer')));
    (async () => {
      const { promises } = fs;
      await promises.writeFile(file, ['a', Buffer.from('b'), 'c']); console.log(await promises.readFile(file, 'utf8'));
      await promises.appendFile(file, (async function* () { yield 'd'; yield 'e'; })()); console.log(await promises.readFile(file, { encoding: 'utf8' }));
      for (const bad of [() => promises.writeFile(file, 5), () => promises.readFile(0), () => promises.lstat(join(folder, 'none'), { throwIfNoEntry: false }), () => promises.writeFile(file, [1])]) await bad().catch((e) => console.log(e.code, e.syscall, e.message.replace(__dirname, '')));
      console.log(await promises.stat(join(folder, 'none'), { throwIfNoEntry: false }));
      await new Promise((done) => fs.realpath.native(file, (error, path) => { console.log(error, shown(path)); done(); }));
      await new Promise((done) => fs.readdir(folder, 'buffer', (error, names) => { console.log(error, names[0]); done(); }));
      await new Promise((done) => fs.lstat(join(folder, 'none'), { throwIfNoEntry: false }, (error) => { console.log(error.syscall, error.code); done(); }));
    })();
  `);
});

test('what is known of a file', async () => {
  await expectSame(`
    const fs = require('node:fs');
    const stats = fs.statSync(__filename); const big = fs.statSync(__filename, { bigint: true });
    console.log(Object.keys(stats), Object.keys(big), stats.constructor.name, big.constructor.name, big.size === BigInt(stats.size), big.mtimeNs / 1000000n === big.mtimeMs, stats.isFile(), big.isDirectory());
    console.log(stats.mtime instanceof Date, Math.abs(Number(big.mtimeMs) - big.mtime.getTime()) <= 1, stats instanceof fs.Stats, fs.lstatSync(__filename) instanceof fs.Stats);
    console.log(fs.lstatSync('/none', { throwIfNoEntry: false }), fs.statSync('/none', { throwIfNoEntry: false, bigint: true }));
    try { fs.lstatSync('/none'); } catch (e) { console.log(e.message, e.syscall); }
    console.log(fs.constants, fs.promises.constants === fs.constants);
  `);
});

test('streams of files are closed', async () => {
  await expectSame(`
    const fs = require('node:fs'); const file = require('node:path').join(__dirname, 'b.txt');
    const into = fs.createWriteStream(file); console.log(into.pending, into.path === file);
    into.on('ready', () => console.log('ready', into.pending));
    into.write('hello'); into.close((error) => {
      console.log('closed', error, fs.readFileSync(file, 'utf8'), into.bytesWritten);
      into.close(() => console.log('again'));
      const from = fs.createReadStream(new URL('file://' + file)); console.log(from.pending, from.path === file);
      from.on('open', () => { console.log('open', from.pending); from.close((error) => console.log('closed', error && error.code)); });
    });
  `);
});

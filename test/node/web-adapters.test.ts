// Node's streams as web streams and the other way: the same on Node and in the simulation.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

test('readable streams change sides, with their ends and errors', async () => {
  await expectSame(`
    const { Readable, Writable, Duplex, PassThrough, pipeline } = require('node:stream');
    const { ReadableStream, WritableStream } = require('node:stream/web');
    (async () => {
      let pulled = 0;
      const source = new ReadableStream({ pull(c) { pulled += 1; c.enqueue(new Uint8Array([96 + pulled])); if (pulled === 3) c.close(); } });
      let all = '';
      for await (const chunk of Readable.fromWeb(source)) all += chunk.toString();
      console.log(all);
      const web = Readable.toWeb(Readable.from([Buffer.from('x'), Buffer.from('y')], { objectMode: false }));
      for await (const chunk of web) console.log(chunk.constructor.name, chunk.length);
      for await (const chunk of Readable.toWeb(Readable.from([{ a: 1 }, 'b']))) console.log(chunk);
      const broken = Readable.fromWeb(new ReadableStream({ start(c) { c.error(new Error('broken')); } }));
      await new Promise((resolve) => broken.on('error', (error) => { console.log('error', error.message); resolve(); }).resume());
      const failing = new Readable({ read() { this.destroy(new Error('failing')); } });
      await Readable.toWeb(failing).getReader().read().catch((error) => console.log(error.message));
      const cancelled = new Readable({ read() {} });
      cancelled.on('close', () => console.log('closed', cancelled.destroyed));
      await Readable.toWeb(cancelled).cancel();
      await new Promise((resolve) => setTimeout(resolve, 5));
      try { Readable.fromWeb(3); } catch (error) { console.log(error.code, error.message); }
      const response = new Response(Readable.toWeb(Readable.from([Buffer.from('body')], { objectMode: false })));
      console.log(await response.text());
    })();
  `);
});

test('writable streams and pairs change sides', async () => {
  await expectSame(`
    const { Readable, Writable, Duplex, PassThrough, pipeline } = require('node:stream');
    const { WritableStream, TransformStream } = require('node:stream/web');
    (async () => {
      const got = [];
      const writable = Writable.fromWeb(new WritableStream({ write(chunk) { got.push(chunk.toString()); }, close() { got.push('close'); } }));
      writable.write('a');
      writable.end('b');
      await new Promise((resolve) => writable.on('finish', resolve));
      console.log(got);
      const sink = new Writable({ highWaterMark: 2, write(chunk, _, done) { console.log('write', chunk.toString()); setTimeout(done, 1); } });
      const writer = Writable.toWeb(sink).getWriter();
      await writer.write('one');
      await writer.write('two');
      await writer.close();
      console.log('ended', sink.writableFinished);
      const duplex = Duplex.fromWeb(new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toString().toUpperCase()); } }), { encoding: 'utf8', objectMode: true });
      duplex.end('shout');
      for await (const chunk of duplex) console.log(chunk);
      const pair = Duplex.toWeb(new PassThrough());
      const w = pair.writable.getWriter();
      w.write(Buffer.from('through'));
      w.close();
      for await (const chunk of pair.readable) console.log(Buffer.from(chunk).toString());
    })();
  `);
});

// A program runs in the world's time, and ends as on Node.
import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

test('ticks, promises, immediates and timers come in the order of Node, in virtual time', async () => {
  const { stdout, code, ms } = await runProgram(`
    setTimeout(() => console.log('timeout'), 50);
    setImmediate(() => console.log('immediate'));
    Promise.resolve().then(() => { console.log('promise'); process.nextTick(() => console.log('tick of promise')); });
    process.nextTick(() => console.log('tick'));
    process.on('exit', (code) => console.log('exit', code, Math.round(process.uptime() * 1000)));
    console.log('main', { a: [1, 'two'] });
  `);
  expect(stdout).toBe(
    "main { a: [ 1, 'two' ] }\ntick\npromise\ntick of promise\nimmediate\ntimeout\nexit 0 50\n",
  );
  expect(code).toBe(0);
  expect(ms).toBe(50);
});

test('streams of the program go through its own ticks', async () => {
  const { stdout, stderr } = await runProgram(`
    const { Readable, pipeline, Transform } = require('node:stream');
    pipeline(
      Readable.from(['a', 'b']),
      new Transform({ objectMode: true, transform(chunk, _, done) { done(null, chunk + '!\\n'); } }),
      process.stdout,
      (error) => console.log('done', error),
    );
  `);
  expect(stderr).toBe('');
  expect(stdout).toContain('a!\nb!\n');
});

test('an error that nobody takes ends it with code 1, a rejection too', async () => {
  const thrown = await runProgram(
    `setTimeout(() => { throw new Error('lost'); }, 1); setTimeout(() => console.log('never'), 5);`,
  );
  expect(thrown.code).toBe(1);
  expect(thrown.stderr).toContain('Error: lost');
  expect(thrown.stdout).toBe('');
  const rejected = await runProgram(
    `Promise.reject(new Error('unasked')); setTimeout(() => console.log('never'), 5);`,
  );
  expect(rejected.code).toBe(1);
  expect(rejected.stderr).toContain('unasked');
});

test('one that never lets go of its ticks is stopped with a sentence', async () => {
  const { code, stderr } = await runProgram(`(function again() { process.nextTick(again); })();`);
  expect(code).toBe(137);
  expect(stderr).toContain('so it was stopped');
});

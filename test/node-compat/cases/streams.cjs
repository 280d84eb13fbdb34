// Streams as emitters, and the errors that they make.
'use strict';
const { inspect } = require('node:util');
const { Duplex, PassThrough, Readable, Stream, Writable, finished, pipeline } = require('node:stream');
const { assert, cases } = require('./case.cjs');

const READABLE = ['data', 'end', 'readable'];
const WRITABLE = ['prefinish', 'finish', 'drain'];
const options = { read() {}, write: (_chunk, _encoding, done) => done() };
const nothing = () => {};

cases('streams', (add) => {
  for (const [Class, names] of [
    [Readable, READABLE],
    [Writable, WRITABLE],
    [Duplex, [...WRITABLE, ...READABLE]],
    [PassThrough, [...WRITABLE, ...READABLE]],
  ]) {
    add(`the names of a ${Class.name}’s own events come first, in their order`, async () => {
      const stream = new Class(options);
      const all = ['close', 'error', ...names];
      stream.on('own', nothing);
      for (const name of all.toReversed()) stream.on(name, nothing);
      assert.deepStrictEqual(stream.eventNames(), [...all, 'own']);
      assert.deepStrictEqual(Object.keys(stream._events), [...all, 'own']);
    });
  }
  add('a legacy stream expects nothing', async () => {
    const stream = new Stream();
    stream.on('own', nothing).on('close', nothing);
    assert.deepStrictEqual(stream.eventNames(), ['own', 'close']);
  });
  add('a subclass expects what its class does', async () => {
    class Own extends Readable {}
    const stream = new Own(options);
    stream.on('own', nothing).on('error', nothing);
    assert.deepStrictEqual(stream.eventNames(), ['error', 'own']);
  });
  add('a listener that goes leaves the place of its name', async () => {
    const stream = new Readable(options);
    stream.on('error', nothing).on('data', nothing).off('error', nothing).on('error', nothing);
    assert.deepStrictEqual(stream.eventNames(), ['error', 'data']);
    stream.removeAllListeners();
    stream.on('data', nothing).on('error', nothing);
    assert.deepStrictEqual(stream.eventNames(), ['data', 'error']);
  });

  const isOneOf = (error, Class, code) => {
    assert.strictEqual(error.constructor, Class);
    assert.strictEqual(error.code, code);
    assert.deepStrictEqual(Object.keys(error), ['code']);
    const head = `${Class.name} [${code}]: ${error.message}`;
    assert.strictEqual(String(error), head);
    assert.strictEqual(error.stack.split('\n')[0], head);
    assert.strictEqual(inspect(error).split('\n')[0], head);
  };
  for (const [what, code, body] of [
    ['null is written', 'ERR_STREAM_NULL_VALUES', () => new Writable(options).write(null)],
    ['an object is written', 'ERR_INVALID_ARG_TYPE', () => new Writable(options).write({})],
    ['an encoding is unknown', 'ERR_UNKNOWN_ENCODING', () => new Writable(options).setDefaultEncoding('x')],
    ['a mark is below 0', 'ERR_INVALID_ARG_VALUE', () => new Readable({ highWaterMark: -1 })],
    ['nothing can be iterated', 'ERR_INVALID_ARG_TYPE', () => Readable.from(5)],
    ['finished has no callback', 'ERR_INVALID_ARG_TYPE', () => finished(new Readable(options), 'x')],
    ['a pipeline has no callback', 'ERR_INVALID_ARG_TYPE', () => pipeline(new Readable(options))],
  ]) {
    add(`the error when ${what}`, async (t) => isOneOf(t.thrown(body), TypeError, code));
  }
  add('the error of a write after the end', async (t) => {
    const stream = new Writable(options);
    stream.end();
    const told = t.event(stream, 'error');
    stream.write('x');
    isOneOf((await told)[0], Error, 'ERR_STREAM_WRITE_AFTER_END');
  });
  add('the error of a push after the end', async (t) => {
    const stream = new Readable(options);
    const told = t.event(stream, 'error');
    stream.push(null);
    stream.push('x');
    isOneOf((await told)[0], Error, 'ERR_STREAM_PUSH_AFTER_EOF');
  });
  add('the error of a close before the end', async () => {
    const stream = new Readable(options);
    const error = await new Promise((done) => {
      finished(stream, done);
      stream.destroy();
    });
    isOneOf(error, Error, 'ERR_STREAM_PREMATURE_CLOSE');
  });
});

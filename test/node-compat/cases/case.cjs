// How the cases of this folder are written: `cases('net', (add) => { add('what holds', async (t) => { … }) })`.
// The same file runs on real Node and in the simulation. Each case prints one line, `ok` or `not ok`; the cases run one
// after another, each with a limit of time, and nothing of one is left for the next.
'use strict';
const assert = require('node:assert');

/** Milliseconds of the program's own clock. */
const LIMIT_MS = 5000;

class Case {
  #ends = [];
  /** Called when the case is over, in reverse order: closes servers, sockets. */
  after(end) {
    this.#ends.push(end);
  }
  async end() {
    for (const end of this.#ends.reverse()) await end();
  }
  /** What happens, in order: `t.log('connect')`, `t.seen()`. */
  #seen = [];
  log(...what) {
    this.#seen.push(what.join(' '));
  }
  seen() {
    return this.#seen;
  }
  /** The next event of an emitter, as its arguments; an error is an event like others. */
  event(emitter, name) {
    return new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
  }
  sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
  /** Everything that a readable gives, as text. */
  text(readable) {
    return new Promise((resolve, reject) => {
      let all = '';
      readable.setEncoding('utf8');
      readable.on('data', (piece) => (all += piece));
      readable.on('end', () => resolve(all));
      readable.on('error', reject);
    });
  }
  /** The error that a function throws; fails when it throws none. */
  thrown(body) {
    try {
      body();
    } catch (error) {
      return error;
    }
    assert.fail('nothing was thrown');
  }
  /** The error that a promise is rejected with. */
  async rejected(promise) {
    try {
      await promise;
    } catch (error) {
      return error;
    }
    assert.fail('nothing was rejected');
  }
}

async function run(name, body) {
  const t = new Case();
  let timer;
  try {
    const limit = new Promise((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`not over after ${LIMIT_MS} ms; seen: ${t.seen().join(', ')}`)),
        LIMIT_MS,
      );
    });
    await Promise.race([body(t), limit]);
    console.log(`ok ${name}`);
  } catch (error) {
    const code = error.code === 'ERR_ASSERTION' ? '' : `${error.code ?? error.name}: `;
    console.log(`not ok ${name}: ${code}${String(error.message).replace(/\s+/g, ' ').slice(0, 2400)}`);
  } finally {
    clearTimeout(timer);
    await Promise.race([t.end(), t.sleep(1000)]);
  }
}

exports.assert = assert;

exports.cases = async function cases(subject, collect) {
  const all = [];
  collect((name, body) => all.push([`${subject}: ${name}`, body]));
  for (const [name, body] of all) await run(name, body);
  console.log(`${all.length} cases of ${subject}`);
};

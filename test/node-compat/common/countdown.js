// Calls a function when it has been counted down to zero; it must get there.

const assert = require('node:assert');
const common = require('./index.js');

module.exports = class Countdown {
  #left;
  #done;

  constructor(limit, done) {
    assert.strictEqual(typeof limit, 'number');
    assert.strictEqual(typeof done, 'function');
    this.#left = limit;
    this.#done = common.mustCall(done);
  }

  dec() {
    assert(this.#left > 0, 'Countdown expired');
    this.#left -= 1;
    if (this.#left === 0) this.#done();
    return this.#left;
  }

  get remaining() {
    return this.#left;
  }
};

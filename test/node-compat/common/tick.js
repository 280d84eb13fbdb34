// Calls a function after some turns of the loop.

module.exports = function tick(turns, done) {
  if (turns === 0) done();
  else setImmediate(tick, turns - 1, done);
};

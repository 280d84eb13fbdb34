// Objects that fight back when they are printed.
const util = require('node:util');
const custom = util.inspect.custom ?? Symbol.for('nodejs.util.inspect.custom');
console.log({ [custom]() { return { [custom]() { throw new Error('printed'); } }; } });

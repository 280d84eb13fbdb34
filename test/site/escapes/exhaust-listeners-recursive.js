// An event that causes itself.
const events = require('node:events');
const one = new events();
one.on('x', () => process.nextTick(() => one.emit('x')));
one.emit('x');

// A flood of events, and of listeners.
const events = require('node:events');
const one = new events();
one.setMaxListeners(0);
for (;;) { one.on('x', () => one.listenerCount('x')); one.emit('x'); }

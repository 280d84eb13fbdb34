// A stream piped into itself, without back-pressure.
const { PassThrough, Readable } = require('node:stream');
const self = new PassThrough({ highWaterMark: 1 });
self.pipe(self);
self.write('x');
new Readable({ read() { for (;;) this.push('x'.repeat(1e6)); } }).resume();

// Promise.prototype.then that never calls, calls twice, and calls with others’ values.
const real = Promise.prototype.then;
let n = 0;
Promise.prototype.then = function (a, b) { n++; if (n % 3 === 0) return this; real.call(this, a, b); return real.call(this, a, b); };
Promise.resolve(1).then(console.log);
(async () => { await null; console.log('after'); })();
setTimeout(() => console.log('late'), 5);

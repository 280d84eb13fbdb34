// Everything that can be thrown and is no error.
const things = [undefined, null, 0, -0, NaN, 1n, '', 'x', Symbol('s'), [], () => {}, Object.create(null), { toString() { throw 1; } }, { then() {} }];
process.on('uncaughtException', (thrown) => console.log(typeof thrown));
things.forEach((thing) => setTimeout(() => { throw thing; }, 1));
setTimeout(() => { process.removeAllListeners('uncaughtException'); throw undefined; }, 5);

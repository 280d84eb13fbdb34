// A promise whose constructor says something else each time.
let n = 0;
Object.defineProperty(Promise.prototype, 'constructor', { configurable: true, get() { n++; if (n > 50) throw new Error('no'); return class extends Promise { static get [Symbol.species]() { return Object; } }; } });
(async () => { await Promise.resolve(); console.log('after'); })();
setTimeout(() => console.log('late'), 5);

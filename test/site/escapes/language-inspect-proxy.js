// A proxy printed, with traps that throw, lie and change their minds.
let n = 0;
const p = new Proxy({ a: 1 }, { ownKeys: () => (n++ % 2 ? ['a'] : ['a', 'b', 'c']), getOwnPropertyDescriptor: () => ({ value: p, configurable: true, enumerable: true, writable: true }), get: () => p, getPrototypeOf: () => { if (n > 3) throw new Error('no'); return null; } });
for (let i = 0; i < 5; i++) try { console.log(p); } catch (error) { console.log(error.message); }

// Real time and real chance, wherever they might be read.
const G = (0, eval)('globalThis');
const virtual = G.Date.now();
if (virtual > 1.9e12 || new G.Date().getTime() !== virtual || G.Date().includes('undefined')) console.log('ESCAPED to the real date');
if (new G.Intl.DateTimeFormat('en', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'long' }).format() !== new G.Intl.DateTimeFormat('en', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'long' }).format(virtual)) console.log('ESCAPED to the real date');
if (new (G.Date.prototype.constructor)().getTime() !== virtual) console.log('ESCAPED to the real date');
if (Reflect.construct(G.Date, []).getTime() !== virtual) console.log('ESCAPED to the real date');
for (let i = 0; i < 1e6; i++) if (G.Date.now() !== virtual) { console.log('ESCAPED to a clock that goes on'); break; }
const { stack } = new Error('x');
for (const name of ['performance', 'Temporal', 'crypto', 'Atomics', 'SharedArrayBuffer', 'WebAssembly', 'WeakRef', 'FinalizationRegistry']) if (G[name]) console.log('ESCAPED to', name);
console.log(G.Math.random() < 1, stack.length > 0);

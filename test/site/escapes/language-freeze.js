// Everything that is shared is frozen.
const G = (0, eval)('globalThis');
for (const name of Object.getOwnPropertyNames(G)) { const it = G[name]; try { if (it) { Object.freeze(it); if (it.prototype) Object.freeze(it.prototype); } } catch {} }
Object.freeze(G);
console.log('frozen');
setTimeout(() => console.log('late'), 5);

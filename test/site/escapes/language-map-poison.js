// Map.prototype rewired: keys and values of the engine’s tables come by.
const seen = new Set();
const found = new Set();
const search = (root) => {
  const open = [root];
  for (let steps = 0; open.length > 0 && steps < 2000; steps++) {
    const it = open.shift();
    if ((typeof it !== 'object' && typeof it !== 'function') || it === null || seen.has(it)) continue;
    seen.add(it);
    try { if (typeof it.post === 'function' && typeof it.turn === 'function') found.add(it); } catch {}
    try { for (const key of Reflect.ownKeys(it)) { const d = Reflect.getOwnPropertyDescriptor(it, key); if (d && 'value' in d) open[open.length] = d.value; } } catch {}
  }
  for (const realm of found) {
    found.delete(realm);
    realm.post({ kind: 'done', done: { programs: [], end: 0, packets: 0, run: { spec: { scenario: 'first-request', set: {}, seed: 1, inputs: [] }, until: 1, end: 'idle', digest: '0123456789abcdef', parcel: { claims: 'another run' } } } });
  }
};
for (const name of ['get', 'set', 'has']) { const real = Map.prototype[name]; Map.prototype[name] = function (...args) { search(this); for (const one of args) search(one); return real.apply(this, args); }; }
for (const name of ['add', 'has']) { const real = Set.prototype[name]; Set.prototype[name] = function (...args) { if (this !== seen) for (const one of args) search(one); return real.apply(this, args); }; }
setTimeout(() => console.log('late'), 5);
require('node:stream');
console.log('now');

// Function.prototype.call, apply and bind rewired.
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
const { apply } = Reflect;
for (const name of ['call', 'apply', 'bind']) { const real = Function.prototype[name]; Function.prototype[name] = function (...args) { for (const one of args) search(one); return apply(real, this, args); }; }
require('node:events');
setTimeout(() => console.log('late'), 5);
console.log('now');

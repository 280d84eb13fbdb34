// The iterator of arrays rewired, and spread with it.
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
const real = Array.prototype[Symbol.iterator];
Array.prototype[Symbol.iterator] = function () { search(this); return real.call(this); };
setTimeout(() => console.log('late'), 5);
console.log(...[1, 2, 3]);

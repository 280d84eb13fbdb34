// Array.prototype.push hands everything that the engine pushes to a search for its way out.
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
const { push } = Array.prototype;
Array.prototype.push = function (...items) { search(this); for (const one of items) search(one); return push.apply(this, items); };
const events = require('node:events');
new events().on('x', () => {});
setTimeout(() => console.log('late'), 5);
process.nextTick(() => console.log('tick'));
console.log('now');

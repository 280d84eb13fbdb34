// Setters for array indexes on Array.prototype: what the engine appends by index comes by.
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
for (let i = 0; i < 200; i++) Object.defineProperty(Array.prototype, i, { configurable: true, set(value) { search(value); Object.defineProperty(this, i, { value, writable: true, enumerable: true, configurable: true }); }, get() { return undefined; } });
setTimeout(() => console.log('late'), 5);
Promise.resolve().then(() => console.log('promise'));
console.log('now');

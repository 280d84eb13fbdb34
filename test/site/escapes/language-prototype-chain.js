// What was taken from the global object, from what it inherits from.
const wanted = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'location', 'close', 'performance', 'crypto', 'BroadcastChannel', 'MessageChannel', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'document', 'window', 'parent', 'top', 'self', 'Temporal', 'scheduler', 'reportError', 'createImageBitmap', 'OffscreenCanvas', 'FontFace', 'trustedTypes', 'isSecureContext', 'origin', 'console'];
const look = (it) => { for (const name of wanted) if (it[name] !== undefined) console.log('ESCAPED to', name); };
const G = (0, eval)('globalThis');
for (let it = G; it; it = Object.getPrototypeOf(it)) {
  look(it);
  for (const key of Reflect.ownKeys(it)) {
    const { get, set, value } = Object.getOwnPropertyDescriptor(it, key);
    for (const one of [get, set]) if (one && it !== Object.prototype) console.log('ESCAPED to an accessor', String(key));
    if (typeof value === 'function' && /postMessage|importScripts|fetch|close|setTimeout/.test(value.name)) console.log('ESCAPED to', value.name);
  }
}

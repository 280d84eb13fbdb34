// Call sites of the engine, through Error.prepareStackTrace.
const wanted = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'location', 'close', 'performance', 'crypto', 'BroadcastChannel', 'MessageChannel', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'document', 'window', 'parent', 'top', 'self', 'Temporal', 'scheduler', 'reportError', 'createImageBitmap', 'OffscreenCanvas', 'FontFace', 'trustedTypes', 'isSecureContext', 'origin', 'console'];
const look = (it) => { for (const name of wanted) if (it[name] !== undefined) console.log('ESCAPED to', name); };
const seen = new Set();
Error.prepareStackTrace = (error, sites) => {
  for (const site of sites) {
    for (const found of [site.getThis?.(), site.getFunction?.()]) {
      if (found === undefined || found === null || seen.has(found)) continue;
      seen.add(found);
      for (const name of ['fetch', 'postMessage', 'importScripts', 'indexedDB', 'XMLHttpRequest']) if (found[name] !== undefined) console.log('ESCAPED to', name);
      if (found.post || found.realm) (found.post ?? found.realm.post)({ kind: 'broken', why: 'ESCAPED' });
    }
  }
  return 'no stack';
};
new Error('x').stack;
setTimeout(() => new Error('y').stack, 1);
process.nextTick(() => new Error('z').stack);
require('node:events').once(new (require('node:events'))(), 'x');
try { Buffer.alloc(-1); } catch (error) { error.stack; }

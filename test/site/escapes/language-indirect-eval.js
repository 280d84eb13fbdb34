// An indirect eval, and one inside another.
const wanted = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'location', 'close', 'performance', 'crypto', 'BroadcastChannel', 'MessageChannel', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'document', 'window', 'parent', 'top', 'self', 'Temporal', 'scheduler', 'reportError', 'createImageBitmap', 'OffscreenCanvas', 'FontFace', 'trustedTypes', 'isSecureContext', 'origin', 'console'];
const look = (it) => { for (const name of wanted) if (it[name] !== undefined) console.log('ESCAPED to', name); };
look((0, eval)('this'));
look((0, eval)("(0, eval)('globalThis')"));
look(Reflect.apply(eval, undefined, ['this']));

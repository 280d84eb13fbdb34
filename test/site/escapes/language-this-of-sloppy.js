// The global object as `this` of a sloppy function.
const wanted = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'location', 'close', 'performance', 'crypto', 'BroadcastChannel', 'MessageChannel', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'document', 'window', 'parent', 'top', 'self', 'Temporal', 'scheduler', 'reportError', 'createImageBitmap', 'OffscreenCanvas', 'FontFace', 'trustedTypes', 'isSecureContext', 'origin', 'console'];
const look = (it) => { for (const name of wanted) if (it[name] !== undefined) console.log('ESCAPED to', name); };
look(new Function('return (function () { return this; })()')());
[1].forEach(new Function('look', 'return function () { look(this); }')(look));

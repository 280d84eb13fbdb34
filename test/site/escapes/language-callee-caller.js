// Up the callers of a sloppy function.
const wanted = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'location', 'close', 'performance', 'crypto', 'BroadcastChannel', 'MessageChannel', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'document', 'window', 'parent', 'top', 'self', 'Temporal', 'scheduler', 'reportError', 'createImageBitmap', 'OffscreenCanvas', 'FontFace', 'trustedTypes', 'isSecureContext', 'origin', 'console'];
const look = (it) => { for (const name of wanted) if (it[name] !== undefined) console.log('ESCAPED to', name); };
function climb() {
  let it = climb.caller;
  for (let i = 0; it && i < 50; i++, it = it.caller) { look(it); console.log(it.name); }
}
try { climb(); } catch (error) { console.log(error.name); }
try { (function () { return arguments.callee.caller; })(); } catch (error) { console.log(error.name); }

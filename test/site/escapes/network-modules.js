// Modules of Node’s that would reach the machine.
for (const name of ['child_process', 'cluster', 'worker_threads', 'vm', 'v8', 'inspector', 'repl', 'module', 'wasi', 'fs', 'os', 'tls', 'https', 'http2', 'sqlite', 'ffi'])
  for (const form of [name, `node:${name}`]) try { const it = require(form); if (it.exec || it.execSync || it.spawn || it.Worker || it.Session || it.DatabaseSync) console.log('ESCAPED to', form); } catch { /* not here */ }
for (const name of ['binding', '_linkedBinding', 'dlopen', 'mainModule']) try { if (process[name]?.('fs')) console.log('ESCAPED to process.', name); } catch { /* not here */ }

// … through node:dgram.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
const [, port] = to.split(':');
try {
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('error', () => {});
  for (const at of ['127.0.0.1', '192.168.1.1', '255.255.255.255']) try { socket.send('x', Number(port), at, () => {}); } catch {}
  setTimeout(() => process.exit(0), 500);
} catch { /* not here */ }

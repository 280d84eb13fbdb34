// The browser’s fetch.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('fetch', () => G.fetch(`http://${to}/fetch`, { mode: 'no-cors' }));
attempt('fetch keepalive', () => G.fetch(`http://${to}/keep`, { mode: 'no-cors', keepalive: true }));
attempt('Request', () => new G.Request(`http://${to}/`));
